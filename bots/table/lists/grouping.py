"""Adding a list up: one row for each group, or a table with one column for each value of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, model_validator

from bots.table.forms import as_amount, as_day, is_blank, plain_text
from bots.table.lists.columns import Key, Keyed, keys_of, place, refuse_lacking
from yakin.errors import BusinessError
from yakin.values import Scalar, Table

COUNT = "件数"
ROWS = "元の行"
TOTAL = "合計"
_SHOWN = 5

How = Literal["sum", "average", "min", "max", "first_day", "last_day", "distinct", "list", "first"]


class Measure(BaseModel):
    """What is made of the cells of a group: exactly one of these, each with the name of a column.

    Attributes:
        sum: Their exact sum.
        average: Sum divided by the number of cells that hold something.
        min: The least amount.
        max: The greatest amount.
        first_day: The earliest day.
        last_day: The latest day.
        distinct: How many different values there are.
        list: All different values, in their order, with 、 between them.
        first: The first cell that holds something.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sum: str | None = None
    average: str | None = None
    min: str | None = None
    max: str | None = None
    first_day: str | None = None
    last_day: str | None = None
    distinct: str | None = None
    list: str | None = None
    first: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Measure:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("takes exactly one of: " + ", ".join(type(self).model_fields))
        return self

    @property
    def what(self) -> tuple[How, str]:
        """How, and of which column."""
        ((how, column),) = self.model_dump(exclude_none=True).items()
        return cast(How, how), column


def grouped(table: Table, by: Sequence[Keyed], measures: Mapping[str, Measure]) -> Table:
    """One row for each group, in the order in which the groups begin.

    First stand the columns of `by` as they are written in the group's first row, then 件数, the measures, and 元の行: where the
    rows of the group stood. Rows whose cells are all empty in `by` are a group too. The origin of a group is that of its first row.

    Raises:
        BusinessError: The list lacks a column, or a cell that is to be added up is not a number.
    """
    refuse_lacking(table, [column for _, column in (measure.what for measure in measures.values())])
    if taken := {COUNT, ROWS, *(column.name for column in by)} & measures.keys():
        raise BusinessError("There is a column {column} already", column=", ".join(sorted(taken)))
    groups = _groups(keys_of(table, by))
    firsts = table.take([rows[0] for rows in groups])
    columns: dict[str, Sequence[Scalar]] = {column.name: firsts.column(column.name) for column in by}
    columns[COUNT] = [len(rows) for rows in groups]
    for name, measure in measures.items():
        columns[name] = _measured(table, measure, groups)
    columns[ROWS] = [_places(table, rows) for rows in groups]
    return Table(columns, firsts.origins)


def pivoted(
    table: Table, by: Sequence[Keyed], across: Keyed, measure: Measure | None, *, totals: bool = False
) -> Table:
    """One row for each group and one column for each value of another column, such as sections by months.

    Args:
        table: The list.
        by: Columns that make the rows.
        across: Column whose values become columns, in the order in which they are found.
        measure: What stands in the cells; the number of rows when left out.
        totals: With a column and a row 合計 for numbers that can be added up.

    Raises:
        BusinessError: The list lacks a column, a cell that is to be added up is not a number, a value is the name of another
            column, or totals are asked for of what has none.
    """
    if measure is not None:
        refuse_lacking(table, [measure.what[1]])
        if totals and measure.what[0] != "sum":
            raise BusinessError(
                "There is no total of {how}", how=measure.what[0], hint="Totals need sum, or no measure"
            )
    keys, heads = keys_of(table, by), [parts[0] for parts in keys_of(table, [across])]
    groups = _groups(keys)
    names = _head_names(table, across, heads, {column.name for column in by} | ({TOTAL} if totals else set()))
    firsts = table.take([rows[0] for rows in groups])
    columns: dict[str, list[Scalar]] = {column.name: list(firsts.column(column.name)) for column in by}
    for head, name in names.items():
        parts = [[row for row in rows if heads[row] == head] for rows in groups]
        columns[name] = [len(rows) or None for rows in parts] if measure is None else _measured(table, measure, parts)
    if not totals:
        return Table(columns, firsts.origins)
    return _with_totals(columns, [column.name for column in by], list(names.values()))


