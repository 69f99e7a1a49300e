"""What `work` and `serve` have in common: the worker of this machine, and stopping in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol

import typer

from yakin.cli.speaking import language

if TYPE_CHECKING:
    from yakin.engine.worker import Worker
    from yakin.project import Project

_STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")
"""Those that this operating system has."""


class Stoppable(Protocol):
    """Something that runs until it is stopped."""

    def stop(self, *, now: bool = False) -> None:
        """End after what is being done; with `now` in the middle of it."""
        ...


def worker_of(
    project: Project, *, systems: str | None = None, sessions: int | None = None, name: str | None = None
) -> Worker:
    """The worker that the settings describe.

    Args:
        project: The project.
        systems: Names of systems with commas between them, instead of those in the settings.
        sessions: Sessions at once, instead of the number in the settings.
        name: Its name; this machine's when left out.

    Raises:
        ConfigError: A system is unknown.
    """
    from yakin.engine.worker import Worker

    settings = project.settings.worker
    given = [part.strip() for part in systems.split(",") if part.strip()] if systems else settings.systems
    return Worker(
        project.engine.around,
        project.engine.requests,
        systems=_served(project, given),
        serves_all=given is None,
        sessions=sessions or settings.sessions,
        name=name,
        told=teller(project),
        ended=lambda run: _write_reports(project, run),
    )


async def until_stopped(running: Awaitable[None], stoppable: Stoppable) -> None:
    """Wait for something's end; the first signal stops it, the second one at once."""
    loop, asked = asyncio.get_running_loop(), 0

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        loop.call_soon_threadsafe(lambda: stoppable.stop(now=asked > 1))

    for signal_name in _STOP_SIGNALS:
        if hasattr(signal, signal_name):
            signal.signal(getattr(signal, signal_name), stop)
    await running


def run_to_its_end(project: Project, main: Callable[[], Awaitable[None]]) -> None:
    """Run something that has a worker in it; a worker that others do the work of ends on the spot.

    Raises:
        YakinError: As `main` does.
    """
    from yakin.cli.speaking import error_text
    from yakin.errors import YakinError

    async def awaited() -> None:
        try:
            await main()
        except YakinError as error:
            if error.code != "lease-lost":
                raise
            # Others do this worker's work already: nothing of it may be brought to an end here.
            typer.echo(error_text(error, project), err=True)
            sys.stderr.flush()
            os._exit(error.exit_status)

    asyncio.run(awaited())


def teller(project: Project) -> Callable[..., None]:
    """Prints what a service does, a line each with its moment, in the project's language and without secrets."""
    from yakin.errors import YakinError
    from yakin.i18n import translator
    from yakin.news.letter import WHY_NOT
    from yakin.reports.verdicts import STATUSES

    t = translator(language(project))

    def shown(name: str, value: Any) -> Any:
        if isinstance(value, YakinError):
            return t.error(value.info())[0]
        words = {"status": STATUSES, "why": WHY_NOT}.get(name, {})
        return t.text(words[value]) if value in words else value

    def tell(template: str, **data: Any) -> None:
        words = t.text(template, **{name: shown(name, value) for name, value in data.items()})
        line = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {words}"
        typer.echo(project.masker.mask(line))
        sys.stdout.flush()

    return tell


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


def _write_reports(project: Project, run: str) -> None:
    project.write_reports(project.result(run), language(project))
