"""A run over the partners of a folder, slice by slice: killed at any moment, it goes on where it was.

A slice is written under a name of its own and renamed when it is whole; what is renamed is never written again. So a
run that goes on decides the slices that are not there, and its files are those of a run that nobody stopped.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from evaluator.acceptance.facts_schema import FactErrors
from evaluator.columnar import tier
from evaluator.columnar.arrow import whole_file
from evaluator.columnar.database import database
from evaluator.columnar.doubts import doubted
from evaluator.columnar.known import known_of
from evaluator.columnar.layout import PARTNER, PARTNERS, layout_of
from evaluator.columnar.query import Lowered, lower
from evaluator.columnar.results import SCHEMA, TooManyDigits, row_of, table_of
from evaluator.columnar.rows import AT_ONCE, Refusal, Rows, Slice
from evaluator.columnar.spark import of_slice, unfinished, write_wide
from evaluator.columnar.steps import Step
from evaluator.columnar.stopped import Stopped, told_plainly
from evaluator.columnar.tables import Facts, look_at_days, open_facts
from evaluator.engine import Engine, Query, engine_name

Json = Any
MANIFEST = "manifest.json"
DECISIONS = "decisions"
REJECTS = "rejects"
WIDE = "wide"
"""What another engine answered, until all of it is decided."""
ROWS_AT_ONCE = 20_000
"""Decisions that are kept before they are written."""
FORMAT = 1
"""Of the manifest and the files beside it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run decides, and where its files go."""

    facts: Path
    out: Path
    as_of: date
    rules: tuple[str, ...]
    """Ids and patterns."""
    size: int
    """Partners of a slice."""
    jobs: int = 1
    resume: bool = False
    master: str | None = None
    """The address of the Spark that answers the query; None: DuckDB answers it here."""
    by_sql: bool = True
    """Whether what can be is decided by a query; else every partner is by the row engine."""


class Part(NamedTuple):
    """What a slice came to."""

    partners: int = 0
    decisions: int = 0
    rejected: int = 0
    """Partners that were not decided."""
    rejects: int = 0
    """Lines that say why, and of rows that are no partner's."""
    by_rows: int = 0
    """Decisions of the row engine."""
    left_over: int = 0
    """Partners that the query left to the row engine, by a rule that it decides for others."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    partners: int
    of: int
    before: int
    """Of the partners, those that an earlier run decided."""


class Summary(NamedTuple):
    """What a run came to."""

    partners: int
    rules: int
    decisions: int
    rejected: int
    rejects: int
    slices: int
    by_rows: int
    """Decisions of the row engine."""
    left_over: int
    """Partners that the query left to the row engine."""
    lowered: int
    """Rules that are decided by the query."""
    slices_before: int
    """Slices that an earlier run wrote."""


Tell = Callable[[Progress], None]


def run(engine: Engine, asked: Asked, tell: Tell) -> Summary:
    """Decide the partners of a folder of facts and write what comes out.

    Args:
        engine: decides.
        asked: what, and where.
        tell: is told how far it is.

    Raises:
        NamesAlike: the vocabulary has two names that would be one column.
        Stopped: the facts cannot be read, the folder holds another run, the disk is full, or a process was killed.
        UnknownRule: the query names a rule that does not exist.
    """
    rules = list(dict.fromkeys(rule.id for pattern in asked.rules for rule in engine.asked(pattern)))
    facts = open_facts(asked.facts, layout_of(engine.core))
    with told_plainly(f"writing `{asked.out}`"), _deciding(engine, facts, asked, rules) as submit:
        # Before anything else has threads of its own: what is forked now has none of them.
        plan = _planned(engine, facts, asked, rules)
        slices = _slices(plan)
        done = [one for one in slices if _paths(asked.out, one)[0].exists()]
        parts = {one.number: _of_file(_paths(asked.out, one)[0]) for one in done}
        before = sum(part.partners for part in parts.values())
        total = int(plan["partners"])
        tell(Progress(before, total, before))
        if asked.master is not None and submit.lowered and len(parts) < len(slices):
            write_wide(submit.query, facts, asked.out / WIDE, asked.master)
        for number, part in submit.these([one for one in slices if one.number not in parts]):
            parts[number] = part
            tell(Progress(sum(one.partners for one in parts.values()), total, before))
        every = list(parts.values())
        summary = Summary(
            sum(one.partners for one in every), len(rules), sum(one.decisions for one in every),
            sum(one.rejected for one in every), sum(one.rejects for one in every), len(slices),
            sum(one.by_rows for one in every), sum(one.left_over for one in every), submit.lowered, len(done),
        )  # fmt: skip
        told = {name: value for name, value in summary._asdict().items() if name != "slices_before"}
        _write_manifest(asked.out, {**plan, "done": True, "summary": told})
        for folder in (asked.out / WIDE, unfinished(asked.out / WIDE)):
            shutil.rmtree(folder, ignore_errors=True)
    return summary


# ---- the plan


def _planned(engine: Engine, facts: Facts, asked: Asked, rules: Sequence[str]) -> dict[str, Json]:
    """Return the manifest of the run: the one that is there already where it goes on, else a new one."""
    told = {
        "format": FORMAT,
        "digest": engine.core.digest,
        "as_of": asked.as_of.isoformat(),
        "engine": engine_name(),
        "rules": rules,
        "facts": facts.fingerprint,
    }
    path = asked.out / MANIFEST
    if path.exists():
        if not asked.resume:
            raise Stopped(
                f"`{asked.out}` holds a run already", "--resume goes on with it; or name another folder with --out"
            )
        return _same(_read_manifest(path), told, path)
    if asked.out.exists() and not all(map(_is_of_no_run, asked.out.iterdir())):
        raise Stopped(
            f"`{asked.out}` is not empty, and holds no run", "name a folder that is empty or not there with --out"
        )
    with _spilling(asked.out, "plan") as spill, database(spill, threads=2) as base:
        look_at_days(base, facts)
        ends, partners = _ends(base, facts, asked.size)
    for folder in (DECISIONS, REJECTS):
        (asked.out / folder).mkdir(parents=True, exist_ok=True)
    plan = {**told, "partners": partners, "ends": ends, "done": False}
    _write_manifest(asked.out, plan)
    return plan


def _is_of_no_run(path: Path) -> bool:
    """Whether a run that was killed before it began may have left it: it holds nothing yet."""
    if path.name in (DECISIONS, REJECTS):
        return not any(path.iterdir())
    return path.name.startswith((".spill-", f"{MANIFEST}."))


_WORDS = {
    "format": "another layout of files",
    "digest": "other policies",
    "as_of": "another day",
    "engine": "another version of the engine",
    "rules": "other rules",
    "facts": "other facts",
}


def _same(found: dict[str, Json], told: Mapping[str, Json], path: Path) -> dict[str, Json]:
    for name, value in told.items():
        if found.get(name) != value:
            short = {"rules", "facts"}
            shown = "" if name in short else f" ({found.get(name)}, now {value})"
            raise Stopped(
                f"the run in `{path.parent}` is one with {_WORDS[name]}{shown}",
                "go on with what it was begun with, or name another folder with --out",
            )
    return found


def _read_manifest(path: Path) -> dict[str, Json]:
    try:
        found: dict[str, Json] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Stopped(f"`{path}` is not as a run writes it", "name another folder with --out") from error
    return found


def _write_manifest(out: Path, told: Mapping[str, Json]) -> None:
    with whole_file(out / MANIFEST) as writing:
        writing.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _ends(base: duckdb.DuckDBPyConnection, facts: Facts, size: int) -> tuple[list[str], int]:
    """Return the last partner of each slice but the last, and how many partners there are."""
    told = facts.sql(facts.layout[PARTNERS])
    names = base.execute(f"SELECT DISTINCT {PARTNER} FROM {told} WHERE {PARTNER} IS NOT NULL ORDER BY 1")
    ends: list[str] = []
    number = 0
    while batch := names.fetchmany(10_000):
        for (name,) in batch:
            number += 1
            if number % size == 0:
                ends.append(name)
    return ends[:-1] if number % size == 0 else ends, number


def _slices(plan: Mapping[str, Json]) -> list[Slice]:
    ends: list[str | None] = [None, *plan["ends"], None]
    return [Slice(index + 1, ends[index], ends[index + 1]) for index in range(len(ends) - 1)]


def _paths(out: Path, one: Slice) -> tuple[Path, Path]:
    name = f"slice-{one.number:06d}"
    return out / DECISIONS / f"{name}.parquet", out / REJECTS / f"{name}.jsonl"


def _of_file(path: Path) -> Part:
    """Return what a slice that was written came to, as its file says."""
    try:
        told = (pq.read_metadata(path).metadata or {})[b"merit"]
        return Part(**json.loads(told))
    except (pa.ArrowInvalid, KeyError, TypeError, ValueError) as error:
        raise Stopped(f"`{path}` is not as a run writes it", "delete it: --resume writes it anew") from error


@contextmanager
def _spilling(out: Path, name: str) -> Iterator[Path]:
    """Give a folder for what does not fit into memory."""
    spill = out / f".spill-{name}"
    try:
        yield spill
    finally:
        shutil.rmtree(spill, ignore_errors=True)


# ---- slices


class Deciding:
    """What decides slices: what is settled by the query, and the rest partner by partner."""

    def __init__(self, engine: Engine, facts: Facts, asked: Asked, rules: Sequence[str]) -> None:
        self.engine = engine
        self.facts = facts
        self.asked = asked
        self.rules = tuple(rules)
        self.numbers = {rule: number for number, rule in enumerate(self.rules)}
        # Spark would plan for minutes what is missing: there who is undetermined is left to the row engine.
        says_missing = asked.master is None
        rules = self.rules if asked.by_sql else ()
        self.lowered = lower(engine, rules, asked.as_of, known_of(facts), says_missing=says_missing)
        self.everybody = [self.numbers[rule] for rule in self.rules if rule not in self.lowered.rules]
        # Spark answers what it is asked in one query, which is written later.
        self.steps = self.lowered.steps() if asked.master is None else []
        if asked.master is None:
            self.lowered.forget()
        self.doubts = doubted(engine.core, facts.layout, lambda table: bool(facts.rows[table.name]), tier.source)

    def slice(self, one: Slice) -> Part:
        """Decide the partners of a slice and write its files; they are there whole or not at all."""
        decisions, rejects = _paths(self.asked.out, one)
        with (
            told_plainly(f"writing `{decisions}`"),
            _spilling(self.asked.out, f"{one.number:06d}") as spill,
            database(spill, threads=1) as base,
        ):
            tier.load(base, self.facts, one)
            refused = [*self._no_partner(base, one)]
            # The decisions come last: with them the slice is whole.
            with whole_file(decisions) as writing:
                part = self._decide(base, refused, writing, one)
                with whole_file(rejects) as writing_rejects:
                    _write_rejects(refused, writing_rejects)
        return part

    def _decide(self, base: duckdb.DuckDBPyConnection, refused: list[Refusal], path: Path, one: Slice) -> Part:
        base.execute("CREATE TABLE doubted (partner VARCHAR)")
        for doubt in self.doubts:
            base.execute(f"INSERT INTO doubted {doubt}")
        steps = self.steps
        if self.asked.master is not None:
            steps = [Step("wide", of_slice(self.asked.out / WIDE, one), (), range(len(self.lowered.rules)))]
        tier.decide(base, self.lowered, steps, self.numbers, self.everybody)
        twice = self._twice(base)
        refused += [
            Refusal(name, "", f"the partner stands {number} times in `{PARTNERS}.parquet`")
            for name, number in twice.items()
        ]
        rejected, by_rows, some = self._by_rows(base, twice, refused)
        partners = int(_one(base, f"SELECT count(DISTINCT {PARTNER}) FROM {PARTNERS}"))
        decisions = int(_one(base, "SELECT count(*) FROM decided"))
        with pq.ParquetWriter(path, SCHEMA) as writer:
            names = ", ".join(SCHEMA.names).replace(", on", "")
            ordered = base.sql(f"SELECT {names} FROM decided ORDER BY partner, number")
            for batch in ordered.to_arrow_reader(ROWS_AT_ONCE):
                writer.write_table(pa.Table.from_batches([batch]).cast(SCHEMA))
            part = Part(partners, decisions, rejected, len(refused), by_rows, some)
            writer.add_key_value_metadata({"merit": json.dumps(part._asdict())})
        return part

    def _by_rows(
        self, base: duckdb.DuckDBPyConnection, twice: Mapping[str, int], refused: list[Refusal]
    ) -> tuple[int, int, int]:
        """Decide who is left, one by one; return partners that are rejected, decisions, and partners that a query left."""
        rejected = decisions = some = 0
        waiting: list[dict[str, Json]] = []
        where = f"{PARTNER} IN (SELECT {PARTNER} FROM left_over)"
        left = base.cursor().sql(f"SELECT {PARTNER}, is_left, rules FROM left_over ORDER BY {PARTNER}")
        asked = (row for batch in left.to_arrow_reader(AT_ONCE) for row in batch.to_pylist())
        last: str | None = None
        for partner, facts, wrong in Rows(base, self.facts, self.engine.core, tier.source, where):
            if partner == last:
                continue
            last = partner
            what = next(asked)
            if what[PARTNER] != partner:
                raise AssertionError("who is left is asked in the order of the partners")
            if partner in twice:
                rejected += 1
                continue
            rules = [self.rules[number] for number in sorted(what["rules"])]
            rows = self._rows(partner, facts, wrong, rules)
            refused += wrong
            if not rows:
                # Nothing is decided of a partner whose facts are none.
                rejected += 1
                base.execute("DELETE FROM decided WHERE partner = ?", [partner])
            decisions += len(rows)
            some += bool(what["is_left"])
            waiting += rows
            if len(waiting) >= ROWS_AT_ONCE:
                self._keep(base, waiting)
        self._keep(base, waiting)
        return rejected, decisions, some

    def _keep(self, base: duckdb.DuckDBPyConnection, waiting: list[dict[str, Json]]) -> None:
        if waiting:
            numbers = pa.array([self.numbers[row["rule"]] for row in waiting], pa.int32())
            base.register("told", table_of(waiting).add_column(0, "number", numbers))
            base.execute("INSERT INTO decided BY NAME SELECT * FROM told")
            base.unregister("told")
            waiting.clear()

    def _rows(
        self, partner: str, facts: Mapping[str, Json], wrong: list[Refusal], rules: Sequence[str]
    ) -> list[dict[str, Json]]:
        """Return the decisions on a partner; none, with why, where its rows are no facts."""
        if wrong:
            return []
        try:
            answer = self.engine.decide(Query(tuple(rules), self.asked.as_of, facts))
            return [row_of(partner, decision) for decision in answer.decisions]
        except FactErrors as errors:
            wrong += [
                Refusal(partner, one.pointer, f"{one.message}; {one.help}" if one.help else one.message)
                for one in errors.problems
            ]
        except TooManyDigits as error:
            wrong.append(Refusal(partner, "", str(error)))
        return []

    def _no_partner(self, base: duckdb.DuckDBPyConnection, one: Slice) -> Iterator[Refusal]:
        """Yield what rows are no partner's: of one that is not among the partners, or of none."""
        for table in self.facts.layout.tables:
            if not self.facts.rows[table.name]:
                continue
            if one.number == 1:
                nobody = _one(base, f"SELECT count(*) FROM {self.facts.sql(table)} WHERE {PARTNER} IS NULL")
                if nobody:
                    yield Refusal(None, "", f"{nobody} row(s) of `{table.file}` have no partner")
            if table.name != PARTNERS:
                orphans = base.execute(
                    f"SELECT {PARTNER}, count(*) FROM {tier.source(table)}"
                    f" WHERE {PARTNER} NOT IN (SELECT {PARTNER} FROM {PARTNERS}) GROUP BY 1 ORDER BY 1"
                ).fetchall()
                for name, number in orphans:
                    yield Refusal(
                        name, "", f"{number} row(s) of `{table.file}` are of no partner of `{PARTNERS}.parquet`"
                    )

    def _twice(self, base: duckdb.DuckDBPyConnection) -> dict[str, int]:
        told = f"SELECT {PARTNER}, count(*) FROM {PARTNERS} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1"
        return dict(base.execute(told).fetchall())


