"""What it would take, as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from evaluator.improve.improving import Improvement
from evaluator.improve.told import improvement_json
from evaluator.reasons import number
from review.formats.format import Formats, in_json, in_lines
from review.words.decision_text import Paint
from review.words.plan_text import (
    NOT_LOOKED_AT,
    cost_line,
    headline,
    limit_lines,
    limit_text,
    plan_lines,
    standing_line,
    taken_line,
)
from review.words.speaker import joined


def improvement_lines(found: Improvement, paint: Paint) -> Iterator[str]:
    """Yield what is decided, then the plans, what they rest on, and what was not looked at."""
    yield f"{paint(found.rule.id, 'head')}  {found.title}: {paint(standing_line(found), found.decided.eligibility or '')}"
    if (missing := missing_line(found)) is not None:
        yield missing
    if (taken := taken_line(found)) is not None:
        yield taken
    yield ""
    yield headline(found)
    for at, one in enumerate(found.plans, 1):
        yield ""
        yield paint(f"{at}. cost {number(one.cost)}", "head")
        for line in plan_lines(found, one):
            yield f"   {line}"
        if one.takes and len(one.takes) < len(found.taken) + len(found.absent):
            yield f"   as long as {joined(one.takes, 'and')} may be taken as nothing"
    for code, title in found.in_the_way:
        yield f"  {title} ({code})"
    limits = list(limit_lines(found))
    if limits:
        yield ""
        yield from limits
    yield ""
    if found.plans:
        yield paint(cost_line(found), "faint")
    yield paint(
        f"{found.decisions:,} decisions; policies {found.core.version or '-'}, digest {found.core.digest[:12]}; {found.engine}",
        "faint",
    )


def missing_line(found: Improvement) -> str | None:
    """Tell what is missing to decide the rule as it is; None where nothing is."""
    names = [f"{one.gap.title} ({one.gap.pointer})" for one in found.decided.missing]
    if found.outcome not in ("undetermined", "unknown") or not names:
        return None
    return f"To have it decided as it is, tell first: {joined(names, 'and')}."


def improvement_markdown(found: Improvement) -> Iterator[str]:
    """Yield a page: the plans as a list each."""
    yield f"# {found.title}"
    yield ""
    yield f"`{found.rule.id}`: {standing_line(found)}."
    for line in (missing_line(found), taken_line(found)):
        if line is not None:
            yield ""
            yield line
    yield ""
    yield headline(found)
    for at, one in enumerate(found.plans, 1):
        yield ""
        yield f"## {at}. Cost {number(one.cost)}"
        yield ""
        for line in plan_lines(found, one):
            yield f"- {line}"
    if found.in_the_way:
        yield ""
        for code, title in found.in_the_way:
            yield f"- {title} (`{code}`)"
    if found.limits:
        yield ""
        yield NOT_LOOKED_AT[bool(found.plans)]
        yield ""
        for limit in found.limits:
            yield f"- {limit_text(limit)}"
    if found.plans:
        yield ""
        yield cost_line(found)


IMPROVE = Formats[Improvement](
    text=lambda found, paint: in_lines(improvement_lines(found, paint)),
    json=lambda found, _: in_json(improvement_json(found)),
    markdown=lambda found, _: in_lines(improvement_markdown(found)),
)
