"""What a quick reader does not tell of a sheet: error cells, formulas never calculated, zeros shown by the format.

python-calamine hands on `''` for an error cell and for a formula without a stored result, and 123 for a cell that shows
00000123. Each would go unnoticed into another system. The sheet's XML is parsed a second time only when a search of
its bytes finds a sign of one of them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from bots.excel.addresses import Place, column_number
from bots.excel.package import Package

_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_NO_RESULT = re.compile(
    rb"""(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</"""
)
_ONLY_ZEROS = re.compile(r"(0{2,})(?:;.*)?")


@dataclass(frozen=True, slots=True)
class Unseen:
    """What the cells of one sheet hide.

    Attributes:
        errors: Place → error, such as `#N/A`.
        uncalculated: Places of formulas whose result is not stored in the file.
        zeros: Place → number of digits that the cell's format shows.
    """

    errors: Mapping[Place, str] = field(default_factory=dict)
    uncalculated: frozenset[Place] = frozenset()
    zeros: Mapping[Place, int] = field(default_factory=dict)


def find_unseen(package: Package, part: str) -> Unseen:
    """Look through the part of one sheet."""
    content = package.part(part)
    widths = _zero_formats(package)
    if not (widths or _ERROR.search(content) or _NO_RESULT.search(content)):
        return Unseen()
    errors: dict[Place, str] = {}
    uncalculated: set[Place] = set()
    zeros: dict[Place, int] = {}
    for place, cell in _cells(content):
        children = {child.tag.rpartition("}")[2]: child for child in cell}
        value = children["v"].text if "v" in children else None
        kind = cell.get("t")
        if kind == "e":
            errors[place] = value or "#ERROR"
        elif "f" in children and not value and kind not in ("str", "inlineStr"):
            uncalculated.add(place)
        elif value and kind in (None, "n") and cell.get("s", "0") in widths:
            zeros[place] = widths[cell.get("s", "0")]
    return Unseen(errors, frozenset(uncalculated), zeros)


def _zero_formats(package: Package) -> Mapping[str, int]:
    """Index of a cell format → how many digits it shows, for the formats that are made of zeros alone."""
    if b"00" not in package.part("xl/styles.xml"):
        return {}
    codes: dict[str, int] = {}
    found: dict[str, int] = {}
    for element in package.tree("xl/styles.xml"):
        match element.tag.rpartition("}")[2]:
            case "numFmts":
                for format_ in element:
                    if shown := _ONLY_ZEROS.fullmatch(format_.get("formatCode", "")):
                        codes[format_.get("numFmtId", "")] = len(shown[1])
            case "cellXfs":
                for index, style in enumerate(element):
                    if style.get("numFmtId", "") in codes:
                        found[str(index)] = codes[style.get("numFmtId", "")]
            case _:
                pass
    return found


def _cells(content: bytes) -> Iterator[tuple[Place, ElementTree.Element]]:
    """Cells with their places; rows and cells may leave out where they are, then they follow the one before."""
    row = column = 0
    for event, element in ElementTree.iterparse(io.BytesIO(content), events=("start", "end")):  # noqa: S314 - expat loads nothing from outside and limits entities
        tag = element.tag.rpartition("}")[2]
        if tag == "row":
            if event == "start":
                row, column = int(element.get("r") or row + 1), 0
            else:
                element.clear()
        elif tag == "c" and event == "end":
            column = column_number(element.get("r") or "") or column + 1
            yield (row, column), element
