"""The actions that read: thin, what they do is in the modules beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bots.excel.addresses import HeaderRow
from bots.excel.encodings import Delimiter, Encoding
from bots.excel.reading.books import Grid, open_book
from bots.excel.reading.cells import cells_of
from bots.excel.reading.csvfiles import text_grid
from bots.excel.reading.headers import find_header
from bots.excel.reading.selection import Hidden, Merged, Selection, Totals, select
from bots.excel.reading.sources import Source, read_source, refuse_csv
from yakin.actions import Context, action
from yakin.errors import ApplicationError
from yakin.values import Secret, Table


@action(idempotent=True)
def read_rows(
    path: Path,
    sheet: str | None = None,
    header_row: HeaderRow | list[HeaderRow] | None = None,
    columns: list[str] | None = None,
    encoding: Encoding = "auto",
    delimiter: Delimiter = "auto",
    password: Secret | None = None,
    merged: Merged = "keep",
    hidden: Hidden = "read",
    totals: Totals | None = None,
    *,
    ctx: Context,
) -> Table:
    """Read one sheet of a workbook, or a text file, into records.

    Text stays exactly as it is (`00123` keeps its zeros, and so does a number whose cell shows `00000123`), dates are
    dates in whatever way the cell writes them (2024/4/1, R6.4.1, 令和6年; counted from 1900 or 1904), whole numbers are whole,
    12.5 % is 0.125, a duration such as 26:30 is text. Cells of a text file are all text. Every record keeps its file, sheet
    and row number.

    Args:
        path: Workbook (.xlsx, .xlsm, .xlsb, .xls, .ods) or text file (.csv, .tsv, .txt), relative to the project.
        sheet: Sheet to read; the first one when left out. A text file has none.
        header_row: Row, counted from 1, that holds the column names; what stands above it is not read. Several rows are
            joined with `_`: `[2, 3]` makes 住所_町名 of 住所 above 町名. When left out it is the first row that holds all
            `columns`, and row 1 without these.
        columns: Columns that must be there.
        encoding: What a text file is written in; `auto` goes by its byte order mark, and without one takes UTF-8 when it
            is valid UTF-8 and CP932 otherwise.
        delimiter: What stands between the fields of a text file; `auto` is a tab for .tsv files and for .txt files with one in
            their first line, otherwise a comma.
        password: What opens a locked workbook: a secret.
        merged: `spread` gives each cell of a merged area below the header the area's value; `keep` only the first.
        hidden: What becomes of rows that are hidden, by hand or by a filter: they are read, left out (`skip`), or the list
            is refused. That there are some is noted in any case.
        totals: Rows that are left out because their cell in `column` is one of `words` (合計, 小計, 総計, 計 and 累計 when left out).

    Returns:
        One record for each row below the header that is not empty.

    Raises:
        WorkbookUnreadable: There is no such file; it is locked, damaged, too large or not a workbook; a formula's
            result is not stored in it; or it is written in another encoding.
        SheetNotFound: The workbook has no sheet of that name.
        BusinessError: Column names are missing or occur twice, a cell holds an error such as #N/A, or rows are hidden.

    Example:
        - id: read
          uses: excel.read_rows
          with: {path: samples/juminzei.xlsx, sheet: 受付, header_row: 3}
    """
    grid = _grid(read_source(ctx.path(path), password), sheet, encoding, delimiter)
    header = find_header(grid, header_row, columns)
    read = select(grid, header, hidden=hidden, merged=merged, totals=totals)
    _tell(read, grid, hidden, ctx)
    ctx.log.bind(rows=read.table.count, columns=len(read.table.columns)).info("rows read")
    return read.table


@action(idempotent=True)
def read_cells(
    path: Path, cells: dict[str, str], sheet: str | None = None, password: Secret | None = None, *, ctx: Context
) -> dict[str, Any]:
    """Read single cells of a workbook by their addresses or by the names that the workbook gives them.

    A cell inside a merged area has the area's value, as one sees it.

    Args:
        path: Workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), relative to the project.
        cells: Name of your own → `B3`, `申請書!B3`, or a name that the workbook defines (.xlsx and .xlsm only).
        sheet: Sheet of the addresses that name none; the first one when left out.
        password: What opens a locked workbook: a secret.

    Returns:
        Name → value; nothing for an empty cell.

    Raises:
        WorkbookUnreadable: There is no such file; it is locked, damaged, too large or not a workbook; or a formula's
            result is not stored in it.
        SheetNotFound: The workbook has no sheet of that name.
        BusinessError: An address is none, or a cell holds an error such as #N/A.

    Example:
        - id: cover
          uses: excel.read_cells
          with: {path: samples/juminzei.xlsx, cells: {title: A1, first: 受付!A4}}
    """
    file = ctx.path(path)
    refuse_csv(file)
    values = cells_of(open_book(read_source(file, password)), cells, sheet)
    ctx.log.bind(cells=len(values)).info("cells read")
    return values


@action(idempotent=True)
def list_sheets(path: Path, password: Secret | None = None, *, ctx: Context) -> list[str]:
    """Name the sheets of a workbook, in the order of their tabs.

    Args:
        path: Workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), relative to the project.
        password: What opens a locked workbook: a secret.

    Returns:
        Names of all sheets, hidden ones too.

    Raises:
        WorkbookUnreadable: There is no such file, or it is locked, damaged or not a workbook.

    Example:
        - id: sheets
          uses: excel.list_sheets
          with: {path: samples/juminzei.xlsx}
    """
    file = ctx.path(path)
    refuse_csv(file)
    return list(open_book(read_source(file, password)).sheets)


def _grid(source: Source, sheet: str | None, encoding: Encoding, delimiter: Delimiter) -> Grid:
    if source.kind != "text":
        return open_book(source).grid(sheet)
    if sheet is not None:
        raise ApplicationError("{file} is a text file and has no sheet {sheet}", file=source.name, sheet=sheet)
    return text_grid(source, encoding, delimiter)


def _tell(read: Selection, grid: Grid, hidden: Hidden, ctx: Context) -> None:
    """Note what a person who looks at the sheet would not expect."""
    if read.hidden:
        how = "left out" if hidden == "skip" else "read"
        ctx.note("hidden rows", file=grid.file, sheet=grid.sheet, count=len(read.hidden), how=how)
    if read.totals:
        ctx.note("totals left out", file=grid.file, sheet=grid.sheet, rows=list(read.totals))
