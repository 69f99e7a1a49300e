"""Several workers in one event loop, each on a machine of its own: they may die, fall silent, or lose the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.engine.town import Crash, Office, workflow
from yakin.engine import residents, sessions, worker
from yakin.engine.durable import Serving, Work
from yakin.engine.engine import Engine
from yakin.engine.requests import Requests
from yakin.engine.worker import Worker
from yakin.errors import JournalError
from yakin.ledger import LedgerItem
from yakin.testing import FakeProcess, MemoryQueues

TIMEOUT = 40


class StandingClock:
    """A clock for workers: it stands still, and who sleeps lets the others go on."""

    def now(self) -> datetime:
        return datetime(2026, 4, 1, 22, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        del seconds
        await asyncio.sleep(0.005)


@dataclass
class Line:
    """The way of one process to the database; it can be cut."""

    is_cut: bool = False
    fails_next: int = 0

    def use(self) -> None:
        if self.fails_next > 0:
            self.fails_next -= 1
            raise JournalError("The disk is full")
        if self.is_cut:
            raise JournalError("The database does not answer")


class Behind:
    """A journal, or leases, at the other end of a line; the worker's lease is remembered.

    Args:
        thing: What is at the other end.
        line: The line.
        only: Names of the methods that need the line; empty for all.
    """

    def __init__(self, thing: Any, line: Line, *only: str) -> None:
        self._thing = thing
        self._line = line
        self._only = only
        self.taken: Any = None

    def take(self, *arguments: Any, **options: Any) -> Any:
        taken = self._thing.take(*arguments, **options)
        if options["kind"] == "worker":
            self.taken = taken
        return taken

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        if not callable(found) or (self._only and name not in self._only):
            return found

        def by_line(*arguments: Any, **options: Any) -> Any:
            self._line.use()
            return found(*arguments, **options)

        return by_line


@dataclass
class Hand:
    """One worker and the process it is.

    Attributes:
        name: Its name.
        process: Its process.
        line: Its way to the database, for everything.
        writing: Its way to the journal, for writing.
        worker: The worker.
        told: What it told.
        ended: Runs that came to their end there.
    """

    name: str
    process: FakeProcess
    line: Line
    writing: Line
    leases: Behind
    worker: Worker
    told: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    working: asyncio.Task[None] | None = None

    @property
    def is_at_work(self) -> bool:
        return self.working is not None and not self.working.done()

    @property
    def token(self) -> str:
        return str(self.leases.taken.token)

    def hears_that_it_is_to_stop(self, run: str) -> bool:
        """Whether what it does on a run is to end, as far as it knows."""
        executor = self.worker._executor
        return executor is not None and executor._residents._here[run].running.stop.why != ""

    def begin(self) -> None:
        self.working = asyncio.ensure_future(self.worker.work())

    def fall_silent(self) -> None:
        """Nobody hears of it any more, and nobody can tell whether it lives; it goes on."""

        def unheard() -> None:
            raise JournalError("The database does not answer")

        self.leases.taken.beat = unheard
        self.process.vanish()

    async def die(self) -> None:
        """End in the middle of everything; whoever is on the same machine can see it."""
        self.process.die()
        await self._end()

    async def vanish(self) -> None:
        """End in the middle of everything, and nobody can see whether it did."""
        self.process.vanish()
        await self._end()

    async def stop(self) -> None:
        """Be asked to stop, and do so."""
        self.worker.stop()
        assert self.working is not None
        await asyncio.wait_for(self.working, TIMEOUT)

    async def _end(self) -> None:
        self.line.is_cut = True
        self.leases.taken.beat = self.line.use
        assert self.working is not None
        self.working.cancel()
        with suppress(asyncio.CancelledError, JournalError):
            await self.working


class CrewQueues(MemoryQueues):
    """Queues of workers who die when their work says so."""

    def __init__(self, crash: Callable[[str], Awaitable[None]]) -> None:
        super().__init__()
        self._crash = crash
        self._crashing: set[asyncio.Task[None]] = set()

    async def _do(self, serving: Serving, work: Work) -> None:
        try:
            await super()._do(serving, work)
        except Crash:
            crashing: asyncio.Task[None] = asyncio.ensure_future(self._crash(serving.worker))
            self._crashing.add(crashing)
            crashing.add_done_callback(self._crashing.discard)


class Crew:
    """The workers of an office.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self.hands: dict[str, Hand] = {}
        office.queues = CrewQueues(self._crash)
        office.engine = Engine(replace(office.surroundings(), clock=StandingClock()))

    def start(
        self, name: str, *, machine: str | None = None, systems: tuple[str, ...] = ("hall",), size: int = 2
    ) -> Hand:
        """Start a worker; on a machine of its own when none is named."""
        office, machine = self.office, machine or name
        process = office.processes.start(machine)
        line, writing = Line(), Line()
        leases = Behind(office.journal.leases(processes=process), line, "free_seat", "take_seat", "give_up")
        journal = Behind(Behind(office.journal, line), writing, "append")
        around = replace(
            office.surroundings(machine),
            journal=journal,
            leases=leases,
            clock=StandingClock(),
        )
        told: list[str] = []
        ended: list[str] = []
        made = Worker(
            around,
            Requests(around),
            systems=systems,
            serves_all=False,
            sessions=size,
            name=name,
            told=lambda text, **data: told.append(text.format(**data)),
            ended=ended.append,
        )
        hand = self.hands[name] = Hand(name, process, line, writing, leases, made, told, ended)
        hand.begin()
        return hand

    def create(self, text: str, **options: Any) -> str:
        """Ask for a run, by workers."""
        return self.office.create(text, for_workers=True, **options)

    def resume(self, run: str) -> None:
        """Let a run go on, by workers."""
        self.office.engine.requests.go_on(run, actor="clerk", for_workers=True)

    def status(self, run: str) -> str:
        return self.office.journal.run(run).status

    def item(self, run: str, key: str) -> LedgerItem:
        found = self.office.journal.item(run, "entry", key)
        assert found is not None
        return found

    async def ends(self, run: str, status: str = "succeeded") -> None:
        """Wait until a run has ended, as it should."""
        try:
            await until(lambda: self.status(run) in ("succeeded", "failed", "cancelled"))
        except TimeoutError:
            raise AssertionError(f"run {run} does not end: {self._state()}") from None
        assert self.status(run) == status, self._state()

    async def while_time_passes(self, condition: Callable[[], bool]) -> None:
        """Wait for something while time goes by, in which those who can be heard say that they live."""

        def passed() -> bool:
            self.let_time_pass()
            return condition()

        await until(passed)

    def let_time_pass(self) -> None:
        """Let some seconds go by, in which those who can be heard say that they live."""
        for hand in self.hands.values():
            if hand.is_at_work and not hand.line.is_cut and hand.leases.taken is not None:
                with suppress(JournalError):
                    hand.leases.taken.beat()
        self.office.clock.move(10)

    async def close(self) -> None:
        """Stop everybody who is still at work."""
        for hand in self.hands.values():
            if hand.is_at_work:
                await hand.die()
            elif hand.working is not None and not hand.working.cancelled():
                hand.working.exception()

    def _state(self) -> dict[str, Any]:
        queues, leases = self.office.queues, self.office.journal.leases()
        return {
            "told": {hand.name: hand.told for hand in self.hands.values()},
            "waiting": [work.id for work in queues.waiting],
            "taken": [(name, work.id) for name, work in queues.taken],
            "leases": [(row.name, row.state) for row in leases.held()],
        }

    async def _crash(self, name: str) -> None:
        if self.hands[name].is_at_work:
            await self.hands[name].die()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that others do."""
    async with asyncio.timeout(TIMEOUT):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def hasten(patch: pytest.MonkeyPatch) -> None:
    """Let those who look again and again look more often."""
    patch.setattr(worker, "SWEEP_EVERY", 0.02)
    patch.setattr(worker, "_AGAIN_AFTER", 0.02)
    patch.setattr(residents, "_LOOK_EVERY", 0.02)
    patch.setattr(sessions, "IDLE_SECONDS", -1)


def shared(keys: list[str], *, seats: int = 2, lanes: int = 2, **options: Any) -> str:
    """A workflow whose items are done in lanes."""
    text = workflow(keys, block=f"\n    lanes: {lanes}{options.pop('block', '')}", **options)
    return text.replace('jp/"}', f'jp/", sessions: {seats}}}')
