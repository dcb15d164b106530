"""Everything that the register of sources knows is carried by a rule, or says why not; the register is in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from dsl import document as d
from dsl.diagnostics import Diagnostic, nearest
from dsl.json_values import escaped
from dsl.source import Span
from review.scenarios.ready.kept import Kept, duty
from review.scenarios.ready.paths import unknown

Json = Any


def register_duties(document: d.Document, kept: Kept) -> Iterator[Diagnostic]:
    """Yield what is not in order in the register of sources.

    Reports:
        R131 a source of the policies that texts.yaml does not tell.
        R132 an entry's id that stands twice, or under another file's name.
        R133 a text or copy that an entry names and nobody tells.
    """
    if kept.texts is None:
        return
    texts, copies = kept.texts.value["texts"], kept.texts.value.get("copies", {})
    for key, source in document.sources.items():
        if key not in texts:
            yield duty(
                "R131",
                f"`{kept.texts.source.name}` does not tell the source `{key}`",
                source.origin,
                "add below `texts:` what it is and which version was read; `--write` writes the entry",
            )
    for key, text in texts.items():
        if "copy" in text and text["copy"] not in copies:
            place = kept.texts.place(f"/texts/{escaped(key)}/copy")
            yield duty("R133", f"there is no copy `{text['copy']}`", place, _near(text["copy"], copies, "copies"))
    seen: set[str] = set()
    for entry, span, file in _entries(kept):
        name, stem = entry["id"], PurePath(file).stem
        if name in seen:
            yield duty("R132", f"`{name}` stands twice in the register", span, "give one of the two another id")
        elif not name.startswith(f"{stem}."):
            yield duty("R132", f"the id `{name}` does not begin as its file does", span, f"begin it with `{stem}.`")
        seen.add(name)
        for word in ("source", "basis"):
            if word not in entry:
                yield duty("R133", f"`{name}` has no `{word}`", span, "write it beside the entry or for its group")
        for key in entry.get("source", ()):
            if key not in texts:
                yield duty("R133", f"there is no text `{key}`", span, _near(key, texts, "texts"))


def coverage_duties(kept: Kept, known: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the coverage of the register.

    Reports:
        R121 an entry of the register without a rule that carries it.
        R122 an entry or a path that does not exist.
        R123 more entries without a rule than may be.
    """
    if kept.coverage is None:
        return
    coverage: Mapping[str, Json] = kept.coverage.value or {}
    ids = {entry["id"]: span for entry, span, _ in _entries(kept)}
    for name, span in ids.items():
        if name not in coverage:
            advice = (
                f"write in `{kept.coverage.source.name}` which rule does, or `out` with a reason; `--write` begins it"
            )
            yield duty("R121", f"no rule is named that carries `{name}`", span, advice)
    for name, carried in coverage.items():
        pointer = f"/{escaped(name)}"
        if wrong := unknown(name, frozenset(ids)):
            yield duty("R122", f"{wrong[0]} in the register", kept.coverage.place(pointer), wrong[1] or "delete it")
        if not carried:
            advice = "write the rules, tables or figures that carry it, or `{out: why none does}`"
            yield duty("R121", f"no rule is named that carries `{name}`", kept.coverage.place(pointer), advice)
        for index, path in enumerate(carried if isinstance(carried, list) else ()):
            if wrong := unknown(path, known):
                place = kept.coverage.place(f"{pointer}/{index}")
                yield duty("R122", wrong[0], place, wrong[1] or "name what carries it now")
    if share_out(coverage) >= kept.wanted.left_out_at_most:
        message = f"{share_out(coverage):.1f} % of the entries are without a rule"
        most = f"fewer than {kept.wanted.left_out_at_most} % may be; write rules for some of them"
        yield duty("R123", message, kept.coverage.place(""), most)


def survivor_duties(kept: Kept, faults: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield the accepted survivors that are none.

    Reports:
        R141 a fault that nothing notices, and that these policies do not have, or that says no reason.
    """
    told = kept.survivors
    if told is None:
        return
    for key, reason in (told.value or {}).items():
        place = told.place(f"/{escaped(key)}")
        if key not in faults:
            yield duty("R141", f"these policies have no fault `{key}`", place, "delete it, or write what it is now")
        elif len(str(reason).split()) < 5:
            yield duty("R141", "this says no reason", place, "say in a sentence why no scenario can notice it")


def share_out(coverage: Mapping[str, Json]) -> Decimal:
    """Return the percentage of entries that no rule carries."""
    out = sum(isinstance(carried, Mapping) for carried in coverage.values())
    return Decimal(out * 100) / len(coverage) if coverage else Decimal(0)


def _entries(kept: Kept) -> Iterator[tuple[Mapping[str, Json], Span, str]]:
    """Yield the entries of the register, each with what its group says for all, its place and its file."""
    for told in kept.registers:
        for at, group in enumerate(told.value or ()):
            about = {key: value for key, value in group.items() if key not in ("about", "entries")}
            for index, entry in enumerate(group["entries"]):
                yield {**about, **entry}, told.place(f"/{at}/entries/{index}/id"), told.source.name


def _near(word: str, known: Mapping[str, Json], what: str) -> str:
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else f"tell it among the {what}"
