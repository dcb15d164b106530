"""Newer policies in the place of those in service: whole, or not at all.

``Sources`` is what a service is told of its policies when it starts. Newer ones are read beside those in service, and put in
their place once they are read, verified and checked; where they are refused, the last good ones answer on, and the status
says why.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

from flask import Flask

from dsl.cache import Cache
from dsl.render import as_text
from server import names, snapshot
from server.policies import (
    MIN_SERIAL,
    POLICIES,
    POLL,
    SHADOW,
    VERIFICATION_KEY,
    Origin,
    Provenance,
    Refused,
    Release,
    WrongPlace,
    kept_cache,
    keys_of,
    listed,
    origin_of,
)
from server.shadow import Shadow
from server.snapshot import Refusal, Snapshot

if TYPE_CHECKING:
    from server.keys import VerificationKey

_logger = logging.getLogger(__name__)
KEY = "sources"
SEEN = "fingerprint"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the policies of a service come from."""

    served: Origin
    shadow: Origin | None = None
    poll_s: float = 0
    """Every how many seconds is looked whether they have changed; 0: only when the service is told to (HUP)."""
    min_serial: int = 0
    """The lowest serial of a bundle that is served; one without a serial has the lowest."""
    programme: str = ""
    """The name of the programme, where the service has several."""

    def read(self, kept: Cache | None) -> Release:
        """Read the policies to serve.

        Raises:
            Refused: they cannot be served.
        """
        return self._enough(self.served.read(kept))

    def read_shadow(self, kept: Cache | None) -> Shadow | None:
        """Read the policies that are to decide beside them, None where there are to be none.

        Raises:
            Refused: they cannot be served.
        """
        if self.shadow is None:
            return None
        release = self._enough(self.shadow.read(kept))
        try:
            return Shadow(release.engine(), release.provenance, programme=self.programme)
        except OSError as error:
            raise Refused(f"there is no room to count differences in: {error}") from error

    def fingerprint(self) -> object:
        """Return what is another where any of them may have changed."""
        return (self.served.fingerprint(), None if self.shadow is None else self.shadow.fingerprint())

    def _enough(self, release: Release) -> Release:
        serial = release.provenance.serial or 0
        if serial < self.min_serial:
            raise Refused(
                f"`{release.provenance.name}` is older: its serial is {serial}, and {self.min_serial} is the lowest"
            )
        return release


def sources_of(
    told: Sequence[str],
    keys: Sequence[VerificationKey] = (),
    *,
    shadow: Sequence[str] = (),
    poll_s: float = 0,
    min_serial: int = 0,
) -> list[Sources]:
    """Return where the policies of a service come from: of one programme, or of each of several in the order of their names.

    Args:
        told: what is to be served, as on a command line: ``NAME=`` before a place makes a programme of it.
        keys: those that are trusted; empty: nothing has to be signed.
        shadow: what decides beside them; with the name of one of several before it.
        poll_s: as in ``Sources``.
        min_serial: as in ``Sources``.

    Raises:
        WrongPlace: something cannot be served, or is named so that nobody could tell what is meant.
    """
    places = names.places_of(told)
    beside = names.places_of(shadow) if shadow else {}
    for name in beside:
        names.check_known(name, places, shadow[0])
    found = []
    for name, paths in places.items():
        try:
            shown = origin_of(beside[name], keys) if name in beside else None
            found.append(Sources(origin_of(paths, keys), shown, poll_s, min_serial, name))
        except WrongPlace as error:
            raise WrongPlace(f"{name}: {error}" if name else str(error)) from error
    return found


def sources_of_environment() -> list[Sources]:
    """Return where the environment says that the policies come from, as ``sources_of``.

    Raises:
        WrongPlace: it names what cannot be served.
    """
    keys = keys_of(listed(os.environ.get(VERIFICATION_KEY, "")))
    try:
        poll, least = float(os.environ.get(POLL) or 0), int(os.environ.get(MIN_SERIAL) or 0)
    except ValueError as error:
        raise WrongPlace(f"{POLL} is a number of seconds and {MIN_SERIAL} a whole number: {error}") from error
    told = listed(os.environ.get(POLICIES) or "policies")
    return sources_of(told, keys, shadow=listed(os.environ.get(SHADOW, "")), poll_s=poll, min_serial=least)


def install(app: Flask, sources: Sources, seen: object) -> None:
    """Tell an application where its policies come from, and the fingerprint of before they were read."""
    app.extensions[KEY], app.extensions[SEEN] = sources, seen


