"""The actions that make many files of one list, and one list of many files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypedDict

from pydantic import Field

from bots.excel import Totals, put, read_rows, refuse_when_open, rows_bytes
from bots.table.lists.columns import ColumnName, keyed
from bots.table.lists.grouping import ROWS
from bots.table.lists.joining import concatenated
from bots.table.lists.workbooks import VALUE, files_to_merge, parts_of
from yakin.actions import Context, action
from yakin.errors import BusinessError
from yakin.values import FileRef, Table

RowNumber = Annotated[int, Field(ge=1)]


class SplitFile(TypedDict):
    """One of the files that a list was split into.

    Attributes:
        value: What its rows have in common.
        file: The file.
        count: Its rows.
    """

    value: str
    file: FileRef
    count: int


class MergedFiles(TypedDict):
    """What `merge_workbooks` hands on.

    Attributes:
        table: The rows of all files.
        files: ファイル and 件数, one row for each file.
        count: Rows of all files.
        file_count: How many files there were.
    """

    table: Table
    files: Table
    count: int
    file_count: int


@action(idempotent=True)
def split_workbook(
    table: Table,
    by: ColumnName,
    folder: Path,
    name: str = f"{VALUE}.xlsx",
    sheet: str = "Sheet1",
    columns: list[str] | None = None,
    row_numbers: bool = False,
    *,
    ctx: Context,
) -> list[SplitFile]:
    """Write one file for each value of a column (分割), such as one workbook for each school.

    Rows without a value, values that would make the same file name, files that are open in Excel and cells that cannot be written are
    refused before the first file is made. Every row is in exactly one file; files that are in the folder already and have no rows
    now stay there.

    Args:
        table: The list.
        by: Column: its name, or `{column, as}` when ways of writing one value belong into one file.
        folder: Folder for the files, relative to the project.
        name: Name of each file, .xlsx or .csv, with `{value}` where the value belongs; characters that no file name may have are
            written in full width.
        sheet: Name of the sheet.
        columns: Columns to write, in this order; all when left out.
        row_numbers: With a last column 元の行: where each row stood.

    Returns:
        For each file its `value`, the `file` and its `count`, in the order in which the values begin.

    Raises:
        BusinessError: The list lacks a column, rows have no value, or two values would make one file.
        FileInUse: One of the files is open in Excel.

    Example:
        - uses: table.split_workbook
          with: {table: "${{ steps.read }}", by: 学校名, folder: out/学校別, name: "学籍_{value}.xlsx"}
    """
    (column,) = keyed(by)
    parts = parts_of(table, column, name)
    names = list(columns if columns is not None else table.columns)
    if row_numbers and ROWS in names:
        raise BusinessError("There is a column {column} already", column=ROWS)
    contents: list[tuple[Path, bytes]] = []
    for part in parts:
        rows = part.rows
        if row_numbers:
            origins = rows.origins or range(1, rows.count + 1)
            rows = rows.with_columns({ROWS: [str(origin) for origin in origins]})
        file = ctx.path(folder / part.file)
        refuse_when_open(file)
        content, _ = rows_bytes(file, rows, sheet, [*names, ROWS] if row_numbers else names)
        contents.append((file, content))
    made: list[SplitFile] = [
        {"value": part.value, "file": put(*both), "count": part.rows.count}
        for part, both in zip(parts, contents, strict=True)
    ]
    ctx.log.bind(rows=table.count, files=len(made)).info("list split")
    return made


@action(idempotent=True)
def merge_workbooks(
    folder: Path,
    pattern: str = "*.xlsx",
    sheet: str | None = None,
    header_row: RowNumber | list[RowNumber] | None = None,
    header: list[str] | None = None,
    merged: Literal["keep", "spread"] = "keep",
    totals: Totals | None = None,
    columns: Literal["same", "all"] = "same",
    file_column: str | None = None,
    *,
    ctx: Context,
) -> MergedFiles:
    """Read all files of a folder into one list (統合), such as the workbooks that all sections have sent.

    Every row keeps its file, sheet and row number. Files that programs keep for themselves (`~$…`, `….bak.xlsx` beside the file it was) are left out; every other one
    that fits must be readable and have the same columns, or nothing is read.

    Args:
        folder: Folder with the files, relative to the project.
        pattern: Name with `*` for any characters and `?` for one; `**/` looks into folders below.
        sheet: Sheet to read in each; the first one when left out.
        header_row: Row with the column names, as for `excel.read_rows`.
        header: Columns that must be there; with no `header_row` the first row that holds them all is the one with the names.
        merged: What becomes of merged cells, as for `excel.read_rows`.
        totals: Rows that are left out, as for `excel.read_rows`.
        columns: `same` refuses files whose columns differ from those of the first; with `all`, a column that a file lacks is
            empty there.
        file_column: Column to add, with the file's name without its ending; for lists whose section only the name tells.

    Returns:
        `table`, `files` (ファイル and 件数 for each), `count` and `file_count`.

    Raises:
        ApplicationError: No file fits.
        WorkbookUnreadable: A file cannot be read.
        BusinessError: The columns differ.

    Example:
        - uses: table.merge_workbooks
          with: {folder: inbox/時間外, pattern: "*.xlsx", header_row: 3, file_column: 所属}
    """
    files = files_to_merge(ctx.path(folder), pattern)
    tables = [
        read_rows(file, sheet=sheet, header_row=header_row, columns=header, merged=merged, totals=totals, ctx=ctx)
        for file in files
    ]
    if file_column is not None:
        tables = [_with_name(table, file_column, file.stem) for table, file in zip(tables, files, strict=True)]
    whole = concatenated(tables, columns)
    ctx.log.bind(rows=whole.count, files=len(files)).info("files merged")
    names: list[str] = [file.name for file in files]
    return {
        "table": whole,
        "files": Table({"ファイル": names, "件数": [table.count for table in tables]}),
        "count": whole.count,
        "file_count": len(files),
    }


def _with_name(table: Table, column: str, name: str) -> Table:
    if column in table.columns:
        raise BusinessError("There is a column {column} already", column=column)
    return table.with_columns({column: [name] * table.count})
