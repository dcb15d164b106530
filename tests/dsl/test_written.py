"""What is written is decided: every part that the grammar accepts changes what is decided, or is refused with advice.

The cases are made from the grammar: a production, a part of one or a word that is added there without a sample here
fails. ``tests/data/written`` has every production with all its parts; each part is taken away, put where it is missing,
and changed in its words, figures, days and texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from dsl import core as c
from dsl.diagnostics import Severity
from dsl.load import Loaded, load_sources
from dsl.parser import parse
from dsl.source import Source, Span
from dsl.syntax import Node, Token
from review.guide.markdown import markdown_files
from review.guide.site import site_of
from tests.dsl.grammar import Found, matched, read_grammar

DATA = Path(__file__).parents[1] / "data" / "written"
HEADER = Source("header.policy", (DATA / "header.policy").read_text(encoding="utf-8"))
UNNAMED = Source("header.policy", re.sub(r"^package[^\n]*\n", "", HEADER.text))
PIECES = (DATA / "pieces.policy").read_text(encoding="utf-8").split("\n---\n")
GRAMMAR = read_grammar()
VALUES = (
    "value",
    "expr",
    "or_",
    "and_",
    "not_",
    "compare",
    "amount",
    "sum",
    "capped",
    "product",
    "portion",
    "based",
    "prim",
    "atom",
)
"""Symbols in whose place any value may be tried."""

SAMPLES: dict[str, tuple[str, ...]] = {
    '("read" DATE)?': ("read 2023-01-01", "read 2023-02-02"),
    "allow*": ('allow L101 "first"', 'allow L101 "second"'),
    "note*": (
        *('cite src "Sample"', 'cite src "Sample two"', 'assume "sample"', 'assume "sample two"'),
        *("was former", "was former_two", "seen 2026-01-01", "seen 2026-02-02"),
        *("only if { sample: fa }", "only if { sample: fb }", 'allow L101 "first"', 'allow L101 "second"'),
        *('in ja "見本"', 'in ja "別の見本"', 'in zh-TW "樣本" as in src "Sample"'),
    ),
    "beside*": ('allow L101 "first"', 'allow L101 "second"', 'in ja "見本"', 'in ja "別の見本"'),
    "translated*": ('in ja "見本"', 'in ja "別の見本"'),
    "(AS_IN NAME STRING)?": ('as in src "Sample"', 'as in src "Sample two"'),
    "(MONTHLY | DATED_BY NAME)?": ("monthly", "dated by at"),
    "ALSO?": ("also",),
    "(PLURAL NAME)?": (", plural samples", ", plural samples_two"),
    "(HEADING STRING)?": (', heading "Sample"', ', heading "Sample two"'),
    "span?": ("from 2023-05-01", "until 2024-05-01", "from 2023-05-01 through 2024-05-01"),
    "STRING?": ('"Sample title"', '"Sample title two"'),
    "SUPPLIED?": (", may be supplied",),
    '("=" sum)?': ("= 5", "= 6"),
    '("of" values)?': ("of sample", "of sample_two", "of sample, sample_two"),
    "UNIT?": ("USD", "EUR", "%", "points", "days"),
    '(FIGURE "to" FIGURE)?': ("1 to 5", "1 to 6", "2 to 6"),
    "name?": ("sample", "sample_two", 'sample "Sample"'),
    "spelt?": ('also spelt "Sample"', 'also spelt "Sample two"'),
    "(UP_TO atom)?": ("up to 5 points", "up to 6 points", "up to 5", "up to 6"),
    '("when" or_)?': ("when fa", "when fb"),
    "earns?": ("earns 5 points", "earns 6 points", "earns 1 point each, up to 5 points"),
    "(OUT_OF quantity)?": ("out of 90 points", "out of 80 points"),
    '("," term | rounding)*': (", up to 7 points", ", up to 8 points", ", rounded down", ", 3 points each", ", at 5"),
    '("each" | "per" atom)?': ("each", "per 5", "per 6"),
    '("at" atom)?': ("at 5", "at 6"),
    '("to" quantity)?': ("to 5", "to 10"),
    "(END amount)?": ("until 2025-01-01", "through 2025-01-01"),
    '("[" (expr | keys) "]" ("." NAME)?)?': ("[told]", "[more]", "[size].fee", "[size, n, fa].fee"),
    "by?": ("by key", "by size"),
    "MATCH?": ("unique", "first match"),
    '("," one_of)*': (", 50", ", < 2", ', "Sample"', ", 2025-05-01"),
    "CMP?": ("<", "<="),
    '("." NAME)?': (".x", ".y"),
    "DISTINCT?": ("distinct",),
    '(names "of")?': ("x of", "y of", "x, y of"),
    "total?": ("with sum x >= 5", "with sum x >= 6", "with sum y >= 6"),
    '("over" period)?': ("over last month", "over trailing 3 months"),
    '("at" NAME)?': ("at gold", "at silver"),
    '("after" (DATE | ref))?': ("after 2023-01-01", "after 2024-01-01", "after since"),
    '("or" STRING)*': ('or "Sample"', 'or "Sample two"'),
    '("," word)*': (", sample", ", sample_two", ', sample also spelt "S"'),
    '("," NAME)*': (", sample", ", sample_two"),
    '("," one)*': (", sample", ", sample_two", ', "Sample"', ", 5", ", 2023-05-01"),
    '("," CELL)*': (", sample", ", sample_two"),
    '("," NAME quantity)*': (", bronze 5", ", bronze 6"),
    "quantity?": ("3 months", "4 months"),
}
"""How a part may look, by its text in the grammar: at least two that differ, where two are possible."""

CLAUSES = frozenset({"item", "block", "case", "verb", "setting", "window", "phrase", "name", "span"})
"""Kinds of nodes that are looked at once in every kind of block; others once."""

WHOLE = frozenset({"form*", "field*", "entry*", "row*", "clause*"})
"""Parts that are only taken away: the files have all of them."""

READERS = {
    ("source", '("read" DATE)?'): "when a text was read tells how fresh it is",
    ("source", "DATE"): "when a text was read tells how fresh it is",
    ("name", "STRING?"): "titles of groups and tables head their pages",
    ("name", "STRING"): "titles of groups and tables head their pages",
}
"""Parts that only readers of the guide see, by production and part, with why."""

ALIKE = {
    ("claim", "CLAIM", "held", "holds"): "`held` is `holds` of a day gone by",
    ("block", "BLOCK", "category", "track"): "a category and a track total alike; only `first of` asks for tracks",
    ("define", "DEFINE", "define", "measure"): "a figure and a measure are read alike",
    (
        "by",
        "MATCH?",
    ): "`unique` is a table of which nothing is said, and of rows that share the values the first is the only one",
    ("by", "MATCH", "first match", "unique"): "of rows that share the values out the first is the only one",
    ("translated", "(AS_IN NAME STRING)?"): "where a translation stands is for who checks it against the text (L160)",
    ("translated", "STRING", '"Another text"', '"Place"'): "the same",
    ("quantity", "UNIT?"): "the step of a rounding may leave out the unit of what is rounded",
}
"""Other words for the same, with why."""

PAIRS = {
    "or": ("(fa or fb)", "(fa or fc)"),
    "sometime": (
        "(fb sometime from 2023-01-01 through 2023-02-01)",
        "(fb sometime from 2023-01-01 through 2023-03-01)",
    ),
    "clauses": ("any of { p: fb   q: fc }", "any of { p: fb   q: fa }"),
    "points": ("total of { p: n   q: m }", "total of { p: n   q: n }"),
    "first": ("first of { s when fb   l otherwise }", "first of { s when fc   l otherwise }"),
    "when": ("(fa when fb, otherwise fc)", "(fa when fc, otherwise fb)"),
    "aggregate": ("count rows[told]", "count rows[more]"),
    "claim": ("holds base", "holds other"),
    "date": ("(since + 30 days)", "(since + 31 days)"),
}
"""Values of every sort, two of each that differ."""


class Variant(NamedTuple):
    """A piece with one change: where, in what, which, and the text."""

    place: str
    part: tuple[str, ...]
    change: str
    text: str


def load(piece: str) -> Loaded:
    """Load a piece behind the header; with the header's membership where it says none of its own."""
    own = [] if "membership of" in piece else [Source("membership.policy", "membership of base, graded\n")]
    return load_sources([UNNAMED if "\npackage " in f"\n{piece}" else HEADER, *own, Source("piece.policy", piece)])


