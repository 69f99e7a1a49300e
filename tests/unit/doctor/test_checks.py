"""Each check both ways: on what is well, and on what is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cases.check import fakebot
from tests.unit.doctor.conftest import SMALLEST, MakePatient
from yakin.actions import Diagnosis, Found, Missing, Registry, checkup, requirement, well
from yakin.doctor import bots, calendars, clock, disk, encodings, files, installation, machine, secrets
from yakin.japan.calendar import Calendar
from yakin.phrases import fill
from yakin.secrets import EnvironmentSource, FileSource, Secrets

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
LOCK = """\
alembic==1.18.0 \\
    --hash=sha256:00
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:00
"""


def severities(found: Iterable[Diagnosis]) -> list[str]:
    return [one.severity for one in found]


def said(found: Iterable[Diagnosis]) -> str:
    return "\n".join(fill(part, one.data) for one in found for part in (one.template, one.hint) if part)


@pytest.mark.parametrize(
    ("version", "bits", "severity"),
    [((3, 10, 9), 64, "wrong"), ((3, 11, 0), 64, "well"), ((3, 14, 1), 64, "well"), ((3, 12, 0), 32, "warning")],
)
def test_python_must_be_new_enough_and_should_have_64_bits(
    version: tuple[int, int, int], bits: int, severity: str
) -> None:
    assert installation.python_of(version, bits).severity == severity


@pytest.mark.parametrize(
    ("installed", "severity"),
    [
        ({"alembic": "1.18.0"}, "well"),
        ({"alembic": "1.18.0", "colorama": "0.4.6"}, "well"),
        ({"alembic": "1.17.2"}, "wrong"),
        ({"alembic": "1.18.0", "colorama": "0.4.5"}, "wrong"),
        ({"colorama": "0.4.6"}, "wrong"),
    ],
)
def test_installed_must_be_what_the_lock_says_but_not_what_is_for_other_systems(
    installed: dict[str, str], severity: str
) -> None:
    assert installation.packages_of(LOCK, installed.get).severity == severity


def test_packages_that_differ_are_named_with_both_versions() -> None:
    assert "alembic 1.17.2 ≠ 1.18.0" in said([installation.packages_of(LOCK, {"alembic": "1.17.2"}.get)])


def test_mistakes_in_workflow_files_are_told_with_their_place(make_patient: MakePatient) -> None:
    assert severities(files.workflows(make_patient())) == ["warning"]
    assert severities(files.workflows(make_patient(tsuchi=SMALLEST))) == ["well"]
    found = list(files.workflows(make_patient(tsuchi=SMALLEST.replace("notify.send", "notify.sent"))))
    assert severities(found) == ["wrong", "wrong"]
    assert "tsuchi.yaml:3:" in said(found)


def test_each_missing_secret_is_told_by_name_with_who_names_it(make_patient: MakePatient) -> None:
    text = SMALLEST.replace("subject: 夜勤", 'subject: 夜勤, body: "${{ secrets.portal_password }}"')
    patient = make_patient('[secrets]\nsources = ["file"]', tsuchi=text)
    found = list(secrets.secrets(patient))
    assert severities(found) == ["wrong"]
    assert "portal_password, which is named by tsuchi" in said(found)
    # Only the secret is missing: the file itself has no mistake.
    assert severities(files.workflows(patient)) == ["well"]

    file = patient.root / "config" / "secrets.toml"
    file.write_text('portal_password = "ひらけごま"\n', encoding="utf-8")
    file.chmod(0o600)
    found = list(secrets.secrets(make_patient('[secrets]\nsources = ["file"]')))
    assert severities(found) == ["well"]
    assert "ひらけごま" not in said(found)


def test_a_secret_too_short_to_be_hidden_is_wrong_and_not_shown() -> None:
    known = Secrets([EnvironmentSource({"YAKIN_SECRET_PIN": "q7"})])
    found = list(secrets.secrets_of({"pin": ["tsuchi"]}, known))
    assert severities(found) == ["wrong"]
    assert "q7" not in said(found)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps rights in another way")
def test_a_file_of_secrets_that_others_can_read_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text('a = "aaaa"\nb = "bbbb"\n', encoding="utf-8")
    file.chmod(0o644)
    found = list(secrets.secrets_of({"a": ["x"], "b": ["x"]}, Secrets([FileSource(file)])))
    assert severities(found) == ["wrong"]
    assert "chmod 600" in said(found)


def test_the_password_that_news_are_sent_with_is_looked_for_too(make_patient: MakePatient) -> None:
    settings = """
