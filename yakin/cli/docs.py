"""`docs`: the parts of the documentation that are generated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from yakin.actions import Registry
from yakin.cli.arguments import project_of


def docs(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Only say whether they are up to date.")] = False,
) -> int:
    """Write the JSON Schema of workflow files and the reference from the code."""
    project = project_of(context)
    stale = 0
    for path, text in generated(project.root, project.registry).items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        typer.echo(f"{path.relative_to(project.root).as_posix()} {'is stale' if check else 'written'}")
    return 1 if check and stale else 0


def generated(root: Path, registry: Registry) -> dict[Path, str]:
    """Every generated file of the documentation: path → content."""
    from yakin.cli.reference import pages
    from yakin.workflow.schema import workflow_schema

    docs = root / "docs"
    schema = json.dumps(workflow_schema(registry), ensure_ascii=False, indent=2) + "\n"
    return {
        docs / "workflow.schema.json": schema,
        **{docs / "reference" / name: text for name, text in pages(registry).items()},
    }
