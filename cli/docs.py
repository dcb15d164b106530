"""``merit docs``: the programme guide, made from the policies."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from cli.console import CLEAN, FINDINGS, as_of_option, existing, load_engine, policy_folders, today
from evaluator.engine import Engine
from review.formats.pages import DOCS
from review.guide.site import site_of

_MADE = re.compile(r'(?:<!-- |<meta name="generator" content=")merit docs(?:, as of (\d{4}-\d{2}-\d{2}))?(?: -->|">)')


@click.command(short_help="Make the programme guide.")
@click.argument("paths", nargs=-1)
@click.option("--out", metavar="DIR", help="Where to write it.  [default: build/guide, Markdown docs/guide]")
@click.option("--format", "form", type=click.Choice(list(DOCS)), help="What to write.  [default: html]")
@as_of_option("Day whose state is told", otherwise="today, or the day of the Markdown guide that is there,")
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where the Markdown guide is stale."
)
def docs(paths: tuple[str, ...], out: str | None, form: str | None, as_of: date | None, only_check: bool) -> None:
    """Write the policies in PATHS, by default in the folder policies, as a guide for people who run the programme.

    A page for every rule with its figures, dates and sources, tables, and what changes when. HTML is opened from
    build/guide/index.html; the Markdown in docs/guide is kept beside the policies, and --check tells when it is stale.
    """
    engine = load_engine(existing(paths) if paths else policy_folders(()))
    form = form or ("markdown" if only_check else "html")
    folder = Path(out or DOCS[form].folder)
    # What is committed changes with the policies, not with the day on which somebody makes it again.
    kept = _day_of(folder / DOCS[form].first) if only_check or form == "markdown" else None
    site = site_of(engine.core, engine.document, as_of or kept or today())
    files = DOCS[form].write(site)
    if only_check:
        sys.exit(_check(folder, files, form))
    folder.mkdir(parents=True, exist_ok=True)
    for old in _made_before(folder, DOCS[form].suffix):
        if old.name not in files:
            old.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    click.echo(f"{folder / DOCS[form].first}: {len(site.pages)} pages in {len(files)} files")


def is_stale(engine: Engine, folder: Path) -> bool:
    """Whether the Markdown guide of a folder is another than the policies make for its day."""
    day = _day_of(folder / DOCS["markdown"].first)
    files = DOCS["markdown"].write(site_of(engine.core, engine.document, day or today()))
    return any(_read(folder / name) != text for name, text in files.items()) or any(
        old.name not in files for old in _made_before(folder, DOCS["markdown"].suffix)
    )


def _check(folder: Path, files: Mapping[str, str], form: str) -> int:
    """Say which files are stale, and return the exit code."""
    stale = [name for name, text in files.items() if _read(folder / name) != text]
    gone = [old.name for old in _made_before(folder, DOCS[form].suffix) if old.name not in files]
    for name in stale:
        click.echo(f"{folder / name} is {'stale' if (folder / name).exists() else 'missing'}")
    for name in gone:
        click.echo(f"{folder / name} is no longer made")
    if not stale and not gone:
        click.echo(f"{folder} is as the policies are")
        return CLEAN
    click.echo(f"make it again: merit docs --format {form} --out {folder}")
    return FINDINGS


def _day_of(file: Path) -> date | None:
    """Return the day whose state a guide tells that was made before."""
    found = _MADE.search((_read(file) or "")[:600])
    return date.fromisoformat(found.group(1)) if found is not None and found.group(1) else None


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


def _made_before(folder: Path, suffix: str) -> list[Path]:
    """Return the files of a folder that this command has made; others are let alone."""
    if not folder.is_dir():
        return []
    return [file for file in sorted(folder.glob(f"*{suffix}")) if _MADE.search(file.read_text(encoding="utf-8")[:600])]
