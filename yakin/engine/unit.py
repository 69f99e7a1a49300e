"""One piece of work outside of items: a step, or a block in one session, tried as declared and recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakin.engine import artifacts
from yakin.engine.retry import ITEM, ONCE, Policy
from yakin.engine.running import Running
from yakin.engine.sequence import Attempt, Failure
from yakin.engine.sessions import Workplace
from yakin.engine.stop import CutShort, Left
from yakin.errors import ActionError, ErrorInfo, ItemInDoubt, SessionLost, TimedOut, YakinError
from yakin.events import StepFinished
from yakin.workflow.model import ActionStep, Block, StepNode, contains_sensitive, seconds


@dataclass(frozen=True, slots=True)
class UnitEnd:
    """How a piece of work ended.

    Attributes:
        value: What it handed on; of a block, what each of its steps handed on, by id.
        error: Why it failed; None when it succeeded.
    """

    value: Any = None
    error: ErrorInfo | None = None


class Unit:
    """One step, or one block without items.

    Args:
        running: The run.
        step: The step or block.
        place: Where it is done.
    """

    def __init__(self, running: Running, step: ActionStep | Block, place: Workplace) -> None:
        self._running = running
        self._step = step
        self._place = place
        self._path = running.checked.step_path(step)
        self._steps: Sequence[StepNode] = step.steps if isinstance(step, Block) else (step,)
        self._policy = Policy.of(step.retry, default=ITEM if isinstance(step, Block) else ONCE)

    async def execute(self) -> UnitEnd:
        """Do it, unless it was done; what was cut off is done again where that does no harm."""
        running = self._running
        known = running.history.step(self._path)
        if known is not None and known.status == "succeeded":
            return UnitEnd(await asyncio.to_thread(running.history.value, self._path))
        if known is not None and known.status == "failed":
            return UnitEnd(error=known.error)
        if known is not None and self._may_have_happened():
            error = ItemInDoubt(
                "The run was cut off while this step ran, and the step may not be done twice",
                hint="Look whether it was done, then run what is left",
            )
            return UnitEnd(error=await running.failed_at_once(self._step, error))
        before = known.attempts if known is not None else 0
        return await self._tries(before)

    async def _tries(self, before: int) -> UnitEnd:
        number = 0
        while True:
            number += 1
            value, error = await self._try(before + number)
            if error is None:
                return UnitEnd(value)
            if number >= self._policy.attempts or not self._policy.again(number, error):
                return UnitEnd(error=error.info())
            self._running.stop.here()
            await self._running.frame.clock.sleep(self._policy.pause(number))

    def _may_have_happened(self) -> bool:
        """Whether a step that was cut off must not simply be done again."""
        step = self._step
        return isinstance(step, ActionStep) and not self._running.registry.actions[step.uses].idempotent

    async def _try(self, number: int) -> tuple[Any, YakinError | None]:
        running = self._running
        await running.record(running.started(self._step, number))
        clock = running.frame.clock
        begun = clock.monotonic()
        attempt, failure = await self._go(number)
        value: Any = None
        output: Mapping[str, Any] = {}
        if attempt is not None and failure is None:
            value = attempt.outputs if isinstance(self._step, Block) else attempt.last
            output, failure = await self._keep(value)
        if failure is not None and isinstance(failure.error, SessionLost):
            await self._place.lose()
        await running.record(
            *([] if attempt is None else attempt.findings.notes),
            StepFinished(
                run=running.frame.run,
                step=self._path,
                status="succeeded" if failure is None else "failed",
                attempt=number,
                duration_ms=int((clock.monotonic() - begun) * 1000),
                output=output,
                error=None if failure is None else failure.error.info(),
                evidence=() if attempt is None else tuple(attempt.findings.evidence),
            ),
        )
        return value, None if failure is None else failure.error

    async def _go(self, number: int) -> tuple[Attempt | None, Failure | None]:
        things = await self._place.things()
        if isinstance(things, Failure):
            return None, things
        running = self._running
        policies = isinstance(self._step, Block)
        attempt = Attempt(running, things, running.names, number=number, policies=policies)
        limit = None
        if isinstance(self._step, Block) and self._step.timeout is not None:
            limit = seconds(self._step.timeout)
        try:
            async with asyncio.timeout(limit):
                return attempt, await running.stop.unless_cut(attempt.go(self._steps))
        except TimeoutError:
            error = TimedOut("{step} was not finished within {seconds} s", step=self._path, seconds=f"{limit:g}")
            return attempt, Failure(self._path, error)
        except CutShort:
            # Neither done nor failed: when the run goes on, it was cut off here.
            raise Left from None

    async def _keep(self, value: Any) -> tuple[Mapping[str, Any], Failure | None]:
        try:
            return await asyncio.to_thread(self._kept, value), None
        except TypeError as error:
            problem = ActionError("The output of the step cannot be kept: {error}", error=error)
            return {}, Failure(self._path, problem)

    def _kept(self, value: Any) -> Mapping[str, Any]:
        frame, told = self._running.frame, not contains_sensitive(self._step)
        output = artifacts.keep(frame.storage, frame.run, self._path, value, told=told)
        files = artifacts.keep_files(frame.storage, frame.run, frame.folder, value)
        return {**output, "files": files} if files else output
