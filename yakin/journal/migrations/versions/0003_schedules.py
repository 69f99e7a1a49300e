"""Runs that schedules ask for, and what becomes of the moments they were due."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("run", sa.Column("schedule", sa.Text))
    op.add_column("run", sa.Column("due", sa.Text))
    op.add_column("run", sa.Column("late", sa.Text, nullable=False, server_default=""))
    op.create_index("run_by_schedule", "run", ["schedule", "due"])
    _index_some("run_unfinished", "run", "status IN ('queued', 'running', 'waiting')")
    _index_some(
        "event_of_schedules",
        "event",
        "action IN ('schedule.known', 'schedule.skipped', 'schedule.paused', 'schedule.resumed')",
    )
    _index_some(
        "event_newsworthy",
        "event",
        "action IN ('run.finished', 'run.waiting', 'run.late', 'schedule.skipped', 'file.rejected', "
        "'approval.asked', 'approval.reminded', 'news.sent', 'news.failed')",
    )


def _index_some(name: str, table: str, condition: str) -> None:
    op.create_index(name, table, ["seq"], sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
