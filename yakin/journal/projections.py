"""What follows from an event is written: the row of its run, the rows of its items and decisions.

Everything here happens in the transaction that writes the event, under the journal's lock. What may follow, and what it
makes of a row, is said in `rules` and `decisions`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from yakin import events as ev
from yakin.errors import JournalError
from yakin.journal import rules
from yakin.journal.decisions import ApprovalChange, ApprovalEntry, changed_approval
from yakin.journal.rules import ItemEntry, RunEntry
from yakin.journal.tables import CLAIMING, approval, item, run
from yakin.ledger import Claimed


def project(conn: sa.Connection, event: ev.Event, *, seq: int, at: str, actor: str) -> None:
    """Bring the rows of the run and of its items up to date with an event.

    Args:
        conn: Connection with the open transaction.
        event: The event, already masked.
        seq: Its number.
        at: When, as text.
        actor: Who caused it.

    Raises:
        Claimed: The business key of a commit is claimed by another item.
        JournalError: The event cannot have happened after what the journal holds.
    """
    match event:
        case ev.RunCreated():
            _create_run(conn, rules.created_run(event, seq=seq, at=at, actor=actor))
        case ev.RunContinued() | ev.RunStarted() | ev.RunWaiting() | ev.CancelAsked() | ev.RunFinished() | ev.RunLate():
            before = _run_of(conn, event.run)
            _change_run(conn, before, rules.changed_run(before, event, at=at))
        case ev.ItemsCreated():
            _create_items(conn, event, seq)
        case ev.ItemStarted():
            entry, run_status = _item_of(conn, event)
            _change_item(conn, entry, rules.started_item(entry, event, run_status=run_status))
        case ev.CommitIntended():
            _intend(conn, event, at)
        case ev.ItemSettled():
            entry, _ = _item_of(conn, event)
            _change_item(conn, entry, rules.settled_item(entry, event, at=at, taken=_is_taken(conn, entry)))
        case ev.ItemDecided():
            entry, run_status = _item_of(conn, event)
            taken = _is_taken(conn, entry)
            _change_item(conn, entry, rules.decided_item(entry, event, at=at, taken=taken, run_status=run_status))
        case ev.ApprovalAsked() | ev.ApprovalReminded() | ev.ApprovalDecided():
            _change_approval(conn, event, seq=seq, at=at, actor=actor)
        case _:
            if event.run:
                _run_of(conn, event.run)


_CLAIMANT = sa.select(item.c.run).where(
    sa.text(CLAIMING),
    item.c.system == sa.bindparam("the_system"),
    item.c.workflow == sa.bindparam("the_workflow"),
    item.c.key == sa.bindparam("the_key"),
)
_ITEM = (
    sa.select(item, run.c.status)
    .join(run, run.c.id == item.c.run)
    .where(
        item.c.run == sa.bindparam("the_run"),
        item.c.step == sa.bindparam("the_step"),
        item.c.key == sa.bindparam("the_key"),
    )
)
_RUN = sa.select(run).where(run.c.id == sa.bindparam("the_run"))
_CHANGED_RUN = sa.update(run).where(run.c.id == sa.bindparam("the_run"))
_CHANGED_ITEM = sa.update(item).where(
    item.c.run == sa.bindparam("the_run"),
    item.c.step == sa.bindparam("the_step"),
    item.c.key == sa.bindparam("the_key"),
)
"""Statements are made once: making one takes longer than executing it. What changes is told by the values given."""


def _create_run(conn: sa.Connection, entry: RunEntry) -> None:
    if conn.execute(_RUN, {"the_run": entry.id}).first() is not None:
        raise JournalError("Run {run} exists already", run=entry.id)
    conn.execute(sa.insert(run), entry._asdict())


def _run_of(conn: sa.Connection, run_id: str) -> RunEntry:
    row = conn.execute(_RUN, {"the_run": run_id}).first()
    if row is None:
        raise rules.unknown_run(run_id)
    return RunEntry._make(row)


def _change_run(conn: sa.Connection, before: RunEntry, after: RunEntry) -> None:
    changes = _changes(before, after)
    if changes:
        conn.execute(_CHANGED_RUN, {**changes, "the_run": before.id})


def _create_items(conn: sa.Connection, event: ev.ItemsCreated, seq: int) -> None:
    owner = _run_of(conn, event.run)
    known = set(conn.scalars(sa.select(item.c.key).where(item.c.run == event.run, item.c.step == event.step)))
    entries = rules.created_items(owner, event, seq=seq, known=known)
    if entries:
        conn.execute(sa.insert(item), [entry._asdict() for entry in entries])


def _item_of(conn: sa.Connection, event: rules.ItemChange) -> tuple[ItemEntry, str]:
    """The row of an item, and the status of its run."""
    place = {"the_run": event.run, "the_step": event.step, "the_key": event.item}
    row = conn.execute(_ITEM, place).first()
    if row is None:
        raise rules.unknown_item(event)
    *columns, run_status = row
    return ItemEntry._make(columns), run_status


def _change_item(conn: sa.Connection, before: ItemEntry, after: ItemEntry) -> None:
    changes = _changes(before, after)
    if changes:
        place = {"the_run": before.run, "the_step": before.step, "the_key": before.key}
        conn.execute(_CHANGED_ITEM, {**changes, **place})


def _intend(conn: sa.Connection, event: ev.CommitIntended, at: str) -> None:
    before, run_status = _item_of(conn, event)
    after = rules.intended_item(before, event, at=at, run_status=run_status)
    holder = _claimant_of(conn, before)
    if holder is not None:
        raise Claimed(
            "{key} of {workflow} was, or may have been, registered in {system} by run {run}",
            hint="Look at it with: runner.py show {run}",
            key=before.key,
            workflow=before.workflow,
            system=before.system or "-",
            run=holder,
        )
    _change_item(conn, before, after)


def _claimant_of(conn: sa.Connection, entry: ItemEntry) -> str | None:
    """The run whose item claims the business key of this one; None for items that compete with nobody."""
    if not entry.competes:
        return None
    place = {"the_system": entry.system, "the_workflow": entry.workflow, "the_key": entry.key}
    return conn.scalar(_CLAIMANT, place)


def _is_taken(conn: sa.Connection, entry: ItemEntry) -> bool:
    """Whether another item claims its business key."""
    return not entry.claims and _claimant_of(conn, entry) is not None


def _change_approval(conn: sa.Connection, event: ApprovalChange, *, seq: int, at: str, actor: str) -> None:
    place = (approval.c.run == event.run, approval.c.step == event.step)
    row = conn.execute(sa.select(approval).where(*place)).first()
    before = None if row is None else ApprovalEntry._make(row)
    after = changed_approval(_run_of(conn, event.run), before, event, seq=seq, at=at, actor=actor)
    if before is None:
        conn.execute(sa.insert(approval), after._asdict())
    else:
        conn.execute(sa.update(approval).where(*place).values(**after._asdict()))


def _changes(before: RunEntry | ItemEntry, after: RunEntry | ItemEntry) -> dict[str, Any]:
    now = after._asdict()
    return {name: now[name] for name, value in before._asdict().items() if value != now[name]}
