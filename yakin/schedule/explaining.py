"""Why a day is in or out: what a trigger says about it, and what its calendar makes of that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import groupby

from yakin.japan.calendar import Day
from yakin.japan.month_days import parse_month_day
from yakin.japan.reasons import Reason
from yakin.schedule.moments import Placed
from yakin.schedule.schedules import Schedule
from yakin.schedule.standing import Pause
from yakin.zones import exists, resolved, wall_time

MOST_TIMES = 4
"""So many times of day are named; of more, the first, the last, and how many there are."""


@dataclass(frozen=True)
class Explanation:
    """What becomes of one day under one schedule.

    Attributes:
        schedule: The schedule.
        day: What the calendar says about the day.
        due: The moments at which something is due on the day, in order.
        reasons: Why, in order; data that are reasons themselves are to be put into words too.
        before: The last moment before the day.
        after: The first moment after it.
    """

    schedule: Schedule
    day: Day
    due: Sequence[datetime]
    reasons: Sequence[Reason]
    before: datetime | None
    after: datetime | None


def explain(schedule: Schedule, day: date, pause: Pause | None = None) -> Explanation:
    """Why a schedule is due on a day, or is not.

    Args:
        schedule: The schedule.
        day: A day in its zone.
        pause: Why nothing is started, when the workflow is paused.

    Raises:
        ClosedTooLong: The calendar has no open day for more than 400 days, where one is looked for.
    """
    told = schedule.calendar.day(day)
    reasons = list(_reasons(schedule, told))
    if pause is not None:
        reasons.insert(0, paused_reason(schedule.title, pause, schedule.zone))
    due = schedule.moments.on(day) if schedule.trigger.enabled else []
    end = resolved(datetime.combine(day + timedelta(days=1), time()), schedule.zone)
    found = _last_before(schedule, day), schedule.moments.after(end - timedelta(microseconds=1))
    before, after = found if schedule.trigger.enabled else (None, None)
    return Explanation(schedule, told, due, reasons, before, after)


def paused_reason(title: str, pause: Pause, zone: tzinfo | None) -> Reason:
    """Why the schedules of a workflow start nothing, whatever is due.

    Args:
        title: The workflow's title.
        pause: Who paused it, when and why.
        zone: Where the day is meant.
    """
    data = {"workflow": title, "day": pause.at.astimezone(zone).date(), "person": pause.by, "why": pause.reason}
    return Reason("{workflow} is paused since {day} by {person}: {why}", data)


def _reasons(schedule: Schedule, told: Day) -> Iterator[Reason]:
    trigger, day = schedule.trigger, told.date
    if not trigger.enabled:
        yield Reason("The trigger is switched off (enabled: false)")
    if trigger.file_arrived is not None:
        yield Reason("It waits for a file, not for a time: {file}", {"file": trigger.file_arrived})
        return
    if trigger.after is not None:
        yield Reason("It waits for other workflows, not for a time: {workflows}", {"workflows": schedule.words})
        return
    said, joining = schedule.moments.placed(day), schedule.moments.joining(day)
    if not said:
        yield from _nothing_said(schedule, day)
    for (left_out, moved_to), group in groupby(said, lambda one: (one.left_out, one.moved_to)):
        yield _of_said(schedule, told, list(group), left_out, moved_to)
    for origin, group in groupby(joining, lambda one: one.said.date()):
        why = schedule.calendar.day(origin).why
        data = {"times": _times(group), "day": origin, "why": why}
        yield Reason("{times}: moved here from {day}, which is closed ({why})", data)
    yield from _about_moments(schedule, told, [*said, *joining])


def _nothing_said(schedule: Schedule, day: date) -> Iterator[Reason]:
    trigger = schedule.trigger
    yield Reason("The trigger does not mean this day: {words}", {"words": schedule.words})
    if trigger.monthly is None:
        return
    month = f"{day:%Y-%m}"
    found = parse_month_day(trigger.monthly).day_in(day.year, day.month, schedule.calendar)
    if found is None:
        yield Reason("{month} has no such day", {"month": month})
    else:
        yield Reason("In {month} it means {day}", {"month": month, "day": found})


def _of_said(
    schedule: Schedule, told: Day, group: Sequence[Placed], left_out: str | None, moved_to: date | None
) -> Reason:
    data = {"times": _times(group), "why": told.why, "day": moved_to, "words": schedule.words}
    trigger = schedule.trigger
    match left_out:
        case "closed":
            return Reason("{times}: left out, because the day is closed ({why})", data)
        case "before":
            return Reason("{times}: left out, because the trigger begins on {first}", data | {"first": trigger.from_})
        case "behind" if moved_to is not None:
            data |= {"last": trigger.until}
            return Reason("{times}: left out; it would move to {day}, and the trigger ends on {last}", data)
        case "behind":
            return Reason("{times}: left out, because the trigger ended on {last}", data | {"last": trigger.until})
    if moved_to is not None:
        return Reason("{times}: moved to {day}, because the day is closed ({why})", data)
    if told.is_open:
        return Reason("{times}: due, as the trigger says: {words}", data)
    return Reason("{times}: due although the day is closed ({why}): the trigger fires on closed days too", data)


def _about_moments(schedule: Schedule, told: Day, placed: Sequence[Placed]) -> Iterator[Reason]:
    here = [one for one in placed if one.due is not None and one.due.astimezone(schedule.zone).date() == told.date]
    jumped = [one for one in here if not exists(datetime.combine(told.date, one.said.time()), schedule.zone)]
    if jumped and jumped[0].due is not None:
        clock = f"{wall_time(jumped[0].due, schedule.zone):%H:%M}"
        yield Reason("{times}: clocks jump over it; due at {clock}", {"times": _times(jumped), "clock": clock})
    outside = [one for one in here if not schedule.calendar.is_usable(datetime.combine(told.date, one.said.time()))]
    if outside:
        data = {"times": _times(outside), "calendar": schedule.calendar.name}
        yield Reason("{times}: outside the hours of the calendar {calendar}", data)
    if not told.is_sure:
        yield Reason("The holidays of {year} are not announced yet", {"year": told.date.year})


def _times(placed: Iterable[Placed]) -> str:
    return times_in_words([one.said for one in placed])


def times_in_words(moments: Sequence[datetime]) -> str:
    """Times of day in a line: all of a few, else the first, the last and how many."""
    clocks = [f"{moment:%H:%M}" for moment in moments]
    return ", ".join(clocks) if len(clocks) <= MOST_TIMES else f"{clocks[0]} … {clocks[-1]} ({len(clocks)})"


def _last_before(schedule: Schedule, day: date) -> datetime | None:
    """The last moment of the 400 days before a day."""
    for distance in range(1, 401):
        found = schedule.moments.on(day - timedelta(days=distance))
        if found:
            return found[-1]
    return None
