"""The words that a programme has for its kinds of rules: what they are like, and that they are taken for nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dsl import document as d
from dsl.core.kinds import COMMON, KINDS, MEASURE
from dsl.diagnostics import Diagnostic, Label, listed, proposed, unknown_name
from dsl.lower.kinds import kinds_of
from dsl.lower.scope import word_in
from dsl.mistakes.slips import slips
from dsl.mistakes.words import RESERVED, TOP_WORDS, clauses, data, declaration
from dsl.source import Span

LIKE = tuple(kind.name for kind in KINDS.values() if kind.has_ids)
"""What a kind can be like: kinds whose rules have ids of their own."""
TAKEN = frozenset({"benefit", "row", COMMON, MEASURE.name})
"""What stands before a name and is no kind of rule."""


def kinds(document: d.Document) -> Iterator[Diagnostic]:
    """Yield what is wrong with the words for kinds, and rules that begin with a word that is none.

    Reports:
        C135 a kind like none, or a rule of none; C136 a word that means something else, or one plural for two kinds.
    """
    for name, kind in document.kinds.items():
        if kind.like not in LIKE:
            yield _like_none(document, kind)
        yield from _taken(name, kind)
    yield from _plurals(document)
    for rule in (*document.rules.values(), *(rule for added in document.additions.values() for rule in added)):
        if rule.kind not in (COMMON, *KINDS, *document.kinds):
            meant = proposed(rule.kind, (*KINDS, *document.kinds), f"declare it: {declaration(rule.kind)}")
            yield Diagnostic("C135", f"I do not know the kind `{rule.kind}`", word_in(rule.origin, rule.kind), meant)


def _like_none(document: d.Document, kind: d.Kind) -> Diagnostic:
    at = _behind(kind, "like", kind.like)
    other = document.kinds.get(kind.like)
    if other is not None and other.like in LIKE and other is not kind:
        said = f"`{kind.like}` is itself a word of the programme, for what is like a {other.like}"
        return Diagnostic("C135", said, at, f"write `like {other.like}`", (Label(other.origin, "declared here"),))
    if kind.like in KINDS:
        said = f"nothing can be like a {kind.like}, which tells of other rules and has no name of its own"
        return Diagnostic("C135", said, at, f"write one of {listed(LIKE)}")
    return unknown_name("C135", "kind", kind.like, at, LIKE)


def _taken(name: str, kind: d.Kind) -> Iterator[Diagnostic]:
    """Yield where a word means something else already."""
    at = _behind(kind, "kind", name)
    instead = "give it another word, for example "
    if "." in name:
        yield Diagnostic("C136", f"`{name}` is more than one word", at, f"{instead}`{name.rpartition('.')[2]}`")
    elif name in KINDS:
        yield Diagnostic("C136", f"`{name}` is a kind of the language", at, f"{instead}`partner_{name}`")
    elif name in _words() or name in TAKEN:
        yield Diagnostic("C136", f"`{name}` is a word of the language", at, f"{instead}`partner_{name}`")
    elif near := slips(name, TOP_WORDS):
        said = f"`{name}` is so like `{near[0][1]}` that it would be taken for a slip"
        yield Diagnostic("C136", said, at, f"{instead}`partner_{name}`")
    if kind.plural is not None and "." in kind.plural:
        at = _behind(kind, "plural", kind.plural)
        yield Diagnostic(
            "C136", f"`{kind.plural}` is more than one word", at, "a plural is a name of small letters and `_`"
        )


def _plurals(document: d.Document) -> Iterator[Diagnostic]:
    """Yield plurals that another kind has."""
    first: dict[str, d.Kind | None] = {kind.plural: None for kind in KINDS.values()}
    own = kinds_of(document)
    for name, kind in document.kinds.items():
        if name not in KINDS:
            plural = own[name].plural
            if plural in first:
                before = first[plural]
                labels = (Label(before.origin, "of this one"),) if before is not None else ()
                said = f"`{plural}` is the plural of another kind"
                advice = f"write its own: `, plural all_{name}`"
                yield Diagnostic("C136", said, _behind(kind, "plural", plural), advice, labels)
            first.setdefault(plural, kind)


def _words() -> Mapping[str, None]:
    """Return the words that begin a form or a clause, or mean something where a name could stand."""
    return dict.fromkeys((*TOP_WORDS, *RESERVED, *clauses(), *data()["phrases"]))


def _behind(kind: d.Kind, word: str, name: str) -> Span:
    """Return the place of a name behind a word of the declaration, or the whole of it."""
    whole = kind.origin
    at = whole.text.find(f"{word} ")
    if at < 0:
        return whole
    found = word_in(Span(whole.source, whole.start + at + len(word), whole.end), name)
    return found if found.text == name else whole
