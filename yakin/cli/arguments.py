"""What several verbs take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from yakin.errors import ConfigError

if TYPE_CHECKING:
    from yakin.project import Project


def project_of(context: typer.Context) -> Project:
    """The project the command line works on.

    Raises:
        ConfigError: There is none, or its settings are wrong.
    """
    project: Project = context.obj.project
    return project


def given_inputs(pairs: list[str] | None, option: str = "--input") -> dict[str, str]:
    """`NAME=VALUE` arguments as a mapping.

    Raises:
        ConfigError: One has no `=`.
    """
    given: dict[str, str] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError("{option} takes NAME=VALUE; {pair} has no =", option=option, pair=pair)
        given[name] = value
    return given
