"""Times of day as a clock on the wall shows them, and the moments they are in a time zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import overload

_SECOND = timedelta(seconds=1)


def resolved(wall: datetime, zone: tzinfo) -> datetime:
    """The moment at which clocks of a zone show a time.

    A time that clocks jump over, when they are put forward, is the first moment after the jump; one that they show twice,
    when they are put back, is the first of the two.

    Args:
        wall: Date and time without a zone.
        zone: The zone.

    Returns:
        The moment, in UTC.
    """
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall.replace(fold=0):
        return moment
    return _jump_before(moment, wall.replace(tzinfo=zone, fold=1).astimezone(UTC), zone)


def exists(wall: datetime, zone: tzinfo) -> bool:
    """Whether clocks of a zone ever show a time; false for one that they jump over."""
    there = wall.replace(tzinfo=zone, fold=0)
    return there.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == wall.replace(fold=0)


def wall_time(moment: datetime, zone: tzinfo) -> datetime:
    """What clocks of a zone show at a moment, without the zone."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _jump_before(after: datetime, before: datetime, zone: tzinfo) -> datetime:
    """The first second with the offset that holds at `after`, later than `before`; both in UTC."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


class WallMoments(Sequence[datetime]):
    """The moments, in UTC, of several times of one day: worked out when they are looked at.

    Args:
        day: The day.
        times: In order.
        zone: The zone.
    """

    def __init__(self, day: date, times: Sequence[time], zone: tzinfo) -> None:
        self._day = day
        self._times = times
        self._zone = zone

    def __len__(self) -> int:
        return len(self._times)

    @overload
    def __getitem__(self, index: int) -> datetime: ...
    @overload
    def __getitem__(self, index: slice) -> WallMoments: ...
    def __getitem__(self, index: int | slice) -> datetime | WallMoments:
        if isinstance(index, slice):
            return WallMoments(self._day, self._times[index], self._zone)
        return resolved(datetime.combine(self._day, self._times[index]), self._zone)


class SteadyMoments(Sequence[datetime]):
    """Moments, in UTC, at equal distances.

    Args:
        first: The first of them, in UTC.
        step: The distance.
        count: How many there are.
    """

    def __init__(self, first: datetime, step: timedelta, count: int) -> None:
        self._first = first
        self._step = step
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> datetime: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[datetime]: ...
    def __getitem__(self, index: int | slice) -> datetime | Sequence[datetime]:
        if isinstance(index, slice):
            return [self[place] for place in range(self._count)[index]]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._first + self._step * (index % self._count)
