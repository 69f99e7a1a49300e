"""Executing a run in the foreground: progress while it goes, reports and a summary at its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import typer

from yakin.cli.opening import practice_running
from yakin.cli.speaking import language
from yakin.errors import JournalError, RunError

if TYPE_CHECKING:
    from yakin.project import Project
    from yakin.results import RunResult

INTERRUPTED = 130
_LOOK_EVERY = 0.2
"""Seconds between looks into the journal for what is new."""


def execute(project: Project, run: str, *, as_json: bool = False, quiet: bool = False) -> RunResult:
    """Execute a run, or continue it, showing its progress; then write its reports and say how it went.

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

    shown = contextlib.nullcontext() if as_json or quiet else _followed(project, run)
    with _alone(project, run), practice_running(project), shown, _interruptible(project):
        try:
            asyncio.run(project.engine.execute(run))
        except JournalError:
            t = translator(language(project))
            typer.echo(t.text("The run stands still. Go on with: runner.py resume {run}", run=run), err=True)
            raise
    return conclude(project, run, as_json=as_json, quiet=quiet)


def conclude(project: Project, run: str, *, as_json: bool = False, quiet: bool = False) -> RunResult:
    """Write a run's reports and say how it went; see `execute`."""
    from yakin.reports.plain import to_json
    from yakin.reports.terminal import print_summary

    result = project.result(run)
    reports = write_reports(project, result)
    if as_json:
        typer.echo(json.dumps(to_json(result), ensure_ascii=False, indent=2))
    elif not quiet:
        print_summary(result, language=language(project), report=reports["html"], root=Path.cwd())
    return result


def write_reports(project: Project, result: RunResult) -> dict[str, Path]:
    """Write the run's reports into its folder."""
    from yakin.reports import write_reports as write

    return write(result, project.engine.folder(result.id), language(project), storage=project.storage)


def exit_status(result: RunResult) -> int:
    """0 succeeded, 1 failed, 130 left before its end."""
    return {"succeeded": 0, "failed": 1}.get(result.status, INTERRUPTED)


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
def _followed(project: Project, run: str) -> Iterator[None]:
    """Show what the journal says of the run while it goes, from a thread beside it."""
    from yakin.reports.terminal import LiveProgress

    seen = 0
    ended = threading.Event()

    with LiveProgress(language=language(project), stream=sys.stdout) as progress:

        def look() -> None:
            nonlocal seen
            for record in project.journal.records(run, after=seen):
                progress.show(record)
                seen = record.seq

        def follow() -> None:
            while not ended.wait(_LOOK_EVERY):
                look()

        thread = threading.Thread(target=follow, name="follow", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            look()


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
