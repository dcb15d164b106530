"""Faults at one place, put into policy text on purpose: what people mistype, forget and get wrong.

Every operator knows whether the check can see its faults. A misspelt name, a unit of another kind, a maximum that no
longer totals, a lost brace: the check must tell them, at their line. A moved day, a removed row, a turned comparison: the
text still means something, and a scenario must tell them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dsl.diagnostics import Diagnostic
from dsl.load import load_sources
from dsl.parser import parse
from dsl.source import Source, Span
from dsl.syntax import Node, Part, Token

SEED = 20221003
EACH = 26
"""Faults of one operator."""

Seen = Literal["told", "meant"]
"""Whether the check tells a fault, or the text with it could be meant."""


@dataclass(frozen=True)
class Fault:
    """One fault: where, what stood there, what stands there now."""

    operator: str
    seen: Seen
    span: Span
    now: str
    form: Span
    """The form it is in."""
    right: str | None = None
    """The name that was meant, of a misspelt one."""

    @property
    def source(self) -> Source:
        """The source with the fault."""
        text = self.span.source.text
        return Source(self.span.source.name, text[: self.span.start] + self.now + text[self.span.end :])

    @property
    def was(self) -> str:
        """What stood there."""
        return self.span.text

    def __str__(self) -> str:
        return f"{self.span.place}: {self.operator}: `{self.was}` is `{self.now}`"


@dataclass(frozen=True)
class Place:
    """A token with the productions around it, innermost last, and its form."""

    token: Token
    around: tuple[Node, ...]
    form: Span
    key: str
    """The form's first line and which of its tokens this is: an edit elsewhere leaves it as it is."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the productions around, outermost first."""
        return tuple(node.kind for node in self.around)

    @property
    def parent(self) -> Node:
        """The innermost production."""
        return self.around[-1]


Change = tuple[Span, str, str | None]
Operator = Callable[[Place, random.Random], Change | None]


def faults(sources: Sequence[Source]) -> list[Fault]:
    """Return the faults of policies: spread over all files, and the same ones but for those in forms that were edited."""
    places = [place for source in sources for place in _places(source)]
    found: list[Fault] = []
    for name, (seen, operator) in OPERATORS.items():
        mine: list[Fault] = []
        for place in sorted(places, key=lambda one: random.Random(f"{SEED} {name} {one.key}").random()):
            change = operator(place, random.Random(f"{name} {place.key}"))
            if change is None or any(one.span == change[0] for one in mine):
                continue
            mine.append(Fault(name, seen, change[0], change[1], place.form, change[2]))
            if len(mine) == EACH:
                break
        found.extend(mine)
    return found


def told(fault: Fault, sources: Sequence[Source]) -> tuple[Diagnostic, ...]:
    """Return what the check says of policies with a fault."""
    return load_sources([fault.source if source is fault.span.source else source for source in sources]).diagnostics


def is_at_its_line(fault: Fault, found: Sequence[Diagnostic]) -> bool:
    """Whether a diagnostic or a label of one speaks of the line of a fault, or of one that it reaches over."""
    first = fault.span.line
    last = first + max(fault.now.count("\n"), 0)
    file = fault.span.source.name
    for one in found:
        for span in (one.span, *(label.span for label in one.labels)):
            start, end = span.line, span.source.line_of(span.end)
            is_short = end - start <= 3
            if span.source.name == file and (first <= start <= last or (is_short and start <= first <= end)):
                return True
    return False


def is_in_its_form(fault: Fault, found: Sequence[Diagnostic]) -> bool:
    """Whether a diagnostic speaks of a line of the form with the fault."""
    first, last = fault.form.line, fault.form.source.line_of(fault.form.end)
    return any(one.span.source.name == fault.span.source.name and first <= one.span.line <= last + 1 for one in found)


# ---- places -----------------------------------------------------------------------------------------------------


def _places(source: Source) -> Iterator[Place]:
    tree, _ = parse(source)
    for block in tree.blocks:
        if block.form is not None:
            head = block.form.span.text.partition("\n")[0]
            for nth, (token, around) in enumerate(_below(block.form, ())):
                yield Place(token, around, block.span, f"{head} {nth}")


def _below(part: Part, around: tuple[Node, ...]) -> Iterator[tuple[Token, tuple[Node, ...]]]:
    if isinstance(part, Token):
        yield part, around
    else:
        for inner in part.parts:
            yield from _below(inner, (*around, part))


# ---- operators --------------------------------------------------------------------------------------------------


