"""`schedule` and `calendar` at the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.unit.schedule.test_calendars import list_file, official
from yakin.cli import app

WORKFLOW = """
workflow: 軽自動車税の異動入力
triggers:
  - {cron: "0 22 * * *", calendar: municipal, on_closed_day: previous}
  - {monthly: "10日(休みなら翌開庁日)", time: "07:30", jitter: 10m}
  - {every: 1h, calendar: library, on_closed_day: skip}
  - {file_arrived: inbox/*.csv}
  - {at: 2026-05-09 09:00, enabled: false}
steps:
  - {uses: excel.read_rows, with: {path: list.xlsx}}
"""
LIBRARY = """
title: 図書館
closed_weekdays: [mon]
opened: {2026-05-05: こどもの日の開館}
hours: {mon-sun: 09:00-17:00}
"""

Program = Callable[..., tuple[int, str]]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Runs the program in a small project on 1 May 2026 at noon in Tokyo; returns its exit status and all it printed."""
    (tmp_path / "config" / "calendars").mkdir(parents=True)
    (tmp_path / "workflows").mkdir()
    files = {
        "config/yakin.toml": 'language = "ja"\ntime_zone = "Asia/Tokyo"\n',
        "config/calendars/library.yaml": LIBRARY,
        "workflows/kei.yaml": WORKFLOW,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("yakin.clock.SystemClock.now", lambda self: datetime(2026, 5, 1, 3, tzinfo=UTC))

    def run(*arguments: str, language: str = "ja") -> tuple[int, str]:
        settings = tmp_path / "config" / "yakin.toml"
        settings.write_text(f'language = "{language}"\ntime_zone = "Asia/Tokyo"\n', encoding="utf-8")
        monkeypatch.setattr("sys.argv", ["runner.py", *arguments])
        capsys.readouterr()
        status = app.run(tmp_path)
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def test_what_is_coming_stands_in_a_table_with_its_notes(program: Program) -> None:
    status, printed = program("schedule")
    assert status == 0
    for wanted in ("05-01 金", "05-11 月", "07:30", "最大 10m", "利用時間外", "inbox/*.csv", "止めてあります"):
        assert wanted in printed
    assert "05-02（土曜日）" in printed


def test_the_coming_moments_are_data_for_other_programs(program: Program) -> None:
    found = json.loads(program("schedule", "--days", "12", "--json")[1])
    nightly = [one for one in found["coming"] if one["trigger"] == "0 22 * * *"]
    assert [one["due"] for one in nightly] == [
        [f"2026-05-{day}T22:00:00+09:00"] for day in ("01", "07", "08", "11", "12")
    ]
    assert nightly[0]["moved_from"] == [f"2026-05-0{day}" for day in (2, 3, 4, 5, 6)]
    assert [one["trigger"] for one in found["schedules"] if not one["timed"]] == ["inbox/*.csv"]
    assert found["rejected"] == []


def test_what_is_paused_is_seen_wherever_schedules_are_shown(program: Program) -> None:
    assert program("schedule", "pause", "kei", "--reason", "年度更新の間")[0] == 0
    printed = program("schedule")[1]
    assert "一時停止中" in printed
    assert "年度更新の間" in "".join(printed.split())
    assert "年度更新の間" in "".join(program("schedule", "explain", "kei")[1].split())
    assert all(one["paused"] for one in json.loads(program("schedule", "--json")[1])["schedules"])
    assert program("schedule", "resume", "kei")[0] == 0
    assert "一時停止" not in program("schedule")[1] + program("schedule", "explain", "kei")[1]


def test_a_file_with_errors_is_named_and_left_out(program: Program) -> None:
    Path("workflows/broken.yaml").write_text("workflow: 壊れた\nsteps: 5\n", encoding="utf-8")
    assert "broken.yaml" in program("schedule")[1]
    assert json.loads(program("schedule", "--json")[1])["rejected"] == ["broken.yaml"]


def test_months_are_drawn_with_their_closed_days(program: Program) -> None:
    printed = program("schedule", "--days", "40", "--calendar")[1]
    for wanted in ("2026-05", "2026-06", "憲法記念日", "振替休日", "閉庁", "回"):
        assert wanted in printed


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("schedule",),
        ("schedule", "--calendar", "--days", "250"),
        ("schedule", "explain", "kei", "--date", "2026-05-05"),
        ("calendar", "show"),
        ("calendar", "show", "library"),
    ],
    ids=" ".join,
)
def test_nothing_is_wider_than_eighty_columns(program: Program, arguments: tuple[str, ...], language: str) -> None:
    status, printed = program(*arguments, language=language)
    assert status == 0
    assert max(map(cell_len, printed.splitlines())) <= 80


def test_the_lines_of_a_drawn_month_are_of_one_width(program: Program) -> None:
    printed = program("schedule", "--calendar", "--days", "250")[1]
    assert {cell_len(line) for line in printed.splitlines() if line.startswith(("│", "├", "┌"))} == {78}


def test_a_day_is_explained_for_every_trigger(program: Program) -> None:
    printed = program("schedule", "explain", "kei", "--date", "令和8年5月4日")[1]
    assert printed.count("軽自動車税の異動入力") == 5
    assert "22:00: 閉庁日（みどりの日）なので 2026-05-01 金 に移ります" in printed
    assert "2026-05 では 2026-05-11 月 です" in printed


def test_without_a_date_today_is_explained(program: Program) -> None:
    found = json.loads(program("schedule", "explain", "kei", "--json")[1])
    assert {one["day"] for one in found} == {"2026-05-01"}
    assert found[0]["due"] == ["2026-05-01T22:00:00+09:00"]
    assert found[0]["after"] == "2026-05-07T22:00:00+09:00"


def test_a_workflow_without_triggers_and_a_wrong_date_are_told(program: Program) -> None:
    Path("workflows/plain.yaml").write_text(
        "workflow: 手で始める\nsteps:\n  - {uses: excel.read_rows, with: {path: list.xlsx}}\n", encoding="utf-8"
    )
    status, printed = program("schedule", "explain", "plain")
    assert (status, "起動条件はありません" in printed) == (2, True)
    assert "2026-02-30" in program("schedule", "explain", "kei", "--date", "2026-02-30")[1]


def test_nothing_that_is_due_is_told_too(program: Program) -> None:
    Path("workflows/kei.yaml").unlink()
    assert "予定はありません" in program("schedule")[1]


def test_a_calendar_shows_its_rules_and_its_days(program: Program) -> None:
    printed = program("calendar", "show", "library", "--year", "2026")[1]
    for wanted in ("図書館", "月曜日", "09:00–17:00", "2026-05-05 火", "こどもの日の開館", "2027-12-31"):
        assert wanted in printed
    found = json.loads(program("calendar", "show", "--year", "2026", "--json")[1])
    assert found["open_days"]["05"] == 18
    assert {"day": "2026-05-06", "open": False, "why": "振替休日", "sure": True} in found["days"]


def test_a_calendar_with_mistakes_is_told_with_their_places_and_by_check(program: Program) -> None:
    Path("config/calendars/library.yaml").write_text("titel: 図書館\n", encoding="utf-8")
    status, printed = program("calendar", "show")
    assert status == 2
    assert "library.yaml:1:1" in printed
    assert "もしかして: title" in printed
    assert program("check")[0] == 2
    assert "library.yaml:1:1" in program("check")[1]


def test_a_list_of_holidays_is_imported_and_says_what_it_changed(program: Program) -> None:
    path = list_file(Path(), official(2026, 2027).replace("2027/7/19,海の日", "2027/7/20,海の日"))
    status, printed = program("calendar", "import", str(path))
    assert status == 0
    for wanted in (
        "config/calendars/national.yaml",
        "2026～2027年",
        "追加: 2027-07-20 火 海の日",
        "削除: 2027-07-19 月 海の日",
    ):
        assert wanted in printed
    assert "2027-07-20 火" in program("calendar", "show", "--year", "2027")[1]
    assert "これまでの内容と同じ" in program("calendar", "import", str(path))[1]
