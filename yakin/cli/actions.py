"""`actions`: what the bots can do."""

from __future__ import annotations

from typing import Annotated

import typer

from yakin.cli.arguments import project_of
from yakin.errors import ConfigError


def actions(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="One action, or one bot; all when left out.")] = None,
) -> None:
    """List the actions that workflows can use, or describe one."""
    registry = project_of(context).registry
    if name is not None and name in registry.actions:
        from yakin.actions.describe import describe

        typer.echo(describe(registry.actions[name]))
        return
    chosen = {each: spec for each, spec in registry.actions.items() if name is None or each.startswith(f"{name}.")}
    if not chosen:
        similar = registry.similar(name or "")
        raise ConfigError(
            "There is no action or bot {name}",
            name=name,
            similar=similar,
            hint="Did you mean {similar}?" if similar else "List them with: runner.py actions",
        )
    width = max(map(len, chosen))
    for each, spec in sorted(chosen.items()):
        typer.echo(f"{each:<{width}}  {spec.summary}")
