"""One sheet of a workbook whose parts are known already, as records; for those that change it afterwards."""

from __future__ import annotations

from bots.excel.package import Package
from bots.excel.reading.books import book_of
from bots.excel.reading.headers import find_header
from bots.excel.reading.selection import select
from bots.excel.reading.sources import kind_of, read_bytes, refuse_csv
from yakin.values import Table

__all__ = ["kind_of", "read_bytes", "read_workbook", "refuse_csv"]


def read_workbook(package: Package, sheet: str | None, header_row: int) -> Table:
    """One sheet of a workbook as records.

    Raises:
        SheetNotFound: There is no such sheet.
        WorkbookUnreadable: The file is damaged, or a formula's result is not stored in it.
        BusinessError: Column names are missing or double, or a cell holds an error such as #N/A.
    """
    grid = book_of(package).grid(sheet)
    return select(grid, find_header(grid, header_row, None)).table
