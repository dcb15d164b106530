"""``merit fmt``: policies in their canonical layout."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from cli.console import (
    BROKEN,
    CLEAN,
    DEFAULT_POLICIES,
    FINDINGS,
    diagnostic_text,
    existing,
    fail_usage,
    paint,
    policy_folders,
    source_of,
)
from dsl.format.formatter import format_source
from dsl.source import Source

SUFFIX = ".policy"


@click.command(short_help="Lay out policies canonically.")
@click.argument("paths", nargs=-1)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where a file would change.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; show what would change.")
def fmt(paths: tuple[str, ...], only_check: bool, show_diff: bool) -> None:
    """Lay out policy files in PATHS, by default in the folder policies; - is standard input to standard output.

    What does not parse stays to the letter and is told.
    """
    if paths == ("-",):
        _stream()
    files = _files(existing(paths) if paths else policy_folders(()))
    changed = 0
    broken = False
    for file in files:
        source = source_of(file)
        text, found = format_source(source)
        for diagnostic in found:
            click.echo(diagnostic_text(diagnostic), err=True)
        broken = broken or bool(found)
        if text == source.text:
            continue
        changed += 1
        if show_diff:
            _show_diff(source, text)
        if only_check and not show_diff:
            click.echo(f"would lay out {file}")
        if not only_check and not show_diff:
            file.write_text(text, encoding="utf-8", newline="")
    writes = not (only_check or show_diff)
    click.echo(_summary(changed, len(files) - changed, writes), err=show_diff)
    sys.exit(BROKEN if broken else FINDINGS if changed and not writes else CLEAN)


def _stream() -> None:
    text, found = format_source(source_of(Path("-")))
    click.echo(text, nl=False)
    for diagnostic in found:
        click.echo(diagnostic_text(diagnostic), err=True)
    sys.exit(BROKEN if found else CLEAN)


def _files(paths: list[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        for file in sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]:
            if file.suffix != SUFFIX:
                fail_usage(f"`{file}` is no {SUFFIX} file; only these have a layout of their own")
            found[file] = None
    if not found:
        fail_usage(f"there are no {SUFFIX} files in {', '.join(f'`{path}`' for path in paths) or DEFAULT_POLICIES}")
    return list(found)


def _show_diff(source: Source, text: str) -> None:
    lines = difflib.unified_diff(
        source.text.splitlines(), text.splitlines(), source.name, f"{source.name}, laid out", lineterm=""
    )
    for line in lines:
        kind = {"+": "met", "-": "unmet", "@": "faint"}.get(line[:1], "")
        click.echo(paint(line, kind))


def _summary(changed: int, same: int, writes: bool) -> str:
    def counted(size: int) -> str:
        return f"{size} file{'' if size == 1 else 's'}"

    parts = [f"{counted(changed)} {'laid out' if writes else 'would change'}"] if changed else []
    parts.append(f"{counted(same)} unchanged")
    return ", ".join(parts)
