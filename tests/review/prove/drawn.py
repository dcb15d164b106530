"""Partners beside those that a claim turns on, by tables: drawn and decided by DuckDB, twenty thousand at once.

Who is made at the figures of a rule (``Near``) is written as tables once. Each other partner begins at one of these, mostly
at one who meets the rule or is decided otherwise, and has a few of its parts (facts, lists, a row less) exchanged: which,
a digest of the seed and of its number says, so that a seed draws the same everywhere. What is asked on both sides is
written as a batch writes it (``evaluator.columnar``) and held against each other in a query. Whom that leaves open, who
contradicts a claim, and a sample are decided by the row engine out of the same tables.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evaluator.acceptance.facts_schema import FactErrors
from evaluator.columnar import tier
from evaluator.columnar.database import database, named, quoted
from evaluator.columnar.importing import import_lines
from evaluator.columnar.known import known_of
from evaluator.columnar.layout import HISTORY, PARTNER, PARTNERS, ROW, Table, layout_of
from evaluator.columnar.lowering import Lowering
from evaluator.columnar.rows import Rows
from evaluator.columnar.tables import open_facts
from review.prove.verdicts import WAYS, Side, Way
from tests.review.prove.asked import MEETS, Asked, columns_of, compared
from tests.review.prove.near import Near

Json = Any
ROUNDS = (1_000, 4_000, 20_000)
"""Partners that are drawn at once: few at first, so that most begin at those whom these show to lie near; the last goes on."""
BEST = 400
"""Partners at whom most others begin."""
IN_VAIN = 50
"""Where not one in so many that are drawn is a new one, there are hardly any others."""
SAMPLE = 500
"""About one in so many is decided by the row engine too."""
_ROWS = 64
"""Rows of a list that can be left out: so many digits tell which."""
_SIDES = ("before", "after")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that partners exchange: a fact or measure, or a list."""

    number: int
    section: str
    name: str
    different: tuple[int, ...]
    """Partners of the pool, by their numbers: one of each value."""
    same: tuple[int, ...]
    """Of each partner of the pool the one of these who has the same."""
    rows: tuple[int, ...] = ()
    """Of each partner of the pool how many rows it has."""

    @property
    def is_list(self) -> bool:
        """Whether rows can be left out."""
        return self.section == "records"

    @property
    def columns(self) -> list[str]:
        """Which partner of the pool it is of, and of a list which of its rows are left out."""
        return [f"s{self.number}", *([f"m{self.number}"] if self.is_list else [])]


@dataclass(frozen=True, slots=True)
class Looked:
    """A partner whom the row engine is asked about."""

    facts: dict[str, Json]
    ways: frozenset[Way]
    """In which the query decides it otherwise."""
    is_left: bool
    """Whether the query leaves it open."""
    is_sample: bool


