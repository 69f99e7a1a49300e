"""Which events may follow which, and what follows from them: the rows of runs and items before and after, as values.

Nothing here reads or writes: the projection applies these rules to the database while events are written, the replay
applies them again to look whether the database still says what the events say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from yakin import events as ev
from yakin.errors import JournalError
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


class RunEntry(NamedTuple):
    """A row of the table `run`: its columns, in order."""

    id: str
    seq: int
    workflow: str
    title: str
    workflow_hash: str
    mode: str
    status: str
    actor: str
    created: str
    finished: str | None
    inputs: str
    selection: str


class ItemEntry(NamedTuple):
    """A row of the table `item`: its columns, in order."""

    run: str
    step: str
    key: str
    seq: int
    position: int
    workflow: str
    system: str | None
    rehearsal: bool
    state: str
    how: str
    verdict: str
    attempt: int
    claims: bool
    intent_at: str | None
    settled_at: str | None
    result: str
    error: str | None

    @property
    def competes(self) -> bool:
        """Whether its business key can be claimed: rehearsals and items outside systems compete with nobody."""
        return self.system is not None and not self.rehearsal


def unknown_run(run: str) -> JournalError:
    """What is said of an event of a run that was never created."""
    return JournalError("There is no run {run} to which this could have happened", run=run)


def unknown_item(event: ev.ItemStarted | ev.CommitIntended | ev.ItemSettled) -> JournalError:
    """What is said of an event of an item that was never created."""
    return JournalError("There is no item {key} in {step} of run {run}", key=event.item, step=event.step, run=event.run)


def created_run(event: ev.RunCreated, *, seq: int, at: str, actor: str) -> RunEntry:
    """The row of a new run."""
    return RunEntry(
        id=event.run,
        seq=seq,
        workflow=event.workflow,
        title=event.title,
        workflow_hash=event.workflow_hash,
        mode=event.mode,
        status="queued",
        actor=actor,
        created=at,
        finished=None,
        inputs=canonical_json(dict(event.inputs)),
        selection=canonical_json(dict(event.selection)),
    )


def started_run(run: RunEntry) -> RunEntry:
    """The row of a run that is begun or goes on.

    Raises:
        JournalError: It has succeeded.
    """
    return _changed_run(run, _STARTABLE, "running", None)


def finished_run(run: RunEntry, event: ev.RunFinished, *, at: str) -> RunEntry:
    """The row of a run that has ended.

    Raises:
        JournalError: It had ended before, or this is no end.
    """
    if event.status not in _ENDS:
        raise JournalError("{status} is no end of a run", status=event.status)
    return _changed_run(run, _UNFINISHED, event.status, at)


def _changed_run(run: RunEntry, before: Collection[str], status: str, finished: str | None) -> RunEntry:
    if run.status not in before:
        raise JournalError(
            "Run {run} is {status}: it cannot become {wanted}", run=run.id, status=run.status, wanted=status
        )
    return run._replace(status=status, finished=finished)


def created_items(run: RunEntry, event: ev.ItemsCreated, *, seq: int, known: Collection[str]) -> list[ItemEntry]:
    """The rows of new items. Those known already are left as they are: a block that is executed again says so again.

    Raises:
        JournalError: Two of them have the same business key.
    """
    if len(set(event.keys)) != len(event.keys):
        raise JournalError("The items of {step} do not all have different business keys", step=event.step)
    return [
        ItemEntry(
            run=event.run,
            step=event.step,
            key=key,
            seq=seq,
            position=position,
            workflow=run.workflow,
            system=event.system,
            rehearsal=run.mode != "run",
            state="pending",
            how="",
            verdict="pending",
            attempt=0,
            claims=False,
            intent_at=None,
            settled_at=None,
            result="{}",
            error=None,
        )
        for position, key in enumerate(event.keys)
        if key not in known
    ]


def started_item(item: ItemEntry, event: ev.ItemStarted, *, run_status: str) -> ItemEntry:
    """The row of an item that is worked on.

    Raises:
        JournalError: Its run does not run, or it is settled or in doubt.
    """
    _only_while_running(item, run_status)
    if item.claims or item.state not in ("pending", "in_progress"):
        raise _impossible(item, "in_progress")
    attempt = max(item.attempt, event.attempt)
    return item._replace(state="in_progress", verdict="in_progress", attempt=attempt, intent_at=None)


def intended_item(item: ItemEntry, event: ev.CommitIntended, *, at: str, run_status: str) -> ItemEntry:
    """The row of an item about to be committed: it claims its business key from now on.

    Raises:
        JournalError: Its run does not run, or nobody works on it, or it was intended before.
    """
    _only_while_running(item, run_status)
    if item.claims or item.state != "in_progress":
        raise _impossible(item, "committed")
    return item._replace(claims=True, intent_at=at, attempt=max(item.attempt, event.attempt))


def settled_item(item: ItemEntry, event: ev.ItemSettled, *, at: str, taken: bool) -> ItemEntry:
    """The row of an item whose attempt has ended.

    Args:
        item: The row before.
        event: How it ended.
        at: When, as text.
        taken: Whether another item claims its business key.

    Raises:
        JournalError: It cannot end so after what it was, or is in doubt though nobody intended to commit it.
    """
    if item.state not in _SETTLED_FROM.get(event.state, ()):
        raise _impossible(item, event.state)
    if event.state == "in_doubt" and not item.claims and not taken:
        raise _impossible(item, event.state)
    return item._replace(
        state=event.state,
        how=event.how,
        verdict=ItemResult(event.step, event.item, state=event.state, how=event.how, error=event.error).verdict,
        attempt=max(item.attempt, event.attempt),
        claims=_claims_when_settled(item, event, taken=taken),
        settled_at=at,
        result=canonical_json(dict(event.result)),
        error=None if event.error is None else canonical_json(event.error.to_json()),
    )


def _claims_when_settled(item: ItemEntry, event: ev.ItemSettled, *, taken: bool) -> bool:
    """A claim is kept while the item is, or may be, registered; what was found there already is claimed if it is free."""
    match event.state:
        case "done":
            return item.claims or (item.competes and not taken)
        case "in_doubt":
            return item.claims
        case _:
            return False


def _only_while_running(item: ItemEntry, run_status: str) -> None:
    if run_status != "running":
        raise JournalError("Run {run} is {status}: nobody may work on its items", run=item.run, status=run_status)


def _impossible(item: ItemEntry, wanted: str) -> JournalError:
    return JournalError(
        "Item {key} of {step} is {state}: it cannot become {wanted}",
        key=item.key,
        step=item.step,
        state="in_doubt" if item.claims and item.state == "in_progress" else item.state,
        wanted=wanted,
    )
