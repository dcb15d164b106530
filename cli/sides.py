"""The sides of a comparison: a git revision, a folder, a policy document, or the working tree."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import click

from cli.console import Broken, diagnostic_text, fail_usage, kept, load_policies, source_of
from dsl.diagnostics import nearest
from dsl.load import Loaded, load_sources
from dsl.render import summary
from dsl.source import Source
from review.diff.compare import Side
from review.revisions import GitTrouble, Repository

HERE = Repository()
"""The repository around the working folder."""


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
    with _told():
        found = HERE.policies(commit, paths)
    if not found:
        elsewhere = _folder_of_policies(commit)
        more = f"; there are some in `{elsewhere}`: `--policies {elsewhere}`" if elsewhere is not None else ""
        fail_usage(f"there are no policies in {', '.join(f'`{path}`' for path in paths)} of `{revision}`{more}")
    return found


def _folder_of_policies(commit: str) -> str | None:
    """Return the folder that all policy files of a commit are in, from here."""
    with _told():
        names = HERE.names(commit, ["."])
    folders = [str(PurePosixPath(name).parent) for name in names if name.endswith(".policy")]
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
        with _told():
            names = [name for name in HERE.names(commit, paths) if wanted(PurePosixPath(name).name)]
            texts = [(name, HERE.text(commit, name)) for name in names]
        return [Source(name, text) for name, text in texts if text is not None]
    folders = [Path(path) for path in (paths if named is None else (named,))]
    files = (file for folder in folders if folder.is_dir() for file in sorted(folder.rglob("*")))
    return [source_of(file) for file in files if file.is_file() and wanted(file.name)]


def _commit(revision: str) -> str:
    """Return the commit that a revision means, or leave with exit code 2."""
    if revision.startswith("-"):
        fail_usage(f"`{revision}` is no revision")
    with _told():
        commit = HERE.commit(revision)
        if commit is None:
            shallow = (HERE.git("rev-parse", "--is-shallow-repository") or "").strip() == "true"
            known = (HERE.git("for-each-ref", "--format=%(refname:short)") or "").split()
            meant = nearest(revision, known)
            if shallow:
                more = (
                    "; this clone is shallow: `git fetch --unshallow` brings the rest of its history, "
                    "`git fetch origin NAME:NAME` another branch"
                )
            elif meant is not None:
                more = f"; did you mean `{meant}`?"
            else:
                more = "; `git branch --all` and `git tag` list those it knows" if known else ""
            fail_usage(f"`{revision}` is no file, no folder, and no revision that git knows{more}")
    return commit


@contextmanager
def _told() -> Iterator[None]:
    """Leave with exit code 2 where git is not there, or cannot read what it is asked for."""
    try:
        yield
    except GitTrouble as error:
        raise click.UsageError(str(error)) from error
