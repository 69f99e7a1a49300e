"""`resume`: go on with a run that was cut off."""

from __future__ import annotations

from typing import Annotated

import typer

from yakin.cli.executing import execute, exit_status
from yakin.cli.opening import project_of_run


def resume(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> int:
    """Continue a run that a crash or Ctrl+C cut off: what is done stays done, what is in doubt is looked up first."""
    project = project_of_run(context, run)
    return exit_status(execute(project, project.journal.run(run).id, as_json=as_json))
