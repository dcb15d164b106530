"""What a change does to every partner, as lines for people, as JSON, and as Markdown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from review.diff.through import Through
from review.prove.claims import Between, Claim, Verdict, goes_on
from review.words.decision_text import Paint

Json = Any
MOST_ROWS = 3
"""Rows of a list that are told on a line; JSON has all."""
MOST_BETWEEN = 3
"""Places of what stands between are named, up to so many; the rest by number."""
MOST_AT = 2
"""Things that stand between at one place, likewise."""
LIMITS = (
    "Said of partners of whom everything is told, on the first and the last day of each stretch, and where the register "
    "says the same on both sides."
)
FOLLOWS = "its settings, options or effects differ too: what follows from it is not among the claims"
BETWEEN = "; what stands between: "
WORDS = {"amount": ("cheaper", "dearer"), "stage": ("another stage", "another stage")}
ORDINARY = ("stricter", "looser")


@dataclass(frozen=True, slots=True)
class Proved:
    """All that was claimed of a change."""

    titles: dict[str, str]
    """The rules that can decide otherwise."""
    verdicts: tuple[Verdict, ...]
    through: Through | None = None
    """What it does through the register, and the rules that it reaches by that alone."""
    one_sided: tuple[str, ...] = ()
    """Rules that are on one side only."""


def merged(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return verdicts with neighbours that say the same as one, the first witness for all."""
    found: list[Verdict] = []
    for one in verdicts:
        last = found[-1] if found else None
        if last is not None and goes_on(last, one):
            found[-1] = replace(last, days=replace(last.days, end=one.days.end), tried=(*last.tried, *one.tried))
        else:
            found.append(one)
    return found


def prove_lines(found: Proved, paint: Paint) -> Iterator[str]:
    """Yield what is proved, shown and not known, rule by rule."""
    if not found.verdicts and not found.one_sided and not _names(found):
        yield "no decision changes: the keys of all rules are equal on all days"
        return
    told = merged(found.verdicts)
    yield f"{_head(told)}"
    yield LIMITS
    rule = ""
    for one in told:
        if one.rule != rule:
            rule = one.rule
            yield ""
            yield f"{paint(rule, 'head')}  {found.titles.get(rule, '')}"
        yield f"  {one.days}{f', compared with {one.former}' if one.former else ''}: {summary(one)}"
        yield from (f"    {line}" for line in verdict_detail(one))
    yield from _rest(found)


def _head(told: Sequence[Verdict]) -> str:
    claims = [claim for one in told for claim in (one.less, one.more)]
    count = {state: sum(claim.state == state for claim in claims) for state in ("proved", "witness", "unknown")}
    return (
        f"{len({one.rule for one in told})} rules, {len(claims)} claims: {count['proved']} proved, "
        f"{count['witness']} refuted by a partner, {count['unknown']} not known"
    )


def _words(verdict: Verdict) -> tuple[str, str]:
    return ORDINARY if verdict.is_paid_out else WORDS.get(verdict.what, ORDINARY)


def is_open(verdict: Verdict) -> bool:
    """Whether nothing is known of what becomes of a rule: neither that somebody gets more or less, nor that nobody does."""
    return verdict.less.state == verdict.more.state == "unknown" and verdict.shown is None


def summary(verdict: Verdict) -> str:
    """Return what becomes of a rule in a few words."""
    less, more = _words(verdict)
    states = (verdict.less.state, verdict.more.state)
    if states == ("proved", "proved"):
        return "decides the same (proved)"
    if verdict.what == "stage":
        return "another stage for some" if "witness" in states else "another stage: not known"
    if states == ("unknown", "unknown"):
        return f"{less}, {more}: not known"
    told = [
        f"never {word} (proved)"
        if claim.state == "proved"
        else f"{word} for some"
        if claim.state == "witness"
        else f"{word}: not known"
        for word, claim in ((less, verdict.less), (more, verdict.more))
    ]
    return ", ".join(told)


