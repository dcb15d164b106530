"""The front of a worker: it reads whole requests before a thread is given one, and sends answers as fast as they are taken.

A client that says nothing, or says it byte by byte, costs a connection and no thread: one loop per worker (waitress) holds
all connections. What is wrong with HTTP itself is told as everything else that goes wrong, as problem+json. Around it stays
gunicorn, which forks the workers off loaded policies and puts new ones in their place.
"""

from __future__ import annotations

import logging
import os
import resource
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any, ClassVar

from gunicorn.workers.base import Worker as GunicornWorker  # type: ignore[import-untyped]
from waitress import wasyncore  # type: ignore[import-untyped]
from waitress.adjustments import Adjustments  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped]
from waitress.server import TcpWSGIServer, UnixWSGIServer  # type: ignore[import-untyped]
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask  # type: ignore[import-untyped]
from waitress.utilities import BadRequest, Error, InternalServerError, RequestEntityTooLarge  # type: ignore[import-untyped]

from server import ending, snapshot
from server.api import problems
from server.secured import Secured, context_of, secured

RECEIVE_S = 30
"""Seconds from the first byte of a request to its last; a slower one is answered 408."""
IDLE_S = 75
"""Seconds that a connection without a request is kept."""
DRAIN_S = 1.0
"""Seconds for which a worker that is to end answers on: for those who have a connection, and where the service ends for
whoever has not read yet that it is not ready. ``MERIT_DRAIN`` tells another number."""
DRAIN = "MERIT_DRAIN"
MOST_CONNECTIONS = 1000
"""Of one worker; the one that has been idle for longest makes room for a further one."""
_HEADER_BYTES = 64 * 1024
_SPARE_FILES = 64
_LINGER_S = 2
_AT_ONCE = 64 * 1024

logging.getLogger("waitress.queue").setLevel(logging.ERROR)


class _TooSlow(Error):  # type: ignore[misc]
    """A request that did not come whole in its time."""

    code = 408
    reason = "Request Timeout"


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """Answers a request that is none."""

    def execute(self) -> None:
        """Write the problem."""
        response = _problem(self.request.error, self.channel.adj.max_request_body_size).response()
        body = response.get_data()
        self.status = response.status
        self.response_headers.extend(response.headers.to_wsgi_list())
        self.set_close_on_finish()
        self.channel.is_refused = True
        self.content_length = len(body)
        self.write(body)


