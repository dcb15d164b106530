"""An entry of the log, and what binds it to its contents and to the entry before it.

The chain is over digests: an entry has the digest of its contents and of the entry before, and its own hash is over
both. So contents can be erased and the chain stays whole. The digest of contents is salted: with them goes the salt, and
nobody can find out by trying what they were.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

Json = Any
Kind = Literal["decision", "erasure", "lost"]
"""A decision; contents of earlier entries that were erased; decisions that could not be logged."""

NOTHING = "0" * 64
"""What stands for the hash of an entry before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What an entry tells, of which nothing is in the chain but a digest."""

    query: str = ""
    """The query as JSON, numbers as they were written; empty where the entry is no decision."""
    answer: str
    """The answer as JSON without ``decision_id``, byte for byte as it went out; of other entries, what they note."""
    partner: str = ""
    """The partner's name in the facts; empty where none is told, or it is masked."""
    caller: str = ""
    trace_id: str = ""
    """That of the W3C trace context, 32 hexadecimal digits; empty where none came."""
    masked: str = "[]"
    """JSON pointers of what was masked, a list as JSON."""

    def digest(self, salt: bytes) -> str:
        """Return the salted digest: a SHA-256 in hexadecimal digits."""
        found = hashlib.sha256(salt)
        for text in (self.query, self.answer, self.partner, self.caller, self.trace_id, self.masked):
            # With its length, so that nothing can be moved from one to the next.
            data = text.encode()
            found.update(len(data).to_bytes(8, "big"))
            found.update(data)
        return found.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is to be logged."""

    kind: Kind = "decision"
    decision_id: str = ""
    digest: str = ""
    """Of the policies."""
    engine: str = ""
    programme: str = ""
    """Which of several in one service decided; empty where the service has one."""
    contents: Contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A link of the chain."""

    seq: int
    """Its number, from 1 on without a gap."""
    kind: Kind
    decision_id: str
    at: str
    """When it was logged: UTC by the clock of the machine, ISO 8601. The order is that of the numbers."""
    digest: str
    engine: str
    contents_digest: str
    prev: str
    """Hash of the entry before."""
    hash: str
    programme: str = ""
    """Which of several in one service decided; empty where the service has one."""

    def own_hash(self) -> str:
        """Return the hash that follows from all the rest."""
        parts = (
            self.seq,
            self.kind,
            self.decision_id,
            self.at,
            self.digest,
            self.engine,
            self.contents_digest,
            self.prev,
        )
        return hash_of(*parts, *_named(self.programme))


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a log: its number (0 where there is none yet) and its hash."""

    seq: int
    hash: str


def hash_of(*parts: object) -> str:
    """Return the hash of the parts of an entry."""
    return hashlib.sha256(json.dumps([str(part) for part in parts], ensure_ascii=False).encode()).hexdigest()


def _named(programme: str) -> tuple[str, ...]:
    """Return what a programme's name adds to a hash: nothing without one, so that logs of one programme are as they were."""
    return (programme,) if programme else ()


def linked(head: Head, record: Record, at: datetime) -> tuple[Entry, bytes]:
    """Return the entry of a record behind a head, and the salt of its contents."""
    salt = secrets.token_bytes(32)
    seq, contents = head.seq + 1, record.contents.digest(salt)
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = (seq, record.kind, record.decision_id, when, record.digest, record.engine, contents, head.hash)
    entry = Entry(
        seq=seq,
        kind=record.kind,
        decision_id=record.decision_id,
        at=when,
        digest=record.digest,
        engine=record.engine,
        contents_digest=contents,
        prev=head.hash,
        hash=hash_of(*parts, *_named(record.programme)),
        programme=record.programme,
    )
    return entry, salt


def erasure(spans: Iterable[tuple[int, int]], why: str) -> Record:
    """Return the record of an erasure: first and last numbers of the entries whose contents are gone, and why."""
    note = {"erased": [list(span) for span in spans], "why": why}
    return Record(kind="erasure", contents=Contents(answer=json.dumps(note, ensure_ascii=False)))


def lost(count: int) -> Record:
    """Return the record of decisions that were answered and not logged."""
    return Record(kind="lost", contents=Contents(answer=json.dumps({"lost": count})))


def erased_by(note: str) -> list[tuple[int, int]]:
    """Return the numbers that the record of an erasure tells.

    Raises:
        ValueError: it tells none.
    """
    try:
        return [(int(first), int(last)) for first, last in json.loads(note)["erased"]]
    except (KeyError, TypeError) as error:
        raise ValueError("an erasure that does not say of what") from error


def lost_by(note: str) -> list[int]:
    """Return how many decisions the record of a loss tells.

    Raises:
        ValueError: it tells none.
    """
    try:
        return [int(json.loads(note)["lost"])]
    except (KeyError, TypeError) as error:
        raise ValueError("a loss that does not say of how many") from error


def exact(data: Json) -> str:
    """Return JSON as it was read by ``server.api.wire``: decimals are written digit by digit, keys keep their order."""
    match data:
        case Decimal():
            return str(data)
        case dict():
            inner = (f"{json.dumps(key, ensure_ascii=False)}:{exact(value)}" for key, value in data.items())
            return f"{{{','.join(inner)}}}"
        case list():
            return f"[{','.join(map(exact, data))}]"
        case _:
            return json.dumps(data, ensure_ascii=False)
