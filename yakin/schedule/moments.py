"""The moments at which a trigger is due: what it says, moved or left out by a calendar, between its first and last day."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from yakin.japan.calendar import LONGEST_CLOSURE
from yakin.schedule.triggers import TIMED, Times, day_of, times_of
from yakin.zones import resolved

if TYPE_CHECKING:
    from yakin.japan.calendar import Calendar
    from yakin.workflow.model import Trigger

__all__ = ["Moments", "Placed", "is_timed", "jittered", "moments"]

FARTHEST = timedelta(days=41 * 366)
"""A trigger that is not due for so long never is; a weekday of 29 February comes back within 40 years."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Placed:
    """What becomes of one moment that a trigger says.

    Attributes:
        said: Date and time as clocks show them, as the trigger says it.
        due: When it is due, in UTC; None when it is left out.
        moved_to: The day it was moved to, because the day that was said is closed; None when it was not moved.
        left_out: Why it is not due: `closed` (the day is closed), `before` (before the trigger's first day),
            `behind` (after its last day); None when it is due.
    """

    said: datetime
    due: datetime | None
    moved_to: date | None = None
    left_out: str | None = None


class Moments:
    """The moments at which a trigger is due. Whether it is enabled is not looked at.

    Two moments that come to lie on the same one are one. Moments are aware and in the zone; compare them in UTC,
    because Python compares two moments of the same zone by what clocks show, which repeats when they are put back.

    Args:
        trigger: The trigger.
        calendar: Knows the closed days.
        zone: Where times of day are meant, and days begin.

    Raises:
        ConfigError: The trigger cannot be read; `check` says so with its place in the file.
        UnreadableMonthDay: The words of `monthly` are not understood.
    """

    def __init__(self, trigger: Trigger, calendar: Calendar, zone: tzinfo) -> None:
        self.calendar = calendar
        self.zone = zone
        self._times: Times | None = times_of(trigger, calendar, zone)
        self._rule = trigger.on_closed_day
        self._first = day_of(trigger.from_)
        self._last = day_of(trigger.until)

    def after(self, moment: datetime) -> datetime | None:
        """The first moment after this one; None when there is none, or when the trigger says no time.

        Args:
            moment: Aware; not included.

        Raises:
            ClosedTooLong: The calendar has no open day for more than 400 days, where one is looked for.
        """
        return next(self._following(moment), None)

    def due_between(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        """The moments after `begin` up to `end`, in order.

        Args:
            begin: Aware; not included.
            end: Aware; included.
        """
        last = end.astimezone(UTC)
        for moment in self._following(begin):
            if moment.astimezone(UTC) > last:
                return
            yield moment

    def on(self, day: date) -> list[datetime]:
        """The moments of a day of the zone, in order."""
        return [moment.astimezone(self.zone) for moment in self._on(day)]

    def placed(self, day: date) -> list[Placed]:
        """What becomes of each moment that the trigger says for a day, before any calendar moves it."""
        if self._times is None:
            return []
        said = [datetime.combine(day, clock) for clock in self._times.times(day)]
        outside = self._outside(day)
        if outside is not None:
            return [Placed(one, None, left_out=outside) for one in said]
        if self._rule == "run" or self.calendar.is_open(day):
            return [Placed(one, due) for one, due in zip(said, self._times.moments(day), strict=True)]
        if self._rule == "skip":
            return [Placed(one, None, left_out="closed") for one in said]
        to = self.calendar.next_open(day) if self._rule == "next" else self.calendar.previous_open(day)
        beyond = self._outside(to)
        if beyond is not None:
            return [Placed(one, None, to, beyond) for one in said]
        return [Placed(one, resolved(datetime.combine(to, one.time()), self.zone), to) for one in said]

    def joining(self, day: date) -> list[Placed]:
        """The moments of other days that are moved to a day, because those are closed; in order of their days."""
        if self._times is None or self._rule not in ("previous", "next") or not self.calendar.is_open(day):
            return []
        return [one for other in sorted(self._moved_to(day)) for one in self.placed(other) if one.moved_to == day]

    def _following(self, moment: datetime) -> Iterator[datetime]:
        earlier = moment.astimezone(UTC)
        for day in self._days_from(moment.astimezone(self.zone).date()):
            found = self._on(day)
            for index in range(bisect_right(found, earlier), len(found)):
                if found[index] > earlier:  # several times that clocks jump over are one moment
                    earlier = found[index]
                    yield earlier.astimezone(self.zone)

    def _days_from(self, day: date) -> Iterator[date]:
        """Days that can have moments, from the day before: what clocks jump over at midnight belongs to the next day."""
        if self._times is None:
            return
        reach = timedelta(days=LONGEST_CLOSURE if self._rule in ("previous", "next") else 1)
        end = min(day, date.max - FARTHEST - _DAY) + FARTHEST
        for first in (self._first, _minus(self._times.first, reach)):
            day = max(day, first + _DAY) if first is not None else day
        for last in (self._last, _minus(self._times.last, -reach)):
            end = min(end, last) if last is not None else end
        day = max(day, date.min + 2 * _DAY) - _DAY
        while day <= end:
            yield day
            day += _DAY

    def _on(self, day: date) -> Sequence[datetime]:
        """The moments of a day, in order, in UTC."""
        if self._times is None or self._outside(day) is not None:
            return ()
        if self._rule == "run":
            return self._times.moments(day)
        if not self.calendar.is_open(day):
            return ()
        joining = [] if self._rule == "skip" else [other for other in self._moved_to(day) if not self._outside(other)]
        if not joining:
            return self._times.moments(day)
        moved = {
            resolved(datetime.combine(day, clock), self.zone) for other in joining for clock in self._times.times(other)
        }
        return sorted({*self._times.moments(day), *moved})

    def _moved_to(self, day: date) -> Iterator[date]:
        """The closed days whose moments are moved to an open day."""
        step = _DAY if self._rule == "previous" else -_DAY
        for distance in range(1, LONGEST_CLOSURE + 1):
            other = day + step * distance
            if self.calendar.is_open(other):
                return
            yield other

    def _outside(self, day: date) -> str | None:
        if self._first is not None and day < self._first:
            return "before"
        return "behind" if self._last is not None and day > self._last else None


def moments(trigger: Trigger, calendar: Calendar, zone: tzinfo) -> Moments:
    """The moments at which a trigger is due; see `Moments`."""
    return Moments(trigger, calendar, zone)


def is_timed(trigger: Trigger) -> bool:
    """Whether a trigger says a time, and does not wait for a file or another workflow."""
    return any(getattr(trigger, key) is not None for key in TIMED)


def jittered(schedule: str, due: datetime, jitter: timedelta) -> datetime:
    """When something due is to be started: somewhat later, and always equally so for the same schedule and moment.

    Args:
        schedule: Id of the schedule.
        due: When it is due; aware.
        jitter: The longest delay, not included.
    """
    text = f"{schedule}|{due.astimezone(UTC).isoformat()}"
    part = int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48
    return due + timedelta(milliseconds=int(part * (jitter / timedelta(milliseconds=1))))


def _minus(day: date | None, reach: timedelta) -> date | None:
    return None if day is None else day - reach
