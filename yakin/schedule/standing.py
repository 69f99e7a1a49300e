"""Where schedules stand: a fold of the journal, brought up to date whenever somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yakin.events import ScheduleKnown, SchedulePaused, ScheduleResumed, ScheduleSkipped
from yakin.schedule.schedules import Schedule

if TYPE_CHECKING:
    from yakin.journal.schedules import ScheduleRecords
    from yakin.journal.store import JournalStore
    from yakin.results import Recorded

ACTOR = "scheduler"
"""Who the journal says asked for runs."""

_AT_ONCE = 500


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
        self._skipped: dict[str, datetime] = {}
        self._not_followed: set[tuple[str, str]] = set()
        self._paused: dict[str, Pause] = {}
        self._ran: dict[str, datetime] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read what was written since."""
        # First the events: a run that is made after they are read is seen, one that is made before them too.
        head = self._journal.anchor().seq
        for record in self.records.events(after=self.seq):
            self._take(record)
        for schedule, due in self.records.last_due(after=self.seq).items():
            self._ran[schedule] = max(due, self._ran.get(schedule, due))
        self.seq = head

    def _take(self, record: Recorded) -> None:
        match record.event:
            case ScheduleKnown() as event:
                self._known.setdefault(event.schedule, record)
            case ScheduleSkipped() as event if event.cause is not None:
                self._not_followed.add((event.schedule, event.cause))
            case ScheduleSkipped() as event:
                due = datetime.fromisoformat(event.due)
                self._skipped[event.schedule] = max(due, self._skipped.get(event.schedule, due))
            case SchedulePaused() as event:
                self._paused[event.workflow] = Pause(record.actor, record.at, event.reason)
            case ScheduleResumed() as event:
                self._paused.pop(event.workflow, None)
            case _:
                pass

    @property
    def paused(self) -> Mapping[str, Pause]:
        """Workflow → why its schedules start nothing."""
        return self._paused

    def know(self, schedules: Iterable[Schedule]) -> None:
        """Note those that were never seen before: nothing before this moment is owed by them."""
        new = [one for one in schedules if one.id not in self._known]
        events = [ScheduleKnown(run="", schedule=one.id, workflow=one.workflow, trigger=_plain(one)) for one in new]
        for first in range(0, len(events), _AT_ONCE):
            self._journal.append(ACTOR, *events[first : first + _AT_ONCE])
        if events:
            self.refresh()

    def mark(self, schedule: Schedule) -> datetime:
        """Up to where the moments of a schedule are taken care of.

        Raises:
            KeyError: It was never noted.
        """
        known = self._known[schedule.id].at
        return max(known, self._skipped.get(schedule.id, known), self._ran.get(schedule.id, known))

    def known_since(self, schedule: Schedule) -> int:
        """Number in the journal of the event that noted a schedule."""
        return self._known[schedule.id].seq

    def is_not_followed(self, schedule: Schedule, cause: str) -> bool:
        """Whether it was decided that nothing is started because of a run."""
        return (schedule.id, cause) in self._not_followed


def _plain(schedule: Schedule) -> dict[str, Any]:
    return schedule.trigger.model_dump(mode="json", by_alias=True, exclude_defaults=True)
