"""What is different between two sides, as lines for people and as JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from dsl import core as c
from review.diff.compare import Changed, Comparison, Stretch
from review.diff.direction import Steps
from review.guide.editions import Change
from review.guide.marks import plain
from review.words.decision_text import Paint

Json = Any
_FIGURE = re.compile(r"(?P<figure>\d[\d,]*(?:\.\d+)?)(?P<unit>(?: [A-Za-z%]+)?)(?: \(\?\))?$")
DIRECTIONS = (
    "stricter, looser, dearer and cheaper are of every partner of whom the register says the same on both sides; either way: "
    "some may gain and some may lose"
)
"""What a direction claims, and of whom."""
NOUNS = {
    "rule": "rule",
    "figure": "figure",
    "certifications": "list of certifications",
    "translation": "translation",
}
PLURALS = {"certifications": "lists of certifications"}
"""What can change, as it is counted."""
ORDER = ("added", "removed", "renamed", "changed", "reworded", "moved", "reached")

GAP = "…"
"""Stands for rows that both sides have."""
_ROWS = re.compile(r"(?P<lead>[^;()]*\()(?P<rows>(?:[^()]|\(\?\))*; (?:[^()]|\(\?\))*)(?P<tail>\)[^;]*)")
"""A sentence with rows in it, none of which has brackets of its own but those of a second-hand figure."""


def diff_lines(found: Comparison, today: date, paint: Paint) -> Iterator[str]:
    """Yield what is different: how much, then each rule, figure and list with its days.

    Args:
        found: the comparison.
        today: what begins before it reaches back.
        paint: colours words.
    """
    yield summary(found)
    for one in in_order(found.changed):
        if one.kind != "reached":
            yield ""
            yield from changed_lines(one, today, paint)
    yield from reached_lines(found, paint)
    if any(one.steps and one.what == "rule" for one in found.changed):
        yield ""
        yield DIRECTIONS


def reached_lines(found: Comparison, paint: Paint, *, titled: bool = False) -> Iterator[str]:
    """Yield the rules that rest on what changed: by name those that ask on the day, by number those of the register.

    Args:
        found: the comparison.
        paint: colours the headings.
        titled: whether a rule is told by its title too, for whoever does not know the names.
    """
    reached = [one for one in found.changed if one.kind == "reached"]
    on_the_day = [one for one in reached if not one.by_the_register]
    if on_the_day:
        yield ""
        yield paint("reached, with the same words", "head")
        names = (f"{one.title} (`{one.name}`): " if titled else f"{one.name}  " for one in on_the_day)
        yield from (
            f"  {name}{direction(one, one.steps)}, through {one.through}"
            for name, one in zip(names, on_the_day, strict=True)
        )
    if len(reached) > len(on_the_day):
        yield ""
        yield f"{paint('reached by the register', 'head')}: by standings, checks and anniversaries; named in JSON"
        yield f"  {_counted(found, (one for one in reached if one.by_the_register))}"


def _counted(found: Comparison, rules: Iterable[Changed]) -> str:
    known = {**found.before.core.rules, **found.after.core.rules}
    return counted(known[one.name] for one in rules)


def counted(rules: Iterable[c.Rule]) -> str:
    """Return how many rules there are of each kind."""
    counts = Counter(rule.of_kind for rule in rules)
    return ", ".join(f"{number} {kind.several if number > 1 else kind.word}" for kind, number in counts.items())


def summary(found: Comparison) -> str:
    """Say in a line what is different, and why nothing else is."""
    counts: list[str] = []
    for kind in ORDER:
        for what, noun in NOUNS.items():
            number = sum(one.kind == kind and one.what == what for one in found.changed)
            if number:
                counts.append(f"{number} {noun if number == 1 else PLURALS.get(what, f'{noun}s')} {kind}")
    told = ", ".join(counts) or "nothing is said otherwise"
    if found.decides_the_same:
        return f"{told}: no decision changes, as every rule asks the same on all days"
    return f"{told}: no other decision changes, as the other rules rest on nothing that changed"


def direction(one: Changed, steps: Steps) -> str:
    """Say in which direction a change goes: ``stricter`` and ``dearer`` alone are of every partner, as their contraries."""
    return direction_of(steps, costs=one.amount) if one.decides else "neutral"


def direction_of(steps: Steps, *, costs: bool) -> str:
    """Say likewise what becomes of a decision, of an amount that somebody pays where it costs."""
    up, down = ("dearer", "cheaper") if costs else ("looser", "stricter")
    if not steps:
        return "neutral"
    if "open" in steps:
        return "either way"
    said = [word for step, word in (("up", up), ("down", down)) if step in steps]
    told = "both" if len(said) == 2 else "".join(said)
    figures = [f"becomes {step}" for step in ("known", "unknown") if step in steps]
    return ", ".join(filter(None, (told, *figures)))


def changed_lines(one: Changed, today: date, paint: Paint) -> Iterator[str]:
    """Yield the lines of one rule, figure or list."""
    name = f"{one.name}, before {one.former}" if one.former is not None else one.name
    what = "" if one.what == "rule" else f"{one.what} "
    places = " -> ".join(dict.fromkeys(place for place in (one.before_at, one.after_at) if place is not None))
    yield f"{paint(one.kind, 'head')}  {what}{name}  {one.title}" + (paint(f"  {places}", "faint") if places else "")
    yield from inner_lines(one, today)


def inner_lines(one: Changed, today: date) -> Iterator[str]:
    """Yield what is told of a rule, figure or list below its name."""
    if one.takes_over:
        yield f"  whoever holds {' or '.join(one.takes_over)} holds it from its first day"
    if one.kind == "reworded":
        yield "  no decision changes: it asks the same on all days"
    if one.what == "translation":
        yield "  neutral: no decision changes, as titles in another language are told and decide nothing"
    yield from (f"  reason code {before} is {after} now" for before, after in one.codes)
    for stretch in one.stretches:
        back = "  (reaches back before today)" if reaches_back(one, stretch, today) else ""
        way = f"  {direction(one, stretch.steps)}" if one.kind in ("changed", "renamed") and one.what == "rule" else ""
        if one.what not in ("certifications", "translation"):
            yield f"  {stretch.days if stretch.days != c.ALWAYS else 'on all days'}{way}{back}"
        yield from (f"    {line}" for change in stretch.changes for line in change_lines(change))


def change_lines(change: Change) -> Iterator[str]:
    """Yield one line that is new, ended, worded anew, or rests on something else."""
    before, after = plain(change.before), plain(change.after)
    title = f"{plain(change.title)}: " if change.title else ""
    match change.kind:
        case "new":
            yield f"+ {title}{after}"
        case "ended":
            yield f"- {title}{before}"
        case "changed" if (told := _moved(before, after)) is not None:
            yield f"{title}{told}"
        case "changed":
            was, now = _rows_apart(before, after) or (before, after)
            yield f"- {title}{was}"
            yield f"+ {title}{now}"
        case "rests on":
            yield f"  {title}the words stay, what they rest on does not"
            yield f"- {before}"
            yield f"+ {after}"


def _rows_apart(before: str, after: str) -> tuple[str, str] | None:
    """Return two sentences with the rows alone that only one of them has; None where they differ in more than rows.

    Examples:
        >>> _rows_apart("a figure of a table (x: 2; y: 3; z: 4)", "a figure of a table (x: 2; y: 5; z: 4)")
        ('a figure of a table (…; y: 3; …)', 'a figure of a table (…; y: 5; …)')
        >>> _rows_apart("a figure (x: 2; y: 3)", "another figure (x: 2; y: 3)")
    """
    one, other = _ROWS.fullmatch(before), _ROWS.fullmatch(after)
    if one is None or other is None or (one["lead"], one["tail"]) != (other["lead"], other["tail"]):
        return None
    rows, its = one["rows"].split("; "), other["rows"].split("; ")
    was, now = _with_gaps(rows, its), _with_gaps(its, rows)
    # Of rows in another order the order is what changed.
    return None if was == now else (f"{one['lead']}{was}{one['tail']}", f"{one['lead']}{now}{one['tail']}")


def _with_gaps(rows: Sequence[str], others: Sequence[str]) -> str:
    told = [GAP if row in others else row for row in rows]
    return "; ".join(row for index, row in enumerate(told) if row != GAP or index == 0 or told[index - 1] != GAP)


def _moved(before: str, after: str) -> str | None:
    """Say how a figure moves, where the words are a figure and the same unit; None where they are more."""
    one, other = _FIGURE.match(before), _FIGURE.match(after)
    if one is None or other is None or one["unit"] != other["unit"]:
        return None
    was, now = (Decimal(match["figure"].replace(",", "")) for match in (one, other))
    verb = "rises" if now > was else "falls" if now < was else "stays"
    return f"{verb} from {before} to {after}"


def reaches_back(one: Changed, stretch: Stretch, today: date) -> bool:
    """Whether days are told of that have been decided already."""
    if one.kind in ("reworded", "added") or one.what in ("certifications", "translation"):
        return False
    return stretch.days.start is None or stretch.days.start < today


def in_order(changed: Iterable[Changed]) -> list[Changed]:
    """Return what changed as it is told: what is new first, what is only reached last."""
    return sorted(changed, key=lambda one: ORDER.index(one.kind))


def diff_json(found: Comparison, today: date) -> dict[str, Json]:
    """Return what is different as JSON."""
    return {
        "before": {"name": found.before.name, "digest": found.before.core.digest},
        "after": {"name": found.after.name, "digest": found.after.core.digest},
        "summary": summary(found),
        "decides_the_same": found.decides_the_same,
        "changed": [_changed_json(one, today) for one in in_order(found.changed)],
    }


def _changed_json(one: Changed, today: date) -> dict[str, Json]:
    result: dict[str, Json] = {"kind": one.kind, "what": one.what, "name": one.name, "title": one.title}
    told = {"former": one.former, "before_at": one.before_at, "after_at": one.after_at, "through": one.through or None}
    result.update((key, value) for key, value in told.items() if value is not None)
    if one.takes_over:
        result["takes_over"] = list(one.takes_over)
    if one.what in ("rule", "translation"):
        result["direction"] = direction(one, one.steps)
    if one.codes:
        result["codes"] = [{"before": before, "after": after} for before, after in one.codes]
    if one.stretches:
        result["stretches"] = [_stretch_json(one, stretch, today) for stretch in one.stretches]
    return result


def _stretch_json(one: Changed, stretch: Stretch, today: date) -> dict[str, Json]:
    start, end = stretch.days.start, stretch.days.end
    return {
        **({} if start is None else {"from": start.isoformat()}),
        **({} if end is None else {"until": end.isoformat()}),
        **({"direction": direction(one, stretch.steps)} if one.what == "rule" else {}),
        "reaches_back": reaches_back(one, stretch, today),
        "changes": [
            {
                "kind": change.kind,
                **({"title": plain(change.title)} if change.title else {}),
                **({"before": plain(change.before)} if change.before else {}),
                **({"after": plain(change.after)} if change.after else {}),
            }
            for change in stretch.changes
        ],
    }


def diff_markdown(found: Comparison, today: date) -> str:
    """Return what is different as Markdown for a pull request."""
    lines = [f"**{summary(found)}**"]
    for one in in_order(found.changed):
        if one.kind != "reached":
            head, *rest = changed_lines(one, today, lambda text, _: text)
            lines += ["", f"### {head}", "", "```diff", *(line.removeprefix("    ") for line in rest), "```"]
    reached = list(reached_lines(found, lambda text, _: text))
    if reached:
        lines += ["", "<details><summary>Reached, with the same words</summary>", ""]
        lines += [f"- {line.strip()}" for line in reached if line]
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"
