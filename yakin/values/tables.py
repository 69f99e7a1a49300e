"""Tables and their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from yakin.values.cells import Opaque, Scalar
from yakin.values.columns import Column
from yakin.values.origins import Origin, Origins

if TYPE_CHECKING:
    import polars as pl


class Row(Mapping[str, Scalar], Opaque):
    """One record of a table: column name → cell, and where it stood."""

    __slots__ = ("_cells", "_positions", "origin")

    def __init__(self, positions: Mapping[str, int], cells: Sequence[Scalar], origin: Origin | None) -> None:
        self._positions = positions
        self._cells = cells
        self.origin = origin

    @classmethod
    def of(cls, record: Mapping[str, Scalar], origin: Origin | None = None) -> Row:
        """A row of its own, outside any table."""
        return cls({name: index for index, name in enumerate(record)}, tuple(record.values()), origin)

    def __getitem__(self, column: str) -> Scalar:
        return self._cells[self._positions[column]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._positions)

    def __len__(self) -> int:
        return len(self._positions)

    def __repr__(self) -> str:
        # Cells are people's data and tracebacks are logged: the place says enough.
        return f"<Row {self.origin}, {len(self)} columns>"


class Table(Opaque):
    """Records with the same columns, stored by column; every row remembers its file, sheet and row number.

    Args:
        columns: Column name → its cells; all columns have the same length.
        origins: One origin for each row, or None when the rows were made, not read.

    Raises:
        ValueError: Columns or origins differ in length.
    """

    __slots__ = ("_columns", "_origins", "_positions")

    @classmethod
    def accept(cls, value: Any) -> Any:
        """The rows of a table, or some of them picked by an expression, stand for a table."""
        if isinstance(value, Rows):
            return value.table
        if isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
            return cls.from_records(value)
        return value

    def __init__(
        self, columns: Mapping[str, Sequence[Scalar] | Column], origins: Sequence[Origin] | None = None
    ) -> None:
        self._columns = {name: Column.of(cells) for name, cells in columns.items()}
        self._origins = None if origins is None else Origins.of(origins)
        self._positions = {name: index for index, name in enumerate(self._columns)}
        lengths = {len(column) for column in self._columns.values()}
        if self._origins is not None:
            lengths.add(len(self._origins))
        if len(lengths) > 1:
            raise ValueError(f"columns and origins differ in length: {sorted(lengths)}")

    @classmethod
    def from_records(
        cls,
        records: Iterable[Mapping[str, Scalar]],
        *,
        columns: Sequence[str] | None = None,
        origins: Sequence[Origin] | None = None,
    ) -> Table:
        """A table from mappings; a column that a record lacks is None there.

        Rows that are `Row`s with an origin keep it when `origins` is not given.
        """
        rows = list(records)
        names = list(columns) if columns is not None else list(dict.fromkeys(name for row in rows for name in row))
        if origins is None:
            known = [row.origin for row in rows if isinstance(row, Row) and row.origin is not None]
            origins = known if rows and len(known) == len(rows) else None
        return cls({name: [row.get(name) for row in rows] for name in names}, origins)

    @classmethod
    def from_frame(cls, frame: pl.DataFrame, origins: Sequence[Origin] | None = None) -> Table:
        """A table of the columns of a polars frame."""
        return cls({series.name: Column.of_series(series) for series in frame.get_columns()}, origins)

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(self._columns)

    @property
    def origins(self) -> Origins | None:
        """Where the rows came from; None when they were made, not read."""
        return self._origins

    @property
    def count(self) -> int:
        """Number of rows."""
        if self._origins is not None:
            return len(self._origins)
        return len(next(iter(self._columns.values()), ()))

    def __len__(self) -> int:
        return self.count

    def column(self, name: str) -> tuple[Scalar, ...]:
        """The cells of one column.

        Raises:
            KeyError: There is no such column.
        """
        return self._columns[name].cells

    def stored(self, name: str) -> Column:
        """One column as it is stored, to be handed on to another table or asked for its series.

        Raises:
            KeyError: There is no such column.
        """
        return self._columns[name]

    @property
    def rows(self) -> Rows:
        """The rows as a sequence, made when asked for."""
        return Rows(self)

    def row(self, index: int) -> Row:
        """One row, counted from 0."""
        origin = None if self._origins is None else self._origins[index]
        return Row(self._positions, tuple(column.cells[index] for column in self._columns.values()), origin)

    def where(self, keep: Callable[[Row], bool]) -> Table:
        """The rows for which `keep` is true, with their origins."""
        return self.take([index for index in range(self.count) if keep(self.row(index))])

    def take(self, indexes: Sequence[int] | pl.Series) -> Table:
        """The rows at these positions, counted from 0, in this order, with their origins."""
        return Table(
            {name: column.take(indexes) for name, column in self._columns.items()},
            None if self._origins is None else self._origins.take(indexes),
        )

    def with_columns(self, columns: Mapping[str, Sequence[Scalar] | Column]) -> Table:
        """The same rows and origins, with columns replaced or, at the end, added.

        Raises:
            ValueError: A column differs in length.
        """
        return Table({**self._columns, **columns}, self._origins)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return False
        return self._columns == other._columns and self._origins == other._origins

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Table {self.count} rows, {len(self._columns)} columns>"


class Rows(Sequence[Row]):
    """A table seen as a sequence of rows."""

    __slots__ = ("table",)

    def __init__(self, table: Table) -> None:
        self.table = table

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Rows: ...
    def __getitem__(self, index: int | slice) -> Row | Rows:
        if isinstance(index, slice):
            return Rows(self.table.take(range(self.table.count)[index]))
        return self.table.row(range(self.table.count)[index])

    def __len__(self) -> int:
        return self.table.count
