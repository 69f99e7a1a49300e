"""What tests of workflows and bots stand on instead of the real world: a clock, processes, durable execution in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from yakin.engine.durable import Body


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


class _Left(BaseException):
    """Unwinds a body that left its run."""


class MemoryDurable:
    """Durable execution whose checkpoints live as long as this object: engines may die around it."""

    def __init__(self) -> None:
        self.queued: list[str] = []
        self._done: dict[tuple[str, str], Any] = {}
        self._run = ""

    def prepare(self) -> None:
        """Nothing to make ready."""

    def enqueue(self, connection: Any, run: str) -> None:
        """Remember that the run is wanted."""
        del connection
        self.queued.append(run)

    async def execute(self, run: str, body: Body) -> None:
        """Execute the body; what an earlier call has done is not done again."""
        self._run = run
        try:
            await body(run)
        except _Left:
            pass  # as asked: the run is left as it is

    async def step(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do work once for each run and name."""
        place = (self._run, name)
        if place not in self._done:
            self._done[place] = await work()
        return self._done[place]

    async def leave(self) -> None:
        """Stop here."""
        raise _Left

    def close(self) -> None:
        """Nothing to let go of."""