class _Task(WSGITask):  # type: ignore[misc]
    """Answers a request; where the worker is about to end, the connection is not used again."""

    def execute(self) -> None:
        """Let the application answer."""
        if self.channel.server.is_leaving:
            self.set_close_on_finish()
        super().execute()


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Reads a request. Where its client has gone before it is answered the path is told, also of what never had one."""

    path = ""


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection, and since when its request is on the way."""

    parser_class = _Parser
    task_class = _Task
    error_task_class = _ErrorTask
    request: Any
    """What has come of a request, None where nothing has."""
    request_since: float | None = None
    is_refused = False
    """Whether what comes is no more read as requests."""
    _lingers_until: float | None = None

    def received(self, data: bytes) -> bool:
        """Take what came."""
        taken: bool = super().received(data)
        if self.request is None:
            self.request_since = None
        elif self.request_since is None:
            self.request_since = time.time()
        return taken

    def handle_read(self) -> None:
        """Take what came; where the client ends in the middle of a request, say so."""
        if isinstance(self.socket, Secured) and not self._takes(self.socket):
            return
        if self._lingers_until is not None:
            if not self.recv(_AT_ONCE):
                self.handle_close()
        elif self.request is not None and self._has_ended():
            self._refuse(BadRequest("the request ends before it is whole"))
        else:
            super().handle_read()

    def readable(self) -> bool:
        """Whether more is taken."""
        return self._lingers_until is not None or bool(super().readable())

    def writable(self) -> bool:
        """Whether something is to be sent."""
        return bool(super().writable()) or (isinstance(self.socket, Secured) and self.socket.wants_to_send)

    def handle_write(self) -> None:
        """Send what goes; where TLS itself has something to send first, that."""
        if isinstance(self.socket, Secured) and self.socket.wants_to_send and not self.will_close:
            self.handle_read()
        else:
            super().handle_write()

    def handle_close(self) -> None:
        """Close the connection; one on which more comes than is read only once its client has had time for the answer.

        What is not read when a connection is closed resets it, and with it what the client has not read yet.
        """
        if not self.is_refused or self._lingers_until is not None:
            super().handle_close()
            return
        self.will_close = self.close_when_flushed = False
        self._lingers_until = time.time() + _LINGER_S
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            super().handle_close()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is answered here, and nothing is left to send."""
        return not self.requests and not self.total_outbufs_len

    def close_if_over(self, now: float) -> None:
        """Answer 408 where the request has been on the way for too long, and close what nothing comes on any more."""
        if self._lingers_until is not None:
            self.will_close = self.will_close or self._lingers_until < now
        elif self.is_idle and self.request is None:
            self.will_close = self.will_close or self.last_activity < now - IDLE_S
        elif self.request_since is not None and self.request_since < now - RECEIVE_S:
            self._refuse(_TooSlow(f"the request did not come whole within {RECEIVE_S} seconds"))

    def _takes(self, connection: Secured) -> bool:
        """Return whether something has come that can be read."""
        try:
            return connection.take()
        except OSError:  # a client that speaks something else, or trusts nobody here
            self.handle_close()
            return False

    def _has_ended(self) -> bool:
        if isinstance(self.socket, Secured):
            return not self.socket.taken
        try:
            return not self.socket.recv(1, socket.MSG_PEEK)
        except OSError:  # nothing there yet, or broken: who reads it finds out
            return False

    def _refuse(self, error: Error) -> None:
        with self.requests_lock:
            request = self.request
            if request is None or self.requests:
                return
            request.error, request.completed = error, True
            self.request, self.request_since = None, None
            self.requests.append(request)
        self.server.add_task(self)


class _Listening:
    """What is common to the listening sockets of a worker."""

    channel_class = _Channel
    is_leaving = False
    tls: ssl.SSLContext | None = None
    """By what connections are secured; None: they are not."""
    active_channels: dict[int, _Channel]
    adj: Adjustments
    _map: dict[int, Any]

    def accept(self) -> tuple[Any, Any] | None:
        """Take a connection that waits, None where none does."""
        found: tuple[Any, Any] | None = super().accept()  # type: ignore[misc]
        if found is None or self.tls is None:
            return found
        connection, address = found
        try:
            return secured(self.tls, connection), address
        except OSError:
            connection.close()
            raise

    def maintenance(self, now: float) -> None:
        """Close connections that nothing comes on, and refuse requests that come too slowly."""
        for channel in list(self.active_channels.values()):
            channel.close_if_over(now)

    def readable(self) -> bool:
        """Whether a further connection is taken: always; where there is no room, an idle one makes it."""
        if len(self._map) >= self.adj.connection_limit:
            idle = [channel for channel in self.active_channels.values() if channel.is_idle]
            if idle:
                min(idle, key=lambda channel: channel.last_activity).will_close = True
        found: bool = super().readable()  # type: ignore[misc]
        return found


class _Tcp(_Listening, TcpWSGIServer):  # type: ignore[misc]
    pass


class _Unix(_Listening, UnixWSGIServer):  # type: ignore[misc]
    pass


class _Woken(wasyncore.file_dispatcher):  # type: ignore[misc]
    """Lets a signal end the wait for connections."""

    def writable(self) -> bool:
        """Nothing is written here."""
        return False

    def handle_read(self) -> None:
        """Forget which signal it was: it has been handled."""
        self.recv(1024)


class Worker(GunicornWorker):  # type: ignore[misc]
    """A worker of gunicorn whose threads are given whole requests."""

    TURN_S: ClassVar[float] = 1.0

    def run(self) -> None:
        """Answer until a signal says otherwise, then in order until what was begun is done."""
        known = snapshot.applications(self.wsgi)
        limits = known[0].extensions[snapshot.LIMITS] if known else snapshot.Limits()
        room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _SPARE_FILES
        adjustments = Adjustments(
            threads=self.cfg.threads,
            connection_limit=max(16, min(MOST_CONNECTIONS, room)),
            max_request_body_size=max(limits.body_bytes, limits.batch_bytes),
            max_request_header_size=_HEADER_BYTES,
            cleanup_interval=1,
            backlog=self.cfg.backlog,
            ident=None,
            log_socket_errors=False,
            clear_untrusted_proxy_headers=True,
            url_scheme="https" if self.cfg.is_ssl else "http",
        )
        self._tls = context_of(self.cfg.certfile, self.cfg.keyfile, self.cfg.ca_certs) if self.cfg.is_ssl else None
        drain_s = _drain_s()  # here: what is no number is told when the service starts, not when it ends
        self._map: dict[int, Any] = {}
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(adjustments.threads)
        self._listening = [self._listen(each.sock, dispatcher, adjustments) for each in self.sockets]
        _Woken(self.PIPE[0], self._map)
        self._turn(lambda: self.alive)
        self._end(drain_s)
        dispatcher.shutdown(cancel_pending=False, timeout=0)

    def _listen(self, sock: Any, dispatcher: ThreadedTaskDispatcher, adjustments: Adjustments) -> Any:
        kind = _Unix if sock.family == socket.AF_UNIX else _Tcp
        told = (sock.family, sock.type, sock.proto, sock.getsockname())
        listening = kind(
            self.wsgi, self._map, _sock=sock, dispatcher=dispatcher, adj=adjustments, bind_socket=False, sockinfo=told
        )
        listening.tls = self._tls
        return listening

    def _turn(self, goes_on: Callable[[], bool], seconds: float | None = None) -> None:
        """Read and write while something holds, for some seconds at the most."""
        until = None if seconds is None else time.monotonic() + seconds
        while goes_on():
            self.notify()
            if os.getppid() != self.ppid:
                self.log.info("Parent changed, shutting down: %s", self)
                return
            left = self.TURN_S if until is None else min(self.TURN_S, until - time.monotonic())
            if left <= 0:
                return
            wasyncore.loop(left, use_poll=True, map=self._map, count=1)

    def _end(self, drain_s: float) -> None:
        """Answer what was begun.

        Where the service ends, new connections are taken for as long as it drains: readiness has told that it ends. Where
        other workers take this one's place, they take them.
        """
        for one in self._listening:
            one.is_leaving = True
        if not ending.has_begun():
            self._stop_listening()
        self._turn(lambda: ending.has_begun() or bool(self._channels), drain_s)
        self._stop_listening()
        self._turn(
            lambda: any(not one.is_idle or one.request is not None for one in self._channels), self.cfg.graceful_timeout
        )

    @property
    def _channels(self) -> list[_Channel]:
        return [channel for one in self._listening for channel in one.active_channels.values()]

    def _take_all(self, listening: _Listening) -> None:
        """Take all connections that wait to be taken: with the last socket that listens they would be cut off."""
        before = -1
        while len(self._map) != before:
            before = len(self._map)
            listening.handle_accept()  # type: ignore[attr-defined]

    def _stop_listening(self) -> None:
        for one in self._listening:
            if one.accepting:
                self._take_all(one)
                one.accepting = False
                one.del_channel()
                one.socket.close()


def _drain_s() -> float:
    return float(os.environ.get(DRAIN) or DRAIN_S)


def _problem(error: Error, most: int) -> problems.Problem:
    """Return what is wrong with HTTP as a problem."""
    if isinstance(error, RequestEntityTooLarge):
        return problems.too_large(most)
    if isinstance(error, InternalServerError):
        return problems.internal()
    return problems.broken_http(error.code, error.body)