class Drawn:
    """Partners for one rule on one day, and what both sides say of them."""

    def __init__(self, near: Near, folder: Path, seed: str) -> None:
        """Write the tables of the partners of whom the others are put together, and what is asked.

        Args:
            near: the sides, the rule, the day, and partners at the figures.
            folder: an empty one, for the tables.
            seed: of all that is random.

        Raises:
            Cannot: something that is asked is not written as a query.
        """
        self.near = near
        self.seed = seed
        self.refused = near.refused
        self.pool = self._accepted()
        self.parts = [*_parts_of(self.pool)]
        self.base = database(folder / "spill", threads=1, memory="2GB")
        self.sides = [
            self._asked(side, name, schema, folder / schema)
            for side, name, schema in zip(near.sides, near.names, _SIDES, strict=True)
        ]
        self._compared = compared(*self.sides)
        columns = ["place INTEGER", *self._sql_columns()]
        self.base.execute(f"CREATE TABLE main.starts ({', '.join(columns)})")
        marks = ", ".join("?" for _ in columns)
        self.base.executemany(f"INSERT INTO main.starts VALUES ({marks})", [*self._starts()])
        self.base.execute(f"CREATE TABLE main.best ({', '.join(self._sql_columns())}, met BOOLEAN, mark UBIGINT)")
        self.base.execute("CREATE TABLE main.seen (mark UBIGINT)")
        self._number = 0

    # ---- the pool

    def _accepted(self) -> list[dict[str, Json]]:
        """Return the partners at the figures with all parts told; and each without its measures, so that its records count."""
        near = self.near
        measures = {name for side in near.sides for name in side.core.named}
        whole = [_filled(index, near.pool) for index in range(len(near.pool))] + near.best
        found: list[dict[str, Json]] = []
        for facts in whole:
            found.append(facts)
            without = {name: value for name, value in facts["facts"].items() if name not in measures}
            if len(without) < len(facts["facts"]):
                found.append({**facts, "facts": without})
        accepted: list[dict[str, Json]] = []
        for facts in found:
            try:
                for side in near.sides:
                    side.engine.reader.check(facts)
            except FactErrors:
                self.refused += 1
                continue
            accepted.append(facts)
        return accepted

    def _asked(self, side: Side, name: str, schema: str, folder: Path) -> Asked:
        """Write the pool as the tables of a side, and what a rule asks as a query."""
        lines = "".join(
            json.dumps({**facts, PARTNER: f"{index:06d}"}) + "\n" for index, facts in enumerate(self.pool)
        ).encode()
        layout = layout_of(side.core)
        done = import_lines(io.BytesIO(lines), side.engine.reader, layout, folder, lambda _: None)  # type: ignore[arg-type]
        assert (done.partners, done.rejected) == (len(self.pool), 0)
        facts = open_facts(folder, layout)
        self.base.execute(f"CREATE SCHEMA pool_{schema}")
        self.base.execute(f"CREATE SCHEMA {schema}")
        for table in layout.tables:
            place = tier.source(table)
            read = f"SELECT CAST({PARTNER} AS INTEGER) AS number, * EXCLUDE ({PARTNER}) FROM {facts.sql(table)}"
            self.base.execute(f"CREATE TABLE pool_{schema}.{place} AS {read}")
            self.base.execute(f"CREATE TABLE {schema}.{place} AS SELECT * FROM {facts.sql(table)} WHERE FALSE")
        lowering = Lowering(side.engine, self.near.day, known_of(facts), says_missing=False)
        columns, outcomes = columns_of(lowering, side, name, self.near.day)
        return Asked(side, schema, facts, [*lowering.steps([columns])], outcomes)

    # ---- drawing

    def _starts(self) -> Iterator[list[int]]:
        """Yield the pool as it is told of those who are drawn: of whom each part is, and that no row is left out."""
        for index in range(len(self.pool)):
            yield [index, *(value for part in self.parts for value in [part.same[index], 0][: len(part.columns)])]

    def _sql_columns(self) -> list[str]:
        return [
            f"{name} {'UBIGINT' if name.startswith('m') else 'INTEGER'}" for part in self.parts for name in part.columns
        ]

    def rounds(self, count: int) -> Iterator[int]:
        """Draw partners until there are so many, or hardly any others; yield how many each time, with ``compared`` made."""
        left = count
        sizes = iter(ROUNDS)
        size = 0
        while left > 0:
            size = next(sizes, size)
            number = min(size, left)
            drawn = self._draw(number, first=self._number == 0)
            if drawn:
                self._decide()
                yield drawn
                self._keep_best()
            left -= drawn
            if drawn * IN_VAIN < number:
                return

    def _draw(self, number: int, *, first: bool) -> int:
        """Make the table ``drawn``: which parts of whom each partner has, the pool first, no two the same; return how many."""
        count = len(self.pool)
        (best,) = self.base.execute("SELECT count(*) FROM main.best").fetchall()[0]
        self.base.execute(
            "CREATE OR REPLACE TABLE main.begun AS SELECT row_number() OVER (ORDER BY mark) - 1 AS place, * FROM main.best"
        )
        first_number, self._number = self._number, self._number + number
        # Three parts are exchanged at most; of one in two a single one is.
        digests = {
            "b": "begins", "w": "where", "n": "how many",
            **{f"{what}{time}": f"{what}{time}" for time in (1, 2, 3) for what in ("k", "v", "x")},
        }  # fmt: skip
        told = ", ".join(
            f"CAST(md5_number_lower({quoted(f'{self.seed}/{what}/')} || i) >> 1 AS BIGINT) AS {name}"
            for name, what in digests.items()
        )
        chosen = f"SELECT i, {told} FROM range({first_number}, {self._number}) AS r(i)"
        kinds = f"{best} > 0 AND b % 10 < 7"
        columns = [name for part in self.parts for name in part.columns]
        begun = (
            f"SELECT c.*, {', '.join(f'o.{name}' for name in columns)} FROM chosen c JOIN main.begun o"
            f" ON o.place = c.w % {max(best, 1)} WHERE {kinds} UNION ALL SELECT c.*,"
            f" {', '.join(f'o.{name}' for name in columns)} FROM chosen c JOIN main.starts o"
            f" ON o.place = c.w % {count} WHERE NOT ({kinds})"
        )
        times = "[1, 1, 2, 3][1 + n % 4]"
        exchanged = ", ".join(sql for part in self.parts for sql in _exchanged(part, len(self.parts), times))
        mark = f"md5_number_lower(concat_ws(',', {', '.join(columns)}))"
        pool = f"SELECT -1 AS i, {', '.join(columns)} FROM main.starts UNION ALL " if first else ""
        self.base.execute(
            f"CREATE OR REPLACE TABLE main.drawn AS WITH chosen AS ({chosen}), begun AS ({begun}),"
            f" made AS ({pool}SELECT i, {exchanged} FROM begun), marked AS (SELECT i, {', '.join(columns)}, {mark} AS mark"
            f" FROM made) SELECT lpad(CAST(row_number() OVER (ORDER BY mark) AS VARCHAR), 9, '0') AS {PARTNER},"
            f" {', '.join(columns)}, mark FROM marked WHERE mark NOT IN (SELECT mark FROM main.seen)"
            f" QUALIFY row_number() OVER (PARTITION BY mark ORDER BY i) = 1 ORDER BY i, mark LIMIT {number}"
        )
        self.base.execute("INSERT INTO main.seen SELECT mark FROM main.drawn")
        (drawn,) = self.base.execute("SELECT count(*) FROM main.drawn").fetchall()[0]
        for side in self.sides:
            self._put_together(side)
        return int(drawn)

    def _put_together(self, side: Asked) -> None:
        """Fill the tables of a side with the partners that are drawn."""
        self.base.execute(f"USE {side.schema}")
        pool = f"pool_{side.schema}"
        layout = side.facts.layout
        known = {column.name for column in layout[PARTNERS].columns}
        told: list[str] = []
        joins: list[str] = []
        histories: list[str] = []
        for part in self.parts:
            other = f"p{part.number}"
            about = ("told", "partial", "covers_from", "covers_through")
            names = [f"f_{part.name}"] if not part.is_list else [f"{what}_{part.name}" for what in about]
            own = [name for name in names if name in known]
            if not own:
                continue  # a list or fact of the other side
            told += [f"{other}.{named(name)}" for name in own]
            joins.append(f"JOIN {pool}.{tier.source(layout[PARTNERS])} {other} ON {other}.number = d.s{part.number}")
            if not part.is_list:
                histories.append(
                    f"SELECT d.{PARTNER}, h.* EXCLUDE (number) FROM main.drawn d JOIN {pool}.{tier.source(layout[HISTORY])} h"
                    f" ON h.number = d.s{part.number} WHERE h.name = {quoted(part.name)}"
                )
                continue
            table = layout[f"records/{part.name}"]
            if not side.facts.rows[table.name]:
                continue
            mask = f"(d.m{part.number} >> LEAST({ROW}, {_ROWS - 1})) & 1"
            self._replace(
                tier.source(table),
                f"SELECT d.{PARTNER}, r.* EXCLUDE (number) FROM main.drawn d JOIN {pool}.{tier.source(table)} r"
                f" ON r.number = d.s{part.number} WHERE {ROW} >= {_ROWS} OR {mask} = 0",
            )
        with tier.planned_shortly(self.base):
            self._replace(
                tier.source(layout[PARTNERS]), f"SELECT {', '.join([f'd.{PARTNER}', *told])} FROM main.drawn d {' '.join(joins)}"
            )  # fmt: skip
        if histories and side.facts.rows[HISTORY]:
            self._replace(tier.source(layout[HISTORY]), " UNION ALL ".join(histories))

    def _replace(self, table: str, query: str) -> None:
        self.base.execute(f"DELETE FROM {table}")
        self.base.execute(f"INSERT INTO {table} BY NAME {query}")

    # ---- deciding

    def _decide(self) -> None:
        """Make the table ``compared``: in which ways each partner is decided otherwise, and who is left open."""
        for side in self.sides:
            self.base.execute(f"USE {side.schema}")
            for step in side.steps:
                name = "said" if step.rules else named(step.name)
                with tier.planned_shortly(self.base):
                    self.base.execute(f"CREATE OR REPLACE TABLE {name} AS {step.text}")
                for dropped in step.drops:
                    self.base.execute(f"DROP TABLE {named(dropped)}")
        self.base.execute(f"CREATE OR REPLACE TABLE main.compared AS {self._compared}")

    def shown(self) -> frozenset[Way]:
        """Return the ways in which somebody of the last that were drawn is decided otherwise, by the query."""
        told = ", ".join(f"coalesce(bool_or({way} AND NOT is_left), FALSE)" for way in WAYS)
        (found,) = self.base.execute(f"SELECT {told} FROM main.compared").fetchall()
        return frozenset(way for way, is_so in zip(WAYS, found, strict=True) if is_so)

    def _keep_best(self) -> None:
        """Keep at whom the others begin: who is decided otherwise, and who meets the rule on a side."""
        columns = ", ".join([*(name for part in self.parts for name in part.columns), "met", "mark"])
        self.base.execute(
            f"CREATE OR REPLACE TABLE main.best AS WITH every AS (SELECT {columns} FROM main.best UNION ALL"
            f" SELECT {columns} FROM (SELECT d.*, NOT (less OR more) AS met FROM main.drawn d JOIN main.compared"
            f" USING ({PARTNER}) WHERE less OR more OR {MEETS}))"
            f" SELECT * FROM every QUALIFY row_number() OVER (PARTITION BY met ORDER BY md5_number_lower(CAST(mark AS"
            f" VARCHAR) || '/{self._number}')) <= {BEST // 2}"
        )

    def looked_at(self, proved: Collection[str]) -> Iterator[Looked]:
        """Yield of the last that were drawn whom the query leaves open, who contradicts a claim, and a sample."""
        against = " OR ".join(["is_left", *(way for way in WAYS if way in proved)])
        self.base.execute(
            f"CREATE OR REPLACE TABLE main.asked AS SELECT {PARTNER}, is_left, mark % {SAMPLE} = 0 AS is_sample,"
            f" {', '.join(WAYS)} FROM main.compared JOIN main.drawn USING ({PARTNER})"
            f" WHERE {against} OR mark % {SAMPLE} = 0"
        )
        told = self.base.execute(f"SELECT {PARTNER}, is_left, is_sample, {', '.join(WAYS)} FROM main.asked").fetchall()
        found = {partner: what for partner, *what in told}
        side = self.sides[0]

        def source(table: Table) -> str:
            return f"{side.schema}.{tier.source(table)}"

        among = f"{PARTNER} IN (SELECT {PARTNER} FROM main.asked)"
        for partner, facts, wrong in Rows(self.base, side.facts, side.side.core, source, among):
            assert not wrong, wrong
            is_left, is_sample, *ways = found.pop(partner)
            otherwise = frozenset(way for way, is_so in zip(WAYS, ways, strict=True) if is_so)
            yield Looked(facts, otherwise, is_left, is_sample)
        assert not found, "all who are asked for are told"


