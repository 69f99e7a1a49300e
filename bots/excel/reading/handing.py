"""What the reader of cells is given of an .xlsx workbook: one sheet and what its cells need, in a file put together anew.

The reader takes what a file says of itself for true, unpacks the sheet twice, and goes through all of it a second time in search
of merged areas. It gets only parts that were unpacked within bounds here, lying open, and is told at once that there are no
merged areas: those are known already.
"""

from __future__ import annotations

import io
import re
import zipfile

from bots.excel.package import Package, relations_of

_OPEN_UP_TO = 2**28
"""Bytes of a sheet. A larger one is read from the file itself, so that it is not in memory several times."""
_CELLS_BEGIN = re.compile(rb"<(?:\w+:)?sheetData\b")
_NO_MERGED = b"<mergeCells></mergeCells>"


def handed(package: Package, part: str, content: bytes) -> bytes:
    """A workbook that has the sheet of one part for the reader of cells.

    Args:
        package: The whole workbook.
        part: Name of the part with the sheet.
        content: What is in that part.

    Raises:
        WorkbookUnreadable: Another part that the cells need is damaged, or larger than it declares.
    """
    said = {
        *("[Content_Types].xml", relations_of(""), package.workbook, relations_of(package.workbook)),
        *package.related(package.workbook, "styles"),
        *package.related(package.workbook, "sharedStrings"),
    }
    # Names of parts are the same in capitals (ECMA-376 Part 2, 6.2.2.3), and some programs write them so.
    folded = {name.casefold() for name in said}
    needed = {name for name in package.archive.names if name.casefold() in folded}
    if len(content) > _OPEN_UP_TO:
        package.archive.verify(only=needed)
        return package.data
    begin = _CELLS_BEGIN.search(content)
    at = begin.start() if begin else 0
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in sorted(needed - {part}):
            target.writestr(name, package.archive.read(name))
        with target.open(part, "w") as stream:
            stream.write(content[:at] + _NO_MERGED if begin else b"")
            stream.write(memoryview(content)[at:])
    return buffer.getvalue()
