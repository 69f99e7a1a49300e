"""Runs from the outside: create one, execute it here, continue one that was cut off."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import platform
import secrets as randomness
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yakin import __version__
from yakin.actions import Registry
from yakin.clock import Clock
from yakin.engine import inputs as run_inputs
from yakin.engine.batch import Selection
from yakin.engine.context import RunFrame
from yakin.engine.durable import Durable
from yakin.engine.ports import Journal, RunRow
from yakin.engine.runner import Runner
from yakin.engine.running import RunIsLive, Running
from yakin.errors import JournalError, RunError
from yakin.events import RunCreated, RunFinished, RunStarted
from yakin.results import fold
from yakin.storage import Storage
from yakin.workflow.check import CheckedWorkflow

if TYPE_CHECKING:
    from loguru import Logger

FINISHED = ("succeeded", "failed", "cancelled")


@dataclass(frozen=True)
class Surroundings:
    """What the engine works in; put together by the project.

    Attributes:
        root: The project's folder.
        data: Folder for everything runs write.
        storage: Where outputs and evidence of runs are kept.
        config: The project's settings, as expressions see them.
        secrets: Name → `Secret`, for expressions.
        registry: What the bots can do.
        journal: Where events go.
        durable: Makes runs survive the process.
        clock: Tells the time.
        recheck: Checks the text of a workflow again, for runs that are continued: file name, text → workflow.
        open_log: Opens the log of a run in its folder; closed on leaving.
    """

    root: Path
    data: Path
    storage: Storage
    config: Mapping[str, Any]
    secrets: Mapping[str, Any]
    registry: Registry
    journal: Journal
    durable: Durable
    clock: Clock
    recheck: Callable[[str, str], CheckedWorkflow]
    open_log: Callable[[Path, str], Any]


class Engine:
    """Creates and executes runs.

    Args:
        around: What it works in.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._stopping: asyncio.Event | None = None
        self._broken: JournalError | None = None

    def folder(self, run: str) -> Path:
        """The run's own folder on this machine: log and reports; outputs and evidence are in the storage."""
        return self._around.data / "runs" / run

    def create(
        self,
        checked: CheckedWorkflow,
        given: Mapping[str, str],
        *,
        actor: str,
        selection: Selection | None = None,
        rehearse: bool = False,
    ) -> str:
        """Write down that a run is wanted, and put it in its queue, in one transaction.

        Args:
            checked: The workflow.
            given: Input name → value as text.
            actor: Who asks for it.
            selection: What part of the items; all when left out.
            rehearse: Stop before each commit.

        Returns:
            Id of the run.

        Raises:
            InputError: An input is missing or wrong.
            JournalError: It could not be written down; there is no run.
        """
        around = self._around
        declared = checked.workflow.inputs
        texts = run_inputs.complete(declared, given, root=around.root)
        files = run_inputs.fingerprints(declared, texts)
        run = f"{around.clock.now().astimezone():%Y%m%d-%H%M%S}-{randomness.token_hex(2)}"
        around.durable.prepare()
        around.journal.keep_source(checked.sha256, checked.path.name, checked.text)
        around.journal.append(
            actor,
            RunCreated(
                run=run,
                workflow=checked.id,
                title=checked.workflow.title,
                workflow_hash=checked.sha256,
                inputs=texts,
                files=files,
                mode="rehearse" if rehearse else "run",
                selection=(selection or Selection()).to_json(),
                section=None if checked.workflow.owner is None else checked.workflow.owner.section,
            ),
            also=lambda connection: around.durable.enqueue(connection, run),
        )
        return run

    async def execute(self, run: str) -> None:
        """Execute a run, or continue it, in this process, until it is finished or `stop` is called.

        Raises:
            RunError: It does not exist, is finished, or another process is executing it.
            JournalError: Something could not be recorded; the run stands still where it was and can be continued.
        """
        row = self._around.journal.run(run)
        if row.status in FINISHED:
            raise RunError("Run {run} is finished: {status}", run=row.id, status=row.status)
        self._around.durable.prepare()
        self._stopping = asyncio.Event()
        self._broken = None

        async def body(run_id: str) -> str:
            try:
                return await self._execute_here(run_id)
            except JournalError as error:
                await self._stand_still(error)
                raise

        with self._alone(row.id):
            await self._around.durable.execute(row.id, body)
        if self._broken is not None:
            raise self._broken

    async def _stand_still(self, error: JournalError) -> None:
        """Not a failed run: nothing more can be proved now, so it stays where it is and can be continued later."""
        self._broken = error
        await self._around.durable.leave()

    def close(self) -> None:
        """Let go of the database."""
        self._around.durable.close()

    @property
    def stopping(self) -> bool:
        """Whether the run that is executed here was asked to stop."""
        return self._stopping is not None and self._stopping.is_set()

    def stop(self) -> None:
        """Leave the run that is executed here after its current item; it can be continued later."""
        if self._stopping is not None:
            self._stopping.set()

    async def _execute_here(self, run: str) -> str:
        around = self._around
        row = await asyncio.to_thread(around.journal.run, run)
        records = await asyncio.to_thread(around.journal.records, run)
        before = fold(records)
        with around.open_log(self.folder(run), run) as log:
            running = self._running(row, log)
            begun = around.clock.monotonic()
            await running.record(
                RunStarted(
                    run=run,
                    executor=f"{socket.gethostname()}:{os.getpid()}",
                    resumed=before.started is not None,
                    facts=_facts(),
                )
            )
            known = {step.path: step for step in before.steps}
            error = await Runner(running, Selection.from_json(row.selection), known).execute()
            status = "succeeded" if error is None else "failed"
            duration = int((around.clock.monotonic() - begun) * 1000)
            await running.record(RunFinished(run=run, status=status, error=error, duration_ms=duration))
            return status

    def _running(self, row: RunRow, log: Logger) -> Running:
        around = self._around
        name, text = around.journal.source(row.workflow_hash)
        checked = around.recheck(name, text)
        folder = self.folder(row.id)
        rehearsing = row.mode == "rehearse"
        frame = RunFrame(
            run=row.id,
            workflow=row.workflow,
            actor=row.actor,
            rehearsing=rehearsing,
            root=around.root,
            folder=folder,
            storage=around.storage,
            config=around.config,
            log=log,
            clock=around.clock,
            journal=around.journal,
        )
        names = {
            "inputs": run_inputs.values(checked.workflow.inputs, row.inputs),
            "config": around.config,
            "secrets": around.secrets,
            "owner": {} if checked.workflow.owner is None else checked.workflow.owner.model_dump(),
            "workflow": {"id": checked.id, "title": checked.workflow.title},
            "run": {
                "id": row.id,
                "date": row.created.astimezone().date(),
                "started": row.created.astimezone(),
                "folder": str(folder),
                "mode": row.mode,
            },
        }
        assert self._stopping is not None
        return Running(
            frame=frame,
            checked=checked,
            registry=around.registry,
            durable=around.durable,
            alone_with=self._alone,
            names=names,
            stand_still=self._stand_still,
            stopping=self._stopping,
        )

    @contextmanager
    def _alone(self, run: str) -> Iterator[None]:
        """Be the only process that executes the run; the operating system lets go of the lock when we die.

        Raises:
            RunIsLive: Another process executes it.
        """
        from filelock import FileLock, Timeout

        path = self.folder(run) / "run.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise RunIsLive("Run {run} is being executed by another process", run=run) from None
        try:
            yield
        finally:
            lock.release()


def _facts() -> dict[str, str]:
    return {
        "yakin": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "playwright": importlib.metadata.version("playwright"),
    }
