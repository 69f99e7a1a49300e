"""What tests of workflows and bots stand on instead of the real world: a clock, processes, queues in memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from yakin.engine.durable import RUNS, Serving, Work, queue_of


class FakeClock:
    """A clock that stands still until it is moved; every look at it takes a microsecond.

    Args:
        now: Where it begins.
    """

    def __init__(self, now: datetime = datetime(2026, 4, 1, 22, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._looks = 0

    def now(self) -> datetime:
        """The moment, in UTC."""
        self._looks += 1
        return self._now + timedelta(microseconds=self._looks)

    def monotonic(self) -> float:
        """Seconds since the epoch."""
        return self.now().timestamp()

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Let time pass without waiting for it."""
        self.move(seconds)


class FakeProcess:
    """A process of made-up machines, as itself sees the world; obtained from `FakeProcesses.start`.

    Attributes:
        machine: Where it runs.
        name: Which one it is.
    """

    def __init__(self, processes: FakeProcesses, machine: str, name: str) -> None:
        self.machine = machine
        self.name = name
        self._processes = processes

    def me(self) -> tuple[str, str]:
        """Machine and name."""
        return self.machine, self.name

    def is_gone(self, machine: str, process: str) -> bool | None:
        """Whether a process has surely ended; None for those of other machines."""
        return self._processes.is_gone(machine, process) if machine == self.machine else None

    def die(self) -> None:
        """End, seen by everybody on the same machine."""
        self._processes.fates[self.machine, self.name] = True

    def vanish(self) -> None:
        """Be out of sight: nobody can tell any more whether it lives."""
        self._processes.fates[self.machine, self.name] = None


class FakeProcesses:
    """Processes on made-up machines that live, die, or get out of sight.

    Attributes:
        fates: Machine and name of a process → whether it is gone; None when nobody can tell.
    """

    def __init__(self) -> None:
        self.fates: dict[tuple[str, str], bool | None] = {}

    def start(self, machine: str = "hall") -> FakeProcess:
        """Start one more process on a machine."""
        process = FakeProcess(self, machine, str(len(self.fates) + 1))
        self.fates[process.me()] = False
        return process

    def is_gone(self, machine: str, process: str) -> bool | None:
        """Whether a process has surely ended; unknown ones have."""
        return self.fates.get((machine, process), True)


_LOOK_EVERY = 0.01
"""Seconds between looks into the queues in memory."""


@dataclass(eq=False)
class _Promise:
    """Work that is to be queued when a transaction has been committed."""

    connection: Any
    work: Work
    is_kept: bool = False

    def keep(self, connection: Any) -> None:
        del connection
        self.is_kept = True


class MemoryQueues:
    """Queues of work that live as long as this object: workers may die around it.

    Attributes:
        taken: Work that a worker has taken and not ended, with the name of the worker.
    """

    def __init__(self) -> None:
        self.taken: list[tuple[str, Work]] = []
        self._waiting: list[Work] = []
        self._known: set[str] = set()
        self._promises: list[_Promise] = []
        self._lock = threading.Lock()

    @property
    def waiting(self) -> list[Work]:
        """Work that no worker has taken yet, in order."""
        for promise in [promise for promise in self._promises if promise.connection.closed]:
            self._promises.remove(promise)
            if promise.is_kept:
                self._put(promise.work)
        return self._waiting

    def prepare(self) -> None:
        """Nothing to make ready."""

    def enqueue(self, connection: Any, work: Work) -> None:
        """Put work into its queue once the transaction of this SQLAlchemy connection is committed."""
        import sqlalchemy as sa

        promise = _Promise(connection, work)
        sa.event.listen(connection, "commit", promise.keep)
        self._promises.append(promise)

    async def submit(self, work: Work) -> None:
        """Put work into its queue, unless work of this id was there ever."""
        self._put(work)

    async def ended(self, work: str) -> None:
        """Wait until a piece of work has ended, well or not."""
        while work in {one.id for one in (*self.waiting, *(taken for _, taken in self.taken))}:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_EVERY)

    @asynccontextmanager
    async def serving(self, serving: Serving) -> AsyncIterator[None]:
        """Take work from the queues for as long as the context lasts."""
        self.give_back(serving.worker)
        doing: set[asyncio.Task[None]] = set()
        looking = asyncio.ensure_future(self._look(serving, doing))
        try:
            yield
        finally:
            looking.cancel()
            for task in doing:
                task.cancel()
            await asyncio.gather(looking, *doing, return_exceptions=True)

    async def withdraw(self, work: str) -> None:
        """Take work out of its queue that no worker has taken yet."""
        with self._lock:
            self._waiting = [one for one in self._waiting if one.id != work]

    def has_taken(self, worker: str) -> bool:
        """Whether a worker has taken work that has not ended."""
        return any(name == worker for name, _ in self.taken)

    def give_back(self, worker: str) -> int:
        """Put back into its queue what a worker has taken."""
        with self._lock:
            back = [work for name, work in self.taken if name == worker]
            self.taken = [(name, work) for name, work in self.taken if name != worker]
            self._waiting.extend(back)
        return len(back)

    def forget(self, before: datetime) -> int:
        """Nothing is kept of work that has ended."""
        del before
        return 0

    def close(self) -> None:
        """Nothing to let go of."""

    def _put(self, work: Work) -> None:
        with self._lock:
            if work.id not in self._known:
                self._known.add(work.id)
                self._waiting.append(work)

    async def _look(self, serving: Serving, doing: set[asyncio.Task[None]]) -> None:
        queues = {RUNS, *(queue_of(system) for system in serving.systems)}
        while True:
            for work in [work for work in self.waiting if work.queue in queues]:
                if work in self.waiting and (work.queue == RUNS or serving.room() > 0):
                    self.waiting.remove(work)
                    self.taken.append((serving.worker, work))
                    doing.add(asyncio.ensure_future(self._do(serving, work)))
                    # It begins, and takes its place.
                    await asyncio.sleep(0)
            await asyncio.sleep(_LOOK_EVERY)

    async def _do(self, serving: Serving, work: Work) -> None:
        with suppress(Exception):
            await serving.bodies[work.what](work.about)
        with self._lock:
            if (serving.worker, work) in self.taken:
                self.taken.remove((serving.worker, work))
