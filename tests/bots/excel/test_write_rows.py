from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from bots.excel import Sheet, read_rows, workbook_bytes, write_rows
from bots.excel.editing.saving import FileInUse
from tests.bots.contexts import FakeContext
from yakin.errors import BusinessError
from yakin.values import Scalar, Table

DANGEROUS = ["=1+1", "+81", "-5", "@name", "#N/A", "00123", "１２３", "普通"]


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def test_text_stays_text_whatever_it_looks_like(ctx: FakeContext) -> None:
    made = write_rows(Path("out/new.xlsx"), Table({"値": DANGEROUS}), sheet="一覧", ctx=ctx)

    sheet = openpyxl.load_workbook(made.path)["一覧"]
    assert [(cell.value, cell.data_type) for cell in sheet["A"][1:]] == [(text, "s") for text in DANGEROUS]
    assert all(sheet.cell(row, 1).quotePrefix for row in range(2, 6))
    assert list(read_rows(Path(made.path), ctx=ctx).column("値")) == DANGEROUS


def test_a_new_workbook_is_ready_to_use(ctx: FakeContext) -> None:
    made = write_rows(Path("new.xlsx"), Table({"受付番号": ["1"], "氏名": ["住民税太郎左衛門"]}), ctx=ctx)

    sheet = openpyxl.load_workbook(made.path).active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B2"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width


def test_what_is_written_is_read_back(ctx: FakeContext) -> None:
    cells: dict[str, list[Scalar]] = {
        "日": [date(2024, 4, 1), None],
        "数": [3, 0.5],
        "語": ["a", "b"],
        "額": [Decimal(1200), 7],
    }
    made = write_rows(Path("new.xlsx"), Table(cells), columns=["語", "日", "数", "額"], ctx=ctx)

    back = read_rows(Path(made.path), ctx=ctx)

    assert back.columns == ("語", "日", "数", "額")
    assert {name: list(back.column(name)) for name in back.columns} == cells


def test_what_a_workbook_cannot_hold_is_told_before_writing(ctx: FakeContext) -> None:
    table = Table({"a": ["x\x00y", "ok", "z" * 40_000]})

    with pytest.raises(BusinessError, match=r"2 cells .*: 2/a: control character U\+0000, 4/a: 40000 characters"):
        write_rows(Path("new.xlsx"), table, ctx=ctx)

    assert not (ctx.root / "new.xlsx").exists()


@pytest.mark.parametrize("name", ["a/b", "x" * 32, ""])
def test_sheet_names_excel_refuses_are_refused(ctx: FakeContext, name: str) -> None:
    with pytest.raises(BusinessError, match="cannot be the name of a sheet"):
        write_rows(Path("new.xlsx"), Table({"a": [1]}), sheet=name, ctx=ctx)


def test_an_unknown_column_is_told(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="no column 住所"):
        write_rows(Path("new.xlsx"), Table({"a": [1]}), columns=["a", "住所"], ctx=ctx)


def test_the_file_that_was_there_is_kept(ctx: FakeContext) -> None:
    (ctx.root / "new.csv").write_text("old", encoding="utf-8")

    write_rows(Path("new.csv"), Table({"a": ["1"]}), ctx=ctx)

    assert (ctx.root / "new.bak.csv").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in ctx.root.glob("*") if path.is_file()) == ["new.bak.csv", "new.csv"]


@pytest.mark.parametrize("lock", ["~$new.xlsx", ".~lock.new.xlsx#"])
def test_a_file_that_is_open_elsewhere_is_left_alone(ctx: FakeContext, lock: str) -> None:
    (ctx.root / lock).touch()

    with pytest.raises(FileInUse, match="open in another program"):
        write_rows(Path("new.xlsx"), Table({"a": [1]}), ctx=ctx)

    assert not (ctx.root / "new.xlsx").exists()


def test_csv_is_written_for_excel_unless_told_otherwise(ctx: FakeContext) -> None:
    table = Table({"番号": ["00123"], "日": [date(2024, 4, 1)], "空": [None], "語": ['a,"b"']})

    write_rows(Path("a.csv"), table, ctx=ctx)
    write_rows(Path("b.csv"), table, encoding="cp932", ctx=ctx)

    text = '番号,日,空,語\r\n00123,2024-04-01,,"a,""b"""\r\n'
    assert (ctx.root / "a.csv").read_bytes() == text.encode("utf-8-sig")
    assert (ctx.root / "b.csv").read_bytes() == text.encode("cp932")


def test_characters_outside_cp932_are_all_told_and_nothing_is_written(ctx: FakeContext) -> None:
    (ctx.root / "a.csv").write_bytes(b"before")
    table = Table({"氏名": ["髙橋", "𠮷田", "a"], "メモ": ["", "", "①㋿😀"]})

    with pytest.raises(BusinessError, match="3 characters do not exist in cp932") as refused:
        write_rows(Path("a.csv"), table, encoding="cp932", ctx=ctx)

    assert "3/氏名: 𠮷 (U+20BB7), 4/メモ: ㋿ (U+32FF), 4/メモ: 😀 (U+1F600)" in refused.value.message
    assert (ctx.root / "a.csv").read_bytes() == b"before"


def test_highlighted_cells_and_bold_rows_are_seen(ctx: FakeContext) -> None:
    sheet = Sheet("差異", ["a", "b"], [(1, 2), (3, 4)], marked={(1, 0)}, bold_rows={0}, colour="FF0000")
    (ctx.root / "new.xlsx").write_bytes(workbook_bytes([sheet], file="new.xlsx"))

    target = openpyxl.load_workbook(ctx.root / "new.xlsx")["差異"]
    assert target["A3"].fill.fgColor.rgb == "FFFFE699"
    assert target["B3"].fill.fill_type is None
    assert target["B2"].font.bold
    assert target.sheet_properties.tabColor is not None
    assert target.sheet_properties.tabColor.rgb == "FFFF0000"
