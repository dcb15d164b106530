"""What a timeline says of the days ahead, as a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from evaluator.timeline.fold import Timeline
from evaluator.timeline.happenings import Kind
from evaluator.timeline.people import Turn
from review.languages.voice import Voice
from review.words.timeline_text import group_sentence, groups_of, reasons_text, sentence

KINDS: tuple[Kind, ...] = (
    "checked", "lost", "window_opens", "window_closes", "fee_due", "payment_due", "attained", "carried_over",
    "begins", "ends",
)  # fmt: skip
"""What a partner has to know beforehand; what it does itself it knows."""

ENDS: tuple[Turn, ...] = ("expired", "unlisted")


class NoCalendar(RuntimeError):
    """The library that writes calendars is not installed."""


def timeline_calendar(timeline: Timeline, say: Voice) -> str:
    """Return the days ahead as a calendar of whole-day events; the same timeline gives the same text.

    Raises:
        NoCalendar: the extra ``calendar`` is not installed.
    """
    try:
        from icalendar import Calendar, Event
    except ImportError as error:
        raise NoCalendar("calendars need the extra `calendar`: install merit[calendar]") from error
    found = Calendar()
    found.add("prodid", f"-//{timeline.engine}//timeline//{say.tag.upper()}")
    found.add("version", "2.0")
    for on, identity, summary, description in _events(timeline, say):
        event = Event()
        event.add("uid", f"{hashlib.sha256(identity.encode()).hexdigest()[:24]}@{timeline.version or 'merit'}")
        # As of the first day: what is written must not depend on the clock.
        event.add("dtstamp", datetime(timeline.first.year, timeline.first.month, timeline.first.day, tzinfo=UTC))
        event.add("dtstart", on)
        event.add("dtend", on + timedelta(days=1))
        event.add("summary", summary)
        event.add("description", description)
        event.add("transp", "TRANSPARENT")
        found.add_component(event)
    text: str = found.to_ical().decode("utf-8")
    return text.replace("\r\n", "\n")


def _events(timeline: Timeline, say: Voice) -> Iterator[tuple[date, str, str, str]]:
    """Yield day, identity, summary and description of what is in the calendar.

    The identity stays where the same thing is told again, so that a calendar moves it and does not double it.
    """
    for one in timeline.happenings:
        if one.kind in KINDS:
            why = "\n".join(f"{reasons_text((reason,), say)} ({reason.code})" for reason in one.reasons)
            description = f"{one.rule}\n{why}" if why else one.rule
            yield one.on, f"{one.rule}|{one.kind}|{one.on}", say.of(one.title, sentence(one, say)), description
    for group in groups_of(timeline.people):
        if group.turn in ENDS:
            names = "|".join((*group.people, group.certification, group.turn))
            lists = "\n".join(one.name for one in group.lists)
            yield group.on, f"{names}|{group.on}", say.of(say.all_of(group.people), group_sentence(group, say)), lists
