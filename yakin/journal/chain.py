"""The hash chain: every event is sealed together with the one before it, so that nothing can be changed unseen.

An event's hash is SHA-256 over the canonical JSON of its predecessor's hash and everything it says. What a chain alone
cannot show (that its end was cut off, or that all of it was written anew) is shown by anchors: numbers and hashes that
were noted elsewhere, such as the journal's own head or a printed report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import chain as joined
from typing import NamedTuple

from yakin.journal.findings import Finding
from yakin.values import canonical_json

GENESIS = "0" * 64
"""What stands for the predecessor of the first event."""

_NEIGHBOURS = 64


class ChainRow(NamedTuple):
    """One event as it stands in the journal.

    Attributes:
        seq: Number, counted from 1 without gaps.
        at: When, as ISO 8601 text in UTC with microseconds.
        actor: Who or what caused it.
        action: Kind of event.
        target: What it happened to.
        outcome: How it went.
        run: Id of the run.
        body: Everything else, canonical JSON.
        prev: Hash of the event before it; `GENESIS` for the first.
        hash: Its own hash, hexadecimal.
    """

    seq: int
    at: str
    actor: str
    action: str
    target: str
    outcome: str
    run: str
    body: str
    prev: str
    hash: str

    def seal(self) -> str:
        """The hash this row must have."""
        return hashlib.sha256(canonical_json(self[:-1]).encode("utf-8")).hexdigest()

    def sealed(self) -> ChainRow:
        """The row with the hash it must have."""
        return self._replace(hash=self.seal())


class Anchor(NamedTuple):
    """Number and hash of an event, noted where the journal's writer cannot change them.

    Attributes:
        seq: Number of the event; 0 before the first.
        hash: Its hash; `GENESIS` before the first.
    """

    seq: int
    hash: str


def verify(rows: Iterable[ChainRow], head: Anchor | None, anchors: Iterable[Anchor] = ()) -> list[Finding]:
    """Look whether a journal is as it was written.

    Args:
        rows: All events, by number.
        head: The journal's own note of its last event.
        anchors: Events noted elsewhere.

    Returns:
        Everything that is wrong, by number; empty when nothing is.
    """
    reading = _Reading({anchor.seq: anchor.hash for anchor in anchors})
    for row in rows:
        reading.take(row)
    reading.end(head)
    return sorted(joined(reading.findings, _judge(reading.changed)), key=lambda finding: (finding.seq, finding.kind))


class _Reading:
    """A journal while it is read from its first event to its last."""

    def __init__(self, anchors: Mapping[int, str]) -> None:
        self.anchors = anchors
        self.findings: list[Finding] = []
        self.changed: list[ChainRow] = []
        self.last = Anchor(0, GENESIS)
        self.trusted = True

    def find(self, kind: str, seq: int, last: int | None = None) -> None:
        self.findings.append(Finding(kind, seq, seq if last is None else last))

    def take(self, row: ChainRow) -> None:
        if row.seq <= self.last.seq:
            self.find("inserted", row.seq)
            return
        gap = row.seq > self.last.seq + 1
        if gap:
            self.find("missing", self.last.seq + 1, row.seq - 1)
        changed = row.seal() != row.hash
        if changed:
            self.changed.append(row)
        elif not gap and self.trusted and row.prev != self.last.hash:
            self.find("broken", row.seq)
        if not changed and self.anchors.get(row.seq, row.hash) != row.hash:
            self.find("rewritten", row.seq)
        self.last, self.trusted = Anchor(row.seq, row.hash), not changed

    def end(self, head: Anchor | None) -> None:
        noted = max(
            (anchor for anchor in (head, *map(Anchor, self.anchors, self.anchors.values())) if anchor), default=None
        )
        if noted is not None and noted.seq > self.last.seq:
            self.find("cut", self.last.seq + 1, noted.seq)
        if head is None:
            if self.last.seq:
                self.find("headless", self.last.seq)
        elif head.seq < self.last.seq:
            self.find("inserted", head.seq + 1, self.last.seq)
        elif head.seq == self.last.seq and head.hash != self.last.hash and self.trusted:
            self.find("rewritten", head.seq)


def _judge(changed: list[ChainRow]) -> Iterable[Finding]:
    """Tell events that were moved from events that were edited."""
    for index, row in enumerate(changed):
        near = changed[max(0, index - _NEIGHBOURS) : index + _NEIGHBOURS + 1]
        other = next((place.seq for place in near if place is not row and _belongs(row, place)), None)
        if other is None and row._replace(seq=row.seq + 1).seal() == row.hash:
            other = row.seq + 1
        if other is None:
            yield Finding("edited", row.seq, row.seq)
        else:
            yield Finding("reordered", row.seq, row.seq, {"other": other})


def _belongs(row: ChainRow, place: ChainRow) -> bool:
    """Whether the row was written with the place's number, wherever its seal has been left."""
    moved = row._replace(seq=place.seq)
    return moved.seal() == row.hash or moved._replace(prev=place.prev).seal() == place.hash
