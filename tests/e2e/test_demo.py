"""The demo, as a newcomer sees it: what it prints, what it leaves, what the practice system itself says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.e2e.home import Home
from yakin.practice.samples import ALREADY_REGISTERED, HEADER_ROW, IMPOSSIBLE_DATE, REFUSED, SHEET, TOTAL_INCOME

pytestmark = pytest.mark.browser

Ran = tuple[Home, int, str]


def entry(home: Home) -> dict[str, Any]:
    runs = home.runs(home.demo)
    return home.show(next(run["id"] for run in runs if run["workflow"] == "juminzei_nyuryoku"))


def test_it_ends_well(demo_home: Ran) -> None:
    _, status, printed = demo_home
    assert status == 0, printed
    assert "38 declarations, 0 of them twice" in printed


def test_it_fits_into_80_columns(demo_home: Ran) -> None:
    from yakin.reports.problems import display_width

    _, _, printed = demo_home
    assert max(display_width(line) for line in printed.splitlines()) <= 80


def test_37_are_newly_registered_1_was_there_and_2_are_set_aside(demo_home: Ran) -> None:
    home, _, printed = demo_home
    verdicts = Counter(item["verdict"] for step in entry(home)["steps"] for item in step["items"])
    assert verdicts == {"registered": 37, "found": 1, "set_aside": 2}, printed


def test_the_system_itself_has_every_declaration_once(demo_home: Ran) -> None:
    home, _, _ = demo_home
    numbers = Counter(row["受付番号"] for row in home.practice().registered())
    assert len(numbers) == 38
    assert set(numbers.values()) == {1}
    assert not {*IMPOSSIBLE_DATE, *REFUSED} & set(numbers)
    registrations = Counter(
        attempt["受付番号"] for attempt in home.practice().attempts() if attempt["outcome"] == "registered"
    )
    assert set(registrations.values()) == {1}
    assert not set(ALREADY_REGISTERED) & set(registrations)


def test_the_receipt_numbers_stand_in_the_workbook_with_its_formatting(demo_home: Ran) -> None:
    home, _, _ = demo_home
    after = openpyxl.load_workbook(home.demo / "samples" / "juminzei.xlsx")[SHEET]
    before = openpyxl.load_workbook(Path(__file__).parents[2] / "samples" / "juminzei.xlsx")[SHEET]
    columns = {cell.value: place for place, cell in enumerate(after[HEADER_ROW])}
    rows = {str(row[0].value): row for row in after.iter_rows(min_row=HEADER_ROW + 1) if row[0].value}
    in_system = {row["受付番号"]: row["登録番号"] for row in home.practice().registered()}
    for number, row in rows.items():
        assert row[columns["登録番号"]].value == in_system.get(number)
    assert "平成32年" in str(rows[IMPOSSIBLE_DATE[0]][columns["処理結果"]].value)
    assert "旧港町" in str(rows[REFUSED[0]][columns["処理結果"]].value)
    assert after.merged_cells.ranges == before.merged_cells.ranges
    assert [cell.fill.fgColor.rgb for cell in after[1]] == [cell.fill.fgColor.rgb for cell in before[1]]
    assert {name: column.width for name, column in after.column_dimensions.items()} == {
        name: column.width for name, column in before.column_dimensions.items()
    }


def test_list_and_system_come_to_the_same_counts_and_amounts(demo_home: Ran) -> None:
    home, _, _ = demo_home
    proof = next(step for step in entry(home)["steps"] if step["path"] == "proof")
    total = {name: of["is"] for name, of in proof["output"]["of"]["summary"]["of"]["total"]["of"].items()}
    in_system = sum(row["収入金額"] for row in home.practice().registered())
    assert total == {"left_count": 38, "right_count": 38, "left_amount": in_system, "right_amount": in_system}
    assert in_system < TOTAL_INCOME


def test_every_registered_row_has_a_picture_of_its_confirmation(demo_home: Ran) -> None:
    home, _, _ = demo_home
    result = entry(home)
    folder = home.demo / "var" / "runs" / result["run"]
    for step in result["steps"]:
        for item in step["items"]:
            if item["verdict"] == "registered":
                pictures = [folder / proof["path"] for proof in item["evidence"] if proof["name"] == "confirm"]
                assert len(pictures) == 1
                assert pictures[0].read_bytes().startswith(b"\xff\xd8"), "a JPEG"


def test_the_second_workflow_reconciles_the_payments(demo_home: Ran) -> None:
    home, _, _ = demo_home
    runs = home.runs(home.demo)
    result = home.show(next(run["id"] for run in runs if run["workflow"] == "shuno_totsugo"))
    outcome = next(step for step in result["steps"] if step["path"] == "result")["output"]["of"]
    names = ("matched", "differs", "only_left", "only_right", "ambiguous", "proposed", "duplicates")
    counts = {name: outcome[name]["rows"] for name in names}
    assert counts == dict(zip(names, (53, 2, 4, 1, 3, 0, 0), strict=True))


def test_the_audit_trail_verifies(demo_home: Ran) -> None:
    home, _, _ = demo_home
    assert home.yakin("audit", "verify", cwd=home.demo)[0] == 0


def test_the_reports_are_there_and_hold_every_row(demo_home: Ran) -> None:
    home, _, _ = demo_home
    result = entry(home)
    folder = home.demo / "var" / "runs" / result["run"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert all(item["key"] in page for step in result["steps"] for item in step["items"])
    book = openpyxl.load_workbook(folder / "results.xlsx")
    listed = [str(cell) for row in book.worksheets[1].iter_rows(values_only=True) for cell in row]
    assert all(item["key"] in listed for step in result["steps"] for item in step["items"])


def test_the_password_is_in_nothing_that_the_run_wrote(demo_home: Ran) -> None:
    import base64
    import json
    from urllib.parse import quote

    from yakin.practice import DEFAULT_PASSWORD

    home, _, printed = demo_home
    forms = {
        DEFAULT_PASSWORD.encode(),
        json.dumps(DEFAULT_PASSWORD)[1:-1].encode(),
        quote(DEFAULT_PASSWORD, safe="").encode(),
        base64.b64encode(DEFAULT_PASSWORD.encode()).rstrip(b"="),
    }
    written = [path for path in (home.demo / "var").rglob("*") if path.is_file()]
    assert len(written) > 50
    for path in written:
        content = path.read_bytes()
        assert not [form for form in forms if form in content], path
    assert DEFAULT_PASSWORD not in printed
