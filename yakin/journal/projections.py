"""What follows from an event: the row of its run, the rows of its items; and which events may follow which.

Everything here happens in the transaction that writes the event, under the journal's lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from yakin import events as ev
from yakin.errors import JournalError
from yakin.journal.tables import CLAIMING, item, run
from yakin.ledger import Claimed
from yakin.results import ItemResult
from yakin.values import canonical_json

_STARTABLE = ("queued", "running", "failed", "cancelled")
_UNFINISHED = ("queued", "running")
_ENDS = ("succeeded", "failed", "cancelled")

_SETTLED_FROM: Mapping[str, frozenset[str]] = {
    "pending": frozenset({"in_progress", "in_doubt", "failed", "skipped"}),
    "done": frozenset({"pending", "in_progress", "in_doubt", "failed"}),
    "failed": frozenset({"pending", "in_progress", "in_doubt"}),
    "in_doubt": frozenset({"pending", "in_progress", "in_doubt"}),
    "skipped": frozenset({"pending", "in_progress", "in_doubt"}),
}
"""State an item is settled in → states it may have been in before."""


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
            _create_run(conn, event, seq, at, actor)
        case ev.RunStarted():
            _change_run(conn, event.run, _STARTABLE, "running", None)
        case ev.RunFinished():
            if event.status not in _ENDS:
                raise JournalError("{status} is no end of a run", status=event.status)
            _change_run(conn, event.run, _UNFINISHED, event.status, at)
        case ev.ItemsCreated():
            _create_items(conn, event, seq)
        case ev.ItemStarted():
            _start_item(conn, event)
        case ev.CommitIntended():
            _intend(conn, event, at)
        case ev.ItemSettled():
            _settle(conn, event, at)
        case _:
            if event.run:
                _run_of(conn, event.run)


_CLAIMANT = sa.select(item).where(
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


def _create_run(conn: sa.Connection, event: ev.RunCreated, seq: int, at: str, actor: str) -> None:
    if conn.execute(_RUN, {"the_run": event.run}).first() is not None:
        raise JournalError("Run {run} exists already", run=event.run)
    conn.execute(
        sa.insert(run),
        {
            "id": event.run,
            "seq": seq,
            "workflow": event.workflow,
            "title": event.title,
            "workflow_hash": event.workflow_hash,
            "mode": event.mode,
            "status": "queued",
            "actor": actor,
            "created": at,
            "finished": None,
            "inputs": canonical_json(dict(event.inputs)),
            "selection": canonical_json(dict(event.selection)),
        },
    )


def _run_of(conn: sa.Connection, run_id: str) -> sa.Row[Any]:
    row = conn.execute(_RUN, {"the_run": run_id}).first()
    if row is None:
        raise JournalError("There is no run {run} to which this could have happened", run=run_id)
    return row


def _change_run(conn: sa.Connection, run_id: str, before: tuple[str, ...], status: str, finished: str | None) -> None:
    row = _run_of(conn, run_id)
    if row.status not in before:
        raise JournalError(
            "Run {run} is {status}: it cannot become {wanted}", run=run_id, status=row.status, wanted=status
        )
    conn.execute(sa.update(run).where(run.c.id == run_id).values(status=status, finished=finished))


def _create_items(conn: sa.Connection, event: ev.ItemsCreated, seq: int) -> None:
    """Items that are there already are left as they are: a block that is executed again says so again."""
    if len(set(event.keys)) != len(event.keys):
        raise JournalError("The items of {step} do not all have different business keys", step=event.step)
    owner = _run_of(conn, event.run)
    known = set(conn.scalars(sa.select(item.c.key).where(item.c.run == event.run, item.c.step == event.step)))
    rows = [
        {
            "run": event.run,
            "step": event.step,
            "key": key,
            "seq": seq,
            "position": position,
            "workflow": owner.workflow,
            "system": event.system,
            "rehearsal": owner.mode != "run",
            "state": "pending",
            "how": "",
            "verdict": "pending",
            "attempt": 0,
            "claims": False,
            "result": "{}",
        }
        for position, key in enumerate(event.keys)
        if key not in known
    ]
    if rows:
        conn.execute(sa.insert(item), rows)


def _item_of(conn: sa.Connection, event: ev.ItemStarted | ev.CommitIntended | ev.ItemSettled) -> sa.Row[Any]:
    place = {"the_run": event.run, "the_step": event.step, "the_key": event.item}
    row = conn.execute(_ITEM, place).first()
    if row is None:
        raise JournalError(
            "There is no item {key} in {step} of run {run}", key=event.item, step=event.step, run=event.run
        )
    return row


def _change_item(conn: sa.Connection, row: sa.Row[Any], **values: Any) -> None:
    place = (item.c.run == row.run, item.c.step == row.step, item.c.key == row.key)
    conn.execute(sa.update(item).where(*place).values(**values))


def _only_while_running(row: sa.Row[Any]) -> None:
    if row.status != "running":
        raise JournalError("Run {run} is {status}: nobody may work on its items", run=row.run, status=row.status)


def _impossible(row: sa.Row[Any], wanted: str) -> JournalError:
    return JournalError(
        "Item {key} of {step} is {state}: it cannot become {wanted}",
        key=row.key,
        step=row.step,
        state="in_doubt" if row.claims and row.state == "in_progress" else row.state,
        wanted=wanted,
    )


def _start_item(conn: sa.Connection, event: ev.ItemStarted) -> None:
    row = _item_of(conn, event)
    _only_while_running(row)
    if row.claims or row.state not in ("pending", "in_progress"):
        raise _impossible(row, "in_progress")
    attempt = max(row.attempt, event.attempt)
    _change_item(conn, row, state="in_progress", verdict="in_progress", attempt=attempt, intent_at=None)


def _intend(conn: sa.Connection, event: ev.CommitIntended, at: str) -> None:
    row = _item_of(conn, event)
    _only_while_running(row)
    if row.claims or row.state != "in_progress":
        raise _impossible(row, "committed")
    holder = _claimant_of(conn, row)
    if holder is not None:
        raise Claimed(
            "{key} of {workflow} was, or may have been, registered in {system} by run {run}",
            hint="Look at it with: runner.py show {run}",
            key=row.key,
            workflow=row.workflow,
            system=row.system,
            run=holder.run,
        )
    _change_item(conn, row, claims=True, intent_at=at, attempt=max(row.attempt, event.attempt))


def _settle(conn: sa.Connection, event: ev.ItemSettled, at: str) -> None:
    row = _item_of(conn, event)
    if row.state not in _SETTLED_FROM.get(event.state, ()):
        raise _impossible(row, event.state)
    claimed_by_another = not row.claims and _claimant_of(conn, row) is not None
    if event.state == "in_doubt" and not row.claims and not claimed_by_another:
        raise _impossible(row, event.state)
    verdict = ItemResult(event.step, event.item, state=event.state, how=event.how, error=event.error).verdict
    _change_item(
        conn,
        row,
        state=event.state,
        how=event.how,
        verdict=verdict,
        attempt=max(row.attempt, event.attempt),
        claims=_claims_when_settled(row, event, free=not claimed_by_another),
        settled_at=at,
        result=canonical_json(dict(event.result)),
        error=None if event.error is None else canonical_json(event.error.to_json()),
    )


def _claims_when_settled(row: sa.Row[Any], event: ev.ItemSettled, *, free: bool) -> bool:
    """A claim is kept while the item is, or may be, registered; what was found there already is claimed if it is free."""
    match event.state:
        case "done":
            return bool(row.claims or (free and row.system is not None and not row.rehearsal))
        case "in_doubt":
            return bool(row.claims)
        case _:
            return False


def _claimant_of(conn: sa.Connection, row: sa.Row[Any]) -> sa.Row[Any] | None:
    """The item that claims the business key of this one; None for items that compete with nobody."""
    if row.rehearsal or row.system is None:
        return None
    place = {"the_system": row.system, "the_workflow": row.workflow, "the_key": row.key}
    return conn.execute(_CLAIMANT, place).first()