def verdict_detail(verdict: Verdict, told: Callable[[Json], str] | None = None) -> Iterator[str]:
    """Yield who shows what is not proved, and what is not known, in lines; ``told`` says what a partner tells."""
    told = told or facts_in_words
    less, more = _words(verdict)
    claims = [(less, verdict.less), (more, verdict.more)]
    if verdict.what == "stage":
        claims = claims[:1]
    elif verdict.less.state == "unknown" and verdict.less == verdict.more:
        claims = [(f"{less}, {more}", verdict.less)]  # for one reason: it is told once
    for word, claim in claims:
        if claim.state == "witness":
            flip = f"{claim.was} -> {_now(claim)}".replace("_", " ")
            # Of a stage it is said what it was and is now.
            yield f"{'' if verdict.what == 'stage' else f'{word}: '}{flip}, {told(claim.partner or {})}"
        elif claim.state == "unknown":
            yield f"{word}: {claim.why}{between_in_words(claim.between)}"
    if verdict.follows:
        yield f"{FOLLOWS}{_shown(verdict, told)}"


def _shown(verdict: Verdict, told: Callable[[Json], str]) -> str:
    """Return who shows what follows, where somebody was found."""
    claim = verdict.shown
    if claim is None:
        return ""
    flip = f"{claim.was} -> {_now(claim)}".replace("_", " ") + f" on {claim.on}"
    return f"; shown by {flip}, {told(claim.partner or {})}"


def _now(claim: Claim) -> str:
    return claim.now.partition(": ")[2]


def facts_in_words(facts: Json) -> str:
    """Return the facts of a partner on one line; of long lists the first rows, and how many more there are.

    Examples:
        >>> facts_in_words({"facts": {}, "records": {}})
        'a partner who tells nothing'
        >>> facts_in_words({"records": {"awards": [1, 2, 3, 4, 5]}})
        'a partner with {"records": {"awards": [1, 2, 3, "and 2 more"]}}'
    """
    if not any(facts.values()):
        return "a partner who tells nothing"
    return f"a partner with {json.dumps(_short(facts), ensure_ascii=False)}"


