"""The kinds of rules of a document: those of the language, and those that it has a word of its own for."""

from __future__ import annotations

from functools import lru_cache

from dsl import core as c, document as d
from dsl.core.kinds import COMMON, KINDS, named, words

NEAREST = KINDS["program"]
"""What a kind is taken for that is like none, so that nothing more is told of its rules than that."""


def kinds_of(document: d.Document) -> c.Kinds:
    """Return the kinds of a document; what is wrong with the words is told by ``dsl.check.kinds``."""
    rules = (*document.rules.values(), *(rule for added in document.additions.values() for rule in added))
    undeclared = {rule.kind for rule in rules} - {COMMON, *KINDS, *document.kinds}
    return _kinds(tuple(document.kinds.items()), tuple(sorted(undeclared)))


@lru_cache(maxsize=64)
def _kinds(declared: tuple[tuple[str, d.Kind], ...], undeclared: tuple[str, ...]) -> c.Kinds:
    own = [
        named(
            name,
            KINDS.get(kind.like, NEAREST),
            title=kind.title or words(name),
            plural=kind.plural,
            heading=kind.heading,
        )
        for name, kind in declared
        if name not in KINDS
    ]
    return c.OF_LANGUAGE.with_own((*own, *(named(name, NEAREST, title=words(name)) for name in undeclared)))
