"""The cells of a sheet's XML, whatever its spelling: prefixes, quotes, comments, rows and cells that leave out where they are."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from bots.excel.addresses import Place, column_number, place_of
from bots.excel.archives import WorkbookUnreadable
from bots.excel.reading.unseen.found import Found
from bots.excel.reading.unseen.notation import Shown


def parsed(content: bytes, styles: Mapping[int, Shown], *, file: str, part: str) -> Found:
    """Parse a sheet.

    Raises:
        WorkbookUnreadable: It is not well-formed XML.
    """
    found = Found()
    try:
        for place, element in _elements(content, found):
            _take_cell(place, element, styles, found)
    except (ElementTree.ParseError, ValueError) as error:
        raise WorkbookUnreadable(
            "{file} is damaged: {part} cannot be read", file=file, part=part, hint="Open it in Excel and repair it"
        ) from error
    return found


def _elements(content: bytes, found: Found) -> Iterator[tuple[Place, ElementTree.Element]]:
    """Cells with their places; hidden rows and merged areas are noted on the way."""
    row = column = 0
    for event, element in ElementTree.iterparse(io.BytesIO(content), events=("start", "end")):  # noqa: S314 - expat loads nothing from outside and limits entities
        tag = element.tag.rpartition("}")[2]
        if tag == "row":
            if event == "start":
                row, column = int(element.get("r") or row + 1), 0
                if element.get("hidden") in ("1", "true"):
                    found.hidden.add(row)
            else:
                element.clear()
        elif tag == "mergeCell" and event == "start":
            found.merged.append(element.get("ref") or "")
        elif tag == "c" and event == "end":
            at = element.get("r") or ""
            column = column_number(at) or column + 1
            yield place_of(at) or (row, column), element


def _take_cell(place: Place, cell: ElementTree.Element, styles: Mapping[int, Shown], found: Found) -> None:
    children = {child.tag.rpartition("}")[2]: child for child in cell}
    if not children:
        return
    found.extent = max(found.extent[0], place[0]), max(found.extent[1], place[1])
    value = children["v"].text if "v" in children else None
    kind = cell.get("t")
    style = cell.get("s") or "0"
    if kind == "e":
        found.errors[place] = value or "#ERROR"
    elif "f" in children and not (value or "").strip() and kind not in ("str", "inlineStr"):
        found.uncalculated.add(place)
    elif kind in (None, "n") and style.isdecimal() and int(style) in styles:
        found.shown[place] = styles[int(style)]
