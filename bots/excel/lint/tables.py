"""Where the tables of a sheet are: blocks between empty rows and columns, their header and their columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from bots.excel.addresses import Place
from bots.excel.layout import VAST, Area, Cell, Layout, is_filled, places_in, size_of
from yakin.japan.widths import normal_text, unify_dashes

_HEADER_SHARE = 0.5
"""So much of a table's width is filled in its header; what stands above is a title."""

_NUMBER = re.compile(r"[-+△▲]?[¥\\]?[0-9]+(?:\.[0-9]+)?")
_DRESSED = re.compile(
    r"\(?[-+△▲]? ?(?:[¥\\]|金)? ?[-+△▲]? ?[0-9]{1,3}(?:,?[0-9]{3})*(?:,?[0-9]+)?(?:\.[0-9]+)? ?"
    r"(?:[十百千万億]*(?:円|人|名|件|世帯|戸|棟|台|個|枚|回|点|校|社|所|時間|分|日|歳|才|ha|km2?|m2?|kg|g|t|%|‰))?-?\)?"
)
_PLAIN = re.compile(r"0|[1-9][0-9]*")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        number: Counted from 1.
        name: What its header says, of all its rows; empty when nothing.
        cells: The cells below the header that hold something, from the top.
    """

    number: int
    name: str
    cells: Sequence[tuple[Place, Cell]]

    @cached_property
    def is_numeric(self) -> bool:
        """Whether at least half of its cells are numbers, as values or dressed as text (1,234円)."""
        count = sum(1 for _, cell in self.cells if is_number(cell) or is_dressed_number(cell))
        return count > 0 and count * 2 >= len(self.cells)


@dataclass(frozen=True)
class ListedTable:
    """A block of cells that is a table.

    Attributes:
        layout: The sheet it is on.
        area: First and last place.
        header: First and last row of the header.
    """

    layout: Layout
    area: Area
    header: tuple[int, int]

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, from the left."""
        (_, left), (bottom, right) = self.area
        return tuple(self._column(number, bottom) for number in range(left, right + 1))

    def _column(self, number: int, bottom: int) -> Column:
        first, last = self.header
        names = dict.fromkeys(self.layout.anchor((row, number)) for row in range(first, last + 1))
        texts = (str(self.layout.value(place) or "").strip() for place in names)
        below = ((row, number) for row in range(last + 1, bottom + 1))
        cells = [(place, cell) for place in below if (cell := self.layout.cells.get(place)) and is_filled(cell.value)]
        return Column(number, " ".join(text for text in texts if text), cells)

    @property
    def body(self) -> Iterator[tuple[Place, Cell]]:
        """Every filled cell below the header."""
        return (found for column in self.columns for found in column.cells)


def tables_of(layout: Layout, header_row: int | None = None) -> list[ListedTable]:
    """The tables of a sheet, from the top.

    Args:
        layout: The sheet.
        header_row: Row of the column names of the first table; found by its looks when left out.
    """
    found: list[ListedTable] = []
    for area in blocks_of(layout):
        (top, left), (bottom, right) = area
        if bottom > top and right > left:
            declared = header_row is not None and not found and top <= header_row <= bottom
            first = header_row if declared and header_row is not None else _header(layout, area)
            if first is not None:
                found.append(ListedTable(layout, area, (first, _last_header_row(layout, area, first))))
    return found


def is_number(cell: Cell) -> bool:
    """Whether a cell holds a number as a number."""
    return isinstance(cell.value, int | float | Decimal) and not isinstance(cell.value, bool)


def is_dressed_number(cell: Cell) -> bool:
    """Whether a text is a number with commas, a unit or a mark: `1,234`, `△5`, `300人`."""
    plain = plain_text(cell)
    return bool(plain) and not plain.isdigit() and _DRESSED.fullmatch(plain) is not None


def is_plain_number(cell: Cell) -> bool:
    """Whether a text is nothing but a whole number; not one that begins with a zero, which is a code."""
    return _PLAIN.fullmatch(plain_text(cell)) is not None


def plain_text(cell: Cell) -> str:
    """The text of a cell in half width, for looking at; empty when it holds none."""
    return unify_dashes(normal_text(cell.value)).strip() if isinstance(cell.value, str) else ""


def blocks_of(layout: Layout) -> list[Area]:
    """The rectangles of filled cells that empty rows and columns lie between, from the top."""
    taken = set(layout.filled)
    for area in layout.merged:
        if area[0] in layout.filled and size_of(area) <= VAST:
            taken.update(places_in(area))
    return sorted(_cut(taken)) if taken else []


def _cut(places: Collection[Place]) -> Iterator[Area]:
    """Cut along empty rows, then along empty columns, until nothing can be cut any more."""
    for direction in (0, 1):
        starts = _starts({place[direction] for place in places})
        if len(starts) > 1:
            runs: list[list[Place]] = [[] for _ in starts]
            for place in places:
                runs[bisect_right(starts, place[direction]) - 1].append(place)
            for run in runs:
                yield from _cut(run)
            return
    rows, columns = {row for row, _ in places}, {column for _, column in places}
    yield (min(rows), min(columns)), (max(rows), max(columns))


def _starts(numbers: Collection[int]) -> list[int]:
    """Where each run of numbers that follow each other begins."""
    return sorted(number for number in numbers if number - 1 not in numbers)


def _header(layout: Layout, area: Area) -> int | None:
    """The first row that is filled over at least half of the table's width; None when nothing stands below one."""
    (top, left), (bottom, right) = area
    width = right - left + 1
    for row in range(top, bottom):
        anchors = {layout.anchor((row, column)) for column in range(left, right + 1)}
        if sum(1 for place in anchors if is_filled(layout.value(place))) >= max(2, width * _HEADER_SHARE):
            return row
    return None


def _last_header_row(layout: Layout, area: Area, first: int) -> int:
    """A cell merged over several rows of the header makes all of them header."""
    (_, left), (bottom, right) = area
    ends = (layout.area_at((first, column))[1][0] for column in range(left, right + 1))
    return min(max(ends), bottom)