def _one(base: duckdb.DuckDBPyConnection, query: str) -> Any:
    ((found,),) = base.execute(query).fetchall()
    return found


def _write_rejects(refused: Sequence[Refusal], path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for one in refused:
            stream.write(json.dumps({"partner": one.partner, "pointer": one.pointer, "reason": one.reason}) + "\n")


# ---- processes

_DECIDING: list[Deciding] = []
"""What a worker decides with."""


@dataclass(frozen=True, slots=True)
class _Submit:
    """What decides slices, one after the other or several at once."""

    these: Callable[[Sequence[Slice]], Iterator[tuple[int, Part]]]
    query: Lowered
    """The rules that are decided by the query."""

    @property
    def lowered(self) -> int:
        """How many these are."""
        return len(self.query.rules)


@contextmanager
def _deciding(engine: Engine, facts: Facts, asked: Asked, rules: Sequence[str]) -> Iterator[_Submit]:
    """Give what decides slices, in processes where several are asked for; a slice is told of when it is written."""
    here = Deciding(engine, facts, asked, rules)
    if asked.jobs == 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield _Submit(lambda slices: ((one.number, here.slice(one)) for one in slices), here.lowered)
        return
    _DECIDING[:] = [here]  # Forked workers have the policies already.
    with ProcessPoolExecutor(asked.jobs, multiprocessing.get_context("fork")) as pool:
        pool.submit(_ready).result()

        def spread(slices: Sequence[Slice]) -> Iterator[tuple[int, Part]]:
            waiting = {pool.submit(_of, one): one for one in slices}
            try:
                for found in as_completed(waiting):
                    yield waiting[found].number, found.result()
            except BrokenProcessPool as error:
                raise Stopped(
                    "a process that decided partners was killed",
                    "run it again with --resume, perhaps with fewer --jobs",
                ) from error
            finally:
                for one in waiting:
                    one.cancel()

        yield _Submit(spread, here.lowered)


def _ready() -> None:
    """Do nothing: with the first work all processes begin."""


def _of(one: Slice) -> Part:
    return _DECIDING[0].slice(one)
