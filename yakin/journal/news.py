"""What the journal knows that people are told of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from yakin.errors import ErrorInfo
from yakin.journal.database import Database
from yakin.journal.rows import recorded
from yakin.journal.tables import NEWSWORTHY, item
from yakin.journal.tables import event as event_table
from yakin.results import Recorded

_NEWSWORTHY = sa.select(event_table).where(sa.text(NEWSWORTHY)).order_by(event_table.c.seq)


class FailedItems(NamedTuple):
    """Items of one block that failed in the same way.

    Attributes:
        step: Path of the block.
        error: What went wrong.
        number: How many.
    """

    step: str
    error: ErrorInfo | None
    number: int


class NewsRecords:
    """Questions about what is new; obtained from `JournalStore.news`. Every method blocks briefly.

    Args:
        database: The journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def events(self, *, after: int, upto: int | None = None) -> Sequence[Recorded]:
        """The events of all runs, and outside runs, that people are told of, and those that say what they were told.

        Args:
            after: Number in the journal after which they begin.
            upto: Number of the last one; None for all.
        """
        query = _NEWSWORTHY.where(event_table.c.seq > after)
        if upto is not None:
            query = query.where(event_table.c.seq <= upto)
        with self._database.reading() as conn:
            return [recorded(row) for row in conn.execute(query)]

    def failed_items(self, run: str) -> Sequence[FailedItems]:
        """The items of a run that failed, not those that are set aside, counted by block and error."""
        query = (
            sa.select(item.c.step, item.c.error, sa.func.count())
            .where(item.c.run == run, item.c.verdict == "failed")
            .group_by(item.c.step, item.c.error)
            .order_by(item.c.step, sa.func.min(item.c.position))
        )
        with self._database.reading() as conn:
            rows = conn.execute(query).all()
        return [
            FailedItems(step, None if error is None else ErrorInfo.from_json(json.loads(error)), count)
            for step, error, count in rows
        ]