def held(near: Near, proved: Collection[str], count: int, seed: str) -> dict[str, Json]:
    """Hold what is proved of a rule on a day against so many partners.

    Args:
        near: the sides, the rule, the day, and partners at the figures.
        proved: the ways in which nobody is decided otherwise.
        count: how many partners are drawn; fewer, where there are hardly any others.
        seed: of all that is random.

    Returns:
        How many were drawn, the ways in which some are decided otherwise, and whom the row engine was asked about.

    Raises:
        AssertionError: somebody contradicts it, or the query decides somebody otherwise than the row engine.
        Cannot: something that is asked is not written as a query.
    """
    numbers = Counter(dict.fromkeys(("partners", "left open", "sample", "by the register"), 0))
    ways: set[Way] = set()
    with TemporaryDirectory() as folder:
        drawn = Drawn(near, Path(folder), seed)
        for number in drawn.rounds(count):
            numbers["partners"] += number
            ways |= drawn.shown()
            for one in drawn.looked_at(proved):
                who = (near.names, str(near.day), json.dumps(one.facts, default=str))
                found = near.ways(one.facts)
                assert one.is_left or found == one.ways, ("the query decides otherwise", *who, sorted(one.ways))
                ways |= found
                numbers["left open"] += one.is_left
                if one.is_sample:
                    numbers["sample"] += 1
                    assert near.plainly(one.facts) <= found, ("engines decide otherwise", *who)
                if found & set(proved):
                    assert not near.registers_agree(one.facts), ("contradicted", *who, sorted(found))
                    numbers["by the register"] += 1
    return {**numbers, "ways": sorted(ways), "refused": drawn.refused}


