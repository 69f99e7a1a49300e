"""`work`: a worker, until it is stopped; `workers`: who works."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yakin.cli.arguments import project_of
from yakin.cli.opening import practice_running
from yakin.cli.speaking import language

if TYPE_CHECKING:
    from yakin.engine.worker import Worker
    from yakin.project import Project

_STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")
"""Those that this operating system has."""


def work(
    context: typer.Context,
    systems: Annotated[
        str | None, typer.Option(metavar="NAME,…", help="Systems it works in; as the settings say when left out.")
    ] = None,
    sessions: Annotated[
        int | None, typer.Option(min=1, help="Sessions at once; as the settings say when left out.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the worker, the same after every restart; this machine's when left out.")
    ] = None,
) -> int:
    """Work: execute the runs that others ask for, until stopped with Ctrl+C (once: after the current items; twice: now).

    Any number of workers on any number of machines share the work, when they share the database.
    """
    from yakin.engine.worker import Worker
    from yakin.errors import YakinError

    project = project_of(context)
    given = (
        [part.strip() for part in systems.split(",") if part.strip()] if systems else project.settings.worker.systems
    )
    serves = _served(project, given)
    with practice_running(project):
        worker = Worker(
            project.engine.around,
            project.engine.requests,
            systems=serves,
            serves_all=given is None,
            sessions=sessions or project.settings.worker.sessions,
            name=name,
            told=_teller(project),
            ended=lambda run: _write_reports(project, run),
        )
        try:
            asyncio.run(_work(worker))
        except YakinError as error:
            if error.code != "lease-lost":
                raise
            from yakin.cli.speaking import error_text

            # Others do this worker's work already: nothing of it may be brought to an end here.
            typer.echo(error_text(error, project), err=True)
            sys.stderr.flush()
            os._exit(error.exit_status)
    return 0


def workers(context: typer.Context) -> None:
    """List the workers that are running, on all machines, with what they serve."""
    from yakin.reports.terminal import print_workers

    project = project_of(context)
    rows = [row for row in project.leases.held("worker") if project.leases.live(row.token)]
    print_workers(rows, language=language(project))


def _served(project: Project, given: Sequence[str] | None) -> Sequence[str]:
    from yakin.errors import ConfigError

    known = project.systems()
    for name in given or ():
        if name not in known:
            raise ConfigError(
                "No workflow and no setting knows a system {name}",
                name=name,
                hint="Known are: {known}",
                known=", ".join(known) or "-",
            )
    return known if given is None else given


async def _work(worker: Worker) -> None:
    loop = asyncio.get_running_loop()
    asked = 0

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        loop.call_soon_threadsafe(lambda: worker.stop(now=asked > 1))

    for signal_name in _STOP_SIGNALS:
        if hasattr(signal, signal_name):
            signal.signal(getattr(signal, signal_name), stop)
    await worker.work()


def _teller(project: Project) -> Any:
    from yakin.errors import YakinError
    from yakin.i18n import translator
    from yakin.reports.verdicts import STATUSES

    t = translator(language(project))

    def shown(name: str, value: Any) -> Any:
        if isinstance(value, YakinError):
            return t.error(value.info())[0]
        return t.text(STATUSES[value]) if name == "status" else value

    def tell(template: str, **data: Any) -> None:
        words = t.text(template, **{name: shown(name, value) for name, value in data.items()})
        line = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {words}"
        typer.echo(project.masker.mask(line))
        sys.stdout.flush()

    return tell


def _write_reports(project: Project, run: str) -> None:
    project.write_reports(project.result(run), language(project))
