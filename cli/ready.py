"""What is kept beside policies: read from their folder, told as findings, begun where it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from cli.beginnings import begin
from cli.console import CLEAN, FINDINGS, diagnostic_text, fail_usage, paint, read_file
from cli.data_files import Data
from cli.docs import is_stale
from cli.scenario_files import ReadFile, read_files, run_files, scenario_files
from dsl.diagnostics import Diagnostic, Severity
from dsl.format.formatter import format_source
from dsl.lint.runner import linted
from dsl.load import Loaded
from dsl.source import Source, Span
from evaluator.engine import Engine
from review.scenarios import report
from review.scenarios.ready.boundaries import all_boundaries
from review.scenarios.ready.duties import duties
from review.scenarios.ready.kept import Kept, duty
from review.scenarios.ready.page import page

SETTINGS = "ready.yaml"


def kept_beside(folders: Sequence[Path], read: Sequence[ReadFile]) -> Kept:
    """Return what is kept beside policies, or leave with exit code 2 where they say nothing of being ready."""
    folder = next((one for one in folders if (one / SETTINGS).is_file()), None)
    if folder is None:
        fail_usage(
            f"--ready needs a `{SETTINGS}` in the folder of the policies; an empty one asks for citations alone, and "
            "`boundaries.yaml`, `coverage.yaml` and `sources/` beside it are looked at where they are"
        )
    sources = folder / "sources"
    texts = sources / "texts.yaml"
    return Kept(
        folder=folder,
        settings=read_file(folder / SETTINGS),
        boundaries=[read_file(path) for path in sorted(folder.rglob("boundaries.yaml"))],
        coverage=_optional(folder / "coverage.yaml"),
        registers=[read_file(path) for path in sorted(sources.glob("*.yaml")) if path != texts],
        texts=_optional(texts),
        survivors=_optional(folder / "mutation.yaml"),
        scenarios={one.file.name: one.file for one in read},
    )


def left_to_do(loaded: Loaded, kept: Kept) -> tuple[Diagnostic, ...]:
    """Return what is left to do in and beside the policies before a change of them is ready."""
    return duties(loaded.document, loaded.core, kept, _page_of(kept))


def left_to_make(loaded: Loaded, engine: Engine, kept: Kept) -> Iterator[Diagnostic]:
    """Yield what a command makes anew.

    Reports:
        R152 a policy file that is not laid out.
        R153 a guide that is not what the policies make.
    """
    for source in loaded.sources:
        if source.name.endswith(".policy") and format_source(source)[0] != source.text:
            yield duty("R152", "this file is not laid out", Span(source, 0, 0), "run `merit fmt policies`")
    guide = kept.wanted.guide
    if guide and is_stale(engine, Path(guide)):
        advice = "make it anew with `merit docs --format markdown`"
        yield duty("R153", f"`{guide}` is not what the policies make", Span(Source(guide, ""), 0, 0), advice)


def tell_ready(loaded: Loaded, engine: Engine, read: Sequence[ReadFile], folders: Sequence[Path], write: bool) -> int:
    """Say whether a change is ready and what is left to do, and return the exit code.

    Args:
        loaded: policies without errors.
        engine: over them.
        read: all scenarios.
        folders: the policies' folders, of which one holds the settings.
        write: whether to write the beginnings of what is missing, and the page of boundaries.
    """
    kept = kept_beside(folders, read)
    ran = run_files(engine, read)
    failed = [one for one in ran if not one.result.passed]
    if failed:
        for line in report.text_lines(ran, paint=paint):
            click.echo(line)
        click.echo("not ready: what is missing is looked for when all scenarios pass")
        return FINDINGS
    found = (
        *(one for one in linted(loaded, {}, cited_by(read)) if one.severity is not Severity.INFO),
        *left_to_do(loaded, kept),
        *left_to_make(loaded, engine, kept),
    )
    if write and found:
        for line in begin(engine, loaded, kept, read):
            click.echo(f"wrote {line}")
        return _again(loaded, engine, folders, ran)
    return _told(found, len(ran))


def _again(loaded: Loaded, engine: Engine, folders: Sequence[Path], ran: Sequence[report.Ran]) -> int:
    """Look once more, at the files as they are now; of their scenarios only those of new files are run."""
    read = read_files(scenario_files(folders), lambda _: True)
    kept = kept_beside(folders, read)
    page = write_page(kept)
    if page is not None:
        click.echo(f"wrote {page}")
    before = {one.file for one in ran}
    new = run_files(engine, [one for one in read if one.file.name not in before])
    if any(not one.result.passed for one in new):
        for line in report.text_lines(new, paint=paint):
            click.echo(line)
    return _told((*left_to_do(loaded, kept), *left_to_make(loaded, engine, kept)), len(ran) + len(new))


def _told(found: Sequence[Diagnostic], scenarios: int) -> int:
    for one in found:
        click.echo(diagnostic_text(one))
    if not found:
        click.echo(f"ready: {scenarios} scenarios pass and nothing is left to do")
        return CLEAN
    click.echo(f"not ready: {len(found)} thing{'' if len(found) == 1 else 's'} left to do")
    return FINDINGS


def cited_by(read: Sequence[ReadFile]) -> frozenset[str]:
    """Return the sources that scenarios cite."""
    return frozenset(cite.source for one in read for scenario in one.file.scenarios for cite in scenario.cites)


def write_page(kept: Kept) -> Path | None:
    """Make the page of boundaries anew; return it where it changed."""
    file = Path(kept.wanted.page) if kept.wanted.page else None
    text = page(all_boundaries(kept))
    if file is None or _page_of(kept) == text:
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def _page_of(kept: Kept) -> str | None:
    file = Path(kept.wanted.page or ".")
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _optional(file: Path) -> Data | None:
    return read_file(file) if file.is_file() else None
