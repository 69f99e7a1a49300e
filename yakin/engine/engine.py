"""Runs from the outside: asked for, executed in this process or by workers, stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path

from yakin.engine.approvals import Approvals
from yakin.engine.decisions import Decisions
from yakin.engine.executor import Executor
from yakin.engine.ports import Lease, LeaseLost, LeaseTaken
from yakin.engine.requests import FINISHED, Requests, RunIsLive, RunIsOver
from yakin.engine.reruns import Reruns
from yakin.engine.residents import Surroundings
from yakin.engine.stop import Left

__all__ = ["Engine", "Surroundings"]


class Engine:
    """Creates and executes runs.

    Args:
        around: What it works in.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._executor: Executor | None = None
        self._stopping = False
        self.requests = Requests(around)
        self.decisions = Decisions(around)
        self.reruns = Reruns(around)
        self.approvals = Approvals(around, self.requests)

    @property
    def around(self) -> Surroundings:
        """What it works in."""
        return self._around

    def folder(self, run: str) -> Path:
        """The run's own folder on this machine: log and reports; outputs and evidence are in the storage."""
        return self._around.folder(run)

    async def execute(self, run: str) -> str:
        """Execute a run in this process until it is finished, waits for a person, or `stop` is called.

        Returns:
            The run's status; `running` when it was left.

        Raises:
            RunIsOver: It is finished.
            RunIsLive: Another process is executing it.
            JournalError: Something could not be recorded; the run stands still where it was and can be continued.
        """
        row = await asyncio.to_thread(self._around.journal.run, run)
        if row.status in FINISHED:
            raise RunIsOver("Run {run} is finished", run=row.id)
        if row.status == "running" and await asyncio.to_thread(self._around.leases.live, row.owner):
            # A worker executes it, under its own name.
            raise RunIsLive("Run {run} is being executed by another process", run=row.id)
        try:
            lease = await asyncio.to_thread(self._around.leases.take, f"run:{row.id}", kind="run")
        except LeaseTaken:
            raise RunIsLive("Run {run} is being executed by another process", run=row.id) from None
        try:
            status = await self._under(lease, row.id, row.go)
        except Exception:
            await asyncio.to_thread(lease.release)
            raise
        # What cuts through here ends the process, and leaves the lease as a crash would.
        await asyncio.to_thread(lease.release)
        return status

    async def _under(self, lease: Lease, run: str, go: int) -> str:
        executor = self._executor = Executor(self._around, lease, self.requests, idle=0)
        self._stopping = False
        loop = asyncio.get_running_loop()
        lost = asyncio.Event()

        def losing_it() -> None:
            loop.call_soon_threadsafe(lost.set)

        with lease.kept(lost=losing_it):
            working = asyncio.ensure_future(executor.run(run, go))
            losing = asyncio.ensure_future(lost.wait())
            try:
                await asyncio.wait((working, losing), return_when=asyncio.FIRST_COMPLETED)
                if not working.done():
                    working.cancel()
                    await asyncio.gather(working, return_exceptions=True)
                    raise LeaseLost("Another process has taken over run {run}", run=run)
                return working.result()
            except Left:
                return "running"
            finally:
                losing.cancel()
                self._executor = None
                await executor.close()

    def close(self) -> None:
        """Let go of the database."""
        self._around.queues.close()

    @property
    def stopping(self) -> bool:
        """Whether the run that is executed here was asked to stop."""
        return self._stopping

    def stop(self) -> None:
        """Leave the run that is executed here after its current item; it can be continued later."""
        self._stopping = True
        if self._executor is not None:
            self._executor.stop("leave")
