"""What people and schedules ask of runs: written down, and put into the workers' queue where there are workers.

Nothing here executes anything.
"""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from yakin.engine import inputs as run_inputs
from yakin.engine.context import RunFrame
from yakin.engine.durable import RUNS, Work
from yakin.engine.parts import go_id
from yakin.engine.ports import ApprovalRow, LeaseRow, Overtaken, RunRow
from yakin.engine.residents import Surroundings
from yakin.engine.selection import Selection
from yakin.errors import RunError, UnknownRun, WorkflowError
from yakin.events import ApprovalDecided, CancelAsked, RunContinued, RunCreated, RunFinished, RunWaiting, StepFinished
from yakin.values import FileRef
from yakin.workflow.check import CheckedWorkflow

_LOOK_BACK = 20
"""So many earlier runs are looked at for a file as one of them has left it."""

FINISHED = ("succeeded", "failed", "cancelled")
"""Statuses of runs that have come to an end."""


class RunIsLive(RunError):
    """Some process is executing the run at this moment."""

    code = "run-is-live"


class RunIsOver(RunError):
    """The run has come to its end."""

    code = "run-is-over"


class RunWaits(RunError):
    """The run waits for a decision."""

    code = "run-waits"
    exit_status = 4


class Requests:
    """Makes runs, and says what is to become of them.

    Args:
        around: What the engine works in.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def create(
        self,
        checked: CheckedWorkflow,
        given: Mapping[str, str],
        *,
        actor: str,
        selection: Selection | None = None,
        rehearse: bool = False,
        due: datetime | None = None,
        for_workers: bool = False,
        links: Mapping[str, Any] | None = None,
        run: str | None = None,
        confirm: Callable[[Any], None] | None = None,
    ) -> str:
        """Write down that a run is wanted; for workers, put it into their queue in the same transaction.

        Args:
            checked: The workflow.
            given: Input name → value as text.
            actor: Who asks for it.
            selection: What part of the items; all when left out.
            rehearse: Stop before each commit.
            due: The moment for which a schedule asks: asked for twice, whoever asks, it is one run.
            for_workers: Whether workers are to execute it.
            links: How it is linked with other runs: further fields of `RunCreated`.
            run: The id that `new_id` gave for it, when something was kept for it already.
            confirm: Called with the open connection of the transaction; when it raises, there is no run.

        Returns:
            Id of the run.

        Raises:
            InputError: An input is missing or wrong.
            RunError: There is a run for this moment already.
            JournalError: It could not be written down; there is no run.
        """
        around, workflow = self._around, checked.workflow
        texts = run_inputs.complete(workflow.inputs, given, root=around.root)
        run = run or self.new_id(checked, due)
        created = RunCreated(
            run=run,
            workflow=checked.id,
            title=workflow.title,
            workflow_hash=checked.sha256,
            inputs=texts,
            files=run_inputs.fingerprints(workflow.inputs, texts),
            mode="rehearse" if rehearse else "run",
            selection=(selection or Selection()).to_json(),
            section=None if workflow.owner is None else workflow.owner.section,
            **(links or {}),
        )
        around.journal.keep_source(checked.sha256, checked.path.name, checked.text)
        enqueue = self._enqueue(run, 1) if for_workers else None
        around.journal.append(actor, created, also=_both(confirm, enqueue))
        return run

    def for_moment(self, checked: CheckedWorkflow, due: datetime, cause: str | None = None) -> str | None:
        """The run that was asked for already for a moment, and a cause; None when there is none."""
        wanted = self.new_id(checked, due, cause)
        try:
            row = self._around.journal.run(wanted)
        except UnknownRun:
            return None
        return wanted if row.id == wanted else None

    def run_before(self, checked: CheckedWorkflow, given: Mapping[str, str]) -> RunRow | None:
        """The last run of a workflow with exactly the files that are given; None when there is none, or no files.

        A file is the same too when it is as that run has left it, with its results written back.

        Raises:
            InputError: An input is missing or wrong.
        """
        declared, journal = checked.workflow.inputs, self._around.journal
        texts = run_inputs.complete(declared, given, root=self._around.root)
        files = run_inputs.fingerprints(declared, texts)
        same = journal.same_files(checked.id, files)
        if same or not files:
            return same[0] if same else None
        with_these = (
            row
            for row in journal.runs(workflow=checked.id, limit=_LOOK_BACK)
            if row.mode == "run" and row.inputs == texts
        )
        return next((row for row in with_these if set(files.values()) <= self._left_behind(row)), None)

    def _left_behind(self, row: RunRow) -> set[str]:
        """The hashes of the files that a run was given, and of those that its steps have written."""
        records = self._around.journal.records(row.id, actions=(StepFinished.action,))
        written = (record.event.output for record in records if isinstance(record.event, StepFinished))
        return {*row.files.values(), *(found for output in written for found in _hashes(output))}

    def call(self, workflow: str, given: Mapping[str, Any], *, parent: RunFrame, step: str) -> str:
        """Make the run that a step of another run calls.

        Args:
            workflow: Id of the workflow that is called.
            given: Input name → value.
            parent: The run that calls.
            step: Path of its step.
        """
        texts = {name: _text(value) for name, value in given.items() if value is not None}
        links = {"parent": parent.run, "parent_step": step}
        checked = self._around.find(workflow)
        return self.create(checked, texts, actor=parent.actor, rehearse=parent.rehearsing, links=links)

    def go_on(
        self,
        run: str,
        *,
        actor: str,
        reason: str | None = None,
        for_workers: bool = False,
        decided: ApprovalDecided | None = None,
    ) -> RunRow:
        """Let a run go on that was cut off, cancelled or waited for a decision.

        Args:
            run: Id of the run, or its beginning.
            actor: Who wants it.
            reason: Why, in a person's words.
            for_workers: Whether workers are to execute it.
            decided: The decision it waited for, when it is made by this: in the same transaction.

        Returns:
            The run; the one that called it, where it is a called one.

        Raises:
            RunIsLive: Some process is executing it.
            RunIsOver: It has come to its end.
            RunWaits: Nobody has decided yet.
            Overtaken: Somebody else has decided, or let it go on, at the same time.
        """
        row = self.root(run)
        if row.status in ("succeeded", "failed"):
            raise RunIsOver(
                "Run {run} is finished",
                run=row.id,
                hint="Do what is not done in a new run: runner.py rerun {run} --from-failed",
            )
        if row.status == "running" and row.owner and self._around.leases.live(row.owner):
            raise RunIsLive("Run {run} is being executed by another process", run=row.id)
        if decided is not None and row.status != "waiting":
            raise Overtaken("Run {run} has gone on meanwhile", run=row.id)
        if row.status == "waiting" and decided is None and not self.is_decided(row):
            raise RunWaits(
                "Run {run} waits for a decision", run=row.id, hint="Look at it with: runner.py approvals {run}"
            )
        go = row.go + 1
        events = (*(() if decided is None else (decided,)), RunContinued(run=row.id, go=go, reason=reason))
        self._around.journal.append(actor, *events, also=self._enqueue(row.id, go) if for_workers else None)
        return self._around.journal.run(row.id)

    def cancel(self, run: str, *, actor: str, now: bool = False, reason: str | None = None) -> RunRow:
        """Ask that a run ends after its current items, or at once; one that nobody executes ends here.

        Raises:
            RunIsOver: It has come to its end.
        """
        row, around = self.root(run), self._around
        if row.status in FINISHED:
            raise RunIsOver("Run {run} is finished", run=row.id)
        around.journal.append(actor, CancelAsked(run=row.id, now=now, reason=reason))
        if not (row.status == "running" and row.owner and around.leases.live(row.owner)):
            # A worker that takes it out of its queue later finds that it is over.
            unfinished = [one for one in reversed(self.family(row.id)) if one.status not in FINISHED]
            around.journal.append(actor, *(RunFinished(run=one.id, status="cancelled") for one in unfinished))
        return around.journal.run(row.id)

    def root(self, run: str) -> RunRow:
        """The run that was asked for, where this one was called by another."""
        row = self._around.journal.run(run)
        while row.parent is not None:
            row = self._around.journal.run(row.parent)
        return row

    def family(self, run: str) -> list[RunRow]:
        """A run and all runs that it called, and those called."""
        row = self._around.journal.run(run)
        return [row, *(one for child in self._around.journal.children(row.id) for one in self.family(child.id))]

    def waiting_for(self, run: str) -> list[ApprovalRow]:
        """The decisions that a run waits for, those of runs that it called too."""
        return [
            approval
            for one in self.family(run)
            for approval in self._around.journal.approvals(run=one.id, state="waiting")
        ]

    def is_decided(self, row: RunRow) -> bool:
        """Whether a run that waits has anything to go on with: a decision made since, or one whose time is over."""
        journal, now = self._around.journal, self._around.clock.now()
        waits = journal.records(row.id, actions=(RunWaiting.action,))
        since = waits[-1].seq if waits else 0
        if any(journal.records(one.id, after=since, actions=(ApprovalDecided.action,)) for one in self.family(row.id)):
            return True
        asked = self.waiting_for(row.id)
        return not asked or any(approval.due is not None and approval.due <= now for approval in asked)

    def workers_for(self, systems: Sequence[str]) -> list[LeaseRow]:
        """The workers that live; empty unless each of these systems is served by one."""
        leases = self._around.leases
        workers = [row for row in leases.held("worker") if leases.live(row.token)]
        served = all(any(row.serves is None or system in row.serves for row in workers) for system in systems)
        return workers if served else []

    def workers_of(self, row: RunRow) -> list[LeaseRow]:
        """The workers that live; empty unless each system of a run, and of those that it called, is served by one."""
        around = self._around
        systems: set[str] = set()
        try:
            for one in self.family(row.id):
                systems.update(around.recheck(*around.journal.source(one.workflow_hash)).workflow.systems)
        except WorkflowError:
            # The workers could not check it either.
            return []
        return self.workers_for(sorted(systems))

    def _enqueue(self, run: str, go: int) -> Callable[[Any], None]:
        self._around.queues.prepare()
        return lambda connection: self._around.queues.enqueue(connection, _work(run, go))

    def release(self, row: RunRow) -> None:
        """Put a run into the workers' queue that was held back; one that is there already is left where it is."""
        self._around.journal.append(row.actor, also=self._enqueue(row.id, row.go))

    def new_id(self, checked: CheckedWorkflow, due: datetime | None = None, cause: str | None = None) -> str:
        """The id of a run that is about to be made; for a moment of a schedule, and a cause, always the same.

        Args:
            checked: Its workflow.
            due: The moment for which a schedule asks.
            cause: What it asks for besides, such as the run that it follows.
        """
        if due is None:
            return f"{self._around.clock.now().astimezone():%Y%m%d-%H%M%S}-{randomness.token_hex(2)}"
        # In UTC: two machines need not agree about the time zone, and no moment comes twice in a night.
        utc = due.astimezone(UTC)
        seconds = f"{utc:%S}" if utc.second else ""
        because = "" if cause is None else f"-{hashlib.sha256(cause.encode()).hexdigest()[:8]}"
        return f"{checked.id}@{utc:%Y%m%dT%H%M}{seconds}Z{because}"


def _work(run: str, go: int) -> Work:
    return Work(id=go_id(run, go), queue=RUNS, what="run", about={"run": run, "go": go})


def _both(first: Callable[[Any], None] | None, then: Callable[[Any], None] | None) -> Callable[[Any], None]:
    def both(connection: Any) -> None:
        for each in (first, then):
            if each is not None:
                each(connection)

    return both


def _hashes(output: Any) -> Iterator[str]:
    if isinstance(output, Mapping):
        if isinstance(output.get("file_sha256"), str):
            yield output["file_sha256"]
        for inner in output.values():
            yield from _hashes(inner)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case FileRef():
            return value.path
        case datetime() | date():
            return value.isoformat()
        case Path() | Decimal() | _:
            return str(value)
