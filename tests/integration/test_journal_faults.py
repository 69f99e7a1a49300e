"""What the journal does when the world is against it: other writers, full disks, locks, kills, tampering hands."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from yakin import events as ev
from yakin.errors import JournalError
from yakin.journal.store import JournalStore
from yakin.journal.tables import REVISION

WRITER = """
import sys
from yakin import events as ev
from yakin.journal.store import JournalStore

url, run, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = JournalStore(url)
store.append("writer", ev.RunCreated(run=run, workflow="w", title="t", workflow_hash="h"))
for number in range(count):
    store.append("writer", ev.Noted(run=run, step="s", kind="n", data={"number": str(number)}))
    print(number, flush=True)
"""


def writer(url: str, run: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, run, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "yakin.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[JournalStore]:
    store = JournalStore(f"sqlite:///{file}", lock_seconds=0.05)
    yield store
    store.close()


def note(store: JournalStore, count: int = 1) -> None:
    if not store.runs():
        store.append("yakin", ev.RunCreated(run="r", workflow="w", title="t", workflow_hash="h"))
    for number in range(count):
        store.append("yakin", ev.Noted(run="r", step="s", kind=f"n{number}"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_open_and_write_at_the_same_time_make_one_chain(
    request: pytest.FixtureRequest, file: Path, kind: str
) -> None:
    url = f"sqlite:///{file}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    store = JournalStore(url)
    writers = [writer(url, f"r{number}", 60) for number in range(3)]
    while any(process.poll() is None for process in writers):
        assert store.verify() == []
    assert [process.communicate()[0].count("\n") for process in writers] == [60, 60, 60]
    assert [process.returncode for process in writers] == [0, 0, 0]
    assert store.verify() == []
    assert store.anchor().seq == 3 * 61
    assert [len(store.records(f"r{number}")) for number in range(3)] == [61, 61, 61]
    store.close()


@pytest.mark.kill
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("after", [1, 7, 30])
def test_a_killed_writer_leaves_a_chain_with_everything_it_was_told_is_written(file: Path, after: int) -> None:
    with writer(f"sqlite:///{file}", "r", 100_000) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        told += [int(line) for line in process.stdout.read().splitlines()]
    store = JournalStore(f"sqlite:///{file}")
    assert store.verify() == []
    written = len(store.records("r")) - 1
    assert written - len(told) in (0, 1)
    note(store)
    assert store.verify() == []
    store.close()


def test_a_locked_database_is_told_and_nothing_is_written(store: JournalStore, file: Path) -> None:
    note(store)
    before = store.anchor()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="locked"):
            note(store)
        assert store.anchor() == before
    note(store)
    assert store.anchor().seq == before.seq + 1


def test_a_full_disk_is_told_and_nothing_is_half_written(store: JournalStore) -> None:
    note(store)

    def fill(conn: sa.Connection) -> None:
        conn.exec_driver_sql(f"PRAGMA max_page_count={conn.exec_driver_sql('PRAGMA page_count').scalar()}")

    store.append("yakin", also=fill)
    before = (store.anchor(), store.items("r"))
    many = ev.ItemsCreated(run="r", step="s", keys=tuple(f"key {number}" for number in range(5000)))
    with pytest.raises(JournalError, match="full") as caught:
        store.append("yakin", many)
    assert (store.anchor(), store.items("r")) == before
    assert store.verify() == []
    assert "key 1" not in caught.value.message


def test_a_read_only_database_is_read_and_not_written(store: JournalStore, file: Path) -> None:
    note(store)
    readonly = JournalStore(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert len(readonly.records("r")) == 2
    with pytest.raises(JournalError, match="readonly"):
        readonly.append("yakin", ev.Noted(run="r", step="s", kind="n"))
    readonly.close()


@pytest.mark.parametrize("content", [b"this is no database" * 100, None])
def test_what_is_no_database_is_told(tmp_path: Path, content: bytes | None) -> None:
    place = tmp_path / "place"
    if content is None:
        place.mkdir()
    else:
        place.write_bytes(content)
    with pytest.raises(JournalError, match="cannot be opened"):
        JournalStore(f"sqlite:///{place}")


def test_a_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        JournalStore("postgresql://yakin@127.0.0.1:9/none?connect_timeout=2")


def test_commits_are_flushed_to_disk(store: JournalStore) -> None:
    seen: list[object] = []

    def look(conn: sa.Connection) -> None:
        seen.extend(conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode"))

    store.append("yakin", also=look)
    assert seen == [2, "wal"]


def test_replacing_an_event_is_refused_too(store: JournalStore, file: Path) -> None:
    note(store)
    with closing(sqlite3.connect(file)) as other, pytest.raises(sqlite3.DatabaseError, match="append-only"):
        other.execute(
            "INSERT OR REPLACE INTO event SELECT seq, at, 'x', action, target, outcome, run, body, prev, hash FROM event"
        )


TAMPERING = {
    "UPDATE event SET actor = 'somebody' WHERE seq = 3": ("edited", 3),
    "UPDATE event SET body = replace(body, 'n1', 'n9') WHERE seq = 3": ("edited", 3),
    "DELETE FROM event WHERE seq = 3": ("missing", 3),
    "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)": ("cut", 6),
    "DELETE FROM chain_head": ("headless", 6),
    "UPDATE event SET seq = CASE seq WHEN 3 THEN -4 ELSE -3 END WHERE seq IN (3, 4); UPDATE event SET seq = -seq WHERE seq < 0": (
        "reordered",
        3,
    ),
    "INSERT INTO event SELECT 7, at, actor, action, target, outcome, run, body, prev, hash FROM event WHERE seq = 6": (
        "inserted",
        7,
    ),
}


@pytest.mark.parametrize("tampering", TAMPERING)
def test_tampering_in_the_file_is_told(store: JournalStore, file: Path, tampering: str) -> None:
    note(store, 5)
    with closing(sqlite3.connect(file)) as other:
        for trigger in ("event_is_not_changed", "event_is_not_deleted", "event_is_added_at_the_end"):
            other.execute(f"DROP TRIGGER {trigger}")
        other.executescript(tampering)
    assert TAMPERING[tampering] in [(finding.kind, finding.seq) for finding in store.verify()]


def test_an_old_copy_put_in_place_is_told_by_what_was_noted_elsewhere(
    store: JournalStore, file: Path, tmp_path: Path
) -> None:
    note(store, 3)
    store.close()
    shutil.copy(file, tmp_path / "old.sqlite")
    note(store, 2)
    old = JournalStore(f"sqlite:///{tmp_path / 'old.sqlite'}")
    assert old.verify() == []
    assert [finding.message for finding in old.verify([store.anchor()])] == ["Events 5 to 6 were cut off the end"]
    old.close()


def test_the_schema_written_is_the_newest_revision() -> None:
    from alembic.script import ScriptDirectory

    import yakin.journal

    scripts = ScriptDirectory(Path(yakin.journal.__file__).parent / "migrations")
    assert scripts.get_current_head() == REVISION


def test_opening_a_journal_that_is_up_to_date_does_not_load_the_migrations(store: JournalStore, file: Path) -> None:
    program = "import sys; from yakin.journal.store import JournalStore; JournalStore(sys.argv[1]); print('alembic' in sys.modules)"
    command = [sys.executable, "-c", program, f"sqlite:///{file}"]
    assert subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout == "False\n"
