"""Nothing is claimed wrongly, at size: ``make proofs``.

Three things are tried. What is proved of the edits of ``tests/data/diff`` is held against partners near the rules' own
figures, so many for each claim: drawn and decided by tables (``drawn``); one by one where a batch cannot write what is
asked. Faults that a partner shows to be stricter, or looser, are never proved not to be. What is
written for the solver is what the interpreter decides, with everything told and with gaps. ``--log FILE`` keeps what is
done, a line each, so that a run that is ended goes on where it was, and a larger one where a smaller one ended.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from dsl import core as c
from dsl.core.keys import Keys
from dsl.document import Document
from dsl.load import load_checked
from evaluator.columnar.terms import Cannot
from evaluator.engine import Engine
from review.prove.claims import Verdict
from review.prove.verdicts import WAYS, Prover, Side, Way, _outcomes, ends_of
from review.scenarios.faults import Fault, faults
from tests.review.diff.conftest import DATA, EDITS, SERVICE
from tests.review.diff.test_direction import LAWS, faulty
from tests.review.prove import drawn
from tests.review.prove.golden import Edit, edit
from tests.review.prove.near import Near
from tests.review.prove.test_encode import DAYS, check as compared

Json = Any
SECONDS_OF_A_FAULT = 10.0
BY_TABLES = 100_000
"""Partners that are drawn in one go."""
CHUNK = 10_000
"""Partners that are tried one by one in one go."""
SAMPLE = 250
"""Every so many of these are decided by what all others ask, too."""
SHARES = 16
"""Parts of the rules that are compared in one go."""
MOST_RULES = 3
"""Rules of a fault whose claims are held against those who show it."""
MOST_IN_VAIN = 2
"""Rules and days on which nobody shows a fault, before its others are left: those that it alters itself come first."""
MORE = 100
"""Partners that are tried behind one who shows a fault in one direction, for one who shows it in the other."""
ROOT = Path(__file__).parents[3]
PROGRAMMES: tuple[tuple[Path, ...], ...] = (
    (SERVICE / "azure.policy", SERVICE / "membership.policy", DATA / "tracks.policy"),
    (ROOT / "tests" / "data" / "cli" / "policies" / "acme.policy",),
    (ROOT / "tests" / "data" / "guide" / "small" / "small.policy",),
    *((path,) for path in LAWS),
)
"""What faults are made of."""


@dataclass
class Log:
    """What is done, in a file where one is named."""

    path: Path | None = None
    done: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what a run before did."""
        if self.path is not None and self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                told = json.loads(line)
                self.done[told["what"]] = told["found"]

    def add(self, what: str, found: Json) -> None:
        """Keep what came out."""
        self.done[what] = found
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"what": what, "found": found}) + "\n")


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of work: what it is called in the log, and how it is done, in any process."""

    what: str
    do: Callable[..., Json]
    given: tuple[Json, ...]


def run(log: Log, units: Iterable[Unit], jobs: int, enough: Callable[[], bool] = lambda: False) -> None:
    """Do what is not done yet, until there is enough."""
    left = (unit for unit in units if unit.what not in log.done)
    if jobs == 1:
        for unit in left:
            if enough():
                return
            log.add(unit.what, unit.do(*unit.given))
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
        waiting = [(unit, pool.submit(unit.do, *unit.given)) for unit in islice(left, 2 * jobs)]
        while waiting:
            unit, found = waiting.pop(0)
            log.add(unit.what, found.result())
            if not enough():
                waiting.extend((unit, pool.submit(unit.do, *unit.given)) for unit in islice(left, 1))


# ---- edits

_edit = lru_cache(maxsize=4)(edit)


def claims_of(name: str) -> list[Json]:
    """Return what is claimed of every rule that an edit reaches, as the log keeps it."""
    one = _edit(name)
    return [
        {
            "rule": verdict.rule,
            "former": verdict.former or verdict.rule,
            "days": str(verdict.days),
            "tried": [day.isoformat() for day in verdict.tried],
            "asked": _asked(one, verdict),
            **{way: getattr(verdict, way).state for way in WAYS},
            "shown": [dict(claim.partner) for way in WAYS if (claim := getattr(verdict, way)).partner is not None],
        }
        for verdict in one.verdicts()
    ]


def _asked(one: Edit, verdict: Verdict) -> list[Json]:
    """Return what both sides ask, on each of the days: claims of which it is the same are one."""
    sides = ((one.before, verdict.former or verdict.rule), (one.after, verdict.rule))
    return [
        [
            (found, "-" if node is None else side.keys.key(node, day))
            for side, name in sides
            for found, node in _outcomes(side.core.rules[name], day)
        ]
        for day in verdict.tried
    ]


@dataclass(frozen=True, slots=True)
class Claimed:
    """Claims that say the same: of one rule, asked alike, maybe of several edits."""

    members: list[tuple[str, Json]]

    @property
    def name(self) -> str:
        """What it is called in the log."""
        edit_name, told = self.members[0]
        return f"{edit_name}: {told['rule']} {told['days']}"

    @property
    def proved(self) -> frozenset[str]:
        """The ways in which nobody is decided otherwise."""
        return frozenset(way for way in WAYS if self.members[0][1][way] == "proved")

    @property
    def shown(self) -> frozenset[str]:
        """The ways in which somebody is."""
        return frozenset(way for way in WAYS if self.members[0][1][way] == "witness")


def claimed(told: Mapping[str, Sequence[Json]]) -> list[Claimed]:
    """Return the claims of which something is proved, those that say the same as one."""
    found: dict[str, Claimed] = {}
    for name, claims in told.items():
        for one in claims:
            if "proved" in (one["less"], one["more"]):
                key = json.dumps([one["rule"], one["former"], one["asked"], one["less"], one["more"]])
                found.setdefault(key, Claimed([])).members.append((name, one))
    return list(found.values())


def held(name: str, told: Json, count: int, seed: str) -> Json:
    """Hold a claim by tables against so many partners, shared out among its days.

    Returns:
        How many were drawn, in which ways they are decided otherwise, and whom the row engine was asked about; or why what
        is asked is not written as a query.

    Raises:
        AssertionError: somebody contradicts it, or is decided otherwise by the query.
    """
    proved = {way for way in WAYS if told[way] == "proved"}
    numbers: Counter[str] = Counter()
    ways: set[Way] = set()
    try:
        for near in _nears(name, told, seed):
            found = drawn.held(near, proved, max(1, count // len(told["tried"])), seed)
            ways.update(found.pop("ways"))
            numbers.update(found)
    except Cannot as why:
        return {"cannot": str(why)}
    return {**numbers, "ways": sorted(ways)}


def _nears(name: str, told: Json, seed: str) -> Iterator[Near]:
    """Yield what makes partners for a claim, for each of its days."""
    one = _edit(name)
    for day in told["tried"]:
        sides, rules = (one.before, one.after), (told["former"], told["rule"])
        yield Near(sides, rules, date.fromisoformat(day), seed, shown=told["shown"])


def held_one_by_one(name: str, told: Json, count: int, seed: str) -> Json:
    """Hold a claim against so many partners, each made and decided alone, shared out among its days.

    Returns:
        How many were tried, and in which ways they are decided otherwise.

    Raises:
        AssertionError: somebody contradicts it.
    """
    proved = {way for way in WAYS if told[way] == "proved"}
    partners, ways, refused, by_the_register = 0, set[Way](), 0, 0
    for near in _nears(name, told, seed):
        refused += near.refused
        for facts in islice(near, max(1, count // len(told["tried"]))):
            partners += 1
            found = near.ways(facts)
            ways |= found
            who = (name, told["rule"], str(near.day), json.dumps(facts))
            if found & proved:
                assert not near.registers_agree(facts), ("contradicted", *who, sorted(found))
                by_the_register += 1
            if partners % SAMPLE == 0:
                assert near.plainly(facts) <= found, ("engines decide otherwise", *who)
    return {"partners": partners, "ways": sorted(ways), "refused": refused, "by the register": by_the_register}


def of_edits(log: Log, names: Sequence[str], partners: int, jobs: int, seed: int) -> str:
    """Hold what is proved of edits against so many partners for each claim; say what came of it."""
    run(log, (Unit(f"claims of {name}", claims_of, (name,)) for name in names), jobs)
    groups = claimed({name: log.done[f"claims of {name}"] for name in names})
    run(log, _by_tables(groups, partners, seed), jobs)
    parts_of = {one.name: _done(log, _by_tables([one], partners, seed)) for one in groups}
    alone = [one for one in groups if any("cannot" in part for part in parts_of[one.name])]
    run(log, _one_by_one(alone, partners, seed), jobs)
    parts_of |= {one.name: _done(log, _one_by_one([one], partners, seed)) for one in alone}
    singly = [parts_of[one.name] for one in alone]
    tables = [parts_of[one.name] for one in groups if one not in alone]
    claims = [one for name in names for one in log.done[f"claims of {name}"]]
    states = Counter(one[way] for one in claims for way in WAYS)
    every = list(parts_of.values())
    of_shown = sum(len(one.shown) for one in groups)
    shown = sum(len(one.shown & {way for part in parts_of[one.name] for way in part["ways"]}) for one in groups)
    few = sum(_number(parts, "partners") < partners for parts in every)
    return (
        f"{len(names)} edits, {len(claims):,} claims of rules and days ({_told(states)}); {len(groups)} of them say different"
        f" things, with something proved: {len(tables)} are held by tables against"
        f" {sum(_number(parts, 'partners') for parts in tables):,} partners"
        f" ({sum(_number(parts, 'left open') for parts in tables):,} left to the row engine, which decides"
        f" {sum(_number(parts, 'sample') for parts in tables):,} others alike), {len(singly)} one by one against"
        f" {sum(_number(parts, 'partners') for parts in singly):,}; {partners:,} each ({few} have no more), nobody contradicts"
        f" ({sum(_number(parts, 'by the register') for parts in every):,} are decided otherwise by the register, of which"
        f" nothing is claimed); of {of_shown} directions with a witness these partners show {shown} too\n"
    )


def _done(log: Log, units: Iterable[Unit]) -> list[Json]:
    return [log.done[unit.what] for unit in units]


def _number(parts: Iterable[Json], what: str) -> int:
    return sum(part[what] for part in parts)


def _by_tables(groups: Iterable[Claimed], partners: int, seed: int) -> Iterator[Unit]:
    return _pieces(groups, partners, BY_TABLES, held, "drawn", seed)


def _one_by_one(groups: Iterable[Claimed], partners: int, seed: int) -> Iterator[Unit]:
    return _pieces(groups, partners, CHUNK, held_one_by_one, "partners", seed)


def _pieces(
    groups: Iterable[Claimed], partners: int, size: int, do: Callable[..., Json], how: str, seed: int
) -> Iterator[Unit]:
    """Yield the pieces of all claims: a first one of each, then a second one of each, and so on."""
    for number in range(-(-partners // size)):
        for one in groups:
            name, told = one.members[number % len(one.members)]
            count = min(size, partners - number * size)
            what = f"{one.name}, {count:,} {how} from {number * size + 1:,}, seed {seed}"
            yield Unit(what, do, (name, told, count, f"{seed}/{number}"))


# ---- faults


@cache
def _programme(paths: tuple[Path, ...]) -> tuple[Document, Side, list[Fault]]:
    loaded = load_checked(list(paths))
    engine = Engine(loaded.document, loaded.core)
    return loaded.document, Side(loaded.document, engine.core, engine, Keys(engine.core)), faults(loaded.document)


def of_fault(paths: tuple[Path, ...], index: int, partners: int, rules: int) -> Json:
    """Hold claims about a fault against who shows that it is stricter, or looser.

    Who shows it is looked for first: of what nobody shows, nothing is asked of the solver.

    Args:
        paths: the programme.
        index: of the fault.
        partners: that are tried for each rule and day.
        rules: of which the claims are held, at most.

    Raises:
        AssertionError: it is stricter (looser), and it is proved that it is not.
    """
    document, before, made = _programme(paths)
    known: dict[str, dict[Way, str]] = {}
    for fault, other in faulty(document, made[index : index + 1]):
        after = Side(other.document, other.core, other, Keys(other.core))
        prover = Prover(before, after, SECONDS_OF_A_FAULT)
        pairs = [
            (rule, after.core.rules[rule.id]) for rule in before.core.rules.values() if rule.id in after.core.rules
        ]
        left = MOST_IN_VAIN
        for rule, now in sorted(pairs, key=lambda pair: pair[0] == pair[1]):
            for day in _days(before, after, rule, now):
                if len(known) == rules or left == 0:
                    break
                near = Near((before, after), (rule.id, rule.id), day, str(index), size=24)
                ways = _shown(near, partners)
                if not ways:
                    left -= 1
                    continue
                claims = dict(zip(WAYS, prover._asked(rule, now, day), strict=True))
                for way, facts in ways.items():
                    state = claims[way].state
                    assert state != "proved", (fault.key, rule.id, str(day), way, json.dumps(facts))
                    known.setdefault(rule.id, {})[way] = state
                break
    return {"kind": made[index].kind, "known": known}


def _shown(near: Near, partners: int) -> dict[Way, Json]:
    """Return the ways in which partners of whom the register says the same are decided otherwise, each with one."""
    found: dict[Way, Json] = {}
    shown_at: int | None = None
    for number, facts in enumerate(islice(near, partners)):
        if len(found) == len(WAYS) or (shown_at is not None and number > shown_at + MORE):
            break
        for way in near.ways(facts) - found.keys():
            if near.registers_agree(facts):
                found[way] = facts
                shown_at = number if shown_at is None else shown_at
    return found


def _days(before: Side, after: Side, rule: c.Rule, now: c.Rule) -> list[date]:
    """Return the days at which a rule is looked at: the ends of its stretches on which what it asks is unlike."""
    days = sorted({date.min, *before.keys.days_of(rule), *after.keys.days_of(now)})
    ends = zip(days, [*days[1:], None], strict=True)
    unlike = [
        c.Days(None if start == date.min else start, end)
        for start, end in ends
        if [_keyed(before, one, start) for one in _outcomes(rule, start)]
        != [_keyed(after, one, start) for one in _outcomes(now, start)]
    ]
    return [day for stretch in unlike for day in ends_of(stretch)]


def _keyed(side: Side, one: tuple[str, c.Expr | None], day: date) -> tuple[str, str]:
    name, node = one
    return name, "-" if node is None else side.keys.key(node, day)


def of_faults(
    log: Log, programmes: Sequence[tuple[Path, ...]], most: int, jobs: int, partners: int = 150, rules: int = MOST_RULES
) -> str:
    """Look at faults until so many are known by somebody who shows them; say what came of it."""

    def results() -> list[Json]:
        return [found for what, found in log.done.items() if what.startswith("fault ")]

    def units() -> Iterator[Unit]:
        # One of each programme by turns: when there are enough, each has had its share.
        numbers = [len(_programme(paths)[2]) for paths in programmes]
        for index in range(max(numbers)):
            for paths, number in zip(programmes, numbers, strict=True):
                if index < number:
                    yield Unit(f"fault {index} of {paths[0].stem}", of_fault, (paths, index, partners, rules))

    run(log, units(), jobs, lambda: sum(bool(one["known"]) for one in results()) >= most)
    found = results()
    seen = Counter(state for one in found for ways in one["known"].values() for state in ways.values())
    ways = Counter(way for one in found for way in {way for its in one["known"].values() for way in its})
    return (
        f"{len(found)} faults, {sum(bool(one['known']) for one in found)} of them known by somebody: {ways['less']} stricter or"
        f" cheaper, {ways['more']} looser or dearer; {sum(seen.values())} claims of theirs are refuted by a witness"
        f" ({seen['witness']}) or not known ({seen['unknown']}), none is proved\n"
    )


# ---- decisions


def of_decisions(log: Log, partners: int, jobs: int) -> str:
    """Compare decisions by what is written for the solver with the interpreter's; say what came of it."""
    units = [
        Unit(
            f"decisions of {day}, {partners} partners, share {start + 1} of {SHARES}",
            _compared,
            (day.isoformat(), partners, start),
        )
        for start in range(SHARES)
        for day in DAYS
    ]
    run(log, units, jobs)
    total: Counter[str] = Counter()
    for unit in units:
        total.update(log.done[unit.what])
    return f"decisions of the shipped policies, written and interpreted: {_told(total)}; all are alike\n"


