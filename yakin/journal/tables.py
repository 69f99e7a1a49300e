"""The journal's tables, for SQLite and PostgreSQL alike.

Their names are none of DBOS's, whose tables may be in the same file. Moments are ISO 8601 text in UTC with
microseconds: it sorts by time, reads the same on both databases and is what the hash chain seals.
"""

from __future__ import annotations

import sqlalchemy as sa

REVISION = "0003"
"""Revision of the schema that this program writes; the newest file in `migrations/versions`."""

VERSION_TABLE = "yakin_version"
"""Where the revision of a database is kept."""

metadata = sa.MetaData()

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ROW_SET_ASIDE = "action = 'row.set_aside'"
"""Condition for an event that set a row aside which never became an item."""

OF_SCHEDULES = "action IN ('schedule.known', 'schedule.skipped', 'schedule.paused', 'schedule.resumed')"
"""Condition for an event about schedules, of which there are few among those of runs."""

NEWSWORTHY = (
    "action IN ('run.finished', 'run.waiting', 'run.late', 'schedule.skipped', 'file.rejected', "
    "'approval.asked', 'approval.reminded', 'news.sent', 'news.failed')"
)
"""Condition for an event that people are told of, or that says what they were told."""

UNFINISHED_RUN = "status IN ('queued', 'running', 'waiting')"
"""Condition for a run that has not ended."""

event = sa.Table(
    "event",
    metadata,
    sa.Column("seq", _Number, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("prev", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Index("event_by_run", "run", "seq"),
    sa.Index("event_newsworthy", "seq", sqlite_where=sa.text(NEWSWORTHY), postgresql_where=sa.text(NEWSWORTHY)),
    sa.Index("event_of_schedules", "seq", sqlite_where=sa.text(OF_SCHEDULES), postgresql_where=sa.text(OF_SCHEDULES)),
    sa.Index(
        "event_row_set_aside", "run", sqlite_where=sa.text(ROW_SET_ASIDE), postgresql_where=sa.text(ROW_SET_ASIDE)
    ),
)
"""The journal itself: rows are only ever added, in order."""

chain_head = sa.Table(
    "chain_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", _Number, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
"""One row: number and hash of the last event."""

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("seq", _Number, nullable=False),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("workflow_hash", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("finished", sa.Text),
    sa.Column("inputs", sa.Text, nullable=False),
    sa.Column("selection", sa.Text, nullable=False),
    sa.Column("go", sa.Integer, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("cancel", sa.Text, nullable=False),
    sa.Column("parent", sa.Text),
    sa.Column("parent_step", sa.Text),
    sa.Column("rerun_of", sa.Text),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("schedule", sa.Text),
    sa.Column("due", sa.Text),
    sa.Column("late", sa.Text, nullable=False),
    sa.Index("run_by_seq", "seq"),
    sa.Index("run_by_schedule", "schedule", "due"),
    sa.Index("run_unfinished", "seq", sqlite_where=sa.text(UNFINISHED_RUN), postgresql_where=sa.text(UNFINISHED_RUN)),
    sa.Index("run_by_parent", "parent"),
    sa.Index("run_by_workflow", "workflow", "seq"),
)
"""One row for each run; `seq` is the event that created it."""

CLAIMING = "claims AND NOT rehearsal"
"""Condition for an item whose business key no other item may commit."""

HELD = "state = 'held'"
"""Condition for a lease whose name nobody else may take."""

item = sa.Table(
    "item",
    metadata,
    sa.Column("run", sa.Text, primary_key=True),
    sa.Column("step", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("seq", _Number, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("system", sa.Text),
    sa.Column("rehearsal", sa.Boolean, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("how", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("claims", sa.Boolean, nullable=False),
    sa.Column("intent_at", sa.Text),
    sa.Column("settled_at", sa.Text),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Index("item_by_verdict", "run", "step", "verdict"),
    sa.Index("item_by_position", "run", "step", "position"),
    sa.Index(
        "item_claim",
        "system",
        "workflow",
        "key",
        unique=True,
        sqlite_where=sa.text(CLAIMING),
        postgresql_where=sa.text(CLAIMING),
    ),
)
"""The item ledger; `seq` is the event that created the row, `position` its place in it."""

approval = sa.Table(
    "approval",
    metadata,
    sa.Column("run", sa.Text, primary_key=True),
    sa.Column("step", sa.Text, primary_key=True),
    sa.Column("seq", _Number, nullable=False),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("requested_by", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_at", sa.Text, nullable=False),
    sa.Column("due", sa.Text),
    sa.Column("remind_seconds", sa.Double),
    sa.Column("reminded_at", sa.Text),
    sa.Column("decided_at", sa.Text),
    sa.Column("decided_by", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("show", sa.Text, nullable=False),
    sa.Index("approval_by_state", "state", "seq"),
)
"""Decisions that runs wait or waited for; `seq` is the event that asked."""

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("machine", sa.Text, nullable=False),
    sa.Column("process", sa.Text, nullable=False),
    sa.Column("serves", sa.Text),
    sa.Column("sessions", sa.Integer, nullable=False),
    sa.Column("beat", sa.Integer, nullable=False),
    sa.Column("since", sa.Text, nullable=False),
    sa.Column("beat_at", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Index(
        "lease_held",
        "name",
        unique=True,
        sqlite_where=sa.text(HELD),
        postgresql_where=sa.text(HELD),
    ),
)
"""Which process holds which name. Not a part of the audit: who died when is no fact about the work."""

seat = sa.Table(
    "seat",
    metadata,
    sa.Column("system", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Index("seat_by_token", "token"),
)
"""Sessions that may be open, over all machines; free when the lease of its token is not held."""

source = sa.Table(
    "source",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
"""Workflow files by the hash of their content."""

memory = sa.Table(
    "memory",
    metadata,
    sa.Column("workflow", sa.Text, primary_key=True),
    sa.Column("step", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What steps remember from run to run, as JSON."""
