from __future__ import annotations

import io
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bots.excel.addresses import Place, place_of
from bots.excel.editing import patched
from bots.excel.editing.guards import CellRefused
from bots.excel.package import Package, WorkbookUnreadable
from tests.bots.excel.workbooks import parts_in, raw_workbook, workbook
from yakin.errors import BusinessError
from yakin.values import Scalar

NOON = datetime(2026, 4, 1, 12)  # noqa: DTZ001 - cells have no time zone
SHEET = "xl/worksheets/sheet1.xml"


def at(**cells: Scalar) -> dict[Place, Scalar]:
    """Cells by their addresses."""
    return {place: value for name, value in cells.items() if (place := place_of(name))}


def put(data: bytes, sheet: str = "表1", **cells: Scalar) -> bytes:
    return patched(Package("様式.xlsx", data), {sheet: at(**cells)})


def xml(data: bytes) -> str:
    return parts_in(data)[SHEET].decode()


def rows(data: bytes) -> list[list[Any]]:
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        return list(map(list, book.get_sheet_by_index(0).to_python(skip_empty_area=False)))


def test_only_the_touched_cell_is_another_than_before() -> None:
    before = '<sheetData><row r="1" spans="1:3" ht="20"><c r="A1" s="1"><v>1</v></c><c  r="B1"><v>2</v></c><!-- <c r="C1"/> --><c r="C1"/></row></sheetData>'

    after = xml(put(raw_workbook(before), B1=5))

    assert before.replace('<c  r="B1"><v>2</v></c>', '<c  r="B1"><v>5</v></c>') in after


def test_other_parts_are_copied_with_their_names_and_times_and_order() -> None:
    data = raw_workbook(
        "<sheetData/>", "<sheetData><row><c><v>1</v></c></row></sheetData>", parts={"図/丸.bin": b"\0" * 9}
    )
    before, after = Package("a.xlsx", data).zip.infolist(), Package("a.xlsx", put(data, A1="x")).zip.infolist()

    assert [(info.filename, info.date_time) for info in after] == [(info.filename, info.date_time) for info in before]
    assert {name for name, part in parts_in(put(data, A1="x")).items() if parts_in(data)[name] != part} == {SHEET}


def test_what_is_held_already_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["漢字", 5, 2.5, True, date(2026, 4, 1), time(12, 30), None, "=1"]])
    data = path.read_bytes()

    same = patched(
        Package(path.name, data),
        {
            "受付": at(
                A1="漢字", B1=5, C1=Decimal("2.50"), D1=True, E1=date(2026, 4, 1), F1=time(12, 30), G1="", A9=None
            )
        },
    )

    assert same == data


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("=1+1", "=1+1"),
        ("00123", "00123"),
        (" 前後 \n改行\tx", " 前後 \n改行\tx"),
        ("<&>]]>\"'", "<&>]]>\"'"),
        ("_x0041_", "_x0041_"),
        ("a\r\nb", "a\nb"),
        ("𠮷﨑", "𠮷﨑"),
        (12, 12),
        (-1.5, -1.5),
        (Decimal("1234.50"), 1234.5),
        (1e300, 1e300),
        (2**70, str(2**70)),
        (True, True),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(1912, 7, 30), date(1912, 7, 30)),
        (NOON, NOON),
        (time(8, 15), time(8, 15)),
    ],
)
def test_a_value_is_read_as_it_was_put(value: Scalar, read: Any) -> None:
    assert rows(put(raw_workbook("<sheetData/>"), A1=value)) == [[read]]


def test_a_date_in_a_workbook_that_counts_from_1904_is_the_same_day() -> None:
    data = raw_workbook("<sheetData/>")
    old = raw_workbook(
        "<sheetData/>",
        parts={
            "xl/workbook.xml": parts_in(data)["xl/workbook.xml"].replace(
                b"<sheets>", b'<workbookPr date1904="1"/><sheets>'
            )
        },
    )

    assert "<v>44651</v>" in xml(put(old, A1=date(2026, 4, 1)))
    assert rows(put(old, A1=date(2026, 4, 1))) == [[date(2026, 4, 1)]]
    with pytest.raises(BusinessError, match="A1 cannot hold the value"):
        put(old, A1=date(1903, 12, 31))


