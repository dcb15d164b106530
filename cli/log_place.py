"""Which log a command reads, and what goes wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.console import Broken, fail_usage
from server.log.settings import LOG, WrongSettings, need_log

if TYPE_CHECKING:
    from server.log.store import Store

DEFAULT = "merit-log.sqlite"
"""Where ``make run`` logs."""
Command = TypeVar("Command", bound=Callable[..., Any])


def log_option(command: Command) -> Command:
    """Add the option that names the log."""
    return click.option(
        "--log",
        "where",
        envvar=LOG,
        default=DEFAULT,
        show_default=True,
        metavar="FILE|URL",
        help="The log: a SQLite file, or the URL of a database.",
    )(command)


@contextmanager
def opened(where: str) -> Iterator[Store]:
    """Open a log for a command; what is wrong with it is told in one line."""
    try:
        need_log()
    except WrongSettings as error:
        fail_usage(str(error))
    from server.log.store import LogUnavailable, Store

    try:
        store = Store(where)
        try:
            yield store
        finally:
            store.close()
    except LogUnavailable as error:
        raise Broken([f"error: {error}"]) from error
