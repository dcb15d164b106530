"""Policies as they stand in a git repository, read by the command ``git``: nothing is checked out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from dsl.load import SUFFIXES, is_document
from dsl.source import Source

SECONDS = 120
"""How long git may take for one answer."""


class GitTrouble(Exception):
    """Git is not there, takes too long, or reads a file that is no text; the message says which."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository: the one around the working folder, with names as they stand below that, or that of a ``.git`` folder.

    Attributes:
        folder: the ``.git`` folder, or a bare repository; None: whatever git finds from here.
    """

    folder: str | None = None

    def git(self, *arguments: str) -> str | None:
        """Return what git says; None where it says no.

        Raises:
            GitTrouble: git is not there, takes too long, or what it says is not UTF-8.
        """
        done = self.run(*arguments)
        return None if done.returncode else done.stdout

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Return what git did.

        Raises:
            GitTrouble: git is not there, takes too long, or what it says is not UTF-8.
        """
        where = () if self.folder is None else ("--git-dir", self.folder)
        # Never a question for a password: there may be nobody to answer it.
        environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
        try:
            return subprocess.run(
                ["git", *where, *arguments],
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
                timeout=SECONDS,
                env=environment,
                stdin=subprocess.DEVNULL,
            )
        except OSError as error:
            raise GitTrouble(f"a revision needs git: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise GitTrouble(f"a policy file of the revision is not UTF-8: {error.reason}") from error
        except subprocess.TimeoutExpired as error:
            raise GitTrouble(f"git does not answer within {SECONDS} seconds") from error

    def commit(self, revision: str) -> str | None:
        """Return the commit that a revision means; None where git knows none.

        Raises:
            GitTrouble: as ``git``.
        """
        if revision.startswith("-"):
            return None
        found = self.git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return None if found is None else found.strip()

    def names(self, commit: str, paths: Sequence[str]) -> list[str]:
        """Return the files of a commit below paths, in order.

        Raises:
            GitTrouble: as ``git``.
        """
        found = self.git("ls-tree", "-r", "-z", "--name-only", commit, "--", *paths) or ""
        return sorted(filter(None, found.split("\0")))

    def text(self, commit: str, name: str) -> str | None:
        """Return a file of a commit; None where it cannot be shown.

        Raises:
            GitTrouble: as ``git``.
        """
        here = "./" if self.folder is None else ""
        found = self.git("show", f"{commit}:{here}{name}")
        return None if found is None else found.replace("\r\n", "\n")

    def policies(self, commit: str, paths: Sequence[str]) -> list[Source]:
        """Return the policy files of a commit below paths, named as they stand in it.

        Raises:
            GitTrouble: as ``git``.
        """
        found: list[Source] = []
        for name in self.names(commit, paths):
            suffix = PurePosixPath(name).suffix
            text = self.text(commit, name) if suffix in SUFFIXES else None
            if text is not None and (suffix == ".policy" or is_document(text)):
                found.append(Source(name, text))
        return found
