"""`schema`: the JSON Schema of workflow files, for editors."""

from __future__ import annotations

import typer

from yakin.cli.arguments import project_of


def schema(context: typer.Context) -> None:
    """Print the JSON Schema of workflow files with all actions of the project's bots."""
    import json

    from yakin.workflow.schema import workflow_schema

    typer.echo(json.dumps(workflow_schema(project_of(context).registry), ensure_ascii=False, indent=2))
