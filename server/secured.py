"""Connections under TLS, read and written in turns as plain ones are: a client that dawdles over it costs no thread either."""

from __future__ import annotations

import errno
import ssl
import threading
from typing import Any

_RECORD = 16 * 1024
"""The most that a record of TLS holds: what is read of one at once leaves nothing behind that the system knows nothing of."""


class WrongCertificate(ValueError):
    """A certificate or its key cannot be used."""


class Secured(ssl.SSLSocket):
    """A connection of a server. What comes is taken by ``take`` and then read; hands are shaken by the way."""

    turn: threading.Lock
    """One thread reads while another sends, which OpenSSL does not take."""
    taken: bytes = b""
    """What was read and not asked for yet; nothing, once ``take`` has returned true, is the end."""
    wants_to_send: bool = False
    """Whether nothing can be read before something is sent."""

    def take(self) -> bool:
        """Read what there is, and return whether something can be asked for now.

        Raises:
            OSError: the connection is broken, or what comes is not TLS.
        """
        with self.turn:
            self.wants_to_send = False
            try:
                self.taken = super().recv(_RECORD)
            except (ssl.SSLWantReadError, BlockingIOError):
                return False
            except ssl.SSLWantWriteError:
                self.wants_to_send = True
                return False
        return True

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Return what was taken; however little is asked for, all of it."""
        found, self.taken = self.taken, b""
        return found

    def send(self, data: Any, flags: int = 0) -> int:
        """Send some of it, as much as goes.

        Raises:
            BlockingIOError: nothing goes now.
        """
        with self.turn:
            try:
                return super().send(data, flags)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
                raise BlockingIOError(errno.EWOULDBLOCK, "nothing goes now") from error


def context_of(certificate: str, key: str | None, client_authorities: str | None = None) -> ssl.SSLContext:
    """Return what a server needs for TLS 1.2 and newer.

    Args:
        certificate: the path of its certificate, with those between it and the authority behind it, as PEM.
        key: the path of its key; None: it stands in the same file.
        client_authorities: the path of the authorities whose certificates clients have to show; None: they show none.

    Raises:
        WrongCertificate: one of them cannot be used.
    """
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_authorities)
        context.load_cert_chain(certificate, key)
    except OSError as error:  # also what is wrong with their contents
        raise WrongCertificate(f"`{certificate}` cannot be used: {error.strerror or error}") from error
    if client_authorities is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    context.sslsocket_class = Secured
    return context


def secured(context: ssl.SSLContext, connection: Any) -> Secured:
    """Return a connection that is taken as one under TLS; hands are shaken when something comes.

    Raises:
        OSError: it is gone already.
    """
    connection.setblocking(False)
    found = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
    assert isinstance(found, Secured)
    found.turn = threading.Lock()
    return found
