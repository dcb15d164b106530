"""What is kept of policies that were read, and how it is read again: rules and the document when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from dsl.core.known_names import compared_texts, keep_compared_texts
from dsl.core.rules import Core, NamedDecl, Property, Rule
from dsl.diagnostics import Diagnostic
from dsl.packed import Packed, packed
from dsl.source import Source
from dsl.unread import Shells

if TYPE_CHECKING:
    from dsl.document import Document
    from dsl.reading import Part

LATER: Final[Mapping[str, Shells[Any]]] = {
    "rules": Shells(Rule, ("versions", "area", "awarded_to", "origin"), ("was",)),
    "named": Shells(NamedDecl, ("value", "origin")),
    "properties": Shells(Property, ("claims", "basis", "origin")),
}
"""Of a core the mappings whose values have a part that is read when it is asked for."""
_HEAD, _FIRST = range(2)
_NEVER_ANOTHER: Final[Mapping[str, object]] = {"was": ()}


def of_policies(core: Core, diagnostics: Sequence[Diagnostic], sources: Sequence[Source]) -> bytes:
    """Return what is kept of checked policies, for ``Policies``; their document is kept by itself.

    Raises:
        ValueError: it cannot be written.
    """
    shells: list[tuple[object, ...]] = []
    later: list[object] = []
    for mapping, of in LATER.items():
        values = getattr(core, mapping)
        rows = ((name, *(getattr(value, other) for other in of.others)) for name, value in values.items())
        shells.append(tuple(zip(*rows, strict=True)))
        later.extend(tuple(getattr(value, name) for name in of.names) for value in values.values())
    head = (
        replace(core, rules={}, named={}, properties={}),
        tuple(shells),
        {name: rule.was for name, rule in core.rules.items() if rule.was},
        {place: tuple(texts) for place, texts in compared_texts(core).items()},
        tuple(diagnostics),
    )
    return packed([head, *later], sources)


class Policies:
    """What is kept of checked policies."""

    def __init__(self, written: bytes, sources: Sequence[Source]) -> None:
        """Take what was kept, and the sources that it was read from.

        Raises:
            ValueError, LookupError: this was not kept by this program.
        """
        self._packed = Packed(written, sources)
        core, shells, was, texts, self.diagnostics = self._packed.read(_HEAD)
        self.core: Core = self._core(core, shells, was)
        """The core; what a rule requires, a name stands for and a property claims is read when it is asked for."""
        keep_compared_texts(self.core, texts)

    def _core(self, core: Core, shells: Sequence[Sequence[Sequence[Any]]], was: Mapping[str, Sequence[str]]) -> Core:
        number = _FIRST
        read = self._packed.read
        found: dict[str, dict[str, Any]] = {}
        for (mapping, of), columns in zip(LATER.items(), shells, strict=True):
            into = found[mapping] = {}
            for name, *values in zip(*columns, strict=True):
                known = {"was": was[name]} if name in was else _NEVER_ANOTHER
                into[name] = of.make(values, partial(read, number), known)
                number += 1
        return replace(core, rules=found["rules"], named=found["named"], properties=found["properties"])


def of_document(document: Document, sources: Sequence[Source]) -> bytes:
    """Return what is kept of a document: who decides does not ask for it.

    Raises:
        ValueError: it cannot be written.
    """
    return packed([document], sources)


def document(written: bytes, sources: Sequence[Source]) -> Document:
    """Return a document as it was kept."""
    found: Document = Packed(written, sources).read(0)
    return found


def of_part(part: Part, source: Source) -> bytes:
    """Return what is kept of what one source says by itself, where nothing of it is broken.

    Raises:
        ValueError: it cannot be written.
    """
    return packed([part], [source])


def part(written: bytes, source: Source) -> Part:
    """Return what one source says by itself, as it was kept."""
    found: Part = Packed(written, [source]).read(0)
    return found