def decided(loaded: Loaded) -> c.Core:
    """Return what is decided, without what names the text: days of change follow from what has days."""
    return replace(loaded.core, digest="", change_days=())


def read_by_people(loaded: Loaded) -> tuple[object, ...]:
    """Return what the guide says."""
    guide = dict(markdown_files(site_of(loaded.core, loaded.document, date(2023, 6, 1))))
    return tuple(guide.items())


def word(node: Node) -> str:
    words = (token for token in node.tokens() if len(GRAMMAR.words.get(token.kind, ())) > 1)
    return " ".join(spelt(token) for token in words)


def spelt(token: Token) -> str:
    return " ".join(token.text.split()).strip(", ")


def nodes(piece: str) -> Iterator[tuple[Node, str, list[Found]]]:
    """Yield the nodes of a piece with their place, and the optional parts of their production."""
    waiting = [(form, "") for form in reversed(parse(Source("piece.policy", piece))[0].forms)]
    while waiting:
        node, above = waiting.pop()
        place = f"{above} > {node.kind} {word(node)}".strip() if node.kind in CLAUSES else f"{node.kind} {word(node)}"
        found = [m for p in GRAMMAR.productions if p.kind == node.kind and (m := matched(GRAMMAR, node, p)) is not None]
        assert found, f"no production of the grammar is `{node.span.text}`"
        yield node, place, found[0]
        inner = above if node.kind == "body" else f"{node.kind} {word(node)}".strip()
        waiting.extend((part, inner) for part in reversed(node.parts) if isinstance(part, Node))


