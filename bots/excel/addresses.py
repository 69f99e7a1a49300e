"""Places in a sheet: row and column as numbers, and as Excel writes them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

Place = tuple[int, int]
"""Row and column, both counted from 1."""

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
"""The size of a sheet."""

HeaderRow = Annotated[int, Field(ge=1, le=LAST_ROW)]
"""Row of the column names, counted from 1."""

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def column_letters(column: int) -> str:
    """Letters of a column counted from 1: 1 → A, 28 → AB."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def address(place: Place) -> str:
    """A place as Excel writes it: (12, 3) → C12."""
    row, column = place
    return f"{column_letters(column)}{row}"


def place_of(address: str) -> Place | None:
    """The place an address such as `C12` or `$C$12` names; None when it is not one, or no sheet reaches there."""
    row, column = _written(address)
    return (row, column) if 0 < row <= LAST_ROW and 0 < column <= LAST_COLUMN else None


def column_number(address: str) -> int | None:
    """Column of an address, counted from 1: C12 → 3; also of one that no sheet reaches; None when it is not one."""
    return _written(address)[1] or None


def area_of(area: str) -> tuple[Place, Place] | None:
    """First and last place of an area such as `C5:F7`, or of one cell; None when it is not one."""
    first, _, last = area.partition(":")
    begin, end = place_of(first), place_of(last or first)
    if begin is None or end is None:
        return None
    rows, columns = sorted((begin[0], end[0])), sorted((begin[1], end[1]))
    return (rows[0], columns[0]), (rows[1], columns[1])


def _written(address: str) -> Place:
    """Row and column as they are written; zeros when it is no address."""
    found = _ADDRESS.fullmatch(address.replace("$", "").upper())
    return (int(found[2]), _number(found[1])) if found else (0, 0)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
