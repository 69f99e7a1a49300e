"""`show`: one run, for the review in the morning."""

from __future__ import annotations

from typing import Annotated

import typer

from yakin.cli.opening import project_of_run
from yakin.cli.speaking import language


def show(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    failed: Annotated[bool, typer.Option("--failed", help="Only what needs a person.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show a run: its steps, its items, what went wrong where, and where the proof is."""
    import json

    from yakin.reports.plain import to_json
    from yakin.reports.terminal import print_run

    project = project_of_run(context, run)
    result = project.result(run)
    if as_json:
        typer.echo(json.dumps(to_json(result), ensure_ascii=False, indent=2))
        return
    print_run(result, failed_only=failed, language=language(project), folder=project.engine.folder(result.id))
