"""A worker: takes runs and parts of runs from the queues, and looks after the work of workers that died."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from yakin.engine.approvals import Approvals, Reminder
from yakin.engine.durable import Serving
from yakin.engine.executor import Executor
from yakin.engine.invoke import as_yakin_error
from yakin.engine.parts import Part, PartsByWorkers, PartsHere
from yakin.engine.ports import Lease, LeaseLost, LeaseTaken, Watch
from yakin.engine.requests import FINISHED, Requests
from yakin.engine.residents import Surroundings
from yakin.engine.silent import give_up_silent
from yakin.engine.stop import Left
from yakin.errors import JournalError, YakinError
from yakin.events import RunFinished

SWEEP_EVERY = 5.0
"""Seconds between looks for workers that died."""

_FORGET_EVERY = 720
"""Sweeps between two looks for what may be forgotten: an hour."""

_AGAIN_AFTER = 5.0
"""Seconds before work is begun again that could not be recorded."""

KEEP = timedelta(days=30)
"""How long the queues remember work that has ended; what it came to is in the journal."""

_SWEEPER = "sweeper"
_SWEPT_WITHIN = 0.2
"""Seconds before a name is tried again under which another worker sweeps up."""

GRACE = 60.0
"""Seconds for the current items when a worker is asked to stop; then they are broken off."""

Told = Callable[..., None]
"""Told what the worker does: a sentence as a template, and its data."""


class Worker:
    """Executes what is in the queues, until it is asked to stop.

    Args:
        around: What the engine works in.
        requests: Makes the runs that are called.
        systems: Systems it serves.
        serves_all: Whether these are all there are; then runs may be enqueued for it whatever they need.
        sessions: How many sessions it may have at once.
        name: Its name; `host:1`, or the next number that is free, when left out.
        told: Told what it does.
        ended: Called with every run that came to its end here, from a thread.
    """

    def __init__(
        self,
        around: Surroundings,
        requests: Requests,
        *,
        systems: Sequence[str],
        serves_all: bool,
        sessions: int,
        name: str | None = None,
        told: Told = lambda *_, **__: None,
        ended: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._around = around
        self._requests = requests
        self._approvals = Approvals(around, requests)
        self._systems = tuple(systems)
        self._serves = None if serves_all else self._systems
        self._sessions = sessions
        self._name = name
        self._told = told
        self._ended = ended
        self._stopping = asyncio.Event()
        self._lost = asyncio.Event()
        self._doing = 0
        self._parts = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._executor: Executor | None = None

    @property
    def systems(self) -> Sequence[str]:
        """The systems it serves."""
        return self._systems

    async def work(self) -> None:
        """Work until `stop` is called and the current items are done.

        Raises:
            LeaseTaken: Another worker has this name.
            LeaseLost: This worker was silent for so long that others have taken over its work.
        """
        lease = await asyncio.to_thread(self._take_lease)
        loop = asyncio.get_running_loop()

        def losing_it() -> None:
            loop.call_soon_threadsafe(self._lost.set)

        executor = self._executor = Executor(self._around, lease, self._requests)
        executor.parts = PartsByWorkers(self._around.queues, PartsHere(executor.part))
        serving = Serving(lease.name, self._systems, {"run": self._run, "part": self._part}, self._room)
        with lease.kept(lost=losing_it):
            async with self._around.queues.serving(serving):
                self._told(
                    "Worker {name} serves {systems}; sessions at once: {sessions}",
                    name=lease.name,
                    systems=", ".join(self._systems) or "-",
                    sessions=self._sessions,
                )
                sweeping = asyncio.ensure_future(self._sweep(lease))
                try:
                    await _first(self._stopping.wait(), self._lost.wait())
                    if self._lost.is_set():
                        raise LeaseLost("Worker {name} was silent for too long: others do its work", name=lease.name)
                    await self._wind_up(executor)
                finally:
                    sweeping.cancel()
        await asyncio.to_thread(lease.release)

    def stop(self, *, now: bool = False) -> None:
        """Take nothing more, and end after the current items; with `now` in the middle of them."""
        self._stopping.set()
        if self._executor is not None:
            self._executor.stop("leave", now=now)

    def _take_lease(self) -> Lease:
        """Take the worker's name, or the first one that is free; blocks while another worker sweeps up under it.

        Raises:
            LeaseTaken: Another worker has this name.
        """
        slot = 1
        while True:
            try:
                return self._lease(self._name or f"{socket.gethostname()}:{slot}")
            except LeaseTaken as taken:
                if taken.row.kind == _SWEEPER:
                    time.sleep(_SWEPT_WITHIN)
                elif self._name is not None:
                    raise
                else:
                    slot += 1

    def _lease(self, name: str) -> Lease:
        return self._around.leases.take(name, kind="worker", serves=self._serves, sessions=self._sessions)

    def _room(self) -> int:
        return 0 if self._stopping.is_set() else self._sessions - self._parts

    async def _run(self, about: Mapping[str, Any]) -> None:
        run, go = str(about["run"]), int(about["go"])
        assert self._executor is not None
        executor = self._executor

        async def execute() -> None:
            try:
                status = await executor.run(run, go)
            except (JournalError, Left):
                raise
            except Exception as error:  # noqa: BLE001 - the run cannot even begin; a person has to know
                status = await self._give_up(run, go, as_yakin_error(error, "yakin"))
            self._told("Run {run}: {status}", run=run, status=status)
            if status in FINISHED:
                await asyncio.to_thread(self._ended, run)

        await self._persist(execute)

    async def _part(self, about: Mapping[str, Any]) -> None:
        assert self._executor is not None
        executor, part = self._executor, Part.from_json(about)
        self._parts += 1
        try:
            await self._persist(lambda: executor.part(part))
        except Exception as error:
            told = as_yakin_error(error, "yakin")
            self._told("A part of run {run} broke off: {error}", run=part.run, error=told)
            raise told from error
        finally:
            self._parts -= 1

    async def _persist(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do a piece of work; what cannot be recorded now is begun again later."""
        self._doing += 1
        self._idle.clear()
        try:
            ended = await self._to_its_end(work)
        finally:
            self._doing -= 1
            if self._doing == 0:
                self._idle.set()
        if not ended:
            # Never returns: to the queues this worker died in the middle of it, and another one goes on.
            await asyncio.Event().wait()

    async def _to_its_end(self, work: Callable[[], Awaitable[None]]) -> bool:
        while True:
            try:
                await work()
            except Left:
                return not self._stopping.is_set()
            except LeaseLost:
                self._lost.set()
                return False
            except JournalError as error:
                self._told("Nothing can be recorded at the moment: {error}", error=error)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _AGAIN_AFTER)
                    return False
            else:
                return True

    async def _give_up(self, run: str, go: int, error: YakinError) -> str:
        self._told("Run {run} cannot be executed: {error}", run=run, error=error)
        row = await asyncio.to_thread(self._around.journal.run, run)
        if row.go != go or row.status in FINISHED:
            return row.status
        failed = RunFinished(run=run, go=go, status="failed", error=error.info())
        await asyncio.to_thread(self._around.journal.append, row.actor, failed)
        return failed.status

    async def _wind_up(self, executor: Executor) -> None:
        self._told("Stopping after the current items")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), GRACE)
        executor.stop("leave", now=True)
        await self._idle.wait()
        await executor.close()

    def _forget(self) -> None:
        self._around.queues.forget(self._around.clock.now() - KEEP)

    async def _sweep(self, lease: Lease) -> None:
        """Look again and again for workers that died, and put their work back into the queues."""
        watch = self._around.leases.watch()
        for number in itertools.count():
            try:
                await asyncio.to_thread(self._sweep_once, watch, lease)
                if number % _FORGET_EVERY == 0:
                    await asyncio.to_thread(self._forget)
            except Exception as error:  # noqa: BLE001 - who looks after the others must not stop looking
                self._told("Nothing can be recorded at the moment: {error}", error=as_yakin_error(error, "yakin"))
            await asyncio.sleep(SWEEP_EVERY)

    def _sweep_once(self, watch: Watch, lease: Lease) -> None:
        leases = self._around.leases
        for row in give_up_silent(leases, watch, but=lease.token):
            self._told("{name} has fallen silent or died: others do its work", name=row.name)
        for name in leases.vacant("worker"):
            if self._around.queues.has_taken(name):
                self._give_back(name)
        self._approvals.look_after(self._remind)

    def _remind(self, reminder: Reminder) -> None:
        since = f"{reminder.asked_at.astimezone():%Y-%m-%d %H:%M}"
        self._told("Run {run} waits for {role} since {since}", run=reminder.run, role=reminder.role, since=since)

    def _give_back(self, name: str) -> None:
        """Put the work of a worker that is gone back, holding its name: one that starts under it meanwhile must wait."""
        try:
            holding = self._around.leases.take(name, kind=_SWEEPER)
        except LeaseTaken:
            return  # it is there again, and takes up its work by itself
        try:
            self._around.queues.give_back(name)
        finally:
            holding.release()


async def _first(*waiting: Awaitable[Any]) -> None:
    tasks = [asyncio.ensure_future(one) for one in waiting]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
