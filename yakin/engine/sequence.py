"""Steps executed one after the other in memory: an attempt at an item, a probe, a sign-in, a single step."""

from __future__ import annotations

import asyncio
from collections import ChainMap
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from yakin.actions import Context, Session
from yakin.engine.context import Findings, StepContext
from yakin.engine.invoke import Outcome, as_yakin_error, invoke
from yakin.engine.ports import Claimed
from yakin.engine.resources import LiveThings
from yakin.engine.retry import ONCE, Policy
from yakin.engine.rows import rows_of
from yakin.engine.running import Running
from yakin.errors import JournalError, YakinError
from yakin.workflow.expressions import evaluate
from yakin.workflow.model import ActionStep, Block, ItemsBlock, StepNode, seconds

BeforeCommit = Callable[[str], Awaitable[bool]]
"""Called with the path of a commit step just before it; False stops the attempt there."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Where and why an attempt failed.

    Attributes:
        step: Path of the step.
        error: The error.
    """

    step: str
    error: YakinError


@dataclass
class Attempt:
    """One go at some steps, and everything it leaves behind.

    Attributes:
        running: The run.
        things: Live things its steps may ask for: a session's, or the run's.
        item: Business key of the work item.
        number: 1 for the first try.
        names: What expressions see besides `steps`.
        before_commit: Called just before a commit step.
        picture_failures: Whether the screen is pictured when a step fails.
        policies: Whether steps are tried again, and gone on from, as they declare; not when the caller does so.
        outputs: Step id → output of the steps of this attempt.
        last: Output of the step that succeeded last.
        findings: Evidence and notes.
        steps_ms: Step path → milliseconds.
        commit_step: Path of the commit step once it was begun.
        held_back: True when the attempt ended just before its commit.
    """

    running: Running
    things: LiveThings
    names: Mapping[str, Any]
    item: str | None = None
    number: int = 1
    before_commit: BeforeCommit | None = None
    picture_failures: bool = True
    policies: bool = True
    outputs: dict[str, Any] = field(default_factory=dict)
    last: Any = None
    findings: Findings = field(default_factory=Findings)
    steps_ms: dict[str, int] = field(default_factory=dict)
    commit_step: str | None = None
    held_back: bool = False
    _unseen: bool = False

    @property
    def committed(self) -> bool:
        """Whether a commit step was begun."""
        return self.commit_step is not None

    async def go(self, steps: Sequence[StepNode]) -> Failure | None:
        """Execute steps until the last, the first failure, or a commit that is held back."""
        for step in steps:
            failure = await self._step(step)
            if failure is not None or self.held_back:
                return failure
        return None

    def evaluate(self, value: Any) -> Any:
        """A value of the workflow with its expressions evaluated in what this attempt has seen so far."""
        # The run's outputs stay behind those of the attempt: they are read only when an expression asks for them.
        steps = ChainMap(self.outputs, cast("MutableMapping[str, Any]", self.running.outputs))
        return evaluate(value, {**self.names, "steps": steps})

    async def picture(self, name: str, step: str) -> None:
        """Keep what the session's screens show now, unless something sensitive was on them."""
        if self._unseen or self.things.hidden:
            return
        context = self._context(step, sensitive=False)
        for thing in self.things.opened:
            if isinstance(thing, Session):
                image = await _picture(thing, context)
                if image is not None:
                    # Until it is on disk, other lanes go on.
                    await asyncio.to_thread(context.attach, name, image, media_type="image/jpeg")

    async def _step(self, step: StepNode) -> Failure | None:
        path = self.running.checked.step_path(step)
        try:
            if (step.if_ is not None and not self.evaluate(step.if_)) or self.running.only_for_real(step):
                if step.id is not None:
                    self.outputs[step.id] = None
                return None
            match step:
                case ItemsBlock():
                    return await self._repeat(step)
                case Block():
                    return await self.go(step.steps)
                case ActionStep():
                    return await self._action(step, path)
        except Claimed as error:
            return Failure(path, error)
        except JournalError:
            # What cannot be recorded is not done: this is not the item's failure, the whole run stops here.
            raise
        except YakinError as error:
            return Failure(path, error)
        raise AssertionError(f"a step of type {type(step).__name__} is refused before the run")

    async def _repeat(self, block: ItemsBlock) -> Failure | None:
        """A loop inside an attempt: it belongs to the attempt and keeps no ledger of its own."""
        rows = rows_of(self.evaluate(block.for_each))
        outer = self.names
        for index, row in enumerate(rows, start=1):
            self.names = {**outer, "item": row, "loop": {"index": index, "count": len(rows)}}
            failure = await self.go(block.steps)
            if failure is not None or self.held_back:
                return failure
        self.names = outer
        return None

    async def _action(self, step: ActionStep, path: str) -> Failure | None:
        arguments = self.evaluate(step.with_)
        if step.commit:
            if self.before_commit is not None and not await self.before_commit(path):
                self.held_back = True
                return None
            self.commit_step = path
        self._unseen = self._unseen or step.sensitive
        if step.sensitive:
            self.things.hidden = True
        outcome = await self._tries(step, path, arguments)
        if outcome.error is None:
            self.things.hidden = self._unseen
            self.last = outcome.value
            if step.id is not None:
                self.outputs[step.id] = outcome.value
            return None
        if self.picture_failures:
            await self.picture("failure", path)
        if self.policies and step.on_error == "continue" and not step.commit:
            self._context(path, sensitive=step.sensitive).note("went-on-after-error", error=outcome.error.message)
            return None
        return Failure(path, outcome.error)

    async def _tries(self, step: ActionStep, path: str, arguments: Mapping[str, Any]) -> Outcome:
        policy = Policy.of(step.retry, default=ONCE) if self.policies else ONCE
        number = 1
        while True:
            outcome = await self._once(step, path, arguments)
            if outcome.error is None or not policy.again(number, outcome.error):
                return outcome
            await self.running.frame.clock.sleep(policy.pause(number))
            number += 1

    async def _once(self, step: ActionStep, path: str, arguments: Mapping[str, Any]) -> Outcome:
        spec = self.running.registry.actions[step.uses]
        clock = self.running.frame.clock
        context = self._context(path, sensitive=step.sensitive)
        begun = clock.monotonic()
        try:
            injected = await self.things.fill(spec.injected, context)
        except Exception as error:  # noqa: BLE001 - opening a live thing can fail in any way
            return Outcome(error=as_yakin_error(error, spec.name))
        limit = None if step.timeout is None else seconds(step.timeout)
        left_behind = partial(self.running.leave_behind, self.item) if step.commit else lambda _: None
        outcome = await invoke(spec, arguments, injected, limit=limit, left_behind=left_behind)
        self.steps_ms[path] = self.steps_ms.get(path, 0) + int((clock.monotonic() - begun) * 1000)
        return outcome

    def _context(self, step: str, *, sensitive: bool) -> StepContext:
        return StepContext(
            self.running.frame, step, self.findings, item=self.item, attempt=self.number, sensitive=sensitive
        )


async def _picture(session: Session, context: Context) -> bytes | None:
    try:
        return await session.picture()
    except Exception as error:  # noqa: BLE001 - a failed picture must not hide what it should show
        context.log.bind(error=type(error).__name__).warning("no picture could be taken")
        return None
