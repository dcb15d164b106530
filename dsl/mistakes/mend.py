"""One helpful diagnostic for each mistake of a block that does not parse, with the edits that mend it.

A look guesses what was meant; a guess counts when the block reads on further with it. So a proposal is not only
plausible but tried, and several mistakes of one block are told at once. No token name reaches a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Generic, TypeAlias, TypeVar

from dsl.diagnostics import Diagnostic, Edit, Fix, Label
from dsl.mistakes.declared import kind_form
from dsl.mistakes.shapes import BARS_AND_BRACES, LATE_SHAPES, SHAPES
from dsl.mistakes.spelling import is_too_long, misspelt
from dsl.mistakes.stop import Proposal, Stop, applied, blanked
from dsl.mistakes.turns import at_stop, at_stop_at_last
from dsl.mistakes.wording import FIGURES, LAST, WORDING
from dsl.mistakes.words import MAX_DEPTH, data
from dsl.source import Span

T = TypeVar("T")
Words: TypeAlias = tuple[tuple[Diagnostic, Diagnostic | None], ...]

MOST = 12
"""Mistakes that are looked for in one block; what comes after is told when these are mended."""
TRIES = 48
"""Proposals that are tried for one mistake."""
READ = 400_000
"""Characters that are read in trying proposals for one block, about a second's worth; then it is told as it stands."""


SIGNS = frozenset((*BARS_AND_BRACES, *FIGURES))
"""Looks for what is sure to be meant, whatever is said with it."""


PLACES = (
    (
        frozenset({"PEOPLE", "FIGURE", "NAME"}),
        "here stands a value or a condition, like `seats >= 5`, `holds any of NAME, NAME`, `at least 2 people holding NAME`",
    ),
    (
        frozenset({"CMP", "RBRACE"}),
        "here the condition goes on, like `... >= 5`, `... and NAME`, or it ends: `}` or the next `label: ...` follows",
    ),
    (
        frozenset({"LABEL", "RBRACE", "EARNS"}),
        "here the condition goes on with `and` or `or`, or it ends: `}` or the next `label: ...` follows",
    ),
    (frozenset({"LABEL", "RBRACE"}), "here stands `}`, or the next clause, like `label: ...`"),
)
"""What can stand in places that hold much: the terminals that tell such a place, and an example."""


@dataclass(frozen=True)
class Mended(Generic[T]):
    """What was read of a block after all: the tree of the mended text, and the place of each of its characters.

    ``words`` are the findings about words, which have to check too; of those that only the spelling speaks for, with
    what is told without them.
    """

    tree: T
    text: str
    places: tuple[int, ...]
    words: Words = ()


def too_deep(block: Span, code: str) -> Diagnostic | None:
    """Report P009 where braces, brackets or `not` are nested deeper than is read."""
    depth = 0
    for match in re.finditer(r"[{(\[\])}]", code):
        depth += 1 if match.group() in "{([" else -1
        if depth > MAX_DEPTH:
            return _deep(Span(block.source, block.start + match.start(), block.start + match.end()))
    if re.search(rf"(?:\bnot\s+){{{MAX_DEPTH}}}", code):
        return Diagnostic("P009", f"this is nested more than {MAX_DEPTH} levels deep", block, help="write one `not`")
    return None


def _deep(span: Span) -> Diagnostic:
    return Diagnostic(
        "P009",
        f"this is nested more than {MAX_DEPTH} levels deep",
        span,
        help="give a part of it a name of its own: a `measure` or a `common`",
    )


def nested_too_deeply(block: Span) -> Diagnostic:
    """Return P009 for a whole block."""
    return _deep(Span(block.source, block.start, min(block.start + 1, block.end)))


