"""What a reviewer is stopped by: findings at their lines, each of a word that a gate can name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dsl.diagnostics import Diagnostic, Severity, listed, sorted_diagnostics
from dsl.source import NO_SPAN, Span
from review.diff.compare import Changed
from review.request.flips import flipped
from review.request.request import Request, retroactive, ways
from review.request.scenarios import in_words
from review.scenarios.ready.citations import shown

DIRECTIONS = ("stricter", "looser", "dearer", "cheaper", "either")
WORDS = (*DIRECTIONS, "retroactive", "uncovered", "failing", "unproved")
"""What can be asked to fail a review."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be looked at; ``word`` is what a gate names it by, empty where none does."""

    word: str
    diagnostic: Diagnostic


def findings(told: Request) -> tuple[Finding, ...]:
    """Return what is to be looked at, in the order of files and lines.

    Reports:
        V101 rules that decide otherwise, with their direction.
        V102 rules and figures that reach back.
        V103 a clause that changed and that no scenario turns on.
        V104 a scenario that does not pass.
        V105 a figure that nothing vouches for.
        V106 a rule or property of which something is not proved.
    """
    found = [
        *_directions(told),
        *_retroactive(told),
        *_uncovered(told),
        *_failing(told),
        *_uncited(told),
        *_unproved(told),
    ]
    order = {one: at for at, one in enumerate(sorted_diagnostics(one.diagnostic for one in found))}
    return tuple(sorted(found, key=lambda one: order[one.diagnostic]))


def gated(found: Iterable[Finding], words: Sequence[str]) -> Mapping[str, Sequence[Finding]]:
    """Return the findings that a gate stops at, by its words."""
    stopped: dict[str, list[Finding]] = {}
    for one in found:
        if one.word in words:
            stopped.setdefault(one.word, []).append(one)
    return {word: stopped[word] for word in words if word in stopped}


def _directions(told: Request) -> Iterator[Finding]:
    at: dict[tuple[Span, str], list[Changed]] = defaultdict(list)
    for one, word in ways(told):
        at[_place(told, one), word].append(one)
    flips: dict[str, int] = {}
    for row in flipped(told.impact) if told.impact is not None else ():
        flips[row.rule] = flips.get(row.rule, 0) + row.count
    for (span, word), rules in at.items():
        way = "either way" if word == "either" else word
        number = sum(flips.get(one.name, 0) for one in rules)
        gone = " (removed)" if all(one.kind == "removed" for one in rules) else ""
        many = f"; {number:,} decision{'s' if number != 1 else ''} flip{'' if number != 1 else 's'}" if number else ""
        severity = Severity.INFO if all(one.kind == "reached" for one in rules) else Severity.WARNING
        yield Finding(word, Diagnostic("V101", f"{_named(rules)}: {way}{gone}{many}", span, severity=severity))


def _retroactive(told: Request) -> Iterator[Finding]:
    at: dict[Span, list[Changed]] = defaultdict(list)
    for one in retroactive(told.found, told.today):
        at[_place(told, one)].append(one)
    for span, rules in at.items():
        message = f"{_named(rules)}: reaches back before {told.today}, to days that have been decided"
        yield Finding("retroactive", _warning("V102", message, span, "date the change, where it is not a correction"))


def _uncovered(told: Request) -> Iterator[Finding]:
    for one in told.untried:
        message = f"{one.part.kind} {one.part.name} changed, and {one.said}"
        advice = f"`merit test --generate {one.part.rule}` begins such a scenario"
        yield Finding("uncovered", _warning("V103", message, one.part.origin, advice))


def _failing(told: Request) -> Iterator[Finding]:
    for one in told.scenarios.failing:
        why = "; ".join(one.why[:3])
        message = f"{one.told.scenario.name}: {in_words(one)}"
        yield Finding("failing", Diagnostic("V104", message, one.told.at, why))


def _uncited(told: Request) -> Iterator[Finding]:
    for leaf in told.sources.uncited:
        message = f"nothing says where {shown(leaf)} comes from"
        yield Finding("", _warning("V105", message, leaf.origin, 'write behind it `cite SOURCE "place"`'))


def _unproved(told: Request) -> Iterator[Finding]:
    changed = {one.name: one for one in told.found.changed}
    core = told.found.after.core
    for name, why in told.proof.unproved() if told.proof is not None else ():
        stated = core.properties.get(name.removeprefix("property."))
        if name in changed:
            span, severity = _place(told, changed[name]), Severity.INFO
        else:
            span, severity = (NO_SPAN if stated is None else stated.origin), Severity.WARNING
        yield Finding("unproved", Diagnostic("V106", f"{name}: {why}", span, severity=severity))


def _place(told: Request, one: Changed) -> Span:
    """Return the line that changed, else that of the rule, else that of the rule as it was."""
    if touched := told.touched.get(one.name):
        return touched[0].origin
    after, before = told.found.after.core, told.found.before.core
    if one.what == "certifications":
        # A list has no line of its own: what counts it is told instead.
        first = next((reached for reached in told.found.changed if reached.what == "rule" and reached.decides), None)
        return NO_SPAN if first is None else _place(told, first)
    if one.what == "figure":
        return (after.named.get(one.name) or before.named[one.name]).origin
    return (after.rules.get(one.name) or before.rules[one.name]).origin


def _named(rules: Sequence[Changed]) -> str:
    return listed((one.name for one in rules), most=4)


def _warning(code: str, message: str, span: Span, advice: str = "") -> Diagnostic:
    return Diagnostic(code, message, span, advice, severity=Severity.WARNING)
