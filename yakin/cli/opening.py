"""Opening projects from the command line, with the practice town hall where the settings ask for it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from yakin.errors import ConfigError, UnknownRun

if TYPE_CHECKING:
    import typer

    from yakin.project import Project
    from yakin.settings import Settings

DEMO = Path("demo")
"""Folder of the demo's project, below the data folder."""

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def open_project(root: Path) -> Project:
    """A project; it knows the well-known password of the practice system where its settings name one.

    Raises:
        ConfigError: The settings are wrong.
    """
    from yakin.log import set_up_logging
    from yakin.practice import DEFAULT_PASSWORD, DEFAULT_USER
    from yakin.project import Project
    from yakin.settings import load_settings

    settings = load_settings(root)
    known: dict[str, str] = {}
    for system in settings.practice.systems:
        _practice_address(settings, system)
        known |= {f"{system}_user": DEFAULT_USER, f"{system}_password": DEFAULT_PASSWORD}
    project = Project(root, settings=settings, more_secrets=known)
    set_up_logging(project.masker.mask)
    return project


def demo_of(project: Project) -> list[Project]:
    """The project of the last demo that was seen here, if there was one."""
    root = project.data / DEMO
    return [open_project(root)] if (root / "config" / "yakin.toml").is_file() else []


def project_of_run(context: typer.Context, run: str) -> Project:
    """The project that knows a run: this one, or its demo.

    Raises:
        UnknownRun: Neither knows it.
    """
    project: Project = context.obj.project
    for candidate in [project, *demo_of(project)]:
        try:
            candidate.journal.run(run)
        except UnknownRun:
            continue
        return candidate
    project.journal.run(run)
    raise AssertionError("the journal has said that there is no such run")


@contextlib.contextmanager
def practice_running(project: Project) -> Iterator[None]:
    """Have the practice town hall at the addresses the settings give it, for as long as a run lasts."""
    from yakin.practice import PracticeServer

    with contextlib.ExitStack() as stack:
        for system in project.settings.practice.systems:
            host, port = _practice_address(project.settings, system)
            if not _somebody_listens(host, port):
                project.data.mkdir(parents=True, exist_ok=True)
                stack.enter_context(PracticeServer(project.data / "practice.sqlite", host=host, port=port))
        yield


def _practice_address(settings: Settings, system: str) -> tuple[str, int]:
    """Host and port of a system that is the practice town hall.

    Raises:
        ConfigError: The system is unknown, or on another machine: then it is no practice system.
    """
    declared = settings.systems.get(system)
    if declared is None:
        raise ConfigError("practice.systems names {system}, which is not among the systems", system=system)
    address = urlsplit(declared.url)
    if address.hostname not in _THIS_MACHINE or address.port is None:
        raise ConfigError(
            "practice.systems names {system}, but {url} is not on this machine",
            system=system,
            url=declared.url,
            hint="Take {system} out of practice.systems in config/yakin.toml",
        )
    return address.hostname, address.port


def _somebody_listens(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False
