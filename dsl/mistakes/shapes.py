"""Braces, quotes and rows that are not as they should be, around the place where reading stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsl.mistakes.labels import either_or, labels, title_after_colon, title_of_field
from dsl.mistakes.quoted import quoted_name, title_for_name
from dsl.mistakes.stop import Look, Proposal, Stop, put, swap
from dsl.mistakes.words import TOP_WORDS, clauses, declaration

_ENDS = re.compile(
    r"[ \t]*\{|[ \t]*\}|[ \t]*:|[ \t]*\||[ \t]{2,}|[ \t]+(?:from|through|until|read|cite|seen|assume|allow|was|also|earns|one|count|flag)\b|[ \t]*,?[ \t]*$",
    re.MULTILINE,
)
"""Where a text without its quotes may end."""


_A_RULE = re.compile(r"[a-z]\w*[ \t]+(?:[a-z]\w*[ \t]*(?:\"x*\")?[^{}\n:]*\{|each\s+row\s+of\b)")
"""What begins as a rule does, whatever its first word."""


def top_word(stop: Stop) -> Iterator[Proposal]:
    """The first word of a block begins no form: a clause without one, or nothing known."""
    if stop.offset or not stop.code:
        return
    match = re.match(r"\w+", stop.code)
    name = match.group() if match else stop.code[0]
    if name in TOP_WORDS:
        return
    if name == "}":
        yield Proposal("P004", "this `}` closes nothing", 0, 1, "delete it", ((0, 1, ""),), "delete it", sure=True)
        return
    end = len(name)
    is_clause = re.match(r"\w+[ \t]*(\"x*\"[ \t]*)?:", stop.code) or any(
        stop.code.startswith(word) and not stop.code[len(word) : len(word) + 1].isalnum() for word in clauses()
    )
    if is_clause:
        yield Proposal(
            "P019",
            f"`{name}` stands in the first column, outside of any form",
            0,
            end,
            "put it inside the braces of the form it belongs to",
            sure=True,
        )
    else:
        yield Proposal(
            "P002",
            f"`{name}` does not begin anything I know",
            0,
            end,
            f"declare it, where it is your word for a kind of rule: {declaration(name)}"
            if _A_RULE.match(stop.code)
            else "a line that begins in the first column starts a form: `designation`, `fee`, `table` ...; indent what belongs to the form above",
            sure=True,
        )


def second_form(stop: Stop) -> Iterator[Proposal]:
    """A form that does not begin in the first column."""
    match = re.match(r"[a-z]+", stop.rest)
    if match is None or match.group() not in TOP_WORDS or stop.depth or not stop.offset:
        return
    start = stop.line[0]
    if stop.code[start : stop.offset].strip():
        return
    yield Proposal(
        "P002",
        f"`{match.group()}` begins a form, and does not stand in the first column",
        stop.offset,
        stop.offset + match.end(),
        "move it to the first column",
        ((start, stop.offset, ""),),
        "move it to the first column",
        safe=True,
        cut=start,
    )


def closing_brace(stop: Stop) -> Iterator[Proposal]:
    """A brace that is still open: at the end of the form, or where its own line is less indented."""
    if stop.depth <= 0:
        return
    opened, culprit = _misindented(stop)
    at_end = not stop.rest.strip()
    if culprit is not None:
        brace, line = culprit
        yield _open(stop, brace, line, " " * _indent(stop.code, brace) + "}\n", line)
    if opened:
        brace = opened[-1]
        if at_end:
            end = len(stop.code.rstrip())
            one_line = "\n" not in stop.code[brace:]
            closing = (
                " }" * len(opened)
                if one_line
                else "".join(f"\n{' ' * _indent(stop.code, at)}}}" for at in reversed(opened))
            )
            yield _open(stop, brace, end, closing, end)
        elif "RBRACE" in stop.expected:
            yield _open(stop, brace, stop.before, " }", stop.offset)


def _misindented(stop: Stop) -> tuple[list[int], tuple[int, int] | None]:
    """Return the braces that are open at the stop; and one with the line before which it should be closed.

    That line is not indented deeper than the one the brace ends, and does not close it.
    """
    opened: list[int] = []
    culprit: tuple[int, int] | None = None
    code = stop.code[: stop.offset] if stop.rest.strip() else stop.code
    for match in re.finditer(r"^[ \t]*(?=\S)|[{}]", code, re.MULTILINE):
        if match.group() == "{":
            opened.append(match.start())
        elif match.group() == "}":
            if opened:
                opened.pop()
        elif culprit is None and opened and re.match(r"\s*\n", code[opened[-1] + 1 :]):
            indent, own = match.end() - match.start(), _indent(code, opened[-1])
            closes = code[match.end()] == "}"
            if indent < own or (indent == own and not closes):
                culprit = (opened.pop(), match.start())
    return opened, culprit


def _open(stop: Stop, brace: int, at: int, closing: str, shown: int) -> Proposal:
    line = stop.code.rfind("\n", 0, brace) + 1
    head = " ".join(stop.text[line:brace].split()) or "this block"
    place = "where the form ends" if not stop.code[shown:].strip() else "here"
    shown += len(stop.code[shown:]) - len(stop.code[shown:].lstrip(" \t"))
    return Proposal(
        "P003",
        f"the `{{` of `{head}` is still open {place}",
        shown,
        min(shown + 1, len(stop.code)),
        "type `}` to close it",
        ((at, at, closing),),
        "close the brace",
        labels=((brace, brace + 1, "opened here"),),
        sure=not stop.rest.strip(),
    )


def _indent(code: str, at: int) -> int:
    line = code[code.rfind("\n", 0, at) + 1 :]
    return len(line) - len(line.lstrip(" \t"))


def stray_brace(stop: Stop) -> Iterator[Proposal]:
    """A brace that closes nothing, or closes the form before its last clauses."""
    if stop.rest.startswith("}") and stop.depth <= 0:
        line = stop.code.rfind("\n", 0, stop.offset)
        alone = line >= 0 and not stop.code[line : stop.offset].strip()
        start = line if alone and not stop.rest[1:].split("\n", 1)[0].strip() else stop.offset
        yield Proposal(
            "P004",
            "this `}` closes nothing",
            stop.offset,
            stop.offset + 1,
            "delete it, or look for a `{` that is missing above",
            ((start, stop.offset + 1, ""),),
            "delete it",
            sure=True,
        )
        return
    last = stop.code.rfind("}", 0, stop.offset)
    if stop.depth == 0 and last >= 0 and last == stop.before - 1 and stop.offset:
        word = re.match(r"\S+", stop.rest)
        shown = word.group() if word else ""
        start = stop.code.rfind("\n", 0, last) if not stop.code[stop.code.rfind("\n", 0, last) : last].strip() else last
        for closing in ("", "\n}"):
            end = len(stop.code.rstrip())
            edits = ((start, last + 1, ""),) if not closing else ((start, last + 1, ""), (end, end, closing))
            yield Proposal(
                "P004",
                f"this `}}` closes the form, and `{shown}` follows",
                last,
                last + 1,
                "close the form behind its last clause",
                edits,
                "move the brace behind the last clause",
                labels=((stop.offset, stop.offset + len(shown), "this stands outside"),),
                sure=bool(closing),
            )


def opening_brace(stop: Stop) -> Iterator[Proposal]:
    """A block whose opening brace was left out."""
    if "LBRACE" not in stop.expected or stop.rest.startswith("{"):
        return
    for at in dict.fromkeys((stop.before, len(stop.code[: stop.word_start].rstrip()))):
        line = stop.code.rfind("\n", 0, at) + 1
        head = " ".join(stop.text[line:at].split())
        yield put(
            "P007",
            f"a `{{` is missing behind `{head}`",
            (max(at - 1, 0), at),
            at,
            " {",
            "type `{` to open the block",
            guess=True,
        )


def open_quote(stop: Stop) -> Iterator[Proposal]:
    """A text whose closing quote was left out."""
    start, end = stop.line
    line = stop.code[start:end]
    quotes = [match.start() for match in re.finditer('"', line)]
    if len(quotes) % 2 == 0:
        return
    quote = start + quotes[-1]
    # As written, not as masked: behind the lost quote every text of the line is inside out.
    opened = re.match(r"[ \t]*[a-z]\w*[ \t]+(?P<title>[^\s\":{}][^\":{}\n]*)(?P<quote>\")[ \t]*:", stop.text[start:end])
    if opened:
        at, quote = start + opened.start("title"), start + opened.start("quote")
        yield put(
            "P008",
            "the quotes of this text are not opened",
            (at, quote + 1),
            at,
            '"',
            f'type `"` before it: `"{stop.text[at : quote + 1]}`',
        )
        return
    raw = stop.text[quote + 1 : end]
    for match in _ENDS.finditer(raw):
        if not raw[: match.start()].strip():
            continue
        at = quote + 1 + match.start()
        yield put(
            "P008",
            "the quotes of this text are not closed",
            (quote, at),
            at,
            '"',
            f'type `"` behind it: `"{stop.text[quote + 1 : at]}"`',
        )


def forgotten_quotes(stop: Stop) -> Iterator[Proposal]:
    """A title, place or certification without its quotes."""
    if "STRING" not in stop.expected and not re.match(r"[A-Z]", stop.rest):
        # A label's title is no title before the colon is seen: `growth Usage growth: ...`.
        for at in stop.starts():
            match = re.match(r"(?P<label>[a-z]\w*)[ \t]+(?P<title>[A-Z][^\":{}\n]*?)[ \t]*:", stop.code[at:])
            if match and at + match.end() > stop.offset:
                yield _quoted(stop, at + match.start("title"), at + match.end("title"))
        return
    start = stop.offset
    line_end = stop.line[1]
    first = re.match(r"[\w(]", stop.rest)
    if first is None:
        return
    ends = [m.start() for m in _ENDS.finditer(stop.code[start:line_end])]
    for end in sorted({*ends, line_end - start}):
        text = stop.text[start : start + end]
        # What names a day is said of a text, and no part of one.
        if not text.strip() or re.search(r'[":={]|\d{4}-\d\d-\d\d', text):
            continue
        yield _quoted(stop, start, start + len(text.rstrip()))


def _quoted(stop: Stop, start: int, end: int) -> Proposal:
    text = stop.text[start:end]
    return Proposal(
        "P008",
        "this text stands without quotes",
        start,
        end,
        f'write `"{text}"`',
        ((start, end, f'"{text}"'),),
        f'write `"{text}"`',
        safe=True,
    )


def rows(stop: Stop) -> Iterator[Proposal]:
    """A row of a table whose bars are not all there."""
    if not stop.code.startswith("table"):
        return
    lines = {stop.line[0]}
    before = stop.code.rfind("\n", 0, max(stop.line[0] - 1, 0)) + 1
    lines.add(before)
    if stop.rest.startswith("\n"):
        lines.add(stop.offset + 1)
    for start in sorted(lines, reverse=True):
        end = stop.code.find("\n", start)
        end = len(stop.code) if end < 0 else end
        line = stop.code[start:end]
        if "|" not in line:
            continue
        if re.fullmatch(r"\s*\|[\s|:=-]*-{2,}[\s|:=-]*", line):
            yield Proposal(
                "P015",
                "a line of dashes is no row",
                start + _indent(stop.code, start),
                end,
                "delete it: the first row names the columns",
                ((start, min(end + 1, len(stop.code)), ""),),
                "delete it",
                safe=True,
            )
            continue
        notes = re.search(r"(?<=\s)(?:cite|assume|allow|was|seen|only\s+if)\b", line[line.rfind("|") :])
        cells_end = start + len(line[: line.rfind("|") + notes.start() if notes else None].rstrip())
        if not line.lstrip().startswith("|"):
            at = start + len(line) - len(line.lstrip())
            yield put(
                "P015", "this row does not begin with `|`", (at, cells_end), at, "| ", "type `|` before its first cell"
            )
        elif stop.code[cells_end - 1] != "|":
            yield put(
                "P015",
                "this row does not end with `|`",
                (start + _indent(stop.code, start), cells_end),
                cells_end,
                " |",
                "type `|` behind its last cell",
            )
        for empty in re.finditer(r"(?<=\|)[ \t]*(?=\|)", line):
            yield swap(
                "P015",
                "this cell is empty",
                (start + empty.start() - 1, start + empty.end() + 1),
                "| - |",
                "put `-` in an empty cell",
                safe=True,
            )
        for cell in re.finditer(r"(?<=\|)[ \t]*([^|\"\s][^|\"]*?)[ \t]*(?=\|)", line):
            span = (start + cell.start(1), start + cell.end(1))
            band = re.fullmatch(r"([\d,.]+\??)[ \t]*(?:-|–|\.\.+)[ \t]*(\d[\d,.]*\??(?: ?(?:%|[A-Z]{3}))?)", cell[1])
            if band is not None:
                right = f"{band[1]} to {band[2]}"
                yield swap("P015", "a band is written with `to`", span, right, f"write `{right}`", safe=True)
            if span[0] <= stop.offset <= span[1] and not cell[1][0].isdigit():  # A figure or day is no text.
                yield _quoted(stop, *span)


SHAPES: tuple[Look, ...] = (
    second_form,
    top_word,
    open_quote,
    rows,
    title_of_field,
    title_after_colon,
    either_or,
    title_for_name,
    quoted_name,
    stray_brace,
)
"""Looks that are tried before the words are."""

BARS_AND_BRACES: tuple[Look, ...] = (second_form, top_word, open_quote, rows, stray_brace, closing_brace)
"""Looks for signs, whose meaning does not rest on the words around them."""

LATE_SHAPES: tuple[Look, ...] = (opening_brace, forgotten_quotes, labels, closing_brace)
"""Looks that are tried after the words: their edits fit in many places."""
