from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.excel import list_sheets, read_rows
from bots.excel.addresses import address
from bots.excel.package import SheetNotFound, WorkbookUnreadable
from tests.bots.contexts import FakeContext
from tests.bots.excel.workbooks import with_parts, workbook
from yakin.errors import BusinessError, YakinError
from yakin.values import Origin

LATE_MORNING = datetime(2024, 4, 1, 10, 30)  # noqa: DTZ001 - cells know no zone
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def test_rows_below_a_merged_title_keep_their_place(ctx: FakeContext) -> None:
    path = workbook(
        ctx.root / "list.xlsx",
        [
            ["令和6年度 受付一覧"],
            ["税務課"],
            [" 受付番号 ", "氏\n名", "金額"],
            ["00000001", "髙橋 一郎", 1200],
            [],
            ["00000002", "山﨑", 0.5],
        ],
    )

    table = read_rows(path, sheet="受付", header_row=3, ctx=ctx)

    assert table.columns == ("受付番号", "氏名", "金額")
    assert [dict(row) for row in table.rows] == [
        {"受付番号": "00000001", "氏名": "髙橋 一郎", "金額": 1200},
        {"受付番号": "00000002", "氏名": "山﨑", "金額": 0.5},
    ]
    assert [row.origin for row in table.rows] == [Origin("list.xlsx", "受付", 4), Origin("list.xlsx", "受付", 6)]


def test_cells_keep_their_kind(ctx: FakeContext) -> None:
    cells = [
        date(2024, 4, 1),
        LATE_MORNING,
        time(12, 30),
        timedelta(hours=26, minutes=5),
        5.0,
        True,
        123456789012,
    ]
    path = workbook(ctx.root / "kinds.xlsx", [[f"c{n}" for n in range(len(cells))], cells])

    row = read_rows(path, ctx=ctx).row(0)

    assert list(row.values()) == [
        date(2024, 4, 1),
        LATE_MORNING,
        time(12, 30),
        "26:05",
        5,
        True,
        123456789012,
    ]
    assert type(row["c4"]) is int


def test_a_table_that_does_not_begin_in_the_first_column_is_read(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "b.xlsx", [[], [None, "番号", "名"], [None, "1", "a"]])

    table = read_rows(path, header_row=2, ctx=ctx)

    assert table.columns == ("番号", "名")
    assert table.row(0).origin == Origin("b.xlsx", "受付", 3)


def test_zeros_that_only_the_format_shows_are_data(ctx: FakeContext) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["番号", "金額"], [123, 123]):
        sheet.append(row)
    sheet["A2"].number_format = "00000000"
    book.save(ctx.root / "zeros.xlsx")

    assert list(read_rows(Path("zeros.xlsx"), ctx=ctx).row(0).values()) == ["00000123", 123]


def test_error_cells_are_refused_by_name(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "errors.xlsx", [["a", "b"], [1, "#N/A"], [2, "#DIV/0!"]])

    with pytest.raises(BusinessError, match=r"2 cells hold an error: B2 #N/A, B3 #DIV/0!"):
        read_rows(path, ctx=ctx)


def test_error_cells_above_the_header_do_not_matter(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "errors.xlsx", [["#REF!"], ["a"], [1]])

    assert read_rows(path, header_row=2, ctx=ctx).count == 1


def test_formulas_without_a_stored_result_are_refused(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "formulas.xlsx", [["a", "b"], [1, "=A2*2"]])

    with pytest.raises(WorkbookUnreadable, match="not stored in the file: B2") as refused:
        read_rows(path, ctx=ctx)

    assert refused.value.hint is not None
    assert "save it" in refused.value.hint


@pytest.mark.parametrize("result", ['<c r="B2"><f>A2*2</f><v>2</v></c>', '<c r="B2" t="str"><f>A2*2</f><v></v></c>'])
def test_formulas_with_a_stored_result_are_read(ctx: FakeContext, result: str) -> None:
    path = workbook(ctx.root / "formulas.xlsx", [["a", "b"], [1, "=A2*2"]])
    with_parts(path, result=(SHEET, '<c r="B2"><f>A2*2</f><v></v></c>', result))

    assert read_rows(path, ctx=ctx).row(0)["b"] in {2, None}


