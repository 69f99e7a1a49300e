"""The workbooks and files of the demo: what the practice town hall's clerks have on their desks.

Everything is written from constants, so that each file has the same cells whenever it is written.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yakin.japan import ImpossibleDate, bank_kana, format_wareki, halfwidth, parse_amount, to_seireki
from yakin.practice.form import AMOUNTS, BY_LABEL, DATES, FIELDS
from yakin.practice.sample_rows import COLUMNS, ROWS, Cell
from yakin.practice.tax_bills import BILL_COLUMNS, PAYMENT_COLUMNS, bills, payments
from yakin.practice.validation import check_declaration

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SHEET = "受付"
HEADER_ROW = 3
RESULT_COLUMNS = ("登録番号", "処理結果")
"""Empty columns behind the others, for what comes of each row."""

DECLARATIONS = 40
ALREADY_REGISTERED = ("07000117",)
"""受付番号 that the practice system knows beforehand when it is seeded."""
IMPOSSIBLE_DATE = ("07000121",)
"""受付番号 whose 生年月日 never existed."""
REFUSED = ("07000134",)
"""受付番号 that the practice system refuses at the confirm step: their 地区 is closed."""
NEW_DECLARATIONS = 37
TOTAL_INCOME = 96_690_539
"""Sum of 収入金額 of all 40 rows, in yen."""
TOTAL_NEW_INCOME = 87_448_995
"""Sum of 収入金額 of the 37 rows that are new and in order, in yen."""

BILLING_SHEET = "請求一覧"
BILLING_HEADER_ROW = 3


def declarations() -> list[dict[str, Cell]]:
    """The 40 rows of the workbook, by column, as they are written there."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def as_typed(row: Mapping[str, Cell]) -> dict[str, str]:
    """A row as a careful clerk types it into the form, by name of the field; an impossible date stays as it is."""
    filled = {BY_LABEL[label].name: str(cell) for label, cell in row.items() if cell is not None}
    return {name: _retyped(name, text) for name, text in filled.items()}


def _retyped(name: str, text: str) -> str:
    if name in DATES:
        try:
            return to_seireki(text) if name == "shinkokubi" else format_wareki(text)
        except ImpossibleDate:
            return text
    if name in AMOUNTS:
        return f"{parse_amount(text):,}"
    if name == "koza_kana":
        return bank_kana(text)
    if name == "shogaisha":
        return "1"
    return halfwidth(text) if name in ("denwa", "yubin") else text


def already_registered_rows() -> list[dict[str, Any]]:
    """What `Store.seed` takes, so that the practice system knows `ALREADY_REGISTERED` beforehand."""
    typed = [as_typed(row) for row in declarations() if row["受付番号"] in ALREADY_REGISTERED]
    checked = [check_declaration(posted).values for posted in typed]
    return [{field.label: values[field.name] for field in FIELDS} for values in checked]


def write_declarations(path: Path) -> None:
    """Write the workbook of declarations: sheet 受付, title and totals in row 1, groups in row 2, columns in row 3."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    columns = (*COLUMNS, *RESULT_COLUMNS)
    _write_title(
        sheet,
        "A1:H1",
        "令和7年度 住民税申告受付一覧",
        {"I1": "件数", "K1": "収入金額合計", "P1": "作成", "Q1": "税務課 令和7年3月11日"},
    )
    sheet["J1"], sheet["L1"] = DECLARATIONS, TOTAL_INCOME
    groups = {
        "A2:A2": "受付",
        "B2:E2": "申告者",
        "F2:I2": "連絡先",
        "J2:N2": "申告内容",
        "O2:O2": "還付",
        "P2:Q2": "受付",
        "R2:S2": "処理",
    }
    _write_groups(sheet, groups)
    _write_columns(sheet, columns, HEADER_ROW)
    for number, row in enumerate(ROWS, HEADER_ROW + 1):
        _write_row(sheet, number, (*row, None, None))
    widths = (11, 16, 20, 18, 8, 11, 38, 9, 16, 10, 14, 15, 10, 11, 22, 14, 26, 14, 24)
    _finish(sheet, widths, HEADER_ROW)
    book.save(path)


def write_billing(path: Path) -> None:
    """Write the workbook of bills: sheet 請求一覧, title and totals in row 1, a note in row 2, columns in row 3."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = BILLING_SHEET
    billed = bills()
    _write_title(sheet, "A1:C1", "令和7年度 町県民税（普通徴収）請求一覧", {"D1": "合計"})
    sheet["E1"] = sum(int(bill[4]) for bill in billed)
    sheet["F1"] = f"{len(billed)}件"
    sheet["A2"] = "※第1期・第2期分。収納データとの突合は通知書番号で行うこと。"
    _write_columns(sheet, BILL_COLUMNS, BILLING_HEADER_ROW)
    for number, bill in enumerate(billed, BILLING_HEADER_ROW + 1):
        _write_row(sheet, number, bill)
    _finish(sheet, (15, 18, 24, 8, 13, 14), BILLING_HEADER_ROW)
    book.save(path)


