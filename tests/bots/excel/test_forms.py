"""Forms: fields are found by labels, boxes and ticks, filled without loss, and read back as they were filled."""

from __future__ import annotations

import datetime
import io
import textwrap
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.excel.forms.actions import fill_form, map_form, read_form
from bots.excel.forms.filling import FieldRefused, cells_for
from bots.excel.forms.mapfile import FormMap
from bots.excel.forms.places import FieldNotFound
from bots.excel.forms.reading import FieldUnreadable, read_fields
from bots.excel.forms.ticks import is_ticked, ticked
from bots.excel.layout import Cell, layout_of
from bots.excel.package import Package
from tests.bots.contexts import FakeContext
from yakin.declared import DeclaredFileError
from yakin.errors import ApplicationError

MAP = """\
form: 児童手当 現況届
sheet: 現況届
fields:
  氏名: {right_of: 氏名}
  フリガナ: {right_of: フリガナ}
  郵便番号: {boxes: "C5:I5", as: digits}
  住所: {below: 住所}
  性別: {check: {男: C8, 女: E8}}
  生年月日: {era: {era: C9, year: D9, month: F9, day: H9}}
  収入額: {cell: C10, as: number}
  届出日: {cell: C11, as: date}
  配偶者: {check: {あり: C12}}
"""
VALUES: dict[str, Any] = {
    "氏名": "髙橋 美咲",
    "フリガナ": "タカハシ ミサキ",
    "郵便番号": "9290123",
    "住所": "みどり市大字緑1番地2",
    "性別": "女",
    "生年月日": datetime.date(1989, 1, 8),
    "収入額": 4_250_000,
    "届出日": datetime.date(2026, 6, 1),
    "配偶者": "あり",
}


def form_bytes() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        box, day = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "yyyy/m/d"})
        book.add_worksheet("記入例").write("A1", "見本")
        sheet = book.add_worksheet("現況届")
        sheet.set_column("C:I", 3)
        sheet.write("A1", "児童手当 現況届")
        labels = ("フ リ ガ ナ", "氏　名:", "郵便番号", "性別", "生年月日", "収入額", "届出日", "配偶者")
        for row, label in zip((2, 3, 5, 8, 9, 10, 11, 12), labels, strict=True):
            sheet.merge_range(f"A{row}:B{row}", label, box)
        sheet.merge_range("C2:I2", "", box)
        sheet.merge_range("C3:I3", "", box)
        for column in range(2, 9):
            sheet.write_blank(4, column, None, box)
        sheet.merge_range("A6:I6", "住所", box)
        sheet.merge_range("A7:I7", "", box)
        sheet.write("C8", "□ 男")
        sheet.write("E8", "□ 女")
        sheet.write_blank("C9", None, box)
        for letter, mark in (("D", None), ("E", "年"), ("F", None), ("G", "月"), ("H", None), ("I", "日")):
            sheet.write(f"{letter}9", mark, box)
        sheet.merge_range("C10:I10", "", box)
        sheet.merge_range("C11:I11", "", day)
        sheet.insert_textbox("K2", "受付印")
        sheet.set_landscape()
    return buffer.getvalue()


FORM = form_bytes()
LAYOUT = layout_of(Package("現況届.xlsx", FORM), "現況届")


@pytest.fixture
def desk(tmp_path: Path) -> FakeContext:
    (tmp_path / "現況届.xlsx").write_bytes(FORM)
    (tmp_path / "現況届.yaml").write_text(MAP, encoding="utf-8")
    return FakeContext(tmp_path)


def fill(desk: FakeContext, **values: Any) -> Path:
    fill_form(Path("現況届.xlsx"), Path("現況届.yaml"), values, Path("out.xlsx"), ctx=desk)
    return desk.root / "out.xlsx"


def read(desk: FakeContext, file: str = "out.xlsx") -> dict[str, Any]:
    return read_form(Path(file), Path("現況届.yaml"), ctx=desk)


def mapped(desk: FakeContext, text: str) -> None:
    (desk.root / "現況届.yaml").write_text(textwrap.dedent(text), encoding="utf-8")


def test_what_was_filled_in_is_read_back(desk: FakeContext) -> None:
    fill(desk, **VALUES)
    assert read(desk) == VALUES


def test_an_empty_form_has_empty_fields(desk: FakeContext) -> None:
    assert read(desk, "現況届.xlsx") == dict.fromkeys(VALUES)


def test_all_but_the_sheet_of_the_form_and_its_texts_stay_byte_for_byte(desk: FakeContext) -> None:
    out = fill(desk, **VALUES)
    before, after = zipfile.ZipFile(io.BytesIO(FORM)), zipfile.ZipFile(out)
    changed = [name for name in before.namelist() if before.read(name) != after.read(name)]
    assert set(changed) <= {"xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"}
    assert "xl/worksheets/sheet2.xml" in changed
    assert (desk.root / "現況届.xlsx").read_bytes() == FORM


