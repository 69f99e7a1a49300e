"""A second look at a sheet of an .xlsb workbook: records of bytes instead of XML ([MS-XLSB] 2.1.4, 2.3)."""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from bots.excel.archives import Archive, damaged
from bots.excel.reading.unseen import EPOCH_1900, EPOCH_1904, ERROR_CODES, Area, Unseen
from bots.excel.reading.unseen.found import Found
from bots.excel.reading.unseen.notation import Shown, shown_by_styles

_ROW, _MERGED, _SHEET, _WORKBOOK = 0, 176, 156, 153
_CELLS = range(2, 12)
_ERRORS, _NUMBERS = (3, 11), (2, 5, 9)
_FORMAT, _STYLE, _BEGIN_STYLES, _END_STYLES = 44, 47, 617, 618
_HIDDEN = 0x10


class BinaryWorkbook:
    """The sheets of an .xlsb workbook.

    Args:
        archive: Its parts.

    Raises:
        WorkbookUnreadable: A part is damaged.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.epoch = EPOCH_1900
        self.sheets: dict[str, str] = {}
        relations = _relations(archive)
        try:
            for kind, body in _records(archive.read("xl/workbook.bin")):
                if kind == _WORKBOOK and body[0] & 1:
                    self.epoch = EPOCH_1904
                elif kind == _SHEET:
                    relation, after = _text(body, 8)
                    self.sheets[_text(body, after)[0]] = relations.get(relation, "")
            self._styles = _styles(archive)
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise damaged(archive.name) from error

    def look(self, sheet: str) -> Unseen:
        """A second look at one sheet.

        Raises:
            WorkbookUnreadable: Its part is damaged.
        """
        found = Found()
        merged: list[Area] = []
        row = 0
        try:
            for kind, body in _records(self._archive.read(self.sheets[sheet])):
                if kind == _ROW:
                    row = int.from_bytes(body[:4], "little") + 1
                    if body[11] & _HIDDEN:
                        found.hidden.add(row)
                elif kind in _CELLS:
                    _take_cell(row, kind, body, self._styles, found)
                elif kind == _MERGED:
                    first, last, left, right = struct.unpack_from("<4I", body)
                    merged.append(((first + 1, left + 1), (last + 1, right + 1)))
        except (struct.error, IndexError) as error:
            raise damaged(self._archive.name) from error
        return found.as_unseen(self.epoch, merged)


def _take_cell(row: int, kind: int, body: memoryview, styles: Mapping[int, Shown], found: Found) -> None:
    column, style = struct.unpack_from("<II", body)
    place = (row, column + 1)
    found.extent = max(found.extent[0], row), max(found.extent[1], column + 1)
    if kind in _ERRORS:
        found.errors[place] = ERROR_CODES.get(body[8], "#ERROR")
    elif kind in _NUMBERS and (style & 0xFFFFFF) in styles:
        found.shown[place] = styles[style & 0xFFFFFF]


def _records(part: bytes) -> Iterator[tuple[int, memoryview]]:
    """Kind and body of each record; kind and length are numbers of seven bits a byte, the lowest first."""
    content = memoryview(part)
    at = 0
    while at < len(content):
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (content[at] << 7)
            at += 1
        length = shift = 0
        while True:
            length |= (content[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not content[at - 1] & 0x80 or shift > 21:
                break
        if at + length > len(content):
            raise IndexError(at)
        yield kind, content[at : at + length]
        at += length


def _text(body: memoryview, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends; empty where there is none."""
    length = int.from_bytes(body[at : at + 4], "little")
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    return bytes(body[at + 4 : end]).decode("utf-16-le"), end


def _styles(archive: Archive) -> Mapping[int, Shown]:
    codes: dict[int, str] = {}
    styles: list[int] = []
    inside = False
    for kind, body in _records(archive.read("xl/styles.bin")):
        if kind == _FORMAT:
            codes[int.from_bytes(body[:2], "little")] = _text(body, 2)[0]
        elif kind in (_BEGIN_STYLES, _END_STYLES):
            inside = kind == _BEGIN_STYLES
        elif kind == _STYLE and inside:
            styles.append(int.from_bytes(body[2:4], "little"))
    return shown_by_styles(codes, styles)


def _relations(archive: Archive) -> Mapping[str, str]:
    """Relation id → name of the part with a sheet."""
    try:
        tree = ElementTree.fromstring(archive.xml("xl/_rels/workbook.bin.rels"))  # noqa: S314 - expat loads nothing from outside and limits entities
    except (ElementTree.ParseError, ValueError) as error:
        raise damaged(archive.name) from error
    return {
        element.get("Id", ""): posixpath.normpath(posixpath.join("/xl", element.get("Target", "")))[1:]
        for element in tree
    }
