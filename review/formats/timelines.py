"""A timeline as text, JSON and Markdown, as a drawing, and as a calendar of what lies ahead."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.core.ranges import Truth
from evaluator.timeline.fold import Timeline
from evaluator.timeline.happenings import Happening
from review.formats.format import Formats, Spoken, in_json, in_lines
from review.formats.timeline_calendar import timeline_calendar
from review.formats.timeline_drawing import timeline_drawing
from review.languages.voice import Voice
from review.words.decision_text import Paint
from review.words.timeline_json import timeline_json
from review.words.timeline_text import (
    PEOPLE_MARKS,
    Group,
    colour,
    days_text,
    digest_text,
    group_sentence,
    groups_of,
    holdings,
    reasons_text,
    sentence,
    spans_of,
)

MOST_REASONS = 5
"""Reasons of one happening that are told to people; as JSON all are."""


def timeline_lines(timeline: Timeline, paint: Paint, say: Voice) -> Iterator[str]:
    """Yield what happens from day to day, then what each rule comes to over the days."""
    before = None
    # What becomes of people's certifications stands before what comes of it.
    told: list[Group | Happening] = [*groups_of(timeline.people), *timeline.happenings]
    for one in sorted(told, key=lambda one: one.on):
        day = str(one.on) if one.on != before else ""
        before = one.on
        if isinstance(one, Group):
            said = paint(group_sentence(one, say), PEOPLE_MARKS[one.turn])
            yield f"{paint(day.ljust(10), 'head')}  {say.all_of(one.people)}  {said}"
            continue
        yield f"{paint(day.ljust(10), 'head')}  {one.rule}  {paint(sentence(one, say), colour(one))}"
        for reason in one.reasons[:MOST_REASONS]:
            code = reason.code.removeprefix(f"{one.rule}.")
            yield f"{' ' * 14}{code}  {reasons_text((reason,), say)}"
        if len(one.reasons) > MOST_REASONS:
            yield f"{' ' * 14}{say('more', count=len(one.reasons) - MOST_REASONS)}"
    if not timeline.happenings and not timeline.people:
        yield say("nothing-changes", first=str(timeline.first), last=str(timeline.last))
    for life in timeline.lives:
        yield ""
        yield f"{paint(life.rule.id, 'head')}  {say.title(life.title)}"
        for first, last, said in spans_of(life, say):
            yield f"  {days_text(first, last, say)}  {said}"
    yield ""
    digest = digest_text(timeline.version, timeline.digest, timeline.engine, say)
    yield paint(say("days-looked-at", days=f"{len(timeline.days):,}", digest=digest), "faint")


def timeline_markdown(timeline: Timeline, say: Voice) -> Iterator[str]:
    """Yield a page: what happens, and what is held when."""
    yield f"# {days_text(timeline.first, timeline.last, say)}"
    yield ""
    yield f"| {' | '.join(say(f'column-{name}') for name in ('day', 'rule', 'happens', 'why'))} |"
    yield "| --- | --- | --- | --- |"
    for one in timeline.happenings:
        why = reasons_text(one.reasons[:MOST_REASONS], say)
        yield f"| {one.on} | {_cell(say.title(one.title))} (`{one.rule}`) | {_cell(sentence(one, say))} | {_cell(why)} |"
    if timeline.people:
        yield ""
        yield f"| {' | '.join(say(f'column-{name}') for name in ('day', 'people', 'happens'))} |"
        yield "| --- | --- | --- |"
    for group in groups_of(timeline.people):
        yield f"| {group.on} | {_cell(say.all_of(group.people))} | {_cell(group_sentence(group, say))} |"
    held = [(life, spans) for life in timeline.lives if (spans := holdings(life))]
    if held:
        yield ""
        yield f"| {' | '.join(say(f'column-{name}') for name in ('held', 'from', 'through'))} |"
        yield "| --- | --- | --- |"
        for life, spans in held:
            for first, last, truth in spans:
                title = say.title(life.title) if truth is Truth.TRUE else say("perhaps", title=say.title(life.title))
                yield f"| {_cell(title)} | {first} | {last} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


TIMELINE = Formats[Spoken[Timeline]](
    text=lambda spoken, paint: in_lines(timeline_lines(spoken.told, paint, spoken.say)),
    json=lambda spoken, _: in_json(timeline_json(spoken.told, spoken.say)),
    markdown=lambda spoken, _: in_lines(timeline_markdown(spoken.told, spoken.say)),
    svg=lambda spoken, _: timeline_drawing(spoken.told, spoken.say),
    ics=lambda spoken, _: timeline_calendar(spoken.told, spoken.say),
)
