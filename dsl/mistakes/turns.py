"""Turns of phrase that people write (``turns.toml``): found on a line, told, and written as the language has it.

A turn is data: a pattern, what is meant, an example. What is meant is proposed only where the text reads on with it;
where more than one thing may be meant nothing is proposed, and the advice says what there is to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from dsl.core.kinds import KINDS
from dsl.mistakes.spelling import figure
from dsl.mistakes.stop import Proposal, Stop, blanked, swap
from dsl.mistakes.words import TOP_WORDS, data, named, number

_MACRO = re.compile(r"%(\w+?)(?::(\w+))?%")
_HOLE = re.compile(r"\{(\w+)(?:\|(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of phrase; see the head of ``turns.toml``."""

    pattern: re.Pattern[str]
    write: str | None
    said: str
    help: str
    code: str
    checked: bool
    only_checked: bool
    last: bool
    within: re.Pattern[str] | None
    """What the block has to begin with."""
    about: str
    """What the finding that is told in other words has to speak of; anything where it is empty."""
    example: tuple[str, str, str] | None

    def proposal(self, match: re.Match[str]) -> Proposal | None:
        """Return what is told of a match; None where it stands as it is meant already."""
        shown = " ".join(match.group().split()).strip(" ,")
        new = None if self.write is None else filled(self.write, match)
        if new is not None and _denies_more_than_one(match.string[: match.start()], new):
            new = f"({new})"
        if new == match.group():
            return None
        named = {"shown": shown, "new": " ".join((new or "").split()).strip(" ,")}
        told = filled(self.said or "`{shown}` is not how the language says it", match, named)
        advice = filled(self.help or ("write `{new}`" if named["new"] else "delete it"), match, named)
        if new is None:
            return Proposal(self.code, told, *match.span(), advice, asks=True)
        return swap(self.code, told, match.span(), new, advice, guess=self.last)


@cache
def turns() -> tuple[Turn, ...]:
    """Return the turns in their order: the more telling first."""
    macros: Mapping[str, str] = {
        **data()["macros"],
        "count": "|".join((r"\d[\d,]*\??", *(word for word in data()["numbers"] if word not in ("a", "an")))),
        "said": "|".join(data()["signs"].values()).replace(" ", r"[ \t]+"),
        "form": "|".join(TOP_WORDS),
        "units": "|".join(sorted(data()["units"], key=len, reverse=True)),
    }
    return tuple(
        Turn(
            pattern=re.compile(_expanded(raw["match"], macros), re.IGNORECASE),
            write=raw.get("write"),
            said=raw.get("said", ""),
            help=raw.get("help", ""),
            code=raw.get("code", "P013"),
            checked=raw.get("checked", False) or raw.get("only_checked", False),
            only_checked=raw.get("only_checked", False),
            last=raw.get("last", False),
            within=re.compile(raw["within"]) if "within" in raw else None,
            about=raw.get("about", ""),
            example=tuple(raw["example"]) if "example" in raw else None,
        )
        for raw in data()["turn"]
    )


def _denies_more_than_one(before: str, new: str) -> bool:
    """Whether a `not` stands before several conditions: without parentheses it would be about the first of them."""
    return re.search(r"\bnot[ \t]+$", before) is not None and re.search(r"[ \t](?:and|or)[ \t]", new) is not None


def _expanded(pattern: str, macros: Mapping[str, str]) -> str:
    while found := _MACRO.search(pattern):
        name, group = found.groups()
        inner = macros[name]
        new = f"(?P<{group}>{inner})" if group else f"(?:{inner})" if "|" in inner else inner
        pattern = pattern[: found.start()] + new + pattern[found.end() :]
    return pattern


def at_stop(stop: Stop) -> Iterator[Proposal]:
    """Yield what the words around the place where reading stopped may mean."""
    start = stop.text.rfind("\n", 0, max(stop.line[0] - 1, 0)) + 1
    yield from _found(stop, start, stop.line[1], lambda turn: not turn.only_checked and not turn.last)


def at_stop_at_last(stop: Stop) -> Iterator[Proposal]:
    """Yield what the words may mean when nothing else reads on: patterns that fit in many places."""
    yield from _found(stop, *stop.line, lambda turn: turn.last)


def _found(stop: Stop, start: int, end: int, wanted: Callable[[Turn], bool]) -> Iterator[Proposal]:
    for turn in turns():
        if not wanted(turn) or (turn.within is not None and turn.within.search(stop.text) is None):
            continue
        for match in turn.pattern.finditer(stop.text, start, end):
            if match.start() > stop.offset or match.end() < stop.before or _is_quoted(stop.code, match):
                continue
            proposal = turn.proposal(match)
            if proposal is not None:
                yield proposal


def of_finding(block: str, start: int, end: int, said: str) -> Iterator[Proposal]:
    """Yield what words may mean that can be read and do not check.

    Args:
        block: the text of the form.
        start: where the finding begins in it.
        end: where it ends.
        said: what the finding says.
    """
    code = blanked(block)
    line = block.rfind("\n", 0, start) + 1
    line_end = block.find("\n", end)
    line_end = len(block) if line_end < 0 else line_end
    for turn in turns():
        if not turn.checked or turn.about not in said:
            continue
        if turn.within is not None and turn.within.search(block) is None:
            continue
        for match in turn.pattern.finditer(block, line, line_end):
            if match.start() < end and start < match.end() and not _is_quoted(code, match):
                proposal = turn.proposal(match)
                if proposal is not None:
                    yield proposal


def _is_quoted(code: str, match: re.Match[str]) -> bool:
    """Whether a match begins inside of a text or comment."""
    first = match.start() + len(match.group()) - len(match.group().lstrip())
    return first < len(code) and code[first] != match.string[first]


