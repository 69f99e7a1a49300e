"""The four triggers that say a time, each as the days and times that its words mean, before any calendar moves them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from yakin.errors import ConfigError
from yakin.japan.month_days import MonthDay, parse_month_day
from yakin.schedule.walls import SteadyMoments, WallMoments
from yakin.workflow.model import Trigger, seconds
from yakin.zones import resolved, wall_time

if TYPE_CHECKING:
    from yakin.japan.calendar import Calendar

TIMED = ("cron", "every", "at", "monthly")
"""Keys of a trigger that say a time."""

EPOCH = date(1970, 1, 1)
"""Where `every` begins to count when the trigger has no first day."""

_DAY = timedelta(days=1)
_FARTHEST_MONTHS = 4

Month: TypeAlias = tuple[int, int]


class Times(ABC):
    """What a trigger says, day by day.

    Attributes:
        zone: Where its times of day are meant.
        first: The first day on which there can be anything; None when there is no first.
        last: The last one; None when there is no last.
    """

    def __init__(self, zone: tzinfo, *, first: date | None = None, last: date | None = None) -> None:
        self.zone = zone
        self.first = first
        self.last = last

    @abstractmethod
    def times(self, day: date) -> Sequence[time]:
        """Times of a day, in order, as clocks show them."""

    def moments(self, day: date) -> Sequence[datetime]:
        """The moments of a day, in order, in UTC."""
        return WallMoments(day, self.times(day), self.zone)


def times_of(trigger: Trigger, calendar: Calendar, zone: tzinfo) -> Times | None:
    """What a trigger says; None when it says no time, but waits for a file or another workflow.

    Args:
        trigger: The trigger.
        calendar: Knows the business days that `monthly` counts.
        zone: Where its times of day are meant.

    Raises:
        ConfigError: The trigger cannot be read; `check` says so with its place in the file.
        UnreadableMonthDay: The words of `monthly` are not understood.
    """
    if trigger.cron is not None:
        return CronTimes(trigger.cron, zone)
    if trigger.every is not None:
        return EveryTimes(trigger.every, day_of(trigger.from_), zone)
    if trigger.at is not None:
        return AtTimes(datetime.fromisoformat(trigger.at), zone)
    if trigger.monthly is not None:
        clock = time.fromisoformat(trigger.time) if trigger.time else time()
        return MonthlyTimes(parse_month_day(trigger.monthly), clock, calendar, zone)
    return None


def day_of(text: str | None) -> date | None:
    """The day that `from` and `until` name."""
    return None if text is None else date.fromisoformat(text)


class CronTimes(Times):
    """Five fields, understood as APScheduler does: weekdays by name, and day and weekday have both to fit.

    Raises:
        ConfigError: The fields cannot be read.
    """

    def __init__(self, fields: str, zone: tzinfo) -> None:
        super().__init__(zone)
        self._fields = _cron_fields(fields)
        self._months = _cron_months(fields)
        self._times = _cron_times(fields)

    def times(self, day: date) -> Sequence[time]:
        """All times of the day, or none."""
        fits = day.month in self._months and all(
            self._fields[name].get_next_value(day) == self._fields[name].get_value(day) for name in _DAY_FIELDS
        )
        return self._times if fits else ()


_DAY_FIELDS = ("day_of_week", "day")


@lru_cache(maxsize=1024)
def _cron_fields(text: str) -> dict[str, Any]:
    from apscheduler.triggers.cron import CronTrigger

    try:
        return {field.name: field for field in CronTrigger.from_crontab(text, timezone=UTC).fields}
    except ValueError as error:
        raise ConfigError("{cron} is not understood: {reason}", cron=text, reason=error) from error


@lru_cache(maxsize=1024)
def _cron_months(text: str) -> frozenset[int]:
    field = _cron_fields(text)["month"]
    return frozenset(month for month in range(1, 13) if field.get_next_value(date(2024, month, 1)) == month)


@lru_cache(maxsize=1024)
def _cron_times(text: str) -> tuple[time, ...]:
    fields, any_day = _cron_fields(text), datetime(2024, 1, 1, tzinfo=UTC)
    hours = [hour for hour in range(24) if fields["hour"].get_next_value(any_day.replace(hour=hour)) == hour]
    minutes = [
        minute for minute in range(60) if fields["minute"].get_next_value(any_day.replace(minute=minute)) == minute
    ]
    return tuple(time(hour, minute) for hour in hours for minute in minutes)


class EveryTimes(Times):
    """Again and again after the same time, which is counted from a fixed moment: a restart moves nothing.

    Args:
        every: How long, such as `30m`.
        first: The first day; counting begins at its midnight, or at that of 1970-01-01.
        zone: Whose midnight.
    """

    def __init__(self, every: str, first: date | None, zone: tzinfo) -> None:
        super().__init__(zone, first=first)
        self._step = timedelta(milliseconds=round(seconds(every) * 1000))
        self._anchor = _midnight(first or EPOCH, zone)
        if self._step <= timedelta():
            raise ConfigError("every has to be longer than {every}", every=every)

    def times(self, day: date) -> Sequence[time]:
        """What clocks show at the moments of the day."""
        return [wall_time(moment, self.zone).time() for moment in self.moments(day)]

    def moments(self, day: date) -> Sequence[datetime]:
        """The moments of a day, in order, in UTC; a day on which clocks are put back has more of them."""
        begin, end = (_midnight(each, self.zone) for each in (day, day + _DAY))
        first, behind = (-((self._anchor - edge) // self._step) for edge in (begin, end))
        return SteadyMoments(self._anchor + first * self._step, self._step, behind - first)


class AtTimes(Times):
    """Once."""

    def __init__(self, moment: datetime, zone: tzinfo) -> None:
        self._wall = moment if moment.tzinfo is None else wall_time(moment, zone)
        super().__init__(zone, first=self._wall.date(), last=self._wall.date())

    def times(self, day: date) -> Sequence[time]:
        """Its time of day on its day."""
        return (self._wall.time(),) if day == self._wall.date() else ()


class MonthlyTimes(Times):
    """A day of each month in a clerk's words, at a time of day."""

    def __init__(self, month_day: MonthDay, clock: time, calendar: Calendar, zone: tzinfo) -> None:
        super().__init__(zone)
        self._month_day = month_day
        self._times = (clock,)
        self._calendar = calendar

    def times(self, day: date) -> Sequence[time]:
        """Its time of day on its days."""
        return self._times if day in _days_around(self._month_day, _month(day), self._calendar) else ()


