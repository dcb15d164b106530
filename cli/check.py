"""``merit check``: what is wrong with policies."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from cli.baseline import BaselineError, CodeError, chosen, new, read_baseline, write_baseline
from cli.console import CLEAN, FINDINGS, echo_in, existing, fail_usage, format_option, load_policies, policy_folders
from cli.mending import mend, write
from dsl.codes import CODES, explain
from dsl.diagnostics import Severity, nearest
from dsl.lint.runner import linted
from dsl.load import Loaded, load_sources, misnamed, policy_files
from review.formats.diagnostics import CHECK, Checked
from review.languages.voice import ENGLISH, LANGUAGES

Json = Any
POLL_S = 0.3
"""How often watched files are looked at."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a check."""

    paths: Sequence[Path]
    form: str
    mend: bool
    unsafe: bool
    texts: Mapping[str, str]
    baseline: Path | None
    update: bool
    select: Sequence[str]
    ignore: Sequence[str]
    language: str | None


@click.command(short_help="Report what is wrong with policies.")
@click.argument("paths", nargs=-1)
@format_option(CHECK)
@click.option("--fix", "mend", is_flag=True, help="Make the proposed changes that keep the meaning, then check.")
@click.option("--unsafe-fixes", "unsafe", is_flag=True, help="Make all proposed changes, then check; review them.")
@click.option("--explain", "code", metavar="CODE", help="Say what a code means, for example C104, and check nothing.")
@click.option("--select", multiple=True, metavar="CODES", help="Tell only warnings whose codes begin so: L1,C403.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Leave out warnings whose codes begin so.")
@click.option("--baseline", metavar="FILE", help="Leave out the warnings that stand in FILE.")
@click.option("--update-baseline", "update", is_flag=True, help="Write the warnings of now to the baseline.")
@click.option("--sources", metavar="DIR", help="Look up cited places in the texts of DIR, named by source: faq.md.")
@click.option("--lang", "language", metavar="LANGUAGE", help="Tell titles without a translation, for example ja.")
@click.option("--watch", "watched", is_flag=True, help="Check again whenever a file changes; Ctrl-C ends it.")
def check(
    paths: tuple[str, ...],
    form: str,
    mend: bool,
    unsafe: bool,
    code: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    baseline: str | None,
    update: bool,
    sources: str | None,
    language: str | None,
    watched: bool,
) -> None:
    """Report what is wrong with the policies in PATHS, by default in the folder policies.

    Files are checked together, as they are decided together. What stands in them may be wrong (an error), or allowed
    and probably not meant (a warning, told where there is no error): both end with exit code 1. What is only
    information leaves it 0. Behind a clause, `allow L104 "reason"` says that a warning is none there.
    """
    if code is not None:
        _explain(code)
        return
    if update and baseline is None:
        fail_usage("--update-baseline needs --baseline FILE")
    given = existing(paths) if paths else policy_folders(())
    texts = texts_of(Path(sources)) if sources is not None else {}
    file = Path(baseline) if baseline is not None else None
    asked = Asked(given, form, mend, unsafe, texts, file, update, select, ignore, _language(language))
    if watched:
        watch(given, partial(_once, asked))
        sys.exit(CLEAN)
    sys.exit(_once(asked))


def _language(asked: str | None) -> str | None:
    """Return a language that titles may be told in: one with catalogues as it stands there, else as it is written."""
    if asked is None:
        return None
    if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4})?", asked) is None or asked.lower() == ENGLISH:
        fail_usage(f"--lang: titles are told in no language `{asked}`; write a tag, like ja or zh-TW")
    return next((tag for tag in LANGUAGES if tag.lower() == asked.lower()), asked)


def _explain(code: str) -> None:
    if code.upper() not in CODES:
        near = nearest(code.upper(), CODES)
        fail_usage(f"there is no code `{code}`" + (f"; did you mean `{near}`?" if near else ""))
    click.echo(explain(code), nl=False)