def test_a_date_keeps_the_format_of_a_cell_that_shows_dates() -> None:
    data = raw_workbook('<sheetData><row r="1"><c r="A1" s="2"/><c r="B1" s="1"><v>1</v></c></row></sheetData>')

    after = put(data, A1=date(2026, 4, 1), B1=date(2026, 4, 1))

    assert '<c r="A1" s="2"><v>46113</v></c><c r="B1" s="4"><v>46113</v></c>' in xml(after)
    assert (
        b'<xf numFmtId="14" fontId="0" applyNumberFormat="1"><alignment/></xf></cellXfs>'
        in parts_in(after)["xl/styles.xml"]
    )
    assert b'<cellXfs count="5">' in parts_in(after)["xl/styles.xml"]


@pytest.mark.parametrize("value", ["a\x00b", "x" * 32_768, float("nan"), float("inf"), date(1899, 12, 31), "\ud800"])
def test_what_no_cell_can_hold_is_refused_with_its_place(value: Scalar) -> None:
    with pytest.raises(BusinessError, match=r"様式.xlsx was not written: C3 cannot hold the value"):
        put(raw_workbook("<sheetData/>"), C3=value)


def test_a_new_cell_has_the_format_of_its_row_else_of_its_column() -> None:
    data = raw_workbook(
        '<cols><col min="1" max="2" style="1"/></cols><sheetData><row r="2" s="3" customFormat="1"/><row r="3" s="3"/></sheetData>'
    )

    after = xml(put(data, A2=1, C2=1, A3=1, C3=1, A5=1))

    styled = {
        place: f'<c r="{place}" s="{style}">' in after for place, style in (("A2", 3), ("C2", 3), ("A3", 1), ("A5", 1))
    }
    assert all(styled.values())
    assert '<c r="C3"><v>' in after


def test_an_emptied_cell_keeps_its_format() -> None:
    data = raw_workbook(
        '<sheetData><row r="1"><c r="A1" s="1" t="b"><v>1</v></c><c r="B1"><v>1</v></c></row></sheetData>'
    )

    assert '<c r="A1" s="1"/><c r="B1"/>' in xml(put(data, A1=None, B1=""))


def test_rows_and_cells_without_numbers_follow_the_one_before() -> None:
    data = raw_workbook(
        '<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row r="4"><c r="B4"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row></sheetData>'
    )

    after = put(data, B1=20, C4=40, A5=50, A3="新", A4="左", D4="右")

    assert rows(after) == [[1, 20, "", ""], [""] * 4, ["新", "", "", ""], ["左", 3, 40, "右"], [50, "", "", ""]]


def test_rows_are_put_in_order_and_the_stated_size_grows() -> None:
    data = raw_workbook(
        '<dimension ref="B2:C5"/><sheetData><row r="2" spans="2:3"><c r="B2"><v>1</v></c></row><row r="5"/></sheetData>'
    )

    after = xml(put(data, A1=1, E5=2, B9=3, D2=4, A3=5))

    assert '<dimension ref="A1:E9"/>' in after
    assert [part.split('"')[1] for part in after.split("<row ")[1:] for part in [part.replace("r=", "", 1)]] == list(
        "12359"
    )
    assert 'spans="2:4"' in after


