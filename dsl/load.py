"""Files to a checked document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dsl import kept
from dsl.cache import Cache
from dsl.core import Core
from dsl.diagnostics import Diagnostic, PolicyErrors, Severity
from dsl.source import Source, Span, read_source
from dsl.unread import Shells

if TYPE_CHECKING:
    from dsl.document import Document
    from dsl.reading import Part

SUFFIXES = (".policy", ".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What sources hold: the document, its core, and all that was found."""

    document: Document
    core: Core
    diagnostics: tuple[Diagnostic, ...]
    sources: tuple[Source, ...] = ()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop a load."""
        return tuple(found for found in self.diagnostics if found.severity is Severity.ERROR)


_LOADED = Shells(Loaded, ("document",))


def load(paths: Iterable[str | Path]) -> Document:
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
            read now is kept there. Of what was kept rules and the document are read when they are asked for.
    """
    if cache is None:
        return _anew(sources, None)
    key = cache.key("core", sources)
    written = cache.get(key)
    if written is not None:
        found = kept.Policies(written, sources)
        return _LOADED.make(
            (found.core, found.diagnostics, tuple(sources)), lambda: (_document(tuple(sources), cache),)
        )
    loaded = _anew(sources, cache)
    if not loaded.errors:
        cache.put(key, kept.of_policies(loaded.core, loaded.diagnostics, sources))
        cache.put(cache.key("document", sources), kept.of_document(loaded.document, sources))
    return loaded


def _document(sources: Sequence[Source], cache: Cache) -> Document:
    """Return the document of policies whose core was kept; where it was not, or is damaged, of their texts."""
    key = cache.key("document", sources)
    written = cache.get(key)
    if written is not None:
        return kept.document(written, sources)
    document = _anew(sources, cache).document
    cache.put(key, kept.of_document(document, sources))
    return document


def _anew(sources: Sequence[Source], cache: Cache | None) -> Loaded:
    # Here and not above: who starts from what was kept needs neither grammar nor checks, and they take long to come.
    from dsl.reading import checked, part_of

    read = part_of if cache is None else lambda source, nouns: _part(source, nouns, cache)
    return Loaded(*checked(sources, read), tuple(sources))


def _part(source: Source, nouns: frozenset[str], cache: Cache) -> Part:
    """Return what one source says by itself, where others declare some words as kinds, from what was kept of it."""
    from dsl.reading import part_of

    key = cache.key(" ".join(("one", *sorted(nouns))), [source])
    written = cache.get(key)
    if written is not None:
        return kept.part(written, source)
    found = part_of(source, nouns)
    if not found[-1]:  # what is broken is mended before long
        cache.put(key, kept.of_part(found, source))
    return found
