"""The actions that make new files: thin, what they do is in the modules beside this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from bots.excel.editing.saving import put, refuse_when_open
from bots.excel.encodings import DELIMITERS, Delimiter, Encoding
from bots.excel.reading.sources import kind_of
from bots.excel.writing.csvfiles import Formulas, Unencodable, encode_csv
from bots.excel.writing.newbook import Sheet, workbook_bytes
from yakin.actions import Context, action
from yakin.errors import BusinessError
from yakin.values import FileRef, Table

Shown = Literal["amount", "decimal", "percent", "date", "wareki", "datetime", "time", "text"]
_FORMATS: dict[Shown, str] = {
    "amount": "#,##0;[Red]-#,##0",
    "decimal": "#,##0.00;[Red]-#,##0.00",
    "percent": "0.0%",
    "date": "yyyy/mm/dd",
    "wareki": '[$-411]ggge"年"m"月"d"日"',
    "datetime": "yyyy/mm/dd hh:mm",
    "time": "hh:mm",
    "text": "@",
}


@action(idempotent=True)
def write_rows(
    path: Path,
    table: Table,
    sheet: str = "Sheet1",
    columns: list[str] | None = None,
    formats: dict[str, Shown] | None = None,
    encoding: Encoding = "auto",
    delimiter: Delimiter = "auto",
    unencodable: Unencodable = "fail",
    formulas: Formulas = "refuse",
    *,
    ctx: Context,
) -> FileRef:
    """Write records into a new workbook or text file.

    The workbook has its header in colour, frozen and with filters, and prints on A4 with the header on each page. Text stays
    text: what begins with = + - or @ never becomes a formula, and a number of more than fifteen digits keeps them all. A
    file that was there before is kept as `name.bak.xlsx`.

    A text file has no such protection: whoever opens it in Excel runs what looks like a formula. Text that begins
    with = or @, or with + or - and is no number, is therefore refused unless `formulas: keep` says that the file is another
    system's input.

    Args:
        path: File to make, .xlsx, .csv, .tsv or .txt, relative to the project.
        table: Records to write.
        sheet: Name of the sheet.
        columns: Columns to write, in this order; all when left out.
        formats: Column → how its numbers and dates are shown in a workbook.
        encoding: What a text file is written in; `auto` is UTF-8 with a byte order mark, as Excel wants it.
        delimiter: What stands between the fields of a text file; `auto` is a tab for .tsv and .txt files, otherwise a comma.
        unencodable: What becomes of characters that CP932 or EUC lacks: the file is refused, or they are replaced where
            there is a substitute that a reader takes for the same (𠮷 by 吉), and refused otherwise.
        formulas: Whether text that Excel would take for a formula may stand in a text file.

    Returns:
        The file that was made.

    Raises:
        BusinessError: The table lacks a column; or characters cannot be written in the encoding or in a workbook, or texts
            would be formulas: they are named with row and column, and nothing is written.
        FileInUse: The file is open in Excel.

    Example:
        - uses: excel.write_rows
          with: {path: out/結果.xlsx, table: "${{ steps.precheck.invalid }}", sheet: 要確認}
    """
    file = ctx.path(path)
    refuse_when_open(file)
    content, replaced = rows_bytes(
        file,
        table,
        sheet,
        columns,
        formats,
        encoding=encoding,
        delimiter=delimiter,
        unencodable=unencodable,
        formulas=formulas,
    )
    if replaced:
        ctx.note("characters replaced", file=file.name, encoding=encoding, cells=replaced)
    made = put(file, content)
    ctx.log.bind(rows=table.count).info("rows written")
    return made


def rows_bytes(
    file: Path,
    table: Table,
    sheet: str = "Sheet1",
    columns: Sequence[str] | None = None,
    formats: Mapping[str, Shown] | None = None,
    *,
    encoding: Encoding = "auto",
    delimiter: Delimiter = "auto",
    unencodable: Unencodable = "fail",
    formulas: Formulas = "refuse",
) -> tuple[bytes, list[str]]:
    """What `write_rows` would write into a file, and the cells that hold a substitute.

    Raises:
        BusinessError: As `write_rows`.
        ApplicationError: New files of that kind are not made.
    """
    names = list(columns) if columns is not None else list(table.columns)
    if lacking := [name for name in (*names, *(formats or {})) if name not in table.columns]:
        raise BusinessError("The table has no column {columns}", columns=", ".join(lacking))
    rows = list(zip(*(table.column(name) for name in names), strict=True))
    if kind_of(file) == "csv":
        between = _delimiter(file, delimiter)
        return encode_csv(
            names, rows, encoding, file=file.name, delimiter=between, unencodable=unencodable, formulas=formulas
        )
    shown = {name: _FORMATS[kind] for name, kind in (formats or {}).items()}
    return workbook_bytes([Sheet(sheet, names, rows, formats=shown)], file=file.name), []


def _delimiter(file: Path, delimiter: Delimiter) -> str:
    if delimiter != "auto":
        return DELIMITERS[delimiter]
    return "\t" if file.suffix.lower() in (".tsv", ".txt") else ","