def parts_changed(piece: str) -> Iterator[Variant]:
    """Yield the piece without each optional part that it has, and with samples of each that may be added."""
    for node, place, optional in nodes(piece):
        for found in optional:
            element = str(found.element)
            if element.endswith("+"):
                continue
            key = (node.kind, element)
            alone = found.element.options or element.endswith("?")
            for group in [found.parts] if alone and found.parts else [(part,) for part in found.parts]:
                start, end = group[0].span.start, group[-1].span.end
                yield Variant(place, key, f"without {group[0].kind}", piece[:start] + piece[end:])
            if element in WHOLE or (found.parts and not element.endswith("*")):
                continue
            before = found.parts or node.parts[: found.start]
            at = before[-1].span.end if before else node.span.start
            for sample in SAMPLES[element]:
                blank = "" if sample[0] in "[." else " "
                yield Variant(place, key, f"with {sample}", f"{piece[:at]}{blank}{sample} {piece[at:]}")


def words_changed(piece: str) -> Iterator[Variant]:
    """Yield the piece with each word changed to the others of its sort, each figure, day and text to another."""
    for node, place, _ in nodes(piece):
        for token in node.tokens():
            for other in others(token):
                change = f"{spelt(token)} becomes {other}"
                key = (node.kind, token.kind, *sorted((spelt(token), other)))
                yield Variant(f"{place} {token.kind}", key, change, replaced(piece, token.span, other))


def others(token: Token) -> Iterator[str]:
    text = token.text.rstrip("?")
    mark = "" if text == token.text else "?"
    match token.kind:
        case "FIGURE" if not text.startswith("unknown"):
            yield f"{Decimal(text.replace(',', '')) + 1}{mark}"
            yield text if mark else f"{text}?"
            yield "unknown"
        case "DATE":
            yield f"{date.fromisoformat(text) + timedelta(days=1)}{mark}"
            yield text if mark else f"{text}?"
        case "STRING":
            yield '"Another text"'
        case kind if kind in GRAMMAR.words:
            yield from (f", {one}" if kind == "ROUNDED" else one for one in GRAMMAR.words[kind] if one != spelt(token))


def replaced(piece: str, span: Span, text: str) -> str:
    return f"{piece[: span.start]}{text}{piece[span.end :]}"


@cache
def first_of_each(made: str) -> dict[int, list[Variant]]:
    """Return the variants by piece, each place and change once."""
    make = {"parts": parts_changed, "words": words_changed}[made]
    seen: set[tuple[str, str]] = set()
    found: dict[int, list[Variant]] = {}
    for index, piece in enumerate(PIECES):
        found[index] = []
        for variant in make(piece):
            if (variant.place, variant.change) not in seen:
                seen.add((variant.place, variant.change))
                found[index].append(variant)
    return found


def is_end(part: tuple[str, ...]) -> bool:
    """Whether a part is an end that is second-hand in one text: what follows it has its own mark, on its own day."""
    return part[0] in ("span", "cell") and part[1] == "DATE" and len({one.rstrip("?") for one in part[2:]}) == 1


