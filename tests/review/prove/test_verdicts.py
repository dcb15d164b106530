"""What is proved of a change holds for every generated partner, and what is shown replays and is as small as it can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dsl.core.keys import Keys
from dsl.load import load, load_sources
from dsl.source import Source
from evaluator.acceptance.facts_schema import FactErrors
from evaluator.engine import Engine
from review.prove.report import merged
from review.prove.verdicts import WAYS, Prover, Side, Verdict, _unlike
from review.prove.witness import _less
from review.scenarios.faults import Fault, faults
from review.scenarios.partners import COMPLETE, Partners
from tests.review.diff.test_direction import LAWS, faulty
from tests.shares import Share, shares

Json = Any
ROOT = Path(__file__).parents[3]
POLICY = """facts { a: count  x: count  b: count  c: count  f: flag  share: percent  revenue: money USD }
records rows { hours: number 1 to 5  kind: text }
certifications core { "A"  "B" }
measure all_hours: number = sum hours of rows[hours >= 2]
measure mean: number = average hours of rows, rounded down to 1
measure long_rows: count = count rows[hours >= 3 and kind != "x"]
award_line
designation d {
  requires {
    one: a >= 3
    two: at least 2 people holding core
    either: any of { f: f  b: b >= 1 }
  }
}
designation m { requires { hours: all_hours >= 0  mean: mean >= 0 } }
designation s { pass at 10 points out of 20 points with points in every subcategory
  best of { track one { a: a earns 1 point each, up to 15 points  c: x earns 1 point each, up to 5 points }
            track two { b: b earns 2 points each, up to 20 points } } }