def test_prefixes_quotes_and_a_strict_workbook_are_understood() -> None:
    data = raw_workbook(
        "<x:worksheet xmlns:x='http://purl.oclc.org/ooxml/spreadsheetml/main'><x:sheetData><x:row r='1'><x:c r='A1' t='str'>"
        "<x:v>a</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )

    after = xml(put(data, A1="b", B1="c", A2=True))

    assert '<x:c r=\'A1\' t="inlineStr"><x:is><x:t>b</x:t></x:is></x:c><x:c r="B1"' in after
    assert '<x:row r="2"><x:c r="A2" t="b"><x:v>1</x:v></x:c></x:row></x:sheetData>' in after


def test_comments_and_cdata_that_look_like_cells_are_none() -> None:
    data = raw_workbook(
        '<sheetData><!--<row r="1"><c r="A1"><v>9</v></c></row>--><row r="1"><c r="A1" t="str"><v><![CDATA[<c r="B1"/>]]></v></c>'
        '<c r="B1"><v>1</v></c></row></sheetData>'
    )

    assert '<![CDATA[<c r="B1"/>]]></v></c><c r="B1"><v>2</v></c></row>' in xml(put(data, B1=2, A1='<c r="B1"/>'))


def test_a_sheet_in_another_encoding_is_changed_all_the_same() -> None:
    sheet = '<?xml version="1.0" encoding="UTF-16"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str"><v>漢字</v></c></row></sheetData></worksheet>'
    data = raw_workbook("<sheetData/>", parts={SHEET: sheet.encode("utf-16")})

    assert rows(put(data, B1="済")) == [["漢字", "済"]]


def test_furigana_of_other_cells_and_of_a_cell_with_the_same_text_stays() -> None:
    strings = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>山田</t><rPh sb="0" eb="2"><t>ヤマダ</t></rPh></si></sst>'
    data = raw_workbook(
        '<sheetData><row r="1"><c r="A1" t="s" ph="1"><v>0</v></c><c r="B1"/></row></sheetData>',
        relations={"xl/workbook.xml": {"sharedStrings": "sharedStrings.xml"}},
        parts={"xl/sharedStrings.xml": strings},
    )

    after = put(data, A1="山田", B1="済")

    assert '<c r="A1" t="s" ph="1"><v>0</v></c><c r="B1" t="inlineStr">' in xml(after)
    assert parts_in(after)["xl/sharedStrings.xml"] == strings.encode()


def test_the_inner_part_of_a_merged_area_is_refused_and_its_first_cell_named() -> None:
    data = raw_workbook('<sheetData/><mergeCells count="1"><mergeCell ref="C5:F7"/></mergeCells>')

    with pytest.raises(CellRefused, match=r"D6 is part of a merged area") as refused:
        put(data, D6="x")
    assert refused.value.hint == "Write into its first cell, C5"
    assert rows(put(data, C5="x"))[4][2] == "x"


def test_names_of_a_tables_columns_and_its_totals_are_refused() -> None:
    table = '<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" displayName="受付表" ref="B2:C6" totalsRowCount="1"/>'
    data = raw_workbook(
        '<sheetData><row r="2"><c r="B2" t="str"><v>番号</v></c></row></sheetData>',
        relations={SHEET: {"table": "../tables/table1.xml"}},
        parts={"xl/tables/table1.xml": table},
    )

    for cell in ("B2", "C6"):
        with pytest.raises(CellRefused, match=rf"{cell} is in the header or the totals of the table 受付表"):
            put(data, **{cell: "x"})
    assert rows(put(data, B2="番号", B3="x", D2="隣"))[2][1] == "x"


def test_a_part_that_is_no_sheet_is_refused() -> None:
    for damaged in (
        b"",
        b"<chartsheet/>",
        b"<worksheet><sheetData>",
        b'<?xml version="1.0" encoding="x-none"?><worksheet/>',
    ):
        with pytest.raises(
            WorkbookUnreadable, match=r"is not a sheet with cells|is damaged: xl/worksheets/sheet1\.xml"
        ):
            put(raw_workbook("", parts={SHEET: damaged}), A1=1)


def test_a_tag_with_an_open_quotation_mark_takes_no_time() -> None:
    damaged = '<worksheet><sheetData><row r="1 ' + "x='1\" " * 2000 + "</sheetData></worksheet>"

    with pytest.raises(WorkbookUnreadable, match="is damaged"):
        put(raw_workbook("", parts={SHEET: damaged}), A1=1)


def test_damage_elsewhere_in_a_touched_part_is_not_passed_on() -> None:
    data = raw_workbook('<sheetData><row r="1"><c r="A1"/></row><row r="2"><c r="A2"><v>1</c></row></sheetData>')

    with pytest.raises(WorkbookUnreadable, match=r"is damaged: xl/worksheets/sheet1\.xml cannot be read"):
        put(data, A1=1)


CELLS = st.dictionaries(
    st.tuples(st.integers(1, 12), st.integers(1, 30)),
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text("あ<&=0_x\n ", max_size=6),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(first=CELLS, second=CELLS)
def test_whatever_is_put_is_read_and_the_rest_stays(first: dict[Place, Scalar], second: dict[Place, Scalar]) -> None:
    data = raw_workbook('<sheetData><row><c><v>7</v></c></row><row r="6"/></sheetData>')
    for cells in (first, second):
        data = patched(Package("a.xlsx", data), {"表1": cells})

    expected = {(1, 1): 7, **first, **second}
    sheet = openpyxl.load_workbook(io.BytesIO(data))["表1"]
    held = {(cell.row, cell.column): cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}
    wanted = {place: value for place, value in expected.items() if value not in (None, "")}
    assert {place: str(value).replace("_x005F_", "_") for place, value in held.items()} == {
        place: str(value) for place, value in wanted.items()
    }
    assert patched(Package("a.xlsx", data), {"表1": second}) == data
