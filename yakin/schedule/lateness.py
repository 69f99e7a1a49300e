"""Runs that are not where they were expected to be: `expect: {start_within: 10m, finish_by: "06:00"}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from yakin.events import RunLate
from yakin.ledger import Overtaken
from yakin.schedule.firing import Told
from yakin.schedule.schedules import Schedule
from yakin.schedule.standing import ACTOR, Standing
from yakin.workflow.model import Expectation, seconds
from yakin.zones import resolved, wall_time

if TYPE_CHECKING:
    from yakin.clock import Clock
    from yakin.journal.store import JournalStore
    from yakin.ledger import RunRow


class Lateness:
    """Notes, once for each run and kind, that a run is late or takes too long.

    Args:
        journal: Where it is noted.
        standing: Where the schedules stand.
        clock: Tells the present.
        told: Told of it.
    """

    def __init__(self, journal: JournalStore, standing: Standing, clock: Clock, told: Told) -> None:
        self._journal = journal
        self._standing = standing
        self._clock = clock
        self._told = told

    def look(self, schedules: Mapping[str, Schedule]) -> None:
        """Look at all runs that have not ended.

        Raises:
            JournalError: It cannot be written down; the next look tries again.
        """
        expecting = {name: one for name, one in schedules.items() if one.trigger.expect is not None}
        if not expecting:
            return
        now = self._clock.now()
        for row in self._standing.records.unfinished():
            schedule = expecting.get(row.schedule or "")
            if schedule is None or schedule.trigger.expect is None or row.due is None:
                continue
            # What a file or another run has asked for is due when it was asked for: a file may be older than its coming.
            due = row.due if schedule.is_timed else row.created
            kind, expected = overdue(schedule.trigger.expect, row.status, due, schedule.zone, now)
            if kind and kind != row.late and expected is not None:
                self._note(row, kind, expected)

    def _note(self, row: RunRow, kind: str, expected: datetime) -> None:
        event = RunLate(run=row.id, kind=kind, expected=expected.astimezone(UTC).isoformat(timespec="seconds"))
        try:
            self._journal.append(ACTOR, event)
        except Overtaken:
            return
        by = f"{expected.astimezone():%Y-%m-%d %H:%M}"
        if kind == "not_started":
            self._told("Run {run} has not started, though it should have by {by}", run=row.id, by=by)
        else:
            self._told("Run {run} has not ended, though it should have by {by}", run=row.id, by=by)


def overdue(
    expect: Expectation, status: str, due: datetime, zone: tzinfo, now: datetime
) -> tuple[str, datetime | None]:
    """How a run is late, and since when; an empty text when it is not.

    Args:
        expect: What is expected of it.
        status: The run's; it has not ended.
        due: When it was due.
        zone: Where `finish_by` is meant.
        now: The present.
    """
    if expect.finish_by is not None:
        end = next_time(due, time.fromisoformat(expect.finish_by), zone)
        if now > end:
            return "not_finished", end
    if expect.start_within is not None and status == "queued":
        start = due + timedelta(seconds=seconds(expect.start_within))
        if now > start:
            return "not_started", start
    return "", None


def next_time(moment: datetime, clock: time, zone: tzinfo) -> datetime:
    """The first moment after another at which clocks show a time."""
    day = wall_time(moment, zone).date()
    found = resolved(datetime.combine(day, clock), zone)
    return found if found > moment else resolved(datetime.combine(day + timedelta(days=1), clock), zone)
