"""What data steps handed on, kept as files so that a run that goes on reads instead of doing it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
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


def keep_files(storage: Storage, run: str, folder: Path, value: Any) -> dict[str, str]:
    """Keep the files that a step has made in the run's folder of this machine where other machines find them.

    Args:
        storage: Where they are kept.
        run: Id of the run.
        folder: The run's folder on this machine.
        value: What the step hands on; files that it only names, such as a list on a share, are left where they are.

    Returns:
        Path on this machine → path in the storage; empty where the folder is in the storage already.

    Raises:
        StorageError: One cannot be kept.
    """
    kept: dict[str, str] = {}
    for file in _files_in(value):
        path = Path(file.path)
        if not path.is_relative_to(folder):
            continue
        name = f"{run}/{path.relative_to(folder).as_posix()}"
        if storage.local(name) != path:
            kept[file.path] = storage.write(name, path.read_bytes())
    return kept


def fetch_files(storage: Storage, folder: Path, value: Any, kept: Mapping[str, str]) -> Any:
    """Bring the files that a step has made on another machine to this one.

    Args:
        storage: Where they are kept.
        folder: The run's folder on this machine.
        value: What the step handed on.
        kept: As `keep_files` gave it.

    Returns:
        The value, with the files where they are on this machine.

    Raises:
        StorageError: One cannot be read.
    """
    here: dict[str, str] = {}
    for path, name in kept.items():
        if Path(path).is_file():
            continue
        target = folder / name.partition("/")[2]
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(storage.read(name))
        here[path] = str(target)
    return _moved(value, here) if here else value


def _files_in(value: Any) -> Iterator[FileRef]:
    match value:
        case FileRef():
            yield value
        case Table() | Rows() | str():
            return
        case Mapping():
            for item in value.values():
                yield from _files_in(item)
        case list() | tuple():
            for item in value:
                yield from _files_in(item)


def _moved(value: Any, here: Mapping[str, str]) -> Any:
    match value:
        case FileRef() if value.path in here:
            return replace(value, path=here[value.path])
        case Table() | Rows() | str():
            return value
        case Mapping():
            return {name: _moved(item, here) for name, item in value.items()}
        case list() | tuple():
            return [_moved(item, here) for item in value]
        case _:
            return value


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
