"""A database that an earlier version of Yakin has written is brought up to date with everything it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import yakin.journal
from yakin import events as ev
from yakin.journal.chain import GENESIS, ChainRow
from yakin.journal.store import JournalStore
from yakin.journal.tables import REVISION
from yakin.values import canonical_json

AT = "2026-04-01T22:00:00.000000+00:00"
OLD_EVENTS: list[tuple[str, str, str, str, dict[str, Any]]] = [
    (
        "clerk",
        "run.created",
        "juminzei",
        "",
        {
            "workflow": "juminzei",
            "title": "住民税",
            "workflow_hash": "h",
            "inputs": {"名簿": "juminzei.xlsx"},
            "files": {"名簿": "ab"},
            "mode": "run",
            "selection": {},
        },
    ),
    ("yakin", "run.started", "", "", {"executor": "host:1", "resumed": False, "facts": {}}),
    (
        "yakin",
        "step.started",
        "entry",
        "",
        {"step": "entry", "title": "入力", "uses": "for_each", "line": 3, "attempt": 1},
    ),
    (
        "yakin",
        "items.created",
        "entry",
        "",
        {"step": "entry", "keys": ["A", "B"], "system": "portal", "not_selected": 0, "labels": {}},
    ),
    ("yakin", "item.started", "entry/A", "", {"step": "entry", "item": "A", "attempt": 1}),
    (
        "yakin",
        "item.commit_intended",
        "entry/A",
        "",
        {"step": "entry", "item": "A", "attempt": 1, "at_step": "entry.3", "evidence": []},
    ),
    ("yakin", "run.finished", "", "cancelled", {"status": "cancelled", "duration_ms": 5}),
    ("yakin", "run.started", "", "", {"executor": "host:2", "resumed": True, "facts": {}}),
]
"""A run that was cut off after it had begun a commit, cancelled and resumed."""


def write_as_before(url: str) -> None:
    """A database of revision 0001, with a run in it."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(yakin.journal.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        tables = sa.MetaData()
        tables.reflect(conn)
        last = ChainRow(0, "", "", "", "", "", "", "", "", GENESIS)
        for number, (actor, action, target, outcome, body) in enumerate(OLD_EVENTS, 1):
            text = canonical_json(body)
            last = ChainRow(number, AT, actor, action, target, outcome, "r1", text, last.hash, "").sealed()
            conn.execute(sa.insert(tables.tables["event"]), last._asdict())
        conn.execute(sa.update(tables.tables["chain_head"]).values(seq=last.seq, hash=last.hash))
        conn.execute(sa.insert(tables.tables["run"]), old_run())
        conn.execute(sa.insert(tables.tables["item"]), [old_item("A"), old_item("B")])
    engine.dispose()


def old_run() -> dict[str, Any]:
    return {
        "id": "r1",
        "seq": 1,
        "workflow": "juminzei",
        "title": "住民税",
        "workflow_hash": "h",
        "mode": "run",
        "status": "running",
        "actor": "clerk",
        "created": AT,
        "finished": None,
        "inputs": json.dumps({"名簿": "juminzei.xlsx"}, ensure_ascii=False, separators=(",", ":")),
        "selection": "{}",
    }


def old_item(key: str) -> dict[str, Any]:
    begun = key == "A"
    return {
        "run": "r1",
        "step": "entry",
        "key": key,
        "seq": 4,
        "position": "AB".index(key),
        "workflow": "juminzei",
        "system": "portal",
        "rehearsal": False,
        "state": "in_progress" if begun else "pending",
        "how": "",
        "verdict": "in_progress" if begun else "pending",
        "attempt": 1 if begun else 0,
        "claims": begun,
        "intent_at": AT if begun else None,
        "settled_at": None,
        "result": "{}",
        "error": None,
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'yakin.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(url: str) -> Iterator[JournalStore]:
    write_as_before(url)
    store = JournalStore(url)
    yield store
    assert store.verify() == []
    store.close()


def test_an_upgraded_journal_says_what_it_said_before(store: JournalStore, url: str) -> None:
    assert store.verify() == []
    assert store.anchor().seq == len(OLD_EVENTS)
    row = store.run("r1")
    assert (row.status, row.go, row.owner, row.cancel, row.parent) == ("running", 1, "", "", None)
    assert row.files == {"名簿": "ab"}
    assert [(item.key, item.state, item.claims, item.owner) for item in store.items("r1")] == [
        ("A", "in_progress", True, ""),
        ("B", "pending", False, ""),
    ]
    assert [row.id for row in store.same_files("juminzei", {"名簿": "ab"})] == ["r1"]
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as conn:
        assert conn.scalar(sa.text("SELECT version_num FROM yakin_version")) == REVISION
    engine.dispose()


def test_a_run_of_an_earlier_version_goes_on(store: JournalStore) -> None:
    lease = store.leases().take("run:r1", kind="run")
    owner = lease.token
    store.append("clerk", ev.RunContinued(run="r1", go=2))
    store.append("yakin", ev.RunStarted(run="r1", executor="e", go=2, owner=owner), also=lease.confirm)
    decided = ev.ItemSettled(run="r1", step="entry", item="A", state="done", how="registered")
    started = ev.ItemStarted(run="r1", step="entry", item="B", owner=owner)
    store.append("yakin", decided, started, ev.RunFinished(run="r1", status="failed", go=2), also=lease.confirm)
    assert [item.owner for item in store.items("r1")] == ["", owner]


def test_the_journal_stays_append_only_after_an_upgrade(store: JournalStore, url: str) -> None:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as conn:
        conn.exec_driver_sql("UPDATE event SET actor = 'x' WHERE seq = 1")
    engine.dispose()
