"""What the workbooks of a town hall look like: a title, groups of columns, headings, borders, a page that prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yakin.practice.sample_rows import Cell

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_FONT = "游ゴシック"
_TIME = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z")
_MADE = b"2025-04-01T00:00:00Z"


def write_title(sheet: Worksheet, cells: str, title: str, marks: Mapping[str, str]) -> None:
    """Write the title into merged cells of row 1, and small marks (address → text) beside it."""
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


def write_groups(sheet: Worksheet, groups: Mapping[str, str]) -> None:
    """Write headings over several columns: cells such as `B2:E2` → text."""
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


def write_columns(sheet: Worksheet, columns: Sequence[str], row: int) -> None:
    """Write the names of the columns into a row."""
    from openpyxl.styles import Alignment, Font, PatternFill

    for number, name in enumerate(columns, 1):
        cell = sheet.cell(row, number, name)
        cell.font = Font(name=_FONT, size=10, bold=True)
        cell.fill = PatternFill("solid", fgColor="DCE6F1")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = _thin()


def write_row(sheet: Worksheet, number: int, values: Iterable[Cell]) -> None:
    """Write one row of data; dates are shown in turn as 2025/2/17 and as 令和7年2月17日."""
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


def finish(sheet: Worksheet, widths: Sequence[float], header_row: int) -> None:
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


def keep(book: Workbook, path: Path) -> None:
    """Write a workbook, with the same bytes whenever it is written."""
    from io import BytesIO
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    made = BytesIO()
    book.save(made)
    with ZipFile(made) as parts, ZipFile(path, "w") as written:
        for name in parts.namelist():
            content = parts.read(name)
            info = ZipInfo(name)
            info.create_system, info.compress_type = 0, ZIP_DEFLATED
            written.writestr(info, _TIME.sub(_MADE, content) if name == "docProps/core.xml" else content)


def _thin() -> Any:
    from openpyxl.styles import Border, Side

    side = Side(style="thin", color="9FB0C0")
    return Border(left=side, right=side, top=side, bottom=side)
