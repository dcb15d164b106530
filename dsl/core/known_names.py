"""What rules know by name: awards, certifications, benefits, and the texts that they compare facts and fields with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from dsl.core.nodes import Compare, Expr, Fact, Field, Literal, Lookup, OfRecords
from dsl.core.references import expressions
from dsl.core.rules import Core
from dsl.core.walk import walk


class KnownNames:
    """The names and texts that the rules of one core know."""

    def __init__(self, core: Core) -> None:
        self.core = core

    @cached_property
    def fields(self) -> dict[tuple[str, str], tuple[str, dict[str, None], bool]]:
        """By list and field: what it is the value of, the values that rules know, and whether others are as good."""
        core = self.core
        # Benefits are told with their kind or without.
        benefits = dict.fromkeys((*(one.partition(".")[2] for one in core.benefits), *core.benefits, "none"))
        found = {
            ("certifications", "certification"): ("certification", dict.fromkeys(core.certifications), False),
            ("awards", "award"): ("award", dict.fromkeys(core.awards), False),
            ("awards", "benefits"): ("benefit", benefits, True),
        }
        for name, records in core.records.items():
            for field in records.fields.values():
                known = {
                    **dict.fromkeys(one for one, _ in field.type.spellings),
                    **self._named.get((name, field.name), {}),
                }
                if field.type.kind == "text" and field.formula is None and known:
                    found[name, field.name] = (field.name.replace("_", " "), known, True)
        return found

    @cached_property
    def facts(self) -> dict[str, dict[str, None]]:
        """By fact: the values that rules know; others are as good."""
        found: dict[str, dict[str, None]] = {}
        for name, fact in self.core.facts.items():
            known = {**dict.fromkeys(one for one, _ in fact.type.spellings), **self._named.get(("", name), {})}
            if fact.type.kind == "text" and known:
                found[name] = known
        return found

    @cached_property
    def _named(self) -> Mapping[tuple[str, str], Mapping[str, None]]:
        return compared_texts(self.core)


_TEXTS = "texts that rules compare"
"""Under which name it is kept with a core."""


def compared_texts(core: Core) -> Mapping[tuple[str, str], Mapping[str, None]]:
    """Return the texts that rules compare a fact or a field with, or look it up among, by its list and name."""
    found: Mapping[tuple[str, str], Mapping[str, None]] | None = core.kept.get(_TEXTS)
    if found is None:
        found = core.kept[_TEXTS] = _compared_texts(core)
    return found


def keep_compared_texts(core: Core, found: Mapping[tuple[str, str], Iterable[str]]) -> None:
    """Take what ``compared_texts`` told of the same core before, so that its rules need not be read for that."""
    core.kept[_TEXTS] = {place: dict.fromkeys(texts) for place, texts in found.items()}


def _compared_texts(core: Core) -> Mapping[tuple[str, str], Mapping[str, None]]:
    found: dict[tuple[str, str], dict[str, None]] = {}

    def note(records: str, node: Expr, values: Iterator[object]) -> None:
        if isinstance(node, Fact | Field):
            own = found.setdefault((records if isinstance(node, Field) else "", node.name), {})
            own.update((value, None) for value in values if isinstance(value, str))

    def look(root: Expr, records: str) -> None:
        for node in walk(root):
            if isinstance(node, Compare):
                left, right = (node.right, node.left) if isinstance(node.left, Literal) else (node.left, node.right)
                if isinstance(right, Literal):
                    note(records, left, iter((right.value,)))
            elif isinstance(node, Lookup):
                note(records, node.key, (row.key for row in node.rows))
            elif isinstance(node, OfRecords) and node.where is not None and not records:
                look(node.where, node.records)

    roots = [part for rule in core.rules.values() for version in rule.versions for part in expressions(version)]
    for root in (*roots, *(named.value for named in core.named.values())):
        look(root, "")
    return found
