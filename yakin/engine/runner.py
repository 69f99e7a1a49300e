"""The interpreter: executes the steps of a checked workflow and says in events what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakin.engine import artifacts
from yakin.engine.batch import Batch, Selection
from yakin.engine.invoke import as_yakin_error
from yakin.engine.retry import ITEM, ONCE, Policy
from yakin.engine.running import Running
from yakin.engine.sequence import Attempt, Failure
from yakin.engine.sessions import Sessions, Workplace
from yakin.errors import ActionError, ErrorInfo, ItemInDoubt, JournalError, SessionLost, YakinError
from yakin.events import StepFinished
from yakin.results import StepResult
from yakin.workflow.model import ActionStep, Block, ItemsBlock, StepNode, contains_commit, contains_sensitive


class Runner:
    """Executes one run.

    Args:
        running: The run.
        selection: What part of the items was asked for.
        known: Steps that earlier processes of this run have finished, by path.
    """

    def __init__(self, running: Running, selection: Selection, known: Mapping[str, StepResult]) -> None:
        self._running = running
        self._known = known
        self._sessions = Sessions(running)
        self._batch = Batch(running, self._sessions, selection, self._leave_if_asked)
        self._run = running.frame.run
        self._failures: list[ErrorInfo] = []

    async def execute(self) -> ErrorInfo | None:
        """Execute all steps, and those of `on_failure` when one failed.

        Returns:
            Why the run failed; None when it succeeded.
        """
        try:
            await self._surely(self._running.checked.workflow.steps)
            error = self._failures[0] if self._failures else None
            if error is not None:
                await self._surely(self._running.checked.workflow.on_failure)
            return error
        finally:
            await self._close()

    async def _close(self) -> None:
        await self._sessions.close()
        await self._running.things.close()

    async def _surely(self, steps: Sequence[StepNode]) -> None:
        """Execute steps; a mistake of ours fails the run instead of leaving it without an end."""
        try:
            await self._all(steps)
        except JournalError:
            raise
        except Exception as error:  # noqa: BLE001 - told as the run's failure, with its details in the log
            self._running.frame.log.opt(exception=error).error("the run broke off")
            self._failures.append(as_yakin_error(error, "yakin").info())

    async def _all(self, steps: Sequence[StepNode]) -> bool:
        """Execute steps in order; False when one failed and the rest was left out."""
        for step in steps:
            await self._leave_if_asked()
            if not await self._step(step):
                return False
        return True

    async def _leave_if_asked(self) -> None:
        if self._running.stopping.is_set():
            await self._close()
            await self._running.durable.leave()

    async def _step(self, step: StepNode) -> bool:
        try:
            if self._left_out(step):
                await self._skip(step)
                return True
        except ActionError as error:
            return await self._fail(step, error)
        match step:
            case ActionStep():
                return await self._unit(step, (step,), policy=Policy.of(step.retry, default=ONCE))
            case ItemsBlock():
                return await self._items(step)
            case Block() if contains_commit(step):
                return await self._items(step)
            case Block() if step.in_ is not None:
                return await self._unit(step, step.steps, policy=Policy.of(step.retry, default=ITEM))
            case Block():
                return await self._all(step.steps)
        raise AssertionError(f"a step of type {type(step).__name__} is refused before the run")

    def _left_out(self, step: StepNode) -> bool:
        return (step.if_ is not None and not self._running.evaluate(step.if_)) or self._running.only_for_real(step)

    async def _items(self, block: ItemsBlock | Block) -> bool:
        end = await self._batch.work(block)
        if end.error is not None:
            self._failures.append(end.error)
        return not end.stopped

    async def _unit(self, step: ActionStep | Block, steps: Sequence[StepNode], *, policy: Policy) -> bool:
        """Execute a step, or a block in one session, as one checkpointed piece of work."""
        path = self._running.checked.step_path(step)
        ended = await self._running.once(path, lambda: self._tries(step, steps, path, policy))
        if ended["status"] == "succeeded":
            frame = self._running.frame
            value = await asyncio.to_thread(artifacts.load, frame.storage, frame.run, path, ended["output"])
            if isinstance(step, Block):
                self._running.outputs.update(value or {})
            if step.id is not None:
                self._running.outputs[step.id] = value
            return True
        error = ErrorInfo.from_json(ended["error"])
        self._failures.append(error)
        if step.id is not None:
            self._running.outputs[step.id] = None
        return isinstance(step, ActionStep) and step.on_error == "continue"

    async def _tries(
        self, step: ActionStep | Block, steps: Sequence[StepNode], path: str, policy: Policy
    ) -> dict[str, Any]:
        known = self._known.get(path)
        if known is not None and known.status in ("succeeded", "failed"):
            return _ended(known.status, known.output, known.error)
        if known is not None and self._may_have_happened(step):
            error = ItemInDoubt(
                "The run was cut off while this step ran, and the step may not be done twice",
                hint="Look whether it was done, then run what is left",
            )
            await self._running.record(*self._running.at_once(step, "failed", error))
            return _ended("failed", {}, error.info())
        number = known.attempts if known is not None else 0
        tries = 0
        while True:
            tries += 1
            finished = await self._try(step, steps, path, number + tries)
            if finished.error is None or tries >= policy.attempts or not finished.again:
                return finished.ended
            await self._running.frame.clock.sleep(policy.pause(tries))

    def _may_have_happened(self, step: ActionStep | Block) -> bool:
        """Whether a step that was cut off must not simply be done again."""
        return isinstance(step, ActionStep) and not self._running.registry.actions[step.uses].idempotent

    async def _try(self, step: ActionStep | Block, steps: Sequence[StepNode], path: str, number: int) -> _Finished:
        await self._running.record(self._running.started(step, number))
        clock = self._running.frame.clock
        begun = clock.monotonic()
        system = step.in_ if isinstance(step, Block) else None
        place = Workplace(self._sessions, self._running.things, system)
        things = await place.things()
        attempt = None
        failure: Failure | None
        output: dict[str, Any] = {}
        if isinstance(things, Failure):
            failure = things
        else:
            attempt = Attempt(
                self._running,
                things,
                self._running.names,
                number=number,
                policies=not isinstance(step, ActionStep),
            )
            failure = await attempt.go(steps)
            if failure is None:
                value = attempt.outputs if isinstance(step, Block) else attempt.last
                output, failure = await self._keep(step, path, value)
        if failure is not None and isinstance(failure.error, SessionLost):
            await place.lose()
        event = StepFinished(
            run=self._run,
            step=path,
            status="succeeded" if failure is None else "failed",
            attempt=number,
            duration_ms=int((clock.monotonic() - begun) * 1000),
            output=output,
            error=None if failure is None else failure.error.info(),
            evidence=() if attempt is None else tuple(attempt.findings.evidence),
        )
        await self._running.record(*([] if attempt is None else attempt.findings.notes), event)
        return _Finished(_ended(event.status, output, event.error), None if failure is None else failure.error)

    async def _keep(self, step: StepNode, path: str, value: Any) -> tuple[dict[str, Any], Failure | None]:
        frame, told = self._running.frame, not contains_sensitive(step)
        try:
            return await asyncio.to_thread(artifacts.keep, frame.storage, frame.run, path, value, told=told), None
        except TypeError as error:
            problem = ActionError("The output of the step cannot be kept: {error}", error=error)
            return {}, Failure(path, problem)

    async def _skip(self, step: StepNode) -> None:
        if step.id is not None:
            self._running.outputs[step.id] = None
        await self._running.ended_at_once(step, "skipped")

    async def _fail(self, step: StepNode, error: YakinError) -> bool:
        self._failures.append(await self._running.failed_at_once(step, error))
        return False


@dataclass(frozen=True, slots=True)
class _Finished:
    ended: dict[str, Any]
    error: YakinError | None

    @property
    def again(self) -> bool:
        return self.error is not None and Policy(2, 0, 1).again(1, self.error)


def _ended(status: str, output: Mapping[str, Any], error: ErrorInfo | None) -> dict[str, Any]:
    return {"status": status, "output": dict(output), "error": None if error is None else error.to_json()}