# ---- what is written ------------------------------------------------------------------------------------------


def filled(template: str, match: re.Match[str], named: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return a template with what was found, or is named, in its holes."""

    def hole(found: re.Match[str]) -> str:
        name, filter_ = found.groups()
        text = named[name] if name in named else match[name] or ""
        return FILTERS[filter_](text, match) if filter_ else text

    return _HOLE.sub(hole, template.replace("{{", "\0").replace("}}", "\1")).replace("\0", "{").replace("\1", "}")


def _figure(text: str, match: re.Match[str]) -> str:
    word, _, rest = text.partition(" ")
    return f"{number(word)} {rest}" if rest else number(word)


def _one_more(text: str, match: re.Match[str]) -> str:
    return str(int(_figure(text, match).replace(",", "").rstrip("?")) + 1)


def _sign(text: str, match: re.Match[str]) -> str:
    if text in data()["signs"]:
        return text
    said = " ".join(text.lower().split())
    signs: Mapping[str, str] = data()["signs"]
    return next(sign for sign, pattern in signs.items() if re.fullmatch(pattern, said))


def _share(text: str, match: re.Match[str]) -> str:
    """Return a share in decimals; only those that have an end are asked for."""
    words = text.lower().split()
    named_ = {"half": "0.5", "quarter": "0.25", "quarters": "0.75", "fifth": "0.2", "tenth": "0.1"}
    found = next((named_[word] for word in words if word in named_), None)
    if found is not None:
        return found
    above, _, below = words[0].partition("/")
    return f"{(Decimal(above) / Decimal(below)).normalize():f}"


def _multiple(text: str, match: re.Match[str]) -> str:
    word = text.lower().removesuffix("times").rstrip("x ").strip()
    return {"twice": "2", "double": "2", "triple": "3", "thrice": "3"}.get(word, number(word))


def _length(text: str, match: re.Match[str]) -> str:
    """Return a length as it is added to a day: of months and years a day may be missing."""
    count, *_, unit = _figure(text, match).split()
    return f"{count} {unit}" + ("" if unit.lower().startswith("day") else ", rounded down")


def _before(text: str, match: re.Match[str]) -> str:
    """Return the sign of a word between two days."""
    words = text.lower().split()
    is_before = ("before" in words or "earlier" in words) != (words[0] in ("not", "no"))
    also_on_it = "on" in words or words[0] in ("not", "no")
    return ("<" if is_before else ">") + "=" * also_on_it


def _next_day(text: str, match: re.Match[str]) -> str:
    mark = "?" * text.endswith("?")
    try:
        return f"{date.fromisoformat(text.rstrip('?')) + timedelta(days=1)}{mark}"
    except (ValueError, OverflowError):
        return text  # No day of the calendar: that is told by itself.


def _like_b(text: str, match: re.Match[str]) -> str:
    """Return the first of two amounts with the unit that only the second one has."""
    unit = re.search(r"[ \t]*(?:%|[A-Za-z]+)$", match["b"])
    return text + unit.group() if unit and not re.search(r"[%A-Za-z]$", text) else text


FILTERS: Mapping[str, Callable[[str, re.Match[str]], str]] = {
    "figure": _figure,
    "sign": _sign,
    "not_sign": lambda text, match: {">": "<=", "<": ">="}[_sign(text, match)],
    "name": lambda text, _: named(text),
    "zero": lambda text, _: re.sub(r"^[\d,.]+\??", "0", text),
    "next_day": _next_day,
    "one_more": _one_more,
    "before": _before,
    "like_b": _like_b,
    "than": lambda text, _: ">" if text.lower() == "more" else "<",
    "share": _share,
    "multiple": _multiple,
    "scaled": lambda text, _: figure(*text.split()),
    "length": _length,
    "ago": lambda text, match: f"today - {_length(text, match)}",
    "shift": lambda text, _: "+" if text.lower() == "after" else "-",
    "opposite": lambda text, _: {">": "<=", ">=": "<", "<": ">=", "<=": ">", "=": "!=", "!=": "="}[text],
    "quarters": lambda text, match: f"{3 * int(_figure(text, match))} months",
    "among": lambda text, _: ", ".join(re.split(r",?[ \t]+or[ \t]+|[ \t]*,[ \t]+|(?<=\"),(?=\")", text)),
    "of_rows": lambda text, _: (
        "largest"
        if text.lower()[:3] in ("max", "hig", "big", "gre")
        else "average"
        if text.lower() in ("mean", "avg")
        else "smallest"
    ),
    "any_all": lambda text, _: "any" if text.lower() in ("any", "one", "either") else "all",
    "and": lambda text, _: "or" if text.lower() == "or" else "and",
    "grouped": lambda text, _: f"({text})" if re.search(r"[ \t](?:and|or)[ \t]", text) else text,
    "window": lambda text, _: {"month": "last month", "quarter": "trailing 3 months"}.get(
        text.lower(), "trailing 12 months"
    ),
    "plural": lambda text, _: KINDS[text.lower()].plural if text.lower() in KINDS else f"{text.lower()}s",
    "sum": lambda text, _: {"total": "sum"}.get(text.lower(), text.lower()),
    "commas": lambda text, _: ", ".join(re.split(r"[ \t]*,[ \t]*|[ \t]+or[ \t]+", text)),
    "month": lambda text, _: f"{3 * int(text) - 2:02}",
    "unit": lambda text, _: str(data()["units"][text.lower()]),
    "weeks": lambda text, _: f"{7 * int(text)} days",
    "percent": lambda text, _: f"{(Decimal(text) * 100).normalize():f}",
    "pay": lambda text, _: re.sub(r"^pays\b", "pay", text, flags=re.IGNORECASE),
}
"""What a hole of a template can make of what was found: ``{n|figure}``."""
