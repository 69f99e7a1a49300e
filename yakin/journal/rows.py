"""Rows of the database as the values that others see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from yakin.errors import ErrorInfo, JournalError
from yakin.events import event_of
from yakin.ledger import ApprovalRow, LeaseRow, LedgerItem, RunRow
from yakin.results import Recorded


def recorded(row: sa.Row[Any]) -> Recorded:
    """An event with its place in the journal.

    Raises:
        JournalError: It is none that this program can read.
    """
    try:
        event = event_of(row.action, row.run, json.loads(row.body))
    except (KeyError, TypeError, ValueError) as error:
        raise JournalError(
            "Event {seq} cannot be read", hint="Look with: runner.py audit verify", seq=row.seq
        ) from error
    return Recorded(row.seq, datetime.fromisoformat(row.at), row.actor, event)


def run_row(row: sa.Row[Any], counts: Mapping[str, Mapping[str, int]]) -> RunRow:
    """A run, with the verdicts of its items: run → verdict → number."""
    return RunRow(
        id=row.id,
        workflow=row.workflow,
        title=row.title,
        workflow_hash=row.workflow_hash,
        mode=row.mode,
        status=row.status,
        actor=row.actor,
        created=datetime.fromisoformat(row.created),
        finished=_moment(row.finished),
        inputs=json.loads(row.inputs),
        selection=json.loads(row.selection),
        counts=counts.get(row.id, {}),
        go=row.go,
        owner=row.owner,
        cancel=row.cancel,
        parent=row.parent,
        parent_step=row.parent_step,
        rerun_of=row.rerun_of,
        files=json.loads(row.files),
        schedule=row.schedule,
        due=_moment(row.due),
        late=row.late,
    )


def ledger_item(row: sa.Row[Any]) -> LedgerItem:
    """An item."""
    return LedgerItem(
        run=row.run,
        step=row.step,
        key=row.key,
        workflow=row.workflow,
        system=row.system,
        state=row.state,
        how=row.how,
        attempt=row.attempt,
        claims=row.claims,
        intent_at=_moment(row.intent_at),
        settled_at=_moment(row.settled_at),
        result=json.loads(row.result),
        error=None if row.error is None else ErrorInfo.from_json(json.loads(row.error)),
        owner=row.owner,
    )


def approval_row(row: sa.Row[Any]) -> ApprovalRow:
    """A decision."""
    return ApprovalRow(
        run=row.run,
        step=row.step,
        workflow=row.workflow,
        title=row.title,
        role=row.role,
        requested_by=row.requested_by,
        state=row.state,
        asked_at=datetime.fromisoformat(row.asked_at),
        due=_moment(row.due),
        remind_seconds=row.remind_seconds,
        reminded_at=_moment(row.reminded_at),
        decided_at=_moment(row.decided_at),
        decided_by=row.decided_by,
        reason=row.reason,
        show=json.loads(row.show),
    )


def lease_row(row: sa.Row[Any]) -> LeaseRow:
    """A lease."""
    return LeaseRow(
        token=row.token,
        name=row.name,
        kind=row.kind,
        machine=row.machine,
        process=row.process,
        serves=None if row.serves is None else tuple(json.loads(row.serves)),
        sessions=row.sessions,
        beat=row.beat,
        since=datetime.fromisoformat(row.since),
        beat_at=datetime.fromisoformat(row.beat_at),
        state=row.state,
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
