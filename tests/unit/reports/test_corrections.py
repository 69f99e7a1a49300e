"""Rows out to a workbook and back in: what the clerk did not touch is what it was, in the type it had."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from tests.unit.reports import made_up_runs as runs
from yakin.reports.corrections import BlockRows, WrongWorkbook, read, write
from yakin.results import ItemResult
from yakin.values import Origin, Row, Scalar

MORNING = datetime(2026, 4, 1, 9, 30)  # noqa: DTZ001 - spreadsheets know no zones
PLACE = Origin("juminzei.xlsx", "受付", 12)
ROW: dict[str, Scalar] = {
    "受付番号": "00012345",
    "氏名": "=SUM(A1)",
    "生年月日": date(1961, 3, 8),
    "受付日時": MORNING,
    "収入金額": 1_200_000,
    "税率": Decimal("0.06"),
    "電話": None,
}


def item(key: str, state: str = "failed") -> ItemResult:
    error = runs.IMPOSSIBLE if state == "failed" else None
    return ItemResult("entry", key, f"juminzei.xlsx [受付]:{key}", state, error=error)


RESULT = runs.usual().result()


def block(rows: Mapping[str, Any], *, settled: tuple[str, ...] = ()) -> BlockRows:
    items = [item(key) for key in rows if key not in settled]
    return BlockRows("entry", "申告書を登録する", rows, items)


def corrected(path: Path, change: Callable[[Worksheet], Any], blocks: BlockRows | None = None) -> dict[str, list[Any]]:
    """What is read back after a clerk has changed the workbook."""
    asked = blocks or block({"a": Row.of(ROW, PLACE), "b": Row.of({**ROW, "受付番号": "00099999"}, PLACE)})
    file = path / "f.xlsx"
    file.write_bytes(write(RESULT, [asked], "ja"))
    book = openpyxl.load_workbook(file)
    change(book["申告書を登録する"])
    book.save(file)
    return read(file, RESULT, [asked])


def column(sheet: Worksheet, name: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == name)


def put(name: str, value: Any, row: int = 2) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet.cell(row, column(sheet, name)).value = value

    return change


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["=1+1", "@SUM", "-1", "007", "1e5", "TRUE", "2026-04-01", " ", "\t", "\r\n", "a\x00b", "#N/A"]),
    st.integers(),
    st.floats(allow_nan=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.times(),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=25, deadline=None, phases=[Phase.generate])
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=20))
def test_what_is_not_touched_comes_back_as_it_was(rows: list[tuple[Any, Any]]) -> None:
    table = {str(key): Row.of({"左": left, "右": right}, PLACE) for key, (left, right) in enumerate(rows)}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "f.xlsx"
        file.write_bytes(write(RESULT, [block(table)], "ja"))
        back = read(file, RESULT, [block(table)])["entry"]
    assert [list(row.values()) for row in back] == [[left, right] for left, right in rows]
    assert [[type(value) for value in row.values()] for row in back] == [[type(a), type(b)] for a, b in rows]
    assert all(row.origin == PLACE for row in back)


@pytest.mark.parametrize(
    ("name", "typed", "wanted"),
    [
        ("受付番号", "00012346", "00012346"),
        ("受付番号", 12346, "12346"),
        ("受付番号", 12346.0, "12346"),
        ("受付番号", None, None),
        ("氏名", datetime.combine(MORNING, time()), "2026-04-01"),
        ("生年月日", date(1961, 3, 9), date(1961, 3, 9)),
        ("生年月日", "昭和36年3月9日", date(1961, 3, 9)),
        ("受付日時", MORNING.replace(day=2), MORNING.replace(day=2)),
        ("受付日時", "2026-04-02 09:30", MORNING.replace(day=2)),
        ("収入金額", 1_300_000, 1_300_000),
        ("収入金額", "1,300,000円", 1_300_000),
        ("税率", 0.05, Decimal("0.05")),
        ("電話", "0120-444-444", "0120-444-444"),
    ],
)
def test_a_corrected_cell_keeps_the_type_it_had(name: str, typed: Any, wanted: Any, tmp_path: Path) -> None:
    row = corrected(tmp_path, put(name, typed))["entry"][0]
    assert row[name] == wanted
    assert type(row[name]) is type(wanted)
    assert {other: row[other] for other in ROW if other != name} == {
        other: ROW[other] for other in ROW if other != name
    }


@pytest.mark.parametrize(
    ("name", "typed", "place"),
    [
        ("生年月日", "昭和65年3月1日", "I2"),
        ("収入金額", "多い", "K2"),
        ("収入金額", "=1+1", "K2"),
        ("受付日時", True, "J2"),
    ],
)
def test_what_cannot_stand_in_a_cell_is_refused_with_its_place(
    name: str, typed: Any, place: str, tmp_path: Path
) -> None:
    with pytest.raises(WrongWorkbook, match=place):
        corrected(tmp_path, put(name, typed))


def test_rows_that_the_clerk_deleted_are_left_out_and_rows_may_be_sorted(tmp_path: Path) -> None:
    assert [row["受付番号"] for row in corrected(tmp_path, lambda sheet: sheet.delete_rows(2))["entry"]] == ["00099999"]

    def turn(sheet: Worksheet) -> None:
        first, second = ([cell.value for cell in sheet[row]] for row in (2, 3))
        for number, (one, other) in enumerate(zip(first, second, strict=True), 1):
            sheet.cell(2, number).value, sheet.cell(3, number).value = other, one
        for row in (2, 3):
            sheet.cell(row, column(sheet, "氏名")).data_type = "s"

    rows = corrected(tmp_path, turn)["entry"]
    assert [row["受付番号"] for row in rows] == ["00099999", "00012345"]


def test_when_every_row_was_deleted_nothing_is_done(tmp_path: Path) -> None:
    with pytest.raises(WrongWorkbook, match="no row"):
        corrected(tmp_path, lambda sheet: sheet.delete_rows(2, 2))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda sheet: sheet.append(["c", *[None] * 5, "00000001"]), "rows 4"),
        (lambda sheet: sheet.append([None] * 6 + ["00000001"]), "rows 4"),
        (lambda sheet: sheet.append([cell.value for cell in sheet[2]]), "rows 2, 4"),
        (put("キー", "z", row=3), "rows 3"),
        (lambda sheet: sheet.insert_cols(8), "columns"),
        (lambda sheet: sheet.delete_cols(8), "氏名"),
        (lambda sheet: sheet.cell(1, 8, "名前"), "名前, 氏名"),
        (lambda sheet: sheet.cell(1, 20, "メモ"), "メモ"),
        (lambda sheet: sheet.merge_cells("G2:H2"), "merged"),
        (lambda sheet: setattr(sheet, "title", "別"), "gone"),
    ],
)
def test_added_rows_and_changed_columns_are_refused(
    change: Callable[[Worksheet], Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(WrongWorkbook, match=told):
        corrected(tmp_path, change)


def test_a_row_that_is_registered_by_now_is_left_out_and_cannot_be_corrected(tmp_path: Path) -> None:
    written = block({"a": Row.of(ROW, PLACE), "b": Row.of(ROW, PLACE)})
    file = tmp_path / "f.xlsx"
    file.write_bytes(write(RESULT, [written], "en"))
    now = replace(written, items=[item("b")])
    assert len(read(file, RESULT, [now])["entry"]) == 1
    book = openpyxl.load_workbook(file)
    put("受付番号", "1")(book["申告書を登録する"])
    book.save(file)
    with pytest.raises(WrongWorkbook, match="rows 2 "):
        read(file, RESULT, [now])


def test_only_the_workbook_of_this_run_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "f.xlsx"
    file.write_bytes(write(RESULT, [block({"a": Row.of(ROW)})], "ja"))
    for other in (replace(RESULT, id="another"), replace(RESULT, workflow_hash="another")):
        with pytest.raises(WrongWorkbook, match="not of"):
            read(file, other, [block({"a": Row.of(ROW)})])
    for data in (b"no zip", b""):
        file.write_bytes(data)
        with pytest.raises(WrongWorkbook):
            read(file, RESULT, [])
    openpyxl.Workbook().save(file)
    with pytest.raises(WrongWorkbook):
        read(file, RESULT, [])


def test_the_workbook_tells_the_clerk_what_is_wrong_and_looks_right(tmp_path: Path) -> None:
    file = tmp_path / "f.xlsx"
    file.write_bytes(write(RESULT, [block({"0001": Row.of(ROW, PLACE)})], "ja"))
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["申告書を登録する", "yakin"]
    assert book["yakin"].sheet_state == "veryHidden"
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    header, first = sheet.iter_rows(values_only=True)
    assert header[:6] == ("キー", "状態", "理由", "対応", "試行", "場所")
    assert header[6:] == tuple(ROW)
    assert first[:3] == ("0001", "要確認", "昭和65年3月1日 は存在しません。昭和は 昭和64年1月7日 までです")
    assert sheet["G2"].value == "00012345" and sheet["G2"].number_format == "@"
    assert sheet["H2"].value == "=SUM(A1)" and sheet["H2"].data_type == "s"
    assert sheet["I2"].is_date and sheet["I2"].number_format == "yyyy-mm-dd"
    assert sheet.freeze_panes == "B2"
    assert all(8 <= sheet.column_dimensions[letter].width <= 40 for letter in "ABCDEFGHIJKLM")


def test_rows_without_columns_have_one(tmp_path: Path) -> None:
    rows = block({"1": "北町", "2": "南町"})
    assert corrected(tmp_path, lambda sheet: sheet.cell(2, 7, "中町"), rows) == {"entry": ["中町", "南町"]}


def test_each_block_has_a_sheet_of_its_own_even_under_one_title(tmp_path: Path) -> None:
    blocks = [replace(block({"a": Row.of(ROW)}), block=name, title="yakin") for name in ("one", "two")]
    file = tmp_path / "f.xlsx"
    file.write_bytes(write(RESULT, blocks, "ja"))
    assert openpyxl.load_workbook(file).sheetnames == ["yakin1", "yakin2", "yakin"]
    assert set(read(file, RESULT, blocks)) == {"one", "two"}
