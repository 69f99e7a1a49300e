"""Executing runs and parts of runs in this process, under one lease."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import os
import platform
import socket
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from yakin import __version__
from yakin.engine import lane
from yakin.engine.history import call_output
from yakin.engine.inputs import InputError
from yakin.engine.parts import Part, Parts, PartsHere
from yakin.engine.ports import Lease, Overtaken, RunRow
from yakin.engine.requests import FINISHED, Requests
from yakin.engine.residents import Resident, Residents, Surroundings
from yakin.engine.runner import Asked, CallEnd, Runner
from yakin.engine.running import Running
from yakin.engine.selection import Selection
from yakin.engine.sessions import IDLE_SECONDS
from yakin.engine.stop import Left, Why
from yakin.errors import ConfigError, ErrorInfo, JournalError, RunError, WorkflowError
from yakin.events import CancelAsked, RunContinued, RunFinished, RunStarted, RunWaiting, StepFinished
from yakin.workflow.model import CallStep


class CalledRunFailed(RunError):
    """A workflow that was called as a step failed or was cancelled."""

    code = "called-run"


class Executor:
    """Executes gos of runs, and parts of runs, in this process.

    Args:
        around: What the engine works in.
        lease: Under which everything here is done.
        requests: Makes the runs that are called.
        idle: Seconds for which a run's sessions are kept after the last part of it.
    """

    def __init__(self, around: Surroundings, lease: Lease, requests: Requests, *, idle: float = IDLE_SECONDS) -> None:
        self._around = around
        self._lease = lease
        self._requests = requests
        self._residents = Residents(around, lease, idle=idle)
        self.parts: Parts = PartsHere(self.part)

    async def run(self, run: str, go: int) -> str:
        """Execute one go of a run, until it is finished, waits for a person, or is left.

        Returns:
            The run's status.

        Raises:
            Left: The process was asked to stop; the run is to be continued.
            JournalError: Something could not be recorded; the run stands still where it was.
        """
        row = await asyncio.to_thread(self._around.journal.run, run)
        if row.go != go or row.status in (*FINISHED, "waiting"):
            return row.status
        async with self._residents.resident(row) as resident:
            status, _ = await self._go(row, resident)
            return status

    async def part(self, part: Part) -> None:
        """Work on one part of a run; nothing when the run went on without it.

        Raises:
            Left: The process was asked to stop.
            JournalError: Something could not be recorded.
        """
        row = await asyncio.to_thread(self._around.journal.run, part.run)
        if row.go != part.go or row.status != "running":
            return
        async with self._residents.resident(row) as resident:
            await lane.work(resident, part)

    def stop(self, why: Why, *, now: bool = False) -> None:
        """Ask everything that is done here to stop after its current item, or at once."""
        self._residents.stop(why, now=now)

    async def close(self) -> None:
        """Close all sessions that nobody uses any more."""
        await self._residents.close()

    async def _go(self, row: RunRow, resident: Resident) -> tuple[str, Sequence[Asked]]:
        """Execute one go; returns the run's status, and the decisions it waits for."""
        running, clock = resident.running, self._around.clock
        begun = clock.monotonic()
        await running.record(
            RunStarted(
                run=row.id,
                executor=f"{socket.gethostname()}:{os.getpid()}",
                resumed=row.owner != "",
                go=row.go,
                owner=self._lease.token,
                facts=_facts(),
            )
        )
        selection = Selection.from_json(row.selection)
        try:
            while True:
                runner = Runner(running, self.parts, partial(self._call, running), row.go, selection)
                end = await runner.execute()
                if not end.waits_for:
                    break
                if await self._park(running, row.go, end.waits_for):
                    return "waiting", end.waits_for
        except Left:
            if running.stop.why != "cancel":
                raise
            return await self._finish(running, row.go, "cancelled", None, begun), ()
        status = "succeeded" if end.error is None else "failed"
        return await self._finish(running, row.go, status, end.error, begun), ()

    async def _park(self, running: Running, go: int, asked: Sequence[Asked]) -> bool:
        """Let the run wait, unless one of the decisions was made since it was looked at."""

        def still_asked(connection: Any) -> None:
            for run, step in asked:
                self._around.journal.confirm_undecided(connection, run, step)

        try:
            await running.record(RunWaiting(run=running.frame.run, go=go), also=still_asked)
        except Overtaken:
            await asyncio.to_thread(running.history.refresh)
            return False
        return True

    async def _finish(self, running: Running, go: int, status: str, error: ErrorInfo | None, begun: float) -> str:
        duration = int((self._around.clock.monotonic() - begun) * 1000)
        run = running.frame.run
        _, *called = await asyncio.to_thread(self._requests.family, run)
        # One branch has failed while what another one called waits for a decision: nobody has to decide any more.
        left = [RunFinished(run=one.id, status="cancelled") for one in reversed(called) if one.status not in FINISHED]
        await running.record(*left, RunFinished(run=run, go=go, status=status, error=error, duration_ms=duration))
        return status

    async def _call(self, running: Running, step: CallStep) -> CallEnd:
        """Execute another workflow as a linked run, in this process; its parts go wherever parts go."""
        path = running.checked.step_path(step)
        try:
            child = await self._child(running, step, path)
        except (ConfigError, WorkflowError, InputError) as error:
            info = error.info()
            await running.record(StepFinished(run=running.frame.run, step=path, status="failed", error=info))
            return CallEnd(error=info)
        known = running.history.step(path)
        if known is None or known.status == "running":
            asked = await asyncio.to_thread(self._requests.waiting_for, child.id)
            child = await self._again(running, child)
            if child.status == "waiting":
                return CallEnd(waits_for=[(one.run, one.step) for one in asked])
        if child.status not in FINISHED:
            async with self._residents.resident(child) as resident:
                watching = asyncio.ensure_future(_passed_on(running, resident.running))
                try:
                    status, waits_for = await self._go(child, resident)
                finally:
                    watching.cancel()
            if status == "waiting":
                return CallEnd(waits_for=waits_for)
            if status == "cancelled":
                running.stop.here()
            child = await asyncio.to_thread(self._around.journal.run, child.id)
        return await self._called(running, step, path, child)

    async def _again(self, running: Running, child: RunRow) -> RunRow:
        """Let a called run go on that was cut off or cancelled together with this one, or whose decision was made."""
        decided = child.status == "waiting" and await asyncio.to_thread(self._requests.is_decided, child)
        # Parts of one that was cut off are asked for anew: each is put into a queue once in a go.
        if not decided and child.status not in ("cancelled", "running"):
            return child
        await running.record(RunContinued(run=child.id, go=child.go + 1))
        return await asyncio.to_thread(self._around.journal.run, child.id)

    async def _child(self, running: Running, step: CallStep, path: str) -> RunRow:
        journal, parent = self._around.journal, running.frame
        for row in await asyncio.to_thread(journal.children, parent.run):
            if row.parent_step == path:
                return row
        await running.record(running.started(step))
        given = running.evaluate(step.with_)
        child = await asyncio.to_thread(self._requests.call, step.call, given, parent=parent, step=path)
        return await asyncio.to_thread(journal.run, child)

    async def _called(self, running: Running, step: CallStep, path: str, child: RunRow) -> CallEnd:
        output = call_output(child)
        error = None
        if child.status != "succeeded":
            failed = CalledRunFailed(
                "{workflow}, called as run {run}, ended as {status}",
                workflow=child.title,
                run=child.id,
                status=child.status,
                hint="Look at it with: runner.py show {run}",
            )
            error = failed.info()
        known = running.history.step(path)
        if known is None or known.status in ("running", "waiting"):
            status = "succeeded" if error is None else "failed"
            await running.record(
                StepFinished(
                    run=running.frame.run,
                    step=path,
                    status=status,
                    error=error,
                    output={"kind": "run", "run": child.id},
                )
            )
        return CallEnd(output, error)


async def _passed_on(parent: Running, child: Running) -> None:
    """What is asked of a run is asked of the runs that it calls."""
    await parent.stop.asked()
    await _pass_on(parent, child)
    await parent.stop.asked_at_once()
    await _pass_on(parent, child)


async def _pass_on(parent: Running, child: Running) -> None:
    child.stop.ask(parent.stop.why, now=parent.stop.at_once)
    if parent.stop.why == "cancel":
        # Other workers, who do parts of it, look only at the run itself; it may just have ended.
        with contextlib.suppress(JournalError):
            await child.record(CancelAsked(run=child.frame.run, now=parent.stop.at_once))


def _facts() -> Mapping[str, str]:
    return {
        "yakin": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "playwright": importlib.metadata.version("playwright"),
    }
