"""Making text files (CSV, TSV) in the encodings that offices use; what cannot be written is told before anything is."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from bots.excel.encodings import Encoding
from yakin.errors import BusinessError
from yakin.values import Scalar

Unencodable = Literal["fail", "substitute"]
Formulas = Literal["refuse", "keep"]
_TOLD = 100
"""How many characters are named one by one."""
_FORMULA = re.compile(r"[=@\t\r＝＠]|[-+＋－](?![\d\s.,()+-]*$)")
"""The beginning of what a spreadsheet program calculates when it opens a text file (OWASP: CSV injection). A lone sign, a
number and a telephone number call nothing."""
_LIMITED = frozenset({"cp932", "euc_jp"})


def encode_csv(
    columns: Sequence[str],
    rows: Iterable[Sequence[Scalar]],
    encoding: Encoding,
    *,
    file: str,
    delimiter: str = ",",
    unencodable: Unencodable = "fail",
    formulas: Formulas = "refuse",
) -> tuple[bytes, list[str]]:
    """A text file's content: lines end with CR LF, dates are written 2024-04-01, numbers without a power of ten.

    Args:
        columns: Column names.
        rows: Cells.
        encoding: `auto` is UTF-8 with a byte order mark, which Excel needs to know it for UTF-8.
        file: File name for errors.
        delimiter: What stands between fields.
        unencodable: What becomes of characters that the encoding lacks.
        formulas: Whether text that a spreadsheet program would take for a formula may be written.

    Returns:
        The content; and row/column of the cells in which characters were replaced.

    Raises:
        BusinessError: Characters cannot be written in the encoding, or texts would be formulas; all are named with row
            and column.
    """
    lines = [list(columns), *([_written(cell) for cell in row] for row in rows)]
    chosen = "utf-8-sig" if encoding == "auto" else encoding
    replaced: list[str] = []
    if chosen in _LIMITED and unencodable == "substitute":
        replaced = _substitute(columns, lines, chosen)
    _refuse_unencodable(columns, lines, chosen, file)
    if formulas == "refuse":
        _refuse_formulas(columns, lines, file)
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    return buffer.getvalue().encode(chosen), replaced


def _written(cell: Scalar) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case float() if math.isfinite(cell):
            return f"{Decimal(repr(cell)):f}".removesuffix(".0")
        case Decimal() if cell.is_finite():
            return f"{cell:f}"
        case _:
            return str(cell)


def _substitute(columns: Sequence[str], lines: Sequence[list[str]], encoding: str) -> list[str]:
    """Replace what there is a substitute for; returns row and column of the cells that are another text now."""
    from yakin.japan import substituted

    replaced = []
    for number, line in enumerate(lines, 1):
        for index, cell in enumerate(line):
            if not cell.isascii() and (other := substituted(cell, encoding)) != cell:
                line[index] = other
                replaced.append(f"{number}/{columns[index]}")
    return replaced


def _refuse_unencodable(columns: Sequence[str], lines: Sequence[Sequence[str]], encoding: str, file: str) -> None:
    from yakin.japan import unencodable

    found = [
        f"{number}/{columns[index]}: {_shown(strange.char)} ({strange.name.split()[0]})"
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
            characters=_told(found),
            hint="Replace the characters, say unencodable: substitute, or write the file in UTF-8",
        )


def _shown(char: str) -> str:
    """A character as a sentence can hold it: half of one (a lone surrogate) can be written nowhere."""
    return "�" if "\ud800" <= char <= "\udfff" else char


def _refuse_formulas(columns: Sequence[str], lines: Sequence[Sequence[str]], file: str) -> None:
    found = [
        f"{number}/{columns[index]}"
        for number, line in enumerate(lines, 1)
        for index, cell in enumerate(line)
        if _FORMULA.match(cell)
    ]
    if found:
        raise BusinessError(
            "{file} was not written: {count} texts would be formulas in Excel (row/column): {cells}",
            file=file,
            count=len(found),
            cells=_told(found),
            hint="Look at them; write a workbook, where text stays text; or say formulas: keep for another system's input",
        )


def _told(found: Sequence[str]) -> str:
    return ", ".join(found[:_TOLD]) + (f" (+{len(found) - _TOLD})" if len(found) > _TOLD else "")
