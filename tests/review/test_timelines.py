"""How a timeline is told: every kind of happening has its place in the schema; a drawing is well formed."""

from __future__ import annotations

from typing import get_args
from xml.etree import ElementTree

from icalendar import Calendar

import schemas
from evaluator.timeline.fold import Timeline
from evaluator.timeline.happenings import Kind
from review.formats.format import Spoken
from review.formats.timeline_drawing import _SHOWN
from review.formats.timelines import TIMELINE
from review.languages.voice import voice
from tests.evaluator.test_timeline import told


def spoken(*events: object) -> Spoken[Timeline]:
    return Spoken(told(*events), voice("en"))


def test_every_kind_of_happening_stands_in_the_schema() -> None:
    kinds = set(get_args(Kind))

    told_of = schemas.load("timeline")["properties"]["events"]["items"]["properties"]["kind"]["enum"]

    assert kinds == set(told_of)
    assert kinds - set(_SHOWN) == {"points", "amount"}  # the line, and what is told in words


def test_a_drawing_is_well_formed_and_says_every_sentence_that_it_marks() -> None:
    found = spoken({"on": "2022-01-10", "buys": "benefit.pack"})

    drawing = ElementTree.fromstring(TIMELINE["svg"](found, lambda text, _: text))

    texts = ["".join(element.itertext()) for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert "held" in texts
    assert any(text.startswith("The pack: bought: through 2023-01-09") for text in texts)


def test_a_calendar_is_read_again_and_is_the_same_each_time() -> None:
    found = spoken()
    text = TIMELINE["ics"](found, lambda text, _: text)

    days = [str(event["DTSTART"].dt) for event in Calendar.from_ical(text).walk("VEVENT")]

    assert days[:3] == ["2022-01-01", "2022-01-02", "2022-02-01"]
    assert text == TIMELINE["ics"](found, lambda text, _: text)
