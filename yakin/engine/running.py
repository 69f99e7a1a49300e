"""A run while it is executed: what its steps share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from yakin.actions import Registry
from yakin.engine.context import Findings, RunFrame, StepContext
from yakin.engine.durable import Durable
from yakin.engine.resources import LiveThings
from yakin.errors import ErrorInfo, JournalError, RunError, YakinError
from yakin.events import Event, StepFinished, StepStarted
from yakin.workflow.check import CheckedWorkflow
from yakin.workflow.expressions import evaluate
from yakin.workflow.model import ActionStep, StepNode, step_kind


class RunIsLive(RunError):
    """Some process is executing the run at this moment."""

    code = "run-is-live"


@dataclass
class Running:
    """What the steps of one run share while it is executed.

    Attributes:
        frame: The run.
        checked: Its workflow.
        registry: What the bots can do.
        durable: Makes work survive the process.
        alone_with: Keeps every other process from executing a run; raises `RunIsLive` when one does.
        names: What expressions see everywhere in the run, without `steps`.
        stand_still: Leaves the run where it is, to be continued later, because something could not be recorded.
        outputs: Step id → what the step handed on, as far as the run has come.
        things: The run's live things.
        stopping: Set when a person asked the run to stop after the current item.
    """

    frame: RunFrame
    checked: CheckedWorkflow
    registry: Registry
    durable: Durable
    alone_with: Callable[[str], AbstractContextManager[None]]
    names: Mapping[str, Any]
    stand_still: Callable[[JournalError], Awaitable[None]]
    outputs: dict[str, Any] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    things: LiveThings = field(init=False)

    def __post_init__(self) -> None:
        self.things = LiveThings(self.registry, StepContext(self.frame, "run", Findings()))

    def evaluate(self, value: Any, **more: Any) -> Any:
        """A value of the workflow with its expressions evaluated in what the run has come to so far."""
        return evaluate(value, {**self.names, "steps": self.outputs, **more})

    async def once(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do work once in the life of the run; later its recorded result (plain JSON data) is returned instead.

        What fails because the journal cannot be written is not done and not failed: the run stands still before it.
        """

        async def provable() -> Any:
            try:
                return await work()
            except JournalError as error:
                await self.stand_still(error)
                raise

        return await self.durable.step(name, provable)

    async def record(self, *events: Event) -> None:
        """Append events to the journal; on return they are on disk.

        Raises:
            Claimed: See `Journal.append`.
            JournalError: They could not be written.
        """
        await asyncio.to_thread(self.frame.journal.append, self.frame.actor, *events)

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

    async def ended_at_once(self, step: StepNode, status: str, error: YakinError | None = None) -> None:
        """Record, once, that a step ended before anything was done."""

        async def record() -> None:
            await self.record(*self.at_once(step, status, error))

        await self.once(self.checked.step_path(step), record)

    async def failed_at_once(self, step: StepNode, error: YakinError) -> ErrorInfo:
        """Record, once, that a step failed before anything was done."""
        await self.ended_at_once(step, "failed", error)
        return error.info()
