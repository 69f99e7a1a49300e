"""Workbooks: read and write Excel and CSV files without Excel."""

from bots.excel.editing.actions import arrange_sheets, fill_cells, format_sheet, write_results
from bots.excel.editing.saving import put, refuse_when_open
from bots.excel.forms.actions import fill_form, map_form, read_form
from bots.excel.lint.actions import lint
from bots.excel.pdf import to_pdf
from bots.excel.reading.actions import list_sheets, read_cells, read_rows
from bots.excel.reading.selection import Totals
from bots.excel.writing.actions import rows_bytes, write_rows
from bots.excel.writing.newbook import Sheet, workbook_bytes

__all__ = [
    "Sheet",
    "Totals",
    "arrange_sheets",
    "fill_cells",
    "fill_form",
    "format_sheet",
    "lint",
    "list_sheets",
    "map_form",
    "put",
    "read_cells",
    "read_form",
    "read_rows",
    "refuse_when_open",
    "rows_bytes",
    "to_pdf",
    "workbook_bytes",
    "write_results",
    "write_rows",
]
