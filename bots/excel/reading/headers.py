"""The names of the columns: in one row or in several that are joined, found by number or by the names themselves."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bots.excel.addresses import column_letters
from bots.excel.reading.books import Grid
from bots.excel.reading.records import header_of
from yakin.errors import BusinessError

JOINT = "_"
"""Between the names of several header rows: 住所 above 町名 is 住所_町名."""


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns of a sheet.

    Attributes:
        names: Name of each column from A on; empty where there is none.
        rows: Numbers of the rows that hold them.
    """

    names: Sequence[str]
    rows: Sequence[int]

    @property
    def last(self) -> int:
        """Number of the last row of the header; records begin below."""
        return max(self.rows)

    @property
    def where(self) -> str:
        """The rows, as they are said to people."""
        return ", ".join(map(str, self.rows))


def find_header(grid: Grid, header_row: int | Sequence[int] | None, columns: Sequence[str] | None) -> Header:
    """The header of a sheet.

    Args:
        grid: The cells.
        header_row: Its row or rows, counted from 1; when left out, the first row that holds all `columns`, or row 1.
        columns: Names that must be there; width of letters and spaces around them do not count.

    Raises:
        BusinessError: There are no names, a name occurs twice, or a column is missing.
    """
    if header_row is None and columns:
        header = _by_names(grid, columns)
    else:
        rows = [header_row] if isinstance(header_row, int) else sorted(header_row or [1])
        header = Header(_joined(grid, rows), rows)
    if not any(header.names):
        raise BusinessError(
            "{place}: row {row} holds no column names",
            place=grid.place,
            row=header.where,
            hint="Say with header_row in which row the column names are",
        )
    _refuse_same_names(header, grid.place)
    _refuse_missing(header, columns or (), grid.place)
    return header


def _joined(grid: Grid, rows: Sequence[int]) -> list[str]:
    """Names of all header rows, from top to bottom; a merged cell names every column it spans, a cell spanning rows once."""
    if len(rows) == 1:
        return header_of(grid.rows[rows[0] - 1]) if rows[0] <= len(grid.rows) else []
    lines = [header_of(grid.rows[row - 1]) if row <= len(grid.rows) else [] for row in rows]
    width = max(map(len, lines), default=0)
    for line in lines:
        line += [""] * (width - len(line))
    for (top, left), (bottom, right) in grid.unseen.merged:
        if top in rows and left <= width:
            name = lines[rows.index(top)][left - 1]
            for row, line in zip(rows, lines, strict=True):
                if top <= row <= bottom:
                    line[left - 1 : right] = [name if row == top else ""] * (min(right, width) - left + 1)
    return [JOINT.join(filter(None, names)) for names in zip(*lines, strict=True)]


def _by_names(grid: Grid, columns: Sequence[str]) -> Header:
    wanted = {_same(name) for name in columns}
    best: tuple[int, int] = (0, 0)
    for number, row in enumerate(grid.rows, 1):
        if not any(isinstance(cell, str) and cell for cell in row):
            continue
        names = header_of(row)
        there = len(wanted & {_same(name) for name in names})
        if there == len(wanted):
            return Header(names, [number])
        best = max(best, (there, -number))
    missing = columns
    if best[0]:
        nearest = {_same(name) for name in header_of(grid.rows[-best[1] - 1])}
        missing = [name for name in columns if _same(name) not in nearest]
    raise BusinessError(
        "{place}: no row holds all column names; missing: {columns}",
        place=grid.place,
        columns=", ".join(missing),
        hint="Row {row} comes nearest. Were columns renamed? Or say with header_row where the names are",
        row=-best[1] or "-",
    )


def _refuse_missing(header: Header, columns: Sequence[str], place: str) -> None:
    there = {_same(name) for name in header.names}
    if missing := [name for name in columns if _same(name) not in there]:
        raise BusinessError(
            "{place}: row {row} has no column {columns}",
            place=place,
            row=header.where,
            columns=", ".join(missing),
            hint="It has: {names}",
            names=", ".join(filter(None, header.names)),
        )


def _refuse_same_names(header: Header, place: str) -> None:
    places: dict[str, list[str]] = {}
    for column, name in enumerate(header.names, 1):
        places.setdefault(name, []).append(column_letters(column))
    twice: Mapping[str, list[str]] = {name: letters for name, letters in places.items() if name and len(letters) > 1}
    if twice:
        raise BusinessError(
            "{place}: the same column name stands more than once in row {row}: {names}",
            place=place,
            row=header.where,
            names=", ".join(f"{name} ({', '.join(letters)})" for name, letters in twice.items()),
            hint="Give each column a name of its own, or say with header_row in which row the names are",
        )


def _same(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
