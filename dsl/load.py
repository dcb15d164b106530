"""Files to a checked document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from dsl import codec, document as d
from dsl.cache import Cache
from dsl.check.document import check
from dsl.core import Core
from dsl.diagnostics import Diagnostic, PolicyErrors, Severity, sorted_diagnostics
from dsl.lower.to_core import lower
from dsl.lower.to_document import lower_trees, merge
from dsl.mistakes.mend import told
from dsl.mistakes.trial import UNKNOWN_NAME, tried
from dsl.mistakes.turns import of_finding
from dsl.parser import block_at, parse, reads
from dsl.sheets import read_sheet
from dsl.source import Source, Span, read_source
from dsl.syntax import Block

MOST_TURNS = 100
"""How many findings are looked at for a turn of phrase; what comes after is told as it is."""
SUFFIXES = (".policy", ".json", ".yaml", ".yml")


Part: TypeAlias = tuple[d.Document, tuple[Diagnostic, ...], tuple[Diagnostic, ...], tuple[Block, ...]]
"""What one source says by itself, how it is mistyped, what does not check in it, and its broken blocks."""


@dataclass(frozen=True)
class Loaded:
    """What sources hold: the document, its core, and all that was found."""

    document: d.Document
    core: Core
    diagnostics: tuple[Diagnostic, ...]
    sources: tuple[Source, ...] = ()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop a load."""
        return tuple(found for found in self.diagnostics if found.severity is Severity.ERROR)


def load(paths: Iterable[str | Path]) -> d.Document:
    """Return the document of policy files and folders.

    Raises:
        PolicyErrors: the policies have errors.
        FileNotFoundError: a path does not exist.
    """
    return load_checked(paths).document


def load_checked(paths: Iterable[str | Path], cache: Cache | None = None) -> Loaded:
    """Return what policy files and folders hold, without errors: who decides takes the core that was checked.

    Args:
        paths: files and folders.
        cache: what was read before; what is read now is kept there.

    Raises:
        PolicyErrors: the policies have errors.
        FileNotFoundError: a path does not exist.
    """
    loaded = load_sources([read_source(path) for path in policy_files(paths)], cache)
    if loaded.errors:
        raise PolicyErrors(loaded.diagnostics)
    return loaded


