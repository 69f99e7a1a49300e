"""`excel.lint`: every rule of the Ministry's checklist finds what it is for, and leaves a clean list alone."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from bots.excel.lint.actions import lint
from bots.excel.lint.findings import Check
from bots.excel.package import WorkbookUnreadable
from tests.bots.contexts import FakeContext
from tests.bots.excel.workbooks import with_parts

CLEAN: Sequence[Sequence[Any]] = [
    ["年度", "市区町村", "世帯数(世帯)", "収納額(円)"],
    [2023, "みどり市", 1200, 54000000],
    [2024, "みどり市", 1234, 55120000],
    [2025, "みどり市", 1250, 56010000],
]


def found(path: Path, **options: Any) -> list[tuple[str, str | None]]:
    """The checks that found something, and where."""
    table = lint(path, **options, ctx=FakeContext(path.parent))
    kinds, cells = table.column("種類"), table.column("セル")
    return [(str(kind), None if cell is None else str(cell)) for kind, cell in zip(kinds, cells, strict=True)]


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., Path]:
    """Makes a workbook of the clean list after something was done to its sheet."""

    def make(change: Callable[[Worksheet], object] = lambda sheet: None) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        assert isinstance(sheet, Worksheet)
        sheet.title = "収納状況"
        for row in CLEAN:
            sheet.append(list(row))
        change(sheet)
        path = tmp_path / "収納状況.xlsx"
        book.save(path)
        return path

    return make


def put(**values: Any) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        for address, value in values.items():
            sheet[address] = value

    return change


def test_a_clean_list_has_no_findings(listed: Callable[..., Path]) -> None:
    assert found(listed()) == []


@pytest.mark.parametrize(
    ("values", "check", "cells"),
    [
        ({"C3": "1,234(56)"}, "several_values", "C3"),
        ({"C3": "100、200"}, "several_values", "C3"),
        ({"D3": "55,120,000円"}, "number_as_text", "D3"),
        ({"D3": "△5"}, "number_as_text", "D3"),
        ({"D3": "５５１２００００"}, "number_as_text", "D3"),
        ({"C2": "1200人", "C3": "1234人", "C4": "1250人"}, "number_as_text", "C2:C4"),
        ({"B3": "み　ど　り　市"}, "spaces", "B3"),
        ({"B1": "市　区　町　村"}, "spaces", "B1"),
        ({"B4": "合　計"}, "spaces", "B4"),
        ({"B3": "みどり市　"}, "spaces", "B3"),
        ({"C1": "世帯数\n(世帯)"}, "line_breaks", "C1"),
        ({"C1": None}, "missing_name", "C1"),
        ({"B3": "〃"}, "omitted", "B3"),
        ({"D5": "=SUM(D2:D4)", "A5": 2026, "B5": "みどり市", "C5": 1}, "formula", "D5"),
        ({"D1": "収納"}, "unit", "D1"),
        ({"B3": "㈱みどり市"}, "characters", "B3"),
        ({"A2": "令和5年度", "A3": "令和6年度", "A4": "令和7年度"}, "era_year", "A2:A4"),
        ({"B3": "みどり"}, "area_name", "B3"),
        ({"D3": "-"}, "symbols", "D3"),
        ({"D3": "…"}, "symbols", "D3"),
    ],
)
def test_each_rule_names_the_cells_that_break_it(
    listed: Callable[..., Path], values: dict[str, Any], check: Check, cells: str
) -> None:
    assert (check, cells) in found(listed(put(**values)), checks=[check])


@pytest.mark.parametrize(
    "values",
    [
        {"A2": "2023年度(令和5年度)", "A3": "2024年度(令和6年度)", "A4": "2025年度(令和7年度)"},
        {"B1": "受付番号", "B2": "00123", "B3": "00124", "B4": "00125"},
        {"B1": "受付番号", "B2": "20240001", "B3": "20240002", "B4": "20240003"},
        {"B1": "氏名", "B2": "山田　太郎", "B3": "佐藤 花子", "B4": "林　亮"},
        {"B1": "受付日", "B2": datetime.date(2026, 4, 1)},
        {"F1": "単位:千円", "D1": "収納"},
        {"B1": "住所", "B2": "大字緑1番地−2〜3", "B3": "緑町1-2-3"},
    ],
)
def test_what_is_data_is_no_finding(listed: Callable[..., Path], values: dict[str, Any]) -> None:
    kept: list[Check] = ["number_as_text", "spaces", "unit", "characters", "era_year", "area_name", "symbols"]
    assert found(listed(put(**values)), checks=kept) == []


def test_merged_cells_are_named_and_their_rows_not_told_to_lack_a_label(listed: Callable[..., Path]) -> None:
    def merge(sheet: Worksheet) -> None:
        for row, name in enumerate(("本庁", "本庁", "支所"), 2):
            sheet.cell(row, 1, name)
        sheet.merge_cells("A2:A3")

    assert found(listed(merge), checks=["merged_cells", "omitted"]) == [("merged_cells", "A2:A3")]


def test_a_label_that_is_left_out_below_the_first_is_told(listed: Callable[..., Path]) -> None:
    assert found(listed(put(A2="本庁", A3=None, A4=None)), checks=["omitted"]) == [("omitted", "A3:A4")]


def test_an_empty_row_divides_a_table_and_other_names_begin_another(listed: Callable[..., Path]) -> None:
    def divided(sheet: Worksheet) -> None:
        sheet.append([])
        sheet.append([2026, "みどり市", 1260, 57000000])

    def another(sheet: Worksheet) -> None:
        sheet.append([])
        sheet.append(["科目", "担当", "件数(件)", "備考"])
        sheet.append(["住民税", "税務課", 12, "済"])

    checks = ["divided", "several_tables"]
    assert found(listed(divided), checks=checks) == [("divided", "A5:D5")]
    assert found(listed(another), checks=checks) == [("several_tables", "A6:D7")]


def test_an_empty_column_divides_a_table(listed: Callable[..., Path]) -> None:
    values = {f"{column}{row}": row for column in "FG" for row in (1, 2, 3, 4)} | {"F1": "前年(円)", "G1": "増減(円)"}
    assert found(listed(put(**values)), checks=["divided", "several_tables"]) == [("divided", "E1:E4")]


def test_a_title_above_the_table_is_no_table(listed: Callable[..., Path]) -> None:
    def title(sheet: Worksheet) -> None:
        sheet.insert_rows(1, 2)
        sheet["A1"] = "令和7年度 収納状況"

    assert found(listed(title)) == []


def test_what_lies_on_a_sheet_is_told_with_the_cell_under_its_corner(tmp_path: Path) -> None:
    path = tmp_path / "受付印.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("受付")
        sheet.insert_textbox("C5", "受付印")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=受付!$A$1:$A$3"})
        sheet.insert_chart("E2", chart)
    table = lint(path, ctx=FakeContext(tmp_path))
    assert sorted(zip(table.column("セル"), table.column("内容"), strict=True), key=str) == [
        ("C5", "シートの上に図形があります。内容はセルに書いてください"),
        ("E2", "シートの上にグラフがあります。内容はセルに書いてください"),
    ]


def test_all_sheets_are_looked_at_unless_one_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("四月", "五月"):
        sheet = book.create_sheet(name)
        sheet.append(["科目", "額(円)"])
        sheet.append(["住民税", "=1+1"])
    path = tmp_path / "月別.xlsx"
    book.save(path)
    table = lint(path, ctx=FakeContext(tmp_path))
    assert [row["シート"] for row in table.rows if row["種類"] == "formula"] == ["四月", "五月"]
    assert found(path, sheet="五月", checks=["formula"]) == [("formula", "B2")]


def test_a_csv_file_is_judged_by_what_programs_take_for_numbers(tmp_path: Path) -> None:
    path = tmp_path / "収納.csv"
    path.write_text('科目,額(円)\n住民税,"1,200"\n固定資産税,300\n軽自動車税,-5\n', encoding="cp932")
    assert found(path) == [("number_as_text", "B2")]


def test_another_kind_of_file_is_the_only_finding(tmp_path: Path) -> None:
    path = tmp_path / "報告書.pdf"
    path.write_bytes(b"%PDF-1.7")
    table = lint(path, ctx=FakeContext(tmp_path))
    assert table.column("番号") == ("1-1",)


def test_another_kind_of_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkbookUnreadable, match=r"There is no file .*報告書\.pdf"):
        lint(Path("報告書.pdf"), ctx=FakeContext(tmp_path))


def test_findings_can_be_told_in_english(listed: Callable[..., Path]) -> None:
    table = lint(listed(put(B3="〃")), checks=["omitted"], language="en", ctx=FakeContext(Path()))
    assert table.column("内容") == ("The label is left out because it is that of the row above: write it in every row",)


def test_a_merged_area_as_large_as_the_sheet_costs_nothing(listed: Callable[..., Path]) -> None:
    path = with_parts(
        listed(lambda sheet: sheet.merge_cells("F1:G1")), a=("xl/worksheets/sheet1.xml", "F1:G1", "F1:XFD1048576")
    )
    assert found(path) == [("merged_cells", "F1:XFD1048576")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<row ", "<r"),
        ('<row r="2"', '<row r="x"'),
        ("<v>2023</v>", "<v>abc</v>"),
        ('t="n"><v>2023', 't="s"><v>2023'),
        ('t="n"><v>2023', 't="s"><v>-1'),
    ],
)
def test_a_damaged_sheet_is_refused(listed: Callable[..., Path], old: str, new: str) -> None:
    with pytest.raises(WorkbookUnreadable, match=r"収納状況\.xlsx"):
        found(with_parts(listed(), a=("xl/worksheets/sheet1.xml", old, new)))
