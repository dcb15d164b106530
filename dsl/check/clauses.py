"""Which clause may stand in which rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dsl import document as d
from dsl.core import Kinds
from dsl.core.kinds import COMMON
from dsl.diagnostics import Diagnostic

_AWARD = frozenset(
    {
        "item",
        "category",
        "path",
        "track",
        "requires",
        "group",
        "version",
        "use",
        "area",
        "levels",
        "awarded to",
        "gives",
        "pass at",
        "checked at",
        "lost after",
        "renews to",
        "valid",
        "met sometime",
        "renewable",
        "at level",
        "at even anniversaries",
        "at odd anniversaries",
        "with points in every subcategory",
        "with at least one point in every metric",
        "immediate badge",
    }
)
_DECIDING: Mapping[str, frozenset[str]] = {
    "eligibility": frozenset({"item", "requires", "path", "group", "version", "use", "gives", "awarded to", "area"}),
    "amount": frozenset({"item", "requires", "group", "version", "use", "levels", "amount", "due at", "covers"}),
    "options": frozenset(
        {
            "option",
            "no choice",
            "version",
            "use",
            "pick at most one",
            "pick exactly one",
            "renewable",
            "renews to",
        }
    ),
    "stage": frozenset({"case"}),
}
_MAY_STAND: Mapping[str, frozenset[str]] = {
    COMMON: _AWARD | {"option", "no choice", "amount", "due at", "covers", "pay", "keeps", "loses", "case"},
    "option": frozenset({"item", "requires", "group", "version", "use", "pay", "gives", "keeps", "loses"}),
    "no choice": frozenset({"item", "requires", "group", "version", "gives", "keeps", "loses"}),
}
"""Clauses by what they may stand in that is no rule."""

_SHOWN = (
    "requires",
    "category",
    "path",
    "option",
    "use",
    "pass at",
    "checked at",
    "amount",
    "due at",
    "pay",
    "gives",
    "keeps",
)


def may_stand(kinds: Kinds) -> Mapping[str, frozenset[str]]:
    """Return clauses by the kind of rule or option they may stand in."""
    rules = {kind.name: _AWARD if kind.keeps_register else _DECIDING[kind.decides] for kind in kinds.values()}
    return {**rules, **_MAY_STAND}


def misplaced(document: d.Document, kinds: Kinds, told: Sequence[Diagnostic] = ()) -> list[Diagnostic]:
    """Return C111 for every clause that its rule cannot have and that is not ``told`` yet."""
    found: list[Diagnostic] = []
    stands = may_stand(kinds)
    places = {(diagnostic.span.source, diagnostic.span.start) for diagnostic in told}
    for rule in (*document.rules.values(), *(rule for rules in document.additions.values() for rule in rules)):
        found.extend(_misplaced(rule.clauses, rule.kind, stands))
    return [one for one in found if (one.span.source, one.span.start) not in places]


def _misplaced(clauses: Sequence[d.Clause], kind: str, stands: Mapping[str, frozenset[str]]) -> Iterator[Diagnostic]:
    for clause in clauses:
        word = word_of(clause)
        if isinstance(clause, d.Version) and "version" in stands[kind]:
            yield from _misplaced(clause.clauses, kind, stands)
        elif word not in stands[kind]:
            takes = [f"`{shown}`" for shown in _SHOWN if shown in stands[kind]]
            owners = [owner for owner, words in stands.items() if word in words and owner != COMMON]
            belongs = f"`{word}` belongs in {_article(owners[0])}" if owners else f"`{word}` stands elsewhere"
            name = {"item": "a labelled requirement", "case": "a case", "version": "a version with days"}.get(
                word, f"`{word}`"
            )
            yield Diagnostic(
                "C111",
                f"{name} does not stand in {_article(kind)}",
                clause.origin,
                help=f"{belongs}; {_article(kind)} takes {', '.join(takes) or 'cases: `name when condition`'}",
            )
        elif isinstance(clause, d.Section) and clause.word in ("option", "no choice"):
            yield from _misplaced(clause.clauses, clause.word, stands)


def word_of(clause: d.Clause) -> str:
    """Return the word that a clause is known by."""
    match clause:
        case d.Item():
            return "item"
        case d.Group():
            return "group"
        case d.Version():
            return "version"
        case d.Case():
            return "case"
        case d.Phrase(phrase=phrase):
            return phrase
        case _:
            return clause.word


def _article(word: str) -> str:
    return f"an {word}" if word[0] in "aeio" else word if word == "no choice" else f"a {word}"
