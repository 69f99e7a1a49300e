"""A run while it is executed: what its steps share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from yakin.actions import Registry
from yakin.engine.context import Findings, RunFrame, StepContext
from yakin.engine.history import History
from yakin.engine.ports import Lease, Leases, RunRow
from yakin.engine.resources import LiveThings
from yakin.engine.stop import Stop
from yakin.errors import ErrorInfo, YakinError
from yakin.events import Event, StepFinished, StepStarted
from yakin.workflow.check import CheckedWorkflow
from yakin.workflow.expressions import evaluate
from yakin.workflow.model import ActionStep, StepNode, step_kind


@dataclass
class Running:
    """What the steps of one run share while it is executed in this process.

    Attributes:
        frame: The run.
        checked: Its workflow.
        registry: What the bots can do.
        lease: Under which this process executes it; nothing can be recorded once it is lost.
        leases: Tell whether another process can still do anything.
        names: What expressions see everywhere in the run, without `steps`.
        history: What its steps have come to.
        stop: Asks those who work on it to stop.
        findings: What its live things have noted, until it is written down.
        things: The run's live things in this process.
    """

    frame: RunFrame
    checked: CheckedWorkflow
    registry: Registry
    lease: Lease
    leases: Leases
    names: Mapping[str, Any]
    history: History
    stop: Stop = field(default_factory=Stop)
    findings: Findings = field(default_factory=Findings)
    things: LiveThings = field(init=False)
    _behind: dict[str | None, list[asyncio.Future[Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.things = LiveThings(self.registry, StepContext(self.frame, "run", self.findings))

    @property
    def outputs(self) -> Mapping[str, Any]:
        """Step id → what the step handed on, as far as the run has come."""
        return self.history.outputs

    def evaluate(self, value: Any, **more: Any) -> Any:
        """A value of the workflow with its expressions evaluated in what the run has come to so far."""
        return evaluate(value, {**self.names, "steps": self.outputs, **more})

    def heed(self, row: RunRow, go: int) -> None:
        """Stop what is done here when that is what people want of the run.

        Args:
            row: The run as it is now.
            go: The execution that is going on here.
        """
        if row.go != go:
            self.stop.ask("leave")
        elif row.cancel:
            self.stop.ask("cancel", now=row.cancel == "now")

    async def look_up(self, go: int) -> None:
        """A place where the run may be left, also when a wish has not been heard here yet.

        Raises:
            Left: It was asked to stop, or has gone on without this execution.
        """
        self.heed(await asyncio.to_thread(self.frame.journal.run, self.frame.run), go)
        self.stop.here()

    async def record(self, *events: Event, actor: str | None = None, also: Callable[[Any], None] | None = None) -> None:
        """Append events to the journal, if the lease is still held; on return they are on disk.

        Args:
            events: In order.
            actor: Who caused them; whoever asked for the run when left out.
            also: See `Journal.append`.

        Raises:
            Claimed: See `Journal.append`.
            JournalError: They could not be written, or must not be because the lease is lost.
        """

        def fenced(connection: Any) -> None:
            self.lease.confirm(connection)
            if also is not None:
                also(connection)

        await asyncio.to_thread(self.frame.journal.append, actor or self.frame.actor, *events, also=fenced)

    def leave_behind(self, item: str | None, commit: asyncio.Future[Any]) -> None:
        """A commit goes on in its thread though nobody waits for it any more."""
        self._behind.setdefault(item, []).append(commit)

    def may_still_commit(self, item: str) -> bool:
        """Whether a commit of this item that was left behind here is still going on."""
        return any(not commit.done() for commit in self._behind.get(item, ()))

    def only_for_real(self, step: StepNode) -> bool:
        """Whether a step is left out because the run is a rehearsal and its action changes things outside the run."""
        return (
            self.frame.rehearsing and isinstance(step, ActionStep) and not self.registry.actions[step.uses].rehearsable
        )

    def started(self, step: StepNode, attempt: int = 1) -> StepStarted:
        """The event that a step outside of items was begun."""
        path = self.checked.step_path(step)
        kind = step_kind(step)
        uses = step.uses if isinstance(step, ActionStep) else kind or ""
        return StepStarted(
            run=self.frame.run,
            step=path,
            title=step.name or uses,
            uses=uses,
            line=self.checked.line(path),
            attempt=attempt,
        )

    def at_once(self, step: StepNode, status: str, error: YakinError | None = None) -> tuple[StepStarted, StepFinished]:
        """The events of a step that ended before anything was done."""
        path = self.checked.step_path(step)
        info = None if error is None else error.info()
        return self.started(step), StepFinished(run=self.frame.run, step=path, status=status, error=info)

    async def failed_at_once(self, step: StepNode, error: YakinError) -> ErrorInfo:
        """Record that a step failed before anything was done."""
        await self.record(*self.at_once(step, "failed", error))
        return error.info()
