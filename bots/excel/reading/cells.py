"""Single cells by their address or their name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bots.excel.addresses import Place, address, place_of
from bots.excel.archives import WorkbookUnreadable
from bots.excel.package import Package
from bots.excel.reading.books import Book, Grid
from bots.excel.reading.records import as_scalar
from yakin.errors import BusinessError
from yakin.values import Scalar

_ON_A_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(.+)")


def cells_of(book: Book, cells: Mapping[str, str], sheet: str | None) -> dict[str, Scalar]:
    """Values of single cells.

    Args:
        book: The workbook.
        cells: Name of one's own → `B3`, `Sheet!B3`, or a name that the workbook defines.
        sheet: Sheet of the addresses that name none; the first one for None.

    Raises:
        SheetNotFound: There is no such sheet.
        BusinessError: An address is none and no defined name either; or the cell holds an error.
        WorkbookUnreadable: The result of a formula is not stored in the file.
    """
    defined = defined_names(book)
    grids: dict[str, Grid] = {}
    values: dict[str, Scalar] = {}
    for name, where in cells.items():
        title, place = place_named(where, defined, book.source.name)
        title = book.sheet_name(title or sheet)
        if title not in grids:
            grids[title] = book.grid(title)
        values[name] = _value(grids[title], place)
    return values


def defined_names(book: Book) -> Mapping[str, str]:
    """Names that a workbook defines for single cells → where, such as `申請書!$C$5`; of .xlsx and .xlsm files only."""
    if book.source.kind != "xlsx":
        return {}
    package = Package(book.source.name, book.source.data)
    return {
        element.get("name", ""): (element.text or "").strip()
        for element in package.tree(package.workbook).iter()
        if element.tag.rpartition("}")[2] == "definedName"
    }


def place_named(where: str, defined: Mapping[str, str], file: str) -> tuple[str | None, Place]:
    """Sheet, None where none is said, and place of `B3`, `Sheet!B3` or a defined name.

    Raises:
        BusinessError: It is none of these.
    """
    target = defined.get(where, where)
    found = _ON_A_SHEET.fullmatch(target)
    sheet, cell = ((found[1] or found[2]).replace("''", "'"), found[3]) if found else (None, target)
    first, _, last = cell.partition(":")
    place = place_of(first)
    if place is None or (last and where not in defined):
        raise BusinessError(
            "{file}: {cell} is neither the address of a cell nor a name that the workbook defines",
            file=file,
            cell=where,
            hint="Addresses are B3 or 申請書!B3. Defined names: {names}",
            names=", ".join(defined) or "-",
        )
    return sheet, place


def _value(grid: Grid, place: Place) -> Scalar:
    for first, last in grid.unseen.merged:
        if first[0] <= place[0] <= last[0] and first[1] <= place[1] <= last[1]:
            place = first
    if place in grid.unseen.errors:
        raise BusinessError(
            "{place}: {cell} holds the error {error}",
            place=grid.place,
            cell=address(place),
            error=grid.unseen.errors[place],
            hint="Correct the formula, or enter the value",
        )
    if place in grid.unseen.uncalculated:
        raise WorkbookUnreadable(
            "{place}: the result of the formula in {cell} is not stored in the file",
            place=grid.place,
            cell=address(place),
            hint="Open it in Excel and save it: Excel calculates and stores them",
        )
    row = grid.rows[place[0] - 1] if place[0] <= len(grid.rows) else []
    return as_scalar(row[place[1] - 1]) if place[1] <= len(row) else None
