"""What somebody is shown who decides: as it was when it was asked, kept where every machine can read it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import PurePath
from typing import Any

from yakin.engine.context import RunFrame
from yakin.engine.items_output import ItemsOutput
from yakin.errors import ActionError
from yakin.storage import portable
from yakin.values import FileRef, Row, Rows, Table
from yakin.workflow.outputs import ApprovalOutput, CallOutput

ITEMS = ("key", "label", "verdict", "error")
"""Columns of the table as which work items are shown."""


def shown(frame: RunFrame, step: str, value: Any) -> Any:
    """What is to be shown as a value that can be kept; blocks while files are copied.

    Args:
        frame: The run.
        step: Path of the step that asks.
        value: A text, a table, rows, work items, a file, or a mapping or list of these.

    Returns:
        The value: work items are a table, mappings are rows, files are `FileRef`s whose paths are those in the storage.

    Raises:
        ActionError: A file cannot be read, or is another one by now.
        StorageError: A file cannot be kept.
    """
    return _Showing(frame, step).of(value)


class _Showing:
    def __init__(self, frame: RunFrame, step: str) -> None:
        self._frame = frame
        self._step = step
        self._numbers: Iterator[int] = count(1)

    def of(self, value: Any) -> Any:
        match value:
            case ItemsOutput():
                return Table.from_records([{name: item[name] for name in ITEMS} for item in value.items], columns=ITEMS)
            case FileRef():
                return self._file(value)
            case CallOutput() | ApprovalOutput():
                return dataclasses.asdict(value)
            case Table() | Rows():
                return value
            case [Row(), *_] if all(isinstance(row, Row) for row in value):
                return Table.from_records(value)
            case Mapping():
                # A row keeps the order of its names.
                return Row.of({name: self.of(item) for name, item in value.items()})
            case list() | tuple():
                return [self.of(item) for item in value]
            case _:
                return value

    def _file(self, file: FileRef) -> FileRef:
        storage = self._frame.storage
        if _is_in_storage(file.path) and storage.exists(file.path):
            return file
        try:
            data = (self._frame.root / file.path).read_bytes()
        except OSError as error:
            raise ActionError("{path} is to be shown, but cannot be read: {error}", path=file, error=error) from error
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise ActionError("{path} is to be shown, but has been changed since", path=file)
        name = PurePath(file.path)
        kept = portable(self._step, "show", str(next(self._numbers)), name.stem) + name.suffix.lower()
        return dataclasses.replace(file, path=storage.write(f"{self._frame.run}/artifacts/{kept}", data))


def _is_in_storage(path: str) -> bool:
    """Whether it could be a path of the storage: those of machines have a drive, a root or backslashes."""
    return not PurePath(path).is_absolute() and not any(mark in path for mark in "\\:")
