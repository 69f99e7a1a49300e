"""Where schedules stand: a fold of the journal, brought up to date whenever somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from yakin.events import ScheduleKnown, SchedulePaused, ScheduleResumed, ScheduleSkipped
from yakin.schedule.schedules import Schedule, schedule_id

if TYPE_CHECKING:
    from yakin.journal.schedules import ScheduleRecords
    from yakin.journal.store import JournalStore
    from yakin.results import Recorded

ACTOR = "scheduler"
"""Who the journal says asked for runs."""

_AT_ONCE = 500
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """A person's decision that a workflow is not started by its schedules.

    Attributes:
        by: Who decided.
        at: When.
        reason: Why, in the person's words.
    """

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class _Mark:
    seq: int
    due: datetime


class Standing:
    """What the journal says of schedules.

    Args:
        journal: The journal.
    """

    def __init__(self, journal: JournalStore) -> None:
        self._journal = journal
        self.records: ScheduleRecords = journal.schedules()
        self.seq = 0
        self._known: dict[str, Recorded] = {}
        self._switched_off: set[str] = set()
        self._marks: dict[str, _Mark] = {}
        self._floors: dict[str, datetime] = {}
        self._last_run: dict[str, int] = {}
        self._not_followed: set[tuple[str, str]] = set()
        self._last_left_out: dict[str, str] = {}
        self._paused: dict[str, Pause] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read what was written since."""
        events, runs = self.records.since(self.seq)
        for record in events:
            self._take(record)
        for run in runs:
            self._last_run[run.schedule] = run.seq
            self._advance(run.schedule, run.seq, run.due)
        self.seq = max([self.seq, *(record.seq for record in events[-1:]), *(run.seq for run in runs[-1:])])

    def _take(self, record: Recorded) -> None:
        match record.event:
            case ScheduleKnown() as event:
                self._known[event.schedule] = record
                if event.trigger.get("enabled") is False:
                    self._switched_off.add(event.schedule)
                self._advance(event.schedule, record.seq, record.at)
            case ScheduleSkipped() as event if event.cause is not None:
                self._not_followed.add((event.schedule, event.cause))
                self._last_left_out[event.schedule] = event.cause
            case ScheduleSkipped() as event:
                self._advance(event.schedule, record.seq, datetime.fromisoformat(event.due))
            case SchedulePaused() as event:
                self._paused[event.workflow] = Pause(record.actor, record.at, event.reason)
            case ScheduleResumed() as event:
                self._paused.pop(event.workflow, None)
            case _:
                pass

    def _advance(self, schedule: str, seq: int, due: datetime) -> None:
        """The last word counts, and not the last moment: the clock may have been wrong."""
        before = self._marks.get(schedule)
        if before is None or seq > before.seq:
            self._marks[schedule] = _Mark(seq, due)
            self._floors.pop(schedule, None)

    @property
    def paused(self) -> Mapping[str, Pause]:
        """Workflow → why its schedules start nothing."""
        return self._paused

    def know(self, schedules: Iterable[Schedule]) -> None:
        """Note those that were never seen before, or were switched off or on: nothing before this moment is owed by them.

        Args:
            schedules: All there are, those that are switched off too.

        Raises:
            JournalError: It cannot be written down; it can be tried again.
        """
        new = [one for one in schedules if self._is_new(one)]
        events = [ScheduleKnown(run="", schedule=one.id, workflow=one.workflow, trigger=_plain(one)) for one in new]
        for first in range(0, len(events), _AT_ONCE):
            self._journal.append(ACTOR, *events[first : first + _AT_ONCE])
        if events:
            self.refresh()

    def _is_new(self, schedule: Schedule) -> bool:
        if schedule.id not in self._known:
            return True
        if schedule.trigger.enabled and not self._switched_off:
            return False
        other = schedule.trigger.model_copy(update={"enabled": not schedule.trigger.enabled})
        switched = self._known.get(schedule_id(schedule.workflow, other))
        return switched is not None and switched.seq > self._known[schedule.id].seq

    def mark(self, schedule: Schedule, now: datetime) -> datetime:
        """Up to where the moments of a schedule are taken care of.

        Where that is in the future the clock was set back: then from the first time that somebody has asked. What was
        told of moments that were still to come is no word about them when they come: a clock that was wrong for an hour
        must not silence a schedule for years.

        Raises:
            KeyError: It was never noted.
        """
        mark = self._marks[schedule.id].due
        floor = self._floors.get(schedule.id)
        if mark <= now:
            return mark if floor is None else max(floor, mark - _TICK)
        if floor is None or floor > now:
            floor = self._floors[schedule.id] = now
        return floor

    def settle(self, schedule: Schedule, due: datetime) -> None:
        """Note, here only, that all up to a moment is taken care of, as the journal says already."""
        mark = self._marks[schedule.id]
        if schedule.id in self._floors:
            self._floors[schedule.id] = max(due, self._floors[schedule.id])
        elif due > mark.due:
            self._marks[schedule.id] = _Mark(mark.seq, due)

    def known_since(self, schedule: Schedule) -> int:
        """Number in the journal of the event that noted a schedule, or the last one that did so anew."""
        return self._known[schedule.id].seq

    def last_causes(self, schedule: Schedule) -> Sequence[str]:
        """What a schedule has started its last run for, and what it has left out last, where that is no time."""
        seq = self._last_run.get(schedule.id)
        started = None if seq is None else self.records.cause(seq)
        return [cause for cause in (started, self._last_left_out.get(schedule.id)) if cause is not None]

    def is_not_followed(self, schedule: Schedule, cause: str) -> bool:
        """Whether it was decided that nothing is started because of a run."""
        return (schedule.id, cause) in self._not_followed


def _plain(schedule: Schedule) -> dict[str, Any]:
    return schedule.trigger.model_dump(mode="json", by_alias=True, exclude_defaults=True)
