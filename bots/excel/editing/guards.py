"""Cells that a value must not be put into, because it would not be seen or would break what stands there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bots.excel.addresses import Place, address, area_of
from bots.excel.editing.formulas import Area, Formula
from bots.excel.editing.losses import LossRefused
from bots.excel.editing.markup import Element, Markup
from bots.excel.editing.sheet import SheetMarkup
from bots.excel.package import Package
from yakin.errors import ApplicationError


class CellRefused(ApplicationError):
    """A value must not be put into that cell; nothing was written."""

    code = "cell-refused"


@dataclass(frozen=True)
class Guards:
    """What stands in the way in one sheet.

    Attributes:
        package: The workbook.
        name: Name of the sheet.
        sheet: Its XML.
        formulas: Its formulas.
    """

    package: Package
    name: str
    sheet: SheetMarkup
    formulas: Sequence[Formula]

    def refuse(self, places: Collection[Place], *, overwrite_formulas: bool) -> None:
        """Refuse values in any of these places that must not have one.

        Raises:
            CellRefused: One is the inner part of a merged area, a formula that may not be overwritten, part of an
                array formula or of a pivot table, or the name of a table's column.
        """
        wanted = set(places)
        self._refuse_merged(wanted)
        self._refuse_formulas(wanted, overwrite_formulas)
        self._refuse_tables(wanted)

    def _refuse_merged(self, wanted: set[Place]) -> None:
        for element in self.sheet.elements("mergeCell", self.sheet.after):
            area = area_of(self.sheet.attribute(element, "ref") or "")
            inside = next((place for place in _within(wanted, area) if area and place != area[0]), None)
            if area is not None and inside is not None:
                raise CellRefused(
                    "{file} [{sheet}]: {cell} is part of a merged area: nothing was written",
                    file=self.package.name,
                    sheet=self.name,
                    cell=address(inside),
                    hint="Write into its first cell, {anchor}",
                    anchor=address(area[0]),
                )

    def _refuse_formulas(self, wanted: set[Place], overwrite: bool) -> None:
        for formula in self.formulas:
            filled = formula.fills
            if filled is not None and filled[0] != filled[1] and (inside := next(_within(wanted, filled), None)):
                raise CellRefused(
                    "{file} [{sheet}]: {cell} is part of the array formula of {area}: nothing was written",
                    file=self.package.name,
                    sheet=self.name,
                    cell=address(inside),
                    area=_written(filled),
                    hint="An array can only be changed as a whole, in Excel",
                )
            if formula.place in wanted and not overwrite:
                raise CellRefused(
                    "{file} [{sheet}]: {cell} holds a formula: nothing was written",
                    file=self.package.name,
                    sheet=self.name,
                    cell=address(formula.place),
                    hint="Write into another cell, or allow it with overwrite_formulas: true",
                )

    def _refuse_tables(self, wanted: set[Place]) -> None:
        for markup, table, (begin, end) in self._ranges("table", "table"):
            named = [] if markup.attribute(table, "headerRowCount") == "0" else [begin[0]]
            named += [end[0]] if markup.number(table, "totalsRowCount") else []
            inside = next((place for row in named for place in _within(wanted, ((row, begin[1]), (row, end[1])))), None)
            if inside is not None:
                raise CellRefused(
                    "{file} [{sheet}]: {cell} is in the header or the totals of the table {table}: nothing was written",
                    file=self.package.name,
                    sheet=self.name,
                    cell=address(inside),
                    table=markup.attribute(table, "displayName") or "",
                    hint="Change it in Excel: formulas that use its name follow there",
                )
        for _, _, area in self._ranges("pivotTable", "location"):
            if (inside := next(_within(wanted, area), None)) is not None:
                raise CellRefused(
                    "{file} [{sheet}]: {cell} is part of a pivot table: nothing was written",
                    file=self.package.name,
                    sheet=self.name,
                    cell=address(inside),
                    hint="Change the list that it is made from",
                )

    def _ranges(self, kind: str, name: str) -> Iterator[tuple[Markup, Element, Area]]:
        """The elements with an area in the parts of one kind that belong to the sheet."""
        for part in self.package.related(self.package.sheets[self.name], kind):
            markup = Markup.of(self.package, part)
            element = markup.element(name)
            area = area_of(markup.attribute(element, "ref") or "") if element else None
            if element is not None and area is not None:
                yield markup, element, area


def _within(places: set[Place], area: Area | None) -> Iterator[Place]:
    """Which of the places are in an area; the smaller of both is gone through."""
    if area is None:
        return
    (top, left), (bottom, right) = area
    if (bottom - top + 1) * (right - left + 1) < len(places):
        inside = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        yield from (place for place in inside if place in places)
    else:
        yield from (place for place in places if top <= place[0] <= bottom and left <= place[1] <= right)


def refuse_signed(package: Package) -> None:
    """Refuse to change a workbook with a digital signature, which is true of the whole file as it is.

    Raises:
        LossRefused: It is signed.
    """
    if any(part.startswith("_xmlsignatures/") for part in package.zip.namelist()):
        raise LossRefused(
            "{file} is signed, and any change would make the signature void: nothing was written",
            file=package.name,
            hint="Take a copy, remove the signature in Excel, and write into that",
        )


def _written(area: Area) -> str:
    return f"{address(area[0])}:{address(area[1])}"