def test_fields_that_are_not_named_stay_and_nothing_empties_one(desk: FakeContext) -> None:
    fill(desk, **VALUES)
    (desk.root / "現況届.xlsx").write_bytes((desk.root / "out.xlsx").read_bytes())
    fill(desk, 氏名=None, 性別=None, 生年月日=None, 郵便番号=None)
    assert read(desk) == VALUES | dict.fromkeys(("氏名", "性別", "生年月日", "郵便番号"))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"世帯主": "髙橋"}, "The map has no field 世帯主"),
        ({"郵便番号": "92901234"}, "郵便番号: 92901234 has 8 characters, but there are 7 boxes"),
        ({"郵便番号": "929-012A"}, "郵便番号: 929-012A is not made of digits alone"),
        ({"性別": "その他"}, "性別: その他 is none of 男 / 女"),
        ({"届出日": "平成32年1月1日"}, "届出日: "),
        ({"収入額": "約400万"}, "収入額: 約400万 is not an amount"),
    ],
)
def test_what_does_not_go_into_a_field_is_refused_and_nothing_written(
    desk: FakeContext, values: dict[str, Any], reason: str
) -> None:
    with pytest.raises(FieldRefused) as caught:
        fill(desk, **values)
    assert caught.value.message.startswith(reason)
    assert not (desk.root / "out.xlsx").exists()


def test_text_of_either_width_is_understood(desk: FakeContext) -> None:
    fill(
        desk, 郵便番号="〒９２９－０１２３", 収入額="４，２５０，０００円", 届出日="R8.6.1", 生年月日="平成元年１月８日"
    )
    assert {name: value for name, value in read(desk).items() if value is not None} == {
        name: VALUES[name] for name in ("郵便番号", "生年月日", "収入額", "届出日")
    }


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("{right_of: 職業}", "has no label 職業 for the field 欄"),
        ("{cell: A1, as: date}", r"欄 \(A1\): 児童手当 現況届 is not a date"),
        ("{cell: A1, as: number}", r"欄 \(A1\): 児童手当 現況届 is not an amount"),
    ],
)
def test_a_map_for_another_form_is_noticed(desk: FakeContext, where: str, sentence: str) -> None:
    mapped(desk, f"sheet: 現況届\nfields:\n  欄: {where}\n")
    with pytest.raises((FieldNotFound, FieldUnreadable), match=sentence):
        read(desk, "現況届.xlsx")


def test_a_label_that_is_there_twice_needs_an_area(tmp_path: Path) -> None:
    desk = FakeContext(tmp_path)
    with xlsxwriter.Workbook(tmp_path / "現況届.xlsx") as book:
        sheet = book.add_worksheet("届")
        sheet.write_column("A1", ["氏名", "住所", "氏名"])
        sheet.write_column("B1", ["父", "", "子"])
    mapped(desk, "fields:\n  受給者: {right_of: 氏名}\n")
    with pytest.raises(FieldNotFound, match="several cells: A1, A3"):
        read(desk, "現況届.xlsx")
    mapped(desk, "fields:\n  児童: {right_of: 氏名, within: 'A2:B9'}\n")
    assert read(desk, "現況届.xlsx") == {"児童": "子"}


def test_every_mistake_of_a_map_is_told_with_its_place(desk: FakeContext) -> None:
    mapped(
        desk,
        """\
        sheet: 現況届
        fields:
          氏名: {cell: 5C}
          住所: {cell: C5, below: 住所}
          生年月日: {era: {era: 西暦, year: D9, month: F9, day: H9}}
        """,
    )
    with pytest.raises(DeclaredFileError) as caught:
        read(desk, "現況届.xlsx")
    assert [(problem.line, problem.column, problem.message) for problem in caught.value.problems] == [
        (3, 14, "5C is not the address of a cell"),
        (4, 7, "住所 has to say in exactly one way where it is; it says 2"),
        (5, 21, "西暦 is neither a cell nor an era"),
    ]
    mapped(desk, "fields:\n  氏名: {cel: C5}\n  住所: {cell: C5, as: 日付}\n")
    with pytest.raises(DeclaredFileError) as caught:
        read(desk, "現況届.xlsx")
    assert [problem.line for problem in caught.value.problems] == [2, 3]


def test_a_map_that_is_not_there_is_told(desk: FakeContext) -> None:
    (desk.root / "現況届.yaml").unlink()
    with pytest.raises(DeclaredFileError, match="cannot be read"):
        read(desk, "現況届.xlsx")


def test_several_ticks_are_refused_unless_the_map_allows_them(desk: FakeContext) -> None:
    mapped(desk, "sheet: 現況届\nfields:\n  事由: {check: {転入: C8, 出生: E8}, several: true}\n")
    assert read_form(fill(desk, 事由="転入、出生"), Path("現況届.yaml"), ctx=desk) == {"事由": "転入、出生"}
    mapped(desk, "sheet: 現況届\nfields:\n  事由: {check: {転入: C8, 出生: E8}}\n")
    with pytest.raises(FieldUnreadable, match="several boxes are ticked"):
        read(desk)


