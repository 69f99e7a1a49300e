from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from bots.excel import fill_cells, read_cells
from bots.excel.editing.guards import CellRefused
from bots.excel.editing.saving import FileInUse
from tests.bots.contexts import FakeContext
from tests.bots.excel.workbooks import parts_of, with_parts, workbook
from yakin.errors import ApplicationError, BusinessError


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


@pytest.fixture
def form(ctx: FakeContext) -> Path:
    """An application form with a name for a cell, a formula, a second sheet, and a macro."""
    path = workbook(ctx.root / "申請書.xlsm", [["申請書", None], ["氏名", None], ["金額", 100], ["倍額", "=B3*2"]])
    book = openpyxl.load_workbook(path)
    book.create_sheet("別紙")
    book.defined_names["申請日"] = DefinedName("申請日", attr_text="別紙!$C$5")
    book.save(path)
    return with_parts(path, {"xl/vbaProject.bin": b"macro"})


def test_cells_are_filled_by_address_sheet_and_name(ctx: FakeContext, form: Path) -> None:
    cells = {"B2": "髙橋 一郎", "別紙!A1": "00123", "申請日": date(2026, 4, 1), "B3": 250}

    done = fill_cells(form, cells, ctx=ctx)

    assert (done["changed"], done["recalculated"]) == (4, 1)
    wanted = {name: name for name in cells}
    assert read_cells(form, wanted, ctx=ctx) == cells
    assert parts_of(form)["xl/vbaProject.bin"] == b"macro"
    assert ctx.noted("formulas to be calculated again") == [{"file": "申請書.xlsm", "count": 1}]


def test_a_copy_leaves_the_form_itself_as_it_is(ctx: FakeContext, form: Path) -> None:
    before = form.read_bytes()

    done = fill_cells(form, {"B2": "髙橋"}, to=Path("出力/0001.xlsm"), ctx=ctx)

    assert form.read_bytes() == before
    assert done["file"].path == str(ctx.root / "出力" / "0001.xlsm")
    assert read_cells(Path("出力/0001.xlsm"), {"name": "B2"}, ctx=ctx) == {"name": "髙橋"}


def test_filling_in_the_same_again_writes_nothing(ctx: FakeContext, form: Path) -> None:
    fill_cells(form, {"B2": "髙橋"}, ctx=ctx)
    backup = form.with_name("申請書.bak.xlsm").read_bytes()
    once = form.read_bytes()

    assert fill_cells(form, {"B2": "髙橋"}, ctx=ctx)["changed"] == 0
    assert form.read_bytes() == once
    assert form.with_name("申請書.bak.xlsm").read_bytes() == backup


def test_what_is_neither_address_nor_name_is_refused(ctx: FakeContext, form: Path) -> None:
    with pytest.raises(BusinessError, match="届出日 is neither the address of a cell nor a name"):
        fill_cells(form, {"届出日": "x"}, ctx=ctx)


def test_a_refused_cell_leaves_all_others_unwritten(ctx: FakeContext, form: Path) -> None:
    before = form.read_bytes()

    with pytest.raises(CellRefused, match="B4 holds a formula"):
        fill_cells(form, {"B2": "x", "B4": 1}, ctx=ctx)

    assert form.read_bytes() == before
    assert fill_cells(form, {"B4": 1}, overwrite_formulas=True, ctx=ctx)["changed"] == 1


def test_a_copy_that_is_open_is_left_alone(ctx: FakeContext, form: Path) -> None:
    (ctx.root / "~$写し.xlsm").touch()

    with pytest.raises(FileInUse):
        fill_cells(form, {"B2": "x"}, to=Path("写し.xlsm"), ctx=ctx)


@pytest.mark.parametrize("address", ["A0", "XFE1", "ZZZ1", "A1048577"])
def test_no_cell_lies_beyond_a_sheet(ctx: FakeContext, form: Path, address: str) -> None:
    before = form.read_bytes()

    with pytest.raises(BusinessError, match=f"{address} is neither the address of a cell"):
        fill_cells(form, {address: 1}, ctx=ctx)
    with pytest.raises(BusinessError, match=f"{address} is neither the address of a cell"):
        read_cells(form, {"x": address}, ctx=ctx)

    assert form.read_bytes() == before


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (["a", "b"], "list is neither text nor number nor date"),
        ({"a": 1}, "dict is neither text nor number nor date"),
        (10**400, "a number of more than 300 digits"),
        (Decimal("1E+400"), "a number of more than 300 digits"),
    ],
)
def test_what_no_cell_can_hold_is_refused(ctx: FakeContext, form: Path, value: object, problem: str) -> None:
    before = form.read_bytes()

    with pytest.raises(BusinessError, match=f"B2 cannot hold the value: {problem}"):
        fill_cells(form, {"B2": value}, ctx=ctx)

    assert form.read_bytes() == before


@pytest.mark.parametrize("value", [Decimal("0.1"), Decimal("1.10"), 0.1, time(9, 30), datetime(2026, 4, 1, 9, 31, 7)])  # noqa: DTZ001 - cells know no zone
def test_a_value_that_is_there_already_is_known_again(ctx: FakeContext, form: Path, value: object) -> None:
    assert [fill_cells(form, {"B2": value}, ctx=ctx)["changed"] for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("name", ["写し.xlsx", "写し.csv", "写し"])
def test_a_copy_is_a_workbook_of_the_same_kind(ctx: FakeContext, form: Path, name: str) -> None:
    with pytest.raises(ApplicationError, match=r"has to end in \.xlsm"):
        fill_cells(form, {"B2": "x"}, to=Path(name), ctx=ctx)

    assert not (ctx.root / name).exists()
