"""Copies of the journal, the settings and the workflows."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "夜勤"
    for name in ("config/yakin.toml", "config/secrets.toml", "workflows/juminzei.yaml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("", encoding="utf-8")
    (root / "var").mkdir()
    return root


def backup(project: Path, copies: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "deploy" / "backup.py"), str(copies), "--project", str(project), *more]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_the_journal_is_copied_while_somebody_writes_into_it(project: Path, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(project / "var" / "yakin.sqlite")) as writer:
        writer.executescript("PRAGMA journal_mode=wal; CREATE TABLE event (seq); INSERT INTO event VALUES (1);")
        writer.execute("INSERT INTO event VALUES (2)")
        done = backup(project, tmp_path / "copies")
    assert done.returncode == 0, done.stderr
    (copy,) = (tmp_path / "copies").iterdir()
    with contextlib.closing(sqlite3.connect(copy / "yakin.sqlite")) as found:
        assert found.execute("SELECT seq FROM event").fetchall() == [(1,)]
    with zipfile.ZipFile(copy / "project.zip") as archive:
        assert archive.namelist() == ["config/yakin.toml", "workflows/juminzei.yaml"]


def test_the_ledger_of_bank_files_is_copied_too(project: Path, tmp_path: Path) -> None:
    (project / "var" / "bank").mkdir()
    (project / "var" / "bank" / "sent.jsonl").write_bytes(b"{}\n")
    assert backup(project, tmp_path / "copies").returncode == 0
    (copy,) = (tmp_path / "copies").iterdir()
    with zipfile.ZipFile(copy / "project.zip") as archive:
        assert archive.read("bank/sent.jsonl") == b"{}\n"


def test_a_damaged_journal_is_told_and_leaves_no_copy(project: Path, tmp_path: Path) -> None:
    (project / "var" / "yakin.sqlite").write_bytes(b"no database" * 1000)
    done = backup(project, tmp_path / "copies")
    assert done.returncode == 1
    assert "No copy was made" in done.stderr
    assert list((tmp_path / "copies").iterdir()) == []


def test_only_the_newest_copies_are_kept(project: Path, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    for day in (1, 2, 3):
        (copies / f"yakin-2026100{day}T123000").mkdir(parents=True)
    assert backup(project, copies, "--keep", "2").returncode == 0
    assert min(path.name for path in copies.iterdir()) == "yakin-20261003T123000"
    assert len(list(copies.iterdir())) == 2
