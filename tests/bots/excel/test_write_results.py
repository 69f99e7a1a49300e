from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill

from bots.excel import read_rows, write_results
from bots.excel.editing.losses import LossRefused
from bots.excel.editing.results import words_for
from bots.excel.editing.saving import FileInUse, put
from tests.bots.contexts import FakeContext
from tests.bots.excel.workbooks import parts_of, with_parts, workbook
from yakin.errors import ApplicationError, BusinessError

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


@pytest.fixture
def book(ctx: FakeContext) -> Path:
    """A list with a merged title, styles, and numbers that only their format fills with zeros."""
    path = workbook(
        ctx.root / "list.xlsx",
        [
            ["受付一覧"],
            [],
            ["受付番号", "氏名", "金額"],
            [1, "髙橋", 100],
            [2, "山﨑", 200],
            [3, "=注意", 300],
            [4, "佐藤", 400],
        ],
    )
    book = openpyxl.load_workbook(path)
    sheet = book["受付"]
    sheet.merge_cells("A1:C1")
    sheet["C3"].fill = PatternFill("solid", fgColor="00FF00")
    sheet["C4"].font = Font(name="MS 明朝", size=14)
    sheet["B6"].data_type = "s"
    for row in range(4, 8):
        sheet.cell(row, 1).number_format = "0000"
    book.save(path)
    return path


ITEMS: list[dict[str, Any]] = [
    {
        "key": "0001",
        "state": "done",
        "how": "registered",
        "verdict": "registered",
        "result": {"登録番号": "R06-000001"},
    },
    {"key": "0002", "state": "done", "how": "found", "verdict": "found", "result": {"登録番号": "00012345"}},
    {"key": "0003", "state": "failed", "verdict": "set_aside", "result": {}, "error": "生年月日が\n存在しません"},
    {"key": "0004", "state": "pending", "verdict": "pending", "result": {}},
]


def results(path: Path, header_row: int = 3) -> list[tuple[Any, Any]]:
    table = read_rows(path, header_row=header_row, ctx=FakeContext(path.parent))
    return list(zip(table.column("登録番号"), table.column("処理結果"), strict=True))


def test_results_stand_in_the_rows_of_their_keys(ctx: FakeContext, book: Path) -> None:
    done = write_results(book, "受付番号", ITEMS, header_row=3, ctx=ctx)

    assert results(book) == [
        ("R06-000001", "登録済"),
        ("00012345", "既に登録あり"),
        (None, "要確認: 生年月日が 存在しません"),
        (None, "未処理"),
    ]
    assert done["rows"] == 4
    assert done["file"].size == book.stat().st_size


def test_formats_stay_and_new_columns_look_like_their_neighbours(ctx: FakeContext, book: Path) -> None:
    write_results(book, "受付番号", ITEMS, header_row=3, ctx=ctx)

    sheet = openpyxl.load_workbook(book)["受付"]
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:C1"]
    assert sheet["A4"].number_format == "0000"
    assert sheet["C4"].font.name == sheet["D4"].font.name == "MS 明朝"
    assert sheet["C3"].fill.fgColor.rgb == sheet["D3"].fill.fgColor.rgb == sheet["E3"].fill.fgColor.rgb
    assert (sheet["B6"].value, sheet["B6"].data_type) == ("=注意", "s")
    assert sheet["D5"].number_format == "@"


def test_writing_the_same_again_changes_nothing(ctx: FakeContext, book: Path) -> None:
    before = book.read_bytes()
    write_results(book, "受付番号", ITEMS, header_row=3, ctx=ctx)
    once = book.read_bytes()

    again = write_results(book, "受付番号", ITEMS, header_row=3, ctx=ctx)

    assert again["changed"] == 0
    assert book.read_bytes() == once
    assert (ctx.root / "list.bak.xlsx").read_bytes() == before


def test_a_later_run_never_empties_or_weakens_what_is_there(ctx: FakeContext, book: Path) -> None:
    write_results(book, "受付番号", ITEMS, header_row=3, ctx=ctx)
    later = [
        {"key": "0001", "verdict": "skipped", "how": "claimed", "result": {}},
        {"key": "0002", "verdict": "pending", "result": {}},
        {"key": "0003", "verdict": "registered", "result": {"登録番号": "R06-000003"}},
    ]

    write_results(book, "受付番号", later, header_row=3, ctx=ctx)

    assert results(book)[:3] == [("R06-000001", "登録済"), ("00012345", "既に登録あり"), ("R06-000003", "登録済")]


def test_results_go_into_existing_columns_by_name(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "a.xlsx", [["状況", "番号", "受理番号"], [None, "1", None], ["=", "2", "x"]])
    items = [{"key": "2", "verdict": "registered", "result": {"登録番号": "=9", "余分": "?"}}]

    write_results(path, "番号", items, columns={"登録番号": "受理番号"}, status_column="状況", ctx=ctx)

    table = read_rows(path, ctx=ctx)
    assert table.columns == ("状況", "番号", "受理番号")
    assert list(table.row(1).values()) == ["登録済", "2", "=9"]
    assert list(table.row(0).values()) == [None, "1", None]


def test_an_item_without_a_row_is_told_after_the_others_are_written(ctx: FakeContext, book: Path) -> None:
    items = [*ITEMS, {"key": "9999", "verdict": "registered", "result": {"登録番号": "R06-000009"}}]

    with pytest.raises(BusinessError, match=r"1 items have no row in list.xlsx \[受付\] any more: 9999"):
        write_results(book, "受付番号", items, header_row=3, ctx=ctx)

    assert results(book)[0] == ("R06-000001", "登録済")


