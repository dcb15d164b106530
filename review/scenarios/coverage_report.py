"""Coverage as text, JSON, Markdown and lcov."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from review.scenarios.coverage import Covered, share

Json = Any


def by_file(parts: Iterable[Covered]) -> dict[str, list[Covered]]:
    """Return parts by the file they stand in."""
    found: dict[str, list[Covered]] = {}
    for one in parts:
        found.setdefault(one.part.file, []).append(one)
    return found


def by_rule(parts: Iterable[Covered]) -> dict[str, list[Covered]]:
    """Return parts by the first rule that has them, rules sorted."""
    found: dict[str, list[Covered]] = {}
    for one in sorted(parts, key=lambda one: one.part.rule):
        found.setdefault(one.part.rule, []).append(one)
    return found


def review_line(waiting: int) -> str:
    """Return how many scenarios wait for review, as a line."""
    subject = "1 scenario waits" if waiting == 1 else f"{waiting} scenarios wait"
    return f"{subject} for review and {'counts' if waiting == 1 else 'count'} for nothing"


def as_text(parts: Iterable[Covered], *, all_parts: bool = False, waiting: int = 0) -> Iterator[str]:
    """Yield a line for each part that misses something, the shares by file, and the whole last."""
    shown = list(parts)
    for one in shown:
        if one.missing or all_parts:
            seen = "covered" if one.asked else "left to faults"
            missing = f"not seen: {', '.join(one.missing)}" if one.missing else seen
            yield f"{one.part.place}: {one.part.kind} {one.part.name} of {one.part.rule}: {missing}"
    files = by_file(shown)
    width = max(map(len, files), default=0)
    for file, found in files.items():
        yield f"{file.ljust(width)}  {share(found):>5} %"
    if waiting:
        yield review_line(waiting)
    yield f"{len(shown)} parts, {share(shown)} % of what they ask was seen"


def as_json(parts: Iterable[Covered], *, waiting: int = 0) -> dict[str, Json]:
    """Return the coverage as JSON: the shares, whole, by file and by rule, and every part."""
    shown = list(parts)
    return {
        "share": str(share(shown)),
        "waiting_for_review": waiting,
        "files": {file: str(share(found)) for file, found in by_file(shown).items()},
        "rules": {rule: str(share(found)) for rule, found in by_rule(shown).items()},
        "parts": [
            {
                "kind": one.part.kind,
                "name": one.part.name,
                "rule": one.part.rule,
                "at": one.part.place,
                "seen": [aspect for aspect in one.asked if aspect in one.seen],
                "missing": list(one.missing),
            }
            for one in shown
        ],
    }


def as_markdown(parts: Iterable[Covered], *, waiting: int = 0) -> str:
    """Return a table of the shares by file, worst first, and what is missing below it."""
    shown = list(parts)
    rows = sorted((share(found), file, len(found)) for file, found in by_file(shown).items())
    lines = ["| file | parts | seen |", "| --- | ---: | ---: |"]
    lines.extend(f"| {file} | {size} | {seen} % |" for seen, file, size in rows)
    lines.append(f"| **all** | {len(shown)} | {share(shown)} % |")
    missing = [one for one in shown if one.missing]
    if missing:
        lines += ["", "<details><summary>What was not seen</summary>", ""]
        lines += [f"- `{one.part.place}` {one.part.kind} {one.part.name}: {', '.join(one.missing)}" for one in missing]
        lines += ["", "</details>"]
    if waiting:
        lines += ["", review_line(waiting)]
    return "\n".join(lines) + "\n"


def as_lcov(parts: Iterable[Covered]) -> str:
    """Return line coverage in lcov's format: a line counts as hit where nothing asked of it is missing."""
    out: list[str] = []
    for file, found in sorted(by_file(parts).items()):
        hits: dict[int, bool] = {}
        for one in found:
            hits[one.part.line] = hits.get(one.part.line, True) and not one.missing
        out.extend(("TN:", f"SF:{file}"))
        out.extend(f"DA:{line},{int(hit)}" for line, hit in sorted(hits.items()))
        out.extend((f"LF:{len(hits)}", f"LH:{sum(hits.values())}", "end_of_record"))
    return "\n".join(out) + ("\n" if out else "")
