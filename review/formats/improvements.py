"""What it would take, as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.core.types import number
from evaluator.improve.improving import Improvement, Suggested, eligibility_of
from review.formats.format import Formats, Spoken, in_json, in_lines
from review.languages.voice import Voice
from review.words.decision_text import Paint
from review.words.improvement_json import improvement_json
from review.words.plan_text import (
    cost_line,
    ending_line,
    headline,
    in_the_way_lines,
    limit_lines,
    limit_texts,
    missing_line,
    not_looked_at,
    plan_lines,
    rests_line,
    shared_ending_line,
    standing_line,
    taken_line,
)
from review.words.timeline_text import digest_text
from review.words.titles import title_text


def improvement_lines(spoken: Spoken[Improvement], paint: Paint) -> Iterator[str]:
    """Yield what is decided, then the plans, what they rest on, and what was not looked at."""
    found, say = spoken.told, spoken.say
    standing = paint(standing_line(found, say), eligibility_of(found.decided))
    yield f"{paint(found.rule.id, 'head')}  {say.of(title_text(found.title, say), standing)}"
    yield from (line for line in (missing_line(found, say), taken_line(found, say)) if line is not None)
    yield ""
    yield headline(found, say)
    for at, one in enumerate(found.plans, 1):
        yield ""
        yield paint(say("plan-cost", number=str(at), cost=number(one.cost)), "head")
        yield from (f"   {line}" for line in plan_lines(found, one, say))
        yield from (f"   {line}" for line in _beside(found, one, say))
    if (shared := shared_ending_line(found, say)) is not None:
        yield ""
        yield shared
    yield from (f"  {line}" for line in in_the_way_lines(found, say))
    limits = list(limit_lines(found, say))
    if limits:
        yield ""
        yield from limits
    yield ""
    if found.plans:
        yield paint(cost_line(found, say), "faint")
    digest = digest_text(found.core.version, found.core.digest, found.engine, say)
    yield paint(say("decisions-made", decisions=f"{found.decisions:,}", digest=digest), "faint")


def _beside(found: Improvement, one: Suggested, say: Voice) -> Iterator[str]:
    """Yield what a plan takes as nothing, and how long it does, where not all do equally long."""
    ending = ending_line(one, say) if shared_ending_line(found, say) is None else None
    yield from (line for line in (rests_line(found, one, say), ending) if line is not None)


def improvement_markdown(spoken: Spoken[Improvement]) -> Iterator[str]:
    """Yield a page: the plans as a list each."""
    found, say = spoken.told, spoken.say
    yield f"# {title_text(found.title, say)}"
    yield ""
    yield f"{say.of(f'`{found.rule.id}`', standing_line(found, say))}{say('stop')}"
    for line in (missing_line(found, say), taken_line(found, say)):
        if line is not None:
            yield ""
            yield line
    yield ""
    yield headline(found, say)
    for at, one in enumerate(found.plans, 1):
        yield ""
        yield f"## {say('plan-cost-page', number=str(at), cost=number(one.cost))}"
        yield ""
        yield from (f"- {line}" for line in plan_lines(found, one, say))
        yield from (f"- {line}" for line in _beside(found, one, say))
    if (shared := shared_ending_line(found, say)) is not None:
        yield ""
        yield shared
    in_the_way = list(in_the_way_lines(found, say))
    if in_the_way:
        yield ""
        yield from (f"- {line}" for line in in_the_way)
    if found.limits:
        yield ""
        yield not_looked_at(found, say)
        yield ""
        yield from (f"- {text}" for text in limit_texts(found, say))
    if found.plans:
        yield ""
        yield cost_line(found, say)


IMPROVE = Formats[Spoken[Improvement]](
    text=lambda spoken, paint: in_lines(improvement_lines(spoken, paint)),
    json=lambda spoken, _: in_json(improvement_json(spoken.told, spoken.say)),
    markdown=lambda spoken, _: in_lines(improvement_markdown(spoken)),
)
