"""`calendar`: which days are open, and the announced national holidays."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yakin.cli.arguments import project_of
from yakin.cli.speaking import language


def import_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The Cabinet Office's list, syukujitsu.csv.")],
) -> None:
    """Take over the national holidays as the Cabinet Office announces them, each February for the next year."""
    from yakin.schedule.calendar_screens import print_change
    from yakin.schedule.calendars import import_holidays
    from yakin.settings import CALENDARS, NATIONAL

    project = project_of(context)
    change = import_holidays(project.root, file)
    print_change(change, CALENDARS / f"{NATIONAL}.yaml", language=language(project))


def show(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Name of the calendar; municipal when left out.")] = None,
    year: Annotated[int | None, typer.Option(min=1949, max=2150, help="Calendar year; this one when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show a calendar: its rules, and every day of a year that is closed or open for more than its weekday."""
    import json

    from yakin.i18n import translator
    from yakin.schedule.calendar_screens import calendar_to_json, print_calendar
    from yakin.schedule.calendars import load_calendars

    project = project_of(context)
    today = project.clock.now().astimezone(project.settings.zone).date()
    found = load_calendars(project.root, today).named(name)
    if as_json:
        plain = calendar_to_json(found, year or today.year, translator(language(project)))
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    print_calendar(found, year or today.year, language=language(project))