designation r { pass at 4 points out of 10 points  category k up to 10 points { x: a earns up to 10 points at 3, in proportion, rounded up } }
designation n { requires { rows: long_rows >= 2 } }
choice o { option one { requires { o: a >= 1 } }  option two { requires { o: a >= 2 } } }
fee p { amount 100 USD  due at today }
table rates by f, c unique {
  | f   | c           | rate |
  | yes | < 50        | 2 %  |
  | yes | 50 to < 100 | 5 %  |
  | yes | >= 100      | 7 %  |
  | no  | < 10, >= 20 | 1 %  |
  | no  | 10 to < 20  | 3 %  |
}
fee q { amount rates[f, c].rate % of revenue, rounded down to 0.01 USD  due at today }
""".replace("award_line\n", "")
DAYS_POLICY = """facts { a: count  b: count  shown: date  renewed: date }
define closes "Last day on which an anniversary of this day is renewed": date {
  through 2024-06-30: today + 30 days
  from 2024-07-01: today + 1 month, rounded down
}
measure window_closes: date = closes on renewed
entitlement asked { requires { met: a >= 3 } }
entitlement w { requires { met: qualifies for asked sometime from today - 5 months, rounded down through today } }
entitlement t { requires { in_time: today <= shown + 30 days  b: b >= 1 } }
entitlement c { requires { open: today <= window_closes  b: b >= 1 } }
entitlement p { requires { was: (a >= 3) on renewed  b: b >= 1 } }
"""


def side(text: str) -> Side:
    loaded = load_sources([Source("a.policy", text)])
    assert not loaded.errors, [one.message for one in loaded.errors]
    engine = Engine(loaded.document, loaded.core)
    return Side(loaded.document, loaded.core, engine, Keys(loaded.core))


def verdicts(before: Side, after: Side, rule: str) -> list[Verdict]:
    return list(
        Prover(before, after).of_rule(before.core.rules[NAMES.get(rule, rule)], after.core.rules[NAMES.get(rule, rule)])
    )


def differs(
    before: Side, after: Side, rule: str, facts: Json, days: tuple[date, ...], way: Any, former: str = ""
) -> bool:
    """Whether the engines decide a partner otherwise, one way, on one of the days."""
    names = (former or rule, rule)
    for day in days:
        try:
            was, now = (one.engine.outcomes(name, facts, day) for one, name in zip((before, after), names, strict=True))
        except FactErrors:
            continue
        if _unlike(was, now, way):
            return True
    return False


DAYS_EDITS = {
    "asked for more in a window": ("met: a >= 3 }", "met: a >= 4 }", "w", "witness", "proved"),
    "asked for less in a window": ("met: a >= 3 }", "met: a >= 2 }", "w", "proved", "witness"),
    "another window": ("today - 5 months, rounded down", "today - 6 months, rounded down", "w", "proved", "witness"),
    "days after one that is told": ("shown + 30 days", "shown + 20 days", "t", "witness", "proved"),
    "a window's end of a day that is told": ("today + 30 days", "today + 40 days", "c", "proved", "witness"),
    "asked for more on a day that is told": ("(a >= 3) on", "(a >= 4) on", "p", "witness", "proved"),
}
NAMES = {"d": "designation.d", "m": "designation.m", "s": "designation.s", "r": "designation.r", "p": "fee.p",
    "n": "designation.n", "o": "choice.o", "q": "fee.q"}  # fmt: skip
EDITS = {
    "threshold up": ("a >= 3", "a >= 4", "d", "witness", "proved"),
    "threshold down": ("a >= 3", "a >= 2", "d", "proved", "witness"),
    "gate added": ("one: a >= 3", "one: a >= 3  more: b >= 2", "d", "witness", "proved"),
    "any to all": ("any of { f: f", "all of { f: f", "d", "witness", "proved"),
    "certification removed": ('"A"  "B"', '"A"', "d", "witness", "proved"),
    "people up": ("at least 2 people", "at least 3 people", "d", "witness", "proved"),
    "fee raised": ("100 USD", "120 USD", "p", "proved", "witness"),
    "a rate of a table lowered": ("< 100 | 5 %", "< 100 | 4 %", "q", "witness", "proved"),
    "a rate of a table raised": (">= 20 | 1 %", ">= 20 | 2 %", "q", "proved", "witness"),
    "a band of a table moved": (
        "| yes | < 50        | 2 %  |\n  | yes | 50 to < 100",
        "| yes | < 40        | 2 %  |\n  | yes | 40 to < 100",
        "q",
        "proved",
        "witness",
    ),
    "rounding": ("rounded up", "rounded down", "r", "witness", "proved"),
    "track raised": ("b earns 2", "b earns 3", "s", "proved", "witness"),
    "best of tracks raised": ("a: a earns 1 point each", "a: a earns 2 points each", "s", "witness", "witness"),
    "rewritten": ("a >= 3", "not a < 3", "d", "proved", "proved"),
    "rows asked for more": ("hours >= 3 and", "hours >= 4 and", "n", "witness", "proved"),
    "rows asked for less": (' and kind != "x"', "", "n", "proved", "witness"),
    "other rows": ('hours >= 3 and kind != "x"', 'hours >= 2 and kind != "y"', "n", "witness", "witness"),
    "an option less": ("  option two { requires { o: a >= 2 } }", "", "o", "witness", "proved"),
    "of no records a mean is 0": ("mean >= 0", "mean >= 1", "m", "witness", "proved"),
}


@pytest.mark.parametrize("name", DAYS_EDITS)
def test_an_edit_of_what_is_asked_on_other_days_is_what_it_is(name: str) -> None:
    old, new, rule, less, more = DAYS_EDITS[name]
    is_edited(DAYS_POLICY, old, new, f"entitlement.{rule}", less, more)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_what_it_is(name: str) -> None:
    old, new, rule, less, more = EDITS[name]
    is_edited(POLICY, old, new, NAMES[rule], less, more)


def is_edited(policy: str, old: str, new: str, rule: str, less: str, more: str) -> None:
    """Hold what is claimed of an edit against what it is, and who shows it against both engines."""
    assert policy.count(old) == 1
    before, after = side(policy), side(policy.replace(old, new))

    found = verdicts(before, after, rule)

    states = [(one.less.state, one.more.state) for one in found]
    assert set(states) == {(less, more)}, [(one.less, one.more) for one in found]
    for one in merged(found):
        for way in WAYS:
            claim = getattr(one, way)
            if claim.state == "witness":
                assert differs(before, after, rule, claim.partner, one.tried, way)
                for smaller in _less(dict(claim.partner)):
                    assert not differs(before, after, rule, smaller, one.tried, way), (claim.partner, smaller)


def check(path: Path, share: Share, partners: int) -> Counter[str]:
    """Hold what is proved of a share of the faults against generated partners who tell everything."""
    document = load([path])
    engine = Engine(document)
    before = Side(document, engine.core, engine, Keys(engine.core))
    seen: Counter[str] = Counter()
    for fault, other in faulty(document, share.cases(faults(document))):
        after = Side(other.document, other.core, other, Keys(other.core))
        same_register = not any(
            rule.is_award and rule != other.core.rules.get(rule.id) for rule in engine.core.rules.values()
        )
        prover = Prover(before, after)
        for rule in engine.core.rules.values():
            now = other.core.rules.get(rule.id)
            if now is None:
                continue
            for one in prover.of_rule(rule, now):
                for way in WAYS:
                    claim = getattr(one, way)
                    seen[claim.state] += 1
                    if claim.state == "witness":
                        assert differs(before, after, rule.id, claim.partner, one.tried, way)
                    if claim.state != "proved":
                        continue
                    for day in one.tried:
                        for facts in _partners(before, after, rule.id, day, partners):
                            if not same_register:
                                facts["records"]["awards"] = []
                            seen["held against"] += 1
                            assert not differs(before, after, rule.id, facts, (day,), way), (
                                fault.key, fault.place, rule.id, day, way, facts,
                            )  # fmt: skip
    return seen


def _partners(before: Side, after: Side, rule: str, day: date, count: int) -> Iterator[dict[str, Json]]:
    for one in (before, after):
        maker = Partners(one.core, seed=11, as_of=day, rules=[one.core.rules[NAMES.get(rule, rule)]], chances=COMPLETE)
        for number in range(1, count // 2 + 1):
            yield maker.partner(number)


SHARES = {"figures": 8, "groups": 2, "register": 6, "scores": 4}
"""Into how many tests the faults of the laws' policies are divided: each takes minutes."""
DIVIDED = [(path, share) for path in LAWS for share in shares(SHARES[path.stem])]


def test_the_shares_are_all_faults_of_all_policies() -> None:
    for path in LAWS:
        made = faults(load([path]))
        divided = [fault for its, share in DIVIDED if its == path for fault in share.cases(made)]

        assert sorted(map(_place, divided)) == sorted(map(_place, made))
        assert made


def _place(fault: Fault) -> tuple[str, str]:
    return fault.key, fault.place


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_what_is_proved_of_faults_no_partner_contradicts(path: Path) -> None:
    seen = check(path, Share(1, 72), partners=6)

    assert seen["proved"] >= 2, seen


@pytest.mark.benchmarks
@pytest.mark.parametrize(("path", "share"), DIVIDED, ids=lambda one: one.stem if isinstance(one, Path) else str(one))
def test_what_is_proved_of_every_fault_no_partner_contradicts(path: Path, share: Share) -> None:
    seen = check(path, share, partners=30)

    assert seen["proved"] >= 10, seen
