"""`doctor`: everything that can be wrong on this machine, and how to mend it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yakin.cli.arguments import project_of
from yakin.cli.speaking import language
from yakin.errors import ConfigError

if TYPE_CHECKING:
    from yakin.doctor import Patient
    from yakin.project import Project

_COLOURS = {"well": "green", "warning": "yellow", "wrong": "red"}


def doctor(
    context: typer.Context,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this check; may be given several times.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Look at everything that can be wrong on this machine, and say how to mend it.

    Exit status 0: nothing is wrong, though there may be things to know about; 1: something is wrong.
    """
    from yakin import doctor as house
    from yakin.doctor import showing
    from yakin.i18n import translator

    patient, project = _patient(context)
    t = translator(language(project))
    mask = str if project is None else project.masker.mask
    checks = house.chosen(patient, only or ())
    names = max(len(check.name) for check in checks)
    done = []
    for examined in house.examine(patient, checks):
        done.append(examined)
        for severity, line in () if as_json else showing.lines(examined, t, names=names):
            _print(mask(line), severity)
    if as_json:
        typer.echo(mask(json.dumps(showing.as_json(done, t), ensure_ascii=False, indent=2)))
    else:
        typer.echo(mask(showing.summary(done, t)))
    return 1 if any(examined.severity == "wrong" for examined in done) else 0


def _patient(context: typer.Context) -> tuple[Patient, Project | None]:
    """Who is looked at; a project whose settings are wrong is looked at as far as it goes.

    Raises:
        ConfigError: There is no project.
    """
    from yakin.doctor import Patient
    from yakin.settings import find_root

    try:
        project = project_of(context)
    except ConfigError as error:
        return Patient(context.obj.given_root or find_root(Path.cwd()), None, error), None
    return Patient(project.root, project), project


def _print(line: str, severity: str) -> None:
    """Print a line, its sign in colour where the output is a terminal."""
    sign = line[:1]
    typer.echo(f"{typer.style(sign, fg=_COLOURS[severity])}{line[1:]}" if sign.strip() else line)
