"""What a review of a pull request takes: a figure of all the policies is another one, and it is told, tried and proved.

Bars are told beside what was measured, in seconds of CPU; none fails a run. ``BENCH_PARTNERS`` names how many partners an
impact decides, ``BENCH_SECONDS`` how long a rule that is checked may take: what is left then is told.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import count, islice
from pathlib import Path
from time import perf_counter, process_time

import pytest

from cli.impact import Asked, impact_of
from dsl.core.keys import Keys
from dsl.load import Loaded, load_sources, policy_files
from dsl.source import Source, read_source
from evaluator.engine import Engine, Query
from review.diff.compare import Comparison, Side as Compared, compare
from review.diff.standings import followed
from review.prove.claims import turn
from review.prove.rules import Rules
from review.prove.single import Asking
from review.prove.verdicts import Prover, Side
from review.request.request import on_the_day, own
from review.scenarios.partners import Partners
from tests.benchmarks.conftest import Bar, Report

pytestmark = pytest.mark.benchmarks
ROOT = Path(__file__).resolve().parents[2]
EDIT = ("designations/azure.policy", "azure_acr >= 1,000 USD }", "azure_acr >= 2,000 USD }")
DAYS = (date(2023, 6, 20), date(2024, 6, 20))
PARTNERS, JOBS = int(os.environ.get("BENCH_PARTNERS", "10000")), 2
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))


def loaded(name: str, *, edited: bool) -> Compared:
    sources = [read_source(path) for path in policy_files([ROOT / "policies"])]
    if edited:
        file, was, now = EDIT
        assert sum(one.name.endswith(file) and was in one.text for one in sources) == 1
        sources = [Source(o.name, o.text.replace(was, now)) if o.name.endswith(file) else o for o in sources]
    told: Loaded = load_sources(sources)
    assert not told.errors
    return Compared(name, told.document, told.core)


@cache
def sides() -> tuple[Compared, Compared]:
    return loaded("base", edited=False), loaded("head", edited=True)


@cache
def found() -> Comparison:
    return compare(*sides())


def test_a_diff_of_all_policies(report: Report) -> None:
    before, after = sides()
    begun = process_time()
    told = compare(before, after)
    report.lines.append(f"diff of all policies after loading: {process_time() - begun:.2f} s; bar 1 s")

    assert len(own(told)) == 3


def test_a_proof_of_a_figure(report: Report) -> None:
    before, after = (Side(one.document, one.core, Engine(one.document, one.core), Keys(one.core)) for one in sides())
    rules = {one.name: one.former or one.name for one in own(found())}
    assert rules
    in_turn = sorted(on_the_day(found()), key=lambda one: turn(one, after.core.rules[one.name]))
    reached = {one.name: one.former or one.name for one in in_turn}
    for what, names, bar in (("changed", rules, "1 s"), ("reached on the day", reached, "10 s, with those")):
        prover = Prover(before, after)
        times = []
        known = 0
        for name, former in names.items():
            begun = process_time()
            verdicts = list(prover.of_rule(before.core.rules[former], after.core.rules[name]))
            known += all("unknown" not in (one.less.state, one.more.state) for one in verdicts)
            times.append(process_time() - begun)
        report.lines.append(
            f"proof of a figure, {len(times)} rules {what}: {sum(times):.2f} s, longest {max(times):.2f} s, "
            f"{known} of them known whole; bar {bar}"
        )
    begun = process_time()
    told = followed(*(one.core for one in sides()))
    report.lines.append(
        f"followed through the register, {len(told.held)} awards and {len(told.rules)} rules: "
        f"{process_time() - begun:.2f} s; bar 10 s, with those"
    )
    assert told.held


def test_what_is_checked_of_all_rules(report: Report) -> None:
    one = sides()[0]
    engine = Engine(one.document, one.core)
    begun = process_time()
    asking = Rules(Asking(one.core, engine, Keys(one.core)), SECONDS)
    noted = [what for rule in one.core.rules.values() for what in asking.of(rule)]
    report.lines.append(
        f"prove --check, {len(one.core.rules)} rules: {process_time() - begun:.1f} s, {len(noted)} findings, {len(asking.left)} not looked at whole"
    )


def test_an_impact_on_ten_thousand_partners(report: Report, tmp_path: Path) -> None:
    before, after = (Engine(one.document, one.core) for one in sides())
    rules = [one.name for one in own(found())]
    made = Partners(after.core, seed=1, as_of=DAYS[0], rules=[after.core.rules[name] for name in rules])
    path = tmp_path / "partners.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in islice(map(made.partner, count(1)), PARTNERS))
    only = Comparison(found().before, found().after, tuple(one for one in found().changed if one.name in rules), False)

    begun = perf_counter()
    told = impact_of(only, before, after, Asked((str(path),), None, 1, DAYS, JOBS))
    took = perf_counter() - begun
    report.lines.append(
        f"impact, {PARTNERS:,} partners, {len(rules)} rules, {len(DAYS)} days, {JOBS} processes: {took:.1f} s, {len(told.flips):,} flips; bar 30 s"
    )
    assert told.decided == PARTNERS * len(rules) * len(DAYS)

    def partners() -> Iterator[object]:
        with path.open(encoding="utf-8") as file:
            yield from map(json.loads, islice(file, 500))

    few = tmp_path / "few.jsonl"
    few.write_text("".join(json.dumps(one) + "\n" for one in partners()), "utf-8")

    def twice() -> None:
        for facts in map(json.loads, few.read_text("utf-8").splitlines()):
            for day in DAYS:
                for engine in (before, after):
                    engine.outcomes_of(Query(tuple(rules), day, facts))

    report.ratio(
        "impact of partners on one processor / deciding them twice by the compiled twin",
        lambda: impact_of(only, before, after, Asked((str(few),), None, 1, DAYS, 1)),
        twice,
        rounds=3,
        inner=1,
        bar=Bar(1.2, 1.1),
    )
