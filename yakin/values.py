"""The values that pass between steps: tables, their rows, files and secrets.

All are immutable and can be written to JSON and read back unchanged (`encode`, `decode`), because what a data step
returned is kept as an artifact and read again when a run is resumed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias, overload

Scalar: TypeAlias = str | int | float | Decimal | bool | date | datetime | time | None
"""What one cell can hold."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row came from.

    Attributes:
        file: File name or address, as a person would say it.
        sheet: Sheet or part of the file; None where there is only one.
        row: Row number counted from 1, as the program that shows the file counts.
    """

    file: str
    sheet: str | None
    row: int

    def __str__(self) -> str:
        return f"{self.file}{f' [{self.sheet}]' if self.sheet else ''}:{self.row}"


class Opaque:
    """A value that an action can ask for by type; editors are told that only an expression can give it."""

    __slots__ = ()

    @classmethod
    def accept(cls, value: Any) -> Any:
        """Turn a close relative into this type, or hand the value on unchanged."""
        return value

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(cls.accept, core_schema.is_instance_schema(cls))

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\$\{\{.*\}\}$"}


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

    def __init__(self, columns: Mapping[str, Sequence[Scalar]], origins: Sequence[Origin] | None = None) -> None:
        lengths = {len(cells) for cells in columns.values()}
        if origins is not None:
            lengths.add(len(origins))
        if len(lengths) > 1:
            raise ValueError(f"columns and origins differ in length: {sorted(lengths)}")
        self._columns = {name: tuple(cells) for name, cells in columns.items()}
        self._origins = None if origins is None else tuple(origins)
        self._positions = {name: index for index, name in enumerate(self._columns)}

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

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(self._columns)

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
        return self._columns[name]

    @property
    def rows(self) -> Rows:
        """The rows as a sequence, made when asked for."""
        return Rows(self)

    def row(self, index: int) -> Row:
        """One row, counted from 0."""
        origin = None if self._origins is None else self._origins[index]
        return Row(self._positions, tuple(cells[index] for cells in self._columns.values()), origin)

    def where(self, keep: Callable[[Row], bool]) -> Table:
        """The rows for which `keep` is true, with their origins."""
        return self.take([index for index in range(self.count) if keep(self.row(index))])

    def take(self, indexes: Sequence[int]) -> Table:
        """The rows at these positions, in this order, with their origins."""
        return Table(
            {name: [cells[index] for index in indexes] for name, cells in self._columns.items()},
            None if self._origins is None else [self._origins[index] for index in indexes],
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self._columns == other._columns and self._origins == other._origins

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


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file at one moment: what was read, or what was made.

    Attributes:
        path: Where it is, as given; of evidence, its path in the storage, which begins with the run.
        sha256: Hash of its content, hexadecimal.
        size: Bytes.
    """

    path: str
    sha256: str
    size: int

    @classmethod
    def of(cls, path: Path) -> FileRef:
        """Look at a file now.

        Raises:
            OSError: It cannot be read.
        """
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
            return cls(str(path), digest.hexdigest(), stream.tell())

    def __str__(self) -> str:
        return self.path


class Secret(Opaque):
    """A text that must not be seen: it prints as `***`, compares by content, and has to be revealed on purpose."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; only for the last step before it is used."""
        return self._text

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))


def revealed(value: object) -> str:
    """The text of a value that may be a secret; for the moment of use."""
    return value.reveal() if isinstance(value, Secret) else str(value)


_TAG = "$"


def encode(value: Any) -> Any:
    """A value as plain JSON data (dicts with text keys, lists, text, numbers, booleans, None).

    Raises:
        TypeError: The value holds something that cannot be kept, such as a live object or a secret.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return {_TAG: "datetime", "is": value.isoformat()}
        case date():
            return {_TAG: "date", "is": value.isoformat()}
        case time():
            return {_TAG: "time", "is": value.isoformat()}
        case Decimal():
            return {_TAG: "decimal", "is": str(value)}
        case Path():
            return {_TAG: "path", "is": str(value)}
        case FileRef():
            return {_TAG: "file", "path": value.path, "sha256": value.sha256, "size": value.size}
        case Table() | Rows():
            table = value.table if isinstance(value, Rows) else value
            return {_TAG: "rows" if isinstance(value, Rows) else "table"} | _encode_table(table)
        case Row():
            return {_TAG: "row", "is": [[name, encode(cell)] for name, cell in value.items()]} | (
                {} if value.origin is None else {"origin": _encode_origin(value.origin)}
            )
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("a mapping with keys that are not text cannot be kept")
            plain = {key: encode(item) for key, item in value.items()}
            return {_TAG: "mapping", "is": plain} if _TAG in plain else plain
        case list() | tuple():
            return [encode(item) for item in value]
        case _:
            raise TypeError(f"a value of type {type(value).__name__} cannot be kept as a step's output")


def decode(plain: Any) -> Any:
    """Read back what `encode` made; tuples come back as lists."""
    if isinstance(plain, list):
        return [decode(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    match plain.get(_TAG):
        case None:
            return {key: decode(item) for key, item in plain.items()}
        case "mapping":
            return {key: decode(item) for key, item in plain["is"].items()}
        case "datetime":
            return datetime.fromisoformat(plain["is"])
        case "date":
            return date.fromisoformat(plain["is"])
        case "time":
            return time.fromisoformat(plain["is"])
        case "decimal":
            return Decimal(plain["is"])
        case "path":
            return Path(plain["is"])
        case "file":
            return FileRef(plain["path"], plain["sha256"], plain["size"])
        case "table":
            return _decode_table(plain)
        case "rows":
            return _decode_table(plain).rows
        case "row":
            origin = plain.get("origin")
            cells = {name: decode(cell) for name, cell in plain["is"]}
            return Row.of(cells, None if origin is None else Origin(*origin))
        case unknown:
            raise ValueError(f"kept value of unknown kind {unknown!r}")


def canonical_json(plain: Any) -> str:
    """JSON with one spelling for one content: sorted keys, no spaces, characters as they are.

    The subset of RFC 8785 (JSON Canonicalization Scheme) that holds for text, integers, booleans and None.
    """
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _encode_table(table: Table) -> dict[str, Any]:
    body: dict[str, Any] = {
        "columns": [[name, [encode(cell) for cell in table.column(name)]] for name in table.columns]
    }
    origins = [row.origin for row in table.rows]
    if origins and None not in origins:
        body["origins"] = [_encode_origin(origin) for origin in origins if origin is not None]
    return body


def _encode_origin(origin: Origin) -> list[Any]:
    return [origin.file, origin.sheet, origin.row]


def _decode_table(plain: Mapping[str, Any]) -> Table:
    origins = plain.get("origins")
    return Table(
        {name: [decode(cell) for cell in cells] for name, cells in plain["columns"]},
        None if origins is None else [Origin(*origin) for origin in origins],
    )
