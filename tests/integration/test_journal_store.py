"""One suite over both databases: what the engine may rely on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from yakin import events as ev
from yakin.engine.ports import Journal
from yakin.errors import ErrorInfo, JournalError, RunError, UnknownRun
from yakin.journal.store import JournalStore
from yakin.ledger import Claimed, LedgerItem
from yakin.results import fold

BLOCK = "entry"
BUSINESS = ErrorInfo("refused", "Refused", "no such address", is_business=True)
TROUBLE = ErrorInfo("timed-out", "TimedOut", "it took too long")


class TickingClock:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self._now = datetime(2026, 4, 1, 22, 0, 0, 123456, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def store(url: str) -> Iterator[JournalStore]:
    store = JournalStore(url, clock=TickingClock())
    yield store
    store.close()


def create(store: JournalStore, run: str = "r1", *keys: str, mode: str = "run", system: str | None = "portal") -> None:
    store.append(
        "clerk",
        ev.RunCreated(
            run=run,
            workflow="juminzei",
            title="住民税",
            workflow_hash="h",
            mode=mode,
            inputs={"book": "a.xlsx"},
            selection={"limit": 5},
        ),
        ev.RunStarted(run=run, executor="host:1"),
        ev.StepStarted(run=run, step=BLOCK, title="入力", uses="for_each", line=3),
        ev.ItemsCreated(run=run, step=BLOCK, keys=keys or ("A", "B"), system=system),
    )


def start(store: JournalStore, key: str = "A", run: str = "r1", attempt: int = 1) -> None:
    store.append("yakin", ev.ItemStarted(run=run, step=BLOCK, item=key, attempt=attempt))


def intend(store: JournalStore, key: str = "A", run: str = "r1") -> None:
    store.append("yakin", ev.CommitIntended(run=run, step=BLOCK, item=key, at_step="entry.3"))


def settle(store: JournalStore, state: str, key: str = "A", run: str = "r1", **more: Any) -> None:
    store.append("yakin", ev.ItemSettled(run=run, step=BLOCK, item=key, state=state, **more))


def item(store: JournalStore, key: str = "A", run: str = "r1") -> LedgerItem:
    found = store.item(run, BLOCK, key)
    assert found is not None
    return found


def test_the_store_is_a_journal(store: JournalStore) -> None:
    journal: Journal = store
    assert journal.records("r1") == []


def test_events_come_back_as_they_were_written_and_fold_to_a_result(store: JournalStore) -> None:
    create(store)
    start(store)
    intend(store)
    settle(store, "done", how="registered", result={"receipt": "R-1"}, error=None)
    store.append("yakin", ev.RunFinished(run="r1", status="succeeded", duration_ms=5))
    records = store.records("r1")
    assert [record.seq for record in records] == list(range(1, 9))
    assert [record.at.second for record in records] == list(range(1, 9))
    assert records[0].at.microsecond == 123456
    assert records[0].actor == "clerk"
    result = fold(records)
    assert result.status == "succeeded"
    assert result.items[0].result == {"receipt": "R-1"}
    assert store.verify() == []


def test_a_run_follows_its_events(store: JournalStore) -> None:
    create(store)
    row = store.run("r1")
    assert (row.status, row.workflow, row.actor, row.mode) == ("running", "juminzei", "clerk", "run")
    assert (row.inputs, row.selection, row.counts) == ({"book": "a.xlsx"}, {"limit": 5}, {"pending": 2})
    assert row.created == datetime(2026, 4, 1, 22, 0, 1, 123456, tzinfo=UTC)
    store.append("yakin", ev.RunFinished(run="r1", status="failed"))
    assert store.run("r1").status == "failed"
    assert store.run("r1").finished is not None
    store.append("yakin", ev.RunStarted(run="r1", executor="host:2", resumed=True))
    assert (store.run("r1").status, store.run("r1").finished) == ("running", None)


def test_a_run_is_found_by_an_unambiguous_beginning_of_its_id(store: JournalStore) -> None:
    for run in ("abc_1", "abcd2", "x"):
        create(store, run, f"key of {run}")
    assert store.run("abc_").id == "abc_1"
    assert store.run("x").id == "x"
    with pytest.raises(UnknownRun, match="more than one run: abc_1, abcd2"):
        store.run("abc")
    for unknown in ("", "y", "ABC_1", "%"):
        with pytest.raises(UnknownRun, match="There is no run"):
            store.run(unknown)


def test_runs_are_listed_newest_first_and_can_be_filtered(store: JournalStore) -> None:
    for run in ("a", "b", "c"):
        create(store, run, f"key of {run}")
    store.append("yakin", ev.RunFinished(run="b", status="succeeded"))
    assert [row.id for row in store.runs()] == ["c", "b", "a"]
    assert [row.id for row in store.runs(limit=1)] == ["c"]
    assert [row.id for row in store.runs(status="running")] == ["c", "a"]
    assert store.runs(workflow="other") == []


def test_counts_say_the_verdict_of_every_item(store: JournalStore) -> None:
    create(store, "r1", "A", "B", "C", "D", "E")
    for key in "ABCD":
        start(store, key)
    intend(store, "A")
    settle(store, "done", "A", how="registered")
    settle(store, "done", "B", how="found")
    settle(store, "failed", "C", error=BUSINESS)
    settle(store, "failed", "D", error=TROUBLE)
    assert store.run("r1").counts == {"registered": 1, "found": 1, "set_aside": 1, "failed": 1, "pending": 1}
    assert store.runs()[0].counts == store.run("r1").counts


def test_an_item_follows_its_events(store: JournalStore) -> None:
    create(store)
    assert item(store) == LedgerItem("r1", BLOCK, "A", "juminzei", "portal", "pending")
    start(store)
    assert (item(store).state, item(store).attempt, item(store).claims) == ("in_progress", 1, False)
    intend(store)
    assert (item(store).state, item(store).claims) == ("in_progress", True)
    assert item(store).intent_at is not None
    settle(store, "done", how="registered", result={"受付番号": "R-1"})
    done = item(store)
    assert (done.state, done.how, done.claims, done.result) == ("done", "registered", True, {"受付番号": "R-1"})
    assert done.settled_at is not None
    assert store.item("r1", BLOCK, "Z") is None


def test_a_failed_item_keeps_its_error_and_releases_its_claim(store: JournalStore) -> None:
    create(store)
    start(store)
    intend(store)
    settle(store, "failed", error=BUSINESS)
    assert (item(store).error, item(store).claims) == (BUSINESS, False)
    assert store.claims("portal", "juminzei", ["A"]) == {}


def test_an_item_in_doubt_keeps_its_claim_until_it_is_known_to_be_absent(store: JournalStore) -> None:
    create(store)
    start(store)
    intend(store)
    settle(store, "in_doubt", error=TROUBLE)
    assert item(store).claims is True
    settle(store, "in_doubt", error=TROUBLE)
    settle(store, "pending")
    assert item(store).claims is False
    start(store, attempt=2)
    assert (item(store).attempt, item(store).intent_at) == (2, None)


def test_items_come_in_the_order_of_their_rows(store: JournalStore) -> None:
    create(store, "r1", "9", "10", "1")
    store.append("yakin", ev.ItemsCreated(run="r1", step="second", keys=("0",)))
    assert [entry.key for entry in store.items("r1")] == ["9", "10", "1", "0"]
    assert [entry.key for entry in store.items("r1", "second")] == ["0"]


def test_items_that_are_there_already_are_left_as_they_are(store: JournalStore) -> None:
    create(store)
    start(store)
    store.append("yakin", ev.ItemsCreated(run="r1", step=BLOCK, keys=("A", "B", "C"), system="portal"))
    assert [(entry.key, entry.state) for entry in store.items("r1")] == [
        ("A", "in_progress"),
        ("B", "pending"),
        ("C", "pending"),
    ]


@pytest.mark.parametrize("state", ["done", "in_doubt", None])
def test_a_key_that_was_or_may_have_been_registered_is_not_committed_again(
    store: JournalStore, state: str | None
) -> None:
    create(store)
    start(store)
    intend(store)
    if state:
        settle(store, state)
    create(store, "r2")
    start(store, run="r2")
    before = store.anchor()
    with pytest.raises(Claimed, match="by run r1") as caught:
        intend(store, run="r2")
    assert caught.value.data["run"] == "r1"
    assert store.anchor() == before
    assert item(store, run="r2").claims is False
    assert {key: claim.run for key, claim in store.claims("portal", "juminzei", ["A", "B"]).items()} == {"A": "r1"}


def test_the_database_itself_refuses_a_second_claim(store: JournalStore, url: str) -> None:
    create(store)
    start(store)
    intend(store)
    create(store, "r2")
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as conn:
        conn.execute(sa.text("UPDATE item SET claims = true WHERE run = 'r2' AND key = 'A'"))
    engine.dispose()


def test_what_was_found_is_claimed_for_later_runs_when_it_is_free(store: JournalStore) -> None:
    create(store)
    settle(store, "done", how="found")
    assert item(store).claims is True
    create(store, "r2")
    settle(store, "done", run="r2", how="found")
    assert item(store, run="r2").claims is False
    assert store.claims("portal", "juminzei", ["A"])["A"].run == "r1"


def test_an_item_is_in_doubt_too_when_the_commit_of_another_run_is(store: JournalStore) -> None:
    create(store)
    start(store)
    intend(store)
    create(store, "r2")
    settle(store, "in_doubt", run="r2", error=TROUBLE)
    assert (item(store, run="r2").state, item(store, run="r2").claims) == ("in_doubt", False)
    settle(store, "failed", run="r1", how="absent")
    settle(store, "done", run="r2", how="registered")
    assert store.claims("portal", "juminzei", ["A"])["A"].run == "r2"


def test_rehearsals_and_items_outside_systems_claim_nothing_from_others(store: JournalStore) -> None:
    create(store, "r1", mode="rehearse")
    create(store, "r2")
    create(store, "r3", system=None)
    create(store, "r4", system=None)
    for run in ("r1", "r2", "r3", "r4"):
        start(store, run=run)
        intend(store, run=run)
    assert store.claims("portal", "juminzei", ["A"])["A"].run == "r2"


def test_claims_are_found_among_more_keys_than_one_statement_takes(store: JournalStore) -> None:
    keys = [f"k{number}" for number in range(1201)]
    create(store, "r1", *keys)
    for key in ("k0", "k1200"):
        settle(store, "done", key, how="found")
    assert list(store.claims("portal", "juminzei", keys)) == ["k0", "k1200"]


IMPOSSIBLE: Mapping[str, Sequence[ev.Event]] = {
    "an unknown run": [ev.ItemsCreated(run="r9", step=BLOCK, keys=("A",))],
    "a note about an unknown run": [ev.Noted(run="r9", step=BLOCK, kind="x")],
    "a run created twice": [ev.RunCreated(run="r1", workflow="w", title="t", workflow_hash="h")],
    "a run that ends twice": [ev.RunFinished(run="r1", status="failed"), ev.RunFinished(run="r1", status="failed")],
    "a run that ends in no end": [ev.RunFinished(run="r1", status="running")],
    "a start after success": [ev.RunFinished(run="r1", status="succeeded"), ev.RunStarted(run="r1", executor="e")],
    "an unknown item": [ev.ItemStarted(run="r1", step=BLOCK, item="Z")],
    "keys that are the same": [ev.ItemsCreated(run="r1", step="other", keys=("A", "A"))],
    "an intent before the start": [ev.CommitIntended(run="r1", step=BLOCK, item="A", at_step="s")],
    "an intent twice": [
        ev.ItemStarted(run="r1", step=BLOCK, item="A"),
        ev.CommitIntended(run="r1", step=BLOCK, item="A", at_step="s"),
        ev.CommitIntended(run="r1", step=BLOCK, item="A", at_step="s"),
    ],
    "a start after an intent": [
        ev.ItemStarted(run="r1", step=BLOCK, item="A"),
        ev.CommitIntended(run="r1", step=BLOCK, item="A", at_step="s"),
        ev.ItemStarted(run="r1", step=BLOCK, item="A"),
    ],
    "doubt without an intent": [
        ev.ItemStarted(run="r1", step=BLOCK, item="A"),
        ev.ItemSettled(run="r1", step=BLOCK, item="A", state="in_doubt"),
    ],
    "a start after it was done": [
        ev.ItemSettled(run="r1", step=BLOCK, item="A", state="done", how="found"),
        ev.ItemStarted(run="r1", step=BLOCK, item="A"),
    ],
    "another end after it was done": [
        ev.ItemSettled(run="r1", step=BLOCK, item="A", state="done", how="found"),
        ev.ItemSettled(run="r1", step=BLOCK, item="A", state="pending"),
    ],
    "a state that is none": [ev.ItemSettled(run="r1", step=BLOCK, item="A", state="finished")],
    "work in a run that ended": [
        ev.RunFinished(run="r1", status="cancelled"),
        ev.ItemStarted(run="r1", step=BLOCK, item="A"),
    ],
    "data that are not plain": [ev.Noted(run="r1", step=BLOCK, kind="x", data={"x": object()})],  # type: ignore[dict-item]
    "a number that is none": [ev.StepFinished(run="r1", step="s", status="failed", output={"x": float("nan")})],
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_have_happened_is_refused_and_nothing_of_it_is_written(store: JournalStore, name: str) -> None:
    create(store)
    before = (store.anchor(), store.run("r1"), store.items("r1"))
    with pytest.raises(JournalError):
        store.append("yakin", *IMPOSSIBLE[name])
    assert (store.anchor(), store.run("r1"), store.items("r1")) == before


def test_something_else_is_done_in_the_same_transaction(store: JournalStore) -> None:
    store.append(
        "clerk",
        ev.RunCreated(run="r1", workflow="w", title="t", workflow_hash="h"),
        also=lambda conn: conn.execute(sa.text("CREATE TABLE queue AS SELECT id FROM run")),
    )
    seen: list[str] = []
    store.append("clerk", also=lambda conn: seen.extend(conn.scalars(sa.text("SELECT id FROM queue"))))
    assert seen == ["r1"]


def test_when_something_else_fails_nothing_is_written(store: JournalStore) -> None:
    class QueueIsClosed(Exception):
        pass

    def refuse(conn: sa.Connection) -> None:
        raise QueueIsClosed

    with pytest.raises(QueueIsClosed):
        store.append("clerk", ev.RunCreated(run="r1", workflow="w", title="t", workflow_hash="h"), also=refuse)
    assert store.anchor().seq == 0
    assert store.runs() == []


def test_secrets_are_masked_in_the_journal_and_in_everything_that_follows_from_it(url: str) -> None:
    store = JournalStore(url, mask=lambda text: text.replace("hunter22", "***"))
    create(store)
    settle(
        store, "failed", error=ErrorInfo("x", "BusinessError", "{a}", data={"a": "hunter22"}), result={"a": "hunter22"}
    )
    store.append("yakin", ev.SessionOpened(run="r1", system="portal", url="http://hunter22/"))
    store.remember("w", "s", "n", {"a": "hunter22"})
    assert "hunter22" not in repr([store.records("r1"), store.items("r1"), store.recall("w", "s", "n")])
    assert item(store).result == {"a": "***"}
    assert store.verify() == []
    store.close()


def test_workflow_files_are_kept_once(store: JournalStore) -> None:
    store.keep_source("ab", "w.yaml", "id: w")
    store.keep_source("ab", "w.yaml", "id: other")
    assert store.source("ab") == ("w.yaml", "id: w")
    with pytest.raises(RunError, match="is not kept"):
        store.source("cd")


def test_a_step_remembers_plain_data(store: JournalStore) -> None:
    assert store.recall("w", "s", "button") is None
    store.remember("w", "s", "button", {"名": [1, None]})
    store.remember("w", "s", "button", {"名": [1, None]})
    assert store.recall("w", "s", "button") == {"名": [1, None]}
    store.remember("w", "s", "button", {"名": 2})
    assert store.recall("w", "s", "button") == {"名": 2}
    assert store.recall("w", "other", "button") is None
    with pytest.raises(JournalError):
        store.remember("w", "s", "button", object())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET actor = 'x' WHERE seq = 1",
        "UPDATE event SET hash = hash",
        "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
        "DELETE FROM event",
    ],
)
def test_the_database_refuses_to_change_the_journal(store: JournalStore, url: str, change: str) -> None:
    create(store)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as conn:
        conn.exec_driver_sql(change)
    engine.dispose()
    assert store.verify() == []


def test_opening_again_finds_everything(store: JournalStore, url: str) -> None:
    create(store)
    again = JournalStore(url)
    assert again.run("r1") == store.run("r1")
    again.close()


def test_a_journal_of_a_newer_version_is_refused(store: JournalStore, url: str) -> None:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE yakin_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(JournalError, match="newer version of Yakin"):
        JournalStore(url)


def test_the_migrations_make_the_tables_that_the_code_uses(store: JournalStore, url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from yakin.journal.tables import VERSION_TABLE, metadata

    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        indexes = {index["name"] for index in sa.inspect(conn).get_indexes("item")}
    engine.dispose()
    assert indexes >= {"item_claim", "item_by_verdict"}


@pytest.mark.parametrize("told_by", ["word of the database", "a question after a long rest"])
def test_a_connection_that_was_lost_between_two_transactions_is_replaced(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, told_by: str
) -> None:
    silent = told_by != "word of the database"
    monkeypatch.setattr("yakin.journal.database._LONG_REST", 0.0 if silent else 3600.0)
    if silent:
        monkeypatch.setattr("yakin.journal.database._has_spoken", lambda _connection: False)
    store = JournalStore(postgres_url)
    create(store)
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as conn:
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
        assert conn.execute(sa.text(f"{ended} AND pid <> pg_backend_pid()")).all()
    engine.dispose()
    assert store.run("r1").status == "running"
    store.append("clerk", ev.RunFinished(run="r1", status="succeeded"))
    store.close()
