"""Values into the cells of a workbook, and nothing else changed in it.

Only the XML of the cells that get another value is written anew. All other parts of the file, and in the part of the
sheet all other rows and cells, are the same bytes as before: whatever Yakin does not know survives. What must follow
from a new value follows: formats that keep it what it is, and totals that are calculated again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bots.excel.addresses import Place
from bots.excel.editing.cells import CellWriter
from bots.excel.editing.markup import Edit, Markup
from bots.excel.editing.repacking import repacked
from bots.excel.editing.sheet import SheetMarkup
from bots.excel.editing.styles import Styles
from bots.excel.package import Package, WorkbookUnreadable
from yakin.values import Scalar


def patched(
    package: Package, changes: Mapping[str, Mapping[Place, Scalar]], *, overwrite_formulas: bool = False
) -> bytes:
    """The workbook with these values in its cells.

    Args:
        package: The workbook as it is.
        changes: Sheet name → place → value. Nothing (None or an empty text) empties a cell; its format stays.
        overwrite_formulas: Whether a value may stand where a formula stands.

    Returns:
        Content of the changed workbook; the very same bytes when every cell holds its value already.

    Raises:
        SheetNotFound: There is no such sheet.
        WorkbookUnreadable: The sheet is damaged.
        BusinessError: No cell can hold the value as it is.
    """
    patch = Patch(package, overwrite_formulas=overwrite_formulas)
    for name, values in changes.items():
        patch.put(package.sheet_name(name), values)
    return patch.content()


@dataclass
class Patch:
    """One change of one workbook, growing until its content is asked for."""

    package: Package
    overwrite_formulas: bool = False

    def __post_init__(self) -> None:
        self._sheets: dict[str, SheetMarkup] = {}
        self._edits: dict[str, list[Edit]] = {}

    @cached_property
    def styles(self) -> Styles:
        """The cell formats of the workbook."""
        return Styles(self.package.part(self._styles_part))

    @cached_property
    def writer(self) -> CellWriter:
        """What writes the cells."""
        workbook = Markup(self.package.part(self.package.workbook))
        properties = workbook.element("workbookPr")
        since_1904 = properties is not None and workbook.attribute(properties, "date1904") in ("1", "true")
        return CellWriter(self.package, self.styles, since_1904)

    @cached_property
    def _styles_part(self) -> str:
        return next(iter(self.package.related(self.package.workbook, "styles")), "")

    def sheet(self, name: str) -> SheetMarkup:
        """The XML of a sheet.

        Raises:
            WorkbookUnreadable: It has no cells that could be found.
        """
        if name not in self._sheets:
            part = self.package.sheets[name]
            sheet = SheetMarkup(self.package.part(part))
            if sheet.data is None:
                raise WorkbookUnreadable(
                    "{file}: {sheet} is not a sheet with cells", file=self.package.name, sheet=name
                )
            self._sheets[name] = sheet
        return self._sheets[name]

    def put(self, name: str, values: Mapping[Place, Scalar]) -> int:
        """Put values into cells of one sheet; how many cells get another value than they hold."""
        sheet = self.sheet(name)
        by_row: dict[int, dict[int, Scalar]] = {}
        for (row, column), value in values.items():
            by_row.setdefault(row, {})[column] = value
        new: list[Place] = []
        changed = 0
        edits = self._edits.setdefault(name, [])
        for row, wanted in sorted(by_row.items()):
            cells = self._cells(sheet, row, wanted)
            changed += len(cells)
            new += [(row, column) for column, xml in cells.items() if xml]
            if cells:
                edits += sheet.edits_for_row(row, cells)
        edits += sheet.edits_for_dimension(new)
        return changed

    def _cells(self, sheet: SheetMarkup, row: int, wanted: Mapping[int, Scalar]) -> dict[int, bytes]:
        """XML of the cells of a row that change, by column."""
        stored = {cell.place[1]: cell.element for cell in sheet.cells(row)}
        cells: dict[int, bytes] = {}
        for column, value in wanted.items():
            element = stored.get(column)
            if element is None:
                if value is not None and value != "":
                    style = int(sheet.inherited_style((row, column)) or 0)
                    cells[column] = self.writer.written(sheet.prefix, b"", (row, column), style, value)
            elif not self.writer.holds(sheet, element, value):
                style = int(sheet.attribute(element, "s") or 0)
                tag = sheet.tag(element)
                cells[column] = self.writer.written(sheet.prefix, tag, (row, column), style, value)
        return cells

    def content(self) -> bytes:
        """Content of the changed workbook; the very same bytes when nothing is different."""
        parts = {
            self.package.sheets[name]: self._sheets[name].spliced(edits) for name, edits in self._edits.items() if edits
        }
        if self.styles.made:
            parts[self._styles_part] = self.styles.changed()
        return repacked(self.package, parts) if parts else self.package.data
