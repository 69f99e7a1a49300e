"""The cells of one column, with two faces: values of Python for whoever looks at rows, a polars series for whoever counts millions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from yakin.values.cells import Scalar

if TYPE_CHECKING:
    import polars as pl

_KINDS = {
    str: "String",
    int: "Int64",
    float: "Float64",
    bool: "Boolean",
    date: "Date",
    datetime: "Datetime",
    time: "Time",
}
"""What cells are, when all of a column are the same → the type of polars that holds them without loss."""


class Column:
    """The cells of one column. Each face is made when it is asked for and kept.

    Two columns are equal when their cells are.
    """

    __slots__ = ("_cells", "_has_no_series", "_series")

    def __init__(self, cells: Iterable[Scalar] | None = None, series: pl.Series | None = None) -> None:
        """Use `of` or `of_series`."""
        self._cells = None if cells is None else tuple(cells)
        self._series = series
        self._has_no_series = False

    @classmethod
    def of(cls, cells: Iterable[Scalar] | Column) -> Column:
        """A column of values of Python."""
        return cells if isinstance(cells, Column) else cls(cells)

    @classmethod
    def of_series(cls, series: pl.Series) -> Column:
        """A column of what polars holds; a type that cells cannot be of (a list, a duration) stands as text.

        Whole numbers and fractions may be of any size, moments of any precision: they become what `Scalar` knows.
        """
        import polars as pl

        known = {name: getattr(pl, name) for name in _KINDS.values()} | {"Datetime": pl.Datetime("us")}
        if series.dtype in known.values():
            return cls(series=series)
        if series.dtype.is_decimal():
            return cls(series.to_list())
        if series.dtype.is_integer():
            exact = series.cast(pl.Int64, strict=False)
            return cls(series.to_list()) if exact.null_count() > series.null_count() else cls(series=exact)
        if series.dtype == pl.Float32:
            return cls(series=series.cast(pl.Float64))
        if isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone is None:
            return cls(series=series.cast(pl.Datetime("us")))
        return cls(series=series.cast(pl.String))

    @property
    def cells(self) -> tuple[Scalar, ...]:
        """The cells as values of Python."""
        if self._cells is None:
            assert self._series is not None
            self._cells = tuple(self._series.to_list())
        return self._cells

    @property
    def series(self) -> pl.Series | None:
        """The cells as a series of polars; None when they are of several kinds, or of one that a series does not keep exactly.

        Text is String, whole numbers are Int64, fractions Float64, truth Boolean, days Date, moments Datetime, times Time;
        a column in which all cells are empty is String.
        """
        if self._series is None and not self._has_no_series:
            self._series = _as_series(self.cells)
            self._has_no_series = self._series is None
        return self._series

    def take(self, places: Sequence[int | None] | pl.Series) -> Column:
        """The cells at these places, counted from 0, in this order; None makes an empty cell."""
        if self._series is not None:
            import polars as pl

            rows = places if isinstance(places, pl.Series) else pl.Series(places, dtype=pl.Int64)
            return Column(series=self._series.gather(rows))
        cells = self.cells
        return Column([None if place is None else cells[place] for place in places])

    def __len__(self) -> int:
        return len(self.cells if self._series is None else self._series)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Column) and self.cells == other.cells

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Column of {len(self)} cells>"


def _as_series(cells: tuple[Scalar, ...]) -> pl.Series | None:
    import polars as pl

    kinds = set(map(type, cells)) - {type(None)}
    if len(kinds) > 1 or not kinds <= _KINDS.keys():
        return None
    name = _KINDS[kinds.pop()] if kinds else "String"
    if name in ("Datetime", "Time") and any(
        getattr(cell, "tzinfo", None) or getattr(cell, "fold", 0) for cell in cells
    ):
        return None
    try:
        return pl.Series(cells, dtype=pl.Datetime("us") if name == "Datetime" else getattr(pl, name), strict=True)
    except (OverflowError, TypeError, UnicodeError, pl.exceptions.PolarsError):
        # A number beyond 64 bits, or half a character out of a broken file.
        return None
