from __future__ import annotations

import io
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.excel import Sheet, read_rows, workbook_bytes, write_rows
from bots.excel.editing.saving import FileInUse
from tests.bots.contexts import FakeContext
from yakin.errors import ApplicationError, BusinessError
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


@pytest.mark.parametrize("name", ["a/b", "x" * 32, "𠮷" * 16, ""])
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


def test_every_kind_of_cell_in_one_column_is_read_back_as_it_was(ctx: FakeContext) -> None:
    cells: list[Scalar] = ["00123", 7, 0.5, True, None, date(2024, 4, 1), datetime(2024, 4, 1, 10, 30), time(9, 5)]  # noqa: DTZ001 - cells know no zone
    cells += [
        " 空白 ",
        "a\nb",
        "<&>\"'",
        "_x0041_",
        "😀𠮷",
        "https://example.jp/",
        date(1900, 1, 1),
        Decimal("12.25"),
        -0.1,
    ]
    made = write_rows(Path("new.xlsx"), Table({"値": [*cells, "x"]}), ctx=ctx)

    back = read_rows(Path(made.path), ctx=ctx)

    assert list(back.column("値")) == [cell for cell in [*cells, "x"] if cell is not None]


def test_numbers_with_more_digits_than_excel_keeps_stay_whole_as_text(ctx: FakeContext) -> None:
    made = write_rows(
        Path("new.xlsx"),
        Table({"番号": [1234567890123456789, 5], "額": [Decimal("0.1234567890123456789"), 1]}),
        ctx=ctx,
    )

    row = read_rows(Path(made.path), ctx=ctx).row(0)

    assert list(row.values()) == ["1234567890123456789", "0.1234567890123456789"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=12),
        min_size=1,
        max_size=20,
    )
)
def test_any_text_is_read_back(texts: list[str]) -> None:
    content = workbook_bytes(
        [Sheet("x", ["番号", "値"], [(index, text) for index, text in enumerate(texts)])], file="x.xlsx"
    )

    sheet = openpyxl.load_workbook(io.BytesIO(content))["x"]

    assert [sheet.cell(row, 2).value or "" for row in range(2, len(texts) + 2)] == texts


def test_the_same_rows_make_the_same_file() -> None:
    one, other = (workbook_bytes([Sheet("一覧", ["a"], [("x",), (1,)])], file="x.xlsx") for _ in range(2))

    assert one == other


def test_columns_are_shown_as_declared(ctx: FakeContext) -> None:
    table = Table({"額": [1200], "日": [date(2024, 4, 1)], "率": [0.5]})
    made = write_rows(Path("new.xlsx"), table, formats={"額": "amount", "日": "wareki", "率": "percent"}, ctx=ctx)

    sheet = openpyxl.load_workbook(made.path).active
    assert sheet is not None
    assert [cell.number_format for cell in sheet[2]] == ["#,##0;[Red]-#,##0", '[$-411]ggge"年"m"月"d"日"', "0.0%"]
    with pytest.raises(BusinessError, match="no column 金額"):
        write_rows(Path("new.xlsx"), table, formats={"金額": "amount"}, ctx=ctx)


def test_two_sheets_of_one_name_are_refused() -> None:
    with pytest.raises(BusinessError, match="Two sheets would have the name a"):
        workbook_bytes([Sheet("a", ["x"], []), Sheet("A", ["x"], [])], file="x.xlsx")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+cmd|'/C calc'!A0", "\t=1", "＝１＋１"])
def test_a_text_file_holds_no_formula_unless_it_is_said(ctx: FakeContext, text: str) -> None:
    table = Table({"a": ["ok", text]})

    with pytest.raises(BusinessError, match=r"1 texts would be formulas in Excel \(row/column\): 3/a"):
        write_rows(Path("a.csv"), table, ctx=ctx)
    assert not (ctx.root / "a.csv").exists()

    write_rows(Path("a.csv"), table, formulas="keep", ctx=ctx)
    assert read_rows(Path("a.csv"), ctx=ctx).column("a") == ("ok", text)


def test_signs_numbers_and_telephone_numbers_are_no_formulas(ctx: FakeContext) -> None:
    harmless = ["-", "-5", "+81-3-1234-5678", "-1,200.50", "△5", "a=b"]

    write_rows(Path("a.csv"), Table({"a": harmless}), ctx=ctx)

    assert list(read_rows(Path("a.csv"), ctx=ctx).column("a")) == harmless


def test_substitutes_are_written_and_noted_and_the_rest_is_refused(ctx: FakeContext) -> None:
    write_rows(Path("a.csv"), Table({"氏名": ["髙橋", "𠮷田"]}), encoding="cp932", unencodable="substitute", ctx=ctx)

    assert (ctx.root / "a.csv").read_bytes() == "氏名\r\n髙橋\r\n吉田\r\n".encode("cp932")
    assert [note["cells"] for note in ctx.noted("characters replaced")] == [["3/氏名"]]
    with pytest.raises(BusinessError, match="1 characters do not exist in cp932"):
        write_rows(Path("b.csv"), Table({"a": ["😀"]}), encoding="cp932", unencodable="substitute", ctx=ctx)


def test_tabs_stand_between_the_fields_of_a_tsv_file(ctx: FakeContext) -> None:
    write_rows(Path("a.tsv"), Table({"a": ["1"], "b": ["x"]}), encoding="utf-16", ctx=ctx)

    assert (ctx.root / "a.tsv").read_bytes() == "a\tb\r\n1\tx\r\n".encode("utf-16")


@pytest.mark.parametrize("name", ["a.xls", "a.ods", "a.xlsm", "a.xlsb"])
def test_new_workbooks_are_xlsx_only(ctx: FakeContext, name: str) -> None:
    with pytest.raises(ApplicationError, match=name):
        write_rows(Path(name), Table({"a": ["1"]}), ctx=ctx)


def test_numbers_in_a_text_file_are_written_out(ctx: FakeContext) -> None:
    numbers: list[Scalar] = [Decimal("1E+3"), Decimal("0.10"), Decimal("-1E-7"), 1e16, 1e-5, 12.5, 1e15, -3]

    made = write_rows(Path("a.csv"), Table({"額": numbers}), ctx=ctx)

    written = ["1000", "0.10", "-0.0000001", "10000000000000000", "0.00001", "12.5", "1000000000000000", "-3"]
    assert Path(made.path).read_text("utf-8-sig").split() == ["額", *written]


def test_half_a_character_is_told_in_every_encoding(ctx: FakeContext) -> None:
    with pytest.raises(
        BusinessError, match=r"1 characters do not exist in utf-8-sig \(row/column\): 2/氏名: � \(U\+D800\)"
    ):
        write_rows(Path("a.csv"), Table({"氏名": ["髙\ud800"]}), ctx=ctx)

    assert not (ctx.root / "a.csv").exists()
