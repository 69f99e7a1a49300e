"""What is coming: the days ahead with everything that is due on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from yakin.schedule.schedules import Schedule


@dataclass(frozen=True)
class Coming:
    """What a schedule is due for on one day.

    Attributes:
        schedule: The schedule.
        day: The day.
        moments: In order, at least one.
        moved_from: Closed days of which something was moved here.
    """

    schedule: Schedule
    day: date
    moments: Sequence[datetime]
    moved_from: Sequence[date] = ()

    @property
    def unusable(self) -> list[datetime]:
        """The moments that lie outside the hours of the calendar."""
        return [moment for moment in self.moments if not self.schedule.calendar.is_usable(moment)]


def coming(schedules: Sequence[Schedule], begin: datetime, days: int) -> Iterator[Coming]:
    """What is due after a moment, day by day; those of one day in the order of their first moments.

    Args:
        schedules: The schedules; those that are switched off, or wait for something else than a time, are left out.
        begin: Aware; what is due at this moment is over.
        days: How many days ahead, the first of them the day of `begin`.
    """
    timed = [schedule for schedule in schedules if schedule.trigger.enabled and schedule.is_timed]
    for distance in range(days):
        found = []
        for schedule in timed:
            day = begin.astimezone(schedule.zone).date() + timedelta(days=distance)
            moments = [moment for moment in schedule.moments.on(day) if moment.astimezone(UTC) > begin.astimezone(UTC)]
            if moments:
                origins = sorted({one.said.date() for one in schedule.moments.joining(day)})
                found.append(Coming(schedule, day, moments, origins))
        yield from sorted(found, key=lambda one: (one.moments[0].astimezone(UTC), one.schedule.id))
