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


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list of runs.

    Attributes:
        id: Of the run.
        workflow: Id of the workflow.
        title: Its title.
        workflow_hash: Key of its source text.
        mode: `run` or `rehearse`.
        status: `queued running succeeded failed cancelled`.
        actor: Who asked for it.
        created: When, UTC.
        finished: When it ended.
        inputs: Input name → value as text.
        selection: What part of the items was asked for.
        counts: Verdict → number of items so far.
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
