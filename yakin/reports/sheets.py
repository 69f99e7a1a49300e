"""How every workbook of ours looks: its font, its lists with a header that stays in sight, texts that stay texts.

Importing this module imports openpyxl; whoever needs it imports it late.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

TINTS = {
    "registered": "E6F5EC",
    "found": "E5F0FC",
    "rehearsed": "E5F0FC",
    "set_aside": "FFF2E0",
    "failed": "FDEEEE",
    "in_doubt": "F7EDFC",
    "skipped": "EDEFF4",
    "pending": "EDEFF4",
}
"""Verdict → the colour behind it."""

_FONT = "Yu Gothic"
_HEADER = "0017C1"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST = 32_767
"""Characters a cell can hold."""

_DRESSES: WeakKeyDictionary[Workbook, dict[tuple[str | None, ...], StyleArray]] = WeakKeyDictionary()
"""Workbook → what a cell of a list looks like → the numbers of these looks in the workbook."""


def list_sheet(book: Workbook, title: str, columns: Sequence[tuple[str, int]]) -> Worksheet:
    """A new sheet for a list: column names with their widths, in sight above all rows."""
    sheet: Worksheet = book.create_sheet(title)
    for number, (name, width) in enumerate(columns, 1):
        put(sheet, 1, number, name, font(bold=True, color="FFFFFF"))
        sheet.cell(1, number).fill = fill(_HEADER)
        sheet.cell(1, number).alignment = Alignment(vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = "A2"
    for_print(sheet, landscape=True)
    sheet.print_title_rows = "1:1"
    return sheet


def list_row(sheet: Worksheet, row: int, values: Sequence[Any], *, tint_at: int, tint: str) -> None:
    """One row of a list; the cell of its state is coloured."""
    for column, value in enumerate(values, 1):
        dress(set_value(sheet, row, column, value), tint=tint if column == tint_at else None)


def dress(
    cell: Cell,
    *,
    colour: str | None = None,
    underline: str | None = None,
    tint: str | None = None,
    form: str | None = None,
) -> None:
    """Let a cell look like one of a list.

    Args:
        cell: The cell.
        colour: Of its text.
        underline: Of its text, such as `single`.
        tint: The colour behind it.
        form: How its number is shown, such as `@`.
    """
    # openpyxl looks every single look up in the workbook's tables: with thousands of rows that is most of the work.
    styled: Any = cell
    known = _DRESSES.setdefault(styled.parent.parent, {})
    looks = (colour, underline, tint, form)
    if looks in known:
        styled._style = copy(known[looks])
        return
    cell.font = font(**{name: look for name, look in (("color", colour), ("underline", underline)) if look})
    cell.alignment, cell.border = top(), line_below()
    if tint is not None:
        cell.fill = fill(tint)
    if form is not None:
        cell.number_format = form
    known[looks] = copy(styled._style)


def finish_list(sheet: Worksheet, columns: int, rows: int) -> None:
    """Let the list be filtered."""
    sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{max(rows + 1, 2)}"


def put(sheet: Worksheet, row: int, column: int, value: Any, looks: Font | None = None) -> Cell:
    """Write a value in our font; see `set_value`."""
    cell = set_value(sheet, row, column, value)
    cell.font = looks or font()
    return cell


def set_value(sheet: Worksheet, row: int, column: int, value: Any) -> Cell:
    """Write a value, however it will look; a text stays a text, whatever it begins with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if isinstance(value, int | float):
        cell.value = value
    else:
        cell.value = cell_text("" if value is None else str(value))
        cell.data_type = "s"
    return cell


def cell_text(text: str) -> str:
    """A text as a cell can hold it: without control characters, not too long."""
    return _CONTROLS.sub("\ufffd", text)[:_LONGEST]


def for_print(sheet: Worksheet, *, landscape: bool) -> None:
    """Print on A4, as wide as a page."""
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


@cache
def font(**looks: Any) -> Font:
    """Our font, with these looks."""
    return Font(name=_FONT, **looks)


@cache
def fill(colour: str) -> PatternFill:
    """A colour behind a cell."""
    return PatternFill("solid", start_color=colour)


@cache
def top() -> Alignment:
    """Text begins at the top and is broken into lines."""
    return Alignment(vertical="top", wrap_text=True)


@cache
def line_below() -> Border:
    """A thin line below a cell."""
    return Border(bottom=Side("thin", color="D9DCE5"))
