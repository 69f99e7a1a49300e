"""Values into the cells of a workbook, and nothing else changed in it.

Only the XML of the cells that get another value is written anew. All other parts of the file, and in the part of the
sheet all other rows and cells, are the same bytes as before: whatever Yakin does not know survives. What must follow
from a new value follows: a format that keeps it what it is, and totals that are calculated again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bots.excel.addresses import Place
from bots.excel.editing.calculation import asking_for_calculation, forgotten_results, without_entries
from bots.excel.editing.cells import CellWriter
from bots.excel.editing.columns import width_edits
from bots.excel.editing.dependents import stale
from bots.excel.editing.formulas import Formula, FormulaUnclear, formulas_of, handed_on
from bots.excel.editing.guards import CellRefused, Guards, refuse_signed
from bots.excel.editing.markup import Edit, Element, Markup, refuse_damaged
from bots.excel.editing.repacking import repacked
from bots.excel.editing.sheet import SheetMarkup
from bots.excel.editing.styles import GENERAL, Styles
from bots.excel.package import Package, WorkbookUnreadable
from yakin.values import Scalar


def patched(
    package: Package, changes: Mapping[str, Mapping[Place, Scalar]], *, overwrite_formulas: bool = False
) -> bytes:
    """The workbook with these values in its cells.

    A new cell has the format of its row, else of its column; a cell that is there keeps its own. A date gets a date
    format where the cell has none, a text that looks like a number or a formula one in which it stays text.

    The stored results of all formulas that look at a changed cell, directly or by others, in any sheet, are taken out,
    and the program that opens the workbook next is asked to calculate. A formula whose text does not tell what it looks
    at (INDIRECT, OFFSET) counts as one of them.

    Args:
        package: The workbook as it is.
        changes: Sheet name → place → value. Nothing (None or an empty text) empties a cell; its format stays.
        overwrite_formulas: Whether a value may stand where a formula stands; cells that share it keep theirs.

    Returns:
        Content of the changed workbook; the very same bytes when every cell holds its value already.

    Raises:
        SheetNotFound: There is no such sheet.
        WorkbookUnreadable: The sheet is damaged.
        CellRefused: A cell is the inner part of a merged area, holds a formula, or is part of an array formula, a pivot
            table, or the header or the totals of a table.
        LossRefused: The workbook is signed.
        BusinessError: No cell can hold the value as it is.
    """
    patch = Patch(package, overwrite_formulas=overwrite_formulas)
    for name, values in changes.items():
        patch.put(package.sheet_name(name), values)
    return patch.content()


@dataclass
class Patch:
    """One change of one workbook, growing until its content is asked for.

    Attributes:
        package: The workbook as it is.
        overwrite_formulas: Whether a value may stand where a formula stands.
        recalculated: Formulas whose stored results were taken out; known when the content has been asked for.
    """

    package: Package
    overwrite_formulas: bool = False

    def __post_init__(self) -> None:
        self._sheets: dict[str, SheetMarkup] = {}
        self._formulas: dict[str, list[Formula]] = {}
        self._edits: dict[str, list[Edit]] = {}
        self._changed: dict[str, set[Place]] = {}
        self._widths: dict[str, dict[int, float]] = {}
        self.recalculated = 0

    @cached_property
    def writer(self) -> CellWriter:
        """What reads and writes the cells."""
        workbook = Markup.of(self.package, self.package.workbook)
        properties = workbook.element("workbookPr")
        since_1904 = properties is not None and workbook.attribute(properties, "date1904") in ("1", "true")
        return CellWriter(self.package, Styles(Markup.of(self.package, self._styles_part)), since_1904)

    @cached_property
    def _styles_part(self) -> str:
        return next(iter(self.package.related(self.package.workbook, "styles")), "")

    def sheet(self, name: str) -> SheetMarkup:
        """The XML of a sheet.

        Raises:
            WorkbookUnreadable: It has no cells that could be found.
        """
        if name not in self._sheets:
            sheet = SheetMarkup.of(self.package, self.package.sheets[name])
            if sheet.data is None:
                raise WorkbookUnreadable(
                    "{file}: {sheet} is not a sheet with cells", file=self.package.name, sheet=name
                )
            self._sheets[name] = sheet
        return self._sheets[name]

    def formulas(self, name: str) -> list[Formula]:
        """The formulas of a sheet; none for one that is no worksheet."""
        if name not in self._formulas:
            sheet = self._sheets.get(name) or SheetMarkup.of(self.package, self.package.sheets[name])
            self._formulas[name] = formulas_of(self.sheet(name)) if sheet.has("f") else []
        return self._formulas[name]

    def held(self, name: str, row: int) -> dict[int, Scalar]:
        """What the cells of a row hold, by column; those that hold nothing are left out."""
        sheet = self.sheet(name)
        found = {cell.place[1]: self.writer.held(sheet, cell.element) for cell in sheet.cells(row)}
        return {column: value for column, value in found.items() if value is not None}

    def put(self, name: str, values: Mapping[Place, Scalar], *, like: Mapping[int, int] | None = None) -> int:
        """Put values into cells of one sheet; once for each sheet.

        Args:
            name: Name of the sheet.
            values: Place → value.
            like: New column → the column whose look its cells take over; their number format is General.

        Returns:
            How many cells get another value than they hold.

        Raises:
            CellRefused: A cell must not get a value.
            BusinessError: No cell can hold the value as it is.
        """
        sheet = self.sheet(name)
        by_row: dict[int, dict[int, Scalar]] = {}
        for (row, column), value in values.items():
            by_row.setdefault(row, {})[column] = value
        cells = {row: self._cells(sheet, row, wanted, like or {}) for row, wanted in sorted(by_row.items())}
        changed = {(row, column) for row, found in cells.items() for column in found}
        Guards(self.package, name, sheet, self.formulas(name)).refuse(
            changed, overwrite_formulas=self.overwrite_formulas
        )
        self._changed[name] = changed
        edits = [edit for row, found in cells.items() if found for edit in sheet.edits_for_row(row, found)]
        self._edits[name] = [*edits, *sheet.edits_for_dimension(sorted(changed))]
        return len(changed)

    def widen(self, name: str, column: int, width: float) -> None:
        """Give a column a width, counted in half-width characters, unless the sheet says one."""
        self._widths.setdefault(name, {})[column] = width

    def _cells(
        self, sheet: SheetMarkup, row: int, wanted: Mapping[int, Scalar], like: Mapping[int, int]
    ) -> dict[int, bytes]:
        """XML of the cells of a row that change, by column."""
        stored = {cell.place[1]: cell.element for cell in sheet.cells(row)}
        cells: dict[int, bytes] = {}
        for column, value in wanted.items():
            element = stored.get(column)
            if self.writer.holds(sheet, element, value):
                continue
            tag = sheet.tag(element) if element else b""
            style = self._style(sheet, element, stored, (row, column), like.get(column))
            cells[column] = self.writer.written(sheet.prefix, tag, (row, column), style, value)
        return cells

    def _style(
        self, sheet: SheetMarkup, own: Element | None, stored: Mapping[int, Element], place: Place, model: int | None
    ) -> int:
        said = sheet.attribute(own, "s") if own else None
        if said is None and model is not None and model in stored:
            return self.writer.styles.derived(sheet.number(stored[model], "s"), GENERAL)
        if own is None:
            said = sheet.inherited_style(place)
        return int(said) if said and said.isdecimal() else 0

    def content(self) -> bytes:
        """Content of the changed workbook; the very same bytes when nothing is different.

        Raises:
            LossRefused: The workbook is signed.
            WorkbookUnreadable: A part that changes is damaged.
        """
        if not any(self._edits.values()):
            return self.package.data
        refuse_signed(self.package)
        parts, removed = self._recalculated()
        for name, widths in self._widths.items():
            self._edits.setdefault(name, []).extend(width_edits(self.sheet(name), widths))
        for name, edits in self._edits.items():
            if edits:
                parts[self.package.sheets[name]] = self._sheets[name].spliced(edits)
        if self.writer.styles.made:
            parts[self._styles_part] = self.writer.styles.changed()
        refuse_damaged(self.package, parts)
        return repacked(self.package, parts, removed)

    def _recalculated(self) -> tuple[dict[str, bytes], set[str]]:
        """Parts that change because of formulas, and those that go; edits of the sheets are added to the others."""
        present = {name: self.formulas(name) for name in self.package.sheets}
        changed = {name: self._changed.get(name, set()) for name in present}
        gone = {name: {at.place for at in found if at.place in changed[name]} for name, found in present.items()}
        for name, places in gone.items():
            if places:
                self._edits[name] += self._handed_on(name, places)
        staying = {name: [at for at in found if at.place not in gone[name]] for name, found in present.items()}
        forgotten = stale(self.package, staying, changed)
        for name, formulas in forgotten.items():
            self._edits.setdefault(name, []).extend(forgotten_results(self.sheet(name), formulas))
        self.recalculated = sum(map(len, forgotten.values()))
        parts, removed = without_entries(self.package, gone)
        if forgotten:
            workbook = self.package.workbook
            parts[workbook] = asking_for_calculation(self.package.part(workbook))
        return parts, removed

    def _handed_on(self, name: str, places: set[Place]) -> list[Edit]:
        try:
            return handed_on(self.sheet(name), self.formulas(name), places)
        except FormulaUnclear as error:
            raise CellRefused(
                "{file} [{sheet}]: {cell} shares its formula with other cells, and it is not clear how: nothing was written",
                file=self.package.name,
                sheet=name,
                cell=error.cell,
                hint="Write into another cell",
            ) from error