def _misspelt(word: str, chance: random.Random) -> str | None:
    """Return a word with two letters exchanged, one left out or one doubled."""
    at = chance.randrange(1, len(word) - 1)
    if word[at] == word[at + 1] or "_" in word[at : at + 2] or "." in word[at : at + 2]:
        return None
    way = chance.randrange(3)
    if way == 0:
        return f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
    return word[:at] + word[at + 1 :] if way == 1 else word[:at] + word[at] + word[at:]


def misspelt_name(place: Place, chance: random.Random) -> Change | None:
    """Misspell a name where it is read."""
    token = place.token
    is_read = place.parent.kind in ("ref", "selection", "cite", "aggregate") or (
        place.parent.kind == "names"
        and len(place.around) > 1
        and place.around[-2].kind in ("verb", "quantified", "selection")
    )
    if token.kind != "NAME" or not is_read or len(token.text) < 6 or "." in token.text:
        return None
    verb = place.around[-2] if place.parent.kind == "names" else None
    word = verb.token("VERB") if verb is not None else None
    if word is not None and word.text in ("area", "levels", "gives", "awarded to"):
        return None  # these words declare what they name
    now = _misspelt(token.text, chance)
    return (token.span, now, token.text) if now is not None else None


def swapped_unit(place: Place, chance: random.Random) -> Change | None:
    """Write a unit of another kind behind a figure that a value is compared with."""
    token = place.token
    other = {"%": "USD", "USD": "%", "points": "%", "point": "%", "days": "USD", "months": "USD", "years": "USD"}
    kinds = set(place.kinds)
    if token.kind != "UNIT" or token.text not in other or not {"compare", "earns", "setting"} & kinds:
        return None
    if {"add", "product", "rounding", "period"} & kinds:
        return None
    return token.span, other[token.text], None


def changed_maximum(place: Place, chance: random.Random) -> Change | None:
    """Change a digit of the most points of a scored part."""
    token = place.token
    if token.kind != "FIGURE" or not {"up_to", "earns"} <= set(place.kinds) or "category" not in place.form.text:
        return None
    if any(re.search(r"\}\s*up to", node.span.text) for node in place.around[:-1] if node.kind == "item"):
        return None  # the cap of the whole hides it
    inner = place.around[len(place.kinds) - 1 - place.kinds[::-1].index("up_to")]
    first = next(one for one in inner.leaves() if one.kind == "FIGURE")
    unit = place.parent.token("UNIT")
    if (
        first.span != token.span
        or unit is None
        or not unit.text.startswith("point")
        or token.text.startswith("unknown")
    ):
        return None
    value = int(re.sub(r"\D.*", "", token.text))
    return token.span, f"{value + chance.choice((1, 5, 10))}{'?' if token.text.endswith('?') else ''}", None


def duplicated_row(place: Place, chance: random.Random) -> Change | None:
    """Write a row of a table twice."""
    if place.token.kind != "_ROW" or place.parent.kind != "row":
        return None
    table = place.around[0]
    rows = table.nodes("row")
    if place.parent is rows[0]:
        return None
    span = place.parent.span
    line = span.source.line_text(span.line)
    end = span.source.offset_of(span.line) + len(line)
    return Span(span.source, end, end), f"\n{line}", None


def lost_brace(place: Place, chance: random.Random) -> Change | None:
    """Leave a brace out."""
    if place.token.kind not in ("LBRACE", "RBRACE") or place.parent.kind not in ("body", "list", "vocabulary"):
        return None
    return place.token.span, "", None


def lost_quote(place: Place, chance: random.Random) -> Change | None:
    """Leave the first or last quote of a text out."""
    span = place.token.span
    if place.token.kind != "STRING":
        return None
    at = span.start if chance.random() < 0.5 else span.end - 1
    return Span(span.source, at, at + 1), "", None


def doubled_label(place: Place, chance: random.Random) -> Change | None:
    """Give a part the label of the part before it."""
    if place.token.kind != "LABEL" or place.parent.kind != "item" or len(place.around) < 2:
        return None
    items = place.around[-2].nodes("item")
    at = items.index(place.parent)
    before = items[at - 1].token("LABEL") if at else None
    if before is None or before.text == place.token.text:
        return None
    return place.token.span, before.text, None


def misspelt_word(place: Place, chance: random.Random) -> Change | None:
    """Misspell a word of the language."""
    words = (
        "KIND",
        "BLOCK",
        "SETTING",
        "PHRASE",
        "WINDOW",
        "EARNS",
        "UP_TO",
        "CITE",
        "PROPORTION",
        "AGGREGATE",
        "TYPE",
    )
    token = place.token
    if token.kind not in words or not re.fullmatch(r"[a-z]{5,}", token.text.split()[0]):
        return None
    first = token.text.split()[0]
    now = _misspelt(first, chance)
    return (
        (Span(token.span.source, token.span.start, token.span.start + len(first)), now, None)
        if now is not None
        else None
    )


