"""Triggers that follow other workflows: `after: {other: succeeded}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from yakin.events import RunFinished
from yakin.schedule.firing import Firing
from yakin.schedule.schedules import Schedule
from yakin.schedule.standing import Standing

if TYPE_CHECKING:
    from yakin.journal.store import JournalStore
    from yakin.ledger import RunRow
    from yakin.results import Recorded
    from yakin.workflow.check import CheckedWorkflow


class Following:
    """Starts what follows the end of other runs.

    Rehearsals are not followed, and neither are runs that another run has called.

    Args:
        journal: Tells of ends.
        standing: Where the schedules stand.
        firing: Starts runs.
    """

    def __init__(self, journal: JournalStore, standing: Standing, firing: Firing) -> None:
        self._journal = journal
        self._standing = standing
        self._firing = firing
        self._seen: int | None = None

    def look(self, schedules: Iterable[Schedule], workflows: Mapping[str, CheckedWorkflow]) -> None:
        """Start what is to follow the ends since the last look, or since the schedules were first known.

        Raises:
            JournalError: It cannot be written down; the next look tries again.
        """
        following = [one for one in schedules if one.trigger.after is not None and one.trigger.enabled]
        if not following:
            return
        since = min(map(self._standing.known_since, following)) if self._seen is None else self._seen
        for record in self._standing.records.ended(after=since):
            row = self._journal.run(record.event.run)
            if row.parent is None and row.mode == "run":
                self._follow(record, row, following, workflows)
            since = record.seq
        self._seen = since

    def _follow(
        self, end: Recorded, row: RunRow, following: Iterable[Schedule], workflows: Mapping[str, CheckedWorkflow]
    ) -> None:
        assert isinstance(end.event, RunFinished)
        for schedule in following:
            wanted = (schedule.trigger.after or {}).get(row.workflow)
            checked = workflows[schedule.workflow]
            if (
                wanted in (end.event.status, "finished")
                and end.seq > self._standing.known_since(schedule)
                and not self._standing.is_not_followed(schedule, _cause(end))
                and not self._firing.is_there(checked, end.at, _cause(end))
            ):
                self._firing.start(schedule, checked, end.at, cause=_cause(end))


def _cause(end: Recorded) -> str:
    """A run that is continued and ends again is followed again."""
    return f"{end.event.run}#{end.seq}"