def _compared(day: str, partners: int, start: int) -> Json:
    return dict(compared(ROOT / "policies", [date.fromisoformat(day)], partners, SHARES, start))


def main() -> None:
    """Try all of it, or one part."""
    arguments = argparse.ArgumentParser(description="Hold what is proved against decisions.")
    arguments.add_argument("part", nargs="?", choices=("edits", "faults", "decisions"), help="one of the three; all")
    arguments.add_argument("--partners", type=int, default=100_000, help="near the figures, for each claim of an edit")
    arguments.add_argument("--faults", type=int, default=220, help="known ones that are looked at")
    arguments.add_argument("--rules", type=int, default=MOST_RULES, help="of each fault that are looked at")
    arguments.add_argument("--decisions", type=int, default=16, help="partners of each rule and day")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--log", type=Path)
    asked = arguments.parse_args()
    log = Log(asked.log)
    parts: dict[str, Callable[[], str]] = {
        "decisions": lambda: of_decisions(log, asked.decisions, asked.jobs),
        "faults": lambda: of_faults(log, PROGRAMMES, asked.faults, asked.jobs, rules=asked.rules),
        "edits": lambda: of_edits(log, tuple(EDITS), asked.partners, asked.jobs, asked.seed),
    }
    for part, do in parts.items():
        if asked.part in (None, part):
            sys.stdout.write(do())
            sys.stdout.flush()


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in sorted(counts.items()))


if __name__ == "__main__":
    main()
