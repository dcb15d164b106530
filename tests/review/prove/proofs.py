"""Nothing is claimed wrongly, at size: ``make proofs``.

Three things are tried. What is proved of the edits of ``tests/data/diff`` is held against made partners at the rules' own
figures. Faults that a made partner shows to be stricter, or looser, are never proved not to be. What is written for the
solver is what the interpreter decides, with everything told and with gaps. ``--log FILE`` keeps what is done, a line
each, so that a run that is ended goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dsl import core as c
from dsl.core.keys import Keys
from dsl.load import load_checked
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Engine
from review.prove.claims import Verdict
from review.prove.verdicts import WAYS, Prover, Side, Way, _unlike, ends_of
from review.scenarios.faults import faults
from review.scenarios.partners import COMPLETE, Partners
from tests.review.diff.conftest import DATA, EDITS, SERVICE
from tests.review.diff.test_direction import LAWS, faulty
from tests.review.prove.golden import edit
from tests.review.prove.test_encode import DAYS, check as compared

Json = Any
SECONDS_OF_A_FAULT = 10.0
ROOT = Path(__file__).parents[3]
PROGRAMMES: tuple[tuple[Path, ...], ...] = (
    (SERVICE / "azure.policy", SERVICE / "membership.policy", DATA / "tracks.policy"),
    *((path,) for path in LAWS),
)


@dataclass
class Log:
    """What is done, in a file where one is named."""

    path: Path | None = None
    done: dict[str, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what a run before did."""
        if self.path is not None and self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                told = json.loads(line)
                self.done[told["what"]] = told["counts"]

    def add(self, what: str, counts: Mapping[str, int]) -> None:
        """Keep what came out."""
        self.done[what] = dict(counts)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"what": what, "counts": dict(counts)}) + "\n")


def ways_of(before: Side, after: Side, names: tuple[str, str], facts: Json, day: date) -> set[Way]:
    """Return in which ways the engines decide a partner otherwise; none where a side refuses the facts."""
    try:
        was, now = (one.engine.outcomes(name, facts, day) for one, name in zip((before, after), names, strict=True))
    except FactErrors:
        return set()
    return {way for way in WAYS if _unlike(was, now, way)}


