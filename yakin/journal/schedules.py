"""What the journal knows of schedules: their own events, and the runs they asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from yakin.events import FileRejected, RunFinished
from yakin.journal.database import Database
from yakin.journal.rows import recorded, run_row
from yakin.journal.tables import NEWSWORTHY, OF_SCHEDULES, UNFINISHED_RUN, chain_head
from yakin.journal.tables import event as event_table
from yakin.journal.tables import run as run_table
from yakin.ledger import Overtaken, RunRow
from yakin.results import Recorded


def _plain(column: sa.ColumnElement[str] | sa.Column[str]) -> sa.ColumnElement[str]:
    """A column of runs so that no index of it is used: of all runs of a workflow, or without a caller, there are many.

    What is looked for is found quickly by the indexes of what is unfinished, or newsworthy.
    """
    return sa.func.coalesce(column, "")


_ABOUT_SCHEDULES = sa.select(event_table).where(sa.text(OF_SCHEDULES)).order_by(event_table.c.seq)
_ASKED = sa.select(run_table.c.schedule, run_table.c.due, run_table.c.seq)
_LAST = sa.select(sa.func.max(run_table.c.seq)).where(run_table.c.schedule.is_not(None)).group_by(run_table.c.schedule)
_ENDS = (
    sa.select(event_table, run_table.c.workflow.label("of_workflow"))
    .join(run_table, run_table.c.id == event_table.c.run)
    # The first condition says nothing new: it lets the index of what is newsworthy be used.
    .where(sa.text(NEWSWORTHY), event_table.c.action == RunFinished.action)
    .where(_plain(run_table.c.parent) == "", run_table.c.mode == "run")
    .order_by(event_table.c.seq)
)
_REJECTED = (
    sa.select(event_table)
    .where(sa.text(NEWSWORTHY), event_table.c.action == FileRejected.action)
    .order_by(event_table.c.seq.desc())
    .limit(1)
)
_GOING = sa.and_(
    run_table.c.status.in_(("queued", "running")), _plain(run_table.c.parent) == "", run_table.c.mode == "run"
)
"""Condition for a run that keeps the next one of its workflow waiting."""

_UNFINISHED = sa.select(run_table).where(sa.text(UNFINISHED_RUN)).order_by(run_table.c.seq)


@dataclass(frozen=True, slots=True)
class Asked:
    """A run that a schedule asked for.

    Attributes:
        schedule: Id of the schedule.
        due: The moment it asked for.
        seq: Number in the journal of the event that made the run.
    """

    schedule: str
    due: datetime
    seq: int


class ScheduleRecords:
    """Questions about schedules; obtained from `JournalStore.schedules`. Every method blocks briefly.

    Args:
        database: The journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, seq: int) -> tuple[Sequence[Recorded], Sequence[Asked]]:
        """The events about schedules, and the runs they asked for, after a number in the journal: as of one moment.

        Args:
            seq: The number; with 0, of each schedule only the last run.
        """
        # A whole journal is gone through by schedule, what is new by number; asked otherwise SQLite reads everything.
        asked = _ASKED.where(run_table.c.seq > seq if seq else run_table.c.seq.in_(_LAST)).order_by(run_table.c.seq)
        with self._database.reading() as conn:
            events = [recorded(row) for row in conn.execute(_ABOUT_SCHEDULES.where(event_table.c.seq > seq))]
            runs = [
                Asked(row.schedule, datetime.fromisoformat(row.due), row.seq)
                for row in conn.execute(asked)
                if row.schedule and row.due
            ]
        return events, runs

    def moments(self, schedule: str, first: datetime, last: datetime) -> Sequence[datetime]:
        """The moments between two, both included, for which a schedule has a run.

        Args:
            schedule: Id of the schedule.
            first: In UTC, like `last`.
            last: The last moment.
        """
        texts = [each.isoformat(timespec="seconds") for each in (first, last)]
        within = run_table.c.due.between(texts[0], texts[1])
        query = sa.select(run_table.c.due).where(run_table.c.schedule == schedule, within)
        with self._database.reading() as conn:
            return [datetime.fromisoformat(due) for due in conn.scalars(query)]

    def run(self, run: str) -> RunRow | None:
        """A run by its whole id, without counts of its items; None when there is none."""
        with self._database.reading() as conn:
            row = conn.execute(sa.select(run_table).where(run_table.c.id == run)).first()
        return None if row is None else run_row(row, {})

    def unfinished(self) -> Sequence[RunRow]:
        """The runs that have not ended, in the order of their creation; without counts of their items."""
        with self._database.reading() as conn:
            return [run_row(row, {}) for row in conn.execute(_UNFINISHED)]

    def going(self, workflow: str | None = None) -> Sequence[RunRow]:
        """The runs that are being executed, or wait for a worker, in the order of their creation.

        Not those that wait for a person, rehearsals, and those that another run has called; without counts of their items.

        Args:
            workflow: Only those of this workflow.
        """
        query = _UNFINISHED.where(_GOING)
        if workflow is not None:
            query = query.where(_plain(run_table.c.workflow) == workflow)
        with self._database.reading() as conn:
            return [run_row(row, {}) for row in conn.execute(query)]

    def ended(self, workflows: Collection[str], *, after: int = 0) -> Sequence[tuple[str, Recorded]]:
        """The ends of runs in order, each with its workflow; no rehearsals, and no runs that another has called.

        Args:
            workflows: Only those of these.
            after: Only those after this number in the journal.
        """
        query = _ENDS.where(event_table.c.seq > after, _plain(run_table.c.workflow).in_(sorted(workflows)))
        with self._database.reading() as conn:
            return [(row.of_workflow, recorded(row)) for row in conn.execute(query)]

    def cause(self, seq: int) -> str | None:
        """Because of what a run was made.

        Args:
            seq: Number in the journal of the event that made it.
        """
        with self._database.reading() as conn:
            row = conn.execute(sa.select(event_table).where(event_table.c.seq == seq)).first()
        return None if row is None else getattr(recorded(row).event, "cause", None)

    def rejected(self, file: str) -> str | None:
        """The hash of the version of a file that was rejected last; None when none ever was."""
        with self._database.reading() as conn:
            row = conn.execute(_REJECTED.where(event_table.c.target == file)).first()
        return None if row is None else getattr(recorded(row).event, "sha256", None)

    def confirm_nothing_since(
        self, connection: Any, seq: int, schedule: str, workflow: str, going: Collection[str] | None = None
    ) -> None:
        """Make sure, in the open transaction of an `append` of one event, that nothing was written about a schedule before.

        Args:
            connection: The open SQLAlchemy connection.
            seq: Number in the journal up to which the events about schedules are known.
            schedule: Id of the schedule.
            workflow: Id of its workflow: somebody may have paused it.
            going: Ids of the runs of the workflow that are going, as they are known; None when they make no difference.

        Raises:
            Overtaken: Something was, or another run of the workflow has come.
        """
        own = connection.scalar(sa.select(chain_head.c.seq))  # what this transaction has just written
        told = sa.select(event_table.c.target).where(sa.text(OF_SCHEDULES), event_table.c.seq.between(seq + 1, own - 1))
        asked = sa.select(run_table.c.schedule).where(run_table.c.seq.between(seq + 1, own - 1))
        about = {*connection.scalars(told), *connection.scalars(asked)}
        if about & {schedule, workflow}:
            raise Overtaken("Another scheduler has taken care of {schedule} meanwhile", schedule=schedule)
        if going is None:
            return
        others = sa.select(run_table.c.id).where(sa.text(UNFINISHED_RUN), _GOING, run_table.c.seq < own)
        if set(connection.scalars(others.where(_plain(run_table.c.workflow) == workflow))) - set(going):
            raise Overtaken("Another run of {workflow} has begun meanwhile", workflow=workflow)
