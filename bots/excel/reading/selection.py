"""Which rows of a sheet are records, and what must not go unnoticed among them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NotRequired

from typing_extensions import TypedDict

from bots.excel.addresses import Place, address
from bots.excel.archives import WorkbookUnreadable, damaged
from bots.excel.reading.books import Grid
from bots.excel.reading.collecting import no_collection
from bots.excel.reading.headers import Header
from bots.excel.reading.records import as_scalar, as_text, column_of, is_empty, refuse_nameless_cells
from yakin.errors import BusinessError
from yakin.values import Table
from yakin.values.origins import Origins

Hidden = Literal["read", "skip", "refuse"]
Merged = Literal["keep", "spread"]
_TOTALS = ("合計", "小計", "総計", "計", "累計")
_SHOWN = 5
"""How many cells a sentence names before it says "and so many more"."""


class Totals(TypedDict):
    """Which rows are totals and no records.

    Attributes:
        column: Column in which a total says that it is one.
        words: What it says there, spaces not counted; 合計, 小計, 総計, 計 and 累計 when left out.
    """

    column: str
    words: NotRequired[list[str]]


@dataclass(frozen=True, slots=True)
class Selection:
    """What was read of a sheet.

    Attributes:
        table: The records.
        hidden: Numbers of hidden rows that hold something.
        totals: Numbers of the rows that were left out as totals.
    """

    table: Table
    hidden: Sequence[int] = field(default_factory=tuple)
    totals: Sequence[int] = field(default_factory=tuple)


def select(
    grid: Grid,
    header: Header,
    *,
    hidden: Hidden = "read",
    merged: Merged = "keep",
    totals: Totals | None = None,
) -> Selection:
    """The records of a sheet.

    Args:
        grid: The cells; merged areas are spread in them when that is asked for.
        header: The column names.
        hidden: What becomes of rows that are hidden, by hand or by a filter.
        merged: `spread` gives every cell of a merged area its value; `keep` only the first.
        totals: Which rows are totals.

    Raises:
        BusinessError: A cell holds an error, a value stands in a column without a name, a row is hidden that must not
            be, or there is no column for the totals.
        WorkbookUnreadable: The result of a formula is not stored in the file, or merged areas overlap.
    """
    if merged == "spread":
        _spread(grid, header.last)
    numbers = [
        number for number, row in enumerate(grid.rows[header.last :], header.last + 1) if row and not is_empty(row)
    ]
    hidden_rows = [number for number in numbers if number in grid.unseen.hidden] if grid.unseen.hidden else []
    if hidden_rows and hidden == "refuse":
        raise BusinessError(
            "{place}: {count} rows are hidden: {rows}",
            place=grid.place,
            count=len(hidden_rows),
            rows=some(map(str, hidden_rows)),
            hint="Show them (データ > フィルター > クリア; 再表示), or say hidden: read or hidden: skip",
        )
    left_out = set(grid.unseen.hidden) if hidden == "skip" else set()
    total_rows = [] if totals is None else _totals(grid, header, totals, numbers)
    left_out.update(total_rows)
    if left_out:
        numbers = [number for number in numbers if number not in left_out]
    _refuse_trouble(grid, header, left_out)
    refuse_nameless_cells(grid, header.names, numbers, header.where)
    with no_collection():
        table = _table(grid, header, numbers)
    return Selection(table, tuple(hidden_rows), tuple(total_rows))


def some(texts: Iterable[str]) -> str:
    """The first few, and how many there are beyond."""
    listed = list(texts)
    more = f" (+{len(listed) - _SHOWN})" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more


def _table(grid: Grid, header: Header, numbers: Sequence[int]) -> Table:
    rows = [grid.rows[number - 1] for number in numbers]
    width = len(header.names)
    if any(len(row) < width for row in rows):
        rows = [[*row, *[None] * (width - len(row))] for row in rows]
    columns = list(zip(*rows, strict=False)) if rows else [()] * width
    return Table(
        {name: column_of(columns[index]) for index, name in enumerate(header.names) if name},
        Origins.at(grid.file, grid.sheet, numbers),
    )


def _spread(grid: Grid, below: int) -> None:
    left_over = sum(map(len, grid.rows))
    for (top, left), (bottom, right) in grid.unseen.merged:
        if top <= below or top > len(grid.rows) or left > len(grid.rows[top - 1]):
            continue
        value = grid.rows[top - 1][left - 1]
        for row in grid.rows[top - 1 : bottom]:
            left_over -= max(min(right, len(row)) - left + 1, 0)
            if left_over < 0:  # areas that overlap, which no program makes, would be gone through again and again
                raise damaged(grid.file)
            for column in range(left - 1, min(right, len(row))):
                row[column] = value


def _totals(grid: Grid, header: Header, totals: Totals, numbers: Sequence[int]) -> list[int]:
    if totals["column"] not in header.names:
        raise BusinessError(
            "{place}: there is no column {column} to know totals by",
            place=grid.place,
            column=totals["column"],
            hint="It has: {names}",
            names=", ".join(filter(None, header.names)),
        )
    column = list(header.names).index(totals["column"])
    words = {_bare(word) for word in totals.get("words") or _TOTALS}
    rows = ((number, grid.rows[number - 1]) for number in numbers)
    return [number for number, row in rows if column < len(row) and _bare(as_text(as_scalar(row[column]))) in words]


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _refuse_trouble(grid: Grid, header: Header, left_out: Collection[int]) -> None:
    """Refuse errors and formulas without a result; a row that holds nothing else looks empty, and is looked at too."""

    def is_read(place: Place) -> bool:
        return place[0] in header.rows or (place[0] > header.last and place[0] not in left_out)

    errors = {place: text for place, text in grid.unseen.errors.items() if is_read(place)}
    if errors:
        raise BusinessError(
            "{place}: {count} cells hold an error: {cells}",
            place=grid.place,
            count=len(errors),
            cells=some(f"{address(place)} {errors[place]}" for place in sorted(errors)),
            hint="Correct the formulas, or enter the values",
        )
    uncalculated: list[Place] = sorted(filter(is_read, grid.unseen.uncalculated))
    if uncalculated:
        raise WorkbookUnreadable(
            "{place}: the results of {count} formulas are not stored in the file: {cells}",
            place=grid.place,
            count=len(uncalculated),
            cells=some(map(address, uncalculated)),
            hint="Open it in Excel and save it: Excel calculates and stores them",
        )
