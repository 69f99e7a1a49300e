"""A second look at a sheet of an .ods file (OpenDocument 1.3 Part 3, 9 and 16; LibreOffice's calcext for errors)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from bots.excel.addresses import LAST_ROW, Place
from bots.excel.archives import Archive, WorkbookUnreadable, damaged, too_large
from bots.excel.reading.unseen import EPOCH_1900, MAX_CELLS, Unseen
from bots.excel.reading.unseen.found import Found

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_NUMBER = "{urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_MOST_SHOWN = 2_000_000
"""Cells that show zeros before a number: a list that people keep has fewer, and a few bytes can claim many more."""
_ERROR = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)|Err:[0-9]{3}")


def find_unseen(archive: Archive) -> dict[str, Unseen]:
    """Look through all sheets, in the order of the tabs.

    Raises:
        WorkbookUnreadable: The file is damaged, locked with a password, or claims more cells than a list has.
    """
    _refuse_locked(archive)
    sheets: dict[str, Unseen] = {}
    styles: dict[str, int] = {}
    walk = _Walk()
    for event, element in _events(archive):
        if event == "end" and element.tag == f"{_OFFICE}automatic-styles":
            styles = _zero_styles(element)
        elif element.tag != f"{_TABLE}table":
            walk.take(event, element, styles)
        elif event == "start":
            walk = _Walk()
        else:
            if walk.shown > _MOST_SHOWN:
                raise too_large(archive.name, element.get(f"{_TABLE}name", ""))
            sheets[element.get(f"{_TABLE}name", "")] = walk.found.as_unseen(EPOCH_1900, walk.merged)
            element.clear()
    archive.verify()
    return sheets


@dataclass
class _Walk:
    """Where a walk through a sheet stands: rows and cells are counted, and may stand for many of the same."""

    found: Found = field(default_factory=Found)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    row: int = 1
    column: int = 1
    repeated: int = 1
    shown: int = 0
    columns: list[tuple[int, str]] = field(default_factory=list)

    def take(self, event: str, element: ElementTree.Element, styles: Mapping[str, int]) -> None:
        """Take the next beginning or end of an element."""
        if element.tag == f"{_TABLE}table-column" and event == "start":
            count = _count(element, "number-columns-repeated")
            self.columns.append((count, element.get(f"{_TABLE}default-cell-style-name", "")))
        elif element.tag == f"{_TABLE}table-row":
            if event == "start":
                self.repeated = _count(element, "number-rows-repeated")
                self.column = 1
                if element.get(f"{_TABLE}visibility") in ("collapse", "filter"):
                    self.found.hidden.update(range(self.row, min(self.row + self.repeated, LAST_ROW + 1)))
            else:
                self.row += self.repeated
                element.clear()
        elif element.tag in _CELLS and event == "end":
            count = _count(element, "number-columns-repeated")
            if element.attrib:
                self._take_cell(element, count, styles)
            self.column += count

    def _take_cell(self, cell: ElementTree.Element, count: int, styles: Mapping[str, int]) -> None:
        place, found = (self.row, self.column), self.found
        rows, columns = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
        if rows > 1 or columns > 1:
            self.merged.append((place, (self.row + rows - 1, self.column + columns - 1)))
        kind = cell.get(f"{_OFFICE}value-type")
        has_formula = cell.get(f"{_TABLE}formula") is not None
        if kind is None and not has_formula:
            return
        found.extent = (
            max(found.extent[0], self.row + self.repeated - 1),
            max(found.extent[1], self.column + count - 1),
        )
        shown = "".join(text for part in cell.iter(f"{_TEXT}p") for text in part.itertext())
        if cell.get(f"{_CALCEXT}value-type") == "error" or (has_formula and _ERROR.fullmatch(shown)):
            found.errors[place] = shown or "#ERROR"
        elif kind is None:
            found.uncalculated.add(place)
        elif kind == "float" and styles and found.extent[0] * found.extent[1] <= MAX_CELLS:
            own = cell.get(f"{_TABLE}style-name")
            for column in range(self.column, self.column + count):
                if width := styles.get(own or self._default_style(column), 0):
                    self.shown += self.repeated
                    if self.shown <= _MOST_SHOWN:
                        found.shown.update(((row, column), width) for row in range(self.row, self.row + self.repeated))

    def _default_style(self, column: int) -> str:
        for count, style in self.columns:
            if column <= count:
                return style
            column -= count
        return ""


def _events(archive: Archive) -> Iterator[tuple[str, ElementTree.Element]]:
    content = archive.xml("content.xml")
    try:
        yield from ElementTree.iterparse(io.BytesIO(content), events=("start", "end"))  # noqa: S314 - expat loads nothing from outside and limits entities
    except (ElementTree.ParseError, ValueError) as error:
        raise damaged(archive.name) from error


def _zero_styles(styles: ElementTree.Element) -> dict[str, int]:
    """Name of a cell's style → how many digits it shows at least, where it shows zeros before a whole number."""
    widths: dict[str, int] = {}
    for style in styles.iter(f"{_NUMBER}number-style"):
        number = style.find(f"{_NUMBER}number")
        if number is not None and len(style) == 1 and number.get(f"{_NUMBER}decimal-places", "0") == "0":
            widths[style.get(f"{_STYLE}name", "")] = _whole(number.get(f"{_NUMBER}min-integer-digits"))
    return {
        style.get(f"{_STYLE}name", ""): width
        for style in styles.iter(f"{_STYLE}style")
        if (width := widths.get(style.get(f"{_STYLE}data-style-name", ""), 0)) > 1
    }


def _refuse_locked(archive: Archive) -> None:
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise WorkbookUnreadable(
            "{file} is locked with a password, and is an .ods file",
            file=archive.name,
            hint="Take the password off in LibreOffice, or save it as .xlsx",
        )


def _count(element: ElementTree.Element, name: str) -> int:
    return max(_whole(element.get(f"{_TABLE}{name}")), 1)


def _whole(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 8 else 0
