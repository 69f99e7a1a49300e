"""Which events of a decision may follow which, and its row before and after, as values; see `rules`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from yakin import events as ev
from yakin.errors import JournalError
from yakin.journal.rules import UNFINISHED, RunEntry
from yakin.ledger import Overtaken
from yakin.values import canonical_json

ApprovalChange: TypeAlias = ev.ApprovalAsked | ev.ApprovalReminded | ev.ApprovalDecided
"""What can happen to a decision."""

_DECISIONS = ("approved", "rejected", "timed_out")
_ASKABLE_AGAIN = ("rejected", "timed_out")


class ApprovalEntry(NamedTuple):
    """A row of the table `approval`: its columns, in order."""

    run: str
    step: str
    seq: int
    workflow: str
    title: str
    role: str
    requested_by: str
    state: str
    asked_at: str
    due: str | None
    remind_seconds: float | None
    reminded_at: str | None
    decided_at: str | None
    decided_by: str | None
    reason: str | None
    show: str


def changed_approval(
    run: RunEntry, before: ApprovalEntry | None, event: ApprovalChange, *, seq: int, at: str, actor: str
) -> ApprovalEntry:
    """The row of a decision to which something has happened.

    Args:
        run: The run's row.
        before: The row before; None when nothing was asked yet.
        event: What happened.
        seq: Number of the event.
        at: When, as text.
        actor: Who caused it.

    Raises:
        Overtaken: It was decided already, or somebody was reminded just before.
        JournalError: It cannot have happened after what was before.
    """
    if isinstance(event, ev.ApprovalAsked):
        return _asked(run, before, event, seq=seq, at=at)
    if before is None or before.state != "waiting":
        raise Overtaken("Step {step} of run {run} waits for no decision", step=event.step, run=event.run)
    if isinstance(event, ev.ApprovalReminded):
        return _reminded(before, at)
    if run.status not in UNFINISHED:
        raise JournalError(
            "Run {run} is {status}: nothing can be decided for it",
            hint="Let it go on first with: runner.py resume {run}",
            run=run.id,
            status=run.status,
        )
    if event.decision not in _DECISIONS:
        raise JournalError("{decision} is no decision", decision=event.decision)
    return before._replace(state=event.decision, decided_at=at, decided_by=actor, reason=event.reason)


def _reminded(before: ApprovalEntry, at: str) -> ApprovalEntry:
    """Of several that look after decisions at once, one reminds."""
    if before.reminded_at is not None and before.remind_seconds is not None:
        again = datetime.fromisoformat(before.reminded_at) + timedelta(seconds=before.remind_seconds)
        if datetime.fromisoformat(at) < again:
            raise Overtaken("Somebody was reminded of step {step} of run {run}", step=before.step, run=before.run)
    return before._replace(reminded_at=at)


def _asked(run: RunEntry, before: ApprovalEntry | None, event: ev.ApprovalAsked, *, seq: int, at: str) -> ApprovalEntry:
    """What was refused, or never decided, may be asked again when the run is resumed."""
    if run.status != "running":
        raise JournalError("Run {run} is {status}: it can ask for nothing", run=run.id, status=run.status)
    if before is not None and before.state not in _ASKABLE_AGAIN:
        raise JournalError("Step {step} of run {run} has asked already", step=event.step, run=event.run)
    if event.due is not None and datetime.fromisoformat(event.due).utcoffset() != timedelta(0):
        raise JournalError("{due} is no moment in UTC", due=event.due)
    return ApprovalEntry(
        run=event.run,
        step=event.step,
        seq=seq,
        workflow=run.workflow,
        title=event.title,
        role=event.role,
        requested_by=run.actor,
        state="waiting",
        asked_at=at,
        due=event.due,
        remind_seconds=event.remind_seconds,
        reminded_at=None,
        decided_at=None,
        decided_by=None,
        reason=None,
        show=canonical_json(dict(event.show)),
    )
