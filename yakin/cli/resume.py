"""`resume`: go on with a run that was cut off."""

from __future__ import annotations

from typing import Annotated

import typer

from yakin.cli.executing import conclude, execute, exit_status
from yakin.cli.opening import project_of_run
from yakin.cli.speaking import language


def resume(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> int:
    """Continue a run that a crash or Ctrl+C cut off: what is done stays done, what is in doubt is looked up first."""
    project = project_of_run(context, run)
    row = project.journal.run(run)
    if row.finished is None:
        return exit_status(execute(project, row.id, as_json=as_json))
    from yakin.i18n import translator

    # Its process may have died after the last step and before the reports.
    t = translator(language(project))
    typer.echo(t.text("Run {run} is finished; there is nothing left to do in it.", run=row.id), err=True)
    return exit_status(conclude(project, row.id, as_json=as_json))
