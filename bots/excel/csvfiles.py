"""CSV files in the encodings that offices use: UTF-8 with and without a byte order mark, and CP932.

CP932 is Windows code page 932, what Japanese programs mean by Shift_JIS: with 髙, 﨑 and ①, which the standard lacks.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Literal

from bots.excel.package import WorkbookUnreadable
from bots.excel.records import to_table
from yakin.errors import BusinessError
from yakin.values import Scalar, Table

Encoding = Literal["auto", "utf-8", "utf-8-sig", "cp932"]


def read_csv(data: bytes, header_row: int, encoding: Encoding, *, file: str) -> Table:
    """A CSV file as records; all cells are text, nothing is taken for a number.

    Raises:
        WorkbookUnreadable: It is written in another encoding, or is not CSV.
        BusinessError: Column names are missing or double.
    """
    text = _decode(data, encoding, file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise WorkbookUnreadable(
            "{file}: line {line} is not CSV: {reason}", file=file, line=reader.line_num, reason=error
        ) from error
    return to_table(rows, header_row, file=file)


def encode_csv(columns: Sequence[str], rows: Iterable[Sequence[Scalar]], encoding: Encoding, *, file: str) -> bytes:
    """A CSV file's content: lines end with CR LF, dates are written 2024-04-01.

    Args:
        columns: Column names.
        rows: Cells.
        encoding: `auto` is UTF-8 with a byte order mark, which Excel needs to know it for UTF-8.
        file: File name for errors.

    Raises:
        BusinessError: Characters cannot be written in the encoding; all are named with row and column.
    """
    lines = [list(columns), *([_written(cell) for cell in row] for row in rows)]
    chosen = "utf-8-sig" if encoding == "auto" else encoding
    if chosen == "cp932":
        _refuse_unencodable(columns, lines, chosen, file)
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    return buffer.getvalue().encode(chosen)


def _decode(data: bytes, encoding: Encoding, file: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise WorkbookUnreadable(
            "{file} is written in UTF-16", file=file, hint="Save it as CSV UTF-8 in Excel (CSV UTF-8 (コンマ区切り))"
        )
    if encoding == "auto":
        candidates = ["utf-8-sig"] if data.startswith(codecs.BOM_UTF8) else ["utf-8", "cp932"]
    else:
        candidates = [encoding]
    for candidate in candidates:
        try:
            return data.decode(candidate)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
    raise WorkbookUnreadable(
        "{file} is not written in {encodings}: line {line} holds bytes that mean nothing there",
        file=file,
        encodings=" / ".join(candidates),
        line=line,
        hint="Say with encoding what it is written in, or save it as CSV UTF-8 in Excel",
    )


def _written(cell: Scalar) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def _refuse_unencodable(columns: Sequence[str], lines: Sequence[Sequence[str]], encoding: str, file: str) -> None:
    from yakin.japan import unencodable

    found = [
        f"{number}/{columns[index]}: {strange.char} ({strange.name.split()[0]})"
        for number, line in enumerate(lines, 1)
        for index, cell in enumerate(line)
        if not cell.isascii()
        for strange in unencodable(cell, encoding)
    ]
    if found:
        raise BusinessError(
            "{file} was not written: {count} characters do not exist in {encoding} (row/column): {characters}",
            file=file,
            count=len(found),
            encoding=encoding,
            characters=", ".join(found),
            hint="Replace the characters, or write the file in UTF-8",
        )
