"""Sorting a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from bots.table.lists.columns import FormedColumn, Keyed, normal_column, rank, refuse_lacking
from yakin.values import Table


class SortedColumn(FormedColumn):
    """A column to sort by.

    Attributes:
        column: Its name.
        form: Normal form in which its cells are compared; written `as`.
        descending: The greatest first.
    """

    descending: bool = Field(default=False)


@dataclass(frozen=True, slots=True)
class Order:
    """By what rows are sorted.

    Attributes:
        column: Column and form.
        descending: The greatest first.
    """

    column: Keyed
    descending: bool = False


def in_order(table: Table, orders: Sequence[Order]) -> Table:
    """The rows in order; rows that are equal keep theirs.

    What is not of its form (a text among numbers) comes after all that is, and empty cells come last, whichever way the
    column is sorted.

    Raises:
        BusinessError: The list lacks a column.
    """
    refuse_lacking(table, [order.column.name for order in orders])
    rows = list(range(table.count))
    for order in reversed(orders):
        normals = normal_column(table, order.column)
        groups: tuple[list[int], list[int], list[int]] = ([], [], [])
        ranks = [rank(value, order.column.form) for value in normals]
        for row in rows:
            groups[2 if normals[row] is None else int(ranks[row] is None)].append(row)
        groups[0].sort(key=ranks.__getitem__, reverse=order.descending)
        groups[1].sort(key=normals.__getitem__, reverse=order.descending)  # type: ignore[arg-type]
        rows = [row for group in groups for row in group]
    return table.take(rows)
