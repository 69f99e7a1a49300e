"""`secrets`: set them, see which names there are; never their values."""

from __future__ import annotations

from typing import Annotated

import typer

from yakin.cli.arguments import project_of


def set_secret(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name, as workflows use it: secrets.NAME.")],
) -> None:
    """Ask for a secret and keep it in the keyring of this computer."""
    value = typer.prompt(name, hide_input=True, confirmation_prompt=True)
    project_of(context).secrets.keep_in_keyring(name, value)
    typer.echo(f"{name} is kept in the keyring")


def list_secrets(context: typer.Context) -> None:
    """List the secrets that the project's workflows use, and whether each is found."""
    project = project_of(context)
    from yakin.workflow.expressions import references

    names: dict[str, list[str]] = {}
    # A workflow whose secret is missing has a mistake, and would be left out with all its names.
    for checked in project.check(project.workflow_files(), has_secret=lambda _name: True)[0]:
        for reference in references(checked.workflow.model_dump()):
            if reference.root == "secrets" and reference.path:
                names.setdefault(str(reference.path[0]), []).append(checked.id)
    for name, users in sorted(names.items()):
        found = "found" if project.secrets.has(name) else "missing"
        typer.echo(f"{name}  {found}  ({', '.join(sorted(set(users)))})")
