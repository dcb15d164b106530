"""Signed heads: whoever has not the key cannot make the log anew up to one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from server.keys import SigningKey, VerificationKey
from server.log.entries import Head


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs heads with a private key (ed25519)."""

    key: SigningKey

    @classmethod
    def of(cls, path: Path) -> Signer:
        """Read a private key in PEM, without a passphrase.

        Raises:
            WrongKey, OSError: as ``SigningKey.of``.
        """
        return cls(SigningKey.of(path))

    def sign(self, head: Head) -> bytes:
        """Return the signature of a head."""
        return self.key.sign(_message(head))


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks signatures with a public key."""

    key: VerificationKey

    @classmethod
    def of(cls, path: Path) -> Checker:
        """Read a public key in PEM.

        Raises:
            WrongKey, OSError: as ``VerificationKey.of``.
        """
        return cls(VerificationKey.of(path))

    def is_of(self, head: Head, signature: bytes) -> bool:
        """Whether a signature is that of a head, by this key's owner."""
        return self.key.is_of(_message(head), signature)


def _message(head: Head) -> bytes:
    return f"merit log head {head.seq} {head.hash}".encode()