def write_payments(path: Path) -> None:
    """Write the payments as the bank's system exports them: CSV, CP932, CRLF."""
    with path.open("w", encoding="cp932", newline="") as file:
        lines = csv.writer(file, lineterminator="\r\n")
        lines.writerow(PAYMENT_COLUMNS)
        lines.writerows(payments())


def write_all(folder: Path) -> list[Path]:
    """Write all sample files into a folder; returns where they are."""
    paths = [folder / "juminzei.xlsx", folder / "seikyu.xlsx", folder / "shuno.csv"]
    for write, path in zip((write_declarations, write_billing, write_payments), paths, strict=True):
        write(path)
    return paths


_FONT = "游ゴシック"


def _write_title(sheet: Worksheet, cells: str, title: str, marks: Mapping[str, str]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.merge_cells(cells)
    sheet["A1"] = title
    sheet["A1"].font = Font(name=_FONT, size=16, bold=True)
    sheet["A1"].alignment = Alignment(vertical="center")
    sheet.row_dimensions[1].height = 28
    for place, text in marks.items():
        sheet[place] = text
        sheet[place].alignment = Alignment(horizontal="right")
    for cell in sheet[1][1:]:
        cell.font = Font(name=_FONT, size=10)
        cell.number_format = "#,##0"


def _write_groups(sheet: Worksheet, groups: Mapping[str, str]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for cells, text in groups.items():
        first, _, last = cells.partition(":")
        if first != last:
            sheet.merge_cells(cells)
        sheet[first] = text
        sheet[first].font = Font(name=_FONT, size=10, color="FFFFFF", bold=True)
        sheet[first].alignment = Alignment(horizontal="center")
        for line in sheet[cells] if first != last else ((sheet[first],),):
            for cell in line:
                cell.fill = PatternFill("solid", fgColor="47698A")
                cell.border = _thin()


def _write_columns(sheet: Worksheet, columns: Sequence[str], row: int) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for number, name in enumerate(columns, 1):
        cell = sheet.cell(row, number, name)
        cell.font = Font(name=_FONT, size=10, bold=True)
        cell.fill = PatternFill("solid", fgColor="DCE6F1")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = _thin()


def _write_row(sheet: Worksheet, number: int, values: Iterable[Cell]) -> None:
    from openpyxl.styles import Alignment, Font

    for column, value in enumerate(values, 1):
        cell = sheet.cell(number, column, value)
        cell.font = Font(name=_FONT, size=10)
        cell.border = _thin()
        cell.alignment = Alignment(vertical="center", wrap_text=isinstance(value, str) and "\n" in value)
        if isinstance(value, date):
            cell.number_format = "yyyy/m/d" if number % 2 else '[$-411]ggge"年"m"月"d"日"'
        elif isinstance(value, int):
            cell.number_format = "#,##0"
        elif isinstance(value, str):
            cell.number_format = "@"


def _finish(sheet: Worksheet, widths: Sequence[float], header_row: int) -> None:
    """Column widths, frozen headings, filter, and a landscape A4 page that repeats the headings."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = f"C{header_row + 1}"
    sheet.auto_filter.ref = f"A{header_row}:{get_column_letter(len(widths))}{sheet.max_row}"
    sheet.print_title_rows = f"1:{header_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _thin() -> Any:
    from openpyxl.styles import Border, Side

    side = Side(style="thin", color="9FB0C0")
    return Border(left=side, right=side, top=side, bottom=side)
