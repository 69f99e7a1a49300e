"""CSV files in the encodings that offices use: UTF-8 with and without a byte order mark, and CP932.

CP932 is Windows code page 932, what Japanese programs mean by Shift_JIS: with 髙, 﨑 and ①, which the standard lacks.
"""

from __future__ import annotations

import codecs
import csv
import io

from bots.excel.encodings import Encoding
from bots.excel.package import WorkbookUnreadable
from bots.excel.reading.records import to_table
from yakin.values import Table


def read_csv(data: bytes, header_row: int, encoding: Encoding, *, file: str) -> Table:
    """A CSV file as records; all cells are text, nothing is taken for a number.

    Raises:
        WorkbookUnreadable: It is written in another encoding, or is not CSV.
        BusinessError: Column names are missing or double.
    """
    return to_table(csv_cells(data, encoding, file=file), header_row, file=file)


def csv_cells(data: bytes, encoding: Encoding, *, file: str) -> list[list[str]]:
    """All fields of a CSV file, line by line.

    Raises:
        WorkbookUnreadable: It is written in another encoding, or is not CSV.
    """
    text = _decode(data, encoding, file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise WorkbookUnreadable(
            "{file}: line {line} is not CSV: {reason}", file=file, line=reader.line_num, reason=error
        ) from error


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
