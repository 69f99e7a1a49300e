"""Headers, totals, text files and passwords: what a list in an office brings besides its records."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import msoffcrypto
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile

from bots.excel import read_rows
from bots.excel.encodings import Delimiter
from bots.excel.package import Package, WorkbookUnreadable
from bots.excel.reading.csvfiles import decoded
from bots.excel.reading.unseen import xlsx
from bots.excel.reading.unseen.notation import shown_by
from bots.excel.reading.unseen.parsed import parsed
from tests.bots.contexts import FakeContext
from tests.bots.excel.older import zipped
from tests.bots.excel.workbooks import with_parts, workbook
from yakin.errors import BusinessError
from yakin.values import Secret

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def test_several_header_rows_are_joined_and_merged_names_span_their_columns(ctx: FakeContext) -> None:
    path = workbook(
        ctx.root / "a.xlsx",
        [["令和6年度"], ["番号", "住所", None, "氏名"], [None, "町名", "番地", None], ["1", "青葉町", "1-2", "髙橋"]],
    )
    book = openpyxl.load_workbook(path)
    for area in ("B2:C2", "A2:A3", "D2:D3"):
        book["受付"].merge_cells(area)
    book.save(path)

    table = read_rows(path, header_row=[2, 3], ctx=ctx)

    assert table.columns == ("番号", "住所_町名", "住所_番地", "氏名")
    assert list(table.row(0).values()) == ["1", "青葉町", "1-2", "髙橋"]


def test_a_header_is_found_by_its_names(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "a.xlsx", [["名簿"], [], ["No", "氏 名", "金額（円）"], ["1", "髙橋", 5]])

    assert read_rows(path, columns=["氏名", "金額(円)"], ctx=ctx).columns == ("No", "氏 名", "金額（円）")
    with pytest.raises(BusinessError, match="no row holds all column names; missing: 住所") as refused:
        read_rows(path, columns=["氏名", "住所"], ctx=ctx)
    assert refused.value.hint is not None
    assert "Row 3" in refused.value.hint
    with pytest.raises(BusinessError, match="row 3 has no column 住所"):
        read_rows(path, header_row=3, columns=["住所"], ctx=ctx)


def test_totals_are_left_out_by_rule_and_noted(ctx: FakeContext) -> None:
    rows: list[list[object]] = [["氏名", "金額"], ["髙橋", 1], ["小　計", 1], ["山﨑", 2], ["合計", 3], ["計良", 4]]
    path = workbook(ctx.root / "a.xlsx", rows)

    assert read_rows(path, ctx=ctx).count == 5
    assert read_rows(path, totals={"column": "氏名"}, ctx=ctx).column("氏名") == ("髙橋", "山﨑", "計良")
    assert ctx.noted("totals left out") == [{"file": "a.xlsx", "sheet": "受付", "rows": [3, 5]}]
    assert read_rows(path, totals={"column": "氏名", "words": ["合計"]}, ctx=ctx).count == 4
    with pytest.raises(BusinessError, match="no column 区分 to know totals by"):
        read_rows(path, totals={"column": "区分"}, ctx=ctx)


def test_an_error_in_a_row_of_totals_does_not_matter(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "a.xlsx", [["氏名", "金額"], ["髙橋", 1], ["合計", "#REF!"]])

    assert read_rows(path, totals={"column": "氏名"}, ctx=ctx).column("金額") == (1,)


@pytest.mark.parametrize(
    ("name", "text", "delimiter"),
    [
        ("a.tsv", "番号\t氏名\r\n1\t髙橋\r\n", "auto"),
        ("a.txt", "番号\t氏名\r\n1\t髙橋\r\n", "auto"),
        ("a.txt", "番号,氏名\r\n1,髙橋\r\n", "auto"),
        ("a.csv", "番号;氏名\r\n1;髙橋\r\n", "semicolon"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp932"])
def test_text_files_of_all_kinds_are_read(
    ctx: FakeContext, name: str, text: str, delimiter: Delimiter, encoding: str
) -> None:
    (ctx.root / name).write_bytes(text.encode(encoding))

    table = read_rows(Path(name), delimiter=delimiter, ctx=ctx)

    assert dict(table.row(0)) == {"番号": "1", "氏名": "髙橋"}


def test_what_cp932_reads_otherwise_than_shift_jis_is_read_as_windows_does() -> None:
    assert decoded(b"\x81\x60\x81\x7c\xfb\xfc\x87\x40", "auto", "a.csv") == "～－髙①"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("あい,うえ\r\nかき,くけ\r\n".encode("euc_jp"), "may be written in CP932 or in EUC"),
        (b"a,b\r\n1,\x80\r\n", "line 2 holds bytes that mean nothing"),
        (b"a,b\r\n1,\xfd\r\n", "line 2 holds bytes that mean nothing"),
        ("氏名\r\n山田\r\n".encode("iso2022_jp"), r"control character U\+001B"),
        (b"a,b\r\n1,\x00\r\n", r"line 2 holds the control character U\+0000"),
        ("氏名\r\n".encode("utf-16")[:-1], "not written in utf-16"),
        (b'a,b\r\n"1,2\r\n3,4\r\n', "is not CSV"),
        (b'a,b\r\n"' + b"x" * 40_000 + b'",2\r\n', "longer than a cell can be"),
    ],
)
def test_text_in_no_known_encoding_is_told_and_never_guessed(ctx: FakeContext, content: bytes, sentence: str) -> None:
    (ctx.root / "a.csv").write_bytes(content)

    with pytest.raises(WorkbookUnreadable, match=sentence):
        read_rows(Path("a.csv"), ctx=ctx)


def test_euc_and_half_width_kana_are_read_when_they_are_declared(ctx: FakeContext) -> None:
    (ctx.root / "a.csv").write_bytes("氏名\r\n山田\r\n".encode("euc_jp"))
    (ctx.root / "b.csv").write_bytes("ｶﾅ\r\nﾔﾏﾀﾞ ﾀﾛｳ\r\n".encode("cp932"))

    assert read_rows(Path("a.csv"), encoding="euc_jp", ctx=ctx).column("氏名") == ("山田",)
    assert read_rows(Path("b.csv"), encoding="cp932", ctx=ctx).column("ｶﾅ") == ("ﾔﾏﾀﾞ ﾀﾛｳ",)


def locked(path: Path, password: str) -> Path:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(path.read_bytes())).encrypt(password, target)
    path.write_bytes(target.getvalue())
    return path


def test_a_locked_workbook_opens_with_its_password_only(ctx: FakeContext) -> None:
    path = locked(workbook(ctx.root / "a.xlsx", [["氏名"], ["髙橋"]]), "青葉2024")
    before = path.read_bytes()

    assert read_rows(path, password=Secret("青葉2024"), ctx=ctx).column("氏名") == ("髙橋",)
    with pytest.raises(WorkbookUnreadable, match=r"password does not open a\.xlsx") as refused:
        read_rows(path, password=Secret("wrong-one"), ctx=ctx)
    assert "wrong-one" not in str(refused.value.data)
    assert path.read_bytes() == before


def test_a_locked_workbook_without_a_password_is_told(ctx: FakeContext) -> None:
    path = locked(workbook(ctx.root / "a.xlsx", [["氏名"]]), "青葉2024")

    with pytest.raises(WorkbookUnreadable, match="locked with a password"):
        read_rows(path, ctx=ctx)


def test_a_workbook_that_is_only_kept_from_changes_opens_by_itself(ctx: FakeContext) -> None:
    path = locked(workbook(ctx.root / "a.xlsx", [["氏名"], ["髙橋"]]), "VelvetSweatshop")

    assert msoffcrypto.OfficeFile(io.BytesIO(path.read_bytes())).is_encrypted()
    assert read_rows(path, ctx=ctx).count == 1


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("00000000", 8),
        ("00", 2),
        ("0", None),
        ("0.00", None),
        ("000-0000", None),
        ('[$-411]ggge"年"', "day"),
        ("[$-411]ge", "day"),
        ("aaaa", "day"),
        ("r", "day"),
        ("yyyy/m/d", None),
        ("[$-411]ge.m.d;@", None),
        ("General", None),
        ("G/標準", None),
        ('General"年"', None),
        ('#,##0"年"', None),
        ("0.00E+00", None),
        ("[Red]#,##0", None),
        ("@", None),
    ],
)
def test_formats_show_zeros_or_days_or_nothing_that_is_data(code: str, shown: object) -> None:
    assert shown_by(code) == shown


CELLS = st.sampled_from(
    [
        '<c r="{at}"><v>1</v></c>',
        '<c r="{at}" s="1"><v>7</v></c>',
        '<c r="{at}" s="2"><v>45000</v></c>',
        '<c r="{at}" s="1" t="e"><v>#N/A</v></c>',
        '<c r="{at}" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        '<c r="{at}"><f>A1</f></c>',
        '<c r="{at}" s="1"><f t="shared" si="0"/><v></v></c>',
        '<c r="{at}"><f>A1</f><v>3</v></c>',
        '<c r="{at}" t="str"><f>A1</f><v></v></c>',
        '<c r="{at}" s="1"/>',
        '<c r="{at}" s="1" t="inlineStr"><is><t>t=&quot;e&quot; &lt;f&gt;</t></is></c>',
        '<c r="{at}" s="1" t="s"><v>0</v></c>',
    ]
)
SHEETS = st.lists(st.tuples(st.booleans(), st.lists(CELLS, max_size=4)), max_size=6)


@settings(max_examples=50, deadline=None)
@given(SHEETS)
def test_searching_the_bytes_finds_what_parsing_finds(rows: list[tuple[bool, list[str]]]) -> None:
    body = "".join(
        f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>'
        + "".join(cell.format(at=f"{letter}{number}") for letter, cell in zip("ABCD", cells, strict=False))
        + "</row>"
        for number, (hidden, cells) in enumerate(rows, 1)
    )
    content = f'<worksheet><sheetData>{body}</sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>'.encode()
    usual = xlsx.as_usual(content)
    assert usual is not None

    searched = xlsx.searched(usual, {1: 8, 2: "day"})
    exact = parsed(content, {1: 8, 2: "day"}, file="a.xlsx", part="sheet")

    assert (searched.errors, searched.uncalculated, searched.shown) == (exact.errors, exact.uncalculated, exact.shown)
    assert (searched.hidden, searched.merged) == (exact.hidden, exact.merged)
    assert searched.extent[0] >= exact.extent[0]
    assert searched.extent[1] >= exact.extent[1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<c r="A2"', "<c r='A2'"),
        ('<c r="A2" t="e">', '<c t="e" r="A2">'),
        ('<c r="A2" t="e">', "<c t = 'e'>"),
        ('<row r="2">', "<row>"),
        ("<sheetData>", "<!-- --><sheetData>"),
        ('r="A2"', 'r="A20000"'),
    ],
)
def test_other_spellings_are_parsed(ctx: FakeContext, old: str, new: str) -> None:
    path = workbook(ctx.root / "a.xlsx", [["番号"], ["#N/A"]])
    if "A20000" in new:
        with_parts(path, far=(SHEET, old, new))
        place = "A20000"
    else:
        with_parts(path, spelled=(SHEET, old, new))
        place = "A2"
    package = Package("a.xlsx", path.read_bytes())

    assert xlsx.as_usual(package.part(SHEET)) is None
    found = xlsx.find_unseen(package, SHEET, package.part(SHEET))
    assert {f"A{row}": text for (row, _), text in found.errors.items()} == {place: "#N/A"}


def test_parts_whose_names_differ_in_capitals_only_are_the_same(ctx: FakeContext) -> None:
    path = ctx.root / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_column(0, 0, ["氏名", "髙橋"])
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    path.write_bytes(zipped({name.replace("sharedStrings", "SharedStrings"): data for name, data in parts.items()}))

    assert read_rows(path, ctx=ctx).column("氏名") == ("髙橋",)
