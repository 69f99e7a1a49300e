"""Workbooks of many rows, written quickly and with the same bytes whenever they are written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

Written = str | int | float | date | None
"""What stands in a cell; a text that begins with `=` is a formula."""

_FONT = "游ゴシック"
_MADE = datetime(2025, 4, 1)  # noqa: DTZ001  a workbook's time has no zone


@dataclass(frozen=True)
class Page:
    """One sheet: a title, marks beside it, column names and rows.

    Attributes:
        name: Name of the sheet.
        title: What stands in A1.
        columns: Names of the columns.
        rows: The rows; each as long as `columns`.
        widths: Widths of the columns, in characters.
        header_row: Row of the names, from 3 on.
        notes: Address → text above the header.
        merged: Cells to merge, such as `A5:A9`; the first one's value stays.
        hidden: Numbers of rows to hide.
        results: What the formulas come to, by (row of `rows`, column), both counted from 0; 0 when left out.
    """

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Written]]
    widths: Sequence[float]
    header_row: int = 3
    notes: Mapping[str, Written] = field(default_factory=dict)
    merged: Sequence[tuple[str, Written]] = ()
    hidden: Collection[int] = ()
    results: Mapping[tuple[int, int], Written] = field(default_factory=dict)


def write_book(path: Path, pages: Sequence[Page]) -> None:
    """Write a workbook."""
    from xlsxwriter import Workbook

    with Workbook(str(path)) as book:
        book.set_properties({"created": _MADE})
        looks = _looks(book)
        for page in pages:
            _write_page(book.add_worksheet(page.name), page, looks)


def _looks(book: Workbook) -> dict[str, Any]:
    cell = {"font_name": _FONT, "font_size": 10, "border": 1, "border_color": "#9FB0C0", "valign": "vcenter"}
    return {
        "title": book.add_format({"font_name": _FONT, "font_size": 16, "bold": True}),
        "note": book.add_format({"font_name": _FONT, "font_size": 10, "num_format": "#,##0"}),
        "head": book.add_format({**cell, "bold": True, "bg_color": "#DCE6F1", "align": "center", "text_wrap": True}),
        "text": book.add_format({**cell, "num_format": "@"}),
        "whole": book.add_format({**cell, "num_format": "#,##0"}),
        "part": book.add_format({**cell, "num_format": "0.0"}),
        "day": book.add_format({**cell, "num_format": "yyyy/m/d"}),
    }


def _write_page(sheet: Worksheet, page: Page, looks: Mapping[str, Any]) -> None:
    sheet.write_string(0, 0, page.title, looks["title"])
    for place, note in page.notes.items():
        sheet.write(place, note, looks["note"])
    for column, width in enumerate(page.widths):
        sheet.set_column(column, column, width)
    sheet.write_row(page.header_row - 1, 0, page.columns, looks["head"])
    for number, row in enumerate(page.rows):
        for column, value in enumerate(row):
            at = page.header_row + number, column
            _write_cell(sheet, at, value, looks, page.results.get((number, column), 0))
    for cells, value in page.merged:
        sheet.merge_range(cells, value, looks["text"])
    for hidden in page.hidden:
        sheet.set_row(hidden - 1, None, None, {"hidden": True})
    sheet.freeze_panes(page.header_row, 0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, page.header_row - 1)


def _write_cell(
    sheet: Worksheet, at: tuple[int, int], value: Written, looks: Mapping[str, Any], result: Written
) -> None:
    match value:
        case str() if value.startswith("="):
            sheet.write_formula(*at, value, looks["part"], result)
        case str():
            sheet.write_string(*at, value, looks["text"])
        case date():
            sheet.write_datetime(*at, value, looks["day"])
        case int():
            sheet.write_number(*at, value, looks["whole"])
        case float():
            sheet.write_number(*at, value, looks["part"])
        case _:
            sheet.write_blank(*at, None, looks["text"])