def problem(before: Loaded, after: Loaded, part: tuple[str, ...], change: str = "") -> str | None:
    """Return what is wrong where two texts differ in one part and neither is refused."""
    if before.document == after.document:
        return "the document is the same"
    if part[0] == "allow" or re.search(r"\ballow\b", change):
        return None  # what is allowed is not found, and decides nothing; see ``L190`` for the others
    if decided(before) != decided(after) or part in ALIKE or is_end(part):
        return None
    if part[:2] in READERS:
        return None if read_by_people(before) != read_by_people(after) else "nobody is told"
    return "what is decided is the same"


def refused(loaded: Loaded) -> bool:
    errors = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
    for error in errors:
        assert error.help, error
    return bool(errors)


def test_the_pieces_have_every_production_and_every_word_of_the_grammar() -> None:
    kinds: set[str] = set()
    words: dict[str, set[str]] = {}
    for piece in PIECES:
        for node, _, _ in nodes(piece):
            own = [p for p in GRAMMAR.productions if p.kind == node.kind and matched(GRAMMAR, node, p) is not None]
            kinds.update(str(production) for production in own)
            for token in node.tokens():
                words.setdefault(token.kind, set()).add(spelt(token))

    assert [str(p) for p in GRAMMAR.productions if str(p) not in kinds and p.kind != "start"] == []
    assert [one for kind, all_ in GRAMMAR.words.items() for one in all_ if one not in words.get(kind, ())] == []


def test_every_optional_part_of_the_grammar_has_a_sample_and_no_other_has() -> None:
    optional = {str(element) for production in GRAMMAR.productions for element in production.optional}

    assert optional == SAMPLES.keys() | WHOLE


@pytest.mark.parametrize("index", range(len(PIECES)))
def test_a_piece_is_without_errors(index: int) -> None:
    assert load(PIECES[index]).errors == ()


@pytest.mark.parametrize("index", range(len(PIECES)))
def test_a_part_that_is_written_decides_or_is_refused(index: int) -> None:
    base, wrong = load(PIECES[index]), []
    added: dict[tuple[str, tuple[str, ...]], list[tuple[str, Loaded]]] = {}
    for variant in first_of_each("parts")[index]:
        loaded = load(variant.text)
        if refused(loaded):
            continue
        told = problem(base, loaded, variant.part, variant.change)
        if told is not None:
            wrong.append(f"{variant.place}: {variant.change}: {told}")
        if variant.change.startswith("with "):
            before = added.setdefault((variant.place, variant.part), [])
            for change, other in before[-1:]:
                told = problem(other, loaded, variant.part, variant.change)
                if told is not None:
                    wrong.append(f"{variant.place}: {change}, {variant.change}: {told}")
            before.append((variant.change, loaded))

    assert wrong == []


@pytest.mark.parametrize("index", range(len(PIECES)))
def test_a_word_figure_day_or_text_that_is_changed_decides_or_is_refused(index: int) -> None:
    base, wrong = load(PIECES[index]), []
    for variant in first_of_each("words")[index]:
        loaded = load(variant.text)
        told = None if refused(loaded) else problem(base, loaded, variant.part, variant.change)
        if told is not None:
            wrong.append(f"{variant.place}: {variant.change}: {told}")

    assert wrong == []


@cache
def places_of_values() -> dict[str, tuple[str, Span]]:
    """Return one place for each symbol of a value in each production, with its piece."""
    found: dict[str, tuple[str, Span]] = {}
    for piece in PIECES:
        for node, _, _ in nodes(piece):
            symbols = {
                symbol
                for production in GRAMMAR.productions
                if production.kind == node.kind
                for symbol in re.findall(r"\w+", str(production))
                if symbol in VALUES
            }
            kinds = frozenset().union(*(GRAMMAR.kinds(symbol) for symbol in symbols))
            values = [part for part in node.parts if isinstance(part, Node) and part.kind in kinds]
            for index, part in enumerate(values):
                found.setdefault(f"{node.kind} {word(node)} {index}", (piece, part.span))
    return found


@pytest.mark.parametrize("sort", PAIRS)
def test_a_value_of_any_sort_decides_or_is_refused_wherever_a_value_may_stand(sort: str) -> None:
    wrong = []
    for place, (piece, span) in places_of_values().items():
        one, other = (load(replaced(piece, span, text)) for text in PAIRS[sort])
        if not refused(one) and not refused(other):
            told = problem(one, other, ("value",))
            if told is not None:
                wrong.append(f"{place}: {told}")

    assert wrong == []


def test_exceptions_are_parts_of_the_grammar() -> None:
    kinds = {production.kind for production in GRAMMAR.productions}

    assert {key[0] for key in (*READERS, *ALIKE)} <= kinds
