from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from bots.excel import arrange_sheets, format_sheet, list_sheets
from bots.excel.editing.arranging import Look, SheetStep
from bots.excel.editing.losses import LossRefused
from bots.excel.package import SheetNotFound
from tests.bots.contexts import FakeContext
from tests.bots.excel.workbooks import with_parts, workbook
from yakin.errors import BusinessError


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


@pytest.fixture
def book(ctx: FakeContext) -> Path:
    return workbook(ctx.root / "月報.xlsx", [["番号", "金額"], [1, 1000], ["計", "=SUM(B2:B2)"]], sheet="原本")


def steps(*changes: tuple[str, ...]) -> list[SheetStep]:
    return [SheetStep.model_validate(dict(zip(("do", "sheet", "to"), change, strict=False))) for change in changes]


def test_sheets_are_added_copied_renamed_and_removed(ctx: FakeContext, book: Path) -> None:
    changes = steps(("copy", "原本", "4月"), ("add", "控え"), ("rename", "4月", "5月"), ("remove", "原本"))

    arrange_sheets(book, changes, ctx=ctx)

    assert list_sheets(book, ctx=ctx) == ["5月", "控え"]
    assert openpyxl.load_workbook(book)["5月"]["B3"].value == "=SUM(B2:B2)"
    assert openpyxl.load_workbook(book).calculation.fullCalcOnLoad
    assert (ctx.root / "月報.bak.xlsx").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("add", "原本"), "There is a sheet 原本 already"),
        (("copy", "原本", "4/1"), "4/1 cannot be the name of a sheet"),
        (("rename", "原本"), "cannot be the name of a sheet"),
        (("remove", "原本"), "原本 is the only sheet"),
    ],
)
def test_what_cannot_be_is_refused(ctx: FakeContext, book: Path, change: tuple[str, ...], told: str) -> None:
    before = book.read_bytes()

    with pytest.raises(BusinessError, match=told):
        arrange_sheets(book, steps(change), ctx=ctx)

    assert book.read_bytes() == before


def test_a_sheet_that_is_not_there_is_told(ctx: FakeContext, book: Path) -> None:
    with pytest.raises(SheetNotFound, match="has no sheet 3月"):
        arrange_sheets(book, steps(("remove", "3月")), ctx=ctx)


def test_a_sheet_gets_another_look(ctx: FakeContext, book: Path) -> None:
    looks = {"A1:B1": Look(fill="DCE6F1", bold=True, colour="FF0000", wrap=True), "B2": Look(number_format="#,##0")}

    format_sheet(book, widths={"A:B": 20}, looks=looks, freeze="A2", filter="A1:B2", ctx=ctx)

    sheet = openpyxl.load_workbook(book)["原本"]
    assert (sheet["B2"].number_format, sheet["B1"].font.b, sheet["A1"].fill.fgColor.rgb) == ("#,##0", True, "00DCE6F1")
    assert (sheet["A1"].font.color.rgb, sheet["A1"].alignment.wrap_text) == ("00FF0000", True)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B2")
    assert sheet.column_dimensions["A"].width == 20


def test_a_look_keeps_what_it_does_not_name(ctx: FakeContext, book: Path) -> None:
    format_sheet(book, looks={"A1": Look(bold=True, fill="DCE6F1")}, ctx=ctx)
    format_sheet(book, looks={"A1": Look(colour="0000FF")}, ctx=ctx)
    font = openpyxl.load_workbook(book)["原本"]["A1"].font

    format_sheet(book, looks={"A1": Look(bold=False)}, ctx=ctx)

    assert (font.b, font.color.rgb) == (True, "000000FF")
    assert not openpyxl.load_workbook(book)["原本"]["A1"].font.b


@pytest.mark.parametrize("wrong", [{"widths": {"B2": 3.0}}, {"looks": {"金額": Look(bold=True)}}, {"freeze": "x"}])
def test_what_is_no_area_is_refused(ctx: FakeContext, book: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(BusinessError, match="is no area of a sheet"):
        format_sheet(book, **wrong, ctx=ctx)  # type: ignore[arg-type]


def test_a_workbook_that_would_lose_something_is_not_touched(ctx: FakeContext, book: Path) -> None:
    with_parts(book, {"xl/printerSettings/printerSettings1.bin": b"x", "customXml/item1.xml": b"<x/>"})
    before = book.read_bytes()

    with pytest.raises(LossRefused, match=r"would lose: printer_settings \(xl/printerSettings/"):
        format_sheet(book, freeze="A2", allow_loss=["custom_data"], ctx=ctx)

    assert book.read_bytes() == before


def test_an_allowed_loss_is_noted(ctx: FakeContext, book: Path) -> None:
    with_parts(book, {"xl/printerSettings/printerSettings1.bin": b"x"})

    format_sheet(book, freeze="A2", allow_loss=["printer_settings"], ctx=ctx)

    assert ctx.noted("workbook feature lost") == [{"file": "月報.xlsx", "feature": "printer_settings"}]
