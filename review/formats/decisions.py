"""An answer, and rules in words, as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dsl import core as c
from evaluator.decision import Answer
from evaluator.whatif.comparison import Comparison, Differing
from review.formats.format import Formats, in_json, in_lines
from review.words.decision_text import Paint, decision_lines
from review.words.outline import rule_outline
from review.words.rule_text import rule_lines


@dataclass(frozen=True, slots=True)
class Explained:
    """Rules of a core that are told in words, and the day."""

    core: c.Core
    rules: Sequence[c.Rule]
    day: date


def answer_lines(answer: Answer, paint: Paint) -> Iterator[str]:
    """Yield an answer as lines: what the facts were projected by, its decisions, hints, and by what it was decided."""
    yield from _projection_lines(answer)
    for index, decision in enumerate(answer.decisions):
        if index:
            yield ""
        yield from decision_lines(decision, answer.as_of, paint=paint, detail=answer.detail)
    for hint in answer.hints:
        yield paint(f"\nhint: {hint.message}  {hint.pointer}\n  {hint.help}", "faint")
    yield ""
    yield paint(f"policies {answer.version or '-'}, digest {answer.digest[:12]}; {answer.engine}", "faint")


def _projection_lines(answer: Answer) -> Iterator[str]:
    told = answer.projection
    if told is None:
        return
    yield f"facts as projected to {told['by']}, as they bring no projection"
    for word, found in (("known", told["known"]), ("taken to go on", told["extrapolated"])):
        for one in found:
            yield f"  {word}: {one}"
    yield ""


def explained_lines(explained: Explained, paint: Paint) -> Iterator[str]:
    """Yield rules in words as lines."""
    for index, rule in enumerate(explained.rules):
        if index:
            yield ""
        yield from rule_lines(explained.core, rule, explained.day, paint=paint)


def explained_json(explained: Explained) -> list[dict[str, object]]:
    """Return each rule as the service gives it (``schemas/rule``)."""
    policy = {"digest": explained.core.digest, "version": explained.core.version}
    return [{"policy": policy, **rule_outline(explained.core, rule, explained.day)} for rule in explained.rules]


def comparison_lines(comparison: Comparison, paint: Paint) -> Iterator[str]:
    """Yield an answer beside a changed one as lines: what differs first, then the decisions as they are and changed."""
    for difference in comparison.differences:
        yield f"{paint(difference.rule, 'head')}  {difference.title}"
        told = [("what differs", "as told", "changed"), *map(_sides, (*difference.outcomes, *difference.reasons))]
        yield from (
            f"  {line}" for line in _columns([(_short(name, difference.rule), *sides) for name, *sides in told])
        )
        yield ""
    same = len(comparison.before.decisions) - len(comparison.differences)
    if same:
        yield f"nothing differs in {same} {'decision' if same == 1 else 'decisions'}"
        yield ""
    differing = {difference.rule for difference in comparison.differences}
    both = (("as told", comparison.before), ("changed", comparison.after))
    for word, answer in both if comparison.after.detail != "none" else ():
        for decision in answer.decisions:
            if decision.rule in differing:
                first, *rest = decision_lines(decision, answer.as_of, paint=paint, detail=answer.detail)
                yield f"{word}: {first}"
                yield from rest
                yield ""
    for hint in comparison.after.hints:
        yield paint(f"hint: {hint.message}  {hint.pointer}\n  {hint.help}", "faint")
    after = comparison.after
    yield paint(f"policies {after.version or '-'}, digest {after.digest[:12]}; {after.engine}", "faint")


def _sides(one: Differing) -> tuple[str, str, str]:
    return one.name, (one.before or "-").replace("_", " "), (one.after or "-").replace("_", " ")


def _short(name: str, rule: str) -> str:
    """Return a code as scenarios write it: relative to the rule."""
    return name.removeprefix(f"{rule}.")


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]) - 1)]
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])


DECIDE = Formats[Answer](
    text=lambda answer, paint: in_lines(answer_lines(answer, paint)),
    json=lambda answer, _: in_json(answer.as_json()),
)
WHAT_IF = Formats[Comparison](
    text=lambda comparison, paint: in_lines(comparison_lines(comparison, paint)),
    json=lambda comparison, _: in_json(comparison.as_json()),
)
EXPLAIN = Formats[Explained](
    text=lambda explained, paint: in_lines(explained_lines(explained, paint)),
    json=lambda explained, _: in_json(explained_json(explained)),
)
