"""Notices of the child allowance (児童手当): the form that is filled in for each household, and the list of households.

Under three years a child gets 15,000 yen a month, from then on 10,000, and the third one 30,000 (児童手当法第6条); two months are
paid at once. The form has room for four children.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Literal

from yakin.practice.sample_rows import Cell
from yakin.practice.samples.banks import account
from yakin.practice.samples.looks import finish, keep, write_columns, write_groups, write_row, write_title
from yakin.practice.samples.people import Household, Person, households
from yakin.practice.samples.places import TOWN
from yakin.practice.samples.seeds import seeded
from yakin.practice.samples.writings import written_date

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET = "支給対象者"
FORM_SHEET = "支給通知"
HEADER_ROWS = (3, 4)
CHILDREN = 4
"""Lines for children on the form."""
COLUMNS = (
    "受給者番号", "氏名", "郵便番号", "住所", "支払方法", "振込先", "児童数", "支給額",
)  # fmt: skip
CHILD_COLUMNS = ("氏名", "生年月日", "区分", "月額")
SMALL, LARGE = 150, 2_500
"""Households of the town, of which some have children."""

Fate = Literal["noticed", "wrong_amount", "too_many", "impossible_date", "long_postal_code"]
"""What has to come of a household."""

_EVERY = 30
_ODD: dict[int, Fate] = {4: "wrong_amount", 6: "too_many", 8: "impossible_date", 10: "long_postal_code"}
"""Which of so many households with children → what is odd about its line."""
_DAY = date(2026, 6, 1)
_YOUNG, _THIRD = 3, 2


@dataclass(frozen=True, slots=True)
class Recipient:
    """One line of the list.

    Attributes:
        person: Who gets the allowance.
        fate: What has to come of the line.
        children: The children, the eldest first.
        monthly: Yen a month for each of them.
        paid: 支給額 as the list has it, in yen.
        cells: The line as it is written there.
    """

    person: Person
    fate: Fate
    children: tuple[Person, ...]
    monthly: tuple[int, ...]
    paid: int
    cells: tuple[Cell, ...]


def recipients(count: int = SMALL) -> list[Recipient]:
    """Those of so many households who get the allowance."""
    rng = seeded("jido", "recipients")
    with_children = [each for each in households("jido", count) if each.children(_DAY)]
    return [
        _recipient(household, _ODD.get(place % _EVERY, "noticed"), rng)
        for place, household in enumerate(with_children, 1)
    ]


def write_recipients(path: Path, count: int = SMALL) -> None:
    """Write the list: title and control totals in row 1, columns in rows 3 and 4, those of each child below one heading."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    listed = recipients(count)
    write_title(sheet, "A1:D1", "令和8年6月期 児童手当 支給対象者一覧", {"E1": "件数", "G1": "支給額合計"})
    sheet["F1"], sheet["H1"] = len(listed), sum(each.paid for each in listed)
    places = [len(COLUMNS) + 1 + number * len(CHILD_COLUMNS) for number in range(CHILDREN)]
    areas = {_area(3, place, 3, place + len(CHILD_COLUMNS) - 1): f"児童{n}" for n, place in enumerate(places, 1)}
    write_groups(sheet, areas)
    write_columns(sheet, COLUMNS, HEADER_ROWS[0])
    write_columns(sheet, (*[""] * len(COLUMNS), *CHILD_COLUMNS * CHILDREN), HEADER_ROWS[1])
    for place in range(1, len(COLUMNS) + 1):
        sheet.merge_cells(_area(3, place, 4, place))
    for number, each in enumerate(listed, HEADER_ROWS[1] + 1):
        write_row(sheet, number, each.cells)
    finish(sheet, (13, 18, 11, 38, 11, 30, 8, 12, *(18, 16, 12, 10) * CHILDREN), HEADER_ROWS[1])
    keep(book, path)


def write_allowances(folder: Path, *, large: bool = False, count: int | None = None) -> list[Path]:
    """Write the form and the list into a folder; returns where they are."""
    form, listed = folder / "jido_teate_form.xlsx", folder / "jido_teate.xlsx"
    write_form(form)
    write_recipients(listed, count or (LARGE if large else SMALL))
    return [form, listed]


