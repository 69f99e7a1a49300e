"""Runs that go on, wait and call others; decisions; who executes, and in which seat."""

import json

import sqlalchemy as sa
from alembic import op

from yakin.values import canonical_json

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _extend_runs()
    _fill_files()
    op.add_column("item", _text("owner"))
    _index_what_runs_ask_often()
    _create_approvals()
    _create_leases()


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _extend_runs() -> None:
    op.add_column("run", sa.Column("go", sa.Integer, nullable=False, server_default="1"))
    for column in (
        _text("owner"),
        _text("cancel"),
        sa.Column("parent", sa.Text),
        sa.Column("parent_step", sa.Text),
        sa.Column("rerun_of", sa.Text),
        _text("files", "{}"),
    ):
        op.add_column("run", column)
    op.create_index("run_by_parent", "run", ["parent"])
    op.create_index("run_by_workflow", "run", ["workflow", "seq"])


def _fill_files() -> None:
    """The files of earlier runs stand in the events that created them."""
    conn = op.get_bind()
    created = conn.execute(sa.text("SELECT run, body FROM event WHERE action = 'run.created'"))
    known = [{"run": row.run, "files": canonical_json(json.loads(row.body).get("files", {}))} for row in created]
    if known:
        conn.execute(sa.text("UPDATE run SET files = :files WHERE id = :run"), known)


def _index_what_runs_ask_often() -> None:
    op.drop_index("item_by_verdict", "item")
    op.create_index("item_by_verdict", "item", ["run", "step", "verdict"])
    op.create_index("item_by_position", "item", ["run", "step", "position"])
    aside = sa.text("action = 'row.set_aside'")
    op.create_index("event_row_set_aside", "event", ["run"], sqlite_where=aside, postgresql_where=aside)


def _create_approvals() -> None:
    op.create_table(
        "approval",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("run", "step")),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *_texts("workflow", "title", "role", "requested_by", "state", "asked_at"),
        sa.Column("due", sa.Text),
        sa.Column("remind_seconds", sa.Double),
        *(sa.Column(name, sa.Text) for name in ("reminded_at", "decided_at", "decided_by", "reason")),
        *_texts("show"),
    )
    op.create_index("approval_by_state", "approval", ["state", "seq"])


def _create_leases() -> None:
    op.create_table(
        "lease",
        sa.Column("token", sa.Text, primary_key=True),
        *_texts("name", "kind", "machine", "process"),
        sa.Column("serves", sa.Text),
        sa.Column("sessions", sa.Integer, nullable=False),
        sa.Column("beat", sa.Integer, nullable=False),
        *_texts("since", "beat_at", "state"),
    )
    held = sa.text("state = 'held'")
    op.create_index("lease_held", "lease", ["name"], unique=True, sqlite_where=held, postgresql_where=held)
    op.create_table(
        "seat",
        sa.Column("system", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *_texts("token"),
    )
    op.create_index("seat_by_token", "seat", ["token"])
