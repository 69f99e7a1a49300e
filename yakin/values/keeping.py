"""Values as JSON, and back unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from yakin.values.cells import Scalar
from yakin.values.columns import Column
from yakin.values.files import FileRef
from yakin.values.origins import Origin, Origins
from yakin.values.tables import Row, Rows, Table

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


_PLAIN = {str, int, float, bool, type(None)}
_AS_TEXT: dict[type, tuple[str, Callable[[Any], str], Callable[[str], Any]]] = {
    datetime: ("datetime", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    Decimal: ("decimal", str, Decimal),
}
"""What JSON has no word for: the word, how it is written, how it is read."""
_READ = {word: read for word, _, read in _AS_TEXT.values()}


def _encode_table(table: Table) -> dict[str, Any]:
    body: dict[str, Any] = {"columns": [[name, *_encode_cells(table.column(name))] for name in table.columns]}
    origins = table.origins
    if origins is not None:
        body["origins"] = {"sources": [list(source) for source in origins.sources], "rows": list(origins.rows.cells)}
        if len(origins.sources) > 1:
            body["origins"]["which"] = list(origins.which)
    return body


def _encode_cells(cells: Sequence[Scalar]) -> list[Any]:
    """The cells as JSON has them; behind them the word for what they are, where all are of one kind that JSON lacks."""
    kinds = set(map(type, cells))
    if kinds <= _PLAIN:
        return [list(cells)]
    kinds.discard(type(None))
    if len(kinds) == 1 and (only := kinds.pop()) in _AS_TEXT:
        word, write, _ = _AS_TEXT[only]
        return [[None if cell is None else write(cell) for cell in cells], word]
    return [[encode(cell) for cell in cells]]


def _encode_origin(origin: Origin) -> list[Any]:
    return [origin.file, origin.sheet, origin.row]


def _decode_table(plain: Mapping[str, Any]) -> Table:
    return Table(
        {name: _decode_cells(cells, *word) for name, cells, *word in plain["columns"]},
        _decode_origins(plain.get("origins")),
    )


def _decode_cells(cells: list[Any], word: str | None = None) -> list[Any]:
    if word is None:
        return cells if not any(isinstance(cell, dict) for cell in cells) else [decode(cell) for cell in cells]
    read = _READ[word]
    return [None if cell is None else read(cell) for cell in cells]


def _decode_origins(plain: Any) -> Origins | None:
    match plain:
        case None:
            return None
        case list():
            # One by one: how the first artifacts have them.
            return Origins.of(Origin(*origin) for origin in plain)
        case _:
            which = Column.of(plain["which"]) if "which" in plain else None
            sources = [(file, sheet) for file, sheet in plain["sources"]]
            return Origins(sources, which, Column.of(plain["rows"]))
