"""An answer, and rules in words, as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dsl import core as c
from evaluator.decision import Answer
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
    """Yield an answer as lines: its decisions, hints, and by what it was decided."""
    for index, decision in enumerate(answer.decisions):
        if index:
            yield ""
        yield from decision_lines(decision, answer.as_of, paint=paint, detail=answer.detail)
    for hint in answer.hints:
        yield paint(f"\nhint: {hint.message}  {hint.pointer}\n  {hint.help}", "faint")
    yield ""
    yield paint(f"policies {answer.version or '-'}, digest {answer.digest[:12]}; {answer.engine}", "faint")


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


DECIDE = Formats[Answer](
    text=lambda answer, paint: in_lines(answer_lines(answer, paint)),
    json=lambda answer, _: in_json(answer.as_json()),
)
EXPLAIN = Formats[Explained](
    text=lambda explained, paint: in_lines(explained_lines(explained, paint)),
    json=lambda explained, _: in_json(explained_json(explained)),
)
