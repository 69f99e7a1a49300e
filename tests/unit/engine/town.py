"""A town hall in memory: a system that registers declarations, a bot that works in it, and faults on command."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import types
from collections.abc import AsyncIterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from loguru import logger

from yakin.actions import Context, Registry, System, action, resource
from yakin.engine.engine import Engine, Surroundings
from yakin.errors import AlreadyThere, ApplicationError, Refused, SessionLost
from yakin.journal.store import JournalStore
from yakin.results import RunResult, fold
from yakin.storage import open_storage
from yakin.testing import FakeClock, FakeProcesses, MemoryQueues
from yakin.values import FileRef
from yakin.workflow.check import CheckedWorkflow, check_text


class Crash(BaseException):
    """The process dies here."""


class Gate:
    """A place where an action waits until it is let through."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def arrive(self) -> None:
        """Stand still here."""
        self.reached.set()
        await self.opened.wait()


@dataclass
class TownSystem:
    """The other system.

    Attributes:
        registered: Key → how often it was registered.
        script: What the next calls of an action do instead of working: action name → list of faults, `None` for none.
        calls: Names of the actions that were called, in order.
        gates: Action and key → where the action waits before it does anything.
        delays: Seconds that the next clicks take before anything is registered; the rest are quick.
        slow_clicks: How many clicks are on their way.
        is_blind: Whether it registers the same key again without a word.
    """

    registered: dict[str, int] = field(default_factory=dict)
    script: dict[str, list[str | None]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    gates: dict[tuple[str, str], Gate] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    slow_clicks: int = 0
    is_blind: bool = False

    def next_fault(self, action_name: str) -> str | None:
        self.calls.append(action_name)
        faults = self.script.get(action_name)
        return faults.pop(0) if faults else None

    def gate(self, action_name: str, key: str) -> Gate:
        """Let an action wait before it does anything with a key."""
        return self.gates.setdefault((action_name, key), Gate())

    async def take_time(self) -> None:
        """Let a click take as long as it shall."""
        if self.delays:
            self.slow_clicks += 1
            try:
                await asyncio.sleep(self.delays.pop(0))
            finally:
                self.slow_clicks -= 1

    async def pass_gate(self, action_name: str, key: str) -> None:
        """Wait where there is a gate."""
        if (action_name, key) in self.gates:
            await self.gates[action_name, key].arrive()


class Desk:
    """A signed-in session."""

    def __init__(self, system: TownSystem) -> None:
        self.system = system
        self.key = ""

    async def is_signed_in(self) -> bool:
        return True

    async def picture(self) -> bytes | None:
        return b"a picture of " + self.key.encode()


def town_bot(system: TownSystem) -> types.ModuleType:
    """The bot `town`, working in this system."""

    @resource(scope="session")
    async def open_desk(place: System) -> AsyncIterator[Desk]:
        del place
        fault(system, "open")
        yield Desk(system)
        system.calls.append("close")

    @action(idempotent=True)
    async def write(key: str, *, desk: Desk) -> None:
        """Write the form.

        Args:
            key: Business key.
        """
        fault(system, "write")
        await system.pass_gate("write", key)
        desk.key = key
        if key in system.refuses:
            raise Refused("The system does not take {key}", key=key)

    @action()
    async def register(*, desk: Desk) -> None:
        """Press the button."""
        name = system.next_fault("register")
        if name == "button gone":
            raise ApplicationError("There is no such button", nothing_sent=True)
        if name == "crash before":
            raise Crash
        if name == "lost before":
            raise ApplicationError("The connection broke")
        key = desk.key
        await system.pass_gate("register", key)
        await system.take_time()
        if desk.key in system.registered and not system.is_blind:
            raise AlreadyThere("{key} is registered already", key=desk.key)
        system.registered[desk.key] = system.registered.get(desk.key, 0) + 1
        if name == "crash after":
            raise Crash
        if name == "lost after":
            raise ApplicationError("The connection broke")

    @action(idempotent=True)
    async def receipt(*, desk: Desk) -> dict[str, str]:
        """Read the receipt."""
        fault(system, "receipt")
        return {"text": f"R-{desk.key}"}

    @action(idempotent=True)
    async def look_up(key: str, *, desk: Desk) -> dict[str, Any]:
        """Look in the list.

        Args:
            key: Business key.
        """
        del desk
        fault(system, "look_up")
        return {"count": system.registered.get(key, 0), "receipt": f"R-{key}"}

    @action(idempotent=True)
    def add_up(numbers: list[int], *, ctx: Context) -> int:
        """Add numbers; synchronous, so it runs in a thread.

        Args:
            numbers: What to add.
        """
        del ctx
        fault(system, "add_up")
        return sum(numbers)

    @action(rehearsable=False)
    def send_letter(to: str) -> str:
        """Send a letter, which cannot be sent back.

        Args:
            to: Receiver.
        """
        fault(system, "send_letter")
        return to

    @action()
    def stamp(path: Path) -> FileRef:
        """Write a word behind what a file says.

        Args:
            path: The file.
        """
        path.write_text(path.read_text(encoding="utf-8") + " stamped", encoding="utf-8")
        return FileRef.of(path)

    module = types.ModuleType("town")
    for thing in (open_desk, write, register, receipt, look_up, add_up, send_letter, stamp):
        setattr(module, thing.__name__, thing)
    return module


def fault(system: TownSystem, action_name: str) -> None:
    """Do what the script says instead of the action's work."""
    match system.next_fault(action_name):
        case None:
            pass
        case "crash":
            raise Crash
        case "session lost":
            raise SessionLost("Signed out")
        case "broken code":
            raise KeyError("mistake")
        case "operating system":
            raise OSError("disk")
        case other:
            raise ApplicationError("{what}", what=other)


@lru_cache
def _new_journal() -> Path:
    """A journal without events, made once: copying it is quicker than making it."""
    path = Path(tempfile.mkdtemp()) / "journal.sqlite"
    JournalStore(f"sqlite:///{path}").close()
    return path


class Office:
    """A project around the town's system: engines may die in it, the journal and the checkpoints stay."""

    def __init__(self, folder: Path, *, system: TownSystem | None = None) -> None:
        self.folder = folder
        self.system = system or TownSystem()
        self.clock = FakeClock()
        self.config: dict[str, Any] = {"limit": 3}
        self.registry = Registry.of({"town": town_bot(self.system)})
        shutil.copy(_new_journal(), folder / "journal.sqlite")
        self.journal = JournalStore(f"sqlite:///{folder / 'journal.sqlite'}", clock=self.clock)
        self.queues = MemoryQueues()
        self.processes = FakeProcesses()
        self.storage = open_storage(folder / "runs")
        self.workflows: dict[str, str] = {}
        self.engine = self.start()

    def start(self) -> Engine:
        """Start a process."""
        return Engine(self.surroundings())

    def crash(self) -> None:
        """Let every process die, and start one anew."""
        for process in self.processes.fates:
            self.processes.fates[process] = True
        self.engine = self.start()

    def surroundings(self, machine: str = "hall") -> Surroundings:
        """What a process of its own works in."""

        @contextmanager
        def log(_folder: Path, _run: str) -> Any:
            yield logger

        return Surroundings(
            root=self.folder,
            data=self.folder,
            storage=self.storage,
            config=self.config,
            secrets={},
            registry=self.registry,
            journal=self.journal,
            leases=self.journal.leases(processes=self.processes.start(machine)),
            queues=self.queues,
            clock=self.clock,
            find=lambda name: self.check(self.workflows[name], f"{name}.yaml"),
            recheck=lambda name, text: self.check(text, name),
            open_log=log,
        )

    def check(self, text: str, name: str = "register.yaml") -> CheckedWorkflow:
        checked, problems = check_text(
            name,
            text,
            registry=self.registry,
            config=self.config,
            has_secret=lambda _name: False,
            workflows=dict.fromkeys(self.workflows),
        )
        assert checked is not None, [str(problem.message) for problem in problems]
        return checked

    def create(
        self, text: str, *, given: Mapping[str, str] | None = None, name: str = "register.yaml", **options: Any
    ) -> str:
        return self.engine.requests.create(self.check(text, name), given or {}, actor="clerk", **options)

    async def execute(self, run: str) -> RunResult:
        if self.journal.run(run).owner:
            self.engine.requests.go_on(run, actor="clerk")
        await self.engine.execute(run)
        return self.result(run)

    async def run(self, text: str, **options: Any) -> RunResult:
        return await self.execute(self.create(text, **options))

    async def run_through_crashes(self, run: str, *, at_most: int = 30) -> RunResult:
        """Execute a run again and again, as a person would after each crash, until it is finished."""
        for _ in range(at_most):
            try:
                return await self.execute(run)
            except Crash:
                self.crash()
        raise AssertionError("the run does not come to an end")

    def result(self, run: str) -> RunResult:
        return fold(self.journal.records(run))

    def close(self) -> None:
        self.journal.close()


def workflow(keys: list[str], *, probe: bool = True, block: str = "", after: str = "") -> str:
    """A workflow that registers these keys."""
    looking = """
    probe:
      - {id: hit, uses: town.look_up, with: {key: "${{ item.key }}"}}
    found: ${{ steps.hit.count == 1 }}
    found_result: {number: "${{ steps.hit.receipt }}"}"""
    rows = ", ".join(f"{{key: '{key}'}}" for key in keys)
    return f"""
workflow: Registering
systems:
  hall: {{url: "http://hall.example.jp/"}}
steps:
  - id: entry
    for_each: [{rows}]
    key: ${{{{ item.key }}}}
    in: hall
    absent_after: 0s{looking if probe else ""}
    retry: {{attempts: 3, delay: 0s}}{block}
    steps:
      - {{uses: town.write, with: {{key: "${{{{ item.key }}}}"}}}}
      - {{uses: town.register, commit: true}}
      - {{id: receipt, uses: town.receipt}}
    result: {{number: "${{{{ steps.receipt.text }}}}"}}
{after}"""
