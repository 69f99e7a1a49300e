from __future__ import annotations

import io
import struct
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName

from bots.excel import list_sheets, read_cells, read_rows
from bots.excel.package import SheetNotFound, WorkbookUnreadable
from tests.bots.contexts import FakeContext
from tests.bots.excel.older import (
    EIGHT_DIGITS,
    ERA_DAY,
    ERA_YEAR,
    SHEET,
    Failed,
    Sample,
    Shown,
    Value,
    ods_bytes,
    xls_bytes,
    xlsb_bytes,
)
from tests.bots.excel.workbooks import workbook
from yakin.errors import BusinessError
from yakin.values import Origin

Make = Callable[[Sample], bytes]


def xlsx_bytes(sample: Sample) -> bytes:
    """The same as an .xlsx workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    book.epoch = CALENDAR_MAC_1904 if sample.is_1904 else book.epoch
    formats = {EIGHT_DIGITS: "00000000", ERA_DAY: "[$-411]ge.m.d", ERA_YEAR: '[$-411]ggge"年"'}
    for at, value in sample.cells.items():
        cell = sheet[at]
        cell.value = "#N/A" if isinstance(value, Failed) else value.number if isinstance(value, Shown) else value
        if isinstance(value, Shown):
            cell.number_format = formats[value.style]
    for row in sample.hidden:
        sheet.row_dimensions[row].hidden = True
    for area in sample.merged:
        sheet.merge_cells(area)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


EVERY = {"xlsx": xlsx_bytes, "xlsb": xlsb_bytes, "xls": xls_bytes, "ods": ods_bytes}
EXCELS = {name: make for name, make in EVERY.items() if name != "ods"}
LIST: dict[str, Value] = {
    "A1": "番号",
    "B1": "氏名",
    "A2": Shown(123, EIGHT_DIGITS),
    "B2": "髙橋",
    "A4": Shown(45, EIGHT_DIGITS),
    "B4": "山﨑",
}


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def put(ctx: FakeContext, suffix: str, content: bytes) -> Path:
    (ctx.root / f"list.{suffix}").write_bytes(content)
    return Path(f"list.{suffix}")


@pytest.mark.parametrize("suffix", EVERY)
def test_text_and_zeros_and_places_are_kept(ctx: FakeContext, suffix: str) -> None:
    path = put(ctx, suffix, EVERY[suffix](Sample(LIST)))

    table = read_rows(path, ctx=ctx)

    assert [dict(row) for row in table.rows] == [
        {"番号": "00000123", "氏名": "髙橋"},
        {"番号": "00000045", "氏名": "山﨑"},
    ]
    assert [row.origin for row in table.rows] == [
        Origin(f"list.{suffix}", SHEET, 2),
        Origin(f"list.{suffix}", SHEET, 4),
    ]
    assert list_sheets(path, ctx=ctx) == [SHEET]


@pytest.mark.parametrize("suffix", EVERY)
@pytest.mark.parametrize("formula", [False, True])
def test_an_error_is_never_an_empty_cell(ctx: FakeContext, suffix: str, formula: bool) -> None:
    path = put(ctx, suffix, EVERY[suffix](Sample({**LIST, "B4": Failed(formula=formula)})))

    with pytest.raises(BusinessError, match="1 cells hold an error: B4 #N/A"):
        read_rows(path, ctx=ctx)


@pytest.mark.parametrize("suffix", EXCELS)
@pytest.mark.parametrize("is_1904", [False, True])
def test_days_are_days_however_they_are_written(ctx: FakeContext, suffix: str, is_1904: bool) -> None:
    days = (date(2024, 4, 1) - (date(1904, 1, 1) if is_1904 else date(1899, 12, 30))).days
    cells: dict[str, Value] = {"A1": "日", "B1": "年", "A2": Shown(days, ERA_DAY), "B2": Shown(days, ERA_YEAR)}
    path = put(ctx, suffix, EVERY[suffix](Sample(cells, is_1904=is_1904)))

    assert list(read_rows(path, ctx=ctx).row(0).values()) == [date(2024, 4, 1), date(2024, 4, 1)]


@pytest.mark.parametrize("suffix", EVERY)
def test_hidden_rows_are_told_left_out_or_refused(ctx: FakeContext, suffix: str) -> None:
    path = put(ctx, suffix, EVERY[suffix](Sample(LIST, hidden=frozenset({2}))))

    assert read_rows(path, ctx=ctx).count == 2
    assert read_rows(path, hidden="skip", ctx=ctx).column("氏名") == ("山﨑",)
    with pytest.raises(BusinessError, match="1 rows are hidden: 2"):
        read_rows(path, hidden="refuse", ctx=ctx)
    assert [note["how"] for note in ctx.noted("hidden rows")] == ["read", "left out"]


@pytest.mark.parametrize("suffix", EVERY)
def test_merged_cells_are_spread_when_asked_for(ctx: FakeContext, suffix: str) -> None:
    cells: dict[str, Value] = {
        "A1": "地区",
        "B1": "氏名",
        "A2": "青葉",
        "B2": "髙橋",
        "B3": "山﨑",
        "A4": "緑",
        "B4": "佐藤",
    }
    path = put(ctx, suffix, EVERY[suffix](Sample(cells, merged=("A2:A3",))))

    assert read_rows(path, ctx=ctx).column("地区") == ("青葉", None, "緑")
    assert read_rows(path, merged="spread", ctx=ctx).column("地区") == ("青葉", "青葉", "緑")


@pytest.mark.parametrize("suffix", EVERY)
def test_single_cells_are_read_by_address(ctx: FakeContext, suffix: str) -> None:
    cells: dict[str, Value] = {**LIST, "D2": 7.0, "A6": "合わせた欄"}
    path = put(ctx, suffix, EVERY[suffix](Sample(cells, merged=("A6:B6",))))

    found = read_cells(path, {"a": "A2", "b": f"{SHEET}!$B$4", "c": "D2", "d": "Z99", "e": "B6"}, ctx=ctx)

    assert found == {"a": "00000123", "b": "山﨑", "c": 7, "d": None, "e": "合わせた欄"}
    with pytest.raises(SheetNotFound, match="has no sheet 名簿"):
        read_cells(path, {"a": "名簿!A1"}, ctx=ctx)
    with pytest.raises(BusinessError, match="neither the address of a cell nor a name"):
        read_cells(path, {"a": "氏名"}, ctx=ctx)


def test_single_cells_are_read_by_the_names_of_the_workbook(ctx: FakeContext) -> None:
    book = openpyxl.Workbook()
    book.active.title = "申請 書"  # type: ignore[union-attr]
    book.active["C5"] = "髙橋"  # type: ignore[index]
    book.defined_names["申請者"] = DefinedName("申請者", attr_text="'申請 書'!$C$5")
    book.save(ctx.root / "form.xlsx")

    assert read_cells(Path("form.xlsx"), {"name": "申請者"}, ctx=ctx) == {"name": "髙橋"}


def test_an_error_in_a_single_cell_is_told(ctx: FakeContext) -> None:
    path = put(ctx, "xls", xls_bytes(Sample({"A1": "x", "C5": Failed(0x07)})))

    with pytest.raises(BusinessError, match=r"C5 holds the error #DIV/0!"):
        read_cells(path, {"sum": "C5"}, ctx=ctx)


def test_a_workbook_is_known_by_its_content(ctx: FakeContext) -> None:
    (ctx.root / "report.xls").write_bytes(xlsx_bytes(Sample(LIST)))
    (ctx.root / "list.csv").write_bytes(xls_bytes(Sample(LIST)))

    assert read_rows(Path("report.xls"), ctx=ctx).count == 2
    with pytest.raises(WorkbookUnreadable, match="not a text file, whatever its name says"):
        read_rows(Path("list.csv"), ctx=ctx)


@pytest.mark.parametrize("suffix", ["xls", "xlsb"])
def test_a_workbook_cut_off_anywhere_is_told_in_a_sentence(ctx: FakeContext, suffix: str) -> None:
    whole = EVERY[suffix](Sample(LIST))
    for length in range(0, len(whole), len(whole) // 12):
        path = put(ctx, suffix, whole[:length])
        with pytest.raises(WorkbookUnreadable, match=f"list.{suffix}"):
            read_rows(path, ctx=ctx)


def test_a_locked_xls_is_told(ctx: FakeContext) -> None:
    content = bytearray(xls_bytes(Sample(LIST)))
    # The record after the beginning of the workbook becomes FILEPASS (2Fh), which says that all others are enciphered.
    struct.pack_into("<H", content, 512 + 20, 0x2F)
    path = put(ctx, "xls", bytes(content))

    with pytest.raises(WorkbookUnreadable, match=r"list\.xls"):
        read_rows(path, ctx=ctx)


@pytest.mark.parametrize("suffix", EVERY)
def test_a_row_of_nothing_but_an_error_is_no_empty_row(ctx: FakeContext, suffix: str) -> None:
    cells: dict[str, Value] = {"A1": "番号", "B1": "氏名", "A2": Failed(), "A3": 1.0, "A4": Failed()}
    path = put(ctx, suffix, EVERY[suffix](Sample(cells)))

    with pytest.raises(BusinessError, match="2 cells hold an error: A2 #N/A, A4 #N/A"):
        read_rows(path, ctx=ctx)


@pytest.mark.parametrize("suffix", EXCELS)
def test_errors_in_rows_that_are_left_out_do_not_matter(ctx: FakeContext, suffix: str) -> None:
    cells: dict[str, Value] = {"A1": "番号", "A2": 1.0, "A3": Failed()}
    path = put(ctx, suffix, EVERY[suffix](Sample(cells, hidden=frozenset({3}))))

    assert read_rows(path, hidden="skip", ctx=ctx).column("番号") == (1,)


def test_a_row_of_nothing_but_formulas_without_results_is_no_empty_row(ctx: FakeContext) -> None:
    workbook(ctx.root / "a.xlsx", [["番号", "氏名"], ["=C2", "=D2"], [2, "山﨑"]])

    with pytest.raises(WorkbookUnreadable, match="the results of 2 formulas are not stored in the file: A2, B2"):
        read_rows(Path("a.xlsx"), ctx=ctx)


@pytest.mark.parametrize("suffix", EXCELS)
@pytest.mark.parametrize(
    ("number", "is_1904", "day"),
    [
        (1, False, date(1900, 1, 1)),
        (59, False, date(1900, 2, 28)),
        (61, False, date(1900, 3, 1)),
        (2_958_465, False, date(9999, 12, 31)),
        (2_958_466, False, 2_958_466),
        (1, True, date(1904, 1, 2)),
        (2_957_003, True, date(9999, 12, 31)),
        (2_957_004, True, 2_957_004),
    ],
)
def test_the_first_and_the_last_days_of_excel_are_read(
    ctx: FakeContext, suffix: str, number: int, is_1904: bool, day: object
) -> None:
    path = put(ctx, suffix, EVERY[suffix](Sample({"A1": "年", "A2": Shown(number, ERA_YEAR)}, is_1904=is_1904)))

    assert read_rows(path, ctx=ctx).column("年") == (day,)