def made(before: Side, after: Side, names: tuple[str, str], day: date, count: int, seed: int) -> Iterator[Json]:
    """Yield partners who tell everything, at the figures of a rule of both sides."""
    for number, (one, name) in enumerate(zip((before, after), names, strict=True)):
        maker = Partners(one.core, seed=seed, as_of=day, rules=[one.core.rules[name]], chances=COMPLETE)
        for index in range(1, (count + 1 - number) // 2 + 1):
            yield maker.partner(index)


def of_edit(name: str, partners: int, seed: int) -> Counter[str]:
    """Hold what is proved of an edit against partners, so many for each rule and stretch of days.

    Raises:
        AssertionError: somebody contradicts it.
    """
    one = edit(name)
    seen: Counter[str] = Counter()
    # The claims are of a register that says the same on both sides.
    same_register = not any(
        rule.is_award and rule != one.after.core.rules.get(rule.id) for rule in one.before.core.rules.values()
    )
    for verdict in one.verdicts():
        names = (verdict.former or verdict.rule, verdict.rule)
        proved = {way for way in WAYS if getattr(verdict, way).state == "proved"}
        seen.update(getattr(verdict, way).state for way in WAYS)
        for day in verdict.tried if proved else ():
            share = max(1, partners // len(verdict.tried))
            for facts in made(one.before, one.after, names, day, share, seed):
                if not same_register:
                    facts["records"]["awards"] = []
                seen["partners"] += 1
                wrong = ways_of(one.before, one.after, names, facts, day) & proved
                assert not wrong, (name, verdict.rule, str(day), sorted(wrong), json.dumps(facts))
    return seen


def of_faults(paths: Iterable[Path], step: int, partners: int, most: int) -> Counter[str]:
    """Hold claims about faults against who shows that they are stricter, or looser.

    Args:
        paths: policies.
        step: every so many faults are looked at.
        partners: how many are made for each rule and day to find who shows it.
        most: faults of which it is known, at most.

    Raises:
        AssertionError: of one that is stricter (looser) it is proved that it is not.
    """
    loaded = load_checked(list(paths))
    engine = Engine(loaded.document, loaded.core)
    before = Side(loaded.document, engine.core, engine, Keys(engine.core))
    seen: Counter[str] = Counter()
    for fault, other in faulty(loaded.document, faults(loaded.document)[::step]):
        after = Side(other.document, other.core, other, Keys(other.core))
        known: set[Way] = set()
        for rule in engine.core.rules.values():
            now = other.core.rules.get(rule.id)
            if now is None or (now == rule and engine.core.named == other.core.named):
                continue
            # Who shows it is looked for first: of most faults nobody here does, and nothing is asked of the solver.
            if any(_shown(before, after, rule.id, day, partners) for day in _days(before, after, rule, now)):
                for verdict in Prover(before, after, SECONDS_OF_A_FAULT).of_rule(rule, now):
                    known |= _held(before, after, verdict, partners, fault.key, seen)
        seen["faults"] += 1
        seen["faults known"] += bool(known)
        for way in known:
            seen[f"known: {'stricter' if way == 'less' else 'looser'}"] += 1
        if seen["faults known"] >= most:
            break
    return seen


def _days(before: Side, after: Side, rule: c.Rule, now: c.Rule) -> list[date]:
    days = sorted({date.min, *before.keys.days_of(rule), *after.keys.days_of(now)})
    ends = zip(days, [*days[1:], None], strict=True)
    unlike = [
        c.Days(None if start == date.min else start, end)
        for start, end in ends
        if before.keys.of_rule(rule, start) != after.keys.of_rule(now, start)
    ]
    return [day for stretch in unlike for day in ends_of(stretch)]


def _shown(before: Side, after: Side, rule: str, day: date, partners: int) -> bool:
    return any(
        ways_of(before, after, (rule, rule), facts, day)
        for facts in made(before, after, (rule, rule), day, partners, 7)
    )


def _held(before: Side, after: Side, verdict: Verdict, partners: int, fault: str, seen: Counter[str]) -> set[Way]:
    known: set[Way] = set()
    same_register = not any(
        rule.is_award and rule != after.core.rules.get(rule.id) for rule in before.core.rules.values()
    )
    for day in verdict.tried:
        for facts in made(before, after, (verdict.rule, verdict.rule), day, partners, 7):
            if not same_register:
                facts["records"]["awards"] = []
            shown = ways_of(before, after, (verdict.rule, verdict.rule), facts, day)
            for way in shown:
                assert getattr(verdict, way).state != "proved", (fault, verdict.rule, str(day), way, json.dumps(facts))
            known |= shown
    for way in known:
        seen[f"claims of known ones: {getattr(verdict, way).state}"] += 1
    return known


def main() -> None:
    """Try all of it, or one part."""
    arguments = argparse.ArgumentParser(description="Hold what is proved against decisions.")
    arguments.add_argument("part", nargs="?", choices=("edits", "faults", "decisions"), help="one of the three; all")
    arguments.add_argument(
        "--partners", type=int, default=400, help="made for each rule and stretch of days of an edit"
    )
    arguments.add_argument("--faults", type=int, default=200, help="known ones that are looked at, at least")
    arguments.add_argument("--decisions", type=int, default=16, help="partners of each rule and day")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--log", type=Path)
    asked = arguments.parse_args()
    log = Log(asked.log)
    if asked.part in (None, "edits"):
        total: Counter[str] = Counter()
        for name in EDITS:
            what = f"edit {name}, {asked.partners} partners, seed {asked.seed}"
            if what not in log.done:
                log.add(what, of_edit(name, asked.partners, asked.seed))
            total.update(log.done[what])
        sys.stdout.write(f"{len(EDITS)} edits: {_told(total)}; nobody contradicts what is proved\n")
    if asked.part in (None, "faults"):
        total = Counter()
        for paths in PROGRAMMES:
            what = f"faults of {paths[0].stem}, {asked.faults}"
            if what not in log.done and total["faults known"] < asked.faults:
                log.add(what, of_faults(paths, 3, 12, asked.faults - total["faults known"]))
            total.update(log.done.get(what, {}))
        sys.stdout.write(f"{_told(total)}; none is proved the other way\n")
    if asked.part in (None, "decisions"):
        what = f"decisions, {asked.decisions}"
        if what not in log.done:
            log.add(what, compared(ROOT / "policies", DAYS, partners=asked.decisions))
        sys.stdout.write(f"decisions of the shipped policies, written and interpreted: {_told(log.done[what])}\n")


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in sorted(counts.items()))


if __name__ == "__main__":
    main()