def mend(block: Span, attempt: Callable[[str], T | Stop]) -> tuple[list[Diagnostic], Mended[T] | None]:
    """Return what is wrong with the text of a block, and what was read when it was mended.

    Args:
        block: the place of the block's text.
        attempt: reads a text; the tree, or where it stopped.
    """
    text = block.text
    left = READ

    def is_left(tried: str) -> bool:
        nonlocal left
        left -= len(tried)
        return left > 0

    places = tuple(range(len(text) + 1))
    found: list[Diagnostic] = []
    words: Words = ()
    if is_too_long(text):
        result = attempt(text)
        if isinstance(result, Stop):
            return [_plain(result, block, places)], None
        return found, Mended(result, text, places)
    for proposal in reversed(list(islice(misspelt(text), 4 * MOST))):
        found.insert(0, _told(proposal, block, places))
        text, places = _edited(text, places, proposal)

    result = attempt(text)
    while isinstance(result, Stop):
        stop = result
        chosen = _choose(stop, attempt, is_left)
        if chosen is None:
            return _withdrawn(found, words, _plain(stop, block, places)), None
        proposal, result = chosen
        if proposal.code == "P019":
            return [*found, _outside(proposal, block)], None
        told = _told(proposal, block, places)
        if proposal.asks or not proposal.edits:
            return _withdrawn(found, words, told), None
        if len(found) >= MOST or (proposal.sure and result is stop and found):
            return [*found, told], None
        if told.fix is None or _collide(told.fix, found) or _is_of_an_edit(proposal, places, block, found):
            return found or [told], None
        found.append(told)
        if not proposal.sign:
            words = (*words, (told, _plain(stop, block, places) if proposal.guess else None))
        text, places = _edited(text, places, proposal)
        if isinstance(result, Stop) and not _reads_on(stop, result):
            return found, None
    return found, Mended(result, text, places, words)


def _withdrawn(found: Sequence[Diagnostic], words: Words, last: Diagnostic) -> list[Diagnostic]:
    """Return what is told of a block that stays broken: no word is mended on the line of the last mistake, which stays.

    A last mistake without advice, on a line of its own, is told when the others are mended.
    """
    instead = dict(words)
    told: list[Diagnostic] = []
    for one in found:
        plain = instead.get(one)
        if one not in instead or one.span.line != last.span.line:
            told.append(one)
        elif plain is not None:
            return [*told, plain]
        else:
            told.append(replace(one, fix=None))
    is_alone = all(one.span.line != last.span.line for one in found)
    return told if found and is_alone and last.code == "P001" else [*told, last]


def _choose(
    stop: Stop, attempt: Callable[[str], T | Stop], is_left: Callable[[str], bool]
) -> tuple[Proposal, T | Stop] | None:
    """Return the first proposal with which all is read, else the one that reads on furthest."""
    best: tuple[Proposal, Stop] | None = None
    sure: Proposal | None = None
    for proposal in _proposals(stop):
        if proposal.code == "P019" or proposal.asks:
            return proposal, stop
        if not proposal.edits:
            sure = sure or proposal
            continue
        text = applied(stop.text, proposal.edits)
        if not is_left(text):
            break
        result = attempt(text if proposal.cut is None else text[: proposal.cut])
        if not isinstance(result, Stop):
            return proposal, result
        if _reads_on(best[1] if best is not None else stop, result):
            best = (proposal, result)
        elif proposal.sure:
            sure = sure or proposal
    if best is not None:
        return best
    return None if sure is None else (sure, stop)


def _proposals(stop: Stop) -> Iterator[Proposal]:
    count = 0
    seen: set[tuple[tuple[int, int, str], ...]] = set()
    for look in (kind_form, at_stop, *SHAPES, *WORDING, *LATE_SHAPES, at_stop_at_last, *LAST):
        for proposal in look(stop):
            if proposal.edits and proposal.edits in seen:
                continue
            seen.add(proposal.edits)
            yield replace(proposal, sign=True) if look in SIGNS else proposal
            count += 1
            if count >= TRIES:
                return


def _reads_on(before: Stop, after: Stop) -> bool:
    """Whether less of the text is left to read than before."""
    left_before = len(before.text) - before.offset
    left_after = len(after.text) - after.offset
    return left_after < left_before


