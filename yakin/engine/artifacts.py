"""What data steps handed on, kept as files so that a run that goes on reads instead of doing it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from yakin.errors import JournalError
from yakin.storage import Storage, StorageError, portable
from yakin.values import FileRef, Rows, Table, canonical_json, decode, encode


def keep(storage: Storage, run: str, step: str, value: Any, *, told: bool = True) -> dict[str, Any]:
    """Write a step's output below the run's name.

    Args:
        storage: Where outputs are kept.
        run: Id of the run.
        step: Path of the step.
        value: The output.
        told: Whether the journal may say anything of the value.

    Returns:
        What the journal says of it: `kind`, for tables `rows` and `columns`, and `artifact` (path in the storage, which
        begins with the run, so that another run may take the output over) with `sha256`. Empty for None.

    Raises:
        TypeError: The value cannot be kept.
        StorageError: It cannot be written.
    """
    if value is None:
        return {}
    data = canonical_json(encode(value)).encode()
    return {
        "artifact": storage.write(f"{run}/artifacts/{portable(step)}.json", data),
        "sha256": hashlib.sha256(data).hexdigest(),
        **(describe(value) if told else {"kind": "hidden"}),
    }


def load(storage: Storage, run: str, step: str, output: Mapping[str, Any]) -> Any:
    """Read back what `keep` wrote.

    Args:
        storage: Where outputs are kept.
        run: Id of the run that asks; the output may be another's, which it took over.
        step: Path of the step.
        output: What the journal says of the output.

    Raises:
        JournalError: The file is gone, or is not what was written.
    """
    if "artifact" not in output:
        return None
    path = _path(run, output["artifact"])
    try:
        data = storage.read(path)
    except StorageError as error:
        raise JournalError("The output of step {step} cannot be read: {error}", step=step, error=error) from error
    if hashlib.sha256(data).hexdigest() != output["sha256"]:
        place = storage.where(path)
        raise JournalError("The output of step {step} was changed after the step: {path}", step=step, path=place)
    return decode(json.loads(data))


def _path(run: str, artifact: str) -> str:
    """Journals of the first version name the file only."""
    return artifact if "/" in artifact else f"{run}/artifacts/{artifact}"


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
