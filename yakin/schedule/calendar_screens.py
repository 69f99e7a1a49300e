"""What stands in the terminal about a calendar: its rules, its closed days in a year, and how many days are open."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yakin.i18n import Translator, translator
from yakin.japan.calendar import Calendar, Day, Hours, weekday_of
from yakin.reports.prose import Prose
from yakin.reports.screen import console
from yakin.schedule.announced import Change
from yakin.schedule.screens import day_in_words, in_words, listing, short_weekday

if TYPE_CHECKING:
    from rich.console import RenderableType

_MONDAY = date(2024, 1, 1)


def days_of(calendar: Calendar, year: int) -> list[Day]:
    """What a calendar says about each day of a calendar year."""
    first = date(year, 1, 1)
    return [calendar.day(first + timedelta(days=n)) for n in range((date(year + 1, 1, 1) - first).days)]


def special_days(days: list[Day]) -> list[Day]:
    """The days that are not open or closed for their weekday alone."""
    return [day for day in days if day.why != weekday_of(day.date)]


def print_calendar(calendar: Calendar, year: int, *, language: str) -> None:
    """Print a calendar's rules, and its special days in a calendar year."""
    from rich.console import Group
    from rich.text import Text

    t = translator(language)
    days = days_of(calendar, year)
    table = listing(t.text("Day"), t.text("State"), t.text("Why"))
    for day in special_days(days):
        state = Text(t.text("open"), "green") if day.is_open else Text(t.text("closed"), "red")
        table.add_row(Text(day_in_words(day.date, t)), state, Prose(in_words(day.why, t)))
    console().print(Group(*_rules(calendar, t), Text(), table, Text(), *_open_days(days, year, t)))


def print_change(change: Change, file: Path, *, language: str) -> None:
    """Print what an imported list of holidays changed."""
    from rich.console import Group

    t = translator(language)
    first, last = change.years
    lines = [
        t.text(
            "{file}: {count} holidays of {first}–{last}",
            file=file.as_posix(),
            count=change.count,
            first=first,
            last=last,
        )
    ]
    lines += [t.text("new: {day} {name}", day=day_in_words(day, t), name=name) for day, name in change.added.items()]
    lines += [t.text("gone: {day} {name}", day=day_in_words(day, t), name=name) for day, name in change.gone.items()]
    if not change.added and not change.gone:
        lines.append(t.text("They are the days that were known before"))
    console().print(Group(*map(Prose, lines)))


def calendar_to_json(calendar: Calendar, year: int, t: Translator) -> dict[str, Any]:
    """A calendar as plain JSON data, with its special days of a calendar year."""
    days = days_of(calendar, year)
    return {
        "calendar": calendar.name,
        "title": calendar.title,
        "year": year,
        "sure_until": _day(calendar.sure_until),
        "open_days": {f"{month:02}": _open_in(days, month) for month in range(1, 13)},
        "days": [
            {"day": day.date.isoformat(), "open": day.is_open, "why": in_words(day.why, t), "sure": day.is_sure}
            for day in special_days(days)
        ],
    }


def _rules(calendar: Calendar, t: Translator) -> list[RenderableType]:
    from rich.text import Text

    head = Text(calendar.name, "bold")
    if calendar.title:
        head.append(f"  {calendar.title}")
    closed_weekdays = [
        t.text(weekday_of(_MONDAY + timedelta(days=day)).template) for day in sorted(calendar.closed_weekdays)
    ]
    closed = [", ".join(closed_weekdays)] if closed_weekdays else []
    closed += [t.text("national holidays")] if calendar.national_holidays else []
    closed += [t.text("the days around New Year (12/29–1/3)")] if calendar.year_end else []
    lines = [t.text("Closed: {what}", what="; ".join(closed) or t.text("never"))]
    lines += [
        t.text("Hours on {weekdays}: {hours}", weekdays=weekdays, hours=f"{hours.begin:%H:%M}–{hours.end:%H:%M}")
        for hours, weekdays in _hours(calendar, t).items()
    ]
    if calendar.sure_until < date.max:
        lines.append(t.text("Sure until {day}", day=calendar.sure_until))
    return [head, *map(Prose, lines)]


def _hours(calendar: Calendar, t: Translator) -> dict[Hours, str]:
    found: dict[Hours, str] = {}
    for day, hours in sorted((calendar.hours or {}).items()):
        weekday = short_weekday(_MONDAY + timedelta(days=day), t)
        found[hours] = f"{found[hours]}, {weekday}" if hours in found else weekday
    return found


def _open_days(days: list[Day], year: int, t: Translator) -> list[RenderableType]:
    each = "  ".join(f"{month}:{_open_in(days, month)}" for month in range(1, 13))
    total = t.plural("{n} open day in {year}", "{n} open days in {year}", sum(day.is_open for day in days), year=year)
    return [Prose(total), Prose(each, "dim", indent=2)]


def _open_in(days: list[Day], month: int) -> int:
    return sum(day.is_open for day in days if day.date.month == month)


def _day(day: date) -> str | None:
    return None if day == date.max else day.isoformat()
