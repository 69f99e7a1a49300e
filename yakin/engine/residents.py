"""Runs at home in this process: what they share here, opened when the first work on them begins, closed after the last."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from loguru import logger

from yakin.actions import Registry
from yakin.clock import Clock
from yakin.engine import inputs as run_inputs
from yakin.engine.candidates import Candidate, candidates_of
from yakin.engine.context import RunFrame
from yakin.engine.durable import WorkQueues
from yakin.engine.history import History
from yakin.engine.ports import Journal, Lease, Leases, RunRow
from yakin.engine.rows import rows_of
from yakin.engine.running import Running
from yakin.engine.sessions import IDLE_SECONDS, SessionPool
from yakin.engine.stop import Why
from yakin.errors import JournalError
from yakin.events import RunCreated
from yakin.storage import Storage
from yakin.workflow.check import CheckedWorkflow
from yakin.workflow.model import Block, ItemsBlock

if TYPE_CHECKING:
    from loguru import Logger

_LOOK_EVERY = 1.0
"""Seconds between looks whether a person wants a run to stop."""


@dataclass(frozen=True)
class Surroundings:
    """What the engine works in; put together by the project.

    Attributes:
        root: The project's folder.
        data: Folder for everything runs write on this machine.
        storage: Where outputs and evidence of runs are kept.
        config: The project's settings, as expressions see them.
        secrets: Name → `Secret`, for expressions.
        registry: What the bots can do.
        journal: Where events go.
        leases: Who executes, and who is in which seat.
        queues: Where workers find their work.
        clock: Tells the time.
        find: The workflow of an id, checked.
        recheck: Checks the text of a workflow again, for runs that go on: file name, text → workflow.
        open_log: Opens the log of a run in its folder; closed on leaving.
    """

    root: Path
    data: Path
    storage: Storage
    config: Mapping[str, Any]
    secrets: Mapping[str, Any]
    registry: Registry
    journal: Journal
    leases: Leases
    queues: WorkQueues
    clock: Clock
    find: Callable[[str], CheckedWorkflow]
    recheck: Callable[[str, str], CheckedWorkflow]
    open_log: Callable[[Path, str], Any]

    def folder(self, run: str) -> Path:
        """The run's own folder on this machine: log and reports; outputs and evidence are in the storage."""
        return self.data / "runs" / run


@dataclass
class Resident:
    """One run in this process.

    Attributes:
        row: The run as it was when it came here.
        running: What its steps share.
        pool: Its sessions.
    """

    row: RunRow
    running: Running
    pool: SessionPool
    _users: int = 0
    _unused: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _candidates: dict[str, list[Candidate]] = field(default_factory=dict)
    _log: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _watching: asyncio.Task[None] | None = None

    async def candidates(self, block: ItemsBlock | Block) -> list[Candidate]:
        """The rows of a block whose items were made, with their business keys."""
        path = self.running.checked.step_path(block)
        if path not in self._candidates:
            rows = await asyncio.to_thread(self.running.history.rows, path)
            self._candidates[path] = candidates_of(
                self.running.evaluate, block, [{}] if rows is None else rows_of(rows)
            )
        return self._candidates[path]

    @property
    def is_used(self) -> bool:
        """Whether somebody works on it here."""
        return self._users > 0

    def enter(self) -> None:
        """One more works on it here."""
        self._users += 1
        self._unused.clear()

    def leave(self) -> None:
        """One of those who worked on it here does so no longer."""
        self._users -= 1
        if not self.is_used:
            self._unused.set()

    async def come_to_rest(self) -> None:
        """Wait until nobody works on it here any more; they are asked to leave it."""
        self.running.stop.ask("leave")
        if self.is_used:
            await self._unused.wait()

    async def close(self) -> bool:
        """Close its sessions and live things here; False when a seat could not be given back, which can be tried again."""
        all_closed = await self.pool.close()
        await self.running.things.close()
        self._closing.set()
        if self._watching is not None:
            await self._watching
        self._log.close()
        return all_closed

    def watch(self) -> None:
        """Look again and again what a person wants of the run, and close sessions that nobody uses, until it is closed."""
        self._watching = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _LOOK_EVERY)
                return
            await self.pool.close_idle()
            try:
                row = await asyncio.to_thread(self.running.frame.journal.run, self.row.id)
            except JournalError:
                # Who works on the run finds out by itself, before anything is done that cannot be proved.
                continue
            self.running.heed(row, self.row.go)


