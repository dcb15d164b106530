"""L111: a title without a translation in the language that is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import document as d
from dsl.diagnostics import Diagnostic
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.lower.translations import untranslated
from dsl.source import Span


def _find(policies: Policies) -> Iterator[Diagnostic]:
    language = policies.language
    if language is None:
        return
    for title, node in untranslated(policies.document, language):
        said = f"`{title}` has no translation in `{language}`"
        advice = f'write `in {language} "..."` behind it, where notes stand'
        yield finding("L111", said, _place(title, node), advice, is_info=True)


def _place(title: str, node: d.Node) -> Span:
    """Return where a title is written in what has it; all of that where it comes from elsewhere than policy text."""
    source = node.origin.source
    at = source.text.find(f'"{title}"', node.origin.start)
    return Span(source, at, at + len(title) + 2) if at >= 0 else node.origin


RULE = LintRule("L111", _find)
