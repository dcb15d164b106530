"""Which findings are told: codes that are chosen, and those that are no longer new."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from dsl.codes import CODES
from dsl.diagnostics import Diagnostic, Severity, nearest

FORMAT = "1"


class BaselineError(ValueError):
    """A file is no baseline."""


class CodeError(ValueError):
    """A code or the beginning of one means no code."""


Key = tuple[str, str, str]
"""File, code and message: what a finding is known by, wherever its line moves."""


def chosen(found: Iterable[Diagnostic], select: Sequence[str], ignore: Sequence[str]) -> Iterator[Diagnostic]:
    """Yield the findings whose codes begin as chosen and not as ignored; errors are always told.

    Raises:
        CodeError: something chosen or ignored begins no code.
    """
    wanted, unwanted = _codes(select), _codes(ignore)
    for diagnostic in found:
        is_wanted = not wanted or diagnostic.code.startswith(wanted)
        if diagnostic.severity is Severity.ERROR or (is_wanted and not diagnostic.code.startswith(unwanted or ("-",))):
            yield diagnostic


def _codes(given: Sequence[str]) -> tuple[str, ...]:
    prefixes = tuple(word.strip().upper() for text in given for word in text.split(",") if word.strip())
    for prefix in prefixes:
        if not any(code.startswith(prefix) for code in CODES):
            near = nearest(prefix, CODES)
            raise CodeError(f"there is no code `{prefix}`" + (f"; did you mean `{near}`?" if near else ""))
    return prefixes


def read_baseline(path: Path) -> Counter[Key]:
    """Return the findings of a baseline.

    Raises:
        BaselineError: the file is none.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["merit_baseline"] != FORMAT:
            raise BaselineError(f"`{path}` is a baseline of another version")
        return Counter({(one["file"], one["code"], one["message"]): int(one["count"]) for one in data["findings"]})
    except (KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BaselineError(f"`{path}` is no baseline; write one with --update-baseline") from error


def write_baseline(path: Path, found: Iterable[Diagnostic]) -> int:
    """Write the findings that are no errors to a baseline; return how many there are."""
    counted = Counter(_key(one) for one in found if one.severity is not Severity.ERROR)
    findings = [
        {"file": file, "code": code, "message": message, "count": count}
        for (file, code, message), count in sorted(counted.items())
    ]
    text = json.dumps({"merit_baseline": FORMAT, "findings": findings}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return counted.total()


def new(found: Iterable[Diagnostic], known: Counter[Key]) -> Iterator[Diagnostic]:
    """Yield the findings that a baseline does not have; errors are always new."""
    left = Counter(known)
    for diagnostic in found:
        key = _key(diagnostic)
        if diagnostic.severity is not Severity.ERROR and left[key] > 0:
            left[key] -= 1
        else:
            yield diagnostic


def _key(diagnostic: Diagnostic) -> Key:
    return Path(diagnostic.span.source.name).as_posix(), diagnostic.code, diagnostic.message
