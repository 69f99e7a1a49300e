"""What the engine needs from the world: a journal that also keeps the item ledger, and durable execution.

The journal is written through one method. Appending an event updates what follows from it (the run's row, the item's
row in the ledger) in the same transaction, so the ledger can never say anything that the journal does not prove.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from yakin.events import Event
from yakin.ledger import Claimed, LedgerItem, RunRow
from yakin.results import Recorded

__all__ = ["Claimed", "Journal", "LedgerItem", "RunRow"]


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

    def records(self, run: str, *, after: int = 0) -> Sequence[Recorded]:
        """The events of one run in order, those after a number in the journal; empty when there are none."""
        ...

    def run(self, run: str) -> RunRow:
        """One run, by its id or an unambiguous beginning of it.

        Raises:
            UnknownRun: There is none, or more than one.
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
