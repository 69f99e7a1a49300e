"""The interpreter: executes the steps of a checked workflow and says in events what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from yakin.engine.asking import answer, ask, leave_out
from yakin.engine.batch import Batch
from yakin.engine.invoke import as_yakin_error
from yakin.engine.parts import ATTEMPTS, Part, Parts
from yakin.engine.running import Running
from yakin.engine.selection import Selection
from yakin.engine.sessions import Workplace
from yakin.engine.stop import Left
from yakin.engine.together import together
from yakin.engine.unit import Unit
from yakin.errors import ActionError, ErrorInfo, JournalError, RunError, YakinError
from yakin.workflow.model import (
    ActionStep,
    ApprovalStep,
    Block,
    CallStep,
    ItemsBlock,
    ParallelStep,
    StepNode,
    contains_commit,
)

Asked: TypeAlias = tuple[str, str]
"""A decision that nobody has made yet: run, and path of the step that asked."""


class Then(Enum):
    """What becomes of the rest of the run after a step."""

    GO_ON = "go on"
    STOP = "stop"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How one go of a run ended.

    Attributes:
        error: Why it failed.
        waits_for: Decisions that people have to make before it can go on: run, and path of the step.
    """

    error: ErrorInfo | None = None
    waits_for: Sequence[Asked] = ()


@dataclass(frozen=True, slots=True)
class CallEnd:
    """How a called run ended, so far.

    Attributes:
        value: What the call hands on.
        error: Why it failed.
        waits_for: Decisions that people have to make before it can go on.
    """

    value: Any = None
    error: ErrorInfo | None = None
    waits_for: Sequence[Asked] = ()


Call = Callable[[CallStep], Awaitable[CallEnd]]
"""Executes another workflow as a linked run, or goes on with that."""


