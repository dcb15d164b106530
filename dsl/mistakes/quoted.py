"""Texts in quotes where a name stands: `use "x"`, `was "q"`, `holds any of "security"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsl.mistakes.stop import Proposal, Stop, swap
from dsl.mistakes.words import named


def quoted_name(stop: Stop) -> Iterator[Proposal]:
    """A text where only a name can be read; whether there is such a name is told when all is read."""
    text = re.match(r'"[^"\n]*"', stop.text[stop.offset :])
    if text is None or "STRING" in stop.expected or not stop.expected & {"NAME", "LABEL"}:
        return
    span = (stop.offset, stop.offset + text.end())
    said, inner = f"`{text.group()}` is a text, where a name is expected", text.group()[1:-1]
    before = stop.code[: stop.offset]
    if re.search(r"\bcite\s+$", before):
        yield Proposal(
            "P018",
            "the source is missing before this text",
            *span,
            f"write the name of a `source` before it: `cite guide {text.group()}`",
            asks=True,
        )
    elif re.search(r"\b(?:one|text)\s+of\b[^\n{}:]*$", before):
        name = named(inner)
        right = name if name == inner else f"{name} also spelt {text.group()}"
        yield swap("P008", f"`{text.group()}` is a text, where a value is one word", span, right)
    elif re.fullmatch(r"[a-z]\w*(?:\.[a-z]\w*)*", inner):
        yield swap("P008", said, span, inner, f"write `{inner}`: names stand without quotes")
    elif "NAME" in stop.expected:
        yield Proposal(
            "P008",
            said,
            *span,
            f"write the name that it was given, without quotes: a name is one word in small letters, like `{named(inner)}`",
            asks=True,
        )


def title_for_name(stop: Stop) -> Iterator[Proposal]:
    """`"Title": type` in a vocabulary, where the name is missing."""
    if not stop.code.startswith(("facts", "records")):
        return
    for at in stop.starts():
        title = re.match(r"(?P<title>\"x*\")[ \t]*:", stop.code[at:])
        if title and at <= stop.offset < at + title.end():
            text = stop.text[at : at + title.end("title")]
            yield Proposal(
                "P014",
                "a fact begins with its name, and its title stands behind its type",
                at,
                at + title.end("title"),
                f"write for example `{named(text)}: count {text}`",
                asks=True,
            )