def reload_all(apps: Sequence[Flask], tell: Callable[[str], None]) -> None:
    """Put newer policies in service as ``reload`` does; of several programmes, of those alone that may have changed.

    Args:
        apps: the applications of a service.
        tell: what a line is told to; of one of several, behind its name.
    """
    for app in apps:
        name = app.extensions[snapshot.PROGRAMME]
        if not name:
            reload(app, tell)
        elif _may_have_changed(app):
            reload(app, partial(_tell_of, name, tell))


def _tell_of(name: str, tell: Callable[[str], None], line: str) -> None:
    tell(f"{name}: {line}")


def _may_have_changed(app: Flask) -> bool:
    """Whether the policies of an application, or those in its shadow, are to be read again: what was refused always is."""
    sources: Sources = app.extensions[KEY]
    held = (app.extensions[snapshot.KEY], app.extensions[snapshot.SHADOW])
    before, app.extensions[SEEN] = app.extensions[SEEN], sources.fingerprint()
    return app.extensions[SEEN] != before or any(one is not None and one.refused is not None for one in held)


def reload(app: Flask, tell: Callable[[str], None]) -> None:
    """Put newer policies in service where they can be, and in the shadow; tell in a line each that cannot.

    Args:
        app: the application.
        tell: what a line is told to.
    """
    sources: Sources | None = app.extensions.get(KEY)
    if sources is None:
        return
    held: Snapshot = app.extensions[snapshot.KEY]
    try:
        release = sources.read(kept_cache())
        _refuse_older(held.provenance, release.provenance, held.engine.core.digest, release.core.digest)
        engine = release.engine()
    except Refused as error:
        for diagnostic in error.diagnostics:
            tell(as_text(diagnostic))
        tell(f"{error}; the earlier ones are served on")
        snapshot.refuse(app, str(error))
    except Exception as error:
        # A bug that newer policies find may not end a service that has good ones: whoever asked for them is told.
        _logger.exception("loading the policies failed; the earlier ones are served on")
        snapshot.refuse(app, f"loading them failed: {type(error).__name__}; the service's log has the failure")
    else:
        snapshot.install(app, engine, release.provenance)
    _reload_shadow(app, sources, tell)


def _reload_shadow(app: Flask, sources: Sources, tell: Callable[[str], None]) -> None:
    held: Shadow | None = app.extensions[snapshot.SHADOW]
    if held is None:
        return
    try:
        found = sources.read_shadow(kept_cache())
    except Refused as error:
        tell(f"in the shadow: {error}; the earlier ones decide on")
        held.refused = Refusal(datetime.now(UTC), str(error))
        return
    except Exception as error:  # as above
        _logger.exception("loading the policies in the shadow failed; the earlier ones decide on")
        why = f"loading them failed: {type(error).__name__}; the service's log has the failure"
        held.refused = Refusal(datetime.now(UTC), why)
        return
    if found is not None and found.engine.core.digest != held.engine.core.digest:
        app.extensions[snapshot.SHADOW] = found
    else:
        held.refused = None


def _refuse_older(held: Provenance | None, told: Provenance, digest: str, other: str) -> None:
    """Refuse a bundle that was built before the one in service.

    Raises:
        Refused: it was.
    """
    if held is None or held.serial is None:
        return
    if told.serial is None:
        raise Refused(f"`{told.name}` is refused: it has no serial, and the bundle in service has {held.serial}")
    if told.serial < held.serial:
        raise Refused(
            f"`{told.name}` is older: its serial is {told.serial}, and the bundle in service has {held.serial}"
        )
    if told.serial == held.serial and digest != other:
        raise Refused(
            f"`{told.name}` is refused: the serial {told.serial} is that of other policies in service; a newer one has a higher"
        )


def watch(apps: Sequence[Flask], act: Callable[[], None]) -> None:
    """Look every so often whether policies of applications have changed, where their sources say so; then act.

    A timer of the process, not a thread: workers are forked off this process, and a fork beside threads is not safe. The
    timer stays with the process that asked for it.
    """
    known: list[Sources] = [app.extensions[KEY] for app in apps if KEY in app.extensions]
    poll_s = max((sources.poll_s for sources in known), default=0)
    if not poll_s:
        return
    seen = [app.extensions[SEEN] for app in apps if KEY in app.extensions]

    def look(_: int, __: FrameType | None) -> None:
        now = [sources.fingerprint() for sources in known]
        if now != seen:
            seen[:] = now
            act()

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, poll_s, poll_s)


def stop_watching() -> None:
    """Look no more: a timer that goes off while the process ends would end it as by a signal."""
    signal.setitimer(signal.ITIMER_REAL, 0)
