"""The ledger and the list of runs are verified against the events, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.integration.test_journal_store import TROUBLE, create, intend, settle, start
from yakin import events as ev
from yakin.journal.store import JournalStore


@pytest.fixture
def store(url: str) -> Iterator[JournalStore]:
    store = JournalStore(url)
    yield store
    store.close()


def by_hand(url: str, *statements: str) -> None:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as conn:
        for statement in statements:
            conn.exec_driver_sql(statement)
    engine.dispose()


def register(store: JournalStore, run: str = "r1") -> None:
    create(store, run)
    start(store, run=run)
    intend(store, run=run)
    settle(store, "done", run=run, how="registered", result={"receipt": "R-1"})
    store.append("yakin", ev.RunFinished(run=run, status="succeeded"))


COPY = (
    "INSERT INTO item SELECT {run}, step, {key}, seq, position, workflow, system, rehearsal, state, how, verdict, attempt,"
    " false, intent_at, settled_at, result, error, owner FROM item WHERE key = 'A'"
)
BY_HAND = {
    "UPDATE item SET state = 'pending', claims = false WHERE key = 'A'": (
        "The ledger says state=pending, claims=false of item A in entry of run r1, "
        "the events say state=done, claims=true"
    ),
    "UPDATE item SET claims = true WHERE key = 'B'": (
        "The ledger says claims=true of item B in entry of run r1, the events say claims=false"
    ),
    "UPDATE item SET rehearsal = true WHERE key = 'A'": (
        "The ledger says rehearsal=true of item A in entry of run r1, the events say rehearsal=false"
    ),
    "UPDATE item SET how = 'found' WHERE key = 'A'": (
        "The ledger says how=found of item A in entry of run r1, the events say how=registered"
    ),
    """UPDATE item SET result = '{"receipt":"R-2"}' WHERE key = 'A'""": (
        'The ledger says result={"receipt":"R-2"} of item A in entry of run r1, the events say result={"receipt":"R-1"}'
    ),
    "UPDATE run SET status = 'failed'": (
        "The list of runs says status=failed of run r1, the events say status=succeeded"
    ),
    "DELETE FROM item WHERE key = 'A'": ("The events tell of item A in entry of run r1, which is not in the ledger"),
    COPY.format(run="run", key="'Z'"): "Item Z in entry of run r1 is in the ledger, but no event tells of it",
    COPY.format(run="'r9'", key="key"): "Item A in entry of run r9 is in the ledger, but no event tells of it",
    "DELETE FROM run": "The events tell of run r1, which is not in the list of runs",
    "INSERT INTO run SELECT 'r9', seq, workflow, title, workflow_hash, mode, status, actor, created, finished, inputs,"
    " selection, go, owner, cancel, parent, parent_step, rerun_of, files, schedule, due, late FROM run": "Run r9 is in the list of runs, but no event tells of it",
}


@pytest.mark.parametrize("change", BY_HAND)
def test_what_was_changed_by_hand_in_the_ledger_is_told(store: JournalStore, url: str, change: str) -> None:
    register(store)
    assert store.verify() == []
    by_hand(url, change)
    assert [finding.message for finding in store.verify()] == [BY_HAND[change]]


def test_every_way_an_item_can_go_is_what_its_events_say(store: JournalStore) -> None:
    create(store, "r1", "registered", "intended", "doubtful", "failed", "again", "found", "skipped", "untouched")
    for key in ("registered", "intended", "doubtful", "failed", "again"):
        start(store, key)
        intend(store, key)
    settle(store, "done", "registered", how="registered")
    settle(store, "in_doubt", "doubtful", error=TROUBLE)
    settle(store, "failed", "failed", error=TROUBLE)
    settle(store, "pending", "again", error=TROUBLE)
    start(store, "again", attempt=2)
    settle(store, "done", "found", how="found")
    settle(store, "skipped", "skipped", how="rehearsed")
    store.append("yakin", ev.RunFinished(run="r1", status="failed"))
    store.append("yakin", ev.RunStarted(run="r1", executor="host:2", resumed=True))
    assert store.verify() == []


def test_the_claims_of_other_runs_are_no_findings(store: JournalStore) -> None:
    create(store, "r2")
    create(store, "r1")
    start(store, run="r2")
    intend(store, run="r2")
    settle(store, "in_doubt", run="r1", error=TROUBLE)
    settle(store, "done", run="r1", how="found")
    settle(store, "failed", run="r2", error=TROUBLE)
    create(store, "r3")
    settle(store, "done", run="r3", how="found")
    assert store.verify() == []


def test_an_event_that_cannot_have_happened_is_told(store: JournalStore, url: str) -> None:
    register(store)
    by_hand(
        url,
        *(
            ["ALTER TABLE event DISABLE TRIGGER ALL"]
            if url.startswith("postgresql")
            else [f"DROP TRIGGER event_is_{name}" for name in ("not_changed", "not_deleted", "added_at_the_end")]
        ),
        "DELETE FROM event WHERE action = 'item.started'",
    )
    assert [(finding.seq, finding.message) for finding in store.verify()] == [
        (5, "Event 5 is missing"),
        (
            6,
            "Event 6 cannot be read, or cannot have happened after those before it: "
            "what the ledger says of run r1 cannot be compared",
        ),
    ]
