"""What it would take, on the real rules: the cheapest plan is that of trying everything, and nothing in a plan is idle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cli.console import read_file
from dsl import core as c
from dsl.core.ranges import Numbers, Truth
from dsl.core.walk import walk
from evaluator.decision import ELIGIBILITY
from evaluator.decisions.one_day import OneDay
from evaluator.engine import Engine, Query
from evaluator.facts import Facts
from evaluator.improve.costs import read_costs
from evaluator.improve.improving import Improvement, ImproveQuery, Suggested, improve
from evaluator.improve.plans import Earned
from evaluator.improve.told import improvement_json
from evaluator.whatif.changes import Changes, changed
from review.formats.format import Spoken
from review.formats.improvements import IMPROVE
from review.languages.voice import voice
from review.scenarios.partners import COMPLETE, Partners
from review.words.decision_text import unpainted
from tests.conftest import Golden
from tests.shipped import engine_of

Json = Any
ROOT = Path(__file__).resolve().parents[2]
TOLD = (
    ("business_facts_missing", "designation.business_applications", "2023-06-20", None),
    ("empty_subcategory", "designation.infrastructure", "2023-06-20", None),
    ("facts_missing", "designation.infrastructure", "2023-06-20", None),
    ("gold", "specialization.infra_db", "2023-06-20", None),
    ("in_grace", "program.azure_expert_msp", "2023-06-20", None),
    ("legacy", "designation.infrastructure", "2023-06-20", None),
    ("merged_while_held", "specialization.infra_db", "2023-06-20", None),
    ("new", "designation.infrastructure", "2022-09-20", "2022-12-31"),
    ("one_point_short", "specialization.kubernetes", "2023-06-20", None),
    ("partner_a", "specialization.threat_protection", "2023-02-10", None),
    ("renewing", "designation.infrastructure", "2023-03-02", "2023-12-31"),
    ("security_gates", "designation.security", "2023-12-01", None),
    ("silver", "competency.cloud_platform.gold", "2023-06-20", None),
    ("two_tracks", "designation.modern_work", "2024-06-20", None),
    ("one_point_short", "choice.benefits_at_anniversary", "2023-06-20", None),
    ("legacy", "choice.benefits_at_anniversary", "2022-12-10", None),
)
"""Of every example partner something that it is short of, and the last day it may wait for."""
DAYS = (date(2022, 11, 1), date(2023, 6, 20), date(2024, 6, 20), date(2026, 9, 1))
FIGURES: Mapping[str, Mapping[str, int]] = {
    "designation.infrastructure": {"azure_adds": 4, "azure_growth": 22, "azure_services": 6},
    "designation.data_ai": {"azure_adds": 4, "azure_growth": 22, "azure_services": 6},
    "designation.security": {"security_adds": 11, "security_deployments": 7},
    "designation.modern_work": {
        "enterprise_adds_cpor": 6, "enterprise_adds_dpor": 6, "smb_adds_cpor": 11, "smb_adds_csp": 11,
        "smb_deployments_cpor": 6, "smb_deployments_csp": 11, "enterprise_deployments_cpor": 6,
    },
    "designation.business_applications": {
        "business_adds_enterprise": 6, "business_growth": 31, "business_adds_smb": 6, "business_deployments_5000": 6,
    },
}  # fmt: skip
"""Figures of rules, and up to where more of them can matter: above, they give no points any more."""
OTHERS = {
    "azure_acr": 20000,
    "security_azure_growth": 20000,
    "business_mcv_year_ago": 60000,
    "azure_track_shown": "enterprise",
}
NOTHING_ELSE = {
    **dict.fromkeys(("certification", "flag", "choice", "attain", "record", "buy"), "never"),
    "figures": dict.fromkeys(("count", "number", "percent", "points", "money"), "never"),
}
CHOICE = "choice.benefits_at_anniversary"
CHOOSING = (7, 15, 19, 26, 51, 59)
"""Partners of whom some have a choice, some are to do something first, and of some nothing that does is found."""
MOST = 700
"""Combinations that are tried for one partner."""
NEW = ("somebody new", "somebody new (2)")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_of()


class Case:
    """A partner near a rule, a few things that it may change, and what they cost."""

    def __init__(self, engine: Engine, number: int) -> None:
        self.engine = engine
        random = Random(number)
        self.rule, self.day = random.choice(list(FIGURES)), random.choice(DAYS)
        tops = FIGURES[self.rule]
        made = Partners(
            engine.core, seed=number, as_of=self.day, rules=engine.rules(self.rule), chances=COMPLETE
        ).partner(1)
        facts = {
            **made["facts"],
            **OTHERS,
            **{name: random.choice([top - 1, top - 2, top // 2, 0]) for name, top in tops.items()},
        }
        for name in ("enterprise_growth_cpor", "smb_growth_csp", "large_workloads", "large_workloads_year_ago"):
            facts[name] = random.choice([2, 900]) if "growth" in name else 6
        counted = self.certifications()
        people = [f"p{number}" for number in range(random.choice([2, 4, 7]))]
        rows = [
            {"person": person, "certification": name, "earned": "2021-01-01", "expires": "none"}
            for person in people for name in (*counted, "Something else") if random.random() < 0.4
        ]  # fmt: skip
        self.facts = {"facts": facts, "records": {**made["records"], "certifications": rows}}
        self.names = random.sample(list(tops), random.choice([1, 2]))
        self.chosen = (
            random.sample(counted, 1) if random.random() < 0.4 and counted and tops[self.names[0]] < 12 else []
        )
        if self.chosen:
            self.names = self.names[:1]
        self.new = Decimal(random.choice([0, 5])) if len(people) <= 3 else None
        self.costs = {
            **NOTHING_ELSE,
            "new_person": "never" if self.new is None else self.new,
            "facts": {name: random.choice(["1", "2", "3.5"]) for name in self.names},
            "certifications": {name: random.choice([4, 7]) for name in self.chosen},
        }
        told = sorted({row["person"] for row in rows})
        self.people = told if self.new is None else [*told, *NEW]

    def certifications(self) -> list[str]:
        version = self.engine.core.rules[self.rule].version_on(self.day)
        nodes = walk(version.requirement, self.day) if version is not None and version.requirement is not None else ()
        lists = [one for node in nodes if isinstance(node, c.OfPeople) for one in node.lists]
        return sorted({one.certification for each in lists for one in each.entries if self.day in one.days})

    def tries(self) -> Iterator[tuple[Decimal, Changes]]:
        """Yield everything that may be changed, each with its cost."""
        now = {name: Decimal(self.facts["facts"][name]) for name in self.names}
        levels = [
            [now[name], *(Decimal(one) for one in range(FIGURES[self.rule][name] + 1) if one > now[name])]
            for name in self.names
        ]
        pairs = [(person, name) for person in self.people for name in self.chosen]
        for told in product(*levels):
            raised = {name: int(value) for name, value in zip(self.names, told, strict=True) if value != now[name]}
            cost = sum(
                ((value - now[name]) * Decimal(self.costs["facts"][name]) for name, value in raised.items()), Decimal(0)
            )
            for earned in product((False, True), repeat=len(pairs)):
                grants = [pair for pair, does in zip(pairs, earned, strict=True) if does]
                people = sum((Decimal(self.costs["certifications"][name]) for _, name in grants), Decimal(0))
                new = len({person for person, _ in grants if person in NEW}) * (self.new or Decimal(0))
                rows = [{"person": person, "certification": name} for person, name in grants]
                yield cost + people + new, Changes(raised, {}, {"certifications": rows} if rows else {})

    def cheapest(self) -> Decimal | None:
        """Return what the cheapest of everything costs that makes the partner eligible: by deciding each."""
        best: Decimal | None = None
        for cost, changes in self.tries():
            if best is None or cost < best:
                facts = changed(self.engine, self.facts, changes, self.day) if changes else self.facts
                if self.engine.truth(self.rule, facts, self.day) is Truth.TRUE:
                    best = cost
        return best


class Choosing(Case):
    """A partner near a designation that has a choice to make: an option is chosen for its fee."""

    def __init__(self, engine: Engine, number: int) -> None:
        super().__init__(engine, number)
        # Without a membership there is no anniversary to wait for.
        self.facts["records"]["awards"] = []
        declared = {**engine.core.facts, **{name: one for name, one in engine.core.named.items() if one.supplied}}
        of_money = {name: "never" for name, one in declared.items() if one.type.kind == "money"}
        self.costs |= {"buy": 1, "figures": {**self.costs["figures"], "money": "0.002"}}
        self.costs["facts"] = {**of_money, **self.costs["facts"]}

    def cheapest_of(self, found: Improvement) -> Decimal | None:
        """Return what the cheapest of everything costs with which an option that gives something can be chosen."""
        best: Decimal | None = None
        for cost, changes in sorted(self.tries(), key=lambda one: one[0]):
            if best is not None and cost >= best:
                break
            facts = changed(self.engine, as_taken(found), changes, self.day) if changes else as_taken(found)
            for fee in fees(self.engine, facts, self.day):
                whole = cost + 1 + fee * Decimal("0.002")
                best = whole if best is None else min(best, whole)
        return best


def fees(engine: Engine, facts: Mapping[str, Json], day: date) -> Iterator[Decimal]:
    """Yield the fee of each option that can be chosen and gives something; 0 where it has none."""
    [decision] = engine.decide(Query((CHOICE,), day, facts, detail="none")).decisions
    for option in decision.options:
        if option.eligibility == "eligible" and any(effect.verb == "gives" for effect in option.effects):
            amounts = [one.amount for one in option.effects if one.verb == "pay" and isinstance(one.amount, Numbers)]
            yield sum((amount.exact for amount in amounts if amount.exact is not None), Decimal(0))


def as_taken(found: Improvement) -> dict[str, Json]:
    """Return the facts with what is taken as nothing."""
    told = found.query.facts
    return {
        **told,
        "facts": {**told.get("facts", {}), **found.taken},
        "records": {**told.get("records", {}), **{name: [] for name in found.absent}},
    }


def chooses(engine: Engine, number: int) -> tuple[str, bool] | None:
    """Hold a choice against trying everything; return what came out, and whether more than the fee is to be done."""
    case = Choosing(engine, number)
    size = 2 ** (len(case.chosen) * len(case.people))
    for name in case.names:
        size *= FIGURES[case.rule][name] + 1
    if size > MOST:
        return None
    found = improved(engine, CHOICE, case.facts, case.day, case.costs)
    best = case.cheapest_of(found)
    cost = found.plans[0].cost if found.plans else None
    said = f"{case.rule} {case.day} {case.names} {case.chosen}: {cost}, by trying all {best}"
    if found.plans and len({one.new for one in found.plans[0].plan.pieces if isinstance(one, Earned) and one.new}) > 2:
        assert best is None or (cost is not None and cost < best), said  # more new people than are tried
    elif found.limits and cost != best:
        # A dearer plan, or none: said, by what was not looked at.
        assert best is not None, said
        assert cost is None or cost > best, said
    else:
        assert cost == best, said
    holds_its_own(engine, found, Random(number))
    return found.outcome, found.plans != () and found.plans[0].plan.pieces[:-1] != ()


def improved(engine: Engine, rule: str, facts: Mapping[str, Json], day: date, costs: Json = None) -> Improvement:
    given = read_costs(engine.core, costs) if costs is not None else None
    return improve(engine, ImproveQuery(rule, day, facts, costs=given))


def agrees(engine: Engine, number: int) -> str | None:
    """Hold one partner against trying everything; return what came out, None where there is nothing to hold."""
    case = Case(engine, number)
    size = 2 ** (len(case.chosen) * len(case.people))
    for name in case.names:
        size *= FIGURES[case.rule][name] + 1
    if size > MOST or engine.truth(case.rule, case.facts, case.day) is not Truth.FALSE:
        return None
    found = improved(engine, case.rule, case.facts, case.day, case.costs)
    best = case.cheapest()
    cost = found.plans[0].cost if found.plans else None
    if found.plans and len(
        {one.new for one in found.plans[0].plan.pieces if isinstance(one, Earned) and one.new}
    ) > len(NEW):
        # More new people than are tried: what they do has to be cheaper than what is.
        assert best is None or (cost is not None and cost < best)
        return None
    assert cost == best, f"{case.rule} {case.day} {case.names} {case.chosen}: {cost}, by trying all {best}"
    assert found.outcome in (("plans",) if best is not None else ("cannot_be_reached", "unknown"))
    return found.outcome


def holds_its_own(engine: Engine, found: Improvement, random: Random) -> int:
    """Hold the plans of one answer: each does what it says, and no part of it does; return how many there were."""
    for one, told in zip(found.plans, improvement_json(found)["plans"], strict=True):
        whole = told["what_if"]
        facts = as_taken(found)
        assert is_met(engine, found.rule.id, facts, whole, one.plan.day)
        parts = [("set", name, value) for name, value in whole.get("set", {}).items()]
        parts += [("with", name, row) for name, rows in whole.get("with", {}).items() for row in rows]
        fewer = [parts[:at] + parts[at + 1 :] for at in range(len(parts))]
        fewer += [random.sample(parts, random.randrange(len(parts))) for _ in range(4) if parts]
        for part in fewer:
            assert not is_met(engine, found.rule.id, facts, as_changes(part), one.plan.day), (found.rule.id, part)
        ends_as_told(engine, found, one, whole)
    return len(found.plans)


def ends_as_told(engine: Engine, found: Improvement, one: Suggested, whole: Json) -> None:
    """Hold how long a plan does: no longer without all certifications that end by then, but without those of before."""
    facts = as_taken(found)
    rows = facts["records"].get("certifications", [])
    rows = rows["rows"] if isinstance(rows, Mapping) else rows
    first, year = one.plan.day.isoformat(), one.plan.day.replace(year=one.plan.day.year + 1).isoformat()

    def does_without(last: str, *, also_that_day: bool) -> bool:
        left = [
            row for row in rows
            if not first <= row.get("expires", "none") <= last or (row["expires"] == last and not also_that_day)
        ]  # fmt: skip
        less = {**facts, "records": {**facts["records"], "certifications": left}}
        return is_met(engine, found.rule.id, less, whole, one.plan.day)

    if one.ending is None:
        assert not rows or does_without(year, also_that_day=True)
    else:
        assert first <= one.ending.on.isoformat() <= year
        assert not does_without(one.ending.on.isoformat(), also_that_day=True)
        assert does_without(one.ending.on.isoformat(), also_that_day=False)


def as_changes(parts: list[tuple[str, str, Json]]) -> dict[str, Json]:
    sets = {name: value for kind, name, value in parts if kind == "set"}
    more: dict[str, list[Json]] = {}
    for kind, name, row in parts:
        if kind == "with":
            more.setdefault(name, []).append(row)
    return {**({"set": sets} if sets else {}), **({"with": more} if more else {})}


def is_met(engine: Engine, rule: str, facts: Mapping[str, Json], told: Json, day: date) -> bool:
    """Decide a rule with changes; an award comes into the register only where its own rule is met by then."""
    more = dict(told.get("with", {}))
    awards = list(more.pop("awards", ()))
    plain = Changes(told.get("set", {}), {}, more)
    data: Mapping[str, Json] = changed(engine, facts, plain, day) if plain else facts
    while True:
        ready = [row for row in awards if attained(engine, row, data, day)]
        if not ready:
            return engine.truth(rule, data, day) is Truth.TRUE if rule != CHOICE else [*fees(engine, data, day)] != []
        data = changed(engine, data, Changes({}, {}, {"awards": ready}), day)
        awards = [row for row in awards if row not in ready]


def attained(engine: Engine, row: Json, facts: Mapping[str, Json], day: date) -> bool:
    """Whether an award's own rule is met, or benefits are given by an option that can be chosen."""
    if row["award"] in engine.core.benefits:
        choices = [rule.id for rule in engine.core.rules.values() if rule.of_kind.decides == "options"]
        decisions = engine.decide(Query(tuple(choices), day, facts, detail="none")).decisions
        options = [option for decision in decisions for option in decision.options if option.eligibility == "eligible"]
        return any(
            row["award"] in effect.names for option in options for effect in option.effects if effect.verb == "gives"
        )
    rules = [one for one in engine.core.rules.values() if one.award == row["award"] and one.level == row.get("level")]
    return any(engine.truth(rule.id, facts, day) is Truth.TRUE for rule in rules)


