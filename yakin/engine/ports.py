"""What the engine needs from the world: a journal that also keeps the item ledger, and durable execution.

The journal is written through one method. Appending an event updates what follows from it (the run's row, the item's
row in the ledger) in the same transaction, so the ledger can never say anything that the journal does not prove.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from yakin.errors import ErrorInfo, JournalError
from yakin.events import Event
from yakin.results import Recorded


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


class Journal(Protocol):
    """The append-only record, and what follows from it. Safe to use from any thread; every method blocks briefly."""

    def append(self, actor: str, *events: Event, also: Callable[[Any], None] | None = None) -> None:
        """Write events, and everything that follows from them, in one transaction; on return they are on disk.

        Args:
            actor: Who or what caused them, such as a user's name or `scheduler`.
            events: In order.
            also: Called with the open SQLAlchemy connection, to do something else in the same transaction.

        Raises:
            Claimed: A `CommitIntended` for a business key that another item claims; nothing is written.
            JournalError: They could not be written; nothing is.
        """
        ...

    def records(self, run: str) -> Sequence[Recorded]:
        """The events of one run in order; empty when there is no such run."""
        ...

    def run(self, run: str) -> RunRow:
        """One run, by its id or an unambiguous beginning of it.

        Raises:
            RunError: There is none, or more than one.
        """
        ...

    def runs(self, *, workflow: str | None = None, status: str | None = None, limit: int = 50) -> Sequence[RunRow]:
        """Runs, the newest first."""
        ...

    def item(self, run: str, step: str, key: str) -> LedgerItem | None:
        """One item of the ledger."""
        ...

    def items(self, run: str, step: str | None = None) -> Sequence[LedgerItem]:
        """Items of a run, in the order of their rows."""
        ...

    def claims(self, system: str, workflow: str, keys: Sequence[str]) -> Mapping[str, LedgerItem]:
        """Which of these business keys are claimed by an item of any run, and by which."""
        ...

    def keep_source(self, sha256: str, name: str, text: str) -> None:
        """Keep the text of a workflow file under its content's hash; the same again does nothing."""
        ...

    def source(self, sha256: str) -> tuple[str, str]:
        """File name and text of a workflow, by its content's hash.

        Raises:
            RunError: It is not kept.
        """
        ...

    def recall(self, workflow: str, step: str, name: str) -> Any | None:
        """What a step remembers under a name, as plain JSON data."""
        ...

    def remember(self, workflow: str, step: str, name: str, value: Any) -> None:
        """Keep plain JSON data for a step under a name."""
        ...
