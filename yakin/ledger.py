"""The item ledger and the list of runs as others see them: what follows from the journal's events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yakin.errors import ErrorInfo, JournalError


class Claimed(JournalError):
    """Another item with the same business key has been, or may have been, registered in the same system."""

    code = "claimed"
    exit_status = 1


class Overtaken(JournalError):
    """Somebody else was quicker: what this would have followed from is no longer so. Nothing is written."""

    code = "overtaken"
    exit_status = 1


class LeaseLost(JournalError):
    """The lease of this process was taken away, or given back: it may write nothing more under it."""

    code = "lease-lost"
    exit_status = 1


class LeaseTaken(JournalError):
    """Another process holds the lease and is not surely gone.

    Args:
        row: The lease it holds.
    """

    code = "lease-taken"
    exit_status = 1

    def __init__(self, row: LeaseRow) -> None:
        super().__init__(
            "{name} is held by process {process} on {machine}",
            hint="Wait until it has ended; when its machine is gone, it loses its hold after a while",
            name=row.name,
            process=row.process,
            machine=row.machine,
        )
        self.row = row


@dataclass(frozen=True, slots=True)
class LedgerItem:
    """One row of the item ledger.

    Attributes:
        run: Run it belongs to.
        step: Path of its block.
        key: Business key.
        workflow: Id of the workflow.
        system: System it is registered in; None outside systems.
        state: `pending in_progress done failed in_doubt skipped`.
        how: For `done` `registered` or `found`; for `skipped` why.
        attempt: Tries so far.
        claims: True from the intent on until it is known that nothing was registered; it stays true when done. Of all
            items with the same system, workflow and key, at most one claims.
        intent_at: When the commit was begun.
        settled_at: When the state was last settled.
        result: What was kept of it.
        error: What went wrong.
        owner: Token of the lease of the process that worked on it last; empty when none has.
    """

    run: str
    step: str
    key: str
    workflow: str
    system: str | None
    state: str
    how: str = ""
    attempt: int = 0
    claims: bool = False
    intent_at: datetime | None = None
    settled_at: datetime | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    error: ErrorInfo | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list of runs.

    Attributes:
        id: Of the run.
        workflow: Id of the workflow.
        title: Its title.
        workflow_hash: Key of its source text.
        mode: `run` or `rehearse`.
        status: `queued running waiting succeeded failed cancelled`.
        actor: Who asked for it.
        created: When, UTC.
        finished: When it ended.
        inputs: Input name → value as text.
        selection: What part of the items was asked for.
        counts: Verdict → number of items so far.
        go: Number of its last go, counted from 1.
        owner: Token of the lease of the process that executed it last; empty when none has.
        cancel: What a person asked of this go: empty, `gracefully` or `now`.
        parent: Run that called it.
        parent_step: Path of the parent's step that called it.
        rerun_of: Earlier run that it does again.
        files: Input name → SHA-256 of the file it names.
        schedule: Id of the schedule that asked for it; None when a person did.
        due: The moment for which it asked.
        late: Whether it is not where it was expected: empty, `not_started` or `not_finished`.
    """

    id: str
    workflow: str
    title: str
    workflow_hash: str
    mode: str
    status: str
    actor: str
    created: datetime
    finished: datetime | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    selection: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    go: int = 1
    owner: str = ""
    cancel: str = ""
    parent: str | None = None
    parent_step: str | None = None
    rerun_of: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    schedule: str | None = None
    due: datetime | None = None
    late: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A decision that a run waits for, or waited for.

    Attributes:
        run: Run that asked.
        step: Path of the step that asked.
        workflow: Id of the workflow.
        title: What is asked, for people.
        role: Who may decide.
        requested_by: Who asked for the run.
        state: `waiting approved rejected timed_out`.
        asked_at: When, UTC.
        due: Until when; None when there is no limit.
        remind_seconds: After how many seconds without a decision somebody is reminded.
        reminded_at: When somebody was reminded last.
        decided_at: When it was decided.
        decided_by: Who decided.
        reason: Why, in that person's words.
        show: What is approved, as a kept artifact.
    """

    run: str
    step: str
    workflow: str
    title: str
    role: str
    requested_by: str
    state: str
    asked_at: datetime
    due: datetime | None = None
    remind_seconds: float | None = None
    reminded_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    show: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """A process's hold on a name, as everybody sees it.

    Attributes:
        token: Of this hold, never used again.
        name: What is held: `host:slot` by a worker, `run:<id>` by a process that executes one run.
        kind: `worker` or `run`.
        machine: Where the process runs.
        process: Which one it is on that machine.
        serves: Systems it serves; None for all.
        sessions: How many sessions it may open.
        beat: Counts up while the process lives.
        since: When it was taken, UTC, by the holder's clock.
        beat_at: When it beat last, by the holder's clock.
        state: `held`; `released` when given back, `dead` when its process surely ended, `lost` when it was taken away
            from a process that may still be there.
    """

    token: str
    name: str
    kind: str
    machine: str
    process: str
    serves: tuple[str, ...] | None
    sessions: int
    beat: int
    since: datetime
    beat_at: datetime
    state: str
