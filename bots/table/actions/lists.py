"""The actions that make one list of another."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from pydantic import Field

from bots.table.actions.reconciling import KeyColumn, PairedColumns
from bots.table.lists.columns import ColumnName, FormedColumn, Keyed, keyed
from bots.table.lists.conditions import Wanted, rows_where
from bots.table.lists.grouping import Measure, grouped, pivoted
from bots.table.lists.joining import concatenated, join_tables
from bots.table.lists.ordering import Order, SortedColumn, in_order
from bots.table.pairing import Pairing
from yakin.actions import Context, action
from yakin.errors import BusinessError
from yakin.values import Table


class JoinedList(TypedDict):
    """What `join` hands on.

    Attributes:
        table: All rows of the left list, with the columns that were added.
        unmatched: Rows of the left list for which the right list has nothing.
        count: Rows of the left list.
        unmatched_count: Those without a counterpart.
    """

    table: Table
    unmatched: Table
    count: int
    unmatched_count: int


class FilteredList(TypedDict):
    """What `filter` hands on.

    Attributes:
        kept: Rows for which every condition holds.
        dropped: All others.
        kept_count: How many were kept.
        dropped_count: How many were not.
    """

    kept: Table
    dropped: Table
    kept_count: int
    dropped_count: int


@action(idempotent=True)
def join(
    left: Table,
    right: Table,
    key: KeyColumn | list[KeyColumn],
    columns: list[str] | None = None,
    unmatched: Literal["keep", "stop"] = "keep",
    *,
    ctx: Context,
) -> JoinedList:
    """Add columns of one list to the rows of another by a key, as a look-up does (VLOOKUP), but never the wrong row.

    Every row of the left list stays, once and in its place. A key that stands several times in the right list is
    refused where it is asked for: which row is meant only a person can say.

    Args:
        left: List that gets the columns.
        right: List that has them.
        key: Column that says which rows belong together: its name, or `{left, right, as}`; a list when it takes several.
        columns: Columns of the right list to add; all but the key when left out.
        unmatched: What becomes of rows without a counterpart: their new cells are empty (`keep`), or the run stops.

    Returns:
        `table`, `unmatched` (the rows without a counterpart), `count` and `unmatched_count`.

    Raises:
        BusinessError: A list lacks a column, both have a column of the same name, a key is not unique, or a row has no
            counterpart and `unmatched` is `stop`.

    Example:
        - uses: table.join
          with:
            left: ${{ steps.bills }}
            right: ${{ steps.residents }}
            key: {left: 宛名番号, right: 住民番号, as: digits}
            columns: [カナ氏名, 現住所]
    """
    keys = [_paired(column) for column in (key if isinstance(key, list) else [key])]
    if not keys:
        raise BusinessError("There is no key to join by")
    found = join_tables(left, right, keys, columns)
    ctx.log.bind(rows=left.count, unmatched=found.unmatched.count).info("lists joined")
    if found.unmatched.count and unmatched == "stop":
        raise BusinessError(
            "{count} rows have no counterpart, the first one in {place}",
            count=found.unmatched.count,
            place=found.unmatched.row(0).origin or "-",
            hint="Complete the list that is joined, or say unmatched: keep",
        )
    return {
        "table": found.table,
        "unmatched": found.unmatched,
        "count": left.count,
        "unmatched_count": found.unmatched.count,
    }


@action(idempotent=True)
def filter(table: Table, where: dict[str, Wanted], *, ctx: Context) -> FilteredList:
    """Keep the rows for which all conditions hold; the others are handed on too.

    A condition is a value, a list of values of which it must be one, or any of `one_of`, `none_of`, `min`, `max`,
    `contains`, `pattern` and `empty`, with `as` for the normal form in which cells and values are compared.

    Args:
        table: The list.
        where: Column → what its cell must be like.

    Returns:
        The tables `kept` and `dropped`, and their counts.

    Raises:
        BusinessError: The list lacks a column, or a value to compare with is not of its form.

    Example:
        - uses: table.filter
          with:
            table: ${{ steps.read }}
            where:
              区分: [転入, 転出]
              届出日: {as: date, min: 令和6年4月1日}
              備考: {empty: true}
    """
    rows = rows_where(table, where)
    chosen = set(rows)
    dropped = table.take([row for row in range(table.count) if row not in chosen])
    ctx.log.bind(kept=len(rows), dropped=dropped.count).info("list filtered")
    return {"kept": table.take(rows), "dropped": dropped, "kept_count": len(rows), "dropped_count": dropped.count}


@action(idempotent=True)
def sort(table: Table, by: str | SortedColumn | list[str | SortedColumn]) -> Table:
    """Sort a list; rows that are equal keep their order, empty cells come last.

    Args:
        table: The list.
        by: Column to sort by: its name, or `{column, as, descending}`; a list when one is not enough.

    Returns:
        The sorted list.

    Raises:
        BusinessError: The list lacks a column.

    Example:
        - uses: table.sort
          with: {table: "${{ steps.read }}", by: [{column: 収入金額, as: amount, descending: true}, フリガナ]}
    """
    return in_order(table, [_order(column) for column in (by if isinstance(by, list) else [by])])


@action(idempotent=True)
def group(
    table: Table,
    by: ColumnName | Annotated[list[ColumnName], Field(min_length=1)],
    measures: dict[str, Measure] | None = None,
    *,
    ctx: Context,
) -> Table:
    """Add a list up: one row for each group, with 件数, what is measured, and 元の行: where its rows stood.

    Amounts are added up exactly; a cell that is not an amount is refused with its place, never counted as nothing.

    Args:
        table: The list.
        by: Column that makes the groups: its name, or `{column, as}`; a list when it takes several.
        measures: New column → one of `sum`, `average`, `min`, `max`, `first_day`, `last_day`, `distinct` (how many), `list`
            and `first`, with the column it is made of.

    Returns:
        One row for each group, in the order in which the groups begin.

    Raises:
        BusinessError: The list lacks a column, or a cell that is to be added up is not a number.

    Example:
        - uses: table.group
          with:
            table: ${{ steps.read }}
            by: 所属
            measures: {時間計: {sum: 時間外}, 職員数: {distinct: 職員番号}}
    """
    found = grouped(table, keyed(by), measures or {})
    ctx.log.bind(rows=table.count, groups=found.count).info("list grouped")
    return found


@action(idempotent=True)
def pivot(
    table: Table,
    rows: ColumnName | Annotated[list[ColumnName], Field(min_length=1)],
    columns: ColumnName,
    measure: Measure | None = None,
    totals: bool = False,
) -> Table:
    """Make a table of two dimensions (クロス集計) of a list, such as sections by months.

    Args:
        table: The list.
        rows: Column whose values make the rows: its name, or `{column, as}`; a list when it takes several.
        columns: Column whose values become columns.
        measure: What stands in the cells, such as `{sum: 時間外}`; the number of rows when left out.
        totals: With a column and a row 合計.

    Returns:
        One row for each value of `rows`; where there is nothing the cell is empty.

    Raises:
        BusinessError: The list lacks a column, a cell that is to be added up is not a number, or totals are asked for of
            what cannot be added up.

    Example:
        - uses: table.pivot
          with: {table: "${{ steps.read }}", rows: 所属, columns: 月, measure: {sum: 時間外}, totals: true}
    """
    (across,) = keyed(columns)
    return pivoted(table, keyed(rows), across, measure, totals=totals)


@action(idempotent=True)
def concat(tables: list[Table], columns: Literal["same", "all"] = "same") -> Table:
    """Put lists one below the other; every row keeps its file, sheet and row number.

    Args:
        tables: The lists, in this order.
        columns: `same` refuses lists whose columns differ from those of the first; with `all`, a column that a list lacks is
            empty there. Their order does not matter.

    Returns:
        All rows, with the columns in the order of the first list.

    Raises:
        BusinessError: The columns differ.

    Example:
        - uses: table.concat
          with: {tables: ["${{ steps.april }}", "${{ steps.may }}"]}
    """
    return concatenated(tables, columns)


def _paired(column: KeyColumn) -> Pairing:
    if isinstance(column, PairedColumns):
        if column.within:
            raise BusinessError("A key has no tolerance", hint="Leave within: out")
        return Pairing(column.left, column.right, column.form)
    return Pairing(column, column)


def _order(column: str | SortedColumn) -> Order:
    if isinstance(column, FormedColumn):
        return Order(Keyed(column.column, column.form), column.descending)
    return Order(Keyed(column))
