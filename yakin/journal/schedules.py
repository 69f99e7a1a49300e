"""What the journal knows of schedules: their own events, and the runs they asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from yakin.events import RunFinished
from yakin.journal.database import Database
from yakin.journal.rows import recorded, run_row
from yakin.journal.tables import OF_SCHEDULES, UNFINISHED_RUN, chain_head
from yakin.journal.tables import event as event_table
from yakin.journal.tables import run as run_table
from yakin.ledger import Overtaken, RunRow
from yakin.results import Recorded

_ABOUT_SCHEDULES = sa.select(event_table).where(sa.text(OF_SCHEDULES)).order_by(event_table.c.seq)
_LAST_DUE = (
    sa.select(run_table.c.schedule, sa.func.max(run_table.c.due))
    .where(run_table.c.schedule.is_not(None))
    .group_by(run_table.c.schedule)
)
_LAST_RUN = (
    sa.select(run_table.c.schedule, sa.func.max(run_table.c.seq))
    .where(run_table.c.schedule.is_not(None))
    .group_by(run_table.c.schedule)
)
_ENDS = sa.select(event_table).where(event_table.c.action == RunFinished.action).order_by(event_table.c.seq)
_UNFINISHED = sa.select(run_table).where(sa.text(UNFINISHED_RUN)).order_by(run_table.c.seq)


class ScheduleRecords:
    """Questions about schedules; obtained from `JournalStore.schedules`. Every method blocks briefly.

    Args:
        database: The journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def events(self, *, after: int = 0) -> Sequence[Recorded]:
        """The events about schedules in order: those after a number in the journal."""
        with self._database.reading() as conn:
            return [recorded(row) for row in conn.execute(_ABOUT_SCHEDULES.where(event_table.c.seq > after))]

    def last_due(self, *, after: int = 0) -> Mapping[str, datetime]:
        """Schedule → the last moment for which there is a run, of those made after a number in the journal."""
        with self._database.reading() as conn:
            rows = conn.execute(_LAST_DUE.where(run_table.c.seq > after))
            return {schedule: datetime.fromisoformat(due) for schedule, due in rows if due}

    def unfinished(self, *, workflow: str | None = None) -> Sequence[RunRow]:
        """The runs that have not ended, in the order of their creation; without counts of their items.

        Args:
            workflow: Only those of this workflow.
        """
        query = _UNFINISHED if workflow is None else _UNFINISHED.where(run_table.c.workflow == workflow)
        with self._database.reading() as conn:
            return [run_row(row, {}) for row in conn.execute(query)]

    def ended(self, *, after: int = 0) -> Sequence[Recorded]:
        """The ends of runs in order: those after a number in the journal."""
        with self._database.reading() as conn:
            return [recorded(row) for row in conn.execute(_ENDS.where(event_table.c.seq > after))]

    def followed(self) -> Mapping[str, int]:
        """Schedule → number in the journal of the last run it asked for."""
        with self._database.reading() as conn:
            return {schedule: int(seq) for schedule, seq in conn.execute(_LAST_RUN)}

    def confirm_nothing_since(self, connection: Any, seq: int, schedule: str) -> None:
        """Make sure, in the open transaction of an `append` of one event, that nothing was written about a schedule before.

        Args:
            connection: The open SQLAlchemy connection.
            seq: Number in the journal up to which the events about schedules are known.
            schedule: Id of the schedule, or of the workflow whose schedules are paused.

        Raises:
            Overtaken: Something was.
        """
        own = sa.select(chain_head.c.seq).scalar_subquery()  # what this transaction has just written
        told = _ABOUT_SCHEDULES.where(event_table.c.seq.between(seq + 1, own - 1), event_table.c.target == schedule)
        asked = sa.select(run_table.c.id).where(
            run_table.c.schedule == schedule, run_table.c.seq > seq, run_table.c.seq < own
        )
        if connection.execute(told).first() is not None or connection.execute(asked).first() is not None:
            raise Overtaken("Another scheduler has taken care of {schedule} meanwhile", schedule=schedule)