def turned_sign(place: Place, chance: random.Random) -> Change | None:
    """Write a comparison as another language has it."""
    other = {">=": "=>", "<=": "=<", "!=": "<>", "=": "=="}
    if place.parent.kind != "compare" or place.token.text not in other:
        return None
    return place.token.span, other[place.token.text], None


def lost_colon(place: Place, chance: random.Random) -> Change | None:
    """Leave the colon behind a label out."""
    if place.token.kind != "COLON" or place.parent.kind not in ("item", "field"):
        return None
    return place.token.span, "", None


def american_date(place: Place, chance: random.Random) -> Change | None:
    """Write a date month first."""
    if place.token.kind != "DATE" or place.token.text.endswith("?"):
        return None
    year, month, day = place.token.text.split("-")
    return place.token.span, f"{month}/{day}/{year}", None


def unknown_day(place: Place, chance: random.Random) -> Change | None:
    """Write a day that the calendar does not have."""
    if place.token.kind != "DATE":
        return None
    return place.token.span, f"{place.token.text[:4]}-02-30", None


def lost_rounding(place: Place, chance: random.Random) -> Change | None:
    """Leave a rounding out."""
    if place.token.kind != "ROUNDED" or place.parent.kind != "rounding":
        return None
    node, around = place.parent, place.around[-2]
    # A sum, or a date and days, may be rounded and need not.
    if around.kind == "rounded" and not re.search(r"/|growth of|average", around.span.text):
        return None
    start = len(node.span.source.text[: node.span.start].rstrip(" ,\n"))
    return Span(node.span.source, start, node.span.end), "", None


def moved_day(place: Place, chance: random.Random) -> Change | None:
    """Move a date by a month."""
    if place.token.kind != "DATE" or "seen" in place.kinds or place.parent.kind in ("source", "seen"):
        return None
    day = date.fromisoformat(place.token.text.rstrip("?"))
    moved = day.replace(year=day.year + (day.month == 12), month=day.month % 12 + 1, day=min(day.day, 28))
    return place.token.span, moved.isoformat() + ("?" if place.token.text.endswith("?") else ""), None


def flipped_comparison(place: Place, chance: random.Random) -> Change | None:
    """Turn a comparison round; with a figure nobody knows it decides as little either way."""
    if place.parent.kind != "compare" or place.token.text not in (">=", "<=", ">", "<"):
        return None
    if "unknown" in place.parent.span.text:
        return None
    return place.token.span, {">=": "<", "<=": ">", ">": "<=", "<": ">="}[place.token.text], None


def lost_gate(place: Place, chance: random.Random) -> Change | None:
    """Leave an `only if` out."""
    if place.token.kind != "ONLY_IF" or place.parent.kind != "gate":
        return None
    return place.parent.span, "", None


def removed_row(place: Place, chance: random.Random) -> Change | None:
    """Take a row of a table out."""
    change = duplicated_row(place, chance)
    if change is None:
        return None
    span = place.parent.span
    start = span.source.offset_of(span.line)
    return Span(span.source, start, change[0].end + 1), "", None


def changed_figure(place: Place, chance: random.Random) -> Change | None:
    """Change a figure that a requirement compares with."""
    if place.token.kind != "FIGURE" or "compare" not in place.kinds or place.token.text.startswith("unknown"):
        return None
    if "period" in place.kinds or "UNIT" in place.kinds:
        return None
    digits = re.sub(r"[,?]", "", place.token.text)
    now = f"{digits}0" if "." not in digits and digits != "0" else f"{float(digits) + 1:g}"
    return place.token.span, now + ("?" if place.token.text.endswith("?") else ""), None


OPERATORS: dict[str, tuple[Seen, Operator]] = {
    "misspelt name": ("told", misspelt_name),
    "misspelt word": ("told", misspelt_word),
    "swapped unit": ("told", swapped_unit),
    "changed maximum": ("told", changed_maximum),
    "duplicated row": ("told", duplicated_row),
    "doubled label": ("told", doubled_label),
    "lost brace": ("told", lost_brace),
    "lost quote": ("told", lost_quote),
    "lost colon": ("told", lost_colon),
    "lost rounding": ("told", lost_rounding),
    "turned sign": ("told", turned_sign),
    "american date": ("told", american_date),
    "unknown day": ("told", unknown_day),
    "moved day": ("meant", moved_day),
    "flipped comparison": ("meant", flipped_comparison),
    "lost gate": ("meant", lost_gate),
    "removed row": ("meant", removed_row),
    "changed figure": ("meant", changed_figure),
}
