"""Keys that sign and keys that check (ed25519, PEM): of the log's heads, and of bundles. The one module that knows cryptography."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SUFFIX = ".pub"
"""Added to the name of a key for that which checks what it signed."""


class WrongKey(ValueError):
    """A file holds no key of this kind."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Signs; whoever has it can sign in its owner's name."""

    key: Ed25519PrivateKey

    @classmethod
    def of(cls, path: Path) -> SigningKey:
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

    @property
    def id(self) -> str:
        """The id of the key that checks what this one signs."""
        return VerificationKey(self.key.public_key()).id

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message: always the same one."""
        return self.key.sign(message)


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """Checks signatures; everybody may have it."""

    key: Ed25519PublicKey

    @classmethod
    def of(cls, path: Path) -> VerificationKey:
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

    @property
    def id(self) -> str:
        """What tells this key from others: the first 16 letters of the SHA-256 of its 32 bytes."""
        return hashlib.sha256(self.key.public_bytes_raw()).hexdigest()[:16]

    def is_of(self, message: bytes, signature: bytes) -> bool:
        """Whether a signature is that of a message, by this key's owner."""
        try:
            self.key.verify(signature, message)
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
