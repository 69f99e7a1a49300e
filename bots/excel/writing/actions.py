"""The actions that make new files: thin, what they do is in the modules beside this one."""

from __future__ import annotations

from pathlib import Path

from bots.excel.editing.saving import put, refuse_when_open
from bots.excel.encodings import Encoding
from bots.excel.reading.workbooks import kind_of
from bots.excel.writing.csvfiles import encode_csv
from bots.excel.writing.newbook import Sheet, workbook_bytes
from yakin.actions import Context, action
from yakin.errors import ApplicationError, BusinessError
from yakin.values import FileRef, Table


@action(idempotent=True)
def write_rows(
    path: Path,
    table: Table,
    sheet: str = "Sheet1",
    columns: list[str] | None = None,
    encoding: Encoding = "auto",
    *,
    ctx: Context,
) -> FileRef:
    """Write records into a new workbook or CSV file.

    The workbook has its header in colour, frozen and with filters. Text stays text: what begins with = + - or @ never
    becomes a formula. A file that was there before is kept as `name.bak.xlsx`.

    Args:
        path: File to make, .xlsx or .csv, relative to the project.
        table: Records to write.
        sheet: Name of the sheet.
        columns: Columns to write, in this order; all when left out.
        encoding: What a CSV file is written in; `auto` is UTF-8 with a byte order mark, as Excel wants it.

    Returns:
        The file that was made.

    Raises:
        BusinessError: The table lacks a column; or characters cannot be written in the encoding or in a workbook: all
            of them are named with row and column, and nothing is written.
        FileInUse: The file is open in Excel.

    Example:
        - uses: excel.write_rows
          with: {path: out/結果.xlsx, table: "${{ steps.precheck.invalid }}", sheet: 要確認}
    """
    file = ctx.path(path)
    names = list(columns) if columns is not None else list(table.columns)
    if lacking := [name for name in names if name not in table.columns]:
        raise BusinessError("The table has no column {columns}", columns=", ".join(lacking))
    rows = list(zip(*(table.column(name) for name in names), strict=True))
    refuse_when_open(file)
    if kind_of(file) == "csv":
        content = encode_csv(names, rows, encoding, file=file.name)
    else:
        _refuse_macro_workbook(file)
        content = workbook_bytes([Sheet(sheet, names, rows)], file=file.name)
    made = put(file, content)
    ctx.log.bind(rows=len(rows)).info("rows written")
    return made


def _refuse_macro_workbook(file: Path) -> None:
    if file.suffix.lower() == ".xlsm":
        raise ApplicationError(
            "{file} would be a workbook without macros under the name of one with", file=file.name, hint="Name it .xlsx"
        )
