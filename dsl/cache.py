"""What was read of policies before, kept on disk: who asks again starts from it.

Kept is what ``dsl.kept`` writes: values, which can do nothing when they are read. As they decide, they stand in a folder of
the user's own that nobody else can write, each with the digest of its bytes, and nothing is read that does not fit. The name
of a file is a digest of what it was made of: the texts, and the program that read them.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from dsl.source import Source

FOLDER = "MERIT_CACHE"
"""Environment variable with the folder of what is kept; empty: nothing is kept."""
MOST_FILES = 400
"""How many files are kept; then those that were asked for longest ago go."""
_HEAD = b"merit cache 2\n"
_DIGEST = 64
"""How many letters a digest has."""


class Unsafe(Exception):
    """A folder, or a file in it, that somebody else could have written."""


class Cache:
    """What was read before, by what it was read from."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        """Take the folder, and what tells a user that something of it cannot be used."""
        self.folder = folder
        self._tell = tell
        self._is_usable = True

    def key(self, what: str, sources: Sequence[Source]) -> str:
        """Return the name of what is made of sources: other texts, names or programs give another one."""
        digest = hashlib.sha256(f"{program()}\n{what}\n".encode())
        for source in sources:
            for text in (source.name, source.text):
                digest.update(f"{len(text)}\n".encode())
                digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def get(self, key: str) -> bytes | None:
        """Return what was kept; None where nothing is, or nothing that can be used."""
        if not self._is_usable:
            return None
        path = self.folder / key
        try:
            kept = self._read(path)
        except FileNotFoundError:
            return None
        except (OSError, Unsafe) as error:
            self._give_up(error)
            return None
        payload = kept[len(_HEAD) + _DIGEST :]
        digest = hashlib.sha256(payload).hexdigest().encode()
        if kept[: len(_HEAD)] != _HEAD or kept[len(_HEAD) : len(_HEAD) + _DIGEST] != digest:
            self._tell(f"`{path}` is damaged: the policies are read anew")
            with suppress(OSError):  # who cannot take it away reads anew again
                path.unlink()
            return None
        return payload

    def put(self, key: str, payload: bytes) -> None:
        """Keep something, whole or not at all."""
        if not self._is_usable:
            return
        digest = hashlib.sha256(payload).hexdigest().encode()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check(self.folder.stat(), self.folder)
            handle, name = tempfile.mkstemp(dir=self.folder)
            with os.fdopen(handle, "wb") as stream:
                stream.write(_HEAD + digest + payload)
            Path(name).replace(self.folder / key)
            self._clear()
        except (OSError, Unsafe) as error:
            self._give_up(error)

    def _read(self, path: Path) -> bytes:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as stream:
            _check(self.folder.stat(), self.folder)
            _check(os.fstat(handle), path)
            kept = stream.read()
        with suppress(OSError):  # a folder that can only be read keeps its order
            os.utime(path)
        return kept

    def _clear(self) -> None:
        files = [path for path in self.folder.iterdir() if path.is_file()]
        if len(files) > MOST_FILES:
            for path in sorted(files, key=_last_asked)[: len(files) - MOST_FILES]:
                path.unlink(missing_ok=True)

    def _give_up(self, error: Exception) -> None:
        self._is_usable = False
        self._tell(f"nothing is kept for the next time: {error}; with --no-cache nothing is tried")


def _last_asked(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process cleared it
        return 0.0


def _check(found: os.stat_result, path: Path) -> None:
    if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        raise Unsafe(f"others than you can write `{path}`")


def folder() -> Path | None:
    """Return the folder that the environment names, else one of the user's own; None: nothing is to be kept."""
    named = os.environ.get(FOLDER)
    if named is not None:
        return Path(named) if named else None
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "merit"


@cache
def program() -> str:
    """Return what tells this program from another that would read the same text otherwise."""
    here = Path(__file__).parent
    files = sorted(path for path in here.rglob("*") if path.suffix in (".py", ".lark", ".toml", ".yaml"))
    told = [f"{path.relative_to(here)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return "\n".join([sys.version, *(f"{name} {version(name)}" for name in ("lark", "pyyaml")), *told])
