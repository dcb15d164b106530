"""Runs lint rules over policies, and leaves out what their authors allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dsl import document as d
from dsl.codes import CODES
from dsl.diagnostics import Diagnostic, Severity, nearest, sorted_diagnostics
from dsl.lint.policies import Policies
from dsl.lint.registry import RULES
from dsl.lint.rule import deletion, finding
from dsl.load import Loaded
from dsl.source import Span


def linted(
    loaded: Loaded,
    texts: Mapping[str, str] | None = None,
    cited: frozenset[str] = frozenset(),
    language: str | None = None,
) -> tuple[Diagnostic, ...]:
    """Return what a load found and what the lint rules find, without what is allowed.

    Policies with errors are not linted: what is unused or out of reach is known only once all of them is read.

    Args:
        loaded: the policies.
        texts: the texts of sources at hand, by key; places of others are not looked for.
        cited: keys of sources that scenarios cite.
        language: the language that titles without a translation are told of; None: they are not looked for.
    """
    found = list(loaded.diagnostics)
    if not loaded.errors:
        policies = Policies(loaded.document, loaded.core, texts or {}, cited, language)
        for rule in RULES.values():
            found.extend(rule.find(policies))
    return sorted_diagnostics(_not_allowed(loaded, found))


def _not_allowed(loaded: Loaded, found: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the diagnostics that no `allow` is for, and the `allow` notes that are for none.

    Reports:
        L190 an `allow` without effect.
    """
    allows = list(_allows(loaded.document))
    used: set[int] = set()
    for diagnostic in found:
        mine = [
            allow
            for allow, around in allows
            if allow.code == diagnostic.code
            and diagnostic.severity is not Severity.ERROR
            and _within(diagnostic.span, around)
        ]
        used.update(map(id, mine))
        if not mine:
            yield diagnostic
    for allow, _ in allows:
        if id(allow) not in used and not loaded.errors and allow.code not in _WHERE_ASKED:
            yield _without_effect(allow)


_WHERE_ASKED = frozenset(("L111", "L160"))
"""Codes that are looked for only where it is asked for, with the texts of sources or a language."""


def _without_effect(allow: d.Allow) -> Diagnostic:
    fix = deletion(allow.origin, safe=True)
    if allow.code not in CODES:
        near = nearest(allow.code, RULES)
        advice = f"did you mean `{near}`?" if near else "delete it"
        return finding("L190", f"there is no code `{allow.code}`", allow.origin, advice, fix=None if near else fix)
    message = f"nothing here is found by {allow.code}"
    return finding("L190", message, allow.origin, "delete it: there is nothing to allow", fix=fix)


def _allows(document: d.Document) -> Iterator[tuple[d.Allow, Span]]:
    """Yield each `allow` with the clause, row or form that it stands behind."""
    for node in d.walk(document):
        match node:
            case (
                d.Records(allows=allows)
                | d.SourceText(allows=allows)
                | d.Term(allows=allows)
                | d.Kind(allows=allows)
                | d.Listing(allows=allows)
            ):
                yield from ((allow, node.origin) for allow in allows)
            case _:
                notes = getattr(node, "notes", None)
                if isinstance(notes, d.Notes):
                    yield from ((allow, node.origin) for allow in notes.allows)


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start < max(outer.end, outer.start + 1)
