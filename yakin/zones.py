"""Time zones: the project's, and the moments at which its clocks show a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

_SECOND = timedelta(seconds=1)


def is_time_zone(name: str) -> bool:
    """Whether there is a time zone of this name, such as `Asia/Tokyo`."""
    from zoneinfo import ZoneInfo

    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, LookupError):
        return False


def zone_named(name: str | None) -> tzinfo:
    """The time zone of a name that is one; the machine's where there is no name."""
    if name is not None:
        from zoneinfo import ZoneInfo

        return ZoneInfo(name)
    from tzlocal import get_localzone

    return get_localzone()


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