def partner_in_words(facts: Json, titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return what a partner tells for whoever reads a page: people by what they hold, other lists as they are.

    Args:
        facts: what the partner tells.
        titles: of facts and measures, by their names; the name where there is none.

    Examples:
        >>> partner_in_words({"facts": {"seats": 5}}, {"seats": "Seats that are used"})
        'a partner with “Seats that are used” 5'
        >>> partner_in_words({"facts": {"seats": 5, "partner_since": {"history": [{"from": "1990-01-01", "value": 3}]}}})
        'a partner with seats 5, partner_since 3 from 1990-01-01'
        >>> rows = [{"person": name, "certification": "A", "earned": "2015-01-01"} for name in ("one", "two")]
        >>> partner_in_words({"facts": {}, "records": {"certifications": rows}})
        'a partner with 2 people holding A'
    """
    called = {name: f"“{title}”" for name, title in titles.items() if title}
    told = [f"{called.get(name, name)} {_value_in_words(value)}" for name, value in facts.get("facts", {}).items()]
    records = dict(facts.get("records", {}))
    certified = records.pop("certifications", [])
    if isinstance(certified, dict):
        records["certifications"] = certified
    else:
        told += _people_in_words(certified)
    told += [f"{name} {json.dumps(_short(rows), ensure_ascii=False)}" for name, rows in records.items()]
    if "projected" in facts:
        told.append(f"projected {json.dumps(_short(facts['projected']), ensure_ascii=False)}")
    return f"a partner with {', '.join(told)}" if told else "a partner who tells nothing"


def _value_in_words(value: Json) -> str:
    if isinstance(value, dict) and "history" in value:
        return ", then ".join(f"{_value_in_words(one['value'])} from {one['from']}" for one in value["history"])
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _people_in_words(rows: Sequence[Json]) -> Iterator[str]:
    people: dict[str, list[str]] = {}
    for row in rows:
        people.setdefault(str(row.get("person", "somebody")), []).append(str(row.get("certification", "something")))
    for held, number in Counter(" and ".join(one) for one in people.values()).items():
        yield f"{number} {'person' if number == 1 else 'people'} holding {held}"


def _short(told: Json) -> Json:
    match told:
        case dict():
            return {name: _short(value) for name, value in told.items()}
        case list() if len(told) > MOST_ROWS + 1:
            return [*told[:MOST_ROWS], f"and {len(told) - MOST_ROWS} more"]
        case _:
            return told


def between_in_words(between: Sequence[Between]) -> str:
    """Return what stands between a claim and its proof, place by place, the first few by name."""
    places: dict[tuple[str, str], dict[str, None]] = {}
    for one in between:
        titles = places.setdefault((one.what, one.at), {})
        if one.title not in ("", one.what):
            titles[one.title] = None
    told = [
        f"{': '.join(filter(None, (what, _cut(list(titles), MOST_AT, ', '))))} ({at})"
        for (what, at), titles in places.items()
    ]
    return f"{BETWEEN}{_cut(told, MOST_BETWEEN, '; ')}" if told else ""


def _cut(told: Sequence[str], most: int, between: str) -> str:
    more = len(told) - most
    return f"{between.join(told[:most])}{f' and {more} more' if more > 0 else ''}"


def _rest(found: Proved) -> Iterator[str]:
    if found.one_sided:
        yield ""
        yield f"on one side only, so that nothing is to be compared: {', '.join(found.one_sided)}"
    lines = list(found.through.lines()) if found.through is not None else []
    if lines:
        yield ""
        yield from lines


def _names(found: Proved) -> Sequence[str]:
    return found.through.names if found.through is not None else ()


def prove_json(found: Proved) -> dict[str, Json]:
    """Return every claim as JSON."""
    return {
        "limits": LIMITS,
        "rules": [_verdict_json(one, found.titles) for one in merged(found.verdicts)],
        "one_sided": list(found.one_sided),
        "by_the_register": list(_names(found)),
        **({"through_register": found.through.as_json()} if found.through is not None else {}),
    }


def _verdict_json(verdict: Verdict, titles: dict[str, str]) -> dict[str, Json]:
    less, more = _words(verdict)
    days = {"from": verdict.days.start, "until": verdict.days.end}
    return {
        "rule": verdict.rule,
        "title": titles.get(verdict.rule, ""),
        **{name: day.isoformat() for name, day in days.items() if day is not None},
        **({"former": verdict.former} if verdict.former else {}),
        "tried": [day.isoformat() for day in verdict.tried],
        "claims": {f"never {word}": _claim_json(claim) for word, claim in ((less, verdict.less), (more, verdict.more))},
        "follows_differ": verdict.follows,
        **({"follows_shown": _claim_json(verdict.shown)} if verdict.shown is not None else {}),
    }


def _claim_json(claim: Claim) -> dict[str, Json]:
    told: dict[str, Json] = {"state": claim.state}
    if claim.partner is not None:
        told |= {"partner": claim.partner, "before": claim.was, "after": claim.now}
        told |= {"on": claim.on.isoformat()} if claim.on is not None else {}
    if claim.state == "unknown":
        told |= {"why": claim.why, "between": [{"what": x.what, "title": x.title, "at": x.at} for x in claim.between]}
    return told


def prove_markdown(found: Proved) -> str:
    """Return what is proved as a table for a pull request."""
    lines = ["# What is proved", "", LIMITS, "", "| Rule | Days | Claim |", "| --- | --- | --- |"]
    for one in merged(found.verdicts):
        detail = "".join(f"<br>{line}".replace("|", "\\|") for line in verdict_detail(one))
        lines.append(
            f"| {found.titles.get(one.rule, one.rule)} (`{one.rule}`{f', compared with `{one.former}`' if one.former else ''}) | {one.days} | {summary(one)}{detail} |"
        )
    lines += [f"- {line.strip()}" if line.startswith(" ") else f"\n{line}" for line in _rest(found) if line]
    return "\n".join(lines) + "\n"
