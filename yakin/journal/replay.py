"""The ledger compared with the events: every run is replayed by the rules it was written by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, TypeAlias

import sqlalchemy as sa

from yakin import events as ev
from yakin.errors import JournalError
from yakin.journal import rules
from yakin.journal.decisions import ApprovalChange, ApprovalEntry, changed_approval
from yakin.journal.findings import Finding
from yakin.journal.rules import ItemEntry, RunEntry
from yakin.journal.tables import approval as approval_table
from yakin.journal.tables import event as event_table
from yakin.journal.tables import item as item_table
from yakin.journal.tables import run as run_table
from yakin.values import canonical_json

_TELLING = [
    kind.action
    for kind in (
        ev.RunCreated,
        ev.RunContinued,
        ev.RunStarted,
        ev.RunWaiting,
        ev.CancelAsked,
        ev.RunFinished,
        ev.RunLate,
        ev.ItemsCreated,
        ev.ItemStarted,
        ev.CommitIntended,
        ev.ItemSettled,
        ev.ItemDecided,
        ev.ApprovalAsked,
        ev.ApprovalReminded,
        ev.ApprovalDecided,
    )
]
"""The kinds of events from which something in the ledger, the list of runs or that of approvals follows."""

_UNUSABLE = (JournalError, AttributeError, KeyError, TypeError, ValueError)
_CHUNK = 500
_Place = tuple[str, str]
_Entry: TypeAlias = RunEntry | ItemEntry | ApprovalEntry


class Replay:
    """The rows that follow from the events of one run.

    Attributes:
        run: The row of the run; None before its creation.
        items: Block and key → row of the item.
        open_claims: Items found in their system without a commit of this run: they claim their key unless another run
            did so before, which the events of this run alone cannot tell.
        approvals: Step → row of the decision it asked for.
        told: Block and key of an item, step and nothing of a decision → number of the last event that tells of it.
    """

    def __init__(self) -> None:
        self.run: RunEntry | None = None
        self.items: dict[_Place, ItemEntry] = {}
        self.open_claims: set[_Place] = set()
        self.approvals: dict[str, ApprovalEntry] = {}
        self.told: dict[_Place, int] = {}

    def take(self, event: ev.Event, *, seq: int, at: str, actor: str) -> None:
        """Go on by one event.

        Raises:
            JournalError: It cannot have happened after those before it.
        """
        if isinstance(event, ev.RunCreated) and self.run is None:
            self.run = rules.created_run(event, seq=seq, at=at, actor=actor)
            return
        if self.run is None:
            raise rules.unknown_run(event.run)
        match event:
            case ev.RunCreated():
                raise JournalError("Run {run} exists already", run=event.run)
            case (
                ev.RunContinued()
                | ev.RunStarted()
                | ev.RunWaiting()
                | ev.CancelAsked()
                | ev.RunFinished()
                | ev.RunLate()
            ):
                self.run = rules.changed_run(self.run, event, at=at)
            case ev.ItemsCreated():
                known = {key for key in event.keys if (event.step, key) in self.items}
                for entry in rules.created_items(self.run, event, seq=seq, known=known):
                    self._put(entry, seq)
            case ev.ItemStarted():
                self._put(rules.started_item(self._item_of(event), event, run_status=self.run.status), seq)
            case ev.CommitIntended():
                self._put(rules.intended_item(self._item_of(event), event, at=at, run_status=self.run.status), seq)
            case ev.ItemSettled() | ev.ItemDecided():
                self._settle(event, seq, at, self.run.status)
            case ev.ApprovalAsked() | ev.ApprovalReminded() | ev.ApprovalDecided():
                self._decide(self.run, event, seq, at, actor)
            case _:
                pass

    def _item_of(self, event: rules.ItemChange) -> ItemEntry:
        entry = self.items.get((event.step, event.item))
        if entry is None:
            raise rules.unknown_item(event)
        return entry

    def _settle(self, event: ev.ItemSettled | ev.ItemDecided, seq: int, at: str, run_status: str) -> None:
        before = self._item_of(event)
        may_be_taken = before.competes and not before.claims
        if isinstance(event, ev.ItemSettled):
            after = rules.settled_item(before, event, at=at, taken=may_be_taken)
        else:
            after = rules.decided_item(before, event, at=at, taken=may_be_taken, run_status=run_status)
        if after.state == "done" and may_be_taken:
            self.open_claims.add((event.step, event.item))
        self._put(after, seq)

    def _decide(self, run: RunEntry, event: ApprovalChange, seq: int, at: str, actor: str) -> None:
        before = self.approvals.get(event.step)
        self.approvals[event.step] = changed_approval(run, before, event, seq=seq, at=at, actor=actor)
        self.told[event.step, ""] = seq

    def _put(self, entry: ItemEntry, seq: int) -> None:
        place = entry.step, entry.key
        self.items[place], self.told[place] = entry, seq


def differences(
    replay: Replay,
    run: RunEntry | None,
    items: Mapping[_Place, ItemEntry],
    approvals: Mapping[str, ApprovalEntry],
) -> Iterator[Finding]:
    """What the rows of a run say otherwise than its events.

    Args:
        replay: What follows from all its events.
        run: Its row in the list of runs, if there is one.
        items: Its rows in the ledger, by block and key.
        approvals: Its rows in the list of approvals, by step.
    """
    told = replay.run
    assert told is not None
    yield from _compare_row("run", told, run, told.seq)
    for place, entry in replay.items.items():
        row = items.get(place)
        if row is not None and place in replay.open_claims:
            entry = entry._replace(claims=row.claims)
        yield from _compare_row("item", entry, row, replay.told[place])
    for place, row in items.items():
        if place not in replay.items:
            yield _added_row("item", row)
    for step, decision in replay.approvals.items():
        yield from _compare_row("approval", decision, approvals.get(step), replay.told[step, ""])
    for step, listed in approvals.items():
        if step not in replay.approvals:
            yield _added_row("approval", listed)


def _compare_row(kind: str, told: _Entry, row: _Entry | None, seq: int) -> Iterator[Finding]:
    if row is None:
        yield Finding(f"{kind}-missing", seq, seq, _names(told))
    elif row != told:
        yield Finding(f"{kind}-differs", seq, seq, {**_names(told), **_difference(row, told)})


def _added_row(kind: str, row: _Entry) -> Finding:
    return Finding(f"{kind}-added", row.seq, row.seq, _names(row))


def compare(conn: sa.Connection) -> Iterator[Finding]:
    """Compare the ledger and the list of runs with the events; what is held in memory is one run at a time."""
    query = (
        sa.select(event_table)
        .where(event_table.c.action.in_(_TELLING))
        .order_by(event_table.c.run, event_table.c.seq)
        .execution_options(yield_per=_CHUNK)
    )
    told: set[str] = set()
    for run, rows in groupby(conn.execute(query), key=lambda row: str(row.run)):
        told.add(run)
        yield from _compare_run(conn, run, rows)
    yield from _added(conn, told)


def _compare_run(conn: sa.Connection, run: str, rows: Iterable[sa.Row[Any]]) -> Iterator[Finding]:
    replay = Replay()
    for row in rows:
        try:
            event = ev.event_of(row.action, row.run, json.loads(row.body))
            replay.take(event, seq=row.seq, at=row.at, actor=row.actor)
        except _UNUSABLE:
            yield Finding("unusable", row.seq, row.seq, {"run": run})
            return
    found = conn.execute(sa.select(run_table).where(run_table.c.id == run)).first()
    items = {(entry.step, entry.key): entry for entry in _items_of(conn, run)}
    approvals = {entry.step: entry for entry in _approvals_of(conn, run)}
    yield from differences(replay, None if found is None else RunEntry._make(found), items, approvals)


def _items_of(conn: sa.Connection, run: str) -> Iterator[ItemEntry]:
    return map(ItemEntry._make, conn.execute(sa.select(item_table).where(item_table.c.run == run)))


def _approvals_of(conn: sa.Connection, run: str) -> Iterator[ApprovalEntry]:
    return map(ApprovalEntry._make, conn.execute(sa.select(approval_table).where(approval_table.c.run == run)))


def _added(conn: sa.Connection, told: set[str]) -> Iterator[Finding]:
    """Rows of runs of which no event tells at all."""
    for run, seq in conn.execute(sa.select(run_table.c.id, run_table.c.seq)):
        if run not in told:
            yield Finding("run-added", seq, seq, {"run": run})
    for run in conn.scalars(sa.select(item_table.c.run).distinct()).all():
        if run not in told:
            yield from (_added_row("item", entry) for entry in _items_of(conn, run))
    for run in conn.scalars(sa.select(approval_table.c.run).distinct()).all():
        if run not in told:
            yield from (_added_row("approval", entry) for entry in _approvals_of(conn, run))


def _names(entry: _Entry) -> dict[str, str]:
    match entry:
        case RunEntry():
            return {"run": entry.id}
        case ItemEntry():
            return {"run": entry.run, "block": entry.step, "key": entry.key}
        case ApprovalEntry():
            return {"run": entry.run, "step": entry.step}


def _difference(row: _Entry, told: _Entry) -> dict[str, str]:
    """The columns that differ: as they stand, and as they follow from the events."""
    names = [name for name, said, true in zip(row._fields, row, told, strict=True) if said != true]
    return {"said": _columns(row, names), "true": _columns(told, names)}


def _columns(row: _Entry, names: Iterable[str]) -> str:
    values = row._asdict()
    return ", ".join(f"{name}={_text(values[name])}" for name in names)


def _text(value: object) -> str:
    return value if isinstance(value, str) and value else canonical_json(value)
