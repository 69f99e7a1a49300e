"""Which days an office is open, and why: weekends, national holidays, the year's end, its own closed and open days.

地方自治法 article 4-2 lets an ordinance name the closed days of a municipality (地方公共団体の休日): Sundays and Saturdays, national
holidays, and the days around New Year, which nearly all ordinances take as 29 December to 3 January, as 行政機関の休日に関する法律
(昭和63年法律第91号) article 1 does for the state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from yakin.japan.holidays import Holidays, reason_of
from yakin.japan.reasons import Reason
from yakin.japan.refusals import JapaneseDataError

MUNICIPAL = "municipal"
"""Name of the calendar that is there without a file."""

WEEKEND = frozenset({5, 6})
"""Saturday and Sunday, as `date.weekday()` counts."""

LONGEST_CLOSURE = 400
"""So many closed days in a row are a mistake in the calendar."""

_WEEKDAYS: tuple[Reason, ...] = (
    Reason("Monday"),
    Reason("Tuesday"),
    Reason("Wednesday"),
    Reason("Thursday"),
    Reason("Friday"),
    Reason("Saturday"),
    Reason("Sunday"),
)
_DAY = timedelta(days=1)


class ClosedTooLong(JapaneseDataError):
    """A calendar has no open day for more than a year: something in it is wrong."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a calendar says about one day.

    Attributes:
        date: The day.
        is_open: Whether the office is open.
        why: The reason, such as the name of a holiday.
        is_sure: False where the holidays of the year are not announced yet.
    """

    date: date
    is_open: bool
    why: Reason
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of a day; with `end` at or before `begin` it goes on into the next morning.

    Attributes:
        begin: Included.
        end: Not included; 00:00 is the end of the day.
    """

    begin: time
    end: time


@dataclass(frozen=True, eq=False)
class Calendar:
    """The days on which an office is open.

    What is said later counts more: weekdays, the year's end, national holidays, own closed days, own open days.

    Attributes:
        name: What workflows call it.
        title: What it is, for people.
        closed_weekdays: As `date.weekday()` counts, 0 is Monday.
        national_holidays: Whether national holidays are closed days.
        year_end: Whether 29 December to 3 January are closed days.
        closed: The office's own closed days → why.
        opened: Days on which it is open although it would be closed (休日開庁) → why.
        hours: Weekday → when a system may be used; None when at all times. Weekdays that are left out: not at all.
        holidays: The national holidays.
        sure_until: The last day about which it is sure; everything after it may change.
    """

    name: str = MUNICIPAL
    title: str = ""
    closed_weekdays: frozenset[int] = WEEKEND
    national_holidays: bool = True
    year_end: bool = True
    closed: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))
    opened: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))
    hours: Mapping[int, Hours] | None = None
    holidays: Holidays = field(default_factory=Holidays)
    sure_until: date = date.max

    def day(self, day: date) -> Day:
        """What the calendar says about a day."""
        is_open, why = self._told(day)
        return Day(day, is_open, why, day <= self.sure_until)

    def is_open(self, day: date) -> bool:
        """Whether the office is open on a day."""
        if day in self.opened:
            return True
        return not (
            day.weekday() in self.closed_weekdays
            or day in self.closed
            or (self.year_end and is_year_end(day))
            or (self.national_holidays and self.holidays.name(day) is not None)
        )

    def next_open(self, day: date) -> date:
        """The day itself when it is open, else the first open day after it.

        Raises:
            ClosedTooLong: There is none within 400 days.
        """
        return next(self._open_days(day, _DAY))

    def previous_open(self, day: date) -> date:
        """The day itself when it is open, else the last open day before it.

        Raises:
            ClosedTooLong: There is none within 400 days.
        """
        return next(self._open_days(day, -_DAY))

    def business_day(self, day: date, n: int) -> date:
        """The n-th open day after a day, or before it; the day itself is not counted, whether open or not.

        Args:
            day: Where the counting begins.
            n: 1 is the first open day after `day`, -1 the last one before it.

        Raises:
            ClosedTooLong: More than 400 days in a row are closed.
            ValueError: `n` is 0.
        """
        if n == 0:
            raise ValueError("business days are counted from 1")
        step = _DAY if n > 0 else -_DAY
        days = self._open_days(day + step, step)
        for _ in range(abs(n) - 1):
            next(days)
        return next(days)

    def is_usable(self, moment: datetime) -> bool:
        """Whether a system may be used at a moment.

        Args:
            moment: In the office's own time; a zone is not looked at.
        """
        if self.hours is None:
            return True
        clock = moment.time()
        today, before = self.hours.get(moment.weekday()), self.hours.get((moment.weekday() - 1) % 7)
        if today is not None and today.begin <= clock and (clock < today.end or today.end <= today.begin):
            return True
        return before is not None and before.end <= before.begin and clock < before.end

    def _told(self, day: date) -> tuple[bool, Reason]:
        if day in self.opened:
            return True, Reason("Open although it is a closed day: {why}", {"why": self.opened[day]})
        if day in self.closed:
            return False, Reason("{name}", {"name": self.closed[day]})
        holiday = self.holidays.name(day) if self.national_holidays else None
        if holiday is not None:
            return False, reason_of(holiday)
        if self.year_end and is_year_end(day):
            return False, Reason("Year-end holidays")
        return day.weekday() not in self.closed_weekdays, weekday_of(day)

    def _open_days(self, day: date, step: timedelta) -> Iterator[date]:
        closed = 0
        while closed <= LONGEST_CLOSURE:
            if self.is_open(day):
                yield day
                closed = 0
            else:
                closed += 1
            day += step
        raise ClosedTooLong(
            "The calendar {calendar} has no open day within {days} days of {day}",
            hint="Look at its closed days with: runner.py calendar show {calendar}",
            calendar=self.name,
            days=LONGEST_CLOSURE,
            day=(day - step * closed).isoformat(),
        )


def is_year_end(day: date) -> bool:
    """Whether a day is from 29 December to 3 January."""
    return (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)


def weekday_of(day: date) -> Reason:
    """The weekday of a day, as a word that can be shown in the reader's language."""
    return _WEEKDAYS[day.weekday()]
