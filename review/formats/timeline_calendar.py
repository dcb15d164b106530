"""What a timeline says of the days ahead, as a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from evaluator.timeline.fold import Timeline
from evaluator.timeline.happenings import Happening, Kind
from review.languages.voice import Voice
from review.words.timeline_text import reasons_text, sentence

KINDS: tuple[Kind, ...] = (
    "checked", "lost", "window_opens", "window_closes", "fee_due", "attained", "carried_over", "begins", "ends"
)  # fmt: skip
"""What a partner has to know beforehand; what it does itself it knows."""


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
    for one in timeline.happenings:
        if one.kind not in KINDS:
            continue
        event = Event()
        event.add("uid", _identity(timeline, one))
        # As of the first day: what is written must not depend on the clock.
        event.add("dtstamp", datetime(timeline.first.year, timeline.first.month, timeline.first.day, tzinfo=UTC))
        event.add("dtstart", one.on)
        event.add("dtend", one.on + timedelta(days=1))
        event.add("summary", say.of(one.title, sentence(one, say)))
        why = "\n".join(f"{reasons_text((reason,), say)} ({reason.code})" for reason in one.reasons)
        event.add("description", f"{one.rule}\n{why}" if why else one.rule)
        event.add("transp", "TRANSPARENT")
        found.add_component(event)
    text: str = found.to_ical().decode("utf-8")
    return text.replace("\r\n", "\n")


def _identity(timeline: Timeline, one: Happening) -> str:
    """Return an id that stays where the same thing is told again, so that a calendar moves it and does not double it."""
    text = f"{one.rule}|{one.kind}|{one.on}"
    return f"{hashlib.sha256(text.encode()).hexdigest()[:24]}@{timeline.version or 'merit'}"