@lru_cache(maxsize=4096)
def _days_around(month_day: MonthDay, month: Month, calendar: Calendar) -> frozenset[date]:
    """The days of a month and of those from which a day can be moved into it."""
    reach = _FARTHEST_MONTHS if month_day.is_moved else 0
    months = (_month_at(_number(month) + distance) for distance in range(-reach, reach + 1))
    found = (_day_in(month_day, each, calendar) for each in months)
    return frozenset(day for day in found if day is not None)


@lru_cache(maxsize=16384)
def _day_in(month_day: MonthDay, month: Month, calendar: Calendar) -> date | None:
    if not date.min.year < month[0] < date.max.year:
        return None
    found = month_day.day_in(*month, calendar)
    if found is not None and abs(_number(_month(found)) - _number(month)) > _FARTHEST_MONTHS:
        raise ConfigError(
            "{words} of {month} is {day} by the calendar {calendar}, which is too far away",
            hint="Look at its closed days with: runner.py calendar show {calendar}",
            words=month_day.words,
            month=f"{month[0]}-{month[1]:02}",
            day=found.isoformat(),
            calendar=calendar.name,
        )
    return found


def _month_at(number: int) -> Month:
    year, month = divmod(number, 12)
    return year, month + 1


def _month(day: date) -> Month:
    return day.year, day.month


def _number(month: Month) -> int:
    return month[0] * 12 + month[1] - 1


def _midnight(day: date, zone: tzinfo) -> datetime:
    return resolved(datetime.combine(day, time()), zone)