def policy_files(paths: Iterable[str | Path]) -> list[Path]:
    """Return the policy files of paths in order: files as named, folders with all that is below them.

    Scenario files and files whose name begins with a dot or underscore are left out, and so are JSON and YAML files in
    folders that do not begin as a policy document does.

    Raises:
        FileNotFoundError: a path does not exist.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.suffix == ".policy" or (file.suffix in SUFFIXES and _is_document(file)):
                    found[file] = None
        elif path.exists():
            found[path] = None
        else:
            raise FileNotFoundError(f"there is no `{path}`")
    return list(found)


_NEAR_A_POLICY = re.compile(r"(.+)\.polic(y|ies)(\.(txt|text|md|rtf))?", re.IGNORECASE)
_NEAR_SCENARIOS = re.compile(r"(.+?)[._-]scenarios?\.(ya?ml|json)(\.txt)?", re.IGNORECASE)


def misnamed(paths: Iterable[str | Path]) -> list[Diagnostic]:
    """Return the files in folders that nothing reads, because their names are nearly those of policies or scenarios.

    Reports:
        S005 such a name.
    """
    found: list[Diagnostic] = []
    for folder in (path for path in map(Path, paths) if path.is_dir()):
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            for near, ending in ((_NEAR_A_POLICY, ".policy"), (_NEAR_SCENARIOS, ".scenarios.yaml")):
                match = near.fullmatch(file.name)
                if match is None or file.name.endswith(ending) or file.name.startswith((".", "_")):
                    continue
                if file.suffix in SUFFIXES and _is_document(file):
                    continue
                start = Span(Source(str(file), ""), 0, 0)
                told = f"nothing reads `{file.name}`: its name does not end in `{ending}`"
                found.append(
                    Diagnostic("S005", told, start, f"name it `{match[1]}{ending}`", severity=Severity.WARNING)
                )
    return found


def _is_document(file: Path) -> bool:
    """Whether a JSON or YAML file in a folder says that it is a policy document."""
    with file.open(encoding="utf-8") as stream:
        return is_document(stream.read(200))


def is_document(text: str) -> bool:
    """Whether JSON or YAML says in its first 200 letters that it is a policy document."""
    return text[:200].lstrip(" \n{").startswith(('"merit"', "merit:"))


def load_sources(sources: Sequence[Source], cache: Cache | None = None) -> Loaded:
    """Parse, lower and check sources; nothing is raised, all is reported.

    Args:
        sources: the texts.
        cache: what was read before: all of it where nothing changed, else every source that did not change. What is
            read now is kept there.
    """
    if cache is None:
        return _load(sources, _read)
    key = cache.key("all", sources)
    kept = cache.get(key, Loaded)
    if kept is None:
        kept = _load(sources, lambda source: _kept(source, cache))
        if not kept.errors:
            cache.put(key, kept)
    return kept


def _kept(source: Source, cache: Cache) -> Part:
    key = cache.key("one", [source])
    found = cache.get(key, tuple)
    if found is None:
        found = _read(source)
        cache.put(key, found)
    return found


def _load(sources: Sequence[Source], read: Callable[[Source], Part]) -> Loaded:
    found: list[Diagnostic] = []
    follows: list[Diagnostic] = []
    parts: list[d.Document] = []
    broken: list[Block] = []
    for source in sources:
        part, own, own_follows, blocks = read(source)
        found.extend(own)
        follows.extend(own_follows)
        broken.extend(blocks)
        parts.append(part)
    diagnostics: list[Diagnostic] = []
    document = merge(parts, diagnostics)
    core, more = lower(document)
    diagnostics.extend(more)
    diagnostics.extend(check(document, core, diagnostics))
    found = tried(found, (*follows, *diagnostics), broken)
    found.extend(_in_other_words(_beside((*follows, *diagnostics), broken, document.tables)))
    return Loaded(document, core, sorted_diagnostics(found), tuple(sources))


@lru_cache(maxsize=256)
def _read(source: Source) -> Part:
    """Return what one source says by itself, how it is mistyped, what does not check in it, and its broken blocks.

    Kept, because who watches or mends policies reads the same sources again and again, all but one of them unchanged.
    """
    if source.name.endswith((".json", ".yaml", ".yml")):
        part, diagnostics = read_sheet(source)
        return part, tuple(diagnostics), (), ()
    tree, diagnostics = parse(source)
    broken = tuple(block for block in tree.blocks if block.form is None)
    part, more = lower_trees([tree])
    return part, tuple(diagnostics), tuple(more), broken


def _beside(
    diagnostics: Sequence[Diagnostic], broken: Sequence[Block], tables: Mapping[str, d.Table]
) -> list[Diagnostic]:
    """Leave out what follows from blocks that do not parse: all inside them, and names they may have given.

    A block that reads once its mistakes are mended has told its names; of the others every word may be one, and every
    row of the table that a family is made of.
    """
    if not broken:
        return list(diagnostics)
    lost: set[str] = set()
    for block in broken:
        if block.mended is None:
            lost.update(re.findall(r"[a-z]\w*", block.span.text))
            for name in re.findall(r"each\s+row\s+of\s+(\w+)", block.span.text):
                rows = tables[name].rows if name in tables else ()
                lost.update(cell.names[0] for row in rows for cell in row.cells[:1] if isinstance(cell, d.Names))
    return [
        diagnostic
        for diagnostic in diagnostics
        if not any(_within(diagnostic.span, block.span) for block in broken)
        and not (diagnostic.code in UNKNOWN_NAME and diagnostic.span.text.rsplit(".", 1)[-1] in lost)
    ]


def _in_other_words(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Tell turns of phrase that can be read and do not check, in place of what follows from them.

    What else is found on such a line proposes nothing: it speaks of words that are not meant.
    """
    meant = [_turn_of(one) if index < MOST_TURNS else None for index, one in enumerate(found)]
    lines = {(one.span.source.name, one.span.line) for one in meant if one is not None}
    return [
        turn if turn is not None
        else replace(one, fix=None) if (one.span.source.name, one.span.line) in lines
        else one
        for one, turn in zip(found, meant, strict=True)
    ]  # fmt: skip


def _turn_of(found: Diagnostic) -> Diagnostic | None:
    source = found.span.source
    if found.severity is not Severity.ERROR or not source.name.endswith(".policy"):
        return None
    block = block_at(source, found.span)
    if block is None:
        return None
    for meant in of_finding(block.text, found.span.start - block.start, found.span.end - block.start, found.message):
        if not meant.edits or reads(block, meant.edits):
            return told(meant, block)
    return None


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


def digest_of(document: d.Document) -> str:
    """Return the policy digest of a document."""
    return codec.digest(document)