class Residents:
    """All runs at home in this process.

    Args:
        around: What the engine works in.
        lease: Under which this process works.
        idle: Seconds a run stays after the last work on it, because the next part of it may come at once.
    """

    def __init__(self, around: Surroundings, lease: Lease, *, idle: float = IDLE_SECONDS) -> None:
        self._around = around
        self._lease = lease
        self._idle = idle
        self._here: dict[str, Resident] = {}
        self._doors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._closing: set[asyncio.Task[None]] = set()
        self._leaving: Why = ""

    @asynccontextmanager
    async def resident(self, row: RunRow) -> AsyncIterator[Resident]:
        """A run at home here, for as long as the context lasts; what libraries log meanwhile belongs to the run."""
        with logger.contextualize(run=row.id):
            resident = await self._enter(row)
            try:
                await asyncio.to_thread(resident.running.history.refresh)
                yield resident
            finally:
                resident.leave()
                if not resident.is_used:
                    await self._leave(resident)

    def stop(self, why: Why, *, now: bool = False) -> None:
        """Ask all that is being done here to stop."""
        self._leaving = why
        for resident in self._here.values():
            resident.running.stop.ask(why, now=now)

    async def close(self) -> None:
        """Close all runs that nobody works on any more."""
        for resident in list(self._here.values()):
            await self._close_unused(resident)
        await asyncio.gather(*self._closing)

    async def _enter(self, row: RunRow) -> Resident:
        async with self._door(row.id):
            resident = self._here.get(row.id)
            if resident is not None and resident.row.go != row.go:
                # It knows only of an earlier go; and what it is doing may be the item that is to be done now.
                await resident.come_to_rest()
                await self._close(resident)
                resident = None
            if resident is None:
                resident = self._here[row.id] = await self._open(row)
            resident.enter()
            return resident

    async def _open(self, row: RunRow) -> Resident:
        log = contextlib.ExitStack()
        try:
            opened = log.enter_context(self._around.open_log(self._around.folder(row.id), row.id))
            running = await asyncio.to_thread(_running, self._around, self._lease, row, opened)
        except BaseException:
            log.close()
            raise
        if self._leaving:
            running.stop.ask(self._leaving)
        resident = Resident(row, running, SessionPool(running), _log=log)
        resident.watch()
        return resident

    async def _leave(self, resident: Resident) -> None:
        if self._idle and not self._leaving:
            asyncio.get_running_loop().call_later(self._idle, self._later, self._close_unused, resident)
        else:
            await self._close_unused(resident)

    async def _close_unused(self, resident: Resident) -> None:
        async with self._door(resident.row.id):
            if self._here.get(resident.row.id) is resident and not resident.is_used:
                await self._close(resident)

    async def _close(self, resident: Resident) -> None:
        self._here.pop(resident.row.id, None)
        if not await resident.close() and self._idle and not self._leaving:
            asyncio.get_running_loop().call_later(self._idle, self._later, self._close, resident)

    def _later(self, close: Callable[[Resident], Coroutine[Any, Any, None]], resident: Resident) -> None:
        closing = asyncio.ensure_future(close(resident))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _door(self, run: str) -> asyncio.Lock:
        """One at a time opens or closes a run here."""
        return self._doors.setdefault(run, asyncio.Lock())


def history_of(around: Surroundings, row: RunRow) -> tuple[CheckedWorkflow, History]:
    """A run's workflow, in the version it was asked for with, and what its steps have come to."""
    name, text = around.journal.source(row.workflow_hash)
    checked = around.recheck(name, text)
    created = around.journal.records(row.id, actions=(RunCreated.action,))[0].event
    before = None
    if isinstance(created, RunCreated) and created.takes_over and row.rerun_of is not None:
        _, before = history_of(around, around.journal.run(row.rerun_of))
    history = History(around.journal, around.storage, around.folder(row.id), row.id, checked, before)
    history.refresh()
    return checked, history


def _running(around: Surroundings, lease: Lease, row: RunRow, log: Logger) -> Running:
    checked, history = history_of(around, row)
    frame = RunFrame(
        run=row.id,
        workflow=row.workflow,
        actor=row.actor,
        rehearsing=row.mode == "rehearse",
        root=around.root,
        folder=around.folder(row.id),
        storage=around.storage,
        config=around.config,
        log=log,
        clock=around.clock,
        journal=around.journal,
    )
    return Running(
        frame=frame,
        checked=checked,
        registry=around.registry,
        lease=lease,
        leases=around.leases,
        names=names_of(around, row, checked),
        history=history,
    )


def names_of(around: Surroundings, row: RunRow, checked: CheckedWorkflow) -> Mapping[str, Any]:
    """What expressions see everywhere in a run, without `steps`."""
    workflow = checked.workflow
    return {
        "inputs": run_inputs.values(workflow.inputs, row.inputs),
        "config": around.config,
        "secrets": around.secrets,
        "owner": {} if workflow.owner is None else workflow.owner.model_dump(),
        "workflow": {"id": checked.id, "title": workflow.title},
        "run": {
            "id": row.id,
            "date": row.created.astimezone().date(),
            "started": row.created.astimezone(),
            "folder": str(around.folder(row.id)),
            "mode": row.mode,
        },
    }
