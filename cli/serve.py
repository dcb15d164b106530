"""``merit serve``: answer queries over HTTP."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.console import fail_usage, kept
from cli.serve_config import CONFIG, Policies, read_config, settings_lines, without_password
from dsl.cache import FOLDER
from dsl.render import as_text, summary
from server.log.settings import KEY, LOG, MASKS, MODE, MODES, WrongSettings, check, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dsl.cache import Cache
    from server.exchange import Sources
    from server.programmes import Programme

EXAMPLES = Path("examples/queries")


@click.command()
@click.argument("policies", nargs=-1, type=Policies(), envvar="MERIT_POLICIES", metavar="[PATHS]...")
@click.option(
    "--config",
    envvar=CONFIG,
    is_eager=True,
    callback=read_config,
    metavar="FILE",
    help="A YAML or JSON file of these options; what the command or the environment says goes before.",
)
@click.option("--check-config", is_flag=True, help="Say what is set and what is wrong with it, and serve nothing.")
@click.option("--host", default="127.0.0.1", show_default=True, envvar="MERIT_HOST", help="Address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(1, 65535),
    envvar="MERIT_PORT",
    help="Port to listen on.",
)
@click.option(
    "--public-url",
    envvar="MERIT_PUBLIC_URL",
    metavar="URL",
    help="The address by which others reach the service, as https://host; told to AuthZEN enforcement points.",
)
@click.option(
    "--tokens", envvar="MERIT_TOKENS", metavar="FILE", help="Answer only who has a token; `merit token` makes one."
)
@click.option(
    "--oidc-issuer",
    envvar="MERIT_OIDC_ISSUER",
    metavar="URL",
    help="Take tokens (JWT) of this issuer too; its address, as https://host.",
)
@click.option(
    "--oidc-audience", envvar="MERIT_OIDC_AUDIENCE", metavar="TEXT", help="What such tokens have as their audience."
)
@click.option(
    "--oidc-keys",
    envvar="MERIT_OIDC_KEYS",
    metavar="URL|FILE",
    help="The issuer's keys (JWKS); without it, those that its configuration names.",
)
@click.option(
    "--oidc-role-claim",
    envvar="MERIT_OIDC_ROLE_CLAIM",
    metavar="NAME",
    help="The claim with the role that a report is shown for (default: merit_role).",
)
@click.option(
    "--rate-limit",
    envvar="MERIT_RATE_LIMIT",
    metavar="N/TIME",
    help="How often one caller may ask, as 100/second, 6000/minute or 100000/hour.",
)
@click.option(
    "--cors-origin",
    "cors_origins",
    envvar="MERIT_CORS_ORIGINS",
    multiple=True,
    metavar="ORIGIN",
    help="Whose pages may ask from a browser, as https://portal.example; or *.",
)
@click.option(
    "--tls-certificate",
    envvar="MERIT_TLS_CERTIFICATE",
    metavar="FILE",
    help="Serve HTTPS by this certificate and those between it and its authority.",
)
@click.option(
    "--tls-key", envvar="MERIT_TLS_KEY", metavar="FILE", help="Its key, where that is not in the certificate's file."
)
@click.option(
    "--tls-client-ca",
    envvar="MERIT_TLS_CLIENT_CA",
    metavar="FILE",
    help="Take connections only of who shows a certificate of these authorities.",
)
@click.option(
    "--insecure",
    is_flag=True,
    envvar="MERIT_INSECURE",
    help="Listen on other addresses than this machine's without tokens.",
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    envvar="MERIT_WORKERS",
    help="Processes that answer.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(0, 50, min_open=True),
    default=30,
    show_default=True,
    envvar="MERIT_DEADLINE",
    metavar="SECONDS",
    help="How long one request may be worked on.",
)
@click.option(
    "--earlier",
    type=click.IntRange(0, 20),
    default=0,
    show_default=True,
    envvar="MERIT_EARLIER",
    metavar="N",
    help="How many policies that were served before a query may still name.",
)
@click.option(
    "--verification-key",
    multiple=True,
    envvar="MERIT_VERIFICATION_KEY",
    type=click.Path(),
    metavar="FILE",
    help="Serve nothing but bundles signed with this key, or one of several; FILE is the public one.",
)
@click.option(
    "--min-serial",
    type=click.IntRange(0),
    default=0,
    envvar="MERIT_MIN_SERIAL",
    metavar="N",
    help="Serve no bundle with a lower serial.",
)
@click.option(
    "--poll",
    type=click.FloatRange(0),
    default=0,
    envvar="MERIT_POLL",
    metavar="SECONDS",
    help="Look every so often whether the policies have changed, and serve the newer ones.",
)
@click.option(
    "--drain",
    type=click.FloatRange(0, 600),
    default=1,
    show_default=True,
    envvar="MERIT_DRAIN",
    metavar="SECONDS",
    help="Answer on for as long after TERM, not ready any more.",
)
@click.option(
    "--shadow",
    envvar="MERIT_SHADOW",
    metavar="POLICIES",
    help="Decide by these policies too, answer by the others, and tell what differs.",
)
@click.option(
    "--json-logs",
    is_flag=True,
    envvar="MERIT_JSON_LOGS",
    help="Say everything in lines of JSON, and a line for each request.",
)
@click.option(
    "--traces",
    is_flag=True,
    envvar="MERIT_TRACES",
    help="Send spans (OpenTelemetry) to where OTEL_EXPORTER_OTLP_ENDPOINT says.",
)
@click.option(
    "--log",
    envvar=LOG,
    metavar="FILE|URL",
    help="Log every decision: into a SQLite file, or a database (postgresql+psycopg://…).",
)
@click.option(
    "--log-mode",
    envvar=MODE,
    type=click.Choice(MODES),
    default="required",
    show_default=True,
    help="No log, no decision; or count what could not be logged.",
)
@click.option(
    "--log-mask",
    "log_masks",
    envvar=MASKS,
    multiple=True,
    metavar="POINTER",
    help="What is blotted out before it is logged, as /query/facts/partner.",
)
@click.option("--log-key", envvar=KEY, metavar="FILE", help="Sign heads of the log; `merit log key` makes one.")
@click.pass_context
def serve(
    context: click.Context,
    policies: tuple[str, ...],
    config: str | None,
    check_config: bool,
    host: str,
    port: int,
    public_url: str | None,
    tokens: str | None,
    oidc_issuer: str | None,
    oidc_audience: str | None,
    oidc_keys: str | None,
    oidc_role_claim: str | None,
    rate_limit: str | None,
    cors_origins: tuple[str, ...],
    tls_certificate: str | None,
    tls_key: str | None,
    tls_client_ca: str | None,
    insecure: bool,
    workers: int,
    deadline: float,
    earlier: int,
    verification_key: tuple[str, ...],
    min_serial: int,
    poll: float,
    drain: float,
    shadow: str | None,
    json_logs: bool,
    traces: bool,
    log: str | None,
    log_mode: str,
    log_masks: tuple[str, ...],
    log_key: str | None,
) -> None:
    """Serve the policies of PATHS (default: policies) over HTTP.

    PATHS are files and folders; or one bundle (`merit build`); or git+URL@REV, the policies of a revision. NAME=PATH, several
    times, serves several programmes, each below its name: aws=FOLDER at /aws/v1/decisions.

    Each option can stand in a file (--config) and in the environment: --log-mode as `log_mode`, and as MERIT_LOG_MODE.

    The policies are checked first. The signal HUP loads them again; those that cannot be served are refused, and the
    earlier ones answer on. TERM ends the service once it has answered what it was asked.
    """
    # Here, so that the other commands load neither Flask nor gunicorn.
    from server.access import WrongAccess, access_of
    from server.run import Tls, measured, run
    from server.secured import WrongCertificate, context_of
    from server.spans import WrongSpans, check as check_spans
    from server.tokens import is_loopback

    if not tokens and not oidc_issuer and not insecure and not is_loopback(host):
        fail_usage(
            f"--host {host} can be reached by others: give --tokens FILE, or --insecure if somebody else asks for them"
        )
    if public_url is not None and not re.fullmatch(r"https?://[^/?#\s]+(/[^?#\s]*)?", public_url):
        fail_usage(f"--public-url: `{public_url}` is no address; write it as https://host")
    try:
        access = access_of(
            tokens=tokens,
            oidc_issuer=oidc_issuer,
            oidc_audience=oidc_audience,
            oidc_keys=oidc_keys,
            oidc_role_claim=oidc_role_claim,
            rate_limit=rate_limit,
            cors_origins=cors_origins,
        )
    except WrongAccess as error:
        fail_usage(str(error))
    if traces:
        try:
            check_spans()
        except WrongSpans as error:
            fail_usage(str(error))
    tls = Tls(tls_certificate, tls_key, tls_client_ca) if tls_certificate else None
    if tls is None and (tls_key or tls_client_ca):
        fail_usage("--tls-certificate is not told, and the other options of TLS are")
    if tls is not None:
        try:
            context_of(*tls)  # each worker reads them for itself: here they are looked at
        except WrongCertificate as error:
            fail_usage(f"--tls-certificate: {error}")

    from server import exchange
    from server.policies import WrongPlace, keys_of

    cache = kept()
    if cache is None:
        os.environ[FOLDER] = ""  # the processes that load the policies again keep nothing either
    try:
        trusted = keys_of(verification_key)
        told = policies or ("policies",)
        beside = [shadow] if shadow else []
        sources = exchange.sources_of(told, trusted, shadow=beside, poll_s=poll, min_serial=min_serial)
    except WrongPlace as error:
        fail_usage(str(error))
    programmes = _read(sources, cache)
    has_names = bool(programmes[0].name)
    try:
        check(log or "", log_mode, log_masks, log_key or "")
        if check_config:
            _tell_settings(context, programmes)
            return
        kept_log = opened(log or "", log_mode, log_masks, log_key or "", names=has_names)
    except WrongSettings as error:
        fail_usage(f"--log: {error}")
    for line in _told(programmes, are_verified=bool(trusted)):
        click.echo(line)
    where = without_password(log or "")
    click.echo(
        f"Decisions are logged in {where}" if kept_log is not None else "No decision is logged; --log FILE keeps them"
    )
    first = programmes[0]
    asked = question(host, port, list(first.release.core.rules), tls is not None, first.name)
    click.echo(f"A question to ask:\n\n  {asked}\n")
    sys.stdout.flush()
    with measured():
        from server.programmes import serving
        from server.snapshot import Limits

        bounds = Limits(earlier_policies=earlier, seconds=deadline)
        app = serving(programmes, limits=bounds, log=kept_log, access=access, public_url=public_url, traces=traces)
        run(app, host=host, port=port, workers=workers, drain=drain, json_logs=json_logs, tls=tls)


def _read(sources: Sequence[Sources], cache: Cache | None) -> list[Programme]:
    """Read all that is served; where some of it cannot be, tell of all that cannot, and end."""
    from server.policies import Refused
    from server.programmes import read

    found: list[Programme] = []
    for one in sources:
        try:
            found.append(read(one, cache))
        except Refused as error:
            for diagnostic in error.diagnostics:
                click.echo(as_text(diagnostic), err=True)
            why = f"{_of(one.programme)}{summary(error.diagnostics)}" if error.diagnostics else error
            click.echo(f"not served: {why}", err=True)
    if len(found) < len(sources):
        sys.exit(3)
    for diagnostic in (each for one in found for each in one.release.warnings):
        click.echo(as_text(diagnostic), err=True)
    return found


def _of(programme: str) -> str:
    return f"{programme}: " if programme else ""


def _told(programmes: Sequence[Programme], *, are_verified: bool) -> Iterator[str]:
    """Yield what is told of programmes when the service starts."""
    for one in programmes:
        core, of = one.release.core, _of(one.name)
        yield f"{of}{len(core.rules)} rules, policy digest {core.digest}"
        if one.release.provenance.kind == "bundle" and not are_verified:
            yield f"{of}The bundle's signature is not looked at; --verification-key FILE does"
        if one.shadow is not None:
            core = one.shadow.engine.core
            yield f"{of}In the shadow: {len(core.rules)} rules, policy digest {core.digest}"


def _tell_settings(context: click.Context, programmes: Sequence[Programme]) -> None:
    for line in settings_lines(context):
        click.echo(line)
    for one in programmes:
        core = one.release.core
        click.echo(f"{_of(one.name)}{len(core.rules)} rules, policy digest {core.digest}")
    click.echo("Nothing is wrong with it; the log is opened when the service starts")


def question(host: str, port: int, rules: list[str], is_secured: bool = False, programme: str = "") -> str:
    """Return a line for the shell that asks the service, or one programme of it, something."""
    asked = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    # The examples are of one programme, and nobody knows of which of several.
    examples = [] if programme else sorted(EXAMPLES.glob("*.json"))
    if examples:
        body = f"@{examples[0]}"
    else:
        today = datetime.now(UTC).date().isoformat()
        body = json.dumps({"decide": rules[:1] or ["*"], "as_of": today, "facts": {}})
    kind = shlex.quote("Content-Type: application/json")
    scheme = "https" if is_secured else "http"
    return f"curl -s {scheme}://{asked}:{port}{f'/{programme}' if programme else ''}/v1/decisions -H {kind} --data-binary {shlex.quote(body)}"
