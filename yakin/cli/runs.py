"""`runs`: what ran."""

from __future__ import annotations

from typing import Annotated

import typer

from yakin.cli.arguments import project_of
from yakin.cli.opening import demo_of
from yakin.cli.speaking import language


def runs(
    context: typer.Context,
    workflow: Annotated[str | None, typer.Option(help="Only runs of this workflow.")] = None,
    status: Annotated[str | None, typer.Option(help="Only runs with this status, such as failed.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List runs, those of the demo too, the newest first."""
    import dataclasses
    import json

    project = project_of(context)
    known = [project, *demo_of(project)]
    rows = [row for each in known for row in each.journal.runs(workflow=workflow, status=status, limit=limit)]
    rows = sorted(rows, key=lambda row: row.created, reverse=True)[:limit]
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False, indent=2, default=str))
        return
    from yakin.reports.terminal import print_runs

    print_runs(rows, language=language(project))
