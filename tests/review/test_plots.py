"""Drawings of a trial: what is drawn is what the flips say, with a caption for those who cannot see it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as Xml

from review.diff.impact import Flip
from review.diff.impact_report import Impact
from review.request.plots import moved_points, plots
from tests.review.diff.conftest import BASE, side

DAY, NEXT = date(2023, 6, 20), date(2025, 6, 20)
CORE = side("base", BASE).core


def impact(*flips: Flip) -> Impact:
    titles = {flip.rule: CORE.rules[flip.rule].title for flip in flips}
    return Impact(3, 12, (DAY, NEXT), titles, flips, ())


def test_points_are_drawn_against_the_mark_of_their_day() -> None:
    found = impact(
        Flip("designation.data_ai", "one", DAY, "points", "60", "72"),
        Flip("designation.data_ai", "two", NEXT, "points", "80", "71"),
        Flip("designation.data_ai", "three", DAY, "points", "10 to 20", "10"),
    )

    moved = moved_points(found, CORE)

    assert [(one.partner, one.before, one.after, one.mark) for one in moved] == [
        ("one", Decimal(60), Decimal(72), Decimal(70)),
        ("two", Decimal(80), Decimal(71), Decimal(75)),
    ]
    ((drawing, _),) = plots(found, CORE)
    assert "one on 2023-06-20: 60 to 72, mark 70" in str(Xml.fromstring(drawing).get("aria-label"))


def test_flips_are_drawn_by_day_and_money_by_rule() -> None:
    found = impact(
        Flip("fee.annual_fee", "one", DAY, "amount", "4730", "4990"),
        Flip("fee.annual_fee", "two", DAY, "amount", "4730", "4990"),
        Flip("fee.annual_fee", "two", NEXT, "amount", "at least 0", "4990"),
    )

    days, money = (str(Xml.fromstring(drawing).get("aria-label")) for drawing, _ in plots(found, CORE))

    assert days == "Decisions that flip, by day. 2023-06-20: 2 lose. 2025-06-20: 1 comes out otherwise"
    assert money.endswith("Annual fee: 9,460 before, 9,980 after, 2 partners")


def test_money_is_drawn_by_group_where_partners_are_put_together() -> None:
    found = impact(
        Flip("fee.annual_fee", "one", DAY, "amount", "4730", "4990", group="japan"),
        Flip("fee.annual_fee", "two", DAY, "amount", "4730", "5000", group="taiwan"),
        Flip("fee.annual_fee", "three", DAY, "amount", "4730", "5000", group="taiwan"),
    )

    drawing, said = list(plots(found, CORE))[-1]

    told = str(Xml.fromstring(drawing).get("aria-label"))
    assert "by rule and group" in said
    assert told.index("taiwan: Annual fee: 9,460 before, 10,000 after, 2 partners") < told.index(
        "japan: Annual fee: 4,730"
    )


def test_where_nothing_flips_nothing_is_drawn() -> None:
    assert not list(plots(impact(), CORE))
