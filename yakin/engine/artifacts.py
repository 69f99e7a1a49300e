"""What data steps handed on, kept as files so that a resumed run reads instead of doing it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yakin.errors import JournalError
from yakin.values import FileRef, Rows, Table, canonical_json, decode, encode


def keep(folder: Path, step: str, value: Any, *, told: bool = True) -> dict[str, Any]:
    """Write a step's output below the run's folder.

    Args:
        folder: The run's folder.
        step: Path of the step.
        value: The output.
        told: Whether the journal may say anything of the value.

    Returns:
        What the journal says of it: `kind`, for tables `rows` and `columns`, and `artifact` (file name) with `sha256`.

    Raises:
        TypeError: The value cannot be kept.
    """
    if value is None:
        return {}
    data = canonical_json(encode(value)).encode()
    path = folder / "artifacts" / f"{step}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(data)
    partial.replace(path)
    return {
        "artifact": path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        **(describe(value) if told else {"kind": "hidden"}),
    }


def load(folder: Path, step: str, output: Mapping[str, Any]) -> Any:
    """Read back what `keep` wrote.

    Raises:
        JournalError: The file is gone or is not what was written.
    """
    if "artifact" not in output:
        return None
    path = folder / "artifacts" / output["artifact"]
    try:
        data = path.read_bytes()
    except OSError as error:
        raise JournalError("The output of step {step} cannot be read: {error}", step=step, error=error) from error
    if hashlib.sha256(data).hexdigest() != output["sha256"]:
        raise JournalError("The output of step {step} was changed after the step: {path}", step=step, path=path)
    return decode(json.loads(data))


def describe(value: Any) -> dict[str, Any]:
    """A value in a few words, without its content."""
    match value:
        case Table() | Rows():
            table = value.table if isinstance(value, Rows) else value
            return {"kind": "table", "rows": table.count, "columns": list(table.columns)}
        case FileRef():
            return {"kind": "file", "path": value.path, "size": value.size, "file_sha256": value.sha256}
        case Mapping():
            inner = {str(name): describe(item) for name, item in value.items()}
            return {"kind": "mapping", "of": {name: item for name, item in inner.items() if item["kind"] != "text"}}
        case list() | tuple():
            return {"kind": "list", "rows": len(value)}
        case bool() | int() | float():
            return {"kind": "number", "is": value}
        case None:
            return {"kind": "nothing"}
        case _:
            return {"kind": "text"}