def test_furigana_is_not_read_as_text(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "ruby.xlsx", [["氏名"], ["山田"]])
    phonetic = '<is><t>山田</t><rPh sb="0" eb="2"><t>ヤマダ</t></rPh></is>'
    with_parts(path, ruby=(SHEET, "<is><t>&#23665;&#30000;</t></is>", phonetic))

    assert read_rows(path, ctx=ctx).row(0)["氏名"] == "山田"


def test_same_column_names_are_refused(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "twice.xlsx", [["氏名", "住所", "氏名 "], ["a", "b", "c"]])

    with pytest.raises(BusinessError, match=r"more than once in row 1: 氏名 \(A, C\)"):
        read_rows(path, ctx=ctx)


def test_a_value_under_no_name_is_refused(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "nameless.xlsx", [["氏名", None, "住所"], ["a", None, "b"], ["a", "memo", "b"]])

    with pytest.raises(BusinessError, match="B3 holds a value, but its column has no name"):
        read_rows(path, ctx=ctx)


def test_a_wrong_header_row_is_told(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "short.xlsx", [["a"], [1]])

    with pytest.raises(BusinessError, match="row 9 holds no column names"):
        read_rows(path, header_row=9, ctx=ctx)


def test_an_unknown_sheet_is_told_with_the_known_ones(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "list.xlsx", [["a"]])

    with pytest.raises(SheetNotFound, match=r"list\.xlsx has no sheet 名簿") as refused:
        read_rows(path, sheet="名簿", ctx=ctx)

    assert refused.value.hint == "It has: 受付"
    assert list_sheets(path, ctx=ctx) == ["受付"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"<html><table></table></html>", "is not a workbook, whatever its name says"),
        (b"PK\x03\x04 and then nothing", "damaged or not a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged or not a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "damaged or not"),
    ],
)
def test_what_is_no_workbook_is_told_in_a_sentence(ctx: FakeContext, content: bytes, sentence: str) -> None:
    (ctx.root / "x.xlsx").write_bytes(content)

    with pytest.raises(WorkbookUnreadable, match=sentence):
        read_rows(Path("x.xlsx"), ctx=ctx)


def test_a_truncated_workbook_is_told_in_a_sentence(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "cut.xlsx", [["a"], [1]])
    path.write_bytes(path.read_bytes()[:-200])

    with pytest.raises(WorkbookUnreadable):
        read_rows(path, ctx=ctx)


def test_a_missing_file_and_another_kind_of_file_are_told(ctx: FakeContext) -> None:
    with pytest.raises(WorkbookUnreadable, match="There is no file"):
        read_rows(Path("nowhere.xlsx"), ctx=ctx)
    with pytest.raises(WorkbookUnreadable, match="neither a workbook"):
        read_rows(Path("old.doc"), ctx=ctx)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_encoding_of_a_csv_file_is_found(ctx: FakeContext, encoding: str) -> None:
    (ctx.root / "a.csv").write_bytes('番号,氏名\r\n00123,髙﨑①\r\n\r\n00124,"改\n行"\r\n'.encode(encoding))

    table = read_rows(Path("a.csv"), ctx=ctx)

    assert table.column("番号") == ("00123", "00124")
    assert table.column("氏名") == ("髙﨑①", "改\n行")
    assert table.row(1).origin == Origin("a.csv", None, 4)


def test_a_csv_file_in_another_encoding_than_declared_is_refused(ctx: FakeContext) -> None:
    (ctx.root / "a.csv").write_bytes("番号\r\n髙\r\n".encode("cp932"))

    with pytest.raises(WorkbookUnreadable, match="not written in utf-8: line 1"):
        read_rows(Path("a.csv"), encoding="utf-8", ctx=ctx)


def test_a_csv_file_has_no_sheets(ctx: FakeContext) -> None:
    (ctx.root / "a.csv").write_text("a\n1\n", encoding="utf-8")

    with pytest.raises(YakinError, match="text file and has no sheet"):
        read_rows(Path("a.csv"), sheet="x", ctx=ctx)
    with pytest.raises(YakinError, match="this needs a workbook"):
        list_sheets(Path("a.csv"), ctx=ctx)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    root = tmp_path_factory.mktemp("bytes")
    for name in ("x.xlsx", "x.csv"):
        (root / name).write_bytes(content)
        try:
            read_rows(Path(name), ctx=FakeContext(root))
        except YakinError as error:
            assert name in error.message


def test_addresses_count_as_excel_does() -> None:
    assert [address(place) for place in ((1, 1), (2, 26), (3, 27), (9, 703))] == ["A1", "Z2", "AA3", "AAA9"]
