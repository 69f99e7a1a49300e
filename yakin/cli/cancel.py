"""`cancel`: let a run end before its end."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from yakin.cli.executing import LOOK_EVERY
from yakin.cli.opening import project_of_run
from yakin.cli.speaking import language


def cancel(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    now: Annotated[bool, typer.Option("--now", help="In the middle of the current items, not after them.")] = False,
    patience: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long the current items may take; then as with --now.")
    ] = 120,
    reason: Annotated[str | None, typer.Option(help="Why; it is kept in the journal.")] = None,
) -> int:
    """End a run after its current items; what was registered stays registered, and it can be resumed.

    With --now, or when the current items take too long, they are broken off; one whose commit was begun is looked up.
    """
    from yakin.engine.requests import FINISHED
    from yakin.i18n import translator
    from yakin.project import actor
    from yakin.reports.verdicts import STATUSES

    project = project_of_run(context, run)
    t = translator(language(project))
    requests = project.engine.requests
    row = requests.cancel(run, actor=actor(), now=now, reason=reason)
    if row.status not in FINISHED and not now:
        typer.echo(t.text("Waiting for the current items …"), err=True)
    deadline = time.monotonic() + patience
    while row.status not in FINISHED:
        if not now and time.monotonic() > deadline:
            now = True
            typer.echo(t.text("The current items are broken off."), err=True)
            requests.cancel(row.id, actor=actor(), now=True, reason=reason)
        time.sleep(LOOK_EVERY)
        row = project.journal.run(row.id)
    if row.status == "cancelled":
        typer.echo(t.text("Run {run} is cancelled. It goes on with: runner.py resume {run}", run=row.id))
    else:
        typer.echo(t.text("Run {run} had come to its end: {status}", run=row.id, status=t.text(STATUSES[row.status])))
    return 0
