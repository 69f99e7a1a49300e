"""`run`: one workflow, now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from yakin.cli.arguments import given_inputs, project_of
from yakin.cli.executing import carry_out, exit_status
from yakin.cli.speaking import language

if TYPE_CHECKING:
    from yakin.project import Project


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
    from yakin.errors import JournalError, RunError, WorkflowError
    from yakin.project import actor
    from yakin.workflow.check import unsupported

    project = project_of(context)
    checked = project.checked(workflow)
    problems = unsupported(checked)
    if problems:
        raise WorkflowError(problems)
    requests = project.engine.requests
    if due is not None and (there := requests.for_moment(checked, due)) is not None:
        return _is_there(project, there)
    given = given_inputs(inputs)
    before = None if rehearse else requests.run_before(checked, given)
    if before is not None:
        from yakin.reports.earlier import told_before

        typer.echo(told_before(before, language(project)), err=True)
    keys = tuple(key.strip() for key in (only or "").split(",") if key.strip())
    workers = [] if here else requests.workers_for(tuple(checked.workflow.systems))
    if detach and not workers:
        raise RunError("No worker is running that serves all of its systems", hint="Start one with: runner.py work")
    try:
        created = requests.create(
            checked,
            given,
            actor=actor(),
            selection=Selection(keys, limit),
            rehearse=rehearse,
            due=due,
            for_workers=bool(workers),
        )
    except JournalError:
        # Another scheduler may have asked for the same moment meanwhile.
        if due is None or (there := requests.for_moment(checked, due)) is None:
            raise
        return _is_there(project, there)
    if detach:
        typer.echo(created)
        return 0
    return exit_status(carry_out(project, created, by_workers=bool(workers), as_json=as_json))


def _is_there(project: Project, run: str) -> int:
    from yakin.i18n import translator

    t = translator(language(project))
    typer.echo(t.text("Run {run} is there for this moment already; nothing more is done.", run=run), err=True)
    return 0
