"""Expected and actual: what a decision says of each aspect that a scenario can name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dsl import core as c
from dsl.core.ranges import Range, Truth, is_settled
from dsl.core.written import Resting
from dsl.json_values import decimal_text
from evaluator.decision import HELD, Decision, EffectTaken, range_json, required_json
from evaluator.reasons.expander import Reason
from review.scenarios.labels import meant_by
from review.words.decision_text import standing_reasons

Json = Any

_COMMON = ("in_force", "reasons", "missing", "provisional_figures", "assumptions", "disagreements")
"""Of every rule."""
_SCORED = ("eligibility", "points", "needed", "out_of", *_COMMON)
_BY_WHAT: Mapping[c.Decides, tuple[str, ...]] = {
    "eligibility": _SCORED,
    "amount": ("amount", "due", "eligibility", "covers", *_COMMON),
    "stage": ("stage", *_COMMON),
    "value": ("value", *_COMMON),
    "options": ("options", "pick", "window", "renews_to", *_COMMON),
}
_OF_AWARDS = ("standing", "badge")
ASPECTS = frozenset((*(aspect for aspects in _BY_WHAT.values() for aspect in aspects), *_OF_AWARDS))
"""All that can be expected."""

SHORT: frozenset[c.Decides] = frozenset({"eligibility", "amount", "stage", "value"})
"""What one word behind a rule can be."""


def aspects_of(kind: c.RuleKind) -> tuple[str, ...]:
    """Return what can be expected of a rule of a kind."""
    return (*_BY_WHAT[kind.decides], *(_OF_AWARDS if kind.keeps_register else ()))


ABSENT = "none"
_FIGURE = re.compile(r"(?:(?:[<>]=?|!=) )?-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
NO_REASON = "not among the reasons"


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which policies, for which day something was decided."""

    core: c.Core
    day: date


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One aspect that is not as expected."""

    rule: str
    aspect: str
    expected: str
    actual: str


def mismatches(asked: Asked, decision: Decision, wanted: Mapping[str, Json]) -> list[Mismatch]:
    """Return where a decision is not as expected; the aspects are those of its kind."""
    found: list[Mismatch] = []
    for aspect, expected in wanted.items():
        for name, want, actual in _compared(asked, decision, aspect, expected):
            if want != actual:
                found.append(Mismatch(decision.rule, name, _text(want), _text(actual)))
    return found


def _compared(asked: Asked, decision: Decision, aspect: str, expected: Json) -> Iterator[tuple[str, Json, Json]]:
    """Yield name, expected and actual value of an aspect, both in the same plain form."""
    match aspect:
        case "reasons":
            reasons = {reason.code: reason for reason in reasons_in(decision)}
            yield from _reasons(asked, decision.rule, reasons, expected, "")
        case "options":
            for name, wanted in expected.items():
                yield from _option(decision, name, wanted)
        case "standing":
            yield from _standing(asked, decision, expected)
        case "missing" | "disagreements":
            yield aspect, sorted(expected), sorted(_listed(decision, aspect))
        case "provisional_figures" | "assumptions":
            yield from _resting(aspect, expected, getattr(decision, aspect))
        case "covers":
            covered = _effect_names(decision.effects, aspect)
            yield aspect, sorted(_known(one, covered) for one in expected), sorted(covered)
        case "amount":
            yield aspect, _amount(expected), _money(decision.amount, decision.currency)
        case "value":
            yield aspect, _value(expected, decision.currency), _range(decision.amount)
        case "window":
            window = decision.window
            actual = None if window is None else {"from": str(window[0]), "through": str(window[1])}
            yield aspect, expected, actual
        case _:
            yield aspect, _plain(expected), _aspect(decision, aspect)


def _aspect(decision: Decision, aspect: str) -> Json:
    score = decision.score
    match aspect:
        case "in_force":
            return decision.in_force
        case "eligibility":
            return decision.eligibility
        case "stage":
            return _range(decision.stage)
        case "points":
            return _range(score.points if score is not None else None)
        case "needed":
            return required_json(score.needed) if score is not None else None
        case "out_of":
            return decimal_text(score.out_of) if score is not None else None
        case "due":
            return _range(decision.due)
        case "renews_to":
            return _range(decision.renews_to) if decision.renews_to is not None else ABSENT
        case "badge":
            return _range(decision.badge)
        case "pick":
            return decision.pick
        case _:
            raise AssertionError(f"no aspect {aspect}")


def _listed(decision: Decision, aspect: str) -> Iterable[str]:
    if aspect == "disagreements":
        return [item.name for item in decision.disagreements]
    # A figure that the programme does not tell has no place in the facts; where it stands in the policy may move.
    return {"figure" if item.gap.kind == "figure" else item.gap.pointer for item in decision.missing}


def _resting(aspect: str, expected: Json, resting: Sequence[Resting]) -> Iterator[tuple[str, Json, Json]]:
    """Compare what a decision rests on: how many there are, or texts of which each is, or is part of, one of them."""
    if not isinstance(expected, list):
        yield aspect, str(expected), str(len(resting))
        return
    texts = [one.text for one in resting]
    if not expected:
        yield aspect, expected, texts
    for wanted in expected:
        if not any(wanted in text for text in texts):
            yield aspect, wanted, texts


def _standing(asked: Asked, decision: Decision, expected: Json) -> Iterator[tuple[str, Json, Json]]:
    standing = decision.standing
    if standing is None:
        yield "standing", expected, None
        return
    if isinstance(expected, str):
        yield "standing.held", expected, HELD[standing.held]
        return
    actual: dict[str, date | str | None] = {
        "held": HELD[standing.held],
        "since": standing.since,
        "through": standing.through,
        "until": standing.until,
        "next_check": standing.next_check,
        "renews_to": standing.renews_to,
        "level": standing.level,
    }
    for name, wanted in expected.items():
        if name == "reasons":
            reasons = {reason.code: reason for top in standing_reasons(standing) for reason in _with_parts(top)}
            yield from _reasons(asked, decision.rule, reasons, wanted, "standing.")
            continue
        value = actual[name]
        yield f"standing.{name}", wanted, ABSENT if value is None else str(value)


# ---- reasons ----------------------------------------------------------------------------------------------------


def reasons_in(decision: Decision) -> Iterator[Reason]:
    """Yield all reasons of a decision and of its options, parents first."""
    for top in (*decision.reasons, *(reason for option in decision.options for reason in option.reasons)):
        yield from _with_parts(top)


def _with_parts(reason: Reason) -> Iterator[Reason]:
    yield reason
    for part in reason.parts:
        yield from _with_parts(part)


def _reasons(
    asked: Asked, rule: str, reasons: Mapping[str, Reason], expected: Json, before: str
) -> Iterator[tuple[str, Json, Json]]:
    for code, wanted in expected.items():
        reason = reasons.get(f"{rule}.{code}") or reasons.get(code)
        if reason is None:
            meant = meant_by(asked.core, rule, code, asked.day)
            reason = reasons.get(meant[0]) if len(meant) == 1 else None
        if reason is None:
            yield f"{before}{code}", wanted, NO_REASON
        elif isinstance(wanted, str):
            yield f"{before}{code}", wanted, reason.outcome
        else:
            for name, value in wanted.items():
                yield f"{before}{code}: {name}", _plain(value), _reason_value(reason, name)


def _reason_value(reason: Reason, name: str) -> Json:
    match name:
        case "outcome":
            return reason.outcome
        case "unit":
            return reason.unit
        case "out_of":
            return decimal_text(reason.out_of) if reason.out_of is not None else None
        case "required":
            return None if reason.required is None else required_json(reason.required)
        case "observed":
            return _range(reason.observed)
        case "points":
            return _range(reason.points)
        case "short_by":
            # Nothing is short: 0 says so as well as leaving it out does.
            return _range(reason.short_by) if reason.short_by is not None else "0"
        case _:
            raise AssertionError(f"no value {name} of a reason")


# ---- options ----------------------------------------------------------------------------------------------------


def _option(decision: Decision, name: str, wanted: Json) -> Iterator[tuple[str, Json, Json]]:
    option = next((found for found in decision.options if (found.name or "no_choice") == name), None)
    if option is None:
        if wanted != "not_offered":
            yield f"option {name}", wanted, "not_offered"
        return
    wanted_of: Mapping[str, Json] = {"eligibility": wanted} if isinstance(wanted, str) else wanted
    for aspect, value in wanted_of.items():
        label = f"option {name}: {aspect}"
        match aspect:
            case "eligibility":
                yield label, value, option.eligibility
            case "pay":
                paid = {
                    effect.names[0]: _money(effect.amount, effect.currency)
                    for effect in option.effects
                    if effect.verb == "pay" and effect.applies is not Truth.FALSE
                }
                yield label, {_known(fee, paid): _amount(amount) for fee, amount in value.items()}, paid
            case _:
                actual = _effect_names(option.effects, aspect)
                yield label, sorted(_known(one, actual) for one in value), sorted(actual)


def _effect_names(effects: Iterable[EffectTaken], verb: str) -> list[str]:
    """Return what is given, kept, lost or covered under conditions that hold; ``perhaps`` before what is not known."""
    return [_marked(effect, name) for effect in effects if effect.verb == verb for name in effect.names
            if effect.applies is not Truth.FALSE]  # fmt: skip


def _marked(effect: EffectTaken, name: str) -> str:
    return name if effect.applies is Truth.TRUE else f"perhaps {name}"


def _known(written: str, actual: Iterable[str]) -> str:
    """Return the actual name that a name written without its kind means."""
    return next((name for name in actual if name == written or _short_name(name) == written), written)


def _short_name(name: str) -> str:
    maybe, _, rest = name.rpartition(" ")
    return f"{maybe} {rest.rpartition('.')[2]}".strip()


# ---- plain values -----------------------------------------------------------------------------------------------


def _range(range_: Range | None) -> Json:
    return None if range_ is None else range_json(range_)


def _plain(value: Json) -> Json:
    """Return an expected value as ``range_json`` writes actual ones."""
    match value:
        case bool():
            return value
        case str():
            # As texts for people have it: `1,000`, `<= 1,000`.
            return value.replace(",", "") if _FIGURE.fullmatch(value) else value
        case int() | Decimal():
            return decimal_text(Decimal(value))
        case Mapping():
            if "one_of" in value:
                return {"one_of": sorted(value["one_of"])}
            low, high = _plain(value.get("from")), _plain(value.get("to"))
            if low is not None and low == high:
                return low
            return {name: bound for name, bound in (("from", low), ("to", high)) if bound is not None}
        case _:
            return value


def _amount(text: str) -> str:
    figure, currency = text.split(" ")
    return text if figure == "unknown" else f"{decimal_text(Decimal(figure.replace(',', '')))} {currency}"


def _money(amount: Range | None, currency: str | None) -> Json:
    if amount is None:
        return None
    if not is_settled(amount):
        return f"unknown {currency}"
    return f"{range_json(amount)} {currency}"


def _value(expected: Json, unit: str | None) -> Json:
    """Return an expected value of a measure: with its unit behind it, or without."""
    return _plain(expected.removesuffix(f" {unit}") if isinstance(expected, str) else expected)


def _text(value: Json) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(map(str, value)) if value else "nothing"
        case Mapping():
            return ", ".join(f"{name} {_text(item)}" for name, item in value.items()) if value else "nothing"
        case _:
            return str(value)
