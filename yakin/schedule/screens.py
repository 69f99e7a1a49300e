"""What stands in the terminal about schedules: in 80 columns, aligned under full-width text too."""

from __future__ import annotations

import calendar as months
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from yakin.i18n import Translator, translator
from yakin.japan.calendar import Calendar, weekday_of
from yakin.japan.reasons import Reason
from yakin.reports.prose import Prose
from yakin.reports.screen import console
from yakin.schedule.coming import Coming
from yakin.schedule.explaining import Explanation, paused_reason, times_in_words
from yakin.schedule.schedules import Schedule
from yakin.schedule.standing import Pause
from yakin.zones import wall_time

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_CELL = 10
"""Columns of one day of a drawn month."""


@dataclass(frozen=True)
class Outlook:
    """What is coming, and what else is to be said about it.

    Attributes:
        begin: The present moment, in the project's zone.
        days: How many days ahead are looked at, the present one included.
        coming: What is due.
        schedules: All schedules, those too that say no time or are switched off.
        rejected: Workflow files that are left out, because they have errors.
        paused: Workflow → why its schedules start nothing.
    """

    begin: datetime
    days: int
    coming: Sequence[Coming]
    schedules: Sequence[Schedule]
    rejected: Sequence[str] = ()
    paused: Mapping[str, Pause] = field(default_factory=dict)


def print_outlook(outlook: Outlook, *, language: str) -> None:
    """Print what is coming as a table, day by day."""
    from rich.console import Group

    t = translator(language)
    parts: list[RenderableType] = [_table_of(outlook, t)] if outlook.coming else []
    if not outlook.coming:
        parts.append(
            Prose(t.plural("Nothing is due in the next {n} day", "Nothing is due in the next {n} days", outlook.days))
        )
    console().print(Group(*parts, *_besides(outlook, t)))


def print_months(outlook: Outlook, calendar: Calendar, *, language: str) -> None:
    """Print the months that the days ahead belong to, with the closed days and how much is due on each day.

    Args:
        outlook: What is coming.
        calendar: Whose closed days are drawn.
        language: `ja` or `en`.
    """
    from rich.console import Group
    from rich.text import Text

    t = translator(language)
    first = outlook.begin.date()
    counts: dict[date, int] = {}
    for one in outlook.coming:
        counts[one.day] = counts.get(one.day, 0) + len(one.moments)
    last = date.fromordinal(first.toordinal() + outlook.days - 1)
    parts: list[RenderableType] = []
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, month = number // 12, number % 12 + 1
        parts += [
            Text(
                t.text("{month} by the calendar {calendar}", month=f"{year}-{month:02}", calendar=calendar.name), "bold"
            )
        ]
        parts += [_month(year, month, calendar, counts, t), Text()]
    console().print(Group(*parts, *_besides(outlook, t)))


def print_explanations(explanations: Sequence[Explanation], *, language: str) -> None:
    """Print why a day is in or out, for each schedule of a workflow."""
    from rich.console import Group
    from rich.text import Text

    t = translator(language)
    parts: list[RenderableType] = []
    for one in explanations:
        parts += [*_explained(one, t), Text()]
    console().print(Group(*parts[:-1]))


def in_words(reason: Reason, t: Translator) -> str:
    """A reason in the reader's language, with the reasons and days within it."""
    return t.text(reason.template, **{name: _spoken(value, t) for name, value in reason.data.items()})


def day_in_words(day: date, t: Translator) -> str:
    """A day with its weekday, such as `2026-05-01 Fri` or `2026-05-01 金`."""
    return f"{day.isoformat()} {short_weekday(day, t)}"


def short_weekday(day: date, t: Translator) -> str:
    """The weekday in a few letters: `Fri`, 金."""
    return t.text(weekday_of(day).template)[: 1 if t.language == "ja" else 3]


