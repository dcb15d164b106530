"""How the properties and rules of one version of the policies stand, as lines for people, as JSON, and as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from review.prove.checked import Judged, Judgement, Noted, What
from review.prove.report import between_in_words, facts_in_words
from review.words.decision_text import Paint

Json = Any
LIMITS = (
    "Said of partners of whom everything is told, on the first day of each stretch, and the last where days are compared "
    "with today; what the register, records and other days say is whatever it can be."
)
MOST_ABOUT = 4
"""Awards that a property is claimed of are named up to so many; the rest by number."""


@dataclass(frozen=True, slots=True)
class Checked:
    """All that was looked at in one version of the policies."""

    properties: tuple[Judged, ...] = ()
    rules: int = 0
    """How many rules were looked at."""
    noted: tuple[Noted, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)
    """Rules that were not looked at on all days, with why."""

    @property
    def findings(self) -> int:
        """How many things are not as they should be."""
        stated = sum(one.is_finding for one in self.properties)
        return stated + sum(one.is_finding for one in self.noted)

    @property
    def unknown(self) -> int:
        """How many things are not known."""
        return sum(one.state == "unknown" for one in self.properties) + len(self.left)


def check_lines(found: Checked, paint: Paint) -> Iterator[str]:
    """Yield how everything stands, what is proved last and in a line each."""
    yield _head(found.properties)
    if found.properties:
        yield LIMITS
    for one in sorted(found.properties, key=lambda stated: ORDER.index(property_word(stated))):
        yield ""
        yield f"{paint(f'property.{one.name}', 'head')}  {one.title}  {one.at}"
        yield f"  {property_word(one)}{f' of each of {_about(one)}' if _about(one) and one.state == 'proved' else ''}"
        yield from (f"    {line}" for line in property_detail(one))
    yield from _rules_lines(found, paint)


def _rules_lines(found: Checked, paint: Paint) -> Iterator[str]:
    if not found.rules:
        return
    findings = sum(one.is_finding for one in found.noted)
    yield ""
    yield f"{found.rules} {'rule' if found.rules == 1 else 'rules'}: {findings or 'no'} {'finding' if findings == 1 else 'findings'}"
    for one in sorted(found.noted, key=lambda noted: (not noted.is_finding, NOTED.index(noted.what))):
        yield ""
        yield f"{paint(one.rule, 'head')}  {one.title}  {one.at}"
        yield f"  {'' if one.what in BESIDE else f'{one.days}: '}{noted_in_words(one)}"
    if found.left:
        yield ""
        yield "not looked at on all days:"
        yield from (f"  {name}: {why}" for name, why in found.left.items())


BESIDE: tuple[What, ...] = ("ask the same", "implies")
"""What is said of a day."""
NOTED: tuple[What, ...] = ("never met", "never reached", "loses", "no row", "closed", "ask the same", "implies")


def noted_in_words(one: Noted) -> str:
    """Return what was found in a rule in a sentence."""
    named = ", ".join(one.codes)
    match one.what:
        case "never met":
            return f"nobody can meet it: {named}" + (" cannot hold together" if len(one.codes) > 1 else " is never met")
        case "closed":
            return f"nobody meets it any more, or yet, by its days alone: {named}"
        case "never reached":
            return f"nobody comes to the case `{named}`: the cases before it take all"
        case "no row":
            return f"the table {named} has no row on {one.day} for {facts_in_words(one.partner or {})}"
        case "loses":
            lost = ", ".join(f"{name} {value}" for name, value in one.more.items())
            meant = f"; the rule assumes: {'; '.join(one.assumed)}" if one.assumed else ""
            return (
                f"more of {named} helps one partner and costs another: on {one.day} {facts_in_words(one.partner or {})} "
                f"meets it, and no longer with {lost}{meant}"
            )
        case "ask the same":
            return f"asks on {one.day} what {named} {'asks' if len(one.codes) == 1 else 'ask'}"
        case "implies":
            return f"whoever meets it on {one.day} meets {named} too"


ORDER = ("refuted", "not known", "refuted, as is assumed", "proved")


def property_word(stated: Judged) -> str:
    """Return how a property stands, in a word or two."""
    if stated.state == "refuted":
        return "refuted" if stated.is_finding else "refuted, as is assumed"
    return "not known" if stated.state == "unknown" else "proved"


def _head(stated: Sequence[Judged]) -> str:
    if not stated:
        return "no property"
    words = [property_word(one) for one in stated]
    told = ", ".join(f"{words.count(word)} {word}" for word in reversed(ORDER) if word in words)
    return f"{len(stated)} {'property' if len(stated) == 1 else 'properties'}: {told}"


def _about(stated: Judged) -> int:
    return len({one.about for one in stated.judgements if one.about}) if len(stated.judgements) > 1 else 0


def property_detail(
    stated: Judged,
    titles: Mapping[str, str] = MappingProxyType({}),
    told: Callable[[Json], str] = facts_in_words,
) -> Iterator[str]:
    """Yield of which awards and days a property is not proved, and who refutes it, in lines; those that say the same as one.

    Args:
        stated: the property.
        titles: of what it is claimed of, by name; the name where there is none.
        told: says what a partner tells.
    """
    if stated.state == "proved":
        return

    def called(names: Sequence[str]) -> str:
        told = [f"{titles[name]} (`{name}`)" if titles.get(name) else name for name in names[:MOST_ABOUT]]
        return f"{', '.join(told)}{f' and {len(names) - MOST_ABOUT} more' if len(names) > MOST_ABOUT else ''}"

    if stated.state == "refuted":
        yield from (f"assumed: {text}" for text in stated.assumed)
    fine = dict.fromkeys(one.about for one in stated.judgements)
    for one in stated.judgements:
        if one.state != "proved":
            fine.pop(one.about, None)
    lines: dict[str, list[str]] = {}
    for one in stated.judgements:
        if one.state != "proved" or one.about not in fine:
            said = _said(one, told) if one.state != "proved" else "proved"
            lines.setdefault(f"{one.days}: {said}", []).append(one.about)
    for said, about in lines.items():
        named = [name for name in about if name]
        yield f"{called(named)}, {said}" if named else said
    named = [one for one in fine if one]
    if named:
        yield f"proved of {called(named)}"


def _said(one: Judgement, told: Callable[[Json], str]) -> str:
    if one.state == "refuted":
        lost = "".join(f", who loses by {name} {value}" for name, value in one.more.items())
        return f"refuted on {one.day} by {told(one.partner or {})}{lost}"
    return f"not known: {one.why}{between_in_words(one.between)}"


def check_json(found: Checked) -> dict[str, Json]:
    """Return everything as JSON."""
    return {
        "limits": LIMITS,
        "properties": [_property_json(one) for one in found.properties],
        "rules": found.rules,
        "noted": [_noted_json(one) for one in found.noted],
        "left": dict(found.left),
    }


def _noted_json(one: Noted) -> dict[str, Json]:
    days = {"from": one.days.start, "until": one.days.end, "day": one.day}
    return {
        "what": one.what,
        "rule": one.rule,
        "title": one.title,
        "at": one.at,
        "finding": one.is_finding,
        "about": list(one.codes),
        **{name: day.isoformat() for name, day in days.items() if day is not None},
        **({"partner": one.partner} if one.partner is not None else {}),
        **({"more": dict(one.more)} if one.more else {}),
        **({"assumed": list(one.assumed)} if one.assumed else {}),
    }


def _property_json(stated: Judged) -> dict[str, Json]:
    return {
        "property": stated.name,
        "title": stated.title,
        "at": stated.at,
        "state": stated.state,
        "finding": stated.is_finding,
        "assumed": list(stated.assumed),
        "claims": [_judgement_json(one) for one in stated.judgements],
    }


def _judgement_json(one: Judgement) -> dict[str, Json]:
    days = {"from": one.days.start, "until": one.days.end}
    told: dict[str, Json] = {
        **({"about": one.about} if one.about else {}),
        **{name: day.isoformat() for name, day in days.items() if day is not None},
        "day": one.day.isoformat(),
        "state": one.state,
    }
    if one.state == "refuted":
        told |= {"partner": one.partner, **({"more": dict(one.more)} if one.more else {})}
    if one.state == "unknown":
        told |= {"why": one.why, "between": [{"what": x.what, "title": x.title, "at": x.at} for x in one.between]}
    return told


def check_markdown(found: Checked) -> str:
    """Return how everything stands as a table for a pull request."""
    lines = ["# Properties", "", _head(found.properties), "", LIMITS, "", "| Property | Stands |", "| --- | --- |"]
    for one in found.properties:
        detail = "".join(f"<br>{line}".replace("|", "\\|") for line in property_detail(one))
        lines.append(f"| {one.title} (`{one.name}`, {one.at}) | {property_word(one)}{detail} |")
    if found.rules:
        lines += ["", "# Rules", "", "| Rule | Days | Found |", "| --- | --- | --- |"]
        told = ((one, noted_in_words(one).replace("|", "\\|")) for one in found.noted)
        lines += [f"| {one.title} (`{one.rule}`, {one.at}) | {one.days} | {said} |" for one, said in told]
        lines += ["", *(f"{name}: {why}" for name, why in found.left.items())]
    return "\n".join(lines) + "\n"
