"""Beginnings of what is left to do, written beside the policies: never over what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import yaml

from cli.scenario_files import ReadFile
from cli.test_generate import as_yaml, dumped
from dsl.load import Loaded
from evaluator.engine import Engine
from review.scenarios.coverage import Coverage, Covered
from review.scenarios.generate import Generated, Partners, generate_one, nearest_start, on_day, turning
from review.scenarios.ready.boundaries import all_boundaries, without_boundary
from review.scenarios.ready.kept import Kept

AROUND_A_DAY = ((-1, "The day before"), (0, "On"), (1, "The day after"))
AROUND_A_FIGURE = (("below", "One step below"), ("at", "At"), ("above", "One step above"))


def begin(engine: Engine, loaded: Loaded, kept: Kept, read: Sequence[ReadFile]) -> Iterator[str]:
    """Write what is missing as far as it can be made, and yield what was written where."""
    yield from _boundaries(engine, kept, Partners(engine, [one.file for one in read]))
    yield from _texts(loaded, kept)
    yield from _coverage(kept)


# ---- boundaries and their scenarios


def _boundaries(engine: Engine, kept: Kept, partners: Partners) -> Iterator[str]:
    if not kept.boundaries:
        return
    excused = set(kept.wanted.without_boundary)
    missing = [
        (covered, codes)
        for covered, codes in without_boundary(Coverage(engine.core).parts, engine.core, all_boundaries(kept), kept)
        if not codes & excused
    ]
    by_file: dict[str, list[tuple[Covered, set[str]]]] = {}
    for covered, codes in missing:
        by_file.setdefault(covered.part.file, []).append((covered, codes))
    for file, parts in by_file.items():
        scenarios = _new_beside(Path(file))
        entries: list[dict[str, str]] = []
        taken: set[str] = set()
        made: list[tuple[str, Generated]] = []
        for covered, codes in parts:
            sides = [_named_anew(one, taken) for one in _sides(engine, covered, partners)]
            made.extend((covered.part.rule, one) for one in sides)
            title = engine.core.rules[covered.part.rule].title
            entries.append(
                {
                    "boundary": f"{title}, {covered.part.name}",
                    "rule": sorted(codes)[-1],
                    "kind": covered.part.kind,
                    **dict(zip(("before", "on", "after"), (one.name for one in sides), strict=True)),
                    "file": scenarios.as_posix(),
                }
            )
        scenarios.write_text(as_yaml("RULE", made).replace(" --generate RULE", " --ready --write", 1), encoding="utf-8")
        listed = Path(file).parent / "boundaries.yaml"
        _append(listed, yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=1000))
        yield f"{scenarios}: {len(made)} scenarios that wait for review"
        yield f"{listed}: {len(entries)} boundar{'y' if len(entries) == 1 else 'ies'}"


def _sides(engine: Engine, covered: Covered, partners: Partners) -> Iterator[Generated]:
    if covered.part.kind == "date":
        turns = date.fromisoformat(covered.part.name)
        one = turning(engine, covered, turns, partners)
        for days, said in AROUND_A_DAY:
            yield on_day(engine, covered, turns + timedelta(days=days), said, one)
        return
    for aspect, said in AROUND_A_FIGURE:
        shown = generate_one(engine, covered, aspect, partners)
        # Where no partner is found on that side, one is shown whose facts a person changes.
        yield shown or on_day(engine, covered, None, f"(change its facts) {said}", nearest_start(covered, partners))


def _named_anew(one: Generated, taken: set[str]) -> Generated:
    """Return a scenario under a name that no other of its file has."""
    names = (one.name if number == 1 else f"{one.name} ({number})" for number in count(1))
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return replace(one, name=name)


def _new_beside(file: Path) -> Path:
    """Return a scenario file that does not exist yet, named for a policy file."""
    names = (f"{file.stem}_new{'' if number == 1 else f'_{number}'}.scenarios.yaml" for number in count(1))
    return next(path for name in names if not (path := file.with_name(name)).exists())


# ---- the register of sources


def _texts(loaded: Loaded, kept: Kept) -> Iterator[str]:
    if kept.texts is None:
        return
    told = kept.texts.value["texts"]
    missing = {
        key: {"what": source.title, "version": str(source.read.day) if source.read is not None else "unknown"}
        for key, source in loaded.document.sources.items()
        if key not in told
    }
    if missing and list(kept.texts.value)[-1] == "texts":
        _append(Path(kept.texts.source.name), "".join(f"  {line}\n" for line in dumped(missing).splitlines()))
        yield f"{kept.texts.source.name}: {', '.join(missing)}"


def _coverage(kept: Kept) -> Iterator[str]:
    if kept.coverage is None:
        return
    ids = [entry["id"] for told in kept.registers for group in told.value or () for entry in group["entries"]]
    missing = [name for name in ids if name not in (kept.coverage.value or {})]
    if missing:
        _append(Path(kept.coverage.source.name), "".join(f"{name}: []\n" for name in missing))
        yield f"{kept.coverage.source.name}: {', '.join(missing)}"


def _append(file: Path, text: str) -> None:
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(before + ("" if before.endswith("\n") or not before else "\n") + text, encoding="utf-8")
