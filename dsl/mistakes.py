"""What a programme manager mistyped: one helpful diagnostic for a block that does not parse.

The parser says where it stopped and which words could have followed; this module looks at the text around that place
for the mistakes people make and says what to type instead. No token name reaches a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from dsl.diagnostics import Diagnostic, Edit, Fix, Label, nearest
from dsl.source import Span

MAX_DEPTH = 40
"""Deepest nesting of braces, brackets and `not` that is read (P009); everything after may recurse."""

KINDS = (
    "competency",
    "designation",
    "specialization",
    "program",
    "common",
    "lifecycle",
    "fee",
    "choice",
    "entitlement",
)
TOP_WORDS = (
    "package",
    "source",
    "facts",
    "records",
    "certifications",
    "group",
    "table",
    "define",
    "measure",
    *KINDS,
)
"""Words that begin a top-level form."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the parser stopped in a block: offset in the block, the word there, what could have stood there."""

    block: Span
    code: str
    """The block's text with strings and comments blanked."""
    offset: int
    word: str
    expected: frozenset[str]

    def span(self, length: int | None = None) -> Span:
        """Return the span of the word where the parser stopped."""
        size = len(self.word) if length is None else length
        start = self.block.start + self.offset
        return Span(self.block.source, start, min(start + max(size, 1), self.block.end))

    @property
    def line_before(self) -> str:
        """The code of the line up to the stop."""
        return self.code[self.code.rfind("\n", 0, self.offset) + 1 : self.offset]

    @property
    def rest(self) -> str:
        """The code from the stop on."""
        return self.code[self.offset :]


def before_parsing(block: Span, code: str) -> Diagnostic | None:
    """Report what is plainer to see in the text than in a parser's state."""
    depth = 0
    for match in re.finditer(r"[{(\[\])}]|\bnot\b", code):
        if match.group() in "{([":
            depth += 1
        elif match.group() in "})]":
            depth -= 1
        if depth > MAX_DEPTH:
            span = Span(block.source, block.start + match.start(), block.start + match.end())
            return Diagnostic(
                "P009",
                f"this is nested more than {MAX_DEPTH} levels deep",
                span,
                help="give a part of it a name of its own: a `measure` or a `common`",
            )
    if re.search(rf"(?:\bnot\s+){{{MAX_DEPTH}}}", code):
        return Diagnostic("P009", f"this is nested more than {MAX_DEPTH} levels deep", block, help="write one `not`")
    word = re.match(r"\w+", code)
    if word is None or word.group() not in TOP_WORDS:
        name = word.group() if word else code[:1]
        span = Span(block.source, block.start, block.start + len(name))
        near = nearest(name, TOP_WORDS)
        fix = Fix(f"write `{near}`", (Edit(span, near),), safe=True) if near else None
        return Diagnostic(
            "P002",
            f"`{name}` does not begin anything I know",
            span,
            help=f"did you mean `{near}`?"
            if near
            else "a line that begins in the first column starts a form: `designation`, `fee`, `table` ...; indent what belongs to the form above",
            fix=fix,
        )
    return None


def too_deep(span: Span) -> Diagnostic:
    """P009: nested deeper than is read."""
    return Diagnostic(
        "P009",
        f"this is nested more than {MAX_DEPTH} levels deep",
        span,
        help="give a part of it a name of its own: a `measure` or a `common`",
    )


def explain(stop: Stop) -> Diagnostic:
    """Return the diagnostic for the place where the parser stopped."""
    for look in _LOOKS:
        found = look(stop)
        if found is not None:
            return found
    shown = stop.span().text if stop.offset < len(stop.code) else "the end of the block"
    return Diagnostic("P001", f"I cannot read on at `{shown}`", stop.span(), help=_what_may_stand(stop.expected))


def _open_brace(stop: Stop) -> Diagnostic | None:
    """The block ends and a brace is still open."""
    if stop.offset < len(stop.code):
        return None
    opened: list[int] = []
    for match in re.finditer(r"[{}]", stop.code):
        if match.group() == "{":
            opened.append(match.start())
        elif opened:
            opened.pop()
    if not opened:
        return None
    first_line = stop.block.text.split("{", maxsplit=1)[0].strip()
    brace = Span(stop.block.source, stop.block.start + opened[-1], stop.block.start + opened[-1] + 1)
    end = Span(stop.block.source, stop.block.end, stop.block.end)
    return Diagnostic(
        "P003",
        f"a `{{` of `{first_line}` (line {brace.line}) is still open where the form ends",
        end,
        help="type `}` on a line of its own to close it",
        labels=(Label(brace, "opened here"),),
        fix=Fix("close the brace", (Edit(end, "\n" + "}" * len(opened)),)),
    )


_LOOKS: tuple[Callable[[Stop], Diagnostic | None], ...] = (_open_brace,)

_WORDS_FOR = {
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "STRING": 'a text in quotes "..."',
    "NAME": "a name",
    "FIGURE": "a figure",
    "DATE": "a date like 2022-10-03",
    "LABEL": "a label with a colon",
    "UNIT": "a unit",
    "CMP": "a comparison like `>=`",
    "COLON": "`:`",
    "_BAR": "`|`",
    "_ROW": "a row `| ... |`",
    "CELL": "a cell",
    "SETTING": "a setting like `pass at`",
    "KIND": "a form",
    "TYPE": "a type like `count` or `money USD`",
    "RPAR": "`)`",
    "RSQB": "`]`",
}


def _what_may_stand(expected: frozenset[str]) -> str:
    words = [words for token, words in _WORDS_FOR.items() if token in expected]
    return (
        f"here may stand {', '.join(words[:5])}" if words else "look at the line above: something there is not complete"
    )