def _area(top: int, left: int, bottom: int, right: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"


def _recipient(household: Household, fate: Fate, rng: Random) -> Recipient:
    person, children = household.head, household.children(_DAY)[:CHILDREN]
    monthly = tuple(
        30_000 if place >= _THIRD else 15_000 if child.age(_DAY) < _YOUNG else 10_000
        for place, child in enumerate(children)
    )
    paid = 2 * sum(monthly) + (5_000 if fate == "wrong_amount" else 0)
    by_bank = rng.random() < 0.9
    found = account(person, rng)
    cells: list[Cell] = [
        person.number,
        person.name,
        f"{person.place.postal}1" if fate == "long_postal_code" else person.place.postal,
        person.place.address,
        "口座振込" if by_bank else "窓口払",
        f"{found.bank_name}銀行 {found.branch_name} {found.kind} ****{found.number[-3:]}" if by_bank else None,
        CHILDREN + 1 if fate == "too_many" else len(children),
        paid,
    ]
    for place, child in enumerate(children):
        born = "令和8年2月30日" if fate == "impossible_date" else written_date(child.born, rng)
        cells += [child.name, born, "第3子以降" if place >= _THIRD else None, monthly[place]]
    return Recipient(person, fate, tuple(children), monthly, paid, tuple(cells))


def write_form(path: Path) -> None:
    """Write the empty form: a sheet of narrow columns with merged fields, boxes, a seal that is a shape, totals as formulas."""
    from xlsxwriter import Workbook as NewWorkbook

    book = NewWorkbook(path)
    book.set_properties({"title": "児童手当支給通知", "author": "こども課", "created": datetime(2026, 4, 1)})  # noqa: DTZ001
    sheet = book.add_worksheet(FORM_SHEET)
    sheet.set_column("A:AF", 2.6)
    _Form(book, sheet).draw()
    sheet.set_paper(9)
    sheet.print_area("A1:AF29")
    sheet.fit_to_pages(1, 1)
    sheet.set_margins(left=0.6, right=0.6)
    sheet.set_footer(f"&L{TOWN} こども課&R&P / &N")
    sheet.hide_gridlines(2)
    book.close()


class _Form:
    """Draws the form, field by field."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self._book = book
        self._sheet = sheet
        self._plain = self._style()
        self._title = self._style(font_size=16, bold=True, align="center")
        self._label = self._style(border=1, bg_color="#EEEEEE", align="center")
        self._field = self._style(border=1)
        self._box = self._style(border=1, align="center", font_name="ＭＳ ゴシック")
        self._digit = self._style(border=1, align="center", font_name="ＭＳ ゴシック", num_format="@")
        self._date = self._style(border=1, align="center", num_format='[$-411]ggge"年"m"月"d"日"')
        self._yen = self._style(border=1, num_format="#,##0")

    def draw(self) -> None:
        """Draw all of it."""
        self._head()
        self._payment()
        self._children()
        self._foot()

    def _style(self, **said: object) -> Format:
        return self._book.add_format({"font_name": "ＭＳ 明朝", "font_size": 11, "valign": "vcenter", **said})

    def _merged(self, area: str, text: str | None, style: Format) -> None:
        self._sheet.merge_range(area, text or "", style)

    def _boxes(self, row: int, first: int, count: int, style: Format) -> None:
        for column in range(first, first + count):
            self._sheet.write_blank(row - 1, column, None, style)

    def _day(self, row: int, first: int) -> None:
        """令和, and a box each before 年, 月 and 日, from a column on, counted from 0."""
        self._sheet.merge_range(row - 1, first, row - 1, first + 1, "令和", self._plain)
        for place, mark in enumerate("年月日"):
            self._sheet.write_blank(row - 1, first + 2 + 2 * place, None, self._box)
            self._sheet.write(row - 1, first + 3 + 2 * place, mark, self._plain)

    def _head(self) -> None:
        self._merged("B1:K1", "様式第５号（第７条関係）", self._plain)
        self._merged("V2:AE2", None, self._plain)
        self._day(3, 22)
        self._sheet.write("B5", "〒", self._plain)
        self._boxes(5, 2, 7, self._digit)
        self._merged("B6:D6", "住　所", self._label)
        self._merged("E6:R6", None, self._field)
        self._merged("B7:D7", "氏　名", self._label)
        self._merged("E7:P7", None, self._field)
        self._merged("Q7:R7", "　様", self._plain)
        self._merged("V7:AB7", f"{TOWN}長　岬　太郎", self._plain)
        self._sheet.insert_textbox(
            "AC6", "公印", {"width": 56, "height": 56, "line": {"color": "red", "width": 2}, "font": {"color": "red"}}
        )
        self._merged("B10:AE10", "児童手当支給のお知らせ", self._title)

    def _payment(self) -> None:
        for row, text in ((12, "受給者番号"), (13, "支払日"), (14, "支払方法"), (15, "振込先")):
            self._merged(f"B{row}:F{row}", text, self._label)
        self._boxes(12, 6, 10, self._digit)
        self._day(13, 6)
        self._merged("G14:L14", "□ 口座振込", self._field)
        self._merged("M14:R14", "□ 窓口払", self._field)
        self._merged("G15:AE15", None, self._field)

    def _children(self) -> None:
        columns = ("B{0}:C{0}", "D{0}:L{0}", "M{0}:T{0}", "U{0}:Y{0}", "Z{0}:AE{0}")
        for area, text in zip(columns, ("№", "児童の氏名", "生年月日", "区分", "月額（円）"), strict=True):
            self._merged(area.format(17), text, self._label)
        for row in range(18, 18 + CHILDREN):
            self._merged(columns[0].format(row), str(row - 17), self._label)
            for area, style in zip(columns[1:], (self._field, self._date, self._field, self._yen), strict=True):
                self._merged(area.format(row), None, style)
        self._merged("B22:Y22", "月額計（円）", self._label)
        self._merged("Z22:AE22", None, self._yen)
        self._sheet.write_formula("Z22", "=SUM(Z18:AE21)", self._yen, 0)
        self._merged("B23:Y23", "２か月分（円）", self._label)
        self._merged("Z23:AE23", None, self._yen)
        self._sheet.write_formula("Z23", "=Z22*2", self._yen, 0)
        self._sheet.conditional_format("Z23:AE23", {"type": "cell", "criteria": ">", "value": 200_000})

    def _foot(self) -> None:
        self._merged("B25:F25", "支給額", self._label)
        self._boxes(25, 6, 7, self._box)
        self._sheet.write("N25", "円", self._plain)
        note = "この通知の内容に誤りがあるときは、14日以内にこども課へお申し出ください。"
        self._merged("B27:AE28", note, self._style(text_wrap=True, valign="top"))
        self._book.define_name("支給額", f"='{FORM_SHEET}'!$G$25:$M$25")
        self._sheet.data_validation("U18:Y21", {"validate": "list", "source": ["第3子以降"], "ignore_blank": True})
