"""What people decide about runs: whether a commit in doubt has happened, written down with who says so and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yakin.engine.candidates import plain_result
from yakin.engine.ports import LedgerItem
from yakin.engine.requests import Requests, RunIsLive
from yakin.engine.residents import Surroundings
from yakin.errors import ItemInDoubt, RunError
from yakin.events import Event, ItemDecided, ItemSettled


class NoReason(RunError):
    """What a person decides is audited, and needs a reason."""

    code = "no-reason"
    exit_status = 2


class UnknownItem(RunError):
    """A run has no item of this business key, or more than one that could be meant."""

    code = "unknown-item"
    exit_status = 2


class NotInDoubt(RunError):
    """It is known whether the item was registered: there is nothing to settle."""

    code = "not-in-doubt"
    exit_status = 2


class Decisions:
    """Writes down what people decide.

    Args:
        around: What the engine works in.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._requests = Requests(around)

    def settle(
        self,
        run: str,
        key: str,
        *,
        registered: bool,
        actor: str,
        reason: str,
        result: Mapping[str, Any] | None = None,
        block: str | None = None,
    ) -> list[LedgerItem]:
        """Settle a doubt: somebody has looked in the system whether an item is registered.

        An item may be in doubt because of a commit that another run began; then that run's item is settled too.

        Args:
            run: Id of the run, or its beginning; the item may be one of a run that it called.
            key: Business key.
            registered: Whether it is registered.
            actor: Who says so.
            reason: How that person knows.
            result: The item's result, such as its number in the system.
            block: Path of the item's block, where several have an item of this key in doubt.

        Returns:
            The items that were settled, as they are now; the one that was asked for first.

        Raises:
            NoReason: The reason is empty.
            UnknownItem: There is no such item, or there are several in doubt.
            NotInDoubt: It is known what became of it.
            RunIsLive: Somebody is working on it.
        """
        if not reason.strip():
            raise NoReason("A decision needs a reason", hint='Say how you know it: --reason "…"')
        item = self._in_doubt(run, key, block)
        items = [item, *self._begun_elsewhere(item, registered=registered)]
        for one in items:
            self._see_that_nobody_works_on(one)
        events = [
            event
            for one in items
            for event in _decided(one, registered=registered, reason=reason.strip(), result=result or {})
        ]
        self._around.journal.append(actor, *events, also=lambda connection: self._unchanged(connection, items))
        return [self._now(one) for one in items]

    def _in_doubt(self, run: str, key: str, block: str | None) -> LedgerItem:
        journal = self._around.journal
        row = journal.run(run)
        found = [
            item
            for one in self._requests.family(row.id)
            for item in journal.items(one.id)
            if item.key == key and block in (None, item.step)
        ]
        if not found:
            raise UnknownItem(
                "Run {run} has no item {key}", run=row.id, key=key, hint="List them with: runner.py items {run}"
            )
        doubtful = [item for item in found if is_in_doubt(item)]
        if not doubtful:
            states = ", ".join(f"{item.step} {item.state}" for item in found)
            raise NotInDoubt("{key} is not in doubt: {states}", key=key, states=states)
        if len(doubtful) > 1:
            raise UnknownItem(
                "{key} is in doubt in more than one place: {places}",
                key=key,
                places=", ".join(f"{item.run} {item.step}" for item in doubtful),
                hint="Name the block with --block, or the run that it is in",
            )
        return doubtful[0]

    def _begun_elsewhere(self, item: LedgerItem, *, registered: bool) -> list[LedgerItem]:
        """The item of another run whose commit the doubt is about."""
        if item.claims or item.system is None:
            return []
        other = self._around.journal.claims(item.system, item.workflow, [item.key]).get(item.key)
        if other is None or other.run == item.run:
            return []
        if is_in_doubt(other):
            return [other]
        if other.state == "done" and not registered:
            raise NotInDoubt("Run {run} has registered {key}", run=other.run, key=item.key)
        return []

    def _see_that_nobody_works_on(self, item: LedgerItem) -> None:
        row, leases = self._around.journal.run(item.run), self._around.leases
        executed = row.status == "running" and leases.live(row.owner)
        if executed or (item.state == "in_progress" and leases.live(item.owner)):
            raise RunIsLive(
                "Run {run} is being executed by another process",
                run=row.id,
                hint="Wait for its end, or stop it with: runner.py cancel {run}",
            )

    def _unchanged(self, connection: Any, items: Sequence[LedgerItem]) -> None:
        for item in items:
            self._around.journal.confirm_unchanged(connection, item)

    def _now(self, item: LedgerItem) -> LedgerItem:
        now = self._around.journal.item(item.run, item.step, item.key)
        assert now is not None, "items do not go away"
        return now


def is_in_doubt(item: LedgerItem) -> bool:
    """Whether the commit of an item was begun and nobody has settled what came of it."""
    return item.state == "in_doubt" or (item.claims and item.state == "in_progress")


def _decided(item: LedgerItem, *, registered: bool, reason: str, result: Mapping[str, Any]) -> list[Event]:
    decided = ItemDecided(
        run=item.run,
        step=item.step,
        item=item.key,
        attempt=item.attempt,
        registered=registered,
        reason=reason,
        result=plain_result(result) if registered else {},
    )
    if item.state == "in_doubt":
        return [decided]
    cut_off = ItemInDoubt("The run was cut off after the commit was begun").info()
    doubt = ItemSettled(
        run=item.run, step=item.step, item=item.key, attempt=item.attempt, state="in_doubt", error=cut_off
    )
    return [doubt, decided]
