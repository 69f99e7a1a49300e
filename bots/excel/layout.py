"""One sheet as it is laid out: every cell with what it holds and how it is drawn, merged areas, what lies on top.

Reading into records asks for values alone; a form, and a judgement of how a sheet is built, ask for the rest too.
Sources: ECMA-376 Part 1, 18.3 (worksheets), 18.8 (styles), 20.5 (drawings in a spreadsheet).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal
from xml.etree import ElementTree

from bots.excel.addresses import Place, area_of, column_number
from bots.excel.looks import Looks, looks_of
from bots.excel.package import Package, WorkbookUnreadable
from bots.excel.reading.records import as_scalar
from bots.excel.reading.sources import Source
from yakin.values import Scalar

Area = tuple[Place, Place]
"""First and last place of a rectangle."""

_EPOCH = datetime.fromisoformat("1899-12-30")
_EPOCH_1904 = datetime.fromisoformat("1904-01-01")
VAST = 10_000
"""Cells of a merged area that is no field and no heading any more, but whole rows or columns."""

_MAX_COLUMN = 16_384
_USUAL_WIDTH = 8.43
_ONE_CHARACTER = 4.5
"""Width of a column, in half-width digits, that leaves no room for two full-width characters."""

_MILLISECONDS = 86_400_000
"""Of a day; Excel's times are not finer."""

_LAST_DAY = 2_958_466
"""The day after 9999-12-31 in the count from 1900: no date any more."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        value: What it holds; a date where the cell's format shows one, text where it fills a number up with zeros, None
            when it is empty, the text of an error.
        style: Index of its format.
        has_formula: Whether the value is a formula's result.
        is_error: Whether it is an error such as #N/A.
    """

    value: Scalar
    style: int = 0
    has_formula: bool = False
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """Something that lies on the sheet instead of in its cells.

    Attributes:
        kind: What it is.
        at: The cell under its upper left corner; None when the file does not say.
        name: The name it has in Excel.
    """

    kind: Literal["shape", "picture", "chart", "control"]
    at: Place | None
    name: str


@dataclass(frozen=True)
class Layout:
    """A sheet.

    Attributes:
        file: Name of the file, as it is said to people.
        sheet: Its name; None for a CSV file.
        cells: The cells that the file has, empty ones with a format too.
        merged: Merged areas.
        looks: What the formats of the cells are.
        drawn: What lies on the sheet.
        narrow: Columns that have room for one character.
    """

    file: str
    sheet: str | None
    cells: Mapping[Place, Cell]
    merged: tuple[Area, ...] = ()
    looks: Looks = field(default_factory=Looks)
    drawn: tuple[Drawn, ...] = ()
    narrow: frozenset[int] = frozenset()

    def value(self, place: Place) -> Scalar:
        """What stands at a place; None where nothing does."""
        cell = self.cells.get(place)
        return None if cell is None else cell.value

    def area_at(self, place: Place) -> Area:
        """The merged area that a place belongs to; the place alone where nothing is merged."""
        if (area := self._merged_at.get(place)) is not None:
            return area
        return next((area for area in self._vast if _is_in(place, area)), (place, place))

    def anchor(self, place: Place) -> Place:
        """The cell that holds the value of the area a place belongs to."""
        return self.area_at(place)[0]

    @cached_property
    def _merged_at(self) -> Mapping[Place, Area]:
        return {place: area for area in self.merged if size_of(area) <= VAST for place in places_in(area)}

    @cached_property
    def _vast(self) -> tuple[Area, ...]:
        return tuple(area for area in self.merged if size_of(area) > VAST)

    @cached_property
    def filled(self) -> Mapping[Place, Scalar]:
        """The places that hold something other than spaces, from the top, from the left."""
        return {place: self.cells[place].value for place in sorted(self.cells) if is_filled(self.cells[place].value)}


