"""From bare cells to values, and from the rows of a sheet or a text file to a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bots.excel.addresses import address
from bots.excel.reading.books import Grid
from yakin.errors import BusinessError
from yakin.values import Scalar

_EXACT_BELOW = 10**15
"""Excel keeps fifteen digits; a larger number has lost some already and is not made to look exact."""


def header_of(cells: Sequence[Any]) -> list[str]:
    """Column names as they are used: trimmed, without line breaks; empty where there is none."""
    return [as_text(as_scalar(cell)).replace("\r", "").replace("\n", "") for cell in cells]


def is_empty(row: Sequence[Any]) -> bool:
    """Whether a row holds nothing but spaces."""
    for cell in row:  # noqa: SIM110 - called for every row, and a loop begins quicker than a generator
        if cell is not None and (not isinstance(cell, str) or cell.strip()):
            return False
    return True


def column_of(cells: Sequence[Any]) -> Sequence[Scalar]:
    """The cells of one column as values; the same as `as_scalar` of each, at a time."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        return cells if all(cells) else [cell or None for cell in cells]
    if kinds in ({date}, {bool}):
        return cells
    if kinds == {float} and (whole := _whole(cells)):
        return whole
    return [as_scalar(cell) for cell in cells]


def as_scalar(cell: Any) -> Scalar:
    """A cell as a value: nothing for empty text, whole numbers as int, dates without a time as date.

    A duration (26:30) becomes text as the sheet shows it; text stays exactly as it is.
    """
    match cell:
        case None | "":
            return None
        case bool() | int() | str() | Decimal():
            return cell
        case float() if not math.isfinite(cell):
            return str(cell)
        case float():
            return int(cell) if cell.is_integer() and abs(cell) < _EXACT_BELOW else cell
        case datetime():
            return cell.date() if cell.time() == time() else cell
        case date():
            return cell
        case time():
            return _whole_second(cell)
        case timedelta():
            return _duration(cell)
        case _:
            return str(cell)


def _whole(cells: Sequence[float]) -> list[Scalar]:
    """The numbers as int when all of them are whole and exact; empty otherwise."""
    try:
        whole: list[Any] = list(map(int, cells))
    except (ValueError, OverflowError):
        return []
    exact = min(whole) > -_EXACT_BELOW and max(whole) < _EXACT_BELOW
    return whole if exact and all(map(float.is_integer, cells)) else []


def as_text(value: Scalar) -> str:
    """A value the way an expression writes it into a text; how business keys are compared with cells."""
    return "" if value is None else str(value).strip()


def refuse_nameless_cells(grid: Grid, names: Sequence[str], numbers: Sequence[int], header: str) -> None:
    """Refuse values in columns without a name.

    Args:
        grid: The cells.
        names: Names of the columns.
        numbers: Numbers of the rows that are records.
        header: The header's rows, as they are said to people.

    Raises:
        BusinessError: There is one.
    """
    width = max((len(grid.rows[number - 1]) for number in numbers), default=0)
    nameless = [column for column in range(width) if column >= len(names) or not names[column]]
    for number in numbers if nameless else ():
        row = grid.rows[number - 1]
        for column in nameless:
            if column < len(row) and not is_empty(row[column : column + 1]):
                raise BusinessError(
                    "{place}: {cell} holds a value, but its column has no name in row {row}",
                    place=grid.place,
                    cell=address((number, column + 1)),
                    row=header,
                    hint="Name the column or empty the cell",
                )


def _whole_second(clock: time) -> time:
    """23:59:59.9996 is a fraction of a day that was rounded: Excel shows the nearest second."""
    if clock.microsecond < 999_000:
        return clock
    return (datetime.combine(date.min, clock) + timedelta(milliseconds=1)).time().replace(microsecond=0)


def _duration(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")
