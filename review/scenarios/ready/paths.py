"""What a coverage or boundary can name: rules, reason codes, settings, stages, and the forms of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from dsl import core as c, document as d
from dsl.builtin import BUILT_IN
from dsl.core.references import expressions, walk
from dsl.diagnostics import nearest


def known_paths(document: d.Document, core: c.Core) -> frozenset[str]:
    """Return every path: `designation.security.score`, `fee.x.amount`, `table.x.key`, `records.x.field`, ..."""
    return frozenset([*_of_core(core), *_of_vocabulary(document)])


def unknown(path: str, known: frozenset[str]) -> tuple[str, str] | None:
    """Return what is wrong with a path that nothing has, and the nearest one there is; `*` is any part of a name."""
    if path in known or ("*" in path and any(fnmatchcase(one, path) for one in known)):
        return None
    near = nearest(path, _close(path, known))
    return f"there is no `{path}`", f"did you mean `{near}`?" if near else ""


def _close(path: str, known: frozenset[str]) -> Iterable[str]:
    """Return the paths of the same form, or of the same kind: to compare with all takes seconds."""
    head = path.split(".")[:2]
    same = [one for one in known if one.split(".")[:2] == head]
    return same or [one for one in known if one.split(".")[0] == head[0]] or known


def _of_core(core: c.Core) -> Iterator[str]:
    for rule in core.rules.values():
        yield from (rule.id, rule.award)
        for version in rule.versions:
            yield from (option.code for option in version.options)
            for word in version.settings:
                yield from (f"{name}.{_label(word)}" for name in (rule.id, rule.award))
            if version.amount is not None:
                yield f"{rule.id}.amount"
            if version.stage is not None:
                yield from (f"{rule.id}.{branch.name}" for branch in version.stage.branches)
            for expression in expressions(version):
                yield from (node.code for node in walk(expression) if isinstance(node, c.Requirement))


def _of_vocabulary(document: d.Document) -> Iterator[str]:
    for word, names in (
        ("fact", document.facts),
        ("define", document.definitions),
        ("measure", document.measures),
        ("certifications", document.certifications),
        ("group", document.groups),
    ):
        yield from (f"{word}.{name}" for name in names)
    fields = {name: tuple(declared.fields) for name, declared in document.records.items()}
    fields |= {name: tuple(declared.fields) for name, declared in BUILT_IN.items()}
    for name, own in fields.items():
        yield f"records.{name}"
        yield from (f"records.{name}.{field}" for field in own)
    for name, table in document.tables.items():
        yield f"table.{name}"
        for row in table.rows:
            key_cell = row.cells[0]
            if isinstance(key_cell, d.Names):
                yield from (f"table.{name}.{key}" for key in key_cell.names)
    for key, rule in document.rules.items():
        if rule.kind in ("common", "lifecycle"):
            yield key
            for node in d.walk(rule):
                if isinstance(node, d.Setting | d.Window):
                    yield f"{key}.{_label(node.word)}"
                if isinstance(node, d.Phrase):
                    yield f"{key}.{_label(node.phrase)}"


def _label(words: str) -> str:
    return words.replace(" ", "_")
