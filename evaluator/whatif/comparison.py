"""An answer beside one over changed facts: what differs of each decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from evaluator.acceptance.facts_schema import FactErrors
from evaluator.decision import HELD, Answer, Decision, range_json
from evaluator.engine import Engine, Query
from evaluator.reasons.expander import Reason
from evaluator.whatif.changes import Changes, changed

Json = Any


class ChangeErrors(FactErrors):
    """Changes do not fit the vocabulary, or name what is not there; the facts that they change do."""


class Differing(NamedTuple):
    """One thing that differs: by its name in a decision, or the code of a reason; None where there is none."""

    name: str
    title: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between the decisions of one rule."""

    rule: str
    title: str
    outcomes: tuple[Differing, ...]
    """Eligibility, points, amount, stage, options and standing, what matters most first."""
    reasons: tuple[Differing, ...]
    """Reasons by their codes, in their order."""


@dataclass(frozen=True)
class Comparison:
    """An answer, and one to the same query over changed facts."""

    changes: Changes
    before: Answer
    after: Answer

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """What differs, rule by rule; rules that decide the same are left out."""
        pairs = zip(self.before.decisions, self.after.decisions, strict=True)
        return tuple(found for before, after in pairs if (found := difference(before, after)) is not None)

    def as_json(self) -> dict[str, Json]:
        """Return the answer of the facts as told, with ``what_if``: what differs, and the decisions that do."""
        differing = {one.rule for one in self.differences}
        changed_ones = self.after.as_json_of([one for one in self.after.decisions if one.rule in differing])
        hints = [hint.as_json() for hint in self.after.hints]
        return {
            **self.before.as_json(),
            "what_if": {
                "differences": [_difference_json(one) for one in self.differences],
                "decisions": changed_ones,
                **({"hints": hints} if hints and self.after.hints != self.before.hints else {}),
            },
        }


def compare(engine: Engine, query: Query, changes: Changes) -> Comparison:
    """Decide a query, and once more over changed facts.

    Raises:
        DayOutside, UnknownRule: as ``Engine.decide``.
        FactErrors: the facts do not fit the vocabulary, with pointers into them.
        ChangeErrors: the changes do not, with pointers into ``what_if``: ``/set/...``, ``/without/...``, ``/with/...``.
    """
    # Reasons are needed to tell which of them differ; how many of them are written the query says.
    told = replace(query, detail="full")
    before = engine.decide(told)
    try:
        facts = changed(engine, query.facts, changes, query.as_of)
    except FactErrors as errors:
        raise ChangeErrors(errors.problems, more=errors.more) from errors
    after = engine.decide(replace(told, facts=facts))
    return Comparison(changes, replace(before, detail=query.detail), replace(after, detail=query.detail))


def difference(before: Decision, after: Decision) -> Difference | None:
    """Return what differs between two decisions of one rule, None where nothing does."""
    outcomes = tuple(_differing(dict(_outcomes(before)), dict(_outcomes(after)), {}))
    own, others = dict(reasons_by_key(before)), dict(reasons_by_key(after))
    titles = {key: reason.title for key, reason in (*own.items(), *others.items())}
    reasons = tuple(
        _differing(
            {key: _reason_text(one) for key, one in own.items()},
            {key: _reason_text(one) for key, one in others.items()},
            titles,
        )
    )
    if not outcomes and not reasons:
        return None
    return Difference(before.rule, after.title, outcomes, reasons)


def _differing(before: Mapping[str, str], after: Mapping[str, str], titles: Mapping[str, str]) -> Iterator[Differing]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Differing(name, titles.get(name, ""), before.get(name), after.get(name))


def _outcomes(decision: Decision) -> Iterator[tuple[str, str]]:
    if decision.eligibility is not None:
        yield "eligibility", decision.eligibility
    if decision.score is not None:
        yield "points", _range_text(range_json(decision.score.points))
    if decision.amount is not None:
        yield decision.amount_is, f"{_range_text(range_json(decision.amount))} {decision.currency or ''}".strip()
    if decision.due is not None:
        yield "due", _range_text(range_json(decision.due))
    if decision.stage is not None:
        yield "stage", _range_text(range_json(decision.stage))
    for option in decision.options:
        yield f"option {option.name or 'no_choice'}", option.eligibility
    if decision.window is not None:
        yield "window", f"{decision.window[0]} through {decision.window[1]}"
    standing = decision.standing
    if standing is not None:
        yield "register", HELD[standing.held]
        for name, day in (
            ("held since", standing.since),
            ("held until", standing.until),
            ("next check", standing.next_check),
        ):
            if day is not None:
                yield name, day.isoformat()


def reasons_by_key(decision: Decision) -> Iterator[tuple[str, Reason]]:
    """Yield the reasons with all their parts, by what tells each from the others."""
    waiting = [*decision.reasons, *(reason for option in decision.options for reason in option.reasons)][::-1]
    while waiting:
        reason = waiting.pop()
        code, day, projected = reason.key
        yield f"{code}{f' on {day}' if day else ''}{' as projected' if projected else ''}", reason
        waiting.extend(reversed(reason.parts))


def _reason_text(reason: Reason) -> str:
    text = reason.outcome.replace("_", " ")
    told = []
    if reason.points is not None:
        told.append(f"{_range_text(range_json(reason.points))} points")
    elif reason.observed is not None:
        told.append(_range_text(range_json(reason.observed)))
    return f"{text}, {told[0]}" if told else text


def _range_text(value: Json) -> str:
    match value:
        case {"from": low, "to": high}:
            return f"{low} to {high}"
        case {"from": low}:
            return f"at least {low}"
        case {"to": high}:
            return f"at most {high}"
        case {"one_of": options}:
            return " or ".join(options)
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _difference_json(one: Difference) -> dict[str, Json]:
    return {
        "rule": one.rule,
        "title": one.title,
        "outcomes": [_differing_json(item, "what") for item in one.outcomes],
        "reasons": [_differing_json(item, "code") for item in one.reasons],
    }


def _differing_json(item: Differing, key: str) -> dict[str, Json]:
    sides = {"before": item.before, "after": item.after}
    told = {name: value for name, value in sides.items() if value is not None}
    return {key: item.name, **({"title": item.title} if item.title else {}), **told}
