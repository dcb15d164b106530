"""Who may ask: tokens, of which only hashes are kept, each with a name and what it may do."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol

from flask import Flask, g, request

from server.api import problems
from server.rates import Rates

Json = Any
ADMIN = "admin"
SCOPES = {
    "decide": "ask for decisions, batches and timelines",
    "read": "read the rules, the status and what is measured",
    "log": "read decisions in the log",
    "report": "ask for reports, as the token's role sees them",
    ADMIN: "all of that",
}
_NEEDED = {
    "decisions": "decide",
    "tagged": "decide",
    "timeline": "decide",
    "improvements": "decide",
    "reports": "report",
    "authzen": "decide",
    "logged": "log",
    "rules": "read",
    "status": "read",
    "metrics": "read",
}
"""By the blueprint, what a request needs."""
_FOR_EVERYBODY = frozenset({"authzen_configuration", "health", "index", "openapi", "problems"})
"""Blueprints that ask for no token; of one that is in neither nobody is answered."""


class WrongTokens(ValueError):
    """A file holds no tokens."""


@dataclass(frozen=True, slots=True)
class Token:
    """Who has it, and what that one may do."""

    name: str
    scopes: frozenset[str]
    role: str | None = None
    """The role by which the policies say what of a report it sees."""


def hash_of(token: str) -> str:
    """Return the hash by which a token is known: it has 256 random bits, so that nobody finds it by trying."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """Return a new token."""
    return f"merit_{secrets.token_urlsafe(32)}"


def read_tokens(path: Path) -> dict[str, Token]:
    """Return the tokens of a file by their hashes: ``{"tokens": [{"name", "hash", "scopes", "role"?}]}``.

    Raises:
        WrongTokens: it says something else, or two have one hash or one name.
        OSError: it cannot be read.
    """
    try:
        data: Json = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WrongTokens(f"`{path}` is no JSON: {error}") from error
    listed = data.get("tokens") if isinstance(data, dict) and data.keys() == {"tokens"} else None
    if not isinstance(listed, list):
        raise WrongTokens(f'`{path}` is no file of tokens; write {{"tokens": [...]}}, with what `merit token` prints')
    found: dict[str, Token] = {}
    for number, one in enumerate(listed, 1):
        if not isinstance(one, dict) or one.keys() - {"role"} != {"name", "hash", "scopes"}:
            raise WrongTokens(f"token {number} of `{path}` has not `name`, `hash`, `scopes` and perhaps `role` alone")
        name, hashed, scopes = one["name"], one["hash"], one["scopes"]
        if not isinstance(name, str) or not name or any(name == other.name for other in found.values()):
            raise WrongTokens(f"token {number} of `{path}` has no name of its own")
        is_hash = isinstance(hashed, str) and len(hashed) == 64 and not set(hashed) - set("0123456789abcdef")
        if not is_hash or hashed in found:
            raise WrongTokens(f"token `{name}` of `{path}` has no hash of its own; `merit token` prints one")
        if not isinstance(scopes, list) or not scopes or any(scope not in SCOPES for scope in scopes):
            raise WrongTokens(f"token `{name}` of `{path}`: scopes are {', '.join(SCOPES)}")
        role = one.get("role")
        if "role" in one and (not isinstance(role, str) or not role):
            raise WrongTokens(f"token `{name}` of `{path}`: its role is no text; write one that the policies know")
        found[hashed] = Token(name, frozenset(scopes), role)
    return found


class Issued(Protocol):
    """Somebody else who gives out tokens."""

    def caller(self, token: str) -> Token:
        """Return who has a token; raises what is a problem of ``problems`` where that cannot be told."""


def install(
    app: Flask, tokens: Mapping[str, Token] | None, issuer: Issued | None = None, rates: Rates | None = None
) -> None:
    """Ask each request for a token that may do what it wants, and let nobody ask too often.

    Args:
        app: the application.
        tokens: those of the service, by their hashes.
        issuer: who else gives some out; where both are None, nobody is asked for one.
        rates: how often one caller may ask; None: as often as it wants.
    """

    def count(caller: str) -> None:
        seconds = rates.wait(caller) if rates is not None else 0
        if rates is not None and seconds:
            raise problems.too_many_requests(rates.said, seconds)

    def check() -> None:
        # A wrong address or method has no endpoint, and is told as such; who looks whether the service lives is not counted.
        if request.blueprint is None or request.blueprint == "health":
            return
        address = f"address {request.remote_addr}"
        if (tokens is None and issuer is None) or request.blueprint in _FOR_EVERYBODY:
            count(address)
            return
        needed = _NEEDED[request.blueprint]
        try:
            found = _caller(tokens or {}, issuer)
        except problems.Problem:
            count(address)  # else tokens could be tried as often as one likes
            raise
        count(f"token {found.name}")
        if found.scopes.isdisjoint((needed, ADMIN)):
            raise problems.forbidden(found.name, needed)
        g.caller, g.caller_role = found.name, found.role

    app.before_request(check)


def _caller(tokens: Mapping[str, Token], issuer: Issued | None) -> Token:
    """Return who sends this request.

    Raises:
        Problem: that is not known.
    """
    kind, _, told = request.headers.get("Authorization", "").partition(" ")
    token = told.strip()
    if kind.lower() != "bearer" or not token:
        raise problems.unauthorized("no token came with the request")
    # Found by its hash: how long that takes tells nothing of the token.
    found = tokens.get(hash_of(token))
    if found is not None:
        return found
    if issuer is None or token.count(".") != 2:  # what an issuer signs has three parts
        raise problems.unauthorized("the token is not known")
    return issuer.caller(token)


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
