"""The night shift: everything that starts runs without being asked, as one thing that can be woken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from yakin.engine.invoke import as_yakin_error
from yakin.schedule.arrivals import Arrivals
from yakin.schedule.firing import Firing, Told
from yakin.schedule.following import Following
from yakin.schedule.lateness import Lateness
from yakin.schedule.roster import Roster
from yakin.schedule.standing import Standing
from yakin.schedule.timer import SET_BY

if TYPE_CHECKING:
    from yakin.project import Project


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
        self._following = Following(self.standing, self.firing)
        self._lateness = Lateness(project.journal, self.standing, project.clock, told)
        self._release = project.engine.requests.release
        self._again: set[str] = set()
        self._failing: set[str] = set()
        self._are_known = False
        self._wakes_all = False
        self._clocks: tuple[datetime, float] | None = None

    def wake(self, schedule: str) -> None:
        """Take care of what a schedule is due for; what cannot be written down now is taken care of at the next look."""
        found = self.roster.schedules.get(schedule)
        if found is None or not self._are_known:
            return  # as soon as it is known, all are woken
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
        before = self.roster.schedules, self.roster.switched_off
        self._try("files", self.roster.look)
        changed = before != (self.roster.schedules, self.roster.switched_off)
        self._try("journal", self.standing.refresh)
        self._note_changes(changed=changed)
        for schedule in self._to_be_woken():
            self.wake(schedule)
        if self._are_known:
            everything, workflows = list(self.roster.schedules.values()), self.roster.workflows
            self._try("arrivals", lambda: self._arrivals.look(everything, workflows))
            self._try("ends", lambda: self._following.look(everything, workflows))
        self._try("queue", self._let_go_on)
        self._try("lateness", lambda: self._lateness.look(self.roster.schedules))
        return changed

    def _try(self, part: str, look: Callable[[], object]) -> bool:
        """Look at one thing; when that fails it is told once, the others are looked at, and the next look tries again."""
        try:
            look()
        except Exception as error:  # noqa: BLE001 - nothing that goes wrong ends the night
            if part not in self._failing:
                self._told("A look at the {part} has failed: {error}", part=part, error=as_yakin_error(error, "yakin"))
            self._failing.add(part)
            return False
        self._failing.discard(part)
        return True

    def _note_changes(self, *, changed: bool) -> None:
        """Let the journal know all schedules; what cannot be written at once is written at a later look."""
        if changed or not self._are_known:
            everything = [*self.roster.schedules.values(), *self.roster.switched_off]
            self._are_known = self._try("schedules", lambda: self.standing.know(everything))
            self._wakes_all = True

    def _to_be_woken(self) -> list[str]:
        """All after a start, a change, and when the clock was set; else only those that could not be taken care of."""
        now = self._clock.now(), self._clock.monotonic()
        before, self._clocks = self._clocks, now
        if before is None or abs((now[0] - before[0]).total_seconds() - (now[1] - before[1])) > SET_BY:
            self._wakes_all = True
        timed = [name for name, one in self.roster.schedules.items() if one.is_timed]
        if not self._are_known:
            return []
        if self._wakes_all:
            self._wakes_all = False
            return timed
        return [name for name in timed if name in self._again]

    def _let_go_on(self) -> None:
        """Put runs into the workers' queue that were held back, once the one before has ended."""
        going: set[str] = set()
        rows = self.standing.records.going()
        self.firing.queued &= {row.id for row in rows}
        for row in rows:
            # One that goes on was put there by whoever lets it.
            is_held = row.status == "queued" and row.schedule is not None and row.go == 1
            if is_held and row.workflow not in going and row.id not in self.firing.queued:
                self._release(row)
                self.firing.queued.add(row.id)
            going.add(row.workflow)