def _once(asked: Asked) -> int:
    """Check once and print what was found; return the exit code."""
    loaded = load_policies(asked.paths)
    cited = _cited(asked.paths)
    if asked.mend or asked.unsafe:
        loaded = _mended(asked, loaded, cited)
    try:
        everything = [*misnamed(asked.paths), *linted(loaded, asked.texts, cited, asked.language)]
        found = list(chosen(everything, asked.select, asked.ignore))
        kept = 0
        if asked.baseline is not None and asked.update:
            kept = write_baseline(asked.baseline, found)
            found = [one for one in found if one.severity is Severity.ERROR]
        elif asked.baseline is not None:
            if not asked.baseline.exists():
                fail_usage(f"there is no `{asked.baseline}`; write it with --update-baseline")
            unknown = list(new(found, read_baseline(asked.baseline)))
            kept, found = len(found) - len(unknown), unknown
    except (BaselineError, CodeError) as error:
        fail_usage(str(error))
    echo_in(asked.form, CHECK, Checked(found, loaded, kept))
    return FINDINGS if any(one.severity is not Severity.INFO for one in found) else CLEAN


def _mended(asked: Asked, loaded: Loaded, cited: frozenset[str]) -> Loaded:
    """Make the changes that are proposed, in the files, and say how many; return the policies after it."""
    before = {source.name: source for source in loaded.sources}
    result = mend(
        loaded.sources,
        lambda sources: list(chosen(linted(load_sources(sources), asked.texts, cited), asked.select, asked.ignore)),
        only_safe=not asked.unsafe,
    )
    for source in result.sources:
        if source.text != before[source.name].text:
            write(source)
            click.echo(f"fixed {result.fixed[source.name]} in {source.name}", err=True)
    return load_sources(result.sources) if result.fixed else loaded


# ---- what stands beside the policies ----------------------------------------------------------------------------


def texts_of(folder: Path) -> dict[str, str]:
    """Return the texts of a folder by the source they are of: `faq.md` and `faq.2.txt` are of `faq`."""
    if not folder.is_dir():
        fail_usage(f"there is no folder `{folder}`")
    texts: dict[str, str] = {}
    for file in sorted(folder.iterdir()):
        if file.is_file() and not file.name.startswith("."):
            text = file.read_text(encoding="utf-8", errors="replace")
            key = file.name.split(".", 1)[0]
            texts[key] = f"{texts[key]}\n{text}" if key in texts else text
    return texts


def _cited(paths: Sequence[Path]) -> frozenset[str]:
    """Return the sources that scenarios beside the policies cite."""
    files = {
        file
        for path in paths
        for file in (path.rglob("*.scenarios.yaml") if path.is_dir() else path.parent.glob("*.scenarios.yaml"))
    }
    pattern = re.compile(r"\bsource:\s*[\"']?([a-z]\w*)")
    return frozenset(
        key for file in files for key in pattern.findall(file.read_text(encoding="utf-8", errors="replace"))
    )


# ---- watching ---------------------------------------------------------------------------------------------------


def watch(paths: Sequence[Path], run: Callable[[], object]) -> None:
    """Run now and after every change of the policies in paths, until interrupted.

    Args:
        paths: policy files and folders; files that come or go count as changes.
        run: prints what is found; what it cannot read is told, and looked at again after the next change.
    """
    try:
        while True:
            seen = _stamps(paths)
            if sys.stdout.isatty():
                click.clear()
            try:
                run()
            except click.ClickException as error:
                error.show()
            except FileNotFoundError as error:
                # An editor may put a file away while it writes the new one.
                click.echo(f"error: {error}", err=True)
            click.echo("watching for changes; Ctrl-C ends", err=True)
            while _stamps(paths) == seen:
                time.sleep(POLL_S)
    except KeyboardInterrupt:
        return


def _stamps(paths: Sequence[Path]) -> dict[Path, int]:
    """Return when each file was last changed; one that has just gone is left out."""
    stamps: dict[Path, int] = {}
    try:
        for file in policy_files(paths):
            stamps[file] = file.stat().st_mtime_ns
    except (OSError, UnicodeDecodeError):
        return stamps
    return stamps
