"""Requirements without a label, labels that are none, and words between requirements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsl.mistakes.stop import Proposal, Stop, put, swap
from dsl.mistakes.words import CLAUSE_WORDS, RESERVED

_LEADING = frozenset(word for phrase in CLAUSE_WORDS for word in phrase.split()[:1])
"""First words of clauses: before anything but a colon they are no labels."""


def labels(stop: Stop) -> Iterator[Proposal]:
    """A label with capitals, hyphens or blanks; one without its colon; a requirement without one."""
    for at in stop.starts():
        match = re.match(r"(?P<label>[A-Za-z][\w-]*(?:[ \t]+[\w-]+)*?)[ \t]*(?P<title>\"x*\"[ \t]*)?:", stop.code[at:])
        if match and not re.fullmatch(r"[a-z]\w*", match["label"]) and at + match.end("label") >= stop.offset:
            right = re.sub(r"\W+", "_", match["label"]).lower()
            span = (at, at + match.end("label"))
            yield swap(
                "P014",
                f"`{match['label']}` cannot be a label",
                span,
                right,
                f"a label is one word in small letters: `{right}`",
            )
    if "LABEL" not in stop.expected and not _could_be_clause(stop):
        return
    for at in stop.starts():
        match = re.match(r"(?P<label>[a-z]\w*)(?P<title>[ \t]+\"x*\")?(?=[ \t]+(?:[\w(]))", stop.code[at:])
        if match is None or match["label"] in RESERVED or match["label"] in _LEADING:
            continue
        end = at + match.end()
        yield put(
            "P014",
            f"the label `{match['label']}` has no colon",
            (at, at + match.end("label")),
            end,
            ":",
            f"write `{match['label']}:`",
        )
    for at in stop.starts():
        value = stop.code[at:]
        first = re.match(r"(?!from\b|through\b|until\b|cite\b)[\w(]", value)
        if first is None:
            continue
        label = _label_for(value)
        yield put(
            "P014",
            "this requirement has no label",
            (at, _value_end(stop, at)),
            at,
            f"{label}: ",
            f"begin it with a name for it and a colon, for example `{label}:`; the label is the reason code that services read",
        )


def _could_be_clause(stop: Stop) -> bool:
    return stop.depth > 0


def _label_for(value: str) -> str:
    names = [
        word
        for word in re.findall(r"[a-z]\w*", value.split("\n", 1)[0])
        if word not in RESERVED
        and word
        not in (
            "any",
            "all",
            "of",
            "at",
            "least",
            "people",
            "holding",
            "held",
            "for",
            "qualifies",
            "points",
            "first",
            "growth",
            "change",
        )
    ]
    return names[0] if names else "condition"


def _value_end(stop: Stop, at: int) -> int:
    line_end = stop.code.find("\n", at)
    line_end = len(stop.code) if line_end < 0 else line_end
    brace = stop.code.find("}", at, line_end)
    return len(stop.code[: brace if brace > at else line_end].rstrip())


def either_or(stop: Stop) -> Iterator[Proposal]:
    """Two labelled conditions joined by `or` in one line."""
    match = re.search(r"(?<!\w)(or|and)[ \t]*$", stop.code[: stop.word_start])
    if match is None or not re.match(r"[a-z]\w*[ \t]*(\"x*\"[ \t]*)?:", stop.code[stop.word_start :]):
        return
    for at in stop.starts():
        end = _value_end(stop, stop.offset)
        if match.group(1) == "and":
            yield swap(
                "P016",
                "`and` joins no labelled requirements",
                match.span(1),
                "",
                "delete it: all requirements that stand one behind the other must be met",
            )
            return
        start = at if re.match(r"[a-z]\w*[ \t]*(\"x*\"[ \t]*)?:", stop.code[at:]) else None
        if start is None:
            continue
        edits = ((start, start, "either: any of { "), (*match.span(1), " "), (end, end, " }"))
        yield Proposal(
            "P016",
            "`or` joins no labelled requirements",
            *match.span(1),
            "write `either: any of { ... }` around the requirements of which one is enough",
            edits,
            "write `any of { ... }`",
        )
        return
