"""The night shift: everything that starts runs without being asked, as one thing that can be woken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from yakin.engine.invoke import as_yakin_error
from yakin.errors import JournalError
from yakin.schedule.arrivals import Arrivals
from yakin.schedule.firing import Firing, Told
from yakin.schedule.following import Following
from yakin.schedule.lateness import Lateness
from yakin.schedule.roster import Roster
from yakin.schedule.standing import Standing

if TYPE_CHECKING:
    from yakin.project import Project

_SET_BY = 2.0
"""Seconds by which the clock differs from what has passed when somebody has set it."""


class Shift:
    """Keeps the schedules of a project. Not to be used by two threads at once.

    Args:
        project: The project.
        told: Told what happens.
    """

    def __init__(self, project: Project, told: Told = lambda *_, **__: None) -> None:
        self._clock = project.clock
        self._told = told
        self.roster = Roster(project, told)
        self.standing = Standing(project.journal)
        self.firing = Firing(project.journal, project.engine.requests, self.standing, project.clock, told)
        self._arrivals = Arrivals(project.root, self.standing, self.firing, project.clock, told)
        self._following = Following(project.journal, self.standing, self.firing)
        self._lateness = Lateness(project.journal, self.standing, project.clock, told)
        self._release = project.engine.requests.release
        self._released: set[str] = set()
        self._again: set[str] = set()
        self._clocks: tuple[datetime, float] | None = None

    def wake(self, schedule: str) -> None:
        """Take care of what a schedule is due for; what cannot be written down now is taken care of at the next look."""
        found = self.roster.schedules.get(schedule)
        if found is None:
            return
        try:
            self.firing.account(found, self.roster.workflows[found.workflow])
            self._again.discard(schedule)
        except Exception as error:  # noqa: BLE001 - one schedule's trouble never blocks another
            if schedule not in self._again:
                self._told(
                    "{schedule} cannot be started now: {error}", schedule=schedule, error=as_yakin_error(error, "yakin")
                )
            self._again.add(schedule)

    def look(self) -> bool:
        """Look at everything that no moment announces; whether there are other schedules than before."""
        changed = False
        try:
            changed = self.roster.look()
            if changed:
                self.standing.know(self.roster.schedules.values())
            else:
                self.standing.refresh()
            for schedule in self._to_be_woken(changed=changed):
                self.wake(schedule)
            everything = list(self.roster.schedules.values())
            self._arrivals.look(everything, self.roster.workflows)
            self._following.look(everything, self.roster.workflows)
            self._let_go_on()
            self._lateness.look(self.roster.schedules)
        except JournalError as error:
            self._told("Nothing can be recorded at the moment: {error}", error=error)
        return changed

    def _to_be_woken(self, *, changed: bool) -> list[str]:
        """All after a start, and when the clock was set; else only those that could not be taken care of."""
        now = self._clock.now(), self._clock.monotonic()
        before, self._clocks = self._clocks, now
        was_set = before is None or abs((now[0] - before[0]) - timedelta(seconds=now[1] - before[1])) > timedelta(
            seconds=_SET_BY
        )
        timed = [name for name, one in self.roster.schedules.items() if one.is_timed]
        return timed if was_set or changed else [name for name in timed if name in self._again]

    def _let_go_on(self) -> None:
        """Put runs into the workers' queue that were held back, once the one before has ended."""
        going: set[str] = set()
        for row in self.standing.records.unfinished():
            if row.parent is not None or row.mode != "run" or row.status == "waiting":
                continue
            if row.status == "queued" and row.schedule and row.workflow not in going and row.id not in self._released:
                self._release(row)
                self._released.add(row.id)
            going.add(row.workflow)
