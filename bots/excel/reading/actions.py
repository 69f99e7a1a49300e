"""The actions that read: thin, what they do is in the modules beside this one."""

from __future__ import annotations

from pathlib import Path

from bots.excel.addresses import HeaderRow
from bots.excel.encodings import Encoding
from bots.excel.package import Package
from bots.excel.reading.csvfiles import read_csv
from bots.excel.reading.workbooks import kind_of, read_bytes, read_workbook, refuse_csv
from yakin.actions import Context, action
from yakin.errors import ApplicationError
from yakin.values import Table


@action(idempotent=True)
def read_rows(
    path: Path, sheet: str | None = None, header_row: HeaderRow = 1, encoding: Encoding = "auto", *, ctx: Context
) -> Table:
    """Read one sheet of a workbook, or a CSV file, into records.

    Text stays exactly as it is (`00123` keeps its zeros, and so does a number whose cell shows `00000123`), dates are
    dates, whole numbers are whole. Cells of a CSV file are all text. Every record keeps its file, sheet and row number.

    Args:
        path: Workbook (.xlsx, .xlsm) or .csv file, relative to the project.
        sheet: Sheet to read; the first one when left out. A CSV file has none.
        header_row: Row, counted from 1, that holds the column names; what stands above it is not read.
        encoding: What a CSV file is written in; `auto` takes UTF-8 when it is valid UTF-8 and CP932 otherwise.

    Returns:
        One record for each row below the header that is not empty.

    Raises:
        WorkbookUnreadable: There is no such file; it is locked with a password, damaged or not a workbook; a formula's
            result is not stored in it; or it is written in another encoding.
        SheetNotFound: The workbook has no sheet of that name.
        BusinessError: Column names are missing or occur twice, or a cell holds an error such as #N/A.

    Example:
        - id: read
          uses: excel.read_rows
          with: {path: samples/juminzei.xlsx, sheet: 受付, header_row: 3}
    """
    file = ctx.path(path)
    if kind_of(file) == "csv":
        _refuse_sheet(sheet, file)
        table = read_csv(read_bytes(file), header_row, encoding, file=file.name)
    else:
        table = read_workbook(Package(file.name, read_bytes(file)), sheet, header_row)
    ctx.log.bind(rows=table.count, columns=len(table.columns)).info("rows read")
    return table


@action(idempotent=True)
def list_sheets(path: Path, *, ctx: Context) -> list[str]:
    """Name the sheets of a workbook, in the order of their tabs.

    Args:
        path: Workbook (.xlsx, .xlsm), relative to the project.

    Returns:
        Names of all sheets, hidden ones too.

    Raises:
        WorkbookUnreadable: There is no such file, or it is locked with a password, damaged or not a workbook.

    Example:
        - id: sheets
          uses: excel.list_sheets
          with: {path: samples/juminzei.xlsx}
    """
    file = ctx.path(path)
    refuse_csv(file)
    return list(Package(file.name, read_bytes(file)).sheets)


def _refuse_sheet(sheet: str | None, file: Path) -> None:
    if sheet is not None:
        raise ApplicationError("{file} is a CSV file and has no sheet {sheet}", file=file.name, sheet=sheet)
