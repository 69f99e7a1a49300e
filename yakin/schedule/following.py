"""Triggers that follow other workflows: `after: {other: succeeded}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from yakin.events import RunFinished
from yakin.schedule.firing import Firing
from yakin.schedule.schedules import Schedule
from yakin.schedule.standing import Standing

if TYPE_CHECKING:
    from yakin.results import Recorded
    from yakin.workflow.check import CheckedWorkflow


class Following:
    """Starts what follows the end of other runs.

    Rehearsals are not followed, and neither are runs that another run has called.

    Args:
        standing: Where the schedules stand.
        firing: Starts runs.
    """

    def __init__(self, standing: Standing, firing: Firing) -> None:
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
        since = min(map(self._followed_up_to, following)) if self._seen is None else self._seen
        wanted = {workflow for one in following for workflow in one.trigger.after or ()}
        for workflow, record in self._standing.records.ended(wanted, after=since):
            self._follow(record, workflow, following, workflows)
            since = record.seq
        self._seen = since

    def _follow(
        self, end: Recorded, ended: str, following: Iterable[Schedule], workflows: Mapping[str, CheckedWorkflow]
    ) -> None:
        assert isinstance(end.event, RunFinished)
        for schedule in following:
            wanted = (schedule.trigger.after or {}).get(ended)
            if wanted in (end.event.status, "finished") and end.seq > self._standing.known_since(schedule):
                # A run that is continued and ends again is followed again.
                cause = f"{end.event.run}{_END}{end.seq}"
                self._firing.react(schedule, workflows[schedule.workflow], end.at, cause=cause)

    def _followed_up_to(self, schedule: Schedule) -> int:
        """Number in the journal up to which a schedule has followed all ends: they are followed in order."""
        ends = [int(cause.rpartition(_END)[2]) for cause in self._standing.last_causes(schedule)]
        return max(self._standing.known_since(schedule), *(end - 1 for end in ends), 0)


_END = "#"
"""Between the id of a run and the number of its end, where both are a cause."""
