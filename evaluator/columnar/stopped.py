"""Why a batch cannot go on, for people: a sentence, and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


class Stopped(Exception):
    """A batch cannot begin or go on; ``message`` says why and ``help`` what to do."""

    def __init__(self, message: str, help_: str) -> None:
        self.message = message
        self.help = help_
        super().__init__(f"{message}; {help_}")

    def __reduce__(self) -> tuple[type[Stopped], tuple[str, str]]:
        """Be told between processes."""
        return Stopped, (self.message, self.help)


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MAKE_ROOM = (
    "make room, or name another folder with --out; what was written whole stays, and nothing half-written counts"
)


@contextmanager
def told_plainly(doing: str) -> Iterator[None]:
    """Turn what the disk and the database say into words: a full disk, a file that is none, memory that is not enough.

    Args:
        doing: what is being done, for the sentence.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Stopped(f"there is no room left while {doing}", MAKE_ROOM) from error
        where = f" (`{error.filename}`)" if error.filename else ""
        raise Stopped(
            f"{doing} is not possible{where}: {error.strerror or error}", "see that the folder can be read and written"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise Stopped(
            f"there is not enough memory or room to sort while {doing}: {_first(error)}", MAKE_ROOM
        ) from error
    except duckdb.InvalidInputException as error:
        if "Failed to read file" not in str(error):
            raise
        raise Stopped(f"a file is damaged: {_first(error)}", "write it anew") from error
    except duckdb.IOException as error:
        if "No space left" in str(error) or "File too large" in str(error):
            raise Stopped(f"there is no room left while {doing}", MAKE_ROOM) from error
        raise Stopped(
            f"{doing} is not possible: {_first(error)}", "see that the files are whole, and can be read"
        ) from error


def _first(error: BaseException) -> str:
    return str(error).strip().splitlines()[0]
