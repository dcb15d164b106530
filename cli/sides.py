"""The sides of a comparison: a git revision, a folder, a policy document, or the working tree."""

from __future__ import annotations

import posixpath
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import click

from cli.console import Broken, diagnostic_text, fail_usage, kept, load_policies, source_of
from dsl.diagnostics import nearest
from dsl.load import SUFFIXES, Loaded, is_document, load_sources
from dsl.render import summary
from dsl.source import Source
from review.diff.compare import Side


def side(named: str | None, paths: Sequence[str]) -> Side:
    """Return a side that can be decided, or leave with what is wrong with it.

    Args:
        named: a git revision, a folder or a file; None: the working tree.
        paths: where the policies stand in the working tree and in revisions.
    """
    if named is None:
        return _whole("the working tree", load_policies([Path(path) for path in _there(paths)]))
    if Path(named).exists():
        return _whole(named, load_policies([Path(named)]))
    return _whole(named, load_sources(_of_revision(named, paths), kept()))


def _there(paths: Sequence[str]) -> Sequence[str]:
    # Where the policies were moved, each side has them at one of the places.
    there = [path for path in paths if Path(path).exists()]
    if not there:
        named = ", ".join(f"`{path}`" for path in paths)
        fail_usage(f"there is no {named} in the working tree; name the policies with --policies")
    return there


def _whole(name: str, loaded: Loaded) -> Side:
    if loaded.errors:
        told = [*map(diagnostic_text, loaded.errors), summary(loaded.diagnostics)]
        raise Broken([f"error: {name} does not check:", *told])
    return Side(name, loaded.document, loaded.core)


def _of_revision(revision: str, paths: Sequence[str]) -> list[Source]:
    """Return the policy files of a revision, named as they stand in it."""
    commit = _commit(revision)
    found: list[Source] = []
    for name in _names(commit, paths):
        suffix = PurePosixPath(name).suffix
        text = _git("show", f"{commit}:./{name}") if suffix in SUFFIXES else None
        if text is not None and (suffix == ".policy" or is_document(text)):
            found.append(Source(name, text.replace("\r\n", "\n")))
    if not found:
        elsewhere = _folder_of_policies(commit)
        more = f"; there are some in `{elsewhere}`: `--policies {elsewhere}`" if elsewhere is not None else ""
        fail_usage(f"there are no policies in {', '.join(f'`{path}`' for path in paths)} of `{revision}`{more}")
    return found


def _folder_of_policies(commit: str) -> str | None:
    """Return the folder that all policy files of a commit are in, from here."""
    folders = [str(PurePosixPath(name).parent) for name in _names(commit, ["."]) if name.endswith(".policy")]
    return posixpath.commonpath(folders) or "." if folders else None


def files_beside(named: str | None, paths: Sequence[str], wanted: Callable[[str], bool]) -> list[Source]:
    """Return the files that stand beside the policies of a side, for which ``wanted`` is true of the name without folders.

    Args:
        named: a git revision, a folder or a file, which has none beside it; None: the working tree.
        paths: where the policies stand in the working tree and in revisions.
        wanted: which files.
    """
    if named is not None and not Path(named).exists():
        commit = _commit(named)
        names = [name for name in _names(commit, paths) if wanted(PurePosixPath(name).name)]
        texts = ((name, _git("show", f"{commit}:./{name}")) for name in names)
        return [Source(name, text.replace("\r\n", "\n")) for name, text in texts if text is not None]
    folders = [Path(path) for path in (paths if named is None else (named,))]
    files = (file for folder in folders if folder.is_dir() for file in sorted(folder.rglob("*")))
    return [source_of(file) for file in files if file.is_file() and wanted(file.name)]


def _commit(revision: str) -> str:
    """Return the commit that a revision means, or leave with exit code 2."""
    if revision.startswith("-"):
        fail_usage(f"`{revision}` is no revision")
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if commit is None:
        shallow = (_git("rev-parse", "--is-shallow-repository") or "").strip() == "true"
        more = "; this clone is shallow: `git fetch --unshallow` brings the rest" if shallow else ""
        known = (_git("for-each-ref", "--format=%(refname:short)") or "").split()
        meant = nearest(revision, known)
        more = f"; did you mean `{meant}`?" if meant is not None and not shallow else more
        fail_usage(f"`{revision}` is no file, no folder, and no revision that git knows{more}")
    return commit.strip()


def _names(commit: str, paths: Sequence[str]) -> list[str]:
    names = _git("ls-tree", "-r", "-z", "--name-only", commit, "--", *paths) or ""
    return sorted(filter(None, names.split("\0")))


def _git(*arguments: str) -> str | None:
    """Return what git says, None where it says no; leave with exit code 2 where it is not there."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, encoding="utf-8", check=False)
    except OSError as error:
        fail_usage(f"a revision needs git: {error.strerror}")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"a policy file of the revision is not UTF-8: {error.reason}") from error
    return None if done.returncode else done.stdout
