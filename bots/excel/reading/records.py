"""From the bare cells of a sheet or a CSV file to a table: header, rows, and where each row stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bots.excel.addresses import address, column_letters
from yakin.errors import BusinessError
from yakin.values import Origin, Scalar, Table

_EXACT_BELOW = 10**15
"""Excel keeps fifteen digits; a larger number has lost some already and is not made to look exact."""


def header_of(cells: Sequence[Any]) -> list[str]:
    """Column names as they are used: trimmed, without line breaks; empty where there is none."""
    return [as_text(as_scalar(cell)).replace("\r", "").replace("\n", "") for cell in cells]


def to_table(rows: Sequence[Sequence[Any]], header_row: int, *, file: str, sheet: str | None = None) -> Table:
    """The records below a header.

    Args:
        rows: All rows of the sheet from its first cell on.
        header_row: Row of the column names, counted from 1.
        file: File name for origins and errors.
        sheet: Sheet name for origins and errors.

    Returns:
        One row for each that holds anything.

    Raises:
        BusinessError: Column names are missing or occur twice.
    """
    place = f"{file} [{sheet}]" if sheet else file
    names = header_of(rows[header_row - 1]) if header_row <= len(rows) else []
    if not any(names):
        raise BusinessError(
            "{place}: row {row} holds no column names",
            place=place,
            row=header_row,
            hint="Say with header_row in which row the column names are",
        )
    _refuse_same_names(names, place, header_row)
    numbered = [(number, row) for number, row in enumerate(rows, 1) if number > header_row and not is_empty(row)]
    _refuse_nameless_cells(names, numbered, place, header_row)
    columns: dict[str, list[Scalar]] = {name: [] for name in names if name}
    for _, row in numbered:
        for index, name in enumerate(names):
            if name:
                columns[name].append(as_scalar(row[index]) if index < len(row) else None)
    return Table(columns, [Origin(file, sheet, number) for number, _ in numbered])


def is_empty(row: Sequence[Any]) -> bool:
    """Whether a row holds nothing but spaces."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row)


def as_scalar(cell: Any) -> Scalar:
    """A cell as a value: nothing for empty text, whole numbers as int, dates without a time as date.

    A duration (26:30) becomes text as the sheet shows it; text stays exactly as it is.
    """
    match cell:
        case None | "":
            return None
        case bool() | int() | str() | Decimal():
            return cell
        case float():
            return int(cell) if cell.is_integer() and abs(cell) < _EXACT_BELOW else cell
        case datetime():
            return cell.date() if cell.time() == time() else cell
        case date() | time():
            return cell
        case timedelta():
            return _duration(cell)
        case _:
            return str(cell)


def as_text(value: Scalar) -> str:
    """A value the way an expression writes it into a text; how business keys are compared with cells."""
    return "" if value is None else str(value).strip()


def _duration(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def _refuse_same_names(names: Sequence[str], place: str, header_row: int) -> None:
    places: dict[str, list[str]] = {}
    for column, name in enumerate(names, 1):
        places.setdefault(name, []).append(column_letters(column))
    twice: Mapping[str, list[str]] = {name: letters for name, letters in places.items() if name and len(letters) > 1}
    if twice:
        raise BusinessError(
            "{place}: the same column name stands more than once in row {row}: {names}",
            place=place,
            row=header_row,
            names=", ".join(f"{name} ({', '.join(letters)})" for name, letters in twice.items()),
            hint="Give each column a name of its own, or say with header_row in which row the names are",
        )


def _refuse_nameless_cells(
    names: Sequence[str], rows: Sequence[tuple[int, Sequence[Any]]], place: str, header_row: int
) -> None:
    for number, row in rows:
        for column, cell in enumerate(row, 1):
            nameless = column > len(names) or not names[column - 1]
            if nameless and not is_empty([cell]):
                raise BusinessError(
                    "{place}: {cell} holds a value, but its column has no name in row {row}",
                    place=place,
                    cell=address((number, column)),
                    row=header_row,
                    hint="Name the column or empty the cell",
                )
