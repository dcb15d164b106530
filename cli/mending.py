"""Making the changes that diagnostics propose, never so that a file reads worse than before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dsl.diagnostics import Diagnostic, Severity
from dsl.fixes import apply_fixes
from dsl.parser import parse
from dsl.source import Source

ROUNDS = 10
"""What a fix brings to light is fixed too, so often at most."""

Find = Callable[[Sequence[Source]], Sequence[Diagnostic]]
"""Returns what is found in sources."""


@dataclass(frozen=True)
class Mended:
    """Sources with their fixes made, and how many findings were fixed in each that changed, by name."""

    sources: tuple[Source, ...]
    fixed: dict[str, int]


def mend(sources: Sequence[Source], find: Find, *, only_safe: bool) -> Mended:
    """Make the fixes of what is found, look again, and go on while there is something to fix.

    A change after which a form reads worse, or the policies have more errors, is left out.

    Args:
        sources: the policies.
        find: returns what is found in them.
        only_safe: make those changes only that keep the meaning.
    """
    now = list(sources)
    fixed: dict[str, int] = {}
    found = find(now)
    for _ in range(ROUNDS):
        better: dict[int, tuple[Source, int]] = {}
        for index, source in enumerate(now):
            text, count = _mended(source, found, only_safe=only_safe)
            if text != source.text:
                better[index] = (Source(source.name, text), count)
        tried = _accepted(now, better, found, find)
        if tried is None:
            break
        for index, (_, count) in better.items():
            if tried[0][index] is not now[index]:
                fixed[now[index].name] = fixed.get(now[index].name, 0) + count
        now, found = tried
    return Mended(tuple(now), fixed)


def _accepted(
    now: Sequence[Source], better: dict[int, tuple[Source, int]], found: Sequence[Diagnostic], find: Find
) -> tuple[list[Source], Sequence[Diagnostic]] | None:
    """Return the sources with the changes that bring no errors, and what is found then; None where there are none."""
    if not better:
        return None
    together = [better[index][0] if index in better else source for index, source in enumerate(now)]
    after = find(together)
    if _errors(after) <= _errors(found):
        return together, after
    kept, known, is_changed = list(now), found, False
    for index, (source, _) in better.items():
        alone = [source if at == index else other for at, other in enumerate(kept)]
        after = find(alone)
        if _errors(after) <= _errors(known):
            kept, known, is_changed = alone, after, True
    return (kept, known) if is_changed else None


def _errors(found: Iterable[Diagnostic]) -> int:
    return sum(diagnostic.severity is Severity.ERROR for diagnostic in found)


def _mended(source: Source, found: Sequence[Diagnostic], *, only_safe: bool) -> tuple[str, int]:
    """Return the text of a source with its fixes made form by form, and how many were made."""
    mine = [one for one in found if one.fix is not None and (one.fix.safe or not only_safe) and _is_in(one, source)]
    if not mine:
        return source.text, 0
    kept: list[Diagnostic] = []
    text, bad = source.text, _unreadable(source, source.text)
    for group in _by_form(source, mine):
        for trial in (group, *([one] for one in group if len(group) > 1)):
            candidate = apply_fixes(source.text, [*kept, *trial])
            if candidate == text:
                continue
            worse = _unreadable(source, candidate)
            if worse <= bad:
                kept.extend(trial)
                text, bad = candidate, worse
                break_off = trial is group
                if break_off:
                    break
    return text, len(kept)


def _is_in(diagnostic: Diagnostic, source: Source) -> bool:
    fix = diagnostic.fix
    return fix is not None and all(edit.span.source == source for edit in fix.edits)


def _by_form(source: Source, found: Sequence[Diagnostic]) -> Iterator[list[Diagnostic]]:
    """Yield the diagnostics of each form together; one that reaches over several forms is alone."""
    if not source.name.endswith(".policy"):
        yield from ([one] for one in found)
        return
    waiting = list(found)
    for block in parse(source, None)[0].blocks:
        inside = [
            one
            for one in waiting
            if one.fix is not None
            and all(block.span.start <= edit.span.start and edit.span.end <= block.span.end for edit in one.fix.edits)
        ]
        if inside:
            yield inside
        waiting = [one for one in waiting if one not in inside]
    yield from ([one] for one in waiting)


def _unreadable(source: Source, text: str) -> int:
    """Return how much of a text does not parse."""
    return len(parse(Source(source.name, text), None)[1]) if source.name.endswith(".policy") else 0


def write(source: Source) -> None:
    """Write a source to its file, with the line ends and the mark of the encoding that the file has."""
    path = Path(source.name)
    before = path.read_bytes()
    text = source.text.replace("\n", "\r\n") if b"\r\n" in before else source.text
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    path.write_bytes(mark + text.encode("utf-8"))
