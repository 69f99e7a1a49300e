"""Making CSV files in the encodings that offices use; what an encoding lacks is told before anything is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from bots.excel.encodings import Encoding
from yakin.errors import BusinessError
from yakin.values import Scalar


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
