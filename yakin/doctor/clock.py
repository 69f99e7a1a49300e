"""The machine's clock and time zone: schedules fire by them, and the journal is dated by them."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta

from yakin.actions import Diagnosis, warn, well, wrong
from yakin.doctor.database import open_health
from yakin.doctor.patient import Patient
from yakin.phrases import mark

_TOLERABLE = timedelta(seconds=2)
_TOO_MUCH = timedelta(seconds=60)
_JAPAN = timedelta(hours=9)
_NOT_BEFORE = 2026
"""A clock that is before the year this program was made in has lost its battery."""


_SET_IT = mark(
    "Have the clock set by a time server of your network (Windows: w32tm /resync; Linux: timedatectl set-ntp true)"
)


def clock(patient: Patient) -> Iterator[Diagnosis]:
    """The machine's clock, compared with the database's and with the newest event of the journal."""
    now = patient.project.clock.now
    if not patient.has_database:
        yield from clock_of(now(), None, None)
        return
    with open_health(patient) as health:
        newest = health.newest()
        asked = now()
        server = health.now()
        answered = now()
    # The server read its clock somewhere in between.
    yield from clock_of(asked + (answered - asked) / 2, server, newest)


def clock_of(now: datetime, server: datetime | None, newest: datetime | None) -> Iterator[Diagnosis]:
    """What there is to say of a moment that the machine gives.

    Args:
        now: By the machine.
        server: By the database's server; None when it has no clock of its own.
        newest: When the newest event was written; None when there is none.
    """
    if now.year < _NOT_BEFORE:
        yield wrong("The clock says {now}: it is not set", hint=_SET_IT, now=_told(now))
        return
    if newest is not None and newest - now > _TOLERABLE:
        yield wrong(
            "The clock says {now}, but the newest event of the journal is of {newest}",
            hint=_SET_IT,
            now=_told(now),
            newest=_told(newest),
        )
    if server is None:
        yield well("It is {now}", now=_told(now))
        return
    apart = abs(now - server)
    seconds = f"{apart.total_seconds():.1f}"
    if apart > _TOLERABLE:
        yield Diagnosis(
            "The clock is {seconds} s away from the database's",
            "wrong" if apart > _TOO_MUCH else "warning",
            hint=_SET_IT,
            data={"seconds": seconds},
        )
    else:
        yield well("It is {now}, {seconds} s away from the database's clock", now=_told(now), seconds=seconds)


def time_zone(patient: Patient) -> Iterator[Diagnosis]:
    """The time zone in which times of day are meant, and whether that of Japan is known."""
    yield time_zone_of(datetime.now(patient.project.settings.zone), _knows_japan())


def time_zone_of(now: datetime, knows_japan: bool) -> Diagnosis:
    """What there is to say of a time zone.

    Args:
        now: In the zone of the project.
        knows_japan: Whether Python finds the rules of `Asia/Tokyo`.
    """
    if not knows_japan:
        return wrong(
            "Python does not know the time zone Asia/Tokyo",
            hint="The package tzdata is missing: delete the folder .venv and call runner.py again",
        )
    if now.utcoffset() == _JAPAN:
        return well("Times of day are Japan's (UTC{offset})", offset=f"{now:%z}")
    return warn(
        "Times of day are meant in {zone} (UTC{offset}), not in Japan's time",
        hint='Write time_zone = "Asia/Tokyo" into config/yakin.toml, or set the zone of the machine',
        zone=now.tzname(),
        offset=f"{now:%z}",
    )


def _knows_japan() -> bool:
    try:
        zoneinfo.ZoneInfo("Asia/Tokyo")
    except zoneinfo.ZoneInfoNotFoundError:
        return False
    return True


def _told(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
