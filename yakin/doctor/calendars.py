"""Whether the calendars are right, and known far enough ahead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from yakin.actions import Diagnosis, warn, well, wrong
from yakin.doctor.patient import Patient
from yakin.japan.calendar import Calendar

_AHEAD = timedelta(days=60)


def calendars(patient: Patient) -> Iterator[Diagnosis]:
    """The calendars of the project."""
    from yakin.schedule.calendar_files import CalendarFileError
    from yakin.schedule.calendars import load_calendars

    today = datetime.now(patient.project.settings.zone).date()
    try:
        found = load_calendars(patient.root, today)
    except CalendarFileError as error:
        for problem in error.problems:
            where = f"{problem.file}:{problem.line}:{problem.column}"
            yield wrong("{where}: {problem}", hint="Correct the file", where=where, problem=problem.phrase)
        return
    yield from calendars_of(found, today)


def calendars_of(found: Mapping[str, Calendar], today: date) -> Iterator[Diagnosis]:
    """What there is to say of calendars.

    Args:
        found: Name → calendar.
        today: The present day.
    """
    short = [name for name, calendar in found.items() if calendar.sure_until - today < _AHEAD]
    for name in short:
        yield warn(
            "The calendar {name} is sure until {day} only",
            hint="Import the Cabinet Office's list of holidays: runner.py calendar import FILE",
            name=name,
            day=found[name].sure_until,
        )
    if not short:
        sure = min(calendar.sure_until for calendar in found.values())
        yield well("Sure until {day}: {names}", day=sure, names=", ".join(found))