class Runner:
    """Executes one go of a run; what earlier ones have done is left as it is.

    Args:
        running: The run.
        parts: Has parts of it done.
        call: Executes other workflows.
        go: Which execution of the run this is.
        selection: What part of the items was asked for.
    """

    def __init__(self, running: Running, parts: Parts, call: Call, go: int, selection: Selection) -> None:
        self._running = running
        self._parts = parts
        self._call = call
        self._go = go
        self._batch = Batch(running, parts, go, selection)
        self._failures: list[ErrorInfo] = []
        self._waits_for: list[Asked] = []
        self._takes_over = running.history.before is not None
        self._corrected = bool(selection.rows)

    async def execute(self) -> RunEnd:
        """Execute all steps, and those of `on_failure` when one failed.

        Raises:
            Left: The run was asked to stop.
            JournalError: Something could not be recorded.
        """
        workflow = self._running.checked.workflow
        then = await self._surely(workflow.steps)
        if then is Then.WAIT:
            return RunEnd(waits_for=self._waits_for)
        if not self._failures:
            return RunEnd()
        error = self._failures[0]
        await self._surely(workflow.on_failure)
        return RunEnd(error)

    async def _surely(self, steps: Sequence[StepNode]) -> Then:
        """Execute steps; a mistake of ours fails the run instead of leaving it without an end."""
        try:
            return await self._all(steps)
        except (JournalError, Left):
            raise
        except Exception as error:  # noqa: BLE001 - told as the run's failure, with its details in the log
            self._running.frame.log.opt(exception=error).error("the run broke off")
            self._failures.append(as_yakin_error(error, "yakin").info())
            return Then.STOP

    async def _all(self, steps: Sequence[StepNode]) -> Then:
        for step in steps:
            self._running.stop.here()
            then = await self._step(step)
            if then is not Then.GO_ON:
                return then
        return Then.GO_ON

    async def _step(self, step: StepNode) -> Then:
        if self._is_taken_over(step):
            return Then.GO_ON
        known = self._running.history.step(self._running.checked.step_path(step))
        if known is not None and known.status == "skipped":
            return Then.GO_ON
        if known is not None and known.error is not None and not _has_items(step):
            return self._failed_before(step, known.error)
        try:
            if known is None and self._is_left_out(step):
                await self._running.record(*self._running.at_once(step, "skipped"))
                self._hand_on(step, None)
                return Then.GO_ON
            return await self._execute(step)
        except ActionError as error:
            return await self._fail(step, error)

    async def _execute(self, step: StepNode) -> Then:
        match step:
            case ActionStep():
                return await self._action(step)
            case ItemsBlock() | Block() if _has_items(step):
                return await self._items(step)
            case Block() if step.in_ is not None:
                return await self._in_session(step)
            case Block():
                return await self._all(step.steps)
            case ParallelStep():
                return await self._at_once(step)
            case ApprovalStep():
                return await self._approval(step)
            case CallStep():
                return await self._called(step)
        raise AssertionError(f"there are no steps of type {type(step).__name__}")

    def _failed_before(self, step: StepNode, error: ErrorInfo) -> Then:
        self._failures.append(error)
        return Then.GO_ON if isinstance(step, ActionStep) and step.on_error == "continue" else Then.STOP

    def _is_taken_over(self, step: StepNode) -> bool:
        """Whether the run before has done the step: a run that begins at a failed step leaves alone what is before it."""
        before = self._running.history.before
        if not self._takes_over or before is None:
            return False
        path = self._running.checked.step_path(step)
        # Corrected rows are not those that somebody approved.
        if before.has_done(path, step, approvals=not self._corrected):
            return True
        self._takes_over = isinstance(step, Block) and step.in_ is None and not contains_commit(step)
        return False

    def _is_left_out(self, step: StepNode) -> bool:
        return (step.if_ is not None and not self._running.evaluate(step.if_)) or self._running.only_for_real(step)

    def _hand_on(self, step: StepNode, value: Any) -> None:
        if step.id is not None:
            self._running.history.outputs.put(step.id, value)

    async def _action(self, step: ActionStep) -> Then:
        end = await Unit(self._running, step, Workplace(self._running, None)).execute()
        self._hand_on(step, end.value)
        if end.error is None:
            return Then.GO_ON
        self._failures.append(end.error)
        return Then.GO_ON if step.on_error == "continue" else Then.STOP

    async def _items(self, block: ItemsBlock | Block) -> Then:
        end = await self._batch.work(block)
        self._hand_on(block, end.output)
        if end.error is not None:
            self._failures.append(end.error)
        return Then.STOP if end.stopped else Then.GO_ON

    async def _in_session(self, block: Block) -> Then:
        history, path = self._running.history, self._running.checked.step_path(block)
        found = history.step(path)
        for attempt in Part(self._running.frame.run, self._go, path).attempts():
            if found is not None and found.status != "running":
                break
            await self._running.look_up(self._go)
            await self._parts.do(attempt, block.in_, self._running.stop)
            await asyncio.to_thread(history.refresh)
            found = history.step(path)
        if found is None or found.status == "running":
            error = RunError("{attempts} workers began {step} and did not end it", attempts=ATTEMPTS, step=path)
            return await self._fail(block, error)
        if found.error is not None:
            return self._failed_before(block, found.error)
        value = await asyncio.to_thread(history.value, path)
        history.outputs.put_all(value or {})
        self._hand_on(block, value)
        return Then.GO_ON

    async def _at_once(self, step: ParallelStep) -> Then:
        ends = await together(self._step(branch) for branch in step.parallel)
        return next((then for then in (Then.STOP, Then.WAIT) if then in ends), Then.GO_ON)

    async def _approval(self, step: ApprovalStep) -> Then:
        running = self._running
        path = running.checked.step_path(step)
        if running.frame.rehearsing:
            await leave_out(running, step)
            return Then.GO_ON
        if running.history.step(path) is None:
            await ask(running, step)
            decided: ErrorInfo | bool = False
        else:
            decided = await answer(running, step)
        if isinstance(decided, ErrorInfo):
            self._failures.append(decided)
            return Then.STOP
        if not decided:
            self._waits_for.append((running.frame.run, path))
        return Then.GO_ON if decided else Then.WAIT

    async def _called(self, step: CallStep) -> Then:
        end = await self._call(step)
        if end.waits_for:
            self._waits_for += end.waits_for
            return Then.WAIT
        self._hand_on(step, end.value)
        if end.error is not None:
            self._failures.append(end.error)
            return Then.STOP
        return Then.GO_ON

    async def _fail(self, step: StepNode, error: YakinError) -> Then:
        self._failures.append(await self._running.failed_at_once(step, error))
        return Then.STOP


def _has_items(step: StepNode) -> bool:
    return isinstance(step, ItemsBlock) or (isinstance(step, Block) and contains_commit(step))
