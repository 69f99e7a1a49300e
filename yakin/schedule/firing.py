"""Taking care of what is due: for each moment one run, or one word about why there is none.

There is one way in which a schedule starts anything. Whoever wakes it (a timer, a start after a night without power, a
second scheduler, a clock that was set) it looks at all moments that nobody has taken care of. The id of a run says for
which moment it is, and what is left out is written only if nobody else has written about the schedule meanwhile: so
however often, and by however many, a moment is taken care of once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from yakin.engine.invoke import as_yakin_error
from yakin.errors import JournalError, YakinError
from yakin.events import ScheduleSkipped
from yakin.ledger import Overtaken, RunRow
from yakin.schedule.plans import PUNCTUAL, plan
from yakin.schedule.schedules import Schedule
from yakin.schedule.standing import ACTOR, Standing
from yakin.workflow.model import seconds

if TYPE_CHECKING:
    from yakin.clock import Clock
    from yakin.engine.requests import Requests
    from yakin.journal.store import JournalStore
    from yakin.workflow.check import CheckedWorkflow

Told = Callable[..., None]
"""Told what happens: a sentence as a template, and its data."""


class Firing:
    """Takes care of what is due. Safe to use from several threads only for different schedules.

    Args:
        journal: Where it is written down.
        requests: Makes the runs.
        standing: Where the schedules stand.
        clock: Tells the present.
        told: Told what happens.
    """

    def __init__(
        self,
        journal: JournalStore,
        requests: Requests,
        standing: Standing,
        clock: Clock,
        told: Told = lambda *_, **__: None,
    ) -> None:
        self._journal = journal
        self._requests = requests
        self._standing = standing
        self._clock = clock
        self._told = told

    def account(self, schedule: Schedule, checked: CheckedWorkflow) -> None:
        """Take care of all moments of a schedule up to now.

        Args:
            schedule: The schedule.
            checked: Its workflow.

        Raises:
            JournalError: It cannot be written down; it can be tried again.
            ConfigError: The calendar has no open day where one is looked for.
        """
        now = self._clock.now()
        owed = self._owed(schedule, now)
        if not owed:
            return
        if len(owed) > 1 or now - owed[0][1] > PUNCTUAL:
            # Another scheduler may have been there while this one was not.
            self._standing.refresh()
            owed = self._owed(schedule, now)
        moments = [due for due, _ in owed]
        if schedule.workflow in self._standing.paused:
            self._leave_out(schedule, moments, "paused")
            return
        grace = schedule.trigger.grace
        decided = plan(
            owed,
            now,
            missed=schedule.trigger.missed,
            grace=None if grace is None else timedelta(seconds=seconds(grace)),
        )
        for left_out, together in itertools.groupby(moments, key=lambda due: due in decided.missed):
            if left_out:
                self._leave_out(schedule, list(together), "missed")
            else:
                for due in together:
                    self.start(schedule, checked, due)

    def start(
        self,
        schedule: Schedule,
        checked: CheckedWorkflow,
        due: datetime,
        *,
        cause: str | None = None,
        given: Mapping[str, str] | None = None,
    ) -> None:
        """Start a run for a moment, hold it back while the one before still goes, or leave it out.

        Raises:
            JournalError: It cannot be written down; it can be tried again.
        """
        before = self.going(schedule.workflow)
        held = [row for row in before if row.status == "queued"]
        if before and (schedule.trigger.overlap == "skip" or held):
            self._leave_out(schedule, [due], "overlap", cause=cause)
            return
        try:
            run = self._create(schedule, checked, due, cause, given or {}, now=not before)
        except Overtaken:
            self._standing.refresh()
        except JournalError:
            there = self._requests.for_moment(checked, due, cause)
            if there is None:
                raise
            self._standing.refresh()
            if self._journal.run(there).schedule != schedule.id:
                self._leave_out(schedule, [due], "merged", cause=cause)
        except YakinError as error:
            self._leave_out(schedule, [due], "failed", error=error, cause=cause)
        except Exception as error:  # noqa: BLE001 - one schedule's trouble never blocks another
            self._leave_out(schedule, [due], "failed", error=as_yakin_error(error, "yakin"), cause=cause)
        else:
            self._standing.refresh()
            late = self._clock.now() - due
            self._told(
                "Started {run}, due {due}, {late} s late", run=run, due=_local(due), late=int(late.total_seconds())
            )

    def _create(
        self,
        schedule: Schedule,
        checked: CheckedWorkflow,
        due: datetime,
        cause: str | None,
        given: Mapping[str, str],
        *,
        now: bool,
    ) -> str:
        links = {"schedule": schedule.id, "due": _utc(due), "cause": cause}
        return self._requests.create(
            checked,
            given,
            actor=ACTOR,
            run=self._requests.new_id(checked, due, cause),
            for_workers=now,
            links=links,
            confirm=self._nobody_else(schedule) if cause is None else None,
        )

    def _nobody_else(self, schedule: Schedule) -> Callable[[Any], None]:
        """Makes sure that what is known of a schedule is still so; a run for another moment is no reason to stop."""
        return partial(self._standing.records.confirm_nothing_since, seq=self._standing.seq, schedule=schedule.id)

    def _leave_out(
        self,
        schedule: Schedule,
        moments: Sequence[datetime],
        why: str,
        *,
        error: YakinError | None = None,
        cause: str | None = None,
    ) -> None:
        first, last = moments[0], moments[-1]
        event = ScheduleSkipped(
            run="",
            schedule=schedule.id,
            workflow=schedule.workflow,
            due=_utc(last),
            why=why,
            error=None if error is None else error.info(),
            cause=cause,
            first=_utc(first) if len(moments) > 1 else None,
            count=len(moments),
        )
        try:
            self._journal.append(ACTOR, event, also=self._nobody_else(schedule))
        except Overtaken:
            self._standing.refresh()
            return
        self._standing.refresh()
        self._told(
            "Left out {count} of {workflow}, due {due}: {why}",
            count=len(moments),
            workflow=schedule.workflow,
            due=_local(last),
            why=why,
        )

    def refuse(self, schedule: Schedule, due: datetime, error: YakinError, *, cause: str) -> None:
        """Leave something out that can never be started as it is."""
        if not self._standing.is_not_followed(schedule, cause):
            self._leave_out(schedule, [due], "failed", error=error, cause=cause)

    def is_there(self, checked: CheckedWorkflow, due: datetime, cause: str) -> bool:
        """Whether there is a run for a cause already."""
        return self._requests.for_moment(checked, due, cause) is not None

    def going(self, workflow: str) -> list[RunRow]:
        """The runs of a workflow that are being executed, or wait to be; not those that wait for a person."""
        rows = self._standing.records.unfinished(workflow=workflow)
        return [row for row in rows if row.status in ("queued", "running") and row.parent is None and row.mode == "run"]

    def _owed(self, schedule: Schedule, now: datetime) -> list[tuple[datetime, datetime]]:
        """What nobody has taken care of, up to the first moment whose time to start has not come."""
        due = schedule.moments.due_between(self._standing.mark(schedule), now)
        fires = ((moment, schedule.fires_at(moment)) for moment in due)
        return list(itertools.takewhile(lambda one: one[1] <= now, fires))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
