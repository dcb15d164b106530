"""What is found in the rules of one version: nobody meets one, nobody comes to a case, who loses, what implies what."""

from __future__ import annotations

from datetime import date

from dsl.core.ranges import Truth
from review.prove.checked import Noted
from review.prove.rules import Rules
from review.prove.single import Asking, with_more
from review.prove.witness import _less
from tests.review.prove.test_properties import asking

DAY = date(2026, 11, 29)
POLICY = """facts { n: count  m: count  b: count  f: flag  market: one of a, b, c }
records deals { size: count  kind: one of new, old }
table t {
  | market | fee | from |
  | a | 5 USD | - |
  | b | 6 USD | 2024-01-01 |
  | c | 6 USD | - |
}
designation apart { requires { x: n >= 5  y: m >= 1  z: n < 3 } }
designation late { requires { x: n >= 1  from 2026-01-01 { y: n >= 5  z: n < 4 } } }
designation e { requires { x: n >= 5 } }
designation e_too { requires { x: not n < 5 } }
designation more { requires { x: n >= 7 } }
designation closed { requires { x: n >= 6  y: today < 2020-01-01 } }
designation at_times { requires { x: n >= 8  y: today >= 2024-02-10 and today < 2024-02-20 } }
designation s { pass at 10 points out of 20 points with points in every subcategory
  best of { track one { a: m earns 1 point each, up to 15 points  c: f earns 5 points }
            track two { b: b earns 2 points each, up to 20 points } } }
designation meant assume "whole" { pass at 10 points out of 20 points with points in every subcategory
  best of { track one { a: m earns 1 point each, up to 15 points  c: f earns 5 points }
            track two { b: b earns 2 points each, up to 20 points } } }
designation limit { requires { a: n < 9 } }
entitlement cased { requires { c: (first of { low when n < 5   mid when n < 4   high otherwise }) = high } }
entitlement of_records {
  requires { d: count deals[size >= (5 when kind = new, otherwise 9)] >= 2 }
}
specialization by_the_year { requires { x: n >= 5 }  at even anniversaries { y: m >= 1 }  checked at own anniversary }
fee q { amount t[market].fee }
"""
ASKING: Asking = asking(POLICY)


def found(*names: str) -> list[Noted]:
    rules = Rules(ASKING, 30)
    noted = [one for name in names for one in rules.of(ASKING.core.rules[name])]
    assert not rules.left
    return noted


def test_clauses_that_exclude_each_other_are_the_smallest_set() -> None:
    (one,) = found("designation.apart")

    assert (one.what, one.is_finding) == ("never met", True)
    assert one.codes == ("designation.apart.x", "designation.apart.z")


def test_a_contradiction_from_a_day_on_is_of_those_days() -> None:
    (one,) = found("designation.late")

    assert (one.what, str(one.days)) == ("never met", "from 2026-01-01")
    assert one.codes == ("designation.late.y", "designation.late.z")


def test_what_days_alone_close_is_no_finding() -> None:
    (closed,) = found("designation.closed")

    assert (closed.what, closed.is_finding, closed.codes) == ("closed", False, ("designation.closed.y",))
    assert closed.days.start == date(2020, 1, 1)
    assert all(one.what == "closed" for one in found("designation.at_times"))


def test_a_case_that_those_before_it_take_is_never_reached() -> None:
    (one,) = found("entitlement.cased")

    assert (one.what, one.codes) == ("never reached", ("mid",))


def test_cases_of_each_record_are_none_of_the_partner() -> None:
    assert not found("entitlement.of_records")


def test_what_is_not_asked_this_year_is_asked_in_another() -> None:
    assert not found("specialization.by_the_year")


def test_a_table_without_a_row_has_a_partner_who_shows_it() -> None:
    (one,) = found("fee.q")

    assert (one.what, one.days.end, one.partner) == (
        "no row", date(2024, 1, 1), {"facts": {"market": "b"}, "records": {}},
    )  # fmt: skip


def test_who_loses_by_more_is_shown_and_a_mere_limit_is_not() -> None:
    noted = found("designation.s", "designation.meant", "designation.limit", "designation.e")

    assert {(one.what, one.rule, one.is_finding) for one in noted} == {
        ("loses", "designation.s", True),
        ("loses", "designation.meant", False),
    }
    for one in noted:
        requirement = ASKING.core.rules[one.rule].versions[0].requirement
        assert requirement is not None
        assert one.day is not None
        assert one.partner is not None

        def loses(facts: dict[str, object]) -> bool:
            if not one.more.keys() <= facts.get("facts", {}).keys():  # type: ignore[attr-defined] # noqa: B023
                return False
            told = [facts, with_more(facts, one.more, one.day)]  # type: ignore[arg-type] # noqa: B023
            answers = [ASKING.engine.meets(requirement, its, one.day) for its in told]  # type: ignore[arg-type] # noqa: B023
            return answers == [Truth.TRUE, Truth.FALSE]

        assert loses(dict(one.partner))
        assert not any(map(loses, _less(dict(one.partner))))


def test_rules_that_ask_the_same_and_that_imply_others_are_told() -> None:
    rules = [ASKING.core.rules[f"designation.{name}"] for name in ("e", "e_too", "more", "limit", "apart")]

    noted = list(Rules(ASKING, 30).beside(rules, DAY, 30))

    assert {(one.what, one.rule, one.codes) for one in noted} == {
        ("ask the same", "designation.e", ("designation.e_too",)),
        ("implies", "designation.more", ("designation.e", "designation.e_too")),
    }
