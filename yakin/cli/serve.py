"""`serve`: the service that keeps the schedules, works and tells, until it is stopped."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from yakin.cli.arguments import project_of
from yakin.cli.opening import practice_running

if TYPE_CHECKING:
    from yakin.project import Project


class Only(StrEnum):
    """Parts of the service that can run in a process of their own."""

    SCHEDULER = "scheduler"
    WORKER = "worker"


def serve(
    context: typer.Context,
    only: Annotated[
        Only | None, typer.Option(help="Only this part of it; the other one runs elsewhere, on the same database.")
    ] = None,
) -> int:
    """Serve: start runs when they are due, execute them and send news, until stopped with Ctrl+C.

    Ctrl+C once ends it after the current items; twice, now. Any number may run on one database: what is due is started once.
    """
    project = project_of(context)
    if only is not Only.SCHEDULER:
        with practice_running(project):
            _serve(project, only)
    else:
        _serve(project, only)
    return 0


def _serve(project: Project, only: Only | None) -> None:
    from yakin.cli.serving import run_to_its_end, teller, until_stopped, worker_of
    from yakin.news.courier import Courier
    from yakin.service.health import HealthServer
    from yakin.service.service import Scheduling, Service

    told, schedules = teller(project), only is not Only.WORKER

    async def main() -> None:
        worker = None if only is Only.SCHEDULER else worker_of(project)
        scheduling = Scheduling(project, told, serves=None if worker is None else worker.systems) if schedules else None
        service = Service(
            told,
            scheduling=scheduling,
            courier=Courier(project, days=scheduling) if scheduling else None,
            worker=worker,
        )
        settings = project.settings.serve
        health = HealthServer(project, service.health, host=settings.host, port=settings.port)
        told("Health: http://{host}:{port}/healthz", host=settings.host, port=health.port)
        await until_stopped(service.run(health), service)

    run_to_its_end(project, main)
