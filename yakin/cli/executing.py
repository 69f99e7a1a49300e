"""Having a run executed: here in the foreground, or by workers while this command follows; then its reports and a summary."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import typer

from yakin.cli.following import followed
from yakin.cli.opening import practice_running
from yakin.cli.speaking import language
from yakin.errors import JournalError, RunError

if TYPE_CHECKING:
    from yakin.project import Project
    from yakin.results import RunResult

INTERRUPTED = 130
WAITS = 4
LOOK_EVERY = 0.2
"""Seconds between looks at what another process does."""

_TELL_AFTER = 15.0
"""Seconds without any worker after which a person who follows is told so."""


def carry_out(project: Project, run: str, *, by_workers: bool, as_json: bool = False) -> RunResult:
    """Have a run executed, showing its progress, and say how it went.

    Args:
        project: The project.
        run: Id of the run.
        by_workers: Whether workers have it in their queue; else it is executed in this process.
        as_json: Print the result as JSON instead of progress and summary.
    """
    return (follow if by_workers else execute)(project, run, as_json=as_json)


def execute(project: Project, run: str, *, as_json: bool = False, quiet: bool = False) -> RunResult:
    """Execute a run in this process, showing its progress; then write its reports and say how it went.

    Args:
        project: The project.
        run: Id of the run.
        as_json: Print the result as JSON instead of progress and summary.
        quiet: Print nothing.

    Raises:
        RunError: It cannot be executed.
        JournalError: Something could not be recorded; the run stands still and can be continued.
    """
    from yakin.i18n import translator

    shown = contextlib.nullcontext() if as_json or quiet else followed(project, run)
    with _alone(project, run), practice_running(project), shown, _interruptible(project):
        try:
            asyncio.run(project.engine.execute(run))
        except JournalError:
            t = translator(language(project))
            typer.echo(t.text("The run stands still. Go on with: runner.py resume {run}", run=run), err=True)
            raise
    return conclude(project, run, as_json=as_json, quiet=quiet)


def follow(project: Project, run: str, *, as_json: bool = False) -> RunResult:
    """Follow a run that workers execute, until it is finished or waits for a person; see `execute`.

    ^C ends the following, not the run.
    """
    from yakin.i18n import translator

    t = translator(language(project))
    shown = contextlib.nullcontext() if as_json else followed(project, run)
    with shown:
        try:
            _wait(
                project,
                run,
                lambda: typer.echo(t.text("No worker is there at the moment; the run waits for one."), err=True),
            )
        except KeyboardInterrupt:
            typer.echo("\n" + t.text("The run goes on. Cancel it with: runner.py cancel {run}", run=run), err=True)
            raise
    return conclude(project, run, as_json=as_json)


def conclude(project: Project, run: str, *, as_json: bool = False, quiet: bool = False) -> RunResult:
    """Write a run's reports and say how it went; see `execute`."""
    from yakin.reports.plain import to_json
    from yakin.reports.terminal import print_summary

    result = project.result(run)
    reports = project.write_reports(result, language(project))
    if as_json:
        typer.echo(json.dumps(to_json(result), ensure_ascii=False, indent=2))
    elif not quiet:
        print_summary(result, language=language(project), report=reports["html"], root=Path.cwd())
    return result


def exit_status(result: RunResult) -> int:
    """0 succeeded, 1 failed or cancelled, 4 waits for a person, 130 left before its end."""
    return {"succeeded": 0, "failed": 1, "cancelled": 1, "waiting": WAITS}.get(result.status, INTERRUPTED)


def _wait(project: Project, run: str, no_worker: Callable[[], None]) -> None:
    """Wait until a run is finished or waits for a person; say so once when nobody is there to execute it."""
    leases = project.leases
    seen = time.monotonic()
    while project.journal.run(run).status in ("queued", "running"):
        if any(leases.live(row.token) for row in [*leases.held("worker"), *leases.held("run")]):
            seen = time.monotonic()
        elif seen and time.monotonic() - seen > _TELL_AFTER:
            no_worker()
            seen = float("inf")
        time.sleep(LOOK_EVERY)


@contextlib.contextmanager
def _alone(project: Project, run: str) -> Iterator[None]:
    """Be the only command that works on a run, from before the practice system is started for it until it is stopped.

    Raises:
        RunError: Another command works on it.
    """
    from filelock import FileLock, Timeout

    folder = project.engine.folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "command.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise RunError("Run {run} is being executed by another process", run=run) from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _interruptible(project: Project) -> Iterator[None]:
    """^C once: leave after the current item; twice: now. Either way the run can be continued."""
    from yakin.i18n import translator

    engine = project.engine
    t = translator(language(project))

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        if engine.stopping:
            os._exit(INTERRUPTED)
        typer.echo("\n" + t.text("Stopping after the current item. Press Ctrl+C again to stop now."), err=True)
        engine.stop()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