def test_a_key_in_two_rows_is_refused_before_anything_is_written(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "a.xlsx", [["番号"], ["1"], ["1 "], ["2"]])
    before = path.read_bytes()

    with pytest.raises(BusinessError, match=r"several rows: 1 \(2, 3\)"):
        write_results(path, "番号", [{"key": "1", "verdict": "registered"}], ctx=ctx)

    assert path.read_bytes() == before


def test_an_unknown_key_column_is_told(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "a.xlsx", [["番号"], ["1"]])

    with pytest.raises(BusinessError, match="no column 受付番号"):
        write_results(path, "受付番号", [], ctx=ctx)


def test_formulas_and_merged_cells_are_not_overwritten(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "a.xlsx", [["番号", "処理結果"], ["1", "x"]])
    book = openpyxl.load_workbook(path)
    book["受付"].merge_cells("A2:B2")
    book.save(path)

    with pytest.raises(ApplicationError, match="B2 is part of a merged area"):
        write_results(path, "番号", [{"key": "1", "verdict": "registered"}], ctx=ctx)


def test_formulas_that_look_at_results_are_kept_and_noted(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "a.xlsx", [["件数", "=COUNTA(C3:C9)", "=SUM(B3:B9)"], ["番号", "金額"], ["1", 5]])

    write_results(path, "番号", [{"key": "1", "verdict": "registered"}], header_row=2, ctx=ctx)

    assert openpyxl.load_workbook(path)["受付"]["B1"].value == "=COUNTA(C3:C9)"
    assert ctx.noted("formulas to be calculated again") == [{"file": "a.xlsx", "count": 1}]


def test_an_open_workbook_is_left_alone(ctx: FakeContext, book: Path) -> None:
    (ctx.root / "~$list.xlsx").touch()

    with pytest.raises(FileInUse):
        write_results(book, "受付番号", ITEMS, header_row=3, ctx=ctx)


def test_a_workbook_changed_meanwhile_is_left_alone(ctx: FakeContext, book: Path) -> None:
    read = book.read_bytes()
    shutil.copy(book, ctx.root / "other.xlsx")
    book.write_bytes(read + b"\0")

    with pytest.raises(FileInUse, match="changed by somebody else"):
        put(book, b"new", read=read)

    assert book.read_bytes() == read + b"\0"
    assert not list(ctx.root.glob(".*.tmp"))


def test_everything_that_is_not_a_result_is_the_same_bytes_as_before(ctx: FakeContext, book: Path) -> None:
    added = {"xl/printerSettings/printerSettings1.bin": b"x", "customXml/item1.xml": b"<x/>", "xl/vbaProject.bin": b"y"}
    with_parts(book, added)
    before = parts_of(book)

    write_results(book, "受付番号", ITEMS, header_row=3, ctx=ctx)

    after = parts_of(book)
    assert {name for name in before if before[name] != after[name]} == {SHEET, "xl/styles.xml"}
    assert after.keys() == before.keys()


def test_a_signed_workbook_is_left_alone(ctx: FakeContext, book: Path) -> None:
    with_parts(book, {"_xmlsignatures/sig1.xml": b"<x/>"})
    before = book.read_bytes()

    with pytest.raises(LossRefused, match="is signed"):
        write_results(book, "受付番号", ITEMS, header_row=3, ctx=ctx)

    assert book.read_bytes() == before


def test_rich_text_survives(ctx: FakeContext, book: Path) -> None:
    rich = "<is><r><rPr><b/></rPr><t>佐</t></r><r><t>藤</t></r></is>"
    with_parts(book, rich=(SHEET, "<is><t>&#20304;&#34276;</t></is>", rich))

    write_results(book, "受付番号", ITEMS, header_row=3, ctx=ctx)

    cell = openpyxl.load_workbook(book, rich_text=True)["受付"]["B7"].value
    assert str(cell) == "佐藤"
    assert type(cell).__name__ == "CellRichText"


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"verdict": "registered"}, "登録済"),
        ({"verdict": "failed", "error": "画面が開きません"}, "失敗: 画面が開きません"),
        (
            {"verdict": "set_aside", "error": "x", "problem": BusinessError("{a} は不明", a="甲").info().to_json()},
            "要確認: 甲 は不明",
        ),
        ({"verdict": "in_doubt", "error": None}, "登録の有無を要確認"),
        ({"state": "pending", "error": "earlier failure"}, "未処理"),
    ],
)
def test_outcomes_are_said_in_words(item: dict[str, Any], words: str) -> None:
    assert words_for(item) == words


def test_an_empty_result_empties_no_cell_and_a_list_of_results_is_refused(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "a.xlsx", [["番号", "備考"], ["1", "手書き"]])

    write_results(path, "番号", [{"key": "1", "verdict": "registered", "result": {"備考": ""}}], ctx=ctx)
    assert read_rows(path, ctx=ctx).column("備考") == ("手書き",)

    before = path.read_bytes()
    with pytest.raises(BusinessError, match="cannot hold the value: list"):
        write_results(path, "番号", [{"key": "1", "verdict": "registered", "result": {"備考": ["x"]}}], ctx=ctx)
    assert path.read_bytes() == before
