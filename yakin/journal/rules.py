"""Which events may follow which, and what follows from them for runs and items: their rows before and after, as values.

Nothing here reads or writes: the projection applies these rules to the database while events are written, the replay
applies them again to look whether the database still says what the events say.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import NamedTuple, TypeAlias

from yakin import events as ev
from yakin.errors import ErrorInfo, JournalError
from yakin.ledger import Overtaken
from yakin.results import ItemResult
from yakin.values import canonical_json

RunChange: TypeAlias = ev.RunContinued | ev.RunStarted | ev.RunWaiting | ev.CancelAsked | ev.RunFinished | ev.RunLate
"""What can happen to a run that was created."""

ItemChange: TypeAlias = ev.ItemStarted | ev.CommitIntended | ev.ItemSettled | ev.ItemDecided
"""What can happen to an item that was created."""

UNFINISHED = ("queued", "running", "waiting")
"""Statuses of a run that has not ended."""

_ENDS = ("succeeded", "failed", "cancelled")
_STARTABLE = ("queued", "running")
_STARTABLE_WITHOUT_LEASE = (*_STARTABLE, "failed", "cancelled")
"""Before there were leases, a run that had ended went on by being started again: such journals are still read."""

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
    go: int
    owner: str
    cancel: str
    parent: str | None
    parent_step: str | None
    rerun_of: str | None
    files: str
    schedule: str | None
    due: str | None
    late: str


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
    owner: str

    @property
    def competes(self) -> bool:
        """Whether its business key can be claimed: rehearsals and items outside systems compete with nobody."""
        return self.system is not None and not self.rehearsal


def unknown_run(run: str) -> JournalError:
    """What is said of an event of a run that was never created."""
    return JournalError("There is no run {run} to which this could have happened", run=run)


def unknown_item(event: ItemChange) -> JournalError:
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
        go=1,
        owner="",
        cancel="",
        parent=event.parent,
        parent_step=event.parent_step,
        rerun_of=event.rerun_of,
        files=canonical_json(dict(event.files)),
        schedule=event.schedule,
        due=event.due,
        late="",
    )


def changed_run(run: RunEntry, event: RunChange, *, at: str) -> RunEntry:
    """The row of a run to which something has happened.

    Raises:
        JournalError: It cannot have happened after what the run was, or to this go of it.
    """
    match event:
        case ev.RunContinued():
            return _continued_run(run, event)
        case ev.RunStarted():
            _only_the_last_go(run, event.go)
            startable = _STARTABLE if event.owner else _STARTABLE_WITHOUT_LEASE
            return _in_status(run, startable, "running", None)._replace(owner=event.owner)
        case ev.RunWaiting():
            _only_the_last_go(run, event.go)
            return _in_status(run, ("running",), "waiting", None)
        case ev.CancelAsked():
            if run.status not in UNFINISHED:
                raise JournalError("Run {run} is {status}: it cannot be cancelled", run=run.id, status=run.status)
            return run._replace(cancel="now" if event.now or run.cancel == "now" else "gracefully")
        case ev.RunFinished():
            if event.status not in _ENDS:
                raise JournalError("{status} is no end of a run", status=event.status)
            _only_the_last_go(run, event.go)
            return _in_status(run, UNFINISHED, event.status, at)
        case ev.RunLate():
            if event.kind == run.late or run.status not in UNFINISHED:
                raise Overtaken("Somebody has seen already that run {run} is late, or it has ended", run=run.id)
            return run._replace(late=event.kind)


def _continued_run(run: RunEntry, event: ev.RunContinued) -> RunEntry:
    if event.go != run.go + 1:
        raise Overtaken(
            "Run {run} is at its go {now}: go {go} cannot follow",
            hint="Somebody else has continued it at the same time",
            run=run.id,
            now=run.go,
            go=event.go,
        )
    queued = _in_status(run, (*UNFINISHED, "failed", "cancelled"), "queued", None)
    return queued._replace(go=event.go, cancel="")


def _only_the_last_go(run: RunEntry, go: int | None) -> None:
    if go is not None and go != run.go:
        raise JournalError("Go {go} of run {run} is over: it is at its go {now}", go=go, run=run.id, now=run.go)


def _in_status(run: RunEntry, before: Collection[str], status: str, finished: str | None) -> RunEntry:
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
            owner="",
        )
        for position, key in enumerate(event.keys)
        if key not in known
    ]


def started_item(item: ItemEntry, event: ev.ItemStarted, *, run_status: str) -> ItemEntry:
    """The row of an item that is worked on; whoever worked on it before does so no longer.

    Raises:
        JournalError: Its run does not run, or it is settled or in doubt.
    """
    _only_while_running(item, run_status)
    if item.claims or item.state not in ("pending", "in_progress"):
        raise _impossible(item, "in_progress")
    attempt = max(item.attempt, event.attempt)
    begun = item._replace(state="in_progress", verdict="in_progress", attempt=attempt)
    return begun._replace(intent_at=None, owner=event.owner)


def intended_item(item: ItemEntry, event: ev.CommitIntended, *, at: str, run_status: str) -> ItemEntry:
    """The row of an item about to be committed: it claims its business key from now on.

    Raises:
        JournalError: Its run does not run, or nobody works on it, or another process does, or it was intended before.
    """
    _only_while_running(item, run_status)
    if item.claims or item.state != "in_progress":
        raise _impossible(item, "committed")
    if event.owner and item.owner not in ("", event.owner):
        raise JournalError(
            "Another process works on item {key} of {step} by now: it is not committed", key=item.key, step=item.step
        )
    attempt = max(item.attempt, event.attempt)
    return item._replace(claims=True, intent_at=at, attempt=attempt, owner=event.owner or item.owner)


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


def decided_item(item: ItemEntry, event: ev.ItemDecided, *, at: str, taken: bool, run_status: str) -> ItemEntry:
    """The row of an item whose doubt a person has settled.

    Args:
        item: The row before.
        event: What the person saw.
        at: When, as text.
        taken: Whether another item claims its business key.
        run_status: Status of its run.

    Raises:
        JournalError: It is not in doubt, or the process that committed it may be about to settle it.
    """
    state, how = ("done", "registered") if event.registered else ("failed", "decided_absent")
    cut_off = item.claims and item.state == "in_progress" and run_status != "running"
    if item.state != "in_doubt" and not cut_off:
        raise _impossible(item, state)
    error = None if event.registered or item.error is None else ErrorInfo.from_json(json.loads(item.error))
    return item._replace(
        state=state,
        how=how,
        verdict=ItemResult(event.step, event.item, state=state, how=how, error=error).verdict,
        claims=event.registered and _claims_when_done(item, taken=taken),
        settled_at=at,
        result=canonical_json(dict(event.result)),
        error=None if error is None else item.error,
    )


def _claims_when_settled(item: ItemEntry, event: ev.ItemSettled, *, taken: bool) -> bool:
    """A claim is kept while the item is, or may be, registered."""
    match event.state:
        case "done":
            return _claims_when_done(item, taken=taken)
        case "in_doubt":
            return item.claims
        case _:
            return False


def _claims_when_done(item: ItemEntry, *, taken: bool) -> bool:
    """What was there already is claimed too, if it is free."""
    return item.claims or (item.competes and not taken)


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
