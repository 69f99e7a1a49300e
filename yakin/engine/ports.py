"""What the engine needs from the world: a journal that also keeps the item ledger, and leases.

The journal is written through one method. Appending an event updates what follows from it (the run's row, the item's
row in the ledger) in the same transaction, so the ledger can never say anything that the journal does not prove.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from yakin.events import Event
from yakin.ledger import ApprovalRow, Claimed, LeaseLost, LeaseRow, LeaseTaken, LedgerItem, Overtaken, RunRow
from yakin.results import Recorded

__all__ = [
    "ApprovalRow",
    "Claimed",
    "Journal",
    "Lease",
    "LeaseLost",
    "LeaseRow",
    "LeaseTaken",
    "Leases",
    "LedgerItem",
    "Overtaken",
    "RunRow",
    "Watch",
]


class Journal(Protocol):
    """The append-only record, and what follows from it. Safe to use from any thread; every method blocks briefly."""

    def append(self, actor: str, *events: Event, also: Callable[[Any], None] | None = None) -> None:
        """Write events, and everything that follows from them, in one transaction; on return they are on disk.

        Args:
            actor: Who or what caused them, such as a user's name or `scheduler`.
            events: In order.
            also: Called with the open SQLAlchemy connection, to do something else in the same transaction; when it
                raises, nothing is written.

        Raises:
            Claimed: A `CommitIntended` for a business key that another item claims; nothing is written.
            JournalError: They could not be written; nothing is.
        """
        ...

    def records(self, run: str, *, after: int = 0, actions: Collection[str] | None = None) -> Sequence[Recorded]:
        """The events of one run in order, those after a number in the journal; empty when there are none.

        Args:
            run: Id of the run.
            after: Number in the journal.
            actions: Only these kinds of events, such as `step.finished`; None for all.
        """
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

    def children(self, run: str) -> Sequence[RunRow]:
        """The runs that a run called, in the order of their creation."""
        ...

    def same_files(self, workflow: str, files: Mapping[str, str]) -> Sequence[RunRow]:
        """Runs of a workflow, no rehearsals, with exactly these files, the newest first; none when there are no files.

        Args:
            workflow: Id of the workflow.
            files: Input name → SHA-256.
        """
        ...

    def item(self, run: str, step: str, key: str) -> LedgerItem | None:
        """One item of the ledger."""
        ...

    def items(
        self, run: str, step: str | None = None, *, first: int = 0, last: int | None = None
    ) -> Sequence[LedgerItem]:
        """Items of a run, in the order of their rows.

        Args:
            run: Id of the run.
            step: Path of a block; None for all.
            first: Place in the block of the first one that is wanted, counted from 0.
            last: Place after the last one; None for all.
        """
        ...

    def confirm_unchanged(self, connection: Any, seen: LedgerItem | RunRow) -> None:
        """Make sure, in the open transaction of an `append`, that nobody has gone on with an item or a run since it was read.

        Raises:
            Claimed: Somebody has gone on with the item.
            Overtaken: Somebody has gone on with the run.
        """
        ...

    def confirm_undecided(self, connection: Any, run: str, step: str) -> None:
        """Make sure, in the open transaction of an `append`, that a decision has not been made since somebody looked.

        Raises:
            Overtaken: It has.
        """
        ...

    def verdicts(self, run: str, step: str, *, only: Collection[str] = ()) -> Mapping[str, int]:
        """Verdict → number of items of one block.

        Args:
            run: Id of the run.
            step: Path of the block.
            only: Only these verdicts, which is quick when few items have them; empty for all.
        """
        ...

    def approvals(self, *, run: str | None = None, state: str | None = None) -> Sequence[ApprovalRow]:
        """Decisions that runs wait or waited for, in the order they were asked for."""
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


class Lease(Protocol):
    """A name that this process holds, and proves to be holding with every event it writes. Safe from any thread."""

    @property
    def token(self) -> str:
        """Of this hold: what events call their owner."""
        ...

    @property
    def name(self) -> str:
        """What is held."""
        ...

    @property
    def fresh(self) -> bool:
        """Whether nobody can have taken it away for being silent; only this machine's clocks are asked.

        False says nothing is known, such as after the clock was set: `beat` finds out.
        """
        ...

    def confirm(self, connection: Any) -> None:
        """Make sure, in the open transaction of an `append`, that it is still held.

        Raises:
            LeaseLost: It is not.
        """
        ...

    def beat(self) -> None:
        """Say that this process lives.

        Raises:
            LeaseLost: It is no longer held.
        """
        ...

    def kept(self, lost: Callable[[], None] | None = None) -> AbstractContextManager[None]:
        """Beat from a thread as long as the context is open.

        Args:
            lost: Called once, from that thread, when the lease turns out to be lost.
        """
        ...

    def release(self) -> None:
        """Give it back, with its seats: this process will do nothing more under it. Again, or when lost: nothing."""
        ...


class Watch(Protocol):
    """Somebody who looks at leases again and again, every few seconds, and judges by the own monotonic clock."""

    def judge(self, row: LeaseRow) -> bool:
        """Whether its holder may be given up: it was silent for too long while being watched, or is surely gone."""
        ...


class Leases(Protocol):
    """Who executes, and who is in which seat of a system; the same for all machines."""

    def take(self, name: str, *, kind: str, serves: Sequence[str] | None = None, sessions: int = 0) -> Lease:
        """Take a name; one that surely died holding it is marked dead.

        Args:
            name: `host:slot` of a worker, `run:<id>` of a process that executes one run.
            kind: `worker` or `run`.
            serves: Systems that are served; None for all.
            sessions: How many sessions it may open.

        Raises:
            LeaseTaken: Somebody else holds it and is not surely gone.
        """
        ...

    def held(self, kind: str | None = None) -> list[LeaseRow]:
        """The leases that are held, the oldest first."""
        ...

    def vacant(self, kind: str) -> list[str]:
        """Names that were held once, and that nobody holds now."""
        ...

    def row(self, token: str) -> LeaseRow | None:
        """One lease, in whatever state."""
        ...

    def live(self, token: str) -> bool:
        """Whether it is held, and its process not surely gone."""
        ...

    def give_up(self, token: str) -> str:
        """Take a lease away, with its seats.

        Returns:
            What its state is now: `dead` when its process is surely gone, else `lost`; one that was not held stays
            what it was.

        Raises:
            JournalError: There is no such lease.
        """
        ...

    def over(self, token: str) -> bool:
        """Whether its holder can surely do nothing any more: it gave the lease back, or its process is gone.

        False for a token that nobody knows.
        """
        ...

    def watch(self) -> Watch:
        """A new observer, who has seen nothing yet."""
        ...

    def take_seat(self, system: str, limit: int, token: str) -> int | None:
        """Take a seat of a system: the right to one session.

        Args:
            system: The system.
            limit: How many seats it has, over all machines.
            token: Of the lease under which it is taken.

        Returns:
            Number of the seat, from 1; None when all are taken.

        Raises:
            LeaseLost: The lease is not held.
        """
        ...

    def free_seat(self, system: str, number: int, token: str) -> None:
        """Stand up from a seat; nothing when it is somebody else's by now."""
        ...
