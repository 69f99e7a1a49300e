"""What tests of workflows and bots stand on instead of the real world: a clock, processes, queues in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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


class MemoryQueues:
    """Queues of work that live as long as this object: workers may die around it.

    Attributes:
        waiting: Work that no worker has taken yet, in order.
        taken: Work that a worker has taken and not ended → name of the worker.
    """

    def __init__(self) -> None:
        self.waiting: list[Work] = []
        self.taken: dict[Work, str] = {}
        self._known: set[str] = set()
        self._changed = asyncio.Condition()

    def prepare(self) -> None:
        """Nothing to make ready."""

    def enqueue(self, connection: Any, work: Work) -> None:
        """Put work into its queue, unless work of this id was there ever."""
        del connection
        if work.id not in self._known:
            self._known.add(work.id)
            self.waiting.append(work)

    async def submit(self, work: Work) -> None:
        """Put work into its queue, unless work of this id was there ever."""
        async with self._changed:
            self.enqueue(None, work)
            self._changed.notify_all()

    async def ended(self, work: str) -> None:
        """Wait until a piece of work has ended."""
        async with self._changed:
            await self._changed.wait_for(lambda: work not in self._open())

    def _open(self) -> set[str]:
        return {one.id for one in (*self.waiting, *self.taken)}

    @asynccontextmanager
    async def serving(self, serving: Serving) -> AsyncIterator[None]:
        """Take work from the queues for as long as the context lasts."""
        doing: set[asyncio.Task[None]] = set()
        looking = asyncio.ensure_future(self._look(serving, doing))
        try:
            yield
        finally:
            looking.cancel()
            for task in doing:
                task.cancel()
            await asyncio.gather(looking, *doing, return_exceptions=True)

    async def _look(self, serving: Serving, doing: set[asyncio.Task[None]]) -> None:
        queues = {RUNS, *(queue_of(system) for system in serving.systems)}
        async with self._changed:
            while True:
                for work in [work for work in self.waiting if work.queue in queues]:
                    if work.queue == RUNS or serving.room() > 0:
                        self.waiting.remove(work)
                        self.taken[work] = serving.worker
                        doing.add(asyncio.ensure_future(self._do(serving, work)))
                        await asyncio.sleep(0)
                await self._changed.wait()

    async def _do(self, serving: Serving, work: Work) -> None:
        await serving.bodies[work.what](work.about)
        async with self._changed:
            self.taken.pop(work, None)
            self._changed.notify_all()

    def give_back(self, worker: str) -> int:
        """Put back into its queue what a worker has taken."""
        back = [work for work, name in self.taken.items() if name == worker]
        for work in back:
            del self.taken[work]
            self.waiting.append(work)
        return len(back)

    def close(self) -> None:
        """Nothing to let go of."""
