"""`schedule`: what is coming, and why a day is in or out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yakin.cli.arguments import project_of
from yakin.cli.speaking import language
from yakin.errors import ConfigError

if TYPE_CHECKING:
    from yakin.i18n import Translator
    from yakin.japan.calendar import Calendar
    from yakin.project import Project
    from yakin.schedule.explaining import Explanation
    from yakin.schedule.schedules import Schedule
    from yakin.schedule.screens import Outlook
    from yakin.schedule.standing import Pause


def schedule(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=400, help="So many days ahead, today included.")] = 14,
    draw: Annotated[bool, typer.Option("--calendar", help="Draw the months with their closed days.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show what is due in the coming days, by the triggers of all workflows."""
    if context.invoked_subcommand is not None:
        return
    import json

    from yakin.schedule.screens import print_months, print_outlook

    project = project_of(context)
    outlook = _outlook(project, days)
    if as_json:
        typer.echo(json.dumps(_plain(outlook), ensure_ascii=False, indent=2))
    elif draw:
        print_months(outlook, _calendar_to_draw(project, outlook), language=language(project))
    else:
        print_outlook(outlook, language=language(project))


def explain(
    context: typer.Context,
    workflow: Annotated[str, typer.Argument(help="Id of the workflow.")],
    day: Annotated[str | None, typer.Option("--date", help="The day, as it is usually written; today.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Explain why a workflow is due on a day, or is not."""
    import json

    from yakin.i18n import translator
    from yakin.japan import parse_date
    from yakin.schedule.explaining import explain
    from yakin.schedule.schedules import schedules_of
    from yakin.schedule.screens import print_explanations

    project = project_of(context)
    wanted = parse_date(day) if day is not None else _today(project)
    schedules = schedules_of([project.checked(workflow)], _calendars(project), project.settings.zone)
    if not schedules:
        raise ConfigError(
            "{workflow} has no triggers", hint="Write them into the workflow file: triggers:", workflow=workflow
        )
    pause = _paused(project).get(workflow)
    explanations = [explain(one, wanted, pause) for one in schedules]
    if as_json:
        t = translator(language(project))
        typer.echo(json.dumps([_explained(one, t) for one in explanations], ensure_ascii=False, indent=2))
        return
    print_explanations(explanations, language=language(project))


def _outlook(project: Project, days: int) -> Outlook:
    from yakin.schedule.coming import coming
    from yakin.schedule.schedules import schedules_of
    from yakin.schedule.screens import Outlook

    files = project.workflow_files()
    checked, _ = project.check(files)
    schedules = schedules_of(checked, _calendars(project), project.settings.zone)
    right = {one.path for one in checked}
    begin = project.clock.now().astimezone(project.settings.zone)
    rejected = [path.name for path in files if path not in right]
    return Outlook(begin, days, list(coming(schedules, begin, days)), schedules, rejected, _paused(project))


def _paused(project: Project) -> Mapping[str, Pause]:
    from yakin.schedule.standing import Standing

    return Standing(project.journal).paused


def _calendars(project: Project) -> Any:
    from yakin.schedule.calendars import load_calendars

    return load_calendars(project.root, _today(project))


def _today(project: Project) -> date:
    return project.clock.now().astimezone(project.settings.zone).date()


def _calendar_to_draw(project: Project, outlook: Outlook) -> Calendar:
    """The one that all schedules go by; where there are several, the municipal one."""
    used = {one.calendar.name: one.calendar for one in outlook.schedules if one.uses_calendar}
    if len(used) == 1:
        return next(iter(used.values()))
    found: Calendar = _calendars(project).named(None)
    return found


def _plain(outlook: Outlook) -> dict[str, Any]:
    return {
        "begin": outlook.begin.isoformat(),
        "days": outlook.days,
        "coming": [
            {
                **_schedule(one.schedule),
                "day": one.day.isoformat(),
                "due": [_moment(moment) for moment in one.moments],
                "moved_from": [day.isoformat() for day in one.moved_from],
                "open": one.schedule.calendar.is_open(one.day),
            }
            for one in outlook.coming
        ],
        "schedules": [
            {
                **_schedule(one),
                "timed": one.is_timed,
                "enabled": one.trigger.enabled,
                "paused": one.workflow in outlook.paused,
            }
            for one in outlook.schedules
        ],
        "rejected": list(outlook.rejected),
    }


def _schedule(one: Schedule) -> dict[str, Any]:
    return {"schedule": one.id, "workflow": one.workflow, "title": one.title, "trigger": one.words}


def _explained(one: Explanation, t: Translator) -> dict[str, Any]:
    from yakin.schedule.screens import in_words

    return {
        **_schedule(one.schedule),
        "day": one.day.date.isoformat(),
        "calendar": one.schedule.calendar.name,
        "open": one.day.is_open,
        "why": in_words(one.day.why, t),
        "due": [_moment(moment) for moment in one.due],
        "reasons": [in_words(reason, t) for reason in one.reasons],
        "before": _moment(one.before),
        "after": _moment(one.after),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def pause(
    context: typer.Context,
    workflow: Annotated[str, typer.Argument(help="Id of the workflow.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the journal.")],
) -> None:
    """Start a workflow by its schedules no more, until they are resumed; what is due meanwhile is left out, and told."""
    from yakin.events import SchedulePaused
    from yakin.i18n import translator
    from yakin.project import actor

    project = project_of(context)
    name = _with_schedules(project, workflow)
    project.journal.append(actor(), SchedulePaused(run="", workflow=name, reason=_words(reason)))
    t = translator(language(project))
    typer.echo(
        t.text(
            "{workflow} is started by its schedules no more. Go on with: runner.py schedule resume {workflow}",
            workflow=name,
        )
    )


def resume(
    context: typer.Context,
    workflow: Annotated[str, typer.Argument(help="Id of the workflow.")],
    reason: Annotated[str | None, typer.Option(help="Why; it is kept in the journal.")] = None,
) -> None:
    """Let a workflow be started by its schedules again, from now on."""
    from yakin.events import ScheduleResumed
    from yakin.i18n import translator
    from yakin.project import actor

    project = project_of(context)
    name = _with_schedules(project, workflow)
    if name not in _paused(project):
        raise ConfigError("The schedules of {workflow} are not paused", workflow=name)
    project.journal.append(actor(), ScheduleResumed(run="", workflow=name, reason=reason))
    t = translator(language(project))
    typer.echo(t.text("{workflow} is started by its schedules again.", workflow=name))


def _with_schedules(project: Project, workflow: str) -> str:
    """The id of a workflow that has triggers."""
    checked = project.checked(workflow)
    if not checked.workflow.triggers:
        raise ConfigError("{workflow} has no triggers", hint="Say under triggers when it is due", workflow=checked.id)
    return checked.id


def _words(reason: str) -> str:
    if not reason.strip():
        raise ConfigError("A reason is needed", hint='Say why: --reason "…"')
    return reason.strip()
