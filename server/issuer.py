"""Tokens of an issuer (OpenID Connect, OAuth 2.0): signed claims about who asks, checked by the issuer's public keys.

The one module that knows ``jwt`` (the extra ``oidc``). Keys are fetched when they are first needed, and again when they are old
or a token names another; where the issuer cannot be reached, those that are known go on.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt

from server.api import problems
from server.tokens import ADMIN, SCOPES, Token, is_loopback

Json = Any
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Those of public keys: with a shared one, who checks a token could make it."""
LEEWAY_S = 30
"""How far the issuer's clock and this one may be apart."""
OLD_S = 300
"""When keys are fetched again."""
AGAIN_S = 15
"""How long no further try is made: tokens with made up keys do not make the service ask for each."""
FETCH_S = 5
_MOST_BYTES = 1024 * 1024
_SCOPE = re.compile(r"(?:merit[.:/])?([a-z]+)", re.ASCII)

_logger = logging.getLogger("merit.issuer")


class WrongIssuer(ValueError):
    """What is told of an issuer cannot be used."""


def fetched(address: str) -> Json:
    """Return the JSON at an address.

    Raises:
        OSError, ValueError: it cannot be had, or is none.
    """
    request = urllib.request.Request(address, headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=FETCH_S) as response:
        return json.loads(response.read(_MOST_BYTES))


class Issuer:
    """Who gives out tokens, and how they are checked."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        keys: str | None = None,
        role_claim: str = "merit_role",
        fetch: Callable[[str], Json] = fetched,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what is known of an issuer; nothing is asked of it yet.

        Args:
            issuer: its address, as its tokens tell it in ``iss``.
            audience: what its tokens for this service have in ``aud``.
            keys: where its keys are: an address or a file (JWKS); None: where its own configuration says.
            role_claim: the claim with the role by which the policies say what of a report is seen.
            fetch: returns the JSON at an address.
            clock: seconds that only grow.

        Raises:
            WrongIssuer: an address is none that can be trusted, or the file holds no keys.
        """
        self.issuer, self.audience, self.role_claim = issuer, audience, role_claim
        self._fetch, self._clock = fetch, clock
        self._lock = threading.Lock()
        self._keys: jwt.PyJWKSet | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self._is_file = keys is not None and "://" not in keys
        for address in (issuer, *([keys] if keys is not None and not self._is_file else ())):
            _check_address(address)
        self._address = keys
        if keys is not None and self._is_file:
            try:
                self._keys = jwt.PyJWKSet.from_json(Path(keys).read_text(encoding="utf-8"))
            except (OSError, ValueError, jwt.PyJWTError) as error:
                raise WrongIssuer(f"`{keys}` holds no keys (JWKS): {error}") from error

    def caller(self, token: str) -> Token:
        """Return who has a token, and what that one may do.

        Raises:
            Problem: it is none of the issuer for this service, or its time is over; or nobody can tell now.
        """
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise problems.unauthorized(f"the token cannot be read: {_lower(error)}") from error
        key = self._key(header.get("kid"))
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self.audience,
                issuer=self.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise problems.unauthorized(f"the token is not taken: {_lower(error)}") from error
        role = claims.get(self.role_claim)
        return Token(str(claims["sub"]), _scopes(claims), role if isinstance(role, str) and role else None)

    def _key(self, name: object) -> jwt.PyJWK:
        with self._lock:
            now = self._clock()
            found = self._named(name)
            if (
                not self._is_file
                and (found is None or self._fetched_at < now - OLD_S)
                and self._tried_at < now - AGAIN_S
            ):
                self._tried_at = now
                self._renew(now)
                found = self._named(name)
            if self._keys is None:
                raise problems.issuer_unavailable("the keys of the issuer of tokens cannot be had now")
        if found is None:
            raise problems.unauthorized("the token is signed with a key that is not the issuer's")
        return found

    def _named(self, name: object) -> jwt.PyJWK | None:
        keys = self._keys.keys if self._keys is not None else []
        if name is None:
            return keys[0] if len(keys) == 1 else None
        return next((key for key in keys if key.key_id == name), None)

    def _renew(self, now: float) -> None:
        try:
            address = self._address
            if address is None:
                told = self._fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                if told["issuer"] != self.issuer:
                    raise WrongIssuer(f"it says that it is `{told['issuer']}`")
                address = str(told["jwks_uri"])
                _check_address(address)
            self._keys = jwt.PyJWKSet.from_dict(self._fetch(address))
            self._fetched_at = now
        except (OSError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
            _logger.warning("the keys of the issuer %s cannot be had: %s", self.issuer, error)


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and is_loopback(parts.hostname):
        return
    raise WrongIssuer(f"`{address}` is no address whose keys can be trusted; write it as https://host")


def _scopes(claims: Mapping[str, Json]) -> frozenset[str]:
    """Return what a token may do here: words of ``scope`` or ``scp`` that are scopes, alone or behind `merit:`.

    That it may do all has to stand behind it: alone the word is told of other services too.
    """
    told = claims.get("scope", claims.get("scp", ()))
    words = told.split() if isinstance(told, str) else told if isinstance(told, list) else ()
    found = (_SCOPE.fullmatch(word) for word in words if isinstance(word, str) and word != ADMIN)
    return frozenset(one[1] for one in found if one is not None and one[1] in SCOPES)


def _lower(error: Exception) -> str:
    said = str(error)
    return said[:1].lower() + said[1:]
