"""Decisions that runs wait for: made by people who may, told as over when their time is, and asked for again.

A decision and what it sets in motion are one transaction: no crash comes between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from yakin.engine import artifacts
from yakin.engine.asking import CLOCK
from yakin.engine.ports import ApprovalRow, Overtaken
from yakin.engine.requests import Requests, RunIsLive
from yakin.engine.residents import Surroundings
from yakin.errors import RunError
from yakin.events import ApprovalDecided, ApprovalReminded

Then = Literal["workers", "running", "resume"]
"""What becomes of a run after a decision: workers go on with it, it is being executed anyway, or somebody resumes it."""

_MOST_RUNS = 10_000
"""Runs that wait, of which it is looked whether they can go on."""


class NothingWaits(RunError):
    """The run, or the step, waits for no decision."""

    code = "nothing-waits"
    exit_status = 2


class SeveralWait(RunError):
    """More than one step waits for a decision, and it was not said which is meant."""

    code = "several-wait"
    exit_status = 2


class MayNotDecide(RunError):
    """The person started the run, or does not have the role."""

    code = "may-not-decide"


class TooLate(RunError):
    """The time for the decision is over."""

    code = "too-late"


class ReasonMissing(RunError):
    """A rejection needs a reason: whoever started the run has to know what to do."""

    code = "reason-missing"
    exit_status = 2


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was made.

    Attributes:
        approval: As it is now.
        root: The run that was asked for: the one that waited, or that called it.
        then: What becomes of that.
    """

    approval: ApprovalRow
    root: str
    then: Then


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody has been asked for a decision for a while; holds nothing that could be a person's data.

    Attributes:
        run: Run that asked.
        workflow: Id of its workflow.
        step: Path of the step that asked.
        role: Who may decide.
        asked_at: Since when, UTC.
        due: Until when; None when there is no limit.
    """

    run: str
    workflow: str
    step: str
    role: str
    asked_at: datetime
    due: datetime | None


News = Callable[[Reminder], None]
"""Tells people of a reminder."""


class Approvals:
    """Writes down what people decide about runs that wait, and lets the runs go on.

    Args:
        around: What the engine works in; `roles` in its settings says who has which role.
        requests: Lets runs go on.
    """

    def __init__(self, around: Surroundings, requests: Requests) -> None:
        self._around = around
        self._requests = requests

    def approve(self, run: str, step: str | None = None, *, actor: str, reason: str | None = None) -> Decided:
        """Approve what a step asks.

        Args:
            run: Id of the run, or its beginning; the step may be one of a run that it called.
            step: Path of the step; needed where several wait.
            actor: Who decides.
            reason: Why.

        Raises:
            NothingWaits: There is nothing to decide.
            SeveralWait: There are several decisions, and no step is named.
            MayNotDecide: The person started the run, or does not have the role.
            TooLate: The time is over; that is written down.
        """
        return self._decide(run, step, "approved", actor, (reason or "").strip() or None)

    def reject(self, run: str, step: str | None = None, *, actor: str, reason: str) -> Decided:
        """Reject what a step asks: the step fails; see `approve`.

        Raises:
            ReasonMissing: The reason is empty.
        """
        if not reason.strip():
            raise ReasonMissing("A rejection needs a reason", hint='Say what is wrong: --reason "…"')
        return self._decide(run, step, "rejected", actor, reason.strip())

    def shown(self, approval: ApprovalRow) -> Any:
        """What somebody is shown who decides, as it was when it was asked; files are `FileRef`s by paths of the storage.

        Raises:
            JournalError: It is gone, or was changed since.
        """
        return artifacts.load(self._around.storage, approval.run, approval.step, approval.show)

    def look_after(self, news: News) -> None:
        """Tell what waited for too long, remind of what still waits, let go on what was decided.

        For a worker, every few seconds; several may do it at the same time.

        Args:
            news: Tells people.
        """
        now = self._around.clock.now()
        for asked in self._around.journal.approvals(state="waiting"):
            if asked.due is not None and asked.due <= now:
                self._unless_overtaken(partial(self._write, asked, _decision(asked, "timed_out"), CLOCK))
            elif (moment := _next_reminder(asked)) is not None and moment <= now:
                self._unless_overtaken(partial(self._remind, asked, news))
        for row in self._around.journal.runs(status="waiting", limit=_MOST_RUNS):
            if row.parent is None and self._requests.is_decided(row) and self._requests.workers_of(row):
                self._unless_overtaken(partial(self._requests.go_on, row.id, actor=CLOCK, for_workers=True))

    def _decide(self, run: str, step: str | None, decision: str, actor: str, reason: str | None) -> Decided:
        while True:
            asked = self._asked(run, step)
            self._see_that_may(asked, actor)
            try:
                self._see_that_in_time(asked)
                then = self._write(asked, _decision(asked, decision, reason), actor)
            except (Overtaken, RunIsLive):
                # Somebody else has decided, or the run has gone on: it is looked at anew.
                continue
            return Decided(self._now(asked), self._requests.root(asked.run).id, then)

    def _asked(self, run: str, step: str | None) -> ApprovalRow:
        row = self._around.journal.run(run)
        waiting = [one for one in self._requests.waiting_for(row.id) if step in (None, one.step)]
        if not waiting:
            if step is None:
                raise NothingWaits(
                    "Run {run} waits for no decision", run=row.id, hint="List what waits with: runner.py approvals"
                )
            raise NothingWaits(
                "Step {step} of run {run} waits for no decision",
                run=row.id,
                step=step,
                hint="List what waits with: runner.py approvals",
            )
        if len(waiting) > 1:
            raise SeveralWait(
                "Run {run} waits for several decisions: {steps}",
                run=row.id,
                steps=", ".join(f"{one.run} {one.step}" for one in waiting),
                hint="Name the run and the step that you mean",
            )
        return waiting[0]

    def _see_that_may(self, asked: ApprovalRow, actor: str) -> None:
        if actor == asked.requested_by:
            raise MayNotDecide(
                "{person} has started run {run} and cannot decide about it",
                person=actor,
                run=asked.run,
                hint="Ask somebody else with the role {role}",
                role=asked.role,
            )
        roles: Mapping[str, Sequence[str]] = self._around.config.get("roles") or {}
        if roles and actor not in roles.get(asked.role, ()):
            raise MayNotDecide(
                "{person} does not have the role {role}",
                person=actor,
                role=asked.role,
                hint="These have it: {people}; see [roles] in config/yakin.toml",
                people=", ".join(roles.get(asked.role, ())) or "-",
            )

    def _see_that_in_time(self, asked: ApprovalRow) -> None:
        if asked.due is None or self._around.clock.now() < asked.due:
            return
        self._write(asked, _decision(asked, "timed_out"), CLOCK)
        raise TooLate(
            "The time to decide about {title} was over on {due}",
            title=asked.title or asked.step,
            due=f"{asked.due.astimezone():%Y-%m-%d %H:%M}",
            hint="Ask for it anew with: runner.py rerun {run} --from-failed",
            run=self._requests.root(asked.run).id,
        )

    def _write(self, asked: ApprovalRow, decision: ApprovalDecided, actor: str) -> Then:
        """Write a decision, and let the run go on in the same transaction where workers can.

        Raises:
            Overtaken: Somebody else has decided, or the run has gone on; nothing is written.
        """
        journal, requests = self._around.journal, self._requests
        root = requests.root(asked.run)
        if root.status == "waiting" and requests.workers_of(root):
            requests.go_on(root.id, actor=actor, for_workers=True, decided=decision)
            return "workers"

        def unchanged(connection: Any) -> None:
            # A run that is executed looks for decisions once more before it begins to wait.
            journal.confirm_unchanged(connection, root)

        journal.append(actor, decision, also=unchanged)
        executed = root.status == "queued" or (root.status == "running" and self._around.leases.live(root.owner))
        return "running" if executed else "resume"

    def _remind(self, asked: ApprovalRow, news: News) -> None:
        self._around.journal.append(CLOCK, ApprovalReminded(run=asked.run, step=asked.step))
        news(Reminder(asked.run, asked.workflow, asked.step, asked.role, asked.asked_at, asked.due))

    def _now(self, asked: ApprovalRow) -> ApprovalRow:
        return next(one for one in self._around.journal.approvals(run=asked.run) if one.step == asked.step)

    @staticmethod
    def _unless_overtaken(write: Callable[[], Any]) -> None:
        try:
            write()
        except (Overtaken, RunError):
            # Somebody else has seen to it; what is left is looked at the next time.
            return


def _decision(asked: ApprovalRow, decision: str, reason: str | None = None) -> ApprovalDecided:
    return ApprovalDecided(run=asked.run, step=asked.step, decision=decision, reason=reason)


def _next_reminder(asked: ApprovalRow) -> datetime | None:
    """When somebody is to be reminded; None when nobody ever is."""
    if asked.remind_seconds is None:
        return None
    return (asked.reminded_at or asked.asked_at) + timedelta(seconds=asked.remind_seconds)
