"""Putting lists together: side by side by a key, or one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bots.table.lists.columns import Keyed, all_origins, key_in_words, keys_of, place, refuse_lacking, rows_by_key
from bots.table.pairing import Pairing
from yakin.errors import BusinessError
from yakin.values import Scalar, Table

_SHOWN = 5


@dataclass(frozen=True)
class Joined:
    """A list with the columns of another.

    Attributes:
        table: All rows of the list, in their order, with their origins.
        unmatched: Its rows for which the other list has nothing.
    """

    table: Table
    unmatched: Table


def join_tables(left: Table, right: Table, keys: Sequence[Pairing], columns: Sequence[str] | None = None) -> Joined:
    """Add columns of one list to the rows of another that have the same key.

    Args:
        left: The list that gets them.
        right: The list that has them; each key once.
        keys: Columns that together make the key.
        columns: Columns to add; all but the key when left out.

    Raises:
        BusinessError: A list lacks a column, a column is in both lists, or a key that is asked for stands twice in the right list.
    """
    ours = keys_of(left, [Keyed(pairing.left, pairing.form) for pairing in keys])
    theirs = rows_by_key(keys_of(right, [Keyed(pairing.right, pairing.form) for pairing in keys]))
    by_key = {pairing.right for pairing in keys}
    names = [name for name in right.columns if name not in by_key] if columns is None else list(columns)
    refuse_lacking(right, names)
    if twice := [name for name in names if name in left.columns]:
        raise BusinessError(
            "Both lists have a column {columns}",
            columns=", ".join(twice),
            hint="Name the columns to add under columns: , or rename one before",
        )
    wanted = {key for key in ours if len(theirs.get(key, ())) > 1}
    if wanted:
        raise BusinessError(
            "{count} keys stand several times in the list that is joined: {keys}",
            count=len(wanted),
            keys="; ".join(
                f"{key_in_words(key)} ({', '.join(place(right, row) for row in theirs[key])})"
                for key in sorted(wanted, key=key_in_words)[:_SHOWN]
            ),
            hint="Which of them is meant only a person can say: correct the list, or use table.dedupe or table.group first",
        )
    partners = [theirs[key][0] if key in theirs else None for key in ours]
    added = {name: _picked(right.column(name), partners) for name in names}
    unmatched = left.take([row for row, partner in enumerate(partners) if partner is None])
    return Joined(left.with_columns(added), unmatched)


def _picked(cells: Sequence[Scalar], rows: Sequence[int | None]) -> list[Scalar]:
    return [None if row is None else cells[row] for row in rows]


def concatenated(tables: Sequence[Table], columns: Literal["same", "all"] = "same") -> Table:
    """Several lists one below the other, each row with its origin.

    Args:
        tables: The lists.
        columns: `same` refuses lists with other columns than the first one; with `all`, a column that a list lacks is empty there.

    Raises:
        BusinessError: The columns differ.
    """
    names = list(dict.fromkeys(name for table in tables for name in table.columns))
    if columns == "same":
        for number, table in enumerate(tables, 1):
            if set(table.columns) != set(tables[0].columns):
                raise _other_columns(table, number, tables[0])
    cells: dict[str, list[Scalar]] = {name: [] for name in names}
    for table in tables:
        for name in names:
            cells[name] += table.column(name) if name in table.columns else [None] * table.count
    return Table(cells, all_origins(tables))


def _other_columns(table: Table, number: int, first: Table) -> BusinessError:
    return BusinessError(
        "{list} has other columns than {first}: {more} more, {fewer} lacking",
        list=_called(table, number),
        first=_called(first, 1),
        more=", ".join(name for name in table.columns if name not in first.columns) or 0,
        fewer=", ".join(name for name in first.columns if name not in table.columns) or 0,
        hint="Correct the headers, or say columns: all",
    )


def _called(table: Table, number: int) -> str:
    return table.origins[0].file if table.origins else f"#{number}"
