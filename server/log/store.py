"""Where the log is kept: a SQLite file, or a database by its URL. The one module that knows SQLAlchemy.

Everything goes in by one transaction for a group of records, which takes the head, links them behind it and puts the new
head: two writers wait for each other, and an entry is there with its contents or not at all.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    false,
    func,
    insert,
    literal,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from server.log.entries import NOTHING, Contents, Entry, Head, Record, erasure, linked

FORMAT = 1
NAMED = 2
"""The format of a log whose entries may name a programme: a version that does not know of names would call them altered."""
BUSY_MS = 10_000
"""How long one writer waits for another."""
SIGNED_EACH_S = 1.0
AT_ONCE = 1_000
"""Rows that are read at once."""

_tables = MetaData()
ENTRIES = Table(
    "merit_entries",
    _tables,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("decision_id", String(64), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("engine", Text, nullable=False),
    Column("contents_digest", String(64), nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
CONTENTS = Table(
    "merit_contents",
    _tables,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary(32), nullable=False),
    Column("query", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("partner", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("trace_id", String(64), nullable=False),
    Column("masked", Text, nullable=False),
    Index("merit_contents_partner", "partner"),
)
HEAD = Table(
    "merit_head",
    _tables,
    Column("one", BigInteger, primary_key=True, autoincrement=False),
    Column("format", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
_names = MetaData()
NAMES = Table(
    "merit_programmes",
    _names,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("programme", String(64), nullable=False),
)
"""Which programme an entry is of; a table of its own, which a log of one programme does not have."""
HEADS = Table(
    "merit_signed_heads",
    _tables,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)


class LogUnavailable(Exception):
    """The log cannot be read or written now."""


class LogBroken(LogUnavailable):
    """The log is not the one that was written to: it ends before entries that were acknowledged."""


class Logged(NamedTuple):
    """An entry as it is kept; without contents and their salt where they were erased."""

    entry: Entry
    contents: Contents | None
    salt: bytes


class Store:
    """One log. Safe to share between threads, not between processes: each opens its own."""

    def __init__(
        self, where: str, *, create: bool = False, names: bool = False, sign: Callable[[Head], bytes] | None = None
    ) -> None:
        """Open a log.

        Args:
            where: the path of a SQLite file, or a URL as SQLAlchemy has it (``postgresql+psycopg://…``).
            create: whether it is made where it is not there yet.
            names: whether one that is made, or was there, takes names of programmes from now on; with ``create`` alone.
            sign: signs its heads, one in ``SIGNED_EACH_S`` seconds in which something is written.

        Raises:
            LogUnavailable: it cannot be opened, or is no log.
        """
        self.where = where
        self._last = Head(0, NOTHING)
        self._sign = sign
        self._signed_at = -SIGNED_EACH_S
        with _told(self):
            self._engine = _engine(where, create=create)
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        with _told(self), self._writing() if create else self._engine.connect() as connection:
            if create:
                _tables.create_all(connection)
                if connection.execute(select(HEAD.c.one)).first() is None:
                    connection.execute(insert(HEAD).values(one=1, format=FORMAT, seq=0, hash=NOTHING))
                if names:
                    _names.create_all(connection)
                    connection.execute(update(HEAD).where(HEAD.c.format == FORMAT).values(format=NAMED))
            told = connection.execute(select(HEAD.c.format)).scalar_one_or_none()
        self.has_names = told == NAMED
        if told not in (FORMAT, NAMED):
            raise LogUnavailable(f"{self.shown}: this is no log of this version")

    @property
    def shown(self) -> str:
        """Where it is, without a password."""
        return str(self._engine.url) if "://" in self.where else self.where

    def close(self) -> None:
        """Give back what it holds of the database."""
        self._engine.dispose()

    # ---- writing

    def append(self, records: Sequence[Record]) -> Head:
        """Put records behind the last entry; when this returns they are on the disk.

        Raises:
            LogUnavailable: none of them is kept.
        """
        with _told(self), self._writing() as connection:
            head = self._append(connection, records)
        self._last = head
        return head

    def _append(self, connection: Connection, records: Sequence[Record]) -> Head:
        head = self._head(connection, is_writing=True)
        if head.seq < self._last.seq or (head.seq == self._last.seq and head.hash != self._last.hash):
            raise LogBroken(f"{self.shown} ends at entry {head.seq:,}, and {self._last.seq:,} was written")
        entries, contents, names = [], [], []
        for record in records:
            entry, salt = linked(head, record, datetime.now(UTC))
            head = Head(entry.seq, entry.hash)
            entries.append({column.name: getattr(entry, column.name) for column in ENTRIES.columns})
            told = {name: getattr(record.contents, name) for name in _FIELDS}
            contents.append({"seq": entry.seq, "salt": salt, **told})
            if entry.programme:
                names.append({"seq": entry.seq, "programme": entry.programme})
        connection.execute(insert(ENTRIES), entries)
        connection.execute(insert(CONTENTS), contents)
        if names:
            connection.execute(insert(NAMES), names)
        connection.execute(update(HEAD).where(HEAD.c.one == 1).values(seq=head.seq, hash=head.hash))
        if self._sign is not None and time.monotonic() - self._signed_at >= SIGNED_EACH_S:
            self._signed_at = time.monotonic()
            connection.execute(insert(HEADS).values(seq=head.seq, hash=head.hash, signature=self._sign(head)))
        return head

    def erase(
        self,
        why: str,
        *,
        partner: str | None = None,
        decision: str | None = None,
        before: str | None = None,
        programme: str | None = None,
    ) -> int:
        """Erase the contents of decisions, and note in the log which.

        Args:
            why: noted with it; it stays.
            partner: of this partner, as the facts name it.
            decision: of this decision.
            before: logged before this moment, ISO 8601 in UTC.
            programme: of this one of several.

        Returns:
            How many decisions had contents, and have none now.

        Raises:
            LogUnavailable: nothing is erased.
        """
        chosen = (
            select(ENTRIES.c.seq).join(CONTENTS, CONTENTS.c.seq == ENTRIES.c.seq).where(ENTRIES.c.kind == "decision")
        )
        if partner is not None:
            chosen = chosen.where(CONTENTS.c.partner == partner)
        if decision is not None:
            chosen = chosen.where(ENTRIES.c.decision_id == decision)
        if before is not None:
            chosen = chosen.where(ENTRIES.c.at < before)
        if programme is not None:
            chosen = chosen.where(self._is_of(programme))
        with _told(self), self._writing() as connection:
            self._head(connection, is_writing=True)
            found = list(connection.execute(chosen.order_by(ENTRIES.c.seq)).scalars())
            spans = _spans(found)
            if not found:
                return 0
            for first, last in spans:
                connection.execute(delete(CONTENTS).where(CONTENTS.c.seq.between(first, last)))
            head = self._append(connection, [erasure(spans, why)])
        self._last = head
        if self._is_sqlite:
            # What was erased stands in the write-ahead log too, until that begins anew.
            with _told(self):
                plain = self._engine.raw_connection()
                try:
                    plain.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                finally:
                    plain.close()
        return len(found)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._turn(), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for other writers to a SQLite file: its own lock is asked for again and again with growing pauses."""
        if not self._is_sqlite:
            yield
            return
        turn = os.open(f"{self.where}-turn", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield
        finally:
            os.close(turn)

    # ---- reading

    def head(self) -> Head:
        """Return the last entry.

        Raises:
            LogUnavailable: it cannot be read.
        """
        with _told(self), self._engine.connect() as connection:
            return self._head(connection)

    def _head(self, connection: Connection, *, is_writing: bool = False) -> Head:
        asked = select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.one == 1)
        # SQLite has taken its lock with the transaction.
        row = connection.execute(asked.with_for_update() if is_writing else asked).one_or_none()
        if row is None:
            raise LogBroken(f"{self.shown} has no head")
        return Head(row.seq, row.hash)

    def find(self, decision_id: str, programme: str = "") -> Logged | None:
        """Return a decision by its id, of one programme where that is named; None where it is not logged.

        Raises:
            LogUnavailable: the log cannot be read.
        """
        asked = self._both().where(ENTRIES.c.decision_id == decision_id, ENTRIES.c.kind == "decision")
        if programme:
            asked = asked.where(NAMES.c.programme == programme if self.has_names else false())
        with _told(self), self._engine.connect() as connection:
            row = connection.execute(asked).first()
        return None if row is None else _logged(row)

    def entries(self, first: int = 1, last: int | None = None) -> Iterator[Logged]:
        """Yield the entries from one number through another, in their order; a few at a time are in memory.

        Raises:
            LogUnavailable: the log cannot be read.
        """
        asked = self._both().where(ENTRIES.c.seq >= first).order_by(ENTRIES.c.seq)
        if last is not None:
            asked = asked.where(ENTRIES.c.seq <= last)
        with _told(self), self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=AT_ONCE).execute(asked):
                yield _logged(row)

    def programmes(self) -> list[str]:
        """Return the names of programmes that entries have, in the order of the alphabet.

        Raises:
            LogUnavailable: the log cannot be read.
        """
        if not self.has_names:
            return []
        with _told(self), self._engine.connect() as connection:
            return list(connection.execute(select(NAMES.c.programme).distinct().order_by(NAMES.c.programme)).scalars())

    def _both(self) -> Any:
        told = [CONTENTS.c[name] for name in _FIELDS]
        asked = select(
            ENTRIES, CONTENTS.c.salt, *told, NAMES.c.programme if self.has_names else literal("").label("programme")
        )
        asked = asked.outerjoin(CONTENTS, CONTENTS.c.seq == ENTRIES.c.seq)
        return asked.outerjoin(NAMES, NAMES.c.seq == ENTRIES.c.seq) if self.has_names else asked

    def _is_of(self, programme: str) -> Any:
        if not self.has_names:
            return false()
        return ENTRIES.c.seq.in_(select(NAMES.c.seq).where(NAMES.c.programme == programme).correlate(None))

    def signed_heads(self) -> list[tuple[Head, bytes]]:
        """Return the heads that were signed, with their signatures, in their order.

        Raises:
            LogUnavailable: the log cannot be read.
        """
        with _told(self), self._engine.connect() as connection:
            rows = connection.execute(select(HEADS).order_by(HEADS.c.seq)).all()
        return [(Head(row.seq, row.hash), bytes(row.signature)) for row in rows]

    def without_entry(self) -> list[int]:
        """Return the numbers of contents that have no entry, at most a hundred.

        Raises:
            LogUnavailable: the log cannot be read.
        """
        known = select(ENTRIES.c.seq).where(ENTRIES.c.seq == CONTENTS.c.seq).exists()
        with _told(self), self._engine.connect() as connection:
            return list(connection.execute(select(CONTENTS.c.seq).where(~known).limit(100)).scalars())

    def count(self) -> int:
        """Return how many decisions are logged, erased ones among them.

        Raises:
            LogUnavailable: the log cannot be read.
        """
        asked = select(func.count()).select_from(ENTRIES).where(ENTRIES.c.kind == "decision")
        with _told(self), self._engine.connect() as connection:
            return int(connection.execute(asked).scalar_one())


