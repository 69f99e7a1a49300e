"""Compound files, in which an .xls workbook is kept ([MS-CFB]): read with olefile, and put together anew.

What follows the chains of a compound file as they are written can be led in circles, or into claiming gigabytes. olefile looks
where it steps; the reader of cells does not, and gets a file that holds the workbook and nothing else.
"""

from __future__ import annotations

import io
import struct

from bots.excel.archives import damaged

_SECTOR = 4096
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_MAX_TABLES = 109
"""How many sectors with chains the header itself has room for: enough for 457 MB."""


def workbook_stream(name: str, data: bytes) -> bytes:
    """The workbook inside a compound file; empty when it holds something else.

    Raises:
        WorkbookUnreadable: The compound file is damaged.
    """
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            for stream in ("Workbook", "Book"):
                if compound.exists(stream):
                    content: bytes = compound.openstream(stream).read()
                    return content
    except (OSError, ValueError, IndexError, struct.error, TypeError, KeyError, RecursionError) as error:
        raise damaged(name) from error
    return b""


def compound_file(name: str, stream: bytes) -> bytes:
    """A compound file (version 4) with one stream, `Workbook`.

    Args:
        name: File name for errors.
        stream: Its content.

    Raises:
        WorkbookUnreadable: It is larger than any workbook.
    """
    used = -(-len(stream) // _SECTOR)
    tables = 1
    while (used + 1 + tables) * 4 > tables * _SECTOR:
        tables += 1
    if tables > _MAX_TABLES:
        raise damaged(name)
    chain = [*range(1, used), _END, _END, *[_TABLE] * tables]
    places = [*range(used + 1, used + 1 + tables), *[_FREE] * (_MAX_TABLES - tables)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x3I", 0x3E, 4, 0xFFFE, 12, 6, 1, tables, used)
    header += struct.pack("<6I", 0, _SECTOR, _END, 0, _END, 0) + struct.pack(f"<{_MAX_TABLES}I", *places)
    # The root has no small streams, and must not say so: a reader takes a root that leads nowhere for an empty file.
    folder = _entry("Root Entry", 5, 1, 0, 0) + _entry("Workbook", 2, _FREE, 0, used * _SECTOR)
    return b"".join(
        (
            header.ljust(_SECTOR, b"\0"),
            stream.ljust(used * _SECTOR, b"\0"),
            folder.ljust(_SECTOR, b"\0"),
            struct.pack(f"<{len(chain)}I", *chain).ljust(tables * _SECTOR, b"\xff"),
        )
    )


def _entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
    """One entry of the folder (2.6.1)."""
    said = title.encode("utf-16-le")
    head = said.ljust(64, b"\0") + struct.pack("<HBB3I", len(said) + 2, kind, 1, _FREE, _FREE, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)