[secrets]
sources = ["file"]
[notify.mail]
server = "mail.town.example.jp"
sender = "yakin@town.example.jp"
user = "yakin"
[[notify.rules]]
to = ["joho@town.example.jp"]
digest = "07:30"
"""
    assert "mail_password" in said(secrets.secrets(make_patient(settings)))


def test_what_a_bot_needs_is_wrong_when_missing_unless_the_bot_looks_itself() -> None:
    @requirement("scanner")
    def scanner(config: dict[str, Any]) -> Found | Missing:
        return Found("here") if config else Missing("There is no scanner", "Connect one")

    @checkup("scanner")
    def scans(_config: object) -> list[Diagnosis]:
        return [well("it scans")]

    module = type(fakebot)("scanning")
    module.scanner = scanner  # type: ignore[attr-defined]
    assert severities(bots.bots_of(Registry.of({"scanning": module}), {})) == ["well", "wrong"]
    assert severities(bots.bots_of(Registry.of({"scanning": module}), {"there": True})) == ["well"]
    module.scans = scans  # type: ignore[attr-defined]
    assert severities(bots.bots_of(Registry.of({"scanning": module}), {})) == ["well"]


def test_a_bot_that_cannot_be_loaded_is_told(make_patient: MakePatient) -> None:
    assert severities(bots.bots(make_patient())) == ["well"]
    (found,) = bots.bots(make_patient(bots="no_such_module"))
    assert found.severity == "wrong"


@pytest.mark.parametrize(
    ("now", "server", "newest", "expected"),
    [
        (NOW, None, None, ["well"]),
        (NOW, None, NOW - timedelta(hours=1), ["well"]),
        (NOW, NOW + timedelta(seconds=1), NOW, ["well"]),
        (NOW, NOW - timedelta(seconds=20), None, ["warning"]),
        (NOW, NOW + timedelta(minutes=9), None, ["wrong"]),
        (NOW, None, NOW + timedelta(minutes=9), ["wrong", "well"]),
        (datetime(1970, 1, 1, 0, 3, tzinfo=UTC), None, NOW, ["wrong"]),
    ],
)
def test_a_clock_away_from_the_databases_or_before_the_journal_is_told(
    now: datetime, server: datetime | None, newest: datetime | None, expected: list[str]
) -> None:
    assert severities(clock.clock_of(now, server, newest)) == expected


def test_times_of_day_that_are_not_japans_are_told() -> None:
    assert clock.time_zone_of(NOW.astimezone(ZoneInfo("Asia/Tokyo")), True).severity == "well"
    assert clock.time_zone_of(NOW, True).severity == "warning"
    assert clock.time_zone_of(NOW, False).severity == "wrong"


def test_a_zone_in_the_settings_is_enough(make_patient: MakePatient) -> None:
    assert severities(clock.time_zone(make_patient('time_zone = "Asia/Tokyo"'))) == ["well"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (encodings.Encodings(True, "utf-8", "utf-8", "utf-8"), ["well"]),
        (encodings.Encodings(True, "cp932", "utf-8", None), ["well"]),
        (encodings.Encodings(False, "cp932", "utf-8", None), ["warning"]),
        (encodings.Encodings(False, "UTF-8", "utf-8", "cp932"), ["warning", "well"]),
        (encodings.Encodings(False, "ANSI_X3.4-1968", "ascii", None), ["wrong", "warning"]),
    ],
)
def test_encodings_that_lose_names_are_told(found: encodings.Encodings, expected: list[str]) -> None:
    assert severities(encodings.encodings_of(found)) == expected


def test_files_with_japanese_names_are_tried_and_leave_nothing(tmp_path: Path) -> None:
    assert encodings.file_name_in(tmp_path).severity == "well"
    assert list(tmp_path.iterdir()) == []
    assert encodings.file_name_in(tmp_path / "gone").severity == "wrong"


@pytest.mark.parametrize(("free", "severity"), [(100.0, "well"), (1.0, "warning"), (0.1, "wrong")])
def test_little_room_on_a_disk_is_told(free: float, severity: str) -> None:
    assert disk.room_of(Path("var"), free).severity == severity


def test_a_folder_is_tried_and_nothing_is_left_in_it(tmp_path: Path) -> None:
    (found,) = disk.folder_of(tmp_path / "not" / "made" / "yet")
    assert found.severity in ("well", "warning")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: int) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "fsync", refuse)
    (found,) = disk.folder_of(tmp_path)
    assert found.severity == "wrong"
    assert "Permission denied" in said([found])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ([("/", "ext4")], False),
        ([("/", "ext4"), ("/srv", "cifs")], True),
        ([("/", "nfs4"), ("/srv/yakin", "xfs")], False),
        ([("/", "ext4"), ("/srv", "fuse.sshfs")], True),
        ([("/", "ext4"), ("/srv/yaki", "nfs")], False),
    ],
)
def test_the_innermost_mount_says_whether_a_folder_is_on_the_network(
    mounts: list[tuple[str, str]], expected: bool
) -> None:
    found = disk.is_network_mount(Path("/srv/yakin/var"), ((Path(at), kind) for at, kind in mounts))
    assert found is expected


def test_sqlite_on_a_network_share_is_wrong(tmp_path: Path) -> None:
    assert severities(disk.sqlite_on(tmp_path / "yakin.sqlite", True)) == ["wrong"]
    assert severities(disk.sqlite_on(tmp_path / "yakin.sqlite", False)) == []


def test_artifacts_elsewhere_are_looked_at_too(make_patient: MakePatient, tmp_path: Path) -> None:
    usual = len(list(disk.disk(make_patient())))
    there = list(disk.disk(make_patient(f'artifacts = "{(tmp_path / "shared").as_posix()}"')))
    assert len(there) == usual + 1
    gone = list(disk.disk(make_patient('artifacts = "nosuchstore://bucket/yakin"')))
    assert "wrong" in severities(gone)


@pytest.mark.parametrize(
    ("free", "cores", "sessions", "expected"),
    [
        (8.0, 4, 2, ["well"]),
        (0.6, 4, 2, ["warning"]),
        (8.0, 1, 4, ["warning"]),
        (0.5, 1, 4, ["warning", "warning"]),
    ],
)
def test_memory_and_cores_are_held_against_the_sessions(
    free: float, cores: int, sessions: int, expected: list[str]
) -> None:
    assert severities(machine.memory_of(free, cores, sessions)) == expected


def test_a_calendar_that_ends_soon_or_is_wrong_is_told(make_patient: MakePatient, tmp_path: Path) -> None:
    today = date(2026, 11, 23)
    short = Calendar("kogyo", sure_until=today + timedelta(days=10))
    assert severities(calendars.calendars_of({"kogyo": short}, today)) == ["warning"]
    patient = make_patient()
    assert severities(calendars.calendars(patient)) == ["well"]
    folder = tmp_path / "config" / "calendars"
    folder.mkdir()
    (folder / "kogyo.yaml").write_text("closed_wekdays: [sat]\n", encoding="utf-8")
    assert "wrong" in severities(calendars.calendars(patient))
