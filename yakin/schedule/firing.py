"""Taking care of what is due: for each moment one run, or one word about why there is none.

There is one way in which a schedule starts anything. Whoever wakes it (a timer, a start after a night without power, a
second scheduler, a clock that was set) it looks at all moments that nobody has taken care of. The id of a run says for
which moment it is, and everything is written only if nobody else has written about the schedule meanwhile: so however
often, and by however many, a moment is taken care of once.
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

PATIENCE = timedelta(minutes=15)
"""What was looked at in time and could not be written down is not missed, when it can be within so long."""

_OVERTAKEN_AT_MOST = 20
"""So often others may be quicker in a row before it is left for the next look."""

_TRIES = 12
"""So often something that should never fail may fail before it is left out; looks are some seconds apart."""


class Firing:
    """Takes care of what is due. Not to be used by two threads at once.

    Attributes:
        queued: Runs that were put into the workers' queue here; whoever looks after it may forget those that have begun.

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
        self.queued: set[str] = set()
        self._seen_in_time: dict[str, datetime] = {}
        self._failures: dict[tuple[str, datetime, str | None], int] = {}

    def account(self, schedule: Schedule, checked: CheckedWorkflow) -> None:
        """Take care of all moments of a schedule up to now.

        Args:
            schedule: The schedule.
            checked: Its workflow.

        Raises:
            JournalError: It cannot be written down; it can be tried again.
            ConfigError: The calendar has no open day where one is looked for.
        """
        self._until_first(partial(self._account, schedule, checked))

    def react(
        self,
        schedule: Schedule,
        checked: CheckedWorkflow,
        due: datetime,
        *,
        cause: str,
        given: Mapping[str, str] | None = None,
    ) -> None:
        """Take care of something that happened: the end of another run, or a file that has come.

        Args:
            schedule: The schedule.
            checked: Its workflow.
            due: When it happened.
            cause: What it was; for each one run at most.
            given: Input name → value as text.

        Raises:
            JournalError: It cannot be written down; it can be tried again.
        """
        self._until_first(partial(self._react, schedule, checked, due, cause, given or {}))

    def is_settled(self, schedule: Schedule, checked: CheckedWorkflow, due: datetime, cause: str) -> bool:
        """Whether something that happened is taken care of: by a run, or by a word about why there is none."""
        if self._standing.is_not_followed(schedule, cause):
            return True
        return self._standing.records.run(self._requests.new_id(checked, due, cause)) is not None

    def _until_first(self, settle: Callable[[], None]) -> None:
        """Settle something as the first one to do so, from what others have settled meanwhile."""
        for _ in range(_OVERTAKEN_AT_MOST):
            try:
                settle()
            except Overtaken:
                self._standing.refresh()
            else:
                return
        settle()

    def _account(self, schedule: Schedule, checked: CheckedWorkflow) -> None:
        now = self._clock.now()
        owed = self._owed(schedule, now)
        if not owed:
            return
        if len(owed) > 1 or now - owed[0][1] > PUNCTUAL:
            # Another scheduler may have been there while this one was not.
            self._standing.refresh()
            owed = self._owed(schedule, now)
        open_ones = self._without_runs(schedule, owed) if len(owed) > 1 else owed
        if open_ones and schedule.workflow in self._standing.paused:
            self._leave_out(schedule, [due for due, _ in open_ones], "paused")
        elif open_ones:
            self._settle(schedule, checked, open_ones, now)
        if owed:
            self._standing.settle(schedule, owed[-1][0])
        self._seen_in_time.pop(schedule.id, None)

    def _settle(
        self, schedule: Schedule, checked: CheckedWorkflow, owed: Sequence[tuple[datetime, datetime]], now: datetime
    ) -> None:
        trigger, (last, fires) = schedule.trigger, owed[-1]
        if now - fires <= PUNCTUAL:
            self._seen_in_time[schedule.id] = last
        elif self._seen_in_time.get(schedule.id) == last and now - fires <= PATIENCE:
            owed = [*owed[:-1], (last, now)]
        grace = None if trigger.grace is None else timedelta(seconds=seconds(trigger.grace))
        decided = plan(owed, now, missed=trigger.missed, grace=grace)
        # Those of `run_all` wait in line, however many they are.
        is_catching_up = trigger.missed == "run_all" and (len(decided.start) > 1 or now - owed[-1][1] > PUNCTUAL)
        missed = frozenset(decided.missed)
        for left_out, together in itertools.groupby((due for due, _ in owed), key=lambda due: due in missed):
            if left_out:
                self._leave_out(schedule, list(together), "missed")
            else:
                for due in together:
                    self._start(schedule, checked, due, may_line_up=is_catching_up)

    def _react(
        self, schedule: Schedule, checked: CheckedWorkflow, due: datetime, cause: str, given: Mapping[str, str]
    ) -> None:
        if self.is_settled(schedule, checked, due, cause):
            return
        if schedule.workflow in self._standing.paused:
            self._leave_out(schedule, [due], "paused", cause=cause)
        else:
            self._start(schedule, checked, due, cause=cause, given=given)

    def _start(
        self,
        schedule: Schedule,
        checked: CheckedWorkflow,
        due: datetime,
        *,
        cause: str | None = None,
        given: Mapping[str, str] | None = None,
        may_line_up: bool = False,
    ) -> None:
        """Start a run for a moment, hold it back while the one before still goes, or leave it out."""
        before = self._standing.records.going(schedule.workflow)
        if before and self._is_there(schedule, checked, due, cause):
            return
        is_full = any(row.status == "queued" for row in before) and not may_line_up
        if before and (schedule.trigger.overlap == "skip" or is_full):
            self._leave_out(schedule, [due], "overlap", cause=cause)
            return
        try:
            run = self._create(schedule, checked, due, cause, given or {}, before)
        except Overtaken:
            raise
        except JournalError:
            if not self._is_there(schedule, checked, due, cause):
                raise
        except YakinError as error:
            self._leave_out(schedule, [due], "failed", error=error, cause=cause)
        except Exception as error:
            tries = self._failures[schedule.id, due, cause] = self._failures.get((schedule.id, due, cause), 0) + 1
            if tries < _TRIES:
                raise
            self._leave_out(schedule, [due], "failed", error=as_yakin_error(error, "yakin"), cause=cause)
            del self._failures[schedule.id, due, cause]
        else:
            self._failures.pop((schedule.id, due, cause), None)
            if not before:
                self.queued.add(run)
            self._standing.refresh()
            late = self._clock.now() - due
            self._told(
                "Started {run}, due {due}, {late} s late", run=run, due=_local(due), late=int(late.total_seconds())
            )

    def _is_there(self, schedule: Schedule, checked: CheckedWorkflow, due: datetime, cause: str | None) -> bool:
        """Whether there is a run for a moment; when another schedule of the workflow has asked for it, that is told."""
        there = self._standing.records.run(self._requests.new_id(checked, due, cause))
        if there is None:
            return False
        self._standing.refresh()
        if there.schedule != schedule.id:
            self._leave_out(schedule, [due], "merged", cause=cause)
        elif cause is None:
            self._standing.settle(schedule, due)
        return True

    def _create(
        self,
        schedule: Schedule,
        checked: CheckedWorkflow,
        due: datetime,
        cause: str | None,
        given: Mapping[str, str],
        before: Sequence[RunRow],
    ) -> str:
        return self._requests.create(
            checked,
            given,
            actor=ACTOR,
            run=self._requests.new_id(checked, due, cause),
            for_workers=not before,
            links={"schedule": schedule.id, "due": _utc(due), "cause": cause},
            confirm=self._nobody_else(schedule, going=before),
        )

    def _nobody_else(self, schedule: Schedule, *, going: Sequence[RunRow] | None = None) -> Callable[[Any], None]:
        """Makes sure that what is known of a schedule, and of the runs of its workflow, is still so."""
        return partial(
            self._standing.records.confirm_nothing_since,
            seq=self._standing.seq,
            schedule=schedule.id,
            workflow=schedule.workflow,
            going=None if going is None else frozenset(row.id for row in going),
        )

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
        self._journal.append(ACTOR, event, also=self._nobody_else(schedule))
        self._standing.refresh()
        self._told(
            "Left out {count} of {workflow}, due {due}: {why}",
            count=len(moments),
            workflow=schedule.workflow,
            due=_local(last),
            why=why,
        )

    def _owed(self, schedule: Schedule, now: datetime) -> list[tuple[datetime, datetime]]:
        """What nobody has taken care of, up to the first moment whose time to start has not come; all in UTC."""
        # Two moments of the same zone would be equal when clocks show the same, as in the night they are put back.
        due = (
            moment.astimezone(UTC) for moment in schedule.moments.due_between(self._standing.mark(schedule, now), now)
        )
        fires = ((moment, schedule.fires_at(moment)) for moment in due)
        return list(itertools.takewhile(lambda one: one[1] <= now, fires))

    def _without_runs(
        self, schedule: Schedule, owed: Sequence[tuple[datetime, datetime]]
    ) -> list[tuple[datetime, datetime]]:
        """Without those for which there is a run: when the clock was set back, moments come a second time."""
        there = set(self._standing.records.moments(schedule.id, owed[0][0], owed[-1][0]))
        return [one for one in owed if one[0].replace(microsecond=0) not in there]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
