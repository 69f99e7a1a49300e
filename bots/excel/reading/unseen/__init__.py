"""What a quick reader does not tell of a sheet: a second look at the file itself, for each format.

python-calamine hands on `''` for an error cell and for a formula without a stored result, 123 for a cell that shows
00000123, 45383 for one that shows 令和6年, and it does not say which rows are hidden. Each would go unnoticed into another system.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bots.excel.addresses import Place

Area = tuple[Place, Place]
"""First and last place of a rectangle."""

EPOCH_1900 = date(1899, 12, 30)
"""Day 0 of most workbooks, so that days from 1900-03-01 on come out right: Excel counts a 29 February 1900 (ECMA-376, 18.17.4.1)."""
EPOCH_1904 = date(1904, 1, 1)

MAX_CELLS = 30_000_000
"""A sheet is in memory as a rectangle from A1 to its last cell: more than this does not fit an office's computer."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What the cells of one sheet hide.

    Attributes:
        errors: Place → error, such as `#N/A`.
        uncalculated: Places of formulas whose result is not stored in the file.
        zeros: Place → number of digits that the cell's format shows.
        days: Places of numbers that are days, by a format that shows an era, a year of an era or a weekday alone.
        epoch: The day whose number is 0.
        hidden: Numbers of the rows that are hidden, by hand or by a filter.
        merged: Merged areas.
        extent: A place that no cell with a value lies beyond.
    """

    errors: Mapping[Place, str] = field(default_factory=dict)
    uncalculated: frozenset[Place] = frozenset()
    zeros: Mapping[Place, int] = field(default_factory=dict)
    days: frozenset[Place] = frozenset()
    epoch: date = EPOCH_1900
    hidden: frozenset[int] = frozenset()
    merged: tuple[Area, ...] = ()
    extent: Place = (0, 0)


ERROR_CODES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""Errors by the byte that stands for them in .xls and .xlsb files ([MS-XLS] 2.5.10 BErr)."""
