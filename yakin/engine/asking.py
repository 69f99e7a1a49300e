"""A decision that a run waits for: asked, answered, or not answered in time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from yakin.engine import artifacts
from yakin.engine.history import NOT_ASKED
from yakin.engine.ports import Overtaken
from yakin.engine.running import Running
from yakin.engine.shown import shown
from yakin.errors import ActionError, ErrorInfo, RunError
from yakin.events import ApprovalAsked, ApprovalDecided, Noted, StepFinished
from yakin.workflow.model import ApprovalStep, seconds

CLOCK = "clock"
"""Who decided when nobody did in time."""


class Rejected(RunError):
    """The person who was asked said no."""

    code = "rejected"


class NotDecided(RunError):
    """Nobody decided in time."""

    code = "not-decided"


async def ask(running: Running, step: ApprovalStep) -> None:
    """Ask for a decision, with what it is about kept as an artifact.

    Raises:
        ActionError: What is to be shown cannot be put together.
    """
    frame, path, approval = running.frame, running.checked.step_path(step), step.approve
    value = running.evaluate(approval.show)
    try:
        seen = await asyncio.to_thread(shown, frame, path, value)
        kept = await asyncio.to_thread(artifacts.keep, frame.storage, frame.run, f"{path}.show", seen)
    except TypeError as error:
        raise ActionError("What is to be approved cannot be shown: {error}", error=error) from error
    due = None
    if approval.timeout is not None:
        due = (frame.clock.now() + timedelta(seconds=seconds(approval.timeout))).isoformat()
    await running.record(
        running.started(step),
        ApprovalAsked(
            run=frame.run,
            step=path,
            role=approval.by,
            title=str(running.evaluate(step.name)) if step.name else "",
            show=kept,
            due=due,
            remind_seconds=None if approval.remind is None else seconds(approval.remind),
        ),
    )


async def answer(running: Running, step: ApprovalStep) -> ErrorInfo | bool:
    """What became of a decision that was asked for.

    Returns:
        True when it is approved, False while it is not decided, or why the step failed.
    """
    path = running.checked.step_path(step)
    found = running.history.step(path)
    assert found is not None and found.approval is not None, "it was asked for"
    asked = found.approval
    state = asked.state
    if state == "waiting" and asked.due is not None and running.frame.clock.now() >= asked.due:
        state = "timed_out"
        try:
            await running.record(ApprovalDecided(run=running.frame.run, step=path, decision=state), actor=CLOCK)
        except Overtaken:
            await asyncio.to_thread(running.history.refresh)
            return await answer(running, step)
    if state == "waiting":
        return False
    error: RunError | None = None
    if state == "rejected":
        error = Rejected("{person} rejected it: {reason}", person=asked.decided_by, reason=asked.reason or "-")
    elif state == "timed_out":
        error = NotDecided("Nobody with the role {role} decided in time", role=asked.role)
    info = None if error is None else error.info()
    if found.status in ("running", "waiting"):
        status = "succeeded" if info is None else "failed"
        await running.record(StepFinished(run=running.frame.run, step=path, status=status, error=info))
    return True if info is None else info


async def leave_out(running: Running, step: ApprovalStep) -> None:
    """Ask nobody, because the run is a rehearsal, and note that; the steps behind it see it as approved."""
    run, path = running.frame.run, running.checked.step_path(step)
    if running.history.step(path) is None:
        noted = Noted(run=run, step=path, kind=NOT_ASKED, data={"role": step.approve.by})
        finished = StepFinished(run=run, step=path, status="skipped", output={"kind": NOT_ASKED})
        await running.record(running.started(step), noted, finished)
        await asyncio.to_thread(running.history.refresh)
