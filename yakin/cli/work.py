"""`work`: a worker, until it is stopped; `workers`: who works."""

from __future__ import annotations

from typing import Annotated

import typer

from yakin.cli.arguments import project_of
from yakin.cli.opening import practice_running
from yakin.cli.speaking import language


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
    from yakin.cli.serving import run_to_its_end, until_stopped, worker_of

    project = project_of(context)
    worker = worker_of(project, systems=systems, sessions=sessions, name=name)
    with practice_running(project):
        run_to_its_end(project, lambda: until_stopped(worker.work(), worker))
    return 0


def workers(context: typer.Context) -> None:
    """List the workers that are running, on all machines, with what they serve."""
    from yakin.reports.terminal import print_workers

    project = project_of(context)
    rows = [row for row in project.leases.held("worker") if project.leases.live(row.token)]
    print_workers(rows, language=language(project))