def test_the_cheapest_plan_is_that_of_trying_everything(engine: Engine) -> None:
    outcomes = [outcome for number in (*range(36), 1_289) if (outcome := agrees(engine, number)) is not None]

    assert {"plans", "cannot_be_reached"} <= set(outcomes)
    assert outcomes.count("plans") >= 3, outcomes


def test_the_cheapest_way_to_a_choice_is_that_of_trying_everything(engine: Engine) -> None:
    found = [one for number in CHOOSING if (one := chooses(engine, number)) is not None]

    assert {outcome for outcome, _ in found} == {"plans", "unknown"}
    assert sum(has_more for _, has_more in found) >= 3, found


@pytest.mark.parametrize("partner", ["legacy", "in_grace", "one_point_short", "facts_missing", "renewing"])
@pytest.mark.parametrize("day", [date(2022, 10, 3), date(2023, 6, 20), date(2026, 3, 1)])
def test_one_option_is_decided_as_the_whole_choice_is(engine: Engine, partner: str, day: date) -> None:
    facts = read_file(ROOT / f"examples/partners/{partner}.yaml").value
    rule = engine.core.rules[CHOICE]
    [decided] = engine.decide(Query((CHOICE,), day, facts, detail="none")).decisions

    one = OneDay(engine.prepared, Facts(engine.core, facts, day), trying=True)

    assert [(option.name, ELIGIBILITY[one.chosen(rule, option.name)]) for option in decided.options] == [
        (option.name, option.eligibility) for option in decided.options
    ]


