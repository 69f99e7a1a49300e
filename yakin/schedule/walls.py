"""The moments of one day as sequences that are worked out only where somebody looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import overload

from yakin.zones import resolved


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
