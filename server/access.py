"""Who may ask, from where, how often: what an operator sets, read once before the workers are made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from flask import Flask

from server import cors, tokens
from server.rates import Rate, Rates, WrongRate
from server.tokens import Issued, Token, WrongTokens, read_tokens

NAMES = ("tokens", "oidc_issuer", "oidc_audience", "oidc_keys", "oidc_role_claim", "rate_limit", "cors_origins")
"""Of the settings, as the file of a service has them; in the environment in capitals behind ``MERIT_``."""


class WrongAccess(ValueError):
    """A setting cannot be used; its option stands before what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may ask; the usual one lets everybody."""

    known: Mapping[str, Token] | None = None
    """The tokens of the service, by their hashes."""
    issuer: Issued | None = None
    """Who else gives tokens out."""
    rates: Rates | None = None
    origins: tuple[str, ...] = ()

    @property
    def asks_for_tokens(self) -> bool:
        """Whether who asks has to say who it is."""
        return self.known is not None or self.issuer is not None

    def install(self, app: Flask) -> None:
        """Hold the requests of an application to it."""
        if self.origins:
            cors.install(app, self.origins)
        if self.asks_for_tokens or self.rates is not None:
            tokens.install(app, self.known, self.issuer, self.rates)


def access_of(
    *,
    tokens: str | None = None,
    oidc_issuer: str | None = None,
    oidc_audience: str | None = None,
    oidc_keys: str | None = None,
    oidc_role_claim: str | None = None,
    rate_limit: str | None = None,
    cors_origins: tuple[str, ...] = (),
) -> Access:
    """Return what settings mean; each is told in `docs/operations.md`.

    Raises:
        WrongAccess: one cannot be used.
    """
    try:
        known = read_tokens(Path(tokens)) if tokens else None
    except WrongTokens as error:
        raise WrongAccess(f"--tokens: {error}") from error
    except OSError as error:
        raise WrongAccess(f"--tokens: `{tokens}` cannot be read: {error.strerror or error}") from error
    try:
        rates = Rates(Rate.of(rate_limit)) if rate_limit else None
    except WrongRate as error:
        raise WrongAccess(f"--rate-limit: {error}") from error
    try:
        cors.check(cors_origins)
    except cors.WrongOrigin as error:
        raise WrongAccess(f"--cors-origin: {error}") from error
    issuer = _issuer(oidc_issuer, oidc_audience, oidc_keys, oidc_role_claim) if oidc_issuer else None
    if issuer is None and (oidc_audience or oidc_keys or oidc_role_claim):
        raise WrongAccess("--oidc-issuer is not told, and the other options of OIDC are")
    return Access(known=known, issuer=issuer, rates=rates, origins=tuple(cors_origins))


def _issuer(issuer: str, audience: str | None, keys: str | None, role_claim: str | None) -> Issued:
    if find_spec("jwt") is None or find_spec("cryptography") is None:
        raise WrongAccess("--oidc-issuer needs the extra `oidc`: install merit[oidc]")
    from server.issuer import Issuer, WrongIssuer

    if not audience:
        raise WrongAccess("--oidc-issuer: an issuer gives tokens for many services; tell --oidc-audience of this one")
    try:
        return Issuer(issuer, audience, keys=keys, role_claim=role_claim or "merit_role")
    except WrongIssuer as error:
        raise WrongAccess(f"--oidc-issuer: {error}") from error


def access_of_environment() -> Access:
    """Return what the environment sets.

    Raises:
        WrongAccess: something that cannot be used.
    """
    told = {name: os.environ.get(f"MERIT_{name.upper()}") or None for name in NAMES}
    origins = told.pop("cors_origins")
    return access_of(cors_origins=tuple((origins or "").split()), **told)