def test_plans_do_what_they_say_and_no_part_of_them_does(engine: Engine) -> None:
    assert plans_hold(engine, range(13)) >= 8


@pytest.mark.benchmarks
def test_many_more_partners_agree_with_trying_everything(engine: Engine) -> None:
    outcomes = [outcome for number in range(1_000, 1_500) if (outcome := agrees(engine, number)) is not None]

    assert outcomes.count("plans") >= 30, outcomes


@pytest.mark.benchmarks
def test_many_more_choices_agree_with_trying_everything(engine: Engine) -> None:
    found = [one for number in range(1_000, 1_300) if (one := chooses(engine, number)) is not None]

    assert sum(has_more for _, has_more in found) >= 20


@pytest.mark.benchmarks
def test_plans_for_many_more_partners_hold(engine: Engine) -> None:
    assert plans_hold(engine, range(1_000, 1_120)) >= 60


@pytest.mark.parametrize(("partner", "rule", "day", "by"), TOLD)
def test_what_it_would_take_is_told_as_recorded(
    engine: Engine, golden: Golden, partner: str, rule: str, day: str, by: str | None
) -> None:
    facts = read_file(ROOT / f"examples/partners/{partner}.yaml").value
    last = date.fromisoformat(by) if by is not None else None

    found = improve(engine, ImproveQuery(rule, date.fromisoformat(day), facts, by=last))

    text = IMPROVE["text"](Spoken(found, voice("en")), unpainted).replace(engine.core.digest[:12], "<digest>")
    golden.check(ROOT / f"tests/data/improve/{partner}.{rule}.txt", text)


def plans_hold(engine: Engine, numbers: range) -> int:
    """Hold plans for awards and entitlements of all kinds on all days, for partners made at their figures."""
    asked = [rule for rule in engine.core.rules.values() if rule.of_kind.decides == "eligibility"]
    held = 0
    for number in numbers:
        random = Random(number)
        day = random.choice(DAYS)
        rule = random.choice([one for one in asked if one.version_on(day) is not None])
        made = Partners(engine.core, seed=number, as_of=day, rules=[rule]).partner(1)
        held += holds_its_own(engine, improved(engine, rule.id, made, day), random)
    return held
