"""A second look at a sheet of an .xls workbook: records of bytes in a compound file ([MS-XLS] 2.1, 2.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from bots.excel.archives import damaged
from bots.excel.reading.compound import compound_file
from bots.excel.reading.unseen import EPOCH_1900, EPOCH_1904, ERROR_CODES, Area, Unseen
from bots.excel.reading.unseen.found import Found
from bots.excel.reading.unseen.notation import Shown, shown_by_styles

_BEGIN, _END, _SHEET, _DATE_1904, _FORMAT, _STYLE, _PASSWORD = 0x809, 0x0A, 0x85, 0x22, 0x41E, 0xE0, 0x2F
_ROW, _BOOL_OR_ERROR, _FORMULA, _NUMBER, _SMALL, _SMALLS, _MERGED = 0x208, 0x205, 0x06, 0x203, 0x27E, 0xBD, 0xE5
_TEXTS = (0xFD, 0x204, 0xD6)
_DIMENSIONS = 0x200
_HIDDEN = 0x20
_VERSION_8 = 0x600


def is_encrypted(stream: bytes) -> bool:
    """Whether the records of a workbook can only be read with a password."""
    return any(kind == _PASSWORD for kind, _ in records_from(stream))


class OldWorkbook:
    """The sheets of an .xls workbook.

    Args:
        name: File name for errors.
        stream: The workbook inside the compound file.

    Raises:
        WorkbookUnreadable: It is damaged.
    """

    def __init__(self, name: str, stream: bytes) -> None:
        self._name, self._stream = name, stream
        self.epoch = EPOCH_1900
        self.begins: list[int] = []
        codes: dict[int, str] = {}
        styles: list[int] = []
        try:
            is_8 = int.from_bytes(stream[4:6], "little") == _VERSION_8
            for kind, body in records_from(stream):
                if kind == _DATE_1904 and body[0] & 1:
                    self.epoch = EPOCH_1904
                elif kind == _SHEET:
                    self.begins.append(int.from_bytes(body[:4], "little"))
                elif kind == _FORMAT:
                    codes[int.from_bytes(body[:2], "little")] = _code(body, is_8)
                elif kind == _STYLE:
                    styles.append(int.from_bytes(body[2:4], "little"))
        except (struct.error, IndexError) as error:
            raise damaged(name) from error
        self._styles = shown_by_styles(codes, styles)

    def plain(self) -> bytes:
        """The workbook for another reader, without the sizes that its sheets claim: memory was reserved for them."""
        stream = bytearray(self._stream)
        try:
            for begin in self.begins:
                for kind, body in records_from(stream, begin):
                    if kind == _DIMENSIONS:
                        body[:] = bytes(len(body))
        except (struct.error, IndexError) as error:
            raise damaged(self._name) from error
        return compound_file(self._name, bytes(stream))

    def look(self, index: int) -> Unseen:
        """A second look at one sheet, counted from 0 in the order of the tabs.

        Raises:
            WorkbookUnreadable: It is damaged.
        """
        found = Found()
        merged: list[Area] = []
        try:
            for kind, body in records_from(self._stream, self.begins[index]):
                if kind == _ROW and body[12] & _HIDDEN:
                    found.hidden.add(int.from_bytes(body[:2], "little") + 1)
                elif kind == _MERGED:
                    merged += _areas(body)
                else:
                    _take_cells(kind, body, self._styles, found)
        except (struct.error, IndexError) as error:
            raise damaged(self._name) from error
        return found.as_unseen(self.epoch, merged)


def records_from(stream: bytes | bytearray, at: int = 0) -> Iterator[tuple[int, memoryview]]:
    """Kind and body of the records from a place to the end of its part; parts within it (charts) are left out.

    Raises:
        IndexError: No part begins there, or the stream ends before it.
    """
    content = memoryview(stream)
    depth = 0
    if content[at : at + 2] != struct.pack("<H", _BEGIN):
        raise IndexError(at)
    while at + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 0:
            return
        if at + 4 + length > len(content):
            break
        if depth == 1:
            yield kind, content[at + 4 : at + 4 + length]
        at += 4 + length
    raise IndexError(at)


def _take_cells(kind: int, body: memoryview, styles: Mapping[int, Shown], found: Found) -> None:
    if kind not in (_BOOL_OR_ERROR, _FORMULA, _NUMBER, _SMALL, _SMALLS, *_TEXTS):
        return
    row, column, style = struct.unpack_from("<HHH", body)
    place = (row + 1, column + 1)
    last = int.from_bytes(body[-2:], "little") if kind == _SMALLS else column
    found.extent = max(found.extent[0], row + 1), max(found.extent[1], last + 1)
    if kind == _BOOL_OR_ERROR and body[7]:
        found.errors[place] = ERROR_CODES.get(body[6], "#ERROR")
    elif kind == _FORMULA and body[12] == body[13] == 0xFF:
        if body[6] == 2:
            found.errors[place] = ERROR_CODES.get(body[8], "#ERROR")
    elif kind == _SMALLS:
        for index in range((len(body) - 6) // 6):
            style = int.from_bytes(body[4 + 6 * index : 6 + 6 * index], "little")
            if style in styles:
                found.shown[row + 1, column + 1 + index] = styles[style]
    elif kind in (_NUMBER, _SMALL, _FORMULA) and style in styles:
        found.shown[place] = styles[style]


def _areas(body: memoryview) -> list[Area]:
    count = int.from_bytes(body[:2], "little")
    areas = (struct.unpack_from("<4H", body, 2 + 8 * index) for index in range(count))
    return [((first + 1, left + 1), (last + 1, right + 1)) for first, last, left, right in areas]


def _code(body: memoryview, is_8: bool) -> str:
    """The code of a number's format; before Excel 97 a text had one byte a character."""
    if not is_8:
        return bytes(body[3 : 3 + body[2]]).decode("cp932", "replace")
    length, wide = int.from_bytes(body[2:4], "little"), body[4] & 1
    return bytes(body[5 : 5 + length * (1 + wide)]).decode("utf-16-le" if wide else "latin-1", "replace")