def _filled(index: int, pool: Sequence[dict[str, Json]]) -> dict[str, Json]:
    """Return a partner of a pool with the parts that only others of it are told: by turns theirs."""
    found = {section: dict(pool[index][section]) for section in ("facts", "records")}
    for step in range(1, len(pool)):
        other = pool[(index + step) % len(pool)]
        for section, told in found.items():
            for name, value in other[section].items():
                told.setdefault(name, value)
    return found


def _parts_of(pool: Sequence[Mapping[str, Json]]) -> Iterator[Part]:
    number = 0
    for section in ("facts", "records"):
        for name in dict.fromkeys(name for facts in pool for name in facts[section]):
            first: dict[str, int] = {}
            values = [json.dumps(facts[section].get(name), sort_keys=True) for facts in pool]
            same = tuple(first.setdefault(value, index) for index, value in enumerate(values))
            lists = [facts[section].get(name, []) for facts in pool] if section == "records" else []
            rows = tuple(len(told["rows"] if isinstance(told, dict) else told) for told in lists)
            yield Part(number, section, name, tuple(first.values()), same, rows)
            number += 1


def _exchanged(part: Part, parts: int, times: str) -> Iterator[str]:
    """Yield the columns of a part, where some are exchanged: another of the pool, or of a list a row less."""
    own = [f"s{part.number}", f"m{part.number}"]
    different = f"[{', '.join(map(str, part.different))}]"
    cases: list[list[str]] = [[], []]
    for time in (3, 2, 1):
        is_it = f"{times} >= {time} AND k{time} % {parts} = {part.number}"
        other = f"{different}[1 + v{time} % {len(part.different)}]"
        if not part.is_list:
            cases[0].append(f"WHEN {is_it} THEN {other}")
            continue
        rows = f"[{', '.join(str(min(one, _ROWS)) for one in part.rows)}][1 + {own[0]}]"
        fewer = f"x{time} % 10 < 3 AND {rows} > 0"
        cases[0].append(f"WHEN {is_it} THEN CASE WHEN {fewer} THEN {own[0]} ELSE {other} END")
        less = f"{own[1]} | (CAST(1 AS UBIGINT) << CAST(v{time} % greatest({rows}, 1) AS UBIGINT))"
        cases[1].append(f"WHEN {is_it} THEN CASE WHEN {fewer} THEN {less} ELSE 0 END")
    for name, case in zip(own, cases, strict=True):
        if case:
            yield f"CASE {' '.join(case)} ELSE {name} END AS {name}"
