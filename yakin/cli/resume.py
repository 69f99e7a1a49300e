"""`resume`: go on with a run that was cut off or cancelled, or whose decision was made."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from yakin.cli.executing import LOOK_EVERY, carry_out, conclude, exit_status, follow
from yakin.cli.opening import project_of_run
from yakin.cli.speaking import language

if TYPE_CHECKING:
    from yakin.ledger import LeaseRow, RunRow
    from yakin.project import Project


def resume(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    here: Annotated[bool, typer.Option("--here", help="In this process, even where workers are running.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> int:
    """Continue a run that was cut off or cancelled, or was decided on: what is done stays done, doubts are looked up."""
    from yakin.project import actor

    project = project_of_run(context, run)
    requests = project.engine.requests
    row = requests.root(run)
    if row.status in ("succeeded", "failed"):
        return _is_finished(project, row, as_json=as_json)
    workers = [] if here else requests.workers_for(tuple(project.workflow_of(row).workflow.systems))
    holder = project.leases.row(row.owner) if row.owner else None
    if row.status == "running" and holder is not None and holder.kind == "worker" and workers:
        return exit_status(follow(project, row.id, as_json=as_json))
    if row.status == "running" and holder is not None:
        _see_whether_it_lives(project, holder)
    row = requests.go_on(row.id, actor=actor(), for_workers=bool(workers))
    return exit_status(carry_out(project, row.id, by_workers=bool(workers), as_json=as_json))


def _is_finished(project: Project, row: RunRow, *, as_json: bool) -> int:
    from yakin.i18n import translator

    # Its process may have died after the last step and before the reports.
    t = translator(language(project))
    typer.echo(t.text("Run {run} is finished; there is nothing left to do in it.", run=row.id), err=True)
    return exit_status(conclude(project, row.id, as_json=as_json))


def _see_whether_it_lives(project: Project, holder: LeaseRow) -> None:
    """Watch the process that holds a run until it shows that it lives, or was silent for too long."""
    from yakin.engine.silent import give_up_silent
    from yakin.i18n import translator

    leases, watch = project.leases, project.leases.watch()
    told = False
    while leases.live(holder.token):
        now = leases.row(holder.token)
        if now is None or now.beat != holder.beat:
            return
        give_up_silent(leases, watch)
        if not told and leases.live(holder.token):
            t = translator(language(project))
            words = t.text(
                "Looking whether {name} on {machine} still lives …", name=holder.name, machine=holder.machine
            )
            typer.echo(words, err=True)
            told = True
        time.sleep(LOOK_EVERY)
