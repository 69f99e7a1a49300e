"""Making sure, in an open transaction, that what was read before it is still so."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from yakin.journal.rows import ledger_item
from yakin.journal.tables import approval, item, run
from yakin.ledger import Claimed, LedgerItem, Overtaken, RunRow


def confirm_unchanged(connection: Any, seen: LedgerItem | RunRow) -> None:
    """Make sure that nobody has gone on with an item, or with a run, since it was read.

    Raises:
        Claimed: Somebody has gone on with the item.
        Overtaken: Somebody has gone on with the run.
    """
    if isinstance(seen, RunRow):
        row = connection.execute(sa.select(run.c.status, run.c.go).where(run.c.id == seen.id)).first()
        if row is None or (row.status, row.go) != (seen.status, seen.go):
            raise Overtaken("Run {run} has gone on meanwhile", run=seen.id)
        return
    query = sa.select(item).where(item.c.run == seen.run, item.c.step == seen.step, item.c.key == seen.key)
    row = connection.execute(query).first()
    now = None if row is None else ledger_item(row)
    if now is None or (now.attempt, now.owner, now.intent_at) != (seen.attempt, seen.owner, seen.intent_at):
        raise Claimed("Run {run} has gone on with {key} meanwhile", run=seen.run, key=seen.key)


def confirm_undecided(connection: Any, run_id: str, step: str) -> None:
    """Make sure that a decision has not been made since somebody looked.

    Raises:
        Overtaken: It has.
    """
    query = sa.select(approval.c.state).where(approval.c.run == run_id, approval.c.step == step)
    if connection.scalar(query) != "waiting":
        raise Overtaken("Step {step} of run {run} was decided meanwhile", step=step, run=run_id)