def is_filled(value: Scalar) -> bool:
    """Whether a value is more than nothing and more than spaces."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def places_in(area: Area) -> Iterator[Place]:
    """Every place of a rectangle, row by row."""
    (top, left), (bottom, right) = area
    return ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))


def size_of(area: Area) -> int:
    """How many cells a rectangle has."""
    (top, left), (bottom, right) = area
    return (bottom - top + 1) * (right - left + 1)


def _is_in(place: Place, area: Area) -> bool:
    (top, left), (bottom, right) = area
    return top <= place[0] <= bottom and left <= place[1] <= right


def parts_of(source: Source) -> Package:
    """A file as a workbook whose parts can be looked at.

    Raises:
        WorkbookUnreadable: It is of another kind.
    """
    if source.kind != "xlsx":
        raise WorkbookUnreadable(
            "{file} is a workbook of the old kind, or of another program: how it is laid out is not read",
            file=source.name,
            hint="Open it in Excel and save it as .xlsx",
        )
    return Package(source.name, source.data)


def layout_of(package: Package, sheet: str | None = None) -> Layout:
    """Look at one sheet of a workbook.

    Args:
        package: The workbook.
        sheet: Name of the sheet; the first one when left out.

    Raises:
        SheetNotFound: There is none of that name.
        WorkbookUnreadable: The file is damaged.
    """
    title = package.sheet_name(sheet)
    part = package.sheets[title]
    looks = looks_of(package)
    reading = _Reading(looks, _shared_texts(package), _EPOCH_1904 if _counts_from_1904(package) else _EPOCH)
    try:
        reading.read(package.archive.xml(part))
    except (ElementTree.ParseError, ValueError, IndexError, OverflowError) as error:
        raise WorkbookUnreadable(
            "{file}: sheet {sheet} cannot be read",
            file=package.name,
            sheet=title,
            hint="Open it in Excel, repair it and save it anew",
        ) from error
    drawn = tuple(_drawn_on(package, part))
    narrow = frozenset(column for column, width in reading.widths.items() if width <= _ONE_CHARACTER)
    return Layout(package.name, title, reading.cells, tuple(reading.merged), looks, drawn, narrow)


class _Reading:
    """One pass over the XML of a sheet."""

    def __init__(self, looks: Looks, texts: list[str], epoch: datetime) -> None:
        self.cells: dict[Place, Cell] = {}
        self.merged: list[Area] = []
        self.widths: dict[int, float] = {}
        self._looks = looks
        self._texts = texts
        self._epoch = epoch

    def read(self, content: bytes) -> None:
        row = column = 0
        for event, element in ElementTree.iterparse(io.BytesIO(content), events=("start", "end")):  # noqa: S314 - expat loads nothing from outside and limits entities
            match _local(element.tag), event:
                case "row", "start":
                    row, column = int(element.get("r") or row + 1), 0
                case "row", "end":
                    element.clear()
                case "c", "end":
                    column = column_number(element.get("r") or "") or column + 1
                    self.cells[row, column] = self._cell(element)
                case "col", "end":
                    first, last = int(element.get("min") or 1), int(element.get("max") or 1)
                    for number in range(first, min(last, _MAX_COLUMN) + 1):
                        self.widths[number] = float(element.get("width") or _USUAL_WIDTH)
                case "mergeCell", "end":
                    if (area := area_of(element.get("ref") or "")) is not None:
                        self.merged.append(area)
                case _:
                    pass

    def _cell(self, element: ElementTree.Element) -> Cell:
        parts = {_local(child.tag): child for child in element}
        written = parts["v"].text if "v" in parts else None
        style, kind = int(element.get("s") or 0), element.get("t", "n")
        value: Scalar = None
        if kind == "inlineStr":
            value = _text_of(parts["is"]) if "is" in parts else None
        elif written is not None:
            value = self._value(kind, written, style)
        return Cell(value or None if isinstance(value, str) else value, style, "f" in parts, kind == "e")

    def _value(self, kind: str, written: str, style: int) -> Scalar:
        match kind:
            case "s":
                return self._shared(int(written))
            case "b":
                return written.strip() == "1"
            case "n":
                return self._number(float(written), style)
            case _:
                return written

    def _shared(self, index: int) -> str:
        if index < 0:  # which Python would count from the end
            raise IndexError(index)
        return self._texts[index]

    def _number(self, number: float, style: int) -> Scalar:
        if style in self._looks.dates and 0 <= number < _LAST_DAY:
            # A number below one is a time of day; 60 is the 29th of February 1900 that there never was.
            ahead = 1 if self._epoch == _EPOCH and 1 <= number < 60 else 0
            moment = self._epoch + timedelta(days=ahead, milliseconds=round(number * _MILLISECONDS))
            return as_scalar(moment.time() if number < 1 else moment)
        if style in self._looks.zeros and number.is_integer() and number >= 0:
            return f"{int(number):0{self._looks.zeros[style]}d}"
        return as_scalar(number)


def _shared_texts(package: Package) -> list[str]:
    parts = package.related(package.workbook, "sharedStrings")
    return [_text_of(item) for part in parts for item in package.tree(part) if _local(item.tag) == "si"]


def _text_of(item: ElementTree.Element) -> str:
    """The text of an item, of all its runs; not its furigana."""
    found = []
    for child in item:
        if _local(child.tag) == "t":
            found.append(child.text or "")
        elif _local(child.tag) == "r":
            found += [part.text or "" for part in child if _local(part.tag) == "t"]
    return "".join(found)


def _counts_from_1904(package: Package) -> bool:
    found = (element for element in package.tree(package.workbook) if _local(element.tag) == "workbookPr")
    return any(element.get("date1904") in ("1", "true") for element in found)


_KINDS: Mapping[str, Literal["shape", "picture", "chart"]] = {
    **dict.fromkeys(("sp", "cxnSp", "grpSp"), "shape"),
    "pic": "picture",
    "graphicFrame": "chart",
}


def _drawn_on(package: Package, sheet: str) -> Iterator[Drawn]:
    for part in sorted(set(package.relations(sheet).values())):
        if part.endswith(".vml"):
            controls = package.part(part).count(b"ObjectType=") - package.part(part).count(b'ObjectType="Note"')
            yield from (Drawn("control", None, "") for _ in range(controls))
        elif part.startswith("xl/drawings/"):
            for anchor in package.tree(part):
                yield from _anchored(anchor)


def _anchored(anchor: ElementTree.Element) -> Iterator[Drawn]:
    corner = {
        _local(child.tag): int(child.text or 0) for part in anchor if _local(part.tag) == "from" for child in part
    }
    at = (corner["row"] + 1, corner["col"] + 1) if {"row", "col"} <= corner.keys() else None
    for element in anchor.iter():
        if (kind := _KINDS.get(_local(element.tag))) is not None:
            names = (each.get("name", "") for each in element.iter() if _local(each.tag) == "cNvPr")
            yield Drawn(kind, at, next(names, ""))
            return


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
