"""`run`: one workflow, now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yakin.cli.arguments import given_inputs, project_of
from yakin.cli.executing import carry_out, exit_status
from yakin.cli.speaking import language

if TYPE_CHECKING:
    from yakin.project import Project
    from yakin.workflow.check import CheckedWorkflow


def run(
    context: typer.Context,
    workflow: Annotated[str, typer.Argument(help="Id or file of the workflow.")],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", "-i", metavar="NAME=VALUE", help="Value of an input; repeatable.")
    ] = None,
    rehearse: Annotated[bool, typer.Option(help="Do everything up to, never including, each commit.")] = False,
    only: Annotated[str | None, typer.Option(metavar="KEY,…", help="Only the items with these business keys.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many items that are not done yet.")] = None,
    due: Annotated[
        datetime | None,
        typer.Option(help="The moment for which a schedule asks: asked for twice, on any machine, it is one run."),
    ] = None,
    here: Annotated[bool, typer.Option("--here", help="In this process, even where workers are running.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Leave it to the workers and do not follow it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> int:
    """Run a workflow and show how it goes; its reports are written at the end.

    Where workers are running it is given to them; else it is executed here.
    """
    from yakin.engine.selection import Selection

    project = project_of(context)
    checked = _executable(project, workflow)
    requests = project.engine.requests
    if due is not None and (there := requests.for_moment(checked, due)) is not None:
        return _is_there(project, there)
    given = given_inputs(inputs)
    if not rehearse:
        _tell_of_earlier_run(project, checked, given)
    by_workers = not here and bool(requests.workers_for(tuple(checked.workflow.systems)))
    _refuse_to_leave_it_to_nobody(detach=detach, by_workers=by_workers)
    keys = tuple(key.strip() for key in (only or "").split(",") if key.strip())
    options = {"selection": Selection(keys, limit), "rehearse": rehearse, "due": due, "for_workers": by_workers}
    created = _create(project, checked, given, options)
    if created is None:
        return _is_there(project, requests.for_moment(checked, due) if due else None)
    if detach:
        typer.echo(created)
        return 0
    return exit_status(carry_out(project, created, by_workers=by_workers, as_json=as_json))


def _executable(project: Project, workflow: str) -> CheckedWorkflow:
    from yakin.errors import WorkflowError
    from yakin.workflow.check import unsupported

    checked = project.checked(workflow)
    problems = unsupported(checked)
    if problems:
        raise WorkflowError(problems)
    return checked


def _create(project: Project, checked: CheckedWorkflow, given: dict[str, str], options: dict[str, Any]) -> str | None:
    """The new run; None when another scheduler has asked for the same moment meanwhile."""
    from yakin.errors import JournalError
    from yakin.project import actor

    requests = project.engine.requests
    try:
        return requests.create(checked, given, actor=actor(), **options)
    except JournalError:
        if options["due"] is None or requests.for_moment(checked, options["due"]) is None:
            raise
        return None


def _tell_of_earlier_run(project: Project, checked: CheckedWorkflow, given: dict[str, str]) -> None:
    before = project.engine.requests.run_before(checked, given)
    if before is not None:
        from yakin.reports.earlier import told_before

        typer.echo(told_before(before, language(project)), err=True)


def _refuse_to_leave_it_to_nobody(*, detach: bool, by_workers: bool) -> None:
    from yakin.errors import RunError

    if detach and not by_workers:
        raise RunError("No worker is running that serves all of its systems", hint="Start one with: runner.py work")


def _is_there(project: Project, run: str | None) -> int:
    from yakin.i18n import translator

    t = translator(language(project))
    typer.echo(t.text("Run {run} is there for this moment already; nothing more is done.", run=run), err=True)
    return 0