def _collide(fix: Fix, found: list[Diagnostic]) -> bool:
    taken = [edit.span for other in found if other.fix is not None for edit in other.fix.edits]
    return any(edit.span.start < span.end and span.start < edit.span.end for edit in fix.edits for span in taken)


def _is_of_an_edit(proposal: Proposal, places: tuple[int, ...], block: Span, found: Sequence[Diagnostic]) -> bool:
    """Whether an edit reaches into what an earlier one wrote: no place of the file is meant by it."""
    fixes = (one.fix for one in found if one.fix is not None)
    replaced = [(edit.span.start - block.start, edit.span.end - block.start) for fix in fixes for edit in fix.edits]
    return any(
        places[at] == places[at + 1] or any(start <= places[at] < end for start, end in replaced)
        for first, last, _ in proposal.edits
        for at in range(first, last)
    )


def _edited(text: str, places: tuple[int, ...], proposal: Proposal) -> tuple[str, tuple[int, ...]]:
    """Return the text with the edits made, and for each of its characters the place it stood at."""
    for start, end, new in sorted(proposal.edits, reverse=True):
        text = text[:start] + new + text[end:]
        places = (*places[:start], *([places[start]] * len(new)), *places[end:])
    if proposal.cut is not None:
        text, places = text[: proposal.cut], places[: proposal.cut + 1]
    return text, places


def _span(block: Span, places: tuple[int, ...], start: int, end: int) -> Span:
    first = block.start + places[min(start, len(places) - 1)]
    last = block.start + places[min(end, len(places) - 1)]
    return Span(block.source, first, max(first, last))


def told(proposal: Proposal, block: Span) -> Diagnostic:
    """Return a proposal for a block as it is told."""
    return _told(proposal, block, tuple(range(len(block.text) + 1)))


def _told(proposal: Proposal, block: Span, places: tuple[int, ...]) -> Diagnostic:
    edits = tuple(Edit(_span(block, places, start, end), new) for start, end, new in proposal.edits)
    labels = tuple(Label(_span(block, places, start, end), text) for start, end, text in proposal.labels)
    fix = Fix(proposal.title, edits, safe=proposal.safe) if edits else None
    return Diagnostic(
        proposal.code,
        proposal.message,
        _span(block, places, proposal.start, proposal.end),
        help=proposal.help,
        labels=labels,
        fix=fix,
    )


def _outside(proposal: Proposal, block: Span) -> Diagnostic:
    """Return P019 with the edits that put the clause into the braces of the form above, where there is one."""
    text = block.source.text
    brace = len(text[: block.start].rstrip()) - 1
    fix = None
    if brace >= 0 and text[brace] == "}":
        line = text.rfind("\n", 0, brace)
        start = line if line >= 0 and not text[line:brace].strip() else brace
        source = block.source
        edits = (
            Edit(Span(source, start, brace + 1), ""),
            Edit(Span(source, block.start, block.start), "  "),
            Edit(Span(source, block.end, block.end), "\n}"),
        )
        fix = Fix("put it into the form above", edits)
    span = Span(block.source, block.start + proposal.start, block.start + proposal.end)
    return Diagnostic(proposal.code, proposal.message, span, help=proposal.help, fix=fix)


def _plain(stop: Stop, block: Span, places: tuple[int, ...]) -> Diagnostic:
    """Return P001: nothing that people usually mistype stands here."""
    word = re.match(r"\S+", blanked(stop.text)[stop.offset :])
    end = stop.offset + (len(word.group()) if word else 0)
    end = min(end, stop.offset + 40)
    shown = stop.text[stop.offset : end]
    message = f"I cannot read on at `{shown}`" if shown else "the form ends before it is complete"
    help_ = next((help_ for tokens, help_ in PLACES if stop.expected >= tokens), "")
    words = [words for token, words in data()["terminals"].items() if token in stop.expected]
    if not help_:
        help_ = f"here may stand {', '.join(words[:5])}" if words else "look at the line above: it is not complete"
    return Diagnostic("P001", message, _span(block, places, stop.offset, max(end, stop.offset)), help=help_)
