"""Which log the service writes to: read off the environment, for a server that is configured from outside."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.log.decisions import DecisionLog
    from server.log.entries import Head
    from server.log.masks import Masks

LOG = "MERIT_LOG"
"""Environment variable with the path of a SQLite file or the URL of a database; empty: nothing is logged."""
MODE = "MERIT_LOG_MODE"
"""Environment variable: ``required``, which is usual, or ``best-effort``."""
MASKS = "MERIT_LOG_MASKS"
"""Environment variable with JSON pointers of what is masked, separated by spaces."""
KEY = "MERIT_LOG_KEY"
"""Environment variable with the path of the private key that signs the heads of the log; empty: they are not signed."""
MODES = ("required", "best-effort")


class WrongSettings(ValueError):
    """What is set for the log does not fit."""


def opened(
    where: str, mode: str = "required", masks: Sequence[str] = (), key: str = "", *, names: bool = False
) -> DecisionLog | None:
    """Return the log that is set, None where none is; ``names``: several programmes log into it.

    Raises:
        WrongSettings: a setting is wrong, the log cannot be opened, or what it needs is not installed.
    """
    found = check(where, mode, masks, key)
    if found is None:
        return None
    from server.log.decisions import DecisionLog
    from server.log.store import LogUnavailable

    try:
        return DecisionLog(where, "required" if mode == "required" else "best-effort", *found, names=names)
    except LogUnavailable as error:
        raise WrongSettings(str(error)) from error


def check(where: str, mode: str, masks: Sequence[str], key: str) -> tuple[Masks, Callable[[Head], bytes] | None] | None:
    """Return masks and what signs, without opening the log; None where no log is set.

    Raises:
        WrongSettings: a setting is wrong, or what it needs is not installed.
    """
    if not where:
        return None
    need_log()
    from server.log.masks import Masks, WrongMask

    if mode not in MODES:
        raise WrongSettings(f"`{mode}` is no mode of the log; write {' or '.join(MODES)}")
    sign = _signing(Path(key)) if key else None
    try:
        return Masks.of(masks), sign
    except WrongMask as error:
        raise WrongSettings(str(error)) from error


def _signing(key: Path) -> Callable[[Head], bytes]:
    if find_spec("cryptography") is None:
        raise WrongSettings("signed heads need cryptography; install merit[log]")
    from server.keys import WrongKey
    from server.log.signing import Signer

    try:
        return Signer.of(key).sign
    except WrongKey as error:
        raise WrongSettings(str(error)) from error
    except OSError as error:
        raise WrongSettings(f"the key `{key}` cannot be read: {error.strerror or error}") from error


def from_environment(*, names: bool = False) -> DecisionLog | None:
    """Return the log that the environment sets, None where it sets none; ``names``: several programmes log into it.

    Raises:
        WrongSettings: as ``opened``.
    """
    return opened(
        os.environ.get(LOG, ""),
        os.environ.get(MODE, "required"),
        os.environ.get(MASKS, "").split(),
        os.environ.get(KEY, ""),
        names=names,
    )


def need_log() -> None:
    """Refuse to go on without what the log needs.

    Raises:
        WrongSettings: it is not installed.
    """
    if find_spec("sqlalchemy") is None:
        raise WrongSettings("the log needs SQLAlchemy; install merit[log]")