def test_a_printed_era_refuses_the_days_of_another(desk: FakeContext) -> None:
    mapped(desk, "sheet: 現況届\nfields:\n  提出日: {era: {era: 令和, year: D9, month: F9, day: H9}}\n")
    assert read_form(fill(desk, 提出日="2026-06-01"), Path("現況届.yaml"), ctx=desk) == {
        "提出日": datetime.date(2026, 6, 1)
    }
    with pytest.raises(FieldRefused, match="is in 平成, but the form has 令和 in print"):
        fill(desk, 提出日="平成30年1月1日")


def test_a_number_in_boxes_stands_at_the_end_the_map_says(desk: FakeContext) -> None:
    mapped(desk, "sheet: 現況届\nfields:\n  支給額: {boxes: 'C5:I5', as: number, fill_from: right}\n")
    out = fill(desk, 支給額=15000)
    assert read(desk) == {"支給額": 15000}
    mapped(desk, "sheet: 現況届\nfields:\n  初: {cell: C5}\n  終: {cell: I5}\n")
    assert read_form(out, Path("現況届.yaml"), ctx=desk) == {"初": None, "終": "0"}


def test_an_empty_box_inside_a_number_is_no_number(desk: FakeContext) -> None:
    mapped(desk, "sheet: 現況届\nfields:\n  a: {cell: C5}\n  b: {cell: E5}\n")
    fill(desk, a="1", b="2")
    mapped(desk, "sheet: 現況届\nfields:\n  番号: {boxes: 'C5:I5', as: digits}\n")
    with pytest.raises(FieldUnreadable, match="a box in the middle is empty"):
        read(desk)
    mapped(desk, "sheet: 現況届\nfields:\n  番号: {boxes: 'C5:I5'}\n")
    assert read(desk) == {"番号": "1 2"}


def test_the_form_itself_is_never_the_target(desk: FakeContext) -> None:
    with pytest.raises(ApplicationError, match="is the form itself"):
        fill_form(Path("現況届.xlsx"), Path("現況届.yaml"), {}, Path("現況届.xlsx"), ctx=desk)


def test_the_proposed_map_can_be_used_as_it_is(desk: FakeContext) -> None:
    text = map_form(Path("現況届.xlsx"), "現況届", ctx=desk)
    assert text == textwrap.dedent(
        """\
        form: 現況届
        sheet: 現況届
        fields:
          フリガナ: {right_of: フリガナ}                            # C2
          氏名: {right_of: 氏名}                                    # C3
          郵便番号: {boxes: C5:I5}                                  # C5
          住所: {below: 住所}                                       # A7
          性別: {check: {男: C8, 女: E8}}                           # C8
          生年月日: {era: {era: C9, year: D9, month: F9, day: H9}}  # D9
          収入額: {right_of: 収入額, as: number}                    # C10
          届出日: {right_of: 届出日, as: date}                      # C11
        """
    )
    mapped(desk, text)
    fill(desk, 氏名="髙橋 美咲", 郵便番号="9290123", 性別="男", 生年月日="S64.1.7")
    assert {name: value for name, value in read(desk).items() if value is not None} == {
        "氏名": "髙橋 美咲",
        "郵便番号": "9290123",
        "性別": "男",
        "生年月日": datetime.date(1989, 1, 7),
    }


@pytest.mark.parametrize("cell", ["□ 男", "☐男", "男 □", "", None, False])
def test_a_tick_is_seen_and_goes_away_again(cell: Any) -> None:
    on = ticked(cell, on=True, mark="○")
    assert is_ticked(on)
    assert not is_ticked(cell)
    off = ticked(on, on=False, mark="○")
    assert not is_ticked(off)
    assert str(off or "").replace("☐", "□") == str(cell or "").replace("☐", "□")


@settings(max_examples=30, deadline=None)
@given(
    name=st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x9FA0, categories=["Lo"]), min_size=1, max_size=7),
    born=st.dates(datetime.date(1912, 8, 1), datetime.date(2040, 12, 31)),
    amount=st.integers(-(10**9), 10**9),
)
def test_any_name_day_and_amount_comes_back(name: str, born: datetime.date, amount: int) -> None:
    fields = {
        "氏名": {"boxes": "C5:I5"},
        "生年月日": {"era": {"era": "C9", "year": "D9", "month": "F9", "day": "H9"}},
        "額": {"cell": "C10", "as": "number"},
    }
    form = FormMap.model_validate({"fields": fields})
    values: dict[str, Any] = {"氏名": name, "生年月日": born, "額": amount}
    filled = {place: Cell(value) for place, value in cells_for(LAYOUT, form, values).items()}
    assert read_fields(replace(LAYOUT, cells={**LAYOUT.cells, **filled}), form) == values


@pytest.mark.parametrize("field", ["氏名", "郵便番号", "性別", "収入額", "生年月日"])
def test_a_list_goes_into_no_field(desk: FakeContext, field: str) -> None:
    with pytest.raises(FieldRefused, match="is neither text nor number nor date"):
        fill_form(Path("現況届.xlsx"), Path("現況届.yaml"), {field: ["1", "2"]}, Path("out.xlsx"), ctx=desk)
