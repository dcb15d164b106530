"""``merit build``: policies as one file that a service can serve and verify."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import click

from cli.console import Broken, diagnostic_text, fail_usage, kept
from dsl.render import summary
from evaluator.engine import engine_name

if TYPE_CHECKING:
    from dsl.source import Source
    from server.keys import SigningKey

EPOCH = "SOURCE_DATE_EPOCH"
"""Environment variable with the time of the sources in seconds since 1970, as reproducible builds have it."""


@click.command(short_help="Make one file of policies, to be served and verified.")
@click.argument("paths", nargs=-1)
@click.option(
    "-o", "--output", default="bundle.tar", show_default=True, metavar="FILE", help="Where the bundle is written."
)
@click.option(
    "--signing-key",
    "key",
    envvar="MERIT_SIGNING_KEY",
    metavar="FILE",
    help="Sign it with this private key (ed25519, PEM); `merit log key` makes one.",
)
@click.option("-r", "--revision", default="", metavar="TEXT", help="What it is called, as a commit or a version.")
@click.option(
    "--serial",
    type=click.IntRange(0, 2**53 - 1),
    envvar=EPOCH,
    metavar="N",
    help="Which of two is the newer: a service goes back to none with a lower one.  [default: SOURCE_DATE_EPOCH]",
)
def build(paths: tuple[str, ...], output: str, key: str | None, revision: str, serial: int | None) -> None:
    """Make a bundle of the policies of PATHS (default: policies): one file, for `merit serve FILE`.

    PATHS are files and folders, or git+URL@REV. The bundle holds the policy files, a list of them with their hashes, the
    digest of the policies, and with --signing-key the signature of that list. The same policies give the same bytes.
    """
    # Here, so that the other commands load none of it.
    from server.bundle import WrongBundle, bundle_of, pack
    from server.policies import BundleFile, Refused, Revision, WrongPlace, origin_of

    named = paths or ("policies",)
    signing = _signing(key) if key else None
    try:
        origin = origin_of(named)
        if isinstance(origin, BundleFile):
            fail_usage(f"`{origin.path}` is a bundle already")
        if isinstance(origin, Revision):
            release, seconds = origin.read_with_time(kept())
            serial = seconds if serial is None else serial
            revision = revision or release.provenance.revision
        else:
            release = origin.read(kept())
    except WrongPlace as error:
        fail_usage(str(error))
    except Refused as error:
        told = [*map(diagnostic_text, error.diagnostics)]
        raise Broken([*told, f"not built: {summary(error.diagnostics) if told else error}"]) from error
    try:
        sources = [_renamed(one, named) for one in release.sources]
        bundle = bundle_of(sources, release.core.digest, engine_name(), revision, serial)
    except WrongBundle as error:
        raise Broken([f"not built: {error}"]) from error
    if signing is not None:
        bundle = bundle.signed(signing)
    _write(Path(output), pack(bundle))
    what = [
        f"{len(sources)} files",
        f"{len(release.core.rules)} rules",
        f"policy digest {release.core.digest}",
        *([f"serial {serial}"] if serial is not None else []),
        f"signed with the key {signing.id}" if signing is not None else "not signed",
    ]
    click.echo(f"{output}: {', '.join(what)}")


def _renamed(source: Source, named: tuple[str, ...]) -> Source:
    from dsl.source import Source
    from server.policies import GIT, bundle_name

    if named[0].startswith(GIT):
        return source
    return Source(bundle_name(Path(source.name), named), source.text)


def _signing(path: str) -> SigningKey:
    if find_spec("cryptography") is None:
        fail_usage("--signing-key needs cryptography; install merit[sign]")
    from server.keys import SigningKey, WrongKey

    try:
        return SigningKey.of(Path(path))
    except WrongKey as error:
        fail_usage(f"--signing-key: {error}")
    except OSError as error:
        fail_usage(f"--signing-key: `{path}` cannot be read: {error.strerror or error}")


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a service may be looking at it."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            beside = Path(stream.name)
            stream.write(data)
        beside.chmod(0o644)
        beside.replace(path)
    except OSError as error:
        raise Broken([f"error: `{path}` cannot be written: {error.strerror or error}"]) from error
