"""What it would take, as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from evaluator.improve.improving import Improvement, eligibility_of
from evaluator.reasons.expander import number
from review.formats.format import Formats, Spoken, in_json, in_lines
from review.words.decision_text import Paint
from review.words.improvement_json import improvement_json
from review.words.plan_text import (
    cost_line,
    headline,
    in_the_way_lines,
    limit_lines,
    limit_text,
    missing_line,
    not_looked_at,
    plan_lines,
    rests_line,
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
        if (rests := rests_line(found, one, say)) is not None:
            yield f"   {rests}"
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
    if found.in_the_way:
        yield ""
        for code, title in found.in_the_way:
            yield f"- {say('in-brackets', said=title_text(title, say), more=f'`{code}`')}"
    if found.limits:
        yield ""
        yield not_looked_at(found, say)
        yield ""
        for limit in found.limits:
            yield f"- {limit_text(limit, say)}"
    if found.plans:
        yield ""
        yield cost_line(found, say)


IMPROVE = Formats[Spoken[Improvement]](
    text=lambda spoken, paint: in_lines(improvement_lines(spoken, paint)),
    json=lambda spoken, _: in_json(improvement_json(spoken.told, spoken.say)),
    markdown=lambda spoken, _: in_lines(improvement_markdown(spoken)),
)
