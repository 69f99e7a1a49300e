"""Small workbooks for tests, and ways to change the parts of one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl


def workbook(path: Path, rows: Sequence[Sequence[Any]], *, sheet: str = "受付") -> Path:
    """A workbook with these cells, from A1 on."""
    book = openpyxl.Workbook()
    target = book.active
    assert target is not None
    target.title = sheet
    for row in rows:
        target.append(list(row))
    book.save(path)
    return path


def with_parts(path: Path, parts: Mapping[str, bytes] = {}, **replaced: tuple[str, str, str]) -> Path:
    """Add parts to a workbook, or replace text in one: `any_name=(part, old, new)`."""
    with zipfile.ZipFile(path) as source:
        content = {name: source.read(name) for name in source.namelist()}
    for part, old, new in replaced.values():
        assert old.encode() in content[part], f"{old} is not in {part}"
        content[part] = content[part].replace(old.encode(), new.encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in {**content, **parts}.items():
            target.writestr(name, data)
    path.write_bytes(buffer.getvalue())
    return path
