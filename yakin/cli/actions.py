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
        raise ConfigError(
            "There is no action or bot {name}",
            name=name,
            hint="Did you mean {similar}?",
            similar=registry.similar(name or "") or "-",
        )
    width = max(map(len, chosen))
    for each, spec in sorted(chosen.items()):
        typer.echo(f"{each:<{width}}  {spec.summary}")
