"""Amounts of two lists: counted on the way in, counted on the way out, equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from bots.table.forms import plain_text
from bots.table.pairing import Amount
from yakin.errors import BusinessError, InternalError
from yakin.values import Table

if TYPE_CHECKING:
    import polars as pl

Rows = Sequence["Sequence[int] | pl.Series"]
"""Rows of one list, counted from 0, in one or more pieces."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Number of rows and sum of amounts on both sides; amounts are 0 when no amount is declared."""

    left_count: int = 0
    left_amount: Amount = 0
    right_count: int = 0
    right_amount: Amount = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.left_count + other.left_count,
            self.left_amount + other.left_amount,
            self.right_count + other.right_count,
            self.right_amount + other.right_amount,
        )

    def __sub__(self, other: Tally) -> Tally:
        return Tally(
            self.left_count - other.left_count,
            self.left_amount - other.left_amount,
            self.right_count - other.right_count,
            self.right_amount - other.right_amount,
        )


class Amounts:
    """The amounts of one list, exact: whole numbers of 64 bits as a series, others one by one; an empty cell is 0."""

    def __init__(self, count: int, values: pl.Series | None) -> None:
        """Use `amounts_of`; without values every row is worth nothing."""
        self.count = count
        self._values = values

    def at(self, row: int) -> Amount:
        """The amount of one row, counted from 0."""
        return 0 if self._values is None else _exact(self._values[row])

    def total(self, rows: Sequence[int] | pl.Series | None = None) -> Amount:
        """The exact sum of these rows, or of all."""
        import polars as pl

        if self._values is None:
            return 0
        values = self._values if rows is None else self._values.gather(_as_series(rows))
        if values.dtype != pl.Int64:
            return sum(map(_exact, values.to_list()))
        largest = max(abs(cast(int, values.max() or 0)), abs(cast(int, values.min() or 0)))
        # A sum of 64 bits would wrap around silently.
        return int(values.sum()) if largest * len(values) < 2**63 else sum(values.to_list())


def _as_series(rows: Sequence[int] | pl.Series) -> pl.Series:
    import polars as pl

    return rows if isinstance(rows, pl.Series) else pl.Series(rows, dtype=pl.Int64)


def _exact(value: int | str) -> Amount:
    if isinstance(value, int):
        return value
    return Decimal(value) if "." in value else int(value)


def amounts_of(table: Table, column: str | None) -> Amounts:
    """The amounts in a column; without one every row is worth nothing.

    Raises:
        BusinessError: A cell is neither an amount nor empty.
    """
    from bots.table.normalised import normalised

    if column is None:
        return Amounts(table.count, None)
    found = normalised(table.stored(column), "amount")
    if found.unreadable is not None and found.unreadable.any():
        rows = found.unreadable.arg_true().to_list()
        told = [f"{table.row(row).origin or row + 1} {plain_text(table.column(column)[row])}" for row in rows[:5]]
        raise BusinessError(
            "{count} cells of {column} are not amounts, so that no sum can be trusted: {cells}",
            count=len(rows),
            column=column,
            cells=", ".join(told),
            hint="Correct them first",
        )
    return Amounts(table.count, found.values.fill_null("0" if found.values.dtype.is_(_text()) else 0))


def _text() -> pl.DataType:
    import polars as pl

    return pl.String()


def balanced(
    places: Mapping[str, tuple[Rows, Rows]], amounts: tuple[Amounts, Amounts], total: Tally
) -> dict[str, Tally]:
    """Count what came out and hold it against what went in.

    Args:
        places: Outcome → its rows of the left and of the right list.
        amounts: What the rows of either list are worth.
        total: Rows and amounts that went in.

    Returns:
        Outcome → its rows and amounts.

    Raises:
        InternalError: They differ, or a row is in two places or in none.
    """
    tallies = {
        name: Tally(*_counted(lefts, amounts[0]), *_counted(rights, amounts[1]))
        for name, (lefts, rights) in places.items()
    }
    out = sum(tallies.values(), Tally())
    once = all(_each_once([both[side] for both in places.values()], amounts[side].count) for side in (0, 1))
    if out != total or not once:
        raise InternalError("The reconciliation does not add up: {total} went in, {out} came out", total=total, out=out)
    return tallies


def _counted(rows: Rows, amounts: Amounts) -> tuple[int, Amount]:
    return sum(map(len, rows)), sum((amounts.total(piece) for piece in rows), 0)


def _each_once(places: Sequence[Rows], count: int) -> bool:
    """Whether there are as many rows in all places as in the list, and each of the list is among them."""
    import polars as pl

    seen = pl.repeat(False, count, eager=True, dtype=pl.Boolean)
    pieces = [_as_series(piece) for rows in places for piece in rows if len(piece)]
    for piece in pieces:
        seen = seen.scatter(piece, True)
    return sum(map(len, pieces)) == count and bool(seen.all())