_FIELDS = ("query", "answer", "partner", "caller", "trace_id", "masked")


def _logged(row: Any) -> Logged:
    own = {column.name: getattr(row, column.name) for column in ENTRIES.columns}
    entry = Entry(**own, programme=row.programme or "")
    if row.salt is None:
        return Logged(entry, None, b"")
    return Logged(entry, Contents(**{name: getattr(row, name) for name in _FIELDS}), bytes(row.salt))


def _spans(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return sorted numbers as first and last ones of stretches without a gap."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans


def _engine(where: str, *, create: bool) -> Engine:
    if "://" in where:
        url = make_url(where)
        if url.get_backend_name() == "sqlite":
            raise LogUnavailable("a SQLite log is given by its path, without `sqlite://`")
        return create_engine(url, pool_size=2, max_overflow=10, pool_pre_ping=True)
    path = Path(where)
    if create:
        # It holds what partners told: nobody else may read it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    elif not path.is_file():
        raise LogUnavailable(f"there is no log at `{where}`")
    engine = create_engine(f"sqlite:///{path.absolute()}", connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    """Make a new connection to SQLite keep what it says it kept."""
    connection.isolation_level = None  # transactions begin as `_begin` says
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", f"busy_timeout = {BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: what it read of the head would be of yesterday where it took it later.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _told(store: Store) -> Iterator[None]:
    try:
        yield
    except ArgumentError as error:
        raise LogUnavailable(f"`{store.where}` is no place of a log: {error}") from error
    except (SQLAlchemyError, OSError, ImportError) as error:
        cause = getattr(error, "orig", None) or error
        raise LogUnavailable(f"the log cannot be used: {cause}") from error