def _head_names(table: Table, across: Keyed, heads: Sequence[Any], taken: set[str]) -> dict[Any, str]:
    names: dict[Any, str] = {}
    for row, head in enumerate(heads):
        if head not in names:
            names[head] = plain_text(table.column(across.name)[row]).strip() or "(空)"
    several = Counter(names.values())
    if clash := {name for name, count in several.items() if count > 1 or name in taken}:
        raise BusinessError(
            "A value of {column} is the name of another column: {names}",
            column=across.name,
            names=", ".join(sorted(clash)),
        )
    return names


def _with_totals(columns: Mapping[str, list[Scalar]], by: Sequence[str], heads: Sequence[str]) -> Table:
    count = len(next(iter(columns.values()), ()))
    across: list[Any] = [sum((columns[name][row] or 0 for name in heads), start=0) for row in range(count)]  # type: ignore[misc]
    whole: dict[str, Sequence[Scalar]] = {}
    for place_, name in enumerate(by):
        whole[name] = [*columns[name], TOTAL if place_ == 0 else None]
    for name in heads:
        cells: list[Any] = columns[name]
        whole[name] = [*cells, sum(cell or 0 for cell in cells)]
    whole[TOTAL] = [*across, sum(across)]
    return Table(whole)


def _groups(keys: Iterable[Key]) -> list[list[int]]:
    found: dict[Key, list[int]] = {}
    for row, key in enumerate(keys):
        found.setdefault(key, []).append(row)
    return list(found.values())


def _places(table: Table, rows: Sequence[int]) -> str:
    """Rows of one file and sheet by their numbers alone: 3, 8-12."""
    if table.origins is None:
        return _numbers([row + 1 for row in rows])
    origins = [table.origins[row] for row in rows]
    if len({(origin.file, origin.sheet) for origin in origins}) == 1:
        return _numbers([origin.row for origin in origins])
    return ", ".join(map(str, origins))


def _numbers(rows: Iterable[int]) -> str:
    """Three and more that follow each other with their ends alone, or no cell could hold those of a large group."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _measured(table: Table, measure: Measure, groups: Sequence[Sequence[int]]) -> list[Scalar]:
    how, column = measure.what
    read, combine = _HOW[how]
    values = _read(table, column, read)
    found: list[Scalar] = []
    for rows in groups:
        filled = [values[row] for row in rows if values[row] is not None]
        found.append(combine(filled) if filled else None)
    return found


def _read(table: Table, column: str, read: Callable[[Scalar], Any]) -> list[Any]:
    values: list[Any] = []
    odd: list[str] = []
    for row, cell in enumerate(table.column(column)):
        try:
            values.append(None if is_blank(cell) else read(cell))
        except BusinessError:
            odd.append(f"{place(table, row)} {plain_text(cell)}")
    if odd:
        raise BusinessError(
            "{count} cells of {column} cannot be added up: {cells}",
            count=len(odd),
            column=column,
            cells=", ".join(odd[:_SHOWN]),
            hint="Correct them first",
        )
    return values


def _average(amounts: Sequence[int | Decimal]) -> int | Decimal:
    exact = Decimal(sum(amounts)) / len(amounts)
    return int(exact) if exact == exact.to_integral_value() else exact


def _distinct(values: Sequence[Scalar]) -> int:
    return len(set(values))


def _listed(values: Sequence[Scalar]) -> str:
    return "、".join(dict.fromkeys(map(plain_text, values)))


def _unread(value: Scalar) -> Scalar:
    return value


def _as_day(value: Scalar) -> date:
    return as_day(value)


_HOW: Mapping[How, tuple[Callable[[Scalar], Any], Callable[[Sequence[Any]], Any]]] = {
    "sum": (as_amount, sum),
    "average": (as_amount, _average),
    "min": (as_amount, min),
    "max": (as_amount, max),
    "first_day": (_as_day, min),
    "last_day": (_as_day, max),
    "distinct": (plain_text, _distinct),
    "list": (plain_text, _listed),
    "first": (_unread, lambda values: values[0]),
}
