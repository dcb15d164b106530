"""A timeline as text, JSON and Markdown, as a drawing, and as a calendar of what lies ahead."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.core.ranges import Truth
from evaluator.timeline.fold import Timeline
from review.formats.format import Formats, in_json, in_lines
from review.formats.timeline_calendar import timeline_calendar
from review.formats.timeline_drawing import timeline_drawing
from review.words.decision_text import Paint
from review.words.timeline_text import colour, holdings, sentence, spans_of

MOST_REASONS = 5
"""Reasons of one happening that are told to people; as JSON all are."""


def timeline_lines(timeline: Timeline, paint: Paint) -> Iterator[str]:
    """Yield what happens from day to day, then what each rule comes to over the days."""
    before = None
    for one in timeline.happenings:
        day = str(one.on) if one.on != before else ""
        before = one.on
        yield f"{paint(day.ljust(10), 'head')}  {one.rule}  {paint(sentence(one), colour(one))}"
        for reason in one.reasons[:MOST_REASONS]:
            code = reason.code.removeprefix(f"{one.rule}.")
            yield f"{' ' * 14}{code}  {reason.title}: {reason.said.replace('_', ' ')}"
        if len(one.reasons) > MOST_REASONS:
            yield f"{' ' * 14}and {len(one.reasons) - MOST_REASONS} more"
    if not timeline.happenings:
        yield f"nothing changes from {timeline.first} through {timeline.last}"
    for life in timeline.lives:
        yield ""
        yield f"{paint(life.rule.id, 'head')}  {life.title}"
        for first, last, said in spans_of(life):
            yield f"  {first} to {last}  {said}"
    yield ""
    yield paint(
        f"{len(timeline.days):,} days looked at; policies {timeline.version or '-'}, digest {timeline.digest[:12]}; {timeline.engine}",
        "faint",
    )


def timeline_markdown(timeline: Timeline) -> Iterator[str]:
    """Yield a page: what happens, and what is held when."""
    yield f"# {timeline.first} to {timeline.last}"
    yield ""
    yield "| day | rule | what happens | why |"
    yield "| --- | --- | --- | --- |"
    for one in timeline.happenings:
        why = "; ".join(f"{reason.title}: {reason.said.replace('_', ' ')}" for reason in one.reasons[:MOST_REASONS])
        yield f"| {one.on} | {_cell(one.title)} (`{one.rule}`) | {_cell(sentence(one))} | {_cell(why)} |"
    held = [(life, spans) for life in timeline.lives if (spans := holdings(life))]
    if held:
        yield ""
        yield "| held | from | through |"
        yield "| --- | --- | --- |"
        for life, spans in held:
            for first, last, truth in spans:
                perhaps = "" if truth is Truth.TRUE else ", perhaps"
                yield f"| {_cell(life.title)}{perhaps} | {first} | {last} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


TIMELINE = Formats[Timeline](
    text=lambda timeline, paint: in_lines(timeline_lines(timeline, paint)),
    json=lambda timeline, _: in_json(timeline.as_json()),
    markdown=lambda timeline, _: in_lines(timeline_markdown(timeline)),
    svg=lambda timeline, _: timeline_drawing(timeline),
    ics=lambda timeline, _: timeline_calendar(timeline),
)
