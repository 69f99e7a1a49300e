"""`check`: every mistake in every workflow file, in one pass."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yakin.cli.arguments import project_of
from yakin.cli.speaking import WIDTH, language
from yakin.errors import ConfigError

if TYPE_CHECKING:
    from yakin.project import Project
    from yakin.workflow.problems import Problem


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def check(
    context: typer.Context,
    workflows: Annotated[
        list[str] | None, typer.Argument(help="Ids or files of workflows; all of the project when left out.")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How problems are printed.")] = Format.TEXT,
) -> int:
    """Check workflow files, and calendars when no workflow is named: all problems of all files, with line and column."""
    from yakin.i18n import translator
    from yakin.reports.problems import render_text, seen_from
    from yakin.workflow.problems import render_github, render_json

    project = project_of(context)
    paths = [project.workflow_file(name) for name in workflows] if workflows else project.workflow_files()
    if not paths:
        raise ConfigError("There are no workflow files in {folder}", folder=project.root / project.settings.workflows)
    found, problems = project.check(paths)
    if not workflows:
        problems = [*problems, *_calendar_problems(project)]
    t, near = translator(language(project)), seen_from(problems, Path.cwd())
    match output:
        case Format.JSON:
            typer.echo(render_json(problems))
        case Format.GITHUB:
            typer.echo(render_github(near))
        case Format.TEXT if problems:
            typer.echo(render_text(near, t, colour=sys.stdout.isatty(), width=WIDTH))
        case Format.TEXT:
            typer.echo(t.plural("{n} workflow checked, no problems", "{n} workflows checked, no problems", len(found)))
    return 2 if any(problem.severity == "error" for problem in problems) else 0


def _calendar_problems(project: Project) -> Sequence[Problem]:
    from yakin.schedule.calendar_files import CalendarFileError
    from yakin.schedule.calendars import load_calendars

    try:
        load_calendars(project.root, project.clock.now().date())
    except CalendarFileError as error:
        return error.problems
    return ()
