"""Requirements without a label, labels that are none, and words between requirements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsl.mistakes.stop import Proposal, Stop, put, swap
from dsl.mistakes.words import RESERVED, clauses


def labels(stop: Stop) -> Iterator[Proposal]:
    """A label with capitals, hyphens or blanks; one without its colon; a requirement without one."""
    for at in stop.starts():
        match = re.match(r"(?P<label>[A-Za-z][\w-]*(?:[ \t]+[\w-]+)*?)[ \t]*(?P<title>\"x*\"[ \t]*)?:", stop.code[at:])
        if match and re.search(r"\d{4}-\d\d-\d\d", match["label"]):
            continue  # A day said in other words is no label.
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
    yield from _title_for_label(stop)
    for at in stop.starts():
        match = re.match(r"(?P<label>[a-z]\w*)(?:[ \t]+\"x*\"(?=\s+[\w(])|(?=[ \t]+[\w(]))", stop.code[at:])
        if (
            match is None
            or match["label"] in RESERVED
            or any(clause.split()[0] == match["label"] for clause in clauses())
        ):
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
        first = re.match(r"(?!from\b|through\b|until\b|cite\b|\d{4}-\d\d-\d\d)[\w(]", value)
        if first is None:
            continue
        label = _label_for(value)
        if any(clause.split()[0] == label for clause in clauses()):
            continue  # The word of a clause, without what belongs behind it.
        yield put(
            "P014",
            "this requirement has no label",
            (at, _value_end(stop, at)),
            at,
            f"{label}: ",
            f"begin it with a name for it and a colon, for example `{label}:`; the label is the reason code that services read",
        )


def _title_for_label(stop: Stop) -> Iterator[Proposal]:
    """`"Title": value`, where the label itself is missing."""
    for at in stop.starts():
        match = re.match(r"(?P<title>\"x*\")[ \t]*:", stop.code[at:])
        if match and at + match.end() >= stop.offset:
            title = stop.text[at + 1 : at + match.end("title") - 1]
            label = re.sub(r"\W+", "_", title).strip("_").lower()
            if re.fullmatch(r"[a-z]\w*", label) and label not in RESERVED:
                yield put(
                    "P014",
                    "this requirement has a title but no label",
                    (at, at + match.end("title")),
                    at,
                    f"{label} ",
                    f'begin it with one word in small letters, for example `{label} "{title}":`; it is the reason code that services read',
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


def title_after_colon(stop: Stop) -> Iterator[Proposal]:
    """`label: "Title" value`, where the colon belongs behind the title."""
    for at in stop.starts():
        match = re.match(r"[a-z]\w*(?P<colon>[ \t]*:[ \t]*)(?P<title>\"x*\")(?=[ \t]+[\w(])", stop.code[at:])
        if match and at + match.end() >= stop.before:
            title = (at + match.start("title"), at + match.end("title"))
            edits = ((at + match.start("colon"), at + match.end("colon"), " "), (title[1], title[1], ":"))
            yield Proposal(
                "P014",
                "the title stands behind the colon",
                *title,
                f"write the colon behind the title: `{stop.text[slice(*title)]}:`",
                edits,
                "write the colon behind the title",
            )


def title_of_field(stop: Stop) -> Iterator[Proposal]:
    """`name "Title": type` in a vocabulary, where the title belongs behind the type."""
    if not stop.code.startswith(("facts", "records")):
        return
    for at in stop.starts():
        match = re.match(
            r"[a-z]\w*(?P<gap>[ \t]*)(?P<title>\"x*\")[ \t]*:[ \t]*(?P<type>[a-z][^\n{}\"]*?)(?=[ \t]*(?:[\n{}]|$|\b(?:cite|seen|may)\b))",
            stop.code[at:],
        )
        if match and at + match.end() >= stop.offset:
            title = (at + match.start("title"), at + match.end("title"))
            shown = stop.text[slice(*title)]
            edits = (
                (at + match.start("gap"), title[1], ""),
                (at + match.end("type"), at + match.end("type"), f" {shown}"),
            )
            yield Proposal(
                "P014",
                "the title of a fact stands behind its type",
                *title,
                f"write `{stop.text[at : at + match.start('gap')]}: {match['type']} {shown}`",
                edits,
                "write the title behind the type",
            )


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