def listing(*columns: str) -> Table:
    """A table without lines between its rows; the last column takes the room that is left."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for name in columns[:-1]:
        table.add_column(name, overflow="fold")
    table.add_column(columns[-1], overflow="fold", ratio=1)
    return table


def _spoken(value: object, t: Translator) -> object:
    if isinstance(value, Reason):
        return in_words(value, t)
    return day_in_words(value, t) if isinstance(value, date) else value


def _table_of(outlook: Outlook, t: Translator) -> Table:
    from rich.text import Text

    table = listing(t.text("Day"), t.text("Time"), t.text("Workflow"), t.text("Trigger"), t.text("Note"))
    for column in table.columns[:1]:
        column.no_wrap = True
    before: date | None = None
    for row in outlook.coming:
        told = row.schedule.calendar.day(row.day)
        shown = "" if row.day == before else f"{row.day:%m-%d} {short_weekday(row.day, t)}"
        table.add_row(
            Text(shown, "" if told.is_open else "dim"),
            Prose(times_in_words(row.moments)),
            Prose(row.schedule.title),
            Prose(row.schedule.words),
            Prose("; ".join(_notes(row, outlook.paused, t)), "yellow"),
        )
        before = row.day
    return table


def _notes(row: Coming, paused: Collection[str], t: Translator) -> list[str]:
    calendar = row.schedule.calendar
    told = calendar.day(row.day)
    notes = [t.text("paused")] if row.schedule.workflow in paused else []
    notes += [
        t.text("moved from {day} ({why})", day=f"{day:%m-%d}", why=in_words(calendar.day(day).why, t))
        for day in row.moved_from
    ]
    if not told.is_open:
        notes.append(t.text("closed day ({why})", why=in_words(told.why, t)))
    if row.unusable:
        notes.append(t.text("outside the hours: {times}", times=times_in_words(row.unusable)))
    if row.schedule.trigger.jitter is not None:
        notes.append(t.text("up to {jitter} later", jitter=row.schedule.trigger.jitter))
    if not told.is_sure and row.schedule.uses_calendar:
        notes.append(t.text("not sure yet"))
    return notes


def _besides(outlook: Outlook, t: Translator) -> list[RenderableType]:
    """What the table cannot show: triggers without a time, those switched off, files with errors."""
    lines = [
        t.text("{workflow} waits for: {words}", workflow=one.title, words=one.words)
        for one in outlook.schedules
        if not one.is_timed and one.trigger.enabled
    ]
    lines += [
        t.text("{workflow} is switched off: {words}", workflow=one.title, words=one.words)
        for one in outlook.schedules
        if not one.trigger.enabled
    ]
    titles = {one.workflow: one.title for one in outlook.schedules}
    lines += [
        in_words(paused_reason(titles[name], pause, outlook.begin.tzinfo), t)
        for name, pause in outlook.paused.items()
        if name in titles
    ]
    lines += [t.text("{file} has errors and is left out; see: runner.py check", file=file) for file in outlook.rejected]
    sure = [one.schedule.calendar.sure_until for one in outlook.coming if one.schedule.uses_calendar]
    last = date.fromordinal(outlook.begin.date().toordinal() + outlook.days - 1)
    if sure and min(sure) < last:
        lines.append(t.text("Closed days are sure until {day}", day=min(sure)))
    return [Prose(line, "dim") for line in lines]


def _month(year: int, month: int, calendar: Calendar, counts: Mapping[date, int], t: Translator) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SQUARE, padding=0, show_lines=True, header_style="dim")
    weeks = months.Calendar(firstweekday=months.SUNDAY).monthdatescalendar(year, month)
    for day in weeks[0]:
        table.add_column(short_weekday(day, t), width=_CELL, no_wrap=True, overflow="crop")
    for week in weeks:
        table.add_row(*(_cell(day, calendar, counts, t) if day.month == month else Text() for day in week))
    return table


def _cell(day: date, calendar: Calendar, counts: Mapping[date, int], t: Translator) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    told = calendar.day(day)
    state = Text(f"{day.day:>2}", "bold" if told.is_open else "red")
    if not told.is_open:
        state.append(f" {t.text('closed')}", "red")
    elif told.why != weekday_of(day):
        state.append(f" {t.text('open')}", "green")
    lines = [state]
    if not told.is_open and told.why != weekday_of(day):
        lines.append(Text(in_words(told.why, t), "red"))
    if counts.get(day):
        lines.append(Text(t.plural("{n} run", "{n} runs", counts[day]), "cyan"))
    for line in lines:
        line.truncate(_CELL, overflow="ellipsis")
    return Group(*lines)


def _explained(one: Explanation, t: Translator) -> list[RenderableType]:
    from rich.text import Text

    schedule = one.schedule
    head = Text(schedule.title, "bold")
    head.append(f"  {schedule.words}  {schedule.id}", "dim")
    sign, tone = ("✓", "green") if one.due else ("–", "yellow")
    if one.due:
        verdict = t.text("{day}: due at {times}", day=day_in_words(one.day.date, t), times=times_in_words(one.due))
    else:
        verdict = t.text("{day}: not due", day=day_in_words(one.day.date, t))
    state = t.text("open") if one.day.is_open else t.text("closed")
    about = f"{schedule.calendar.name}: {state} ({in_words(one.day.why, t)})"
    lines: list[RenderableType] = [head, Prose(f"{sign} {verdict}", f"bold {tone}"), Prose(about, indent=2)]
    lines += [Prose(in_words(reason, t), indent=2) for reason in one.reasons]
    for template, moment in ((t.text("Before it"), one.before), (t.text("After it"), one.after)):
        if moment is not None:
            wall = wall_time(moment, schedule.zone)
            lines.append(Prose(f"{template}: {day_in_words(wall.date(), t)} {wall:%H:%M}", "dim", indent=2))
    return lines
