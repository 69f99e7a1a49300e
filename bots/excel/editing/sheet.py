"""The rows and cells of a sheet's XML by their places, and the edits that put cells into it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bots.excel.addresses import Place, address, area_of, place_of
from bots.excel.editing.markup import Edit, Element, Markup, attribute, with_attribute


@lru_cache(maxsize=16)
def row_tag(prefix: bytes) -> re.Pattern[bytes]:
    """Finds start tags of rows; the first group is the number where it is the first attribute, as it nearly always is."""
    return re.compile(
        b"<" + re.escape(prefix) + rb"""row(?=[\s/>])(?:\s+r="([0-9]+)")?(?:[^>"']++|"[^"]*+"|'[^']*+')*+>"""
    )


@dataclass(frozen=True, slots=True)
class CellElement:
    """A cell as it stands in the XML.

    Attributes:
        place: Row and column.
        element: Where it is.
    """

    place: Place
    element: Element


class SheetMarkup(Markup):
    """The XML of a worksheet. Rows and cells may leave out where they are: then they follow the one before."""

    @cached_property
    def data(self) -> Element | None:
        """The element that holds the rows; None when the part is not a worksheet."""
        start, inner = next(self.tags("sheetData", 0, len(self.seen)), (0, 0))
        if not inner or self.seen[inner - 2 : inner] == b"/>":
            return Element(start, inner, inner, inner) if inner else None
        end = self.seen.rfind(b"</" + self.prefix + b"sheetData")
        closed = self.seen.find(b">", end) if end >= inner else -1
        return Element(start, inner, end, closed + 1) if closed >= 0 else None

    @property
    def before(self) -> Element:
        """What stands before the rows: size, columns."""
        end = self.data.start if self.data else len(self.seen)
        return Element(0, 0, end, end)

    @property
    def after(self) -> Element:
        """What stands behind the rows: merged areas and more."""
        start, end = (self.data.end if self.data else 0), len(self.seen)
        return Element(start, start, end, end)

    @cached_property
    def _row_starts(self) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Numbers of the rows as they follow, where their start tags begin, and where they end."""
        numbers: list[int] = []
        starts: list[int] = []
        inners: list[int] = []
        number = 0
        if self.data is not None:
            for found in row_tag(self.prefix).finditer(self.seen, self.data.inner, self.data.inner_end):
                start, inner = found.span()
                said = found[1] or attribute(found[0], "r")
                number = int(said) if said and said.isdigit() else number + 1
                numbers.append(number)
                starts.append(start)
                inners.append(inner)
        return tuple(numbers), tuple(starts), tuple(inners)

    @cached_property
    def _row_positions(self) -> Mapping[int, int]:
        return {number: position for position, number in enumerate(self._row_starts[0])}

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of the rows that are stored, as they follow."""
        return self._row_starts[0]

    def row(self, number: int) -> Element | None:
        """The row of that number; None when nothing of it is stored."""
        position = self._row_positions.get(number)
        if position is None:
            return None
        _, starts, inners = self._row_starts
        return self.whole("row", starts[position], inners[position])

    def cells(self, number: int) -> list[CellElement]:
        """The stored cells of a row, from left to right."""
        row = self.row(number)
        return [] if row is None else list(self._cells_in(number, row))

    def cell(self, place: Place) -> CellElement | None:
        """One cell; None when nothing of it is stored."""
        return next((cell for cell in self.cells(place[0]) if cell.place == place), None)

    def _cells_in(self, number: int, row: Element) -> Iterator[CellElement]:
        column = 0
        for element in self.elements("c", row):
            said = place_of(self.attribute(element, "r") or "")
            column = said[1] if said else column + 1
            yield CellElement((number, column), element)

    def cell_around(self, position: int) -> CellElement | None:
        """The cell whose XML holds this position."""
        numbers, starts, inners = self._row_starts
        index = bisect_right(starts, position) - 1
        if index < 0:
            return None
        start = self.seen.rfind(b"<" + self.prefix + b"c", starts[index], position)
        found = next(self.tags("c", start, position), None) if start >= 0 else None
        if found is not None and (place := place_of(attribute(self.content[found[0] : found[1]], "r") or "")):
            return CellElement((numbers[index], place[1]), self.whole("c", *found))
        row = self.whole("row", starts[index], inners[index])
        cells = self._cells_in(numbers[index], row)
        return next((cell for cell in cells if cell.element.start <= position < cell.element.end), None)

    def edits_for_row(self, number: int, cells: Mapping[int, bytes]) -> list[Edit]:
        """The edits that put cells into a row: column → XML of the cell; empty to leave it out."""
        row = self.row(number)
        if row is None:
            return self._edits_for_new_row(number, cells)
        stored = {cell.place[1]: cell.element for cell in self._cells_in(number, row)}
        tag = self._widened(self.tag(row), cells)
        new = b"".join(cells[column] for column in sorted(cells) if column not in stored)
        if row.is_one_tag:
            closing = b"</" + self.prefix + b"row>"
            return [(row.start, row.end, tag[:-2].rstrip() + b">" + new + closing)] if new else []
        edits = [(row.start, row.inner, tag)] if tag != self.tag(row) else []
        for column in sorted(cells):
            if column in stored:
                edits.append((stored[column].start, stored[column].end, cells[column]))
            else:
                at = min((element.start for other, element in stored.items() if other > column), default=row.inner_end)
                edits.append((at, at, cells[column]))
        return edits

    def _edits_for_new_row(self, number: int, cells: Mapping[int, bytes]) -> list[Edit]:
        new = b"".join(cells[column] for column in sorted(cells))
        if not new or self.data is None:
            return []
        row = b'<%srow r="%d">%s</%srow>' % (self.prefix, number, new, self.prefix)
        numbers, starts, _ = self._row_starts
        at = next((start for other, start in zip(numbers, starts, strict=True) if other > number), None)
        if at is None and self.data.is_one_tag:
            return [self.appended(self.data, "sheetData", row)]
        position = self.data.inner_end if at is None else at
        return [(position, position, row)]

    def _widened(self, tag: bytes, cells: Mapping[int, bytes]) -> bytes:
        """The start tag of a row whose `spans`, where it has them, take in these columns."""
        first, _, last = (attribute(tag, "spans") or "").partition(":")
        columns = [column for column, cell in cells.items() if cell]
        if not (first.isdigit() and last.isdigit() and columns):
            return tag
        least, most = min(int(first), *columns), max(int(last), *columns)
        return tag if (least, most) == (int(first), int(last)) else with_attribute(tag, "spans", f"{least}:{most}")

    def edits_for_dimension(self, places: list[Place]) -> list[Edit]:
        """The edit that makes the sheet's stated size take in these places, where it states one."""
        element = self.element("dimension", self.before)
        if element is None or not places or (area := area_of(self.attribute(element, "ref") or "")) is None:
            return []
        rows = [row for row, _ in (*places, *area)]
        columns = [column for _, column in (*places, *area)]
        grown = ((min(rows), min(columns)), (max(rows), max(columns)))
        if grown == area:
            return []
        tag = with_attribute(self.tag(element), "ref", f"{address(grown[0])}:{address(grown[1])}")
        return [(element.start, element.inner, tag)]

    def inherited_style(self, place: Place) -> str | None:
        """Index of the format that a new cell takes over: its row's, else its column's."""
        row = self.row(place[0])
        if row is not None and self.attribute(row, "customFormat") in ("1", "true"):
            return self.attribute(row, "s")
        for first, last, element in self.column_ranges:
            if first <= place[1] <= last:
                return self.attribute(element, "style")
        return None

    @cached_property
    def column_ranges(self) -> tuple[tuple[int, int, Element], ...]:
        """What the sheet says of its columns: from which to which, and where."""
        columns = self.element("cols", self.before)
        if columns is None:
            return ()
        return tuple(
            (self.number(element, "min"), self.number(element, "max"), element)
            for element in self.elements("col", columns)
        )
