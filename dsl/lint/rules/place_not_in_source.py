"""L160: a citation of a place that the source's text does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from dsl import document as d
from dsl.diagnostics import Diagnostic, Edit, Fix
from dsl.lint.policies import Policies
from dsl.lint.rule import LintRule, finding
from dsl.source import Span

_ALIKE = str.maketrans("\u201c\u201d\u2018\u2019\u2013\u2014", "\"\"''--")


def _find(policies: Policies) -> Iterator[Diagnostic]:
    texts = {key: squeezed(text) for key, text in policies.texts.items()}
    for node in policies.nodes:
        if not isinstance(node, d.Cite) or node.source not in texts or squeezed(node.place) in texts[node.source]:
            continue
        near = _nearest_line(node.place, policies.texts[node.source])
        at = node.origin.source.text.find('"', node.origin.start)
        fix = None
        if near is not None and '"' not in near and at >= 0:
            place = Span(node.origin.source, at, node.origin.end)
            fix = Fix(f"write `{near}`", (Edit(place, f'"{near}"'),))
        yield finding(
            "L160",
            f"the text of `{node.source}` has no place `{node.place}`",
            node.origin,
            f"did you mean `{near}`?" if near else "write the title of the section or table as it stands there",
            fix=fix,
        )


def squeezed(text: str) -> str:
    """Return a text as it is searched: without blank space, small letters, plain quotes and dashes."""
    return re.sub(r"\s+", "", text.translate(_ALIKE)).casefold()


def _nearest_line(place: str, text: str) -> str | None:
    """Return the line of a text that is most like a place."""
    lines = {squeezed(line): " ".join(line.split()).strip("#*|: ") for line in text.splitlines() if line.strip()}
    close = get_close_matches(squeezed(place), list(lines), n=1, cutoff=0.8)
    return lines[close[0]] or None if close else None


RULE = LintRule("L160", _find)
