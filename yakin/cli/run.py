"""`run`: one workflow, now."""

from __future__ import annotations

from typing import Annotated

import typer

from yakin.cli.arguments import given_inputs, project_of
from yakin.cli.executing import execute, exit_status


def run(
    context: typer.Context,
    workflow: Annotated[str, typer.Argument(help="Id or file of the workflow.")],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", "-i", metavar="NAME=VALUE", help="Value of an input; repeatable.")
    ] = None,
    rehearse: Annotated[bool, typer.Option(help="Do everything up to, never including, each commit.")] = False,
    only: Annotated[str | None, typer.Option(metavar="KEY,…", help="Only the items with these business keys.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many items that are not done yet.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> int:
    """Run a workflow and show how it goes; its reports are written at the end."""
    from yakin.engine.batch import Selection
    from yakin.errors import WorkflowError
    from yakin.project import actor
    from yakin.workflow.check import unsupported

    project = project_of(context)
    checked = project.checked(workflow)
    problems = unsupported(checked)
    if problems:
        raise WorkflowError(problems)
    keys = tuple(key.strip() for key in (only or "").split(",") if key.strip())
    created = project.engine.create(
        checked, given_inputs(inputs), actor=actor(), selection=Selection(keys, limit), rehearse=rehearse
    )
    return exit_status(execute(project, created, as_json=as_json))
