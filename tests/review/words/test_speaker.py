"""Core nodes in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dsl import core as c
from dsl.core.references import reads_of, walk
from dsl.load import load
from evaluator.engine import Engine
from review.languages.voice import voice
from review.words.lines import lines_of, version_told
from review.words.rule_text import rule_lines
from review.words.speaker import Speaker

POLICIES = Path(__file__).parents[2] / "data" / "cli" / "policies"
DAY = date(2023, 6, 20)
USD = c.Type(kind="money", unit="USD")
PEOPLE = c.Type(kind="count", unit="people")


@pytest.fixture(scope="module")
def core():
    return Engine(load([POLICIES])).core


def figure(value, type_=c.POINTS, *, provisional=False):
    return c.Literal(value=None if value is None else Decimal(value), type=type_, provisional=provisional)


def fact(title, type_=c.FLAG):
    return c.Fact(name=title.lower(), title=title, type=type_)


A, B = fact("Audit passed"), fact("Fee paid")
REVENUE = fact("Revenue", USD)
BUILDERS = c.People(
    lists=tuple(c.CertificationList(name=name, title=name, entries=()) for name in ("Builders", "Planners")),
    least=1, type=PEOPLE,
)  # fmt: skip
CLOUD = "designation.cloud"
TODAY = c.Today(type=c.DATE)
EARLY = c.Literal(value=date(2022, 10, 3), type=c.DATE)

PHRASES = [
    (figure(None, USD), "a figure that the programme does not tell (USD)"),
    (
        replace(figure(None, USD, provisional=True), least=Decimal(5000)),
        "a figure that the programme does not tell, 5,000 USD (provisional) or more",
    ),
    (figure("15000", USD, provisional=True), "15,000 USD (provisional)"),
    (figure("1"), "1 point"),
    (c.Literal(value=True, type=c.FLAG), "yes"),
    (c.Literal(value=c.Duration(months=5), type=c.DURATION), "5 months"),
    (BUILDERS, "the number of people holding a certification of Builders or Planners"),
    (c.DifferentPeople(lists=BUILDERS.lists, type=PEOPLE),
     "the number of different people holding one each of Builders and Planners"),
    (c.Compare(op=">=", left=BUILDERS, right=figure("2", PEOPLE), type=c.FLAG),
     "the number of people holding a certification of Builders or Planners is at least 2"),
    (c.Compare(op=">=", left=TODAY, right=EARLY, type=c.FLAG), "today is on or after 2022-10-03"),
    (c.Compare(op="<", left=REVENUE, right=figure("5", USD), type=c.FLAG), "Revenue is less than 5 USD"),
    (c.Holds(award="competency.delivery", level="gold", type=c.FLAG), "Acme Delivery is held at gold or higher"),
    (c.Lapsed(award=CLOUD, type=c.FLAG), "Acme Cloud was held and is not any longer"),
    (c.Paid(award=CLOUD, type=c.FLAG), "Acme Cloud is held and benefits were bought with it"),
    (c.Qualifies(rule=CLOUD, type=c.FLAG), "the requirements of Acme Cloud are met"),
    (c.AllOf(parts=(A, B), type=c.FLAG), "Audit passed and Fee paid"),
    (c.AnyOf(parts=(A, B), type=c.FLAG), "any of: Audit passed or Fee paid"),
    (c.AnyOf(parts=(A, B), least=2, type=c.FLAG), "at least 2 of: Audit passed or Fee paid"),
    (c.Not(part=A, type=c.FLAG), "not so: Audit passed"),
    (c.Total(parts=(REVENUE, REVENUE), cap=figure("20"), type=c.POINTS),
     "the total of Revenue and Revenue, at most 20 points"),
    (c.Ranked(word="best", parts=(REVENUE, REVENUE), type=c.POINTS), "the best of Revenue and Revenue"),
    (c.PerUnit(value=BUILDERS, points=figure("4"), cap=figure("20"), type=c.POINTS),
     "4 points for each person holding a certification of Builders or Planners, up to 20 points"),
    (c.PerUnit(value=REVENUE, points=figure("1"), unit=figure("1250", USD), type=c.POINTS),
     "1 point for every 1,250 USD of Revenue"),
    (c.Prorate(value=REVENUE, most=figure("20"), target=figure("1000", USD), rounding=c.RoundTo("down"), type=c.POINTS),
     "up to 20 points, all of them at 1,000 USD, in proportion to Revenue, rounded down to a whole number"),
    (c.Case(branches=(c.Branch(name="a", when=A, value=figure("5")), c.Branch(name="b", when=None, value=figure("0"))),
            type=c.POINTS), "5 points when Audit passed; otherwise 0 points"),
    (c.Gate(condition=A, value=figure("5"), type=c.POINTS),
     "5 points; only if Audit passed"),
    (c.Ratio(numerator=REVENUE, denominator=REVENUE, scale=Decimal(100), rounding=c.RoundTo("half up", Decimal("0.1")),
             type=c.PERCENT), "Revenue divided by Revenue in percent, rounded half up to 0.1"),
    (c.Arithmetic(op="% of", left=figure("3", c.PERCENT), right=REVENUE, type=USD), "3 % of Revenue"),
    (c.Between(value=REVENUE, low=figure("0", USD), high=figure("1000", USD), type=USD),
     "the part of Revenue up to 1,000 USD"),
    (c.Between(value=REVENUE, low=figure("10", USD), high=figure("1000", USD), type=USD),
     "the part of Revenue from 10 USD to 1,000 USD"),
    (c.Between(value=REVENUE, low=figure("10", USD), type=USD), "the part of Revenue above 10 USD"),
    (c.Shift(date=TODAY, by=c.Duration(months=12), back=True, type=c.DATE), "today minus 1 year"),
    (c.Edge(edge="end", of=TODAY, type=c.DATE), "the last day of the month of today"),
    (c.Edge(edge="start", of=TODAY, months=3, type=c.DATE), "the first day of the quarter of today"),
    (c.Sometime(condition=A, start=EARLY, end=TODAY, type=c.FLAG),
     "on some day from 2022-10-03 through today: Audit passed"),
    (c.OnDate(value=A, date=EARLY, type=c.FLAG), "Audit passed on 2022-10-03"),
    (c.Dated(versions=(c.DatedValue(c.Days(None, DAY), figure("1")), c.DatedValue(c.Days(DAY, None), figure("2"))),
             type=c.POINTS), "2 points"),
    (c.Dated(versions=(c.DatedValue(c.Days(date(2024, 1, 1), None), figure("3")),), type=c.POINTS),
     "3 points from 2024-01-01"),
    (c.PassScore(score=REVENUE, mark=figure("70"), out_of=Decimal(100),
                 every=(c.EveryMetric(c.ALWAYS, "one point"),), type=c.FLAG),
     "Revenue reaches 70 points out of 100, with at least one point in every metric"),
]  # fmt: skip


@pytest.mark.parametrize(("node", "phrase"), PHRASES)
def test_a_node_is_said_in_words(core, node, phrase):
    assert Speaker(core, DAY).say(node) == phrase


def test_long_lists_are_cut_and_say_so(core):
    assert (
        Speaker(core, DAY).joined([str(number) for number in range(10)], "or") == "0, 1, 2, 3, 4, 5, 6, 7, and 2 more"
    )


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (c.Period(months=1, type=c.FLAG), "over the last full month"),
        (c.Period(months=12, type=c.FLAG), "over the last 12 months"),
        (c.Period(months=12, back=12, type=c.FLAG), "over the 12 months before"),
        (c.Period(months=1, back=12, type=c.FLAG), "over the same month a year earlier"),
        (c.Period(months=12, anniversary_year=True, type=c.FLAG), "since the last anniversary"),
    ],
)
def test_windows_of_months_are_said_in_words(core, window, text):
    assert Speaker(core, DAY).period(window) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(c.Duration(months=24), "2 years"), (c.Duration(months=18), "18 months"), (c.Duration(days=1), "1 day"),
     (c.Duration(), "0 days")],
)  # fmt: skip
def test_durations_are_said_in_words(value, text):
    assert voice("en").duration(value) == text
    assert str(value) == text


def test_days_say_when_they_are_provisional():
    assert str(c.Days(date(2022, 10, 3), date(2023, 1, 1), provisional=True)) == (
        "from 2022-10-03 through 2022-12-31 (provisional)"
    )


def test_every_rule_can_be_said_on_every_day_on_which_something_changes(core):
    for rule in core.rules.values():
        for day in (*core.change_days, DAY):
            assert rule_lines(core, rule, day)[0].startswith(f"{rule.id}  {version_told(rule, day).title}  ")


def test_the_version_told_is_the_one_in_force_else_the_next_else_the_last(core):
    rule = core.rules[CLOUD]

    assert version_told(rule, DAY) is rule.versions[0]
    assert version_told(rule, date(2020, 1, 1)) is rule.versions[0]
    assert version_told(core.rules["competency.delivery.gold"], DAY).days.end == date(2022, 10, 1)


def test_a_line_carries_the_code_that_decisions_give(core):
    [score, *_] = lines_of(core.rules[CLOUD].versions[0], DAY)

    assert score.name == f"{CLOUD}.score"
    assert [part.name for part in score.parts] == [f"{CLOUD}.performance", f"{CLOUD}.skilling"]
    assert score.parts[0].parts[0].of.basis.cites[0].place == "Performance"


def test_a_rule_reads_what_the_rules_below_it_read(core):
    reads = reads_of(core, [core.rules["program.expert"]])

    assert reads.facts == ("audit_passed",)
    assert reads.measures == ("revenue",)
    assert reads.records == ("awards", "certifications", "sales")


def test_a_choice_reads_what_its_fees_read(core):
    assert "country" in reads_of(core, [core.rules["choice.benefits"]]).facts


def test_walking_comes_by_every_node():
    inner = c.Compare(op=">=", left=REVENUE, right=figure("5", USD), type=c.FLAG)
    node = c.Case(branches=(c.Branch(name="a", when=inner, value=figure("5")),), type=c.POINTS)

    assert list(walk(node)) == [node, node.branches[0].value, inner, REVENUE, inner.right]


def test_walking_comes_by_nodes_that_have_no_parts():
    today = c.Today(type=c.DATE)
    node = c.Compare(op="<", left=today, right=today, type=c.FLAG)

    assert list(walk(node)) == [node, today, today]
