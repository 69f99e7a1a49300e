"""A second look at a sheet of an .xlsx or .xlsm workbook (ECMA-376 Part 1, 18.3).

A sheet of a hundred thousand rows is ninety megabytes of XML. Where it is written as Excel and most programs write it, a
search of its bytes finds the few cells that matter; any other spelling is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bots.excel.addresses import column_number, place_of
from bots.excel.package import Package
from bots.excel.reading.unseen import EPOCH_1900, EPOCH_1904, MAX_CELLS, Unseen
from bots.excel.reading.unseen.found import Found
from bots.excel.reading.unseen.notation import Shown, shown_by_styles
from bots.excel.reading.unseen.parsed import parsed

_HEAD = 2**16
_OTHER_ATTRIBUTES = re.compile(rb"\s=|=\s|='|=\"&#|<\w+:(?:row|c)\b")
"""Spaces around =, single quotes, characters by number, prefixes."""
_ROW_NUMBER = re.compile(rb'<row r="([0-9]{1,7})"')
_ROW = re.compile(rb'<row r="([0-9]{1,7})"([^>]*)>')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([^"]+)"')
_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>')
_VALUE = re.compile(rb"<v[^>]*>([^<]*)</v>")
_NO_RESULT = (
    re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"),
    re.compile(rb"<f\b[^<>]*/>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"),
)
_HOLDS_TEXT = re.compile(rb'\bt="(?:str|inlineStr)"')
_NUMBER = re.compile(rb'(?!.*\bt="(?!n"))')
_FILLED = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*(?<!/)>(?!</c>)')


@dataclass(frozen=True, slots=True)
class Usual:
    """What a sheet in the usual spelling says of its rows and cells.

    Attributes:
        content: Its XML.
        last: A row that no cell is below.
        hidden: Numbers of hidden rows.
        letters: How many letters the rightmost column has.
    """

    content: bytes
    last: int
    hidden: frozenset[int]
    letters: int


def find_unseen(package: Package, part: str, content: bytes) -> Unseen:
    """Look through the part of one sheet.

    Args:
        package: The workbook.
        part: Name of the part, for errors.
        content: What is in it.

    Raises:
        WorkbookUnreadable: The part is damaged.
    """
    styles = _styles(package)
    usual = as_usual(content)
    found = searched(usual, styles) if usual else parsed(content, styles, file=package.name, part=part)
    return found.as_unseen(_epoch(package))


def as_usual(content: bytes) -> Usual | None:
    """A sheet that is spelled so that a search of its bytes can be trusted; None for any other.

    Rows and cells say first where they are, nothing is a comment or CDATA. How attributes are written is looked at in the
    beginning: a program does it one way.
    """
    begin = content.find(b"<sheetData")
    if begin < 0 or b"<!" in content or _OTHER_ATTRIBUTES.search(content, begin, begin + _HEAD):
        return None
    rows = list(map(int, _ROW_NUMBER.findall(content, begin)))
    if len(rows) != content.count(b"<row", begin) - content.count(b"<rowBreaks", begin) or rows != sorted(set(rows)):
        return None
    last = rows[-1] if rows else 0
    hidden = (
        {int(row[1]) for row in _ROW.finditer(content, begin) if _HIDDEN.search(row[2])}
        if b" hidden=" in content
        else ()
    )
    digits = len(str(last))
    for letters in (1, 2, 3):
        # A cell may say that it is far below its row; more digits than the last row has are found here.
        if not re.search(rb'<c(?! r="[A-Z]{1,%d}[0-9]{1,%d}")[\s/>]' % (letters, digits), content):
            return Usual(content, 10**digits - 1 if last else 0, frozenset(hidden), letters)
    return None


def searched(sheet: Usual, styles: Mapping[int, Shown]) -> Found:
    """What a search of the bytes of a sheet in the usual spelling finds."""
    content, found = sheet.content, Found(hidden=set(sheet.hidden))
    if b't="e"' in content:
        for cell in _cells_with(content, re.compile(rb' t="e"')):
            place = place_of(cell[1].decode())
            if place is not None:
                value = _VALUE.search(content, cell.end(), _end(content, cell))
                found.errors[place] = value[1].decode("utf-8", "replace") if value else "#ERROR"
    if b"<f" in content:
        for pattern in _NO_RESULT:
            for cell in _cells_with(content, pattern):
                place = place_of(cell[1].decode())
                if place is not None and place not in found.errors and not _HOLDS_TEXT.search(cell[2]):
                    found.uncalculated.add(place)
    used = {index: shown for index, shown in styles.items() if b's="%d"' % index in content}
    if used:
        _search_styles(content, used, found)
    found.merged += [area.decode() for area in _MERGED.findall(content, max(content.rfind(b"sheetData"), 0))]
    found.extent = _extent(sheet)
    return found


def _cells_with(content: bytes, sign: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    """The cells in which a sign is found."""
    for at in sign.finditer(content):
        cell = _CELL.match(content, content.rfind(b"<c ", 0, at.start() + 1))
        if cell is not None and at.start() < _end(content, cell):
            yield cell


def _end(content: bytes, cell: re.Match[bytes]) -> int:
    if cell[2].endswith(b"/"):
        return cell.end()
    end = content.find(b"</c>", cell.end())
    return len(content) if end < 0 else end + 4


def _search_styles(content: bytes, used: Mapping[int, Shown], found: Found) -> None:
    numbers = b"|".join(b"%d" % index for index in used)
    of_style = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*? s="(' + numbers + rb')"[^>]*)(?<!/)>')
    for cell in of_style.finditer(content):
        place = place_of(cell[1].decode())
        if place is not None and place not in found.uncalculated and _NUMBER.match(cell[2]):
            found.shown[place] = used[int(cell[3])]


def _extent(sheet: Usual) -> tuple[int, int]:
    """A place no value lies beyond: counted roughly, and exactly only where the rough rectangle would be refused."""
    columns = {1: 26, 2: 702, 3: 16_384}[sheet.letters]
    if sheet.last * columns <= MAX_CELLS:
        return sheet.last, columns
    exact = [0, 0]
    seen: set[bytes] = set()
    for cell in _FILLED.finditer(sheet.content):
        exact[0] = max(exact[0], int(cell[2]))
        if cell[1] not in seen:
            seen.add(cell[1])
            exact[1] = max(exact[1], column_number(f"{cell[1].decode()}1") or 0)
    return exact[0], exact[1]


def _styles(package: Package) -> Mapping[int, Shown]:
    codes: dict[int, str] = {}
    styles: list[int] = []
    part = next(iter(package.related(package.workbook, "styles")), "xl/styles.xml")
    if part not in package.archive.names:
        return {}
    for element in package.tree(part):
        match element.tag.rpartition("}")[2]:
            case "numFmts":
                codes = {_number(format_.get("numFmtId")): format_.get("formatCode", "") for format_ in element}
            case "cellXfs":
                styles = [_number(style.get("numFmtId")) for style in element]
            case _:
                pass
    return shown_by_styles(codes, styles)


def _epoch(package: Package) -> date:
    for element in package.tree(package.workbook).iter():
        if element.tag.rpartition("}")[2] == "workbookPr" and element.get("date1904") in ("1", "true"):
            return EPOCH_1904
    return EPOCH_1900


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0
