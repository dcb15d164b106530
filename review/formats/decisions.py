"""An answer, and rules in words, as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dsl import core as c
from evaluator.decision import ELIGIBILITY, Answer, Decision
from evaluator.whatif.comparison import Comparison
from review.formats.format import Formats, Spoken, in_json, in_lines
from review.languages.voice import Voice, padded, text_width
from review.words.answer_json import answer_json, comparison_json
from review.words.decision_text import Paint, decision_lines, outcome_text
from review.words.difference_text import Sides, sides_of
from review.words.hint_text import hint_help, hint_message
from review.words.outline import rule_outline
from review.words.rule_text import rule_lines
from review.words.timeline_text import digest_text
from review.words.titles import title_text


@dataclass(frozen=True, slots=True)
class Explained:
    """Rules of a core that are told in words, and the day."""

    core: c.Core
    rules: Sequence[c.Rule]
    day: date


def answer_lines(spoken: Spoken[Answer], paint: Paint) -> Iterator[str]:
    """Yield an answer as lines: what the facts were projected by, its decisions, hints, and by what it was decided."""
    answer, say = spoken.told, spoken.say
    yield from _projection_lines(answer, say)
    for index, decision in enumerate(answer.decisions):
        if index:
            yield ""
        yield from decision_lines(decision, answer.as_of, paint=paint, detail=answer.detail, say=say)
    yield from (f"\n{line}" for line in _hint_lines(answer, paint, say))
    yield ""
    yield paint(_digest(answer, say), "faint")


def listed_lines(spoken: Spoken[Answer], paint: Paint) -> Iterator[str]:
    """Yield an answer as one list: by what comes out, who is eligible for first, a line a rule."""
    answer, say = spoken.told, spoken.say
    order = (*ELIGIBILITY.values(), None)
    groups: dict[str, list[Decision]] = {}
    for decision in sorted(answer.decisions, key=lambda one: order.index(one.eligibility)):
        groups.setdefault(outcome_text(decision, say), []).append(decision)
    for outcome, decisions in groups.items():
        yield paint(say.of(outcome, str(len(decisions))), decisions[0].eligibility or "head")
        rows = [(decision.rule, title_text(decision.title, say)) for decision in decisions]
        yield from (f"  {line}" for line in _columns(rows))
    yield ""
    yield paint(_digest(answer, say), "faint")


def _digest(answer: Answer, say: Voice) -> str:
    return digest_text(answer.version, answer.digest, answer.engine, say)


def _hint_lines(answer: Answer, paint: Paint, say: Voice) -> Iterator[str]:
    for hint in answer.hints:
        said = say("hint-is", said=hint_message(hint, say))
        yield paint(f"{said}  {hint.pointer}\n  {hint_help(hint, say)}", "faint")


def _projection_lines(answer: Answer, say: Voice) -> Iterator[str]:
    told = answer.projection
    if told is None:
        return
    yield say("facts-projected", day=told["by"])
    for word in ("known", "extrapolated"):
        yield from (f"  {say(f'projected-{word}', what=one)}" for one in told[word])
    yield ""


def explained_lines(spoken: Spoken[Explained], paint: Paint) -> Iterator[str]:
    """Yield rules in words as lines."""
    explained = spoken.told
    for index, rule in enumerate(explained.rules):
        if index:
            yield ""
        yield from rule_lines(explained.core, rule, explained.day, paint=paint, tell=spoken.say)


def explained_json(spoken: Spoken[Explained]) -> list[dict[str, object]]:
    """Return each rule as the service gives it (``schemas/rule``)."""
    explained = spoken.told
    policy = {"digest": explained.core.digest, "version": explained.core.version}
    return [
        {"policy": policy, **rule_outline(explained.core, rule, explained.day, spoken.say)} for rule in explained.rules
    ]


def comparison_lines(spoken: Spoken[Comparison], paint: Paint) -> Iterator[str]:
    """Yield an answer beside a changed one as lines: what differs first, then the decisions as they are and changed."""
    comparison, say = spoken.told, spoken.say
    heads = Sides(say("what-differs"), "", say("as-told"), say("changed"))
    for difference in comparison.differences:
        yield f"{paint(difference.rule, 'head')}  {title_text(difference.title, say)}"
        outcomes, reasons = sides_of(difference, comparison, say)
        rows = [
            (_short(one.name, difference.rule), one.before or "-", one.after or "-")
            for one in (heads, *outcomes, *reasons)
        ]
        yield from (f"  {line}" for line in _columns(rows))
        yield ""
    same = len(comparison.before.decisions) - len(comparison.differences)
    if same:
        yield say("nothing-differs", count=same)
        yield ""
    differing = {difference.rule for difference in comparison.differences}
    both = (("as-told", comparison.before), ("changed", comparison.after))
    for word, answer in both if comparison.after.detail != "none" else ():
        for decision in answer.decisions:
            if decision.rule in differing:
                first, *rest = decision_lines(decision, answer.as_of, paint=paint, detail=answer.detail, say=say)
                yield say.of(say(word), first)
                yield from rest
                yield ""
    yield from _hint_lines(comparison.after, paint, say)
    yield paint(_digest(comparison.after, say), "faint")


def _short(name: str, rule: str) -> str:
    """Return a code as scenarios write it: relative to the rule."""
    return name.removeprefix(f"{rule}.")


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(text_width(row[index]) for row in rows) for index in range(len(rows[0]) - 1)]
    for row in rows:
        yield "  ".join([*(padded(cell, width) for cell, width in zip(row, widths, strict=False)), row[-1]])


DECIDE = Formats[Spoken[Answer]](
    text=lambda spoken, paint: in_lines(answer_lines(spoken, paint)),
    json=lambda spoken, _: in_json(answer_json(spoken.told, spoken.say)),
    list=lambda spoken, paint: in_lines(listed_lines(spoken, paint)),
)
WHAT_IF = Formats[Spoken[Comparison]](
    text=lambda spoken, paint: in_lines(comparison_lines(spoken, paint)),
    json=lambda spoken, _: in_json(comparison_json(spoken.told, spoken.say)),
    list=lambda spoken, paint: in_lines(listed_lines(Spoken(spoken.told.after, spoken.say), paint)),
)
EXPLAIN = Formats[Spoken[Explained]](
    text=lambda spoken, paint: in_lines(explained_lines(spoken, paint)),
    json=lambda spoken, _: in_json(explained_json(spoken)),
)
