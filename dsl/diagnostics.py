"""What is wrong with the author's text, where, and what to type instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dsl.source import Span


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops a load, a warning does not, an information asks for nothing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Label:
    """A further place that belongs to a diagnostic, with what stands there."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of a span."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a diagnostic; ``safe`` ones keep the meaning the author had in mind."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a registered code, a sentence, a place, and advice.

    ``message`` is one lower-case sentence without final period; ``help`` says what to type.
    """

    code: str
    message: str
    span: Span
    help: str = ""
    labels: tuple[Label, ...] = ()
    fix: Fix | None = None
    severity: Severity = Severity.ERROR


class PolicyErrors(Exception):
    """The policies have errors; ``diagnostics`` tells all of them, warnings too."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        errors = [d for d in diagnostics if d.severity is Severity.ERROR]
        first = f"{errors[0].span.place}: {errors[0].message} [{errors[0].code}]" if errors else "no error"
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(first + more)


def sorted_diagnostics(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Order by source, place and code, without repetitions."""
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda d: (d.span.source.name, d.span.start, d.code, d.message)))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like ``word``, or None where nothing is alike.

    The end of a dotted word is compared too, so that ``security`` finds ``designation.security``.
    """
    found = all_nearest(word, known)
    return found[0] if found else None


def all_nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the known words most like ``word``: several where they are equally so, none where nothing is alike."""
    options = sorted(set(known))
    lowered = word.lower()
    # One letter in three may differ in a short word, fewer in a longer one.
    found = _closest(lowered, options, 0.66 if len(word) <= 4 else 0.72)
    if found:
        return found
    by_end: dict[str, list[str]] = {}
    for option in options:
        by_end.setdefault(option.rsplit(".", 1)[-1], []).append(option)
    ends = _closest(lowered.rsplit(".", 1)[-1], list(by_end), 0.72)
    return tuple(option for end in ends for option in by_end[end])


def _closest(word: str, options: Sequence[str], cutoff: float) -> tuple[str, ...]:
    best = difflib.get_close_matches(word, options, n=1, cutoff=cutoff)
    if not best:
        return ()
    matcher = difflib.SequenceMatcher(b=word)

    def ratio(option: str) -> float:
        matcher.set_seq1(option)
        return matcher.ratio()

    most = ratio(best[0])
    return (*best, *(option for option in options if option != best[0] and ratio(option) == most))


def proposed(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the question whether the nearest known word was meant, or one of them; other advice where nothing is alike."""
    near = all_nearest(word, known)
    return f"did you mean {' or '.join(f'`{one}`' for one in sorted(near[:3]))}?" if near else otherwise


def unknown_name(code: str, what: str, name: str, at: Span, known: Iterable[str]) -> Diagnostic:
    """Return the diagnostic of a name that means nothing here; it is mended only where one name alone is nearest."""
    options = sorted(set(known))
    near = all_nearest(name, options)
    help_ = proposed(name, options, f"known are {listed(options)}" if options else f"declare the {what} first")
    fix = Fix(f"write `{near[0]}`", (Edit(at, near[0]),)) if len(near) == 1 else None
    return Diagnostic(code, f"I do not know the {what} `{name}`", at, help_, fix=fix)


def listed(words: Iterable[str], most: int = 8) -> str:
    """Write words in backticks as a list for a sentence; long lists are cut and say so."""
    all_words = list(words)
    shown = ", ".join(f"`{word}`" for word in all_words[:most])
    return shown if len(all_words) <= most else f"{shown} and {len(all_words) - most} more"
