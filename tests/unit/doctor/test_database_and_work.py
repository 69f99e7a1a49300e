"""The journal's database, its chain, and who works: well, and broken on purpose."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.doctor.conftest import MakePatient
from tests.unit.doctor.test_checks import said, severities
from yakin import events as ev
from yakin.doctor import Patient, clock, database, work
from yakin.doctor.patient import NotLookedAt
from yakin.journal.health import Health
from yakin.journal.store import JournalStore
from yakin.ledger import LeaseRow, RunRow

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
LEASE = LeaseRow("t1", "pc-7:1", "worker", "pc-7:0a1b", "42:1", None, 1, 9, NOW, NOW, "held")
RUN = RunRow("20261123-220000-4f1c", "tsuchi", "通知", "h", "run", "running", "scheduler", NOW, owner="t1")


@pytest.fixture
def patient(make_patient: MakePatient) -> Patient:
    """A project with a run in its journal."""
    patient = make_patient()
    created = ev.RunCreated(run="r1", workflow="tsuchi", title="通知", workflow_hash="h")
    patient.project.journal.append("clerk", created, ev.RunStarted(run="r1", executor="pc-7"))
    return patient


def file_of(patient: Patient) -> Path:
    file = patient.database_file
    assert file is not None
    return file


def test_a_project_without_a_journal_has_nothing_wrong_and_gets_none(make_patient: MakePatient) -> None:
    patient = make_patient()
    for look in (database.database, database.audit, work.workers, clock.clock):
        assert severities(look(patient)) == ["well"]
    assert not file_of(patient).exists()


def test_a_journal_that_is_well(patient: Patient) -> None:
    assert severities(database.database(patient)) == ["well"]
    assert severities(database.audit(patient)) == ["well"]
    assert severities(clock.clock(patient)) == ["well"]


def test_a_file_that_is_no_database_is_told_once(make_patient: MakePatient) -> None:
    patient = make_patient()
    file = file_of(patient)
    file.parent.mkdir()
    file.write_bytes("夜勤".encode() * 4000)
    assert severities(database.database(patient)) == ["wrong"]
    for look in (database.audit, work.workers, clock.clock):
        with pytest.raises(NotLookedAt):
            list(look(patient))


def test_a_damaged_file_is_told(patient: Patient) -> None:
    file = file_of(patient)
    patient.project.journal.close()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'run_by_workflow'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\x00" * size)
    assert "wrong" in severities(database.database(patient))


def test_a_database_that_another_process_keeps_locked_is_told(patient: Patient) -> None:
    other = sqlite3.connect(file_of(patient), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    health = Health(patient.project.database_url, lock_seconds=0.05)
    found = list(database.database_of(health))
    health.close()
    other.close()
    assert severities(found) == ["well", "wrong"]
    assert "locked" in said(found)


def test_a_changed_event_is_told_by_its_number_only(patient: Patient) -> None:
    connection = sqlite3.connect(file_of(patient))
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{trigger}"')
    connection.execute("UPDATE event SET body = replace(body, '通知', '督促') WHERE seq = 1")
    connection.commit()
    connection.close()
    found = list(database.audit(patient))
    assert severities(found) == ["wrong"]
    assert "the first at event 1" in said(found)
    assert "督促" not in said(found)


def test_an_event_of_tomorrow_shows_that_the_clock_was_set_back(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    monkeypatch.setattr(patient.project.clock, "now", lambda: yesterday)
    assert severities(clock.clock(patient)) == ["wrong", "well"]


def test_workers_that_died_or_fell_silent_are_told() -> None:
    silent = replace(LEASE, beat_at=NOW - timedelta(hours=2))
    assert severities(work.workers_of([LEASE], lambda _: True, NOW)) == ["well"]
    assert severities(work.workers_of([LEASE], lambda _: False, NOW)) == ["warning", "well"]
    found = list(work.workers_of([silent], lambda _: True, NOW))
    assert severities(found) == ["warning", "well"]
    assert "silent for 120 minutes" in said(found)


def test_runs_that_nobody_goes_on_with_are_told_and_not_all_of_many() -> None:
    assert list(work.runs_of([RUN], lambda _: True)) == []
    assert "resume 20261123-220000-4f1c" in said(work.runs_of([RUN], lambda _: False))
    assert list(work.runs_of([replace(RUN, parent="r0")], lambda _: False)) == []
    assert severities(work.runs_of([RUN] * 9, lambda _: False)) == ["warning"] * 4


def test_a_run_whose_process_is_gone_is_found_in_the_journal(patient: Patient) -> None:
    found = list(work.workers(patient))
    assert severities(found) == ["well", "warning"]
    assert "runner.py resume r1" in said(found)


def test_health_of_an_empty_journal(tmp_path: Path) -> None:
    url = f"sqlite:///{(tmp_path / 'yakin.sqlite').as_posix()}"
    JournalStore(url).close()
    health = Health(url)
    assert health.product().startswith("SQLite 3.")
    assert (health.now(), health.newest(), health.damages()) == (None, None, [])
    health.wait_to_write()
    health.close()
