"""The journal, the item ledger and what steps remember."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    # INSERT OR REPLACE deletes without asking the trigger above.
    """
    CREATE TRIGGER event_is_added_at_the_end BEFORE INSERT ON event
    WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
)

_POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_to_change_event() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$
    """,
    """
    CREATE TRIGGER event_is_not_changed BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_event()
    """,
    """
    CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_event()
    """,
)


def upgrade() -> None:
    _create_journal()
    _create_runs()
    _create_items()
    _create_keepings()
    for trigger in _SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL_TRIGGERS:
        op.execute(trigger)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _create_journal() -> None:
    op.create_table(
        "event",
        sa.Column("seq", _number(), primary_key=True, autoincrement=False),
        *_texts("at", "actor", "action", "target", "outcome", "run", "body", "prev", "hash"),
    )
    op.create_index("event_by_run", "event", ["run", "seq"])
    head = op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", _number(), nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])


def _create_runs() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("seq", _number(), nullable=False),
        *_texts("workflow", "title", "workflow_hash", "mode", "status", "actor", "created"),
        sa.Column("finished", sa.Text),
        *_texts("inputs", "selection"),
    )
    op.create_index("run_by_seq", "run", ["seq"])


def _create_items() -> None:
    op.create_table(
        "item",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("run", "step", "key")),
        sa.Column("seq", _number(), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        *_texts("workflow"),
        sa.Column("system", sa.Text),
        sa.Column("rehearsal", sa.Boolean, nullable=False),
        *_texts("state", "how", "verdict"),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("claims", sa.Boolean, nullable=False),
        sa.Column("intent_at", sa.Text),
        sa.Column("settled_at", sa.Text),
        *_texts("result"),
        sa.Column("error", sa.Text),
    )
    op.create_index("item_by_verdict", "item", ["run", "verdict"])
    condition = sa.text("claims AND NOT rehearsal")
    columns = ["system", "workflow", "key"]
    op.create_index("item_claim", "item", columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def _create_keepings() -> None:
    op.create_table("source", sa.Column("sha256", sa.Text, primary_key=True), *_texts("name", "text"))
    op.create_table(
        "memory",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("workflow", "step", "name")),
        *_texts("value"),
    )
