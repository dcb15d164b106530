"""Several programmes in one service: each an application of its own below its name, and one at the root that tells of all.

An application knows nothing of the others. What they share, the log, who may ask and how often, is given to each of them;
what is its own, the policies and what is read of them again, each has from its own sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from dsl.cache import Cache
from server import exchange
from server.access import Access
from server.app import create_app, create_root
from server.exchange import Sources
from server.policies import Refused, Release
from server.shadow import Shadow
from server.snapshot import Limits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from server.log.decisions import DecisionLog

WELL_KNOWN = "/.well-known/authzen-configuration"


@dataclass(frozen=True, slots=True)
class Programme:
    """What is served of one programme, as it was read."""

    sources: Sources
    seen: object
    """The fingerprint of the sources from before they were read."""
    release: Release
    shadow: Shadow | None = None

    @property
    def name(self) -> str:
        """Its name; empty where it is the only one, and has none."""
        return self.sources.programme


class Programmes(DispatcherMiddleware):
    """The applications of several programmes as one, below their names."""

    def __init__(self, root: Flask, programmes: Mapping[str, Flask]) -> None:
        """Take what stands at the root, and the application of each programme by its name."""
        mounts: dict[str, WSGIApplication] = {}
        for name, app in programmes.items():
            mounts[f"/{name}"] = app
            # Where AuthZEN looks for the configuration of a decision point whose address has a path.
            mounts[f"{WELL_KNOWN}/{name}"] = _Configuration(app, name)
        super().__init__(root, mounts)
        self.applications = (root, *programmes.values())
        """The root first."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the application of the programme that the path names answer, or the root."""
        # As an application reads a path itself: slashes at its beginning are one.
        environ["PATH_INFO"] = f"/{environ.get('PATH_INFO', '').lstrip('/')}"
        return super().__call__(environ, start_response)


class _Configuration:
    """Asks an application for its configuration, whose address has the programme's name at its end and not before it."""

    def __init__(self, app: Flask, name: str) -> None:
        self.app = app
        self.name = name

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        above = environ["SCRIPT_NAME"].removesuffix(f"{WELL_KNOWN}/{self.name}")
        environ["SCRIPT_NAME"] = f"{above}/{self.name}"
        environ["PATH_INFO"] = f"{WELL_KNOWN}{environ['PATH_INFO']}"
        return self.app(environ, start_response)


def read(sources: Sources, kept: Cache | None) -> Programme:
    """Read the policies of a programme, and those in its shadow.

    Raises:
        Refused: they cannot be served; where the programme has a name, it stands first.
    """
    seen = sources.fingerprint()
    try:
        return Programme(sources, seen, sources.read(kept), sources.read_shadow(kept))
    except Refused as error:
        raise Refused(
            f"{sources.programme}: {error}" if sources.programme else str(error), error.diagnostics
        ) from error


def serving(
    programmes: Sequence[Programme],
    *,
    limits: Limits | None = None,
    log: DecisionLog | None = None,
    access: Access | None = None,
    public_url: str | None = None,
    traces: bool = False,
) -> Flask | Programmes:
    """Return what answers: the application of the one programme that has no name, or those of several below their names.

    Args:
        programmes: what is served; one without a name, or any number with one each.
        limits: as in ``create_app``, of each.
        log: as in ``create_app``; all of them log into it.
        access: as in ``create_app``; how often a caller may ask is counted over all of them.
        public_url: as in ``create_app``; that of the root.
        traces: as in ``create_app``.
    """
    shared: dict[str, Any] = {"limits": limits, "log": log, "access": access, "traces": traces}
    apps: dict[str, Flask] = {}
    for one in programmes:
        app = apps[one.name] = create_app(
            one.release.engine(),
            provenance=one.release.provenance,
            shadow=one.shadow,
            public_url=public_url,
            programme=one.name,
            **shared,
        )
        exchange.install(app, one.sources, one.seen)
    if "" in apps:
        return apps[""]
    return Programmes(create_root(apps, **shared), apps)
