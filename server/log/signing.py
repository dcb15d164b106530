"""Signed heads: whoever has not the key cannot make the log anew up to one. The one module that knows cryptography."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from server.log.entries import Head

SUFFIX = ".pub"
"""Added to the name of a key for that which checks what it signed."""


class WrongKey(ValueError):
    """A file holds no key of this kind."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs heads with a private key (ed25519)."""

    key: Ed25519PrivateKey

    @classmethod
    def of(cls, path: Path) -> Signer:
        """Read a private key in PEM, without a passphrase.

        Raises:
            WrongKey: the file is none.
            OSError: it cannot be read.
        """
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise WrongKey(f"`{path}` is no private key without a passphrase") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise WrongKey(f"`{path}` is no ed25519 key; `merit log key FILE` makes one")
        return cls(key)

    def sign(self, head: Head) -> bytes:
        """Return the signature of a head."""
        return self.key.sign(_message(head))


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks signatures with a public key."""

    key: Ed25519PublicKey

    @classmethod
    def of(cls, path: Path) -> Checker:
        """Read a public key in PEM.

        Raises:
            WrongKey: the file is none.
            OSError: it cannot be read.
        """
        try:
            key = serialization.load_pem_public_key(path.read_bytes())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise WrongKey(f"`{path}` is no public key") from error
        if not isinstance(key, Ed25519PublicKey):
            raise WrongKey(f"`{path}` is no ed25519 key")
        return cls(key)

    def is_of(self, head: Head, signature: bytes) -> bool:
        """Whether a signature is that of a head, by this key's owner."""
        try:
            self.key.verify(signature, _message(head))
        except InvalidSignature:
            return False
        return True


def make_key(path: Path) -> Path:
    """Write a new private key, which its owner alone can read, and beside it the public one, whose path is returned.

    Raises:
        OSError: it is there already, or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for name, data, mode in ((path, private, 0o600), (path.with_name(path.name + SUFFIX), public, 0o644)):
        file = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
    return path.with_name(path.name + SUFFIX)


def _message(head: Head) -> bytes:
    return f"merit log head {head.seq} {head.hash}".encode()
