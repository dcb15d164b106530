"""Whether a log is whole: every entry bound to the one before it, its contents those that it was made of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from server.log.entries import NOTHING, Head, erased_by, lost_by
from server.log.store import Logged, Store

Told = TypeVar("Told")
MAX_SEQ = 2**63
MOST = 100
"""Faults that are told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, at which entry; 0 speaks of the log."""

    seq: int
    message: str


@dataclass(slots=True)
class Verified:
    """What was found of a log."""

    head: Head
    entries: int = 0
    decisions: int = 0
    erased: int = 0
    lost: int = 0
    """Decisions that were answered and not logged, as the log notes it."""
    signed: int = 0
    """The last entry up to which the chain is signed; 0: none, or signatures were not looked at."""
    faults: list[Fault] = field(default_factory=list)

    def tell(self, seq: int, message: str) -> None:
        """Tell a fault, where not too many are told yet."""
        if len(self.faults) < MOST:
            self.faults.append(Fault(seq, message))


def verify(
    store: Store, known: Sequence[Head] = (), is_signed: Callable[[Head, bytes], bool] | None = None
) -> Verified:
    """Return what is wrong with a log.

    Args:
        store: the log.
        known: heads that were noted outside of it: whoever can write to the log could make all of it anew, but not these.
        is_signed: whether a signature is that of a head; None does not look at signed heads.

    Raises:
        LogUnavailable: it cannot be read.
    """
    # Before the head, so that none is of an entry behind it.
    told = store.signed_heads() if is_signed is not None else []
    head = store.head()
    found = Verified(head)
    hashes = {one.seq: one.hash for one in known}
    signed = _signed(told, is_signed, found) if is_signed is not None else {}
    last = Head(0, NOTHING)
    without: list[int] = []
    erased: list[tuple[int, int]] = []
    for one in store.entries():
        entry = one.entry
        if entry.seq > head.seq:
            break  # written since the head was read
        _check_link(one, last, found)
        found.entries += 1
        found.decisions += entry.kind == "decision"
        if one.contents is None:
            without.append(entry.seq)
        else:
            _check_contents(one, found)
            if entry.kind == "erasure":
                erased.extend(_noted(one, erased_by, found))
            elif entry.kind == "lost":
                found.lost += sum(_noted(one, lost_by, found))
        wanted = hashes.pop(entry.seq, entry.hash)
        if wanted != entry.hash:
            found.tell(entry.seq, f"its hash is not the one noted outside, {wanted}")
        if signed.pop(entry.seq, entry.hash) != entry.hash:
            found.tell(entry.seq, "its hash is not the one that was signed")
        last = Head(entry.seq, entry.hash)
    if last.seq != head.seq:
        found.tell(head.seq, f"the log ends at entry {last.seq:,}, and its head is entry {head.seq:,}")
    elif last.hash != head.hash:
        found.tell(head.seq, "the head of the log has another hash")
    for seq in sorted(hashes):
        found.tell(seq, f"the log has no such entry, and its hash was noted outside as {hashes[seq]}")
    erased.sort()
    for seq in sorted(signed):
        found.tell(seq, "the log has no such entry, and it was signed as its head")
    for seq in without:
        place = bisect_right(erased, (seq, MAX_SEQ)) - 1
        if place >= 0 and erased[place][1] >= seq:
            found.erased += 1
        else:
            found.tell(seq, "its contents are gone, and no erasure tells of it")
    for seq in store.without_entry():
        found.tell(seq, "there are contents of it, and no entry")
    return found


def _signed(
    told: Sequence[tuple[Head, bytes]], is_signed: Callable[[Head, bytes], bool], found: Verified
) -> dict[int, str]:
    """Return the hashes of the signed heads, by their numbers; what nobody signed with the key is told."""
    hashes: dict[int, str] = {}
    for head, signature in told:
        if is_signed(head, signature):
            hashes[head.seq] = head.hash
        else:
            found.tell(head.seq, "the signature of this head is not of the key")
    found.signed = max(hashes, default=0)
    return hashes


def _check_link(one: Logged, last: Head, found: Verified) -> None:
    entry = one.entry
    if entry.seq != last.seq + 1:
        gone = (
            f"entry {last.seq + 1:,}" if entry.seq == last.seq + 2 else f"entries {last.seq + 1:,} to {entry.seq - 1:,}"
        )
        found.tell(last.seq + 1, f"{gone} missing before entry {entry.seq:,}")
    elif entry.prev != last.hash:
        found.tell(entry.seq, "it is not bound to the entry before it")
    if entry.own_hash() != entry.hash:
        found.tell(entry.seq, "it was altered: its hash is another")


def _check_contents(one: Logged, found: Verified) -> None:
    assert one.contents is not None
    if one.contents.digest(one.salt) != one.entry.contents_digest:
        found.tell(one.entry.seq, "what was asked or answered was altered: its digest is another")


def _noted(one: Logged, read: Callable[[str], list[Told]], found: Verified) -> list[Told]:
    """Return what an entry notes; what cannot be read was altered, and that is told already."""
    assert one.contents is not None
    try:
        return read(one.contents.answer)
    except ValueError as error:
        found.tell(one.entry.seq, f"what it notes cannot be read: {error}")
        return []
