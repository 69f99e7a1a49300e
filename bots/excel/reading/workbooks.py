"""Reading sheets: python-calamine for speed, and a second look for what it does not tell."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bots.excel.addresses import address
from bots.excel.package import Package, WorkbookUnreadable
from bots.excel.reading.records import to_table
from bots.excel.reading.unseen import Unseen, find_unseen
from yakin.errors import ApplicationError, BusinessError
from yakin.values import Table

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
CSV_SUFFIXES = (".csv",)
_SHOWN = 5
"""How many cells a sentence names before it says "and so many more"."""


def read_bytes(path: Path) -> bytes:
    """Content of a file.

    Raises:
        WorkbookUnreadable: It is not there, or the system does not let it be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise WorkbookUnreadable("There is no file {file}", file=path, hint="Check the folder and the name") from error
    except OSError as error:
        raise WorkbookUnreadable(
            "{file} cannot be read: {reason}",
            file=path,
            reason=error.strerror or type(error).__name__,
            hint="Is it open in another program, or are rights missing?",
        ) from error


def kind_of(path: Path) -> str:
    """`workbook` or `csv`, by the file's suffix.

    Raises:
        WorkbookUnreadable: It is another kind of file.
    """
    suffix = path.suffix.lower()
    if suffix in WORKBOOK_SUFFIXES:
        return "workbook"
    if suffix in CSV_SUFFIXES:
        return "csv"
    raise WorkbookUnreadable(
        "{file} is neither a workbook (.xlsx, .xlsm) nor a .csv file",
        file=path.name,
        hint="Open it in Excel and save it as .xlsx",
    )


def refuse_csv(path: Path) -> None:
    """Refuse a CSV file where only a workbook will do.

    Raises:
        ApplicationError: It is one.
    """
    if kind_of(path) == "csv":
        raise ApplicationError("{file} is a CSV file; this needs a workbook (.xlsx, .xlsm)", file=path.name)


def read_workbook(package: Package, sheet: str | None, header_row: int) -> Table:
    """One sheet of a workbook as records.

    Raises:
        SheetNotFound: There is no such sheet.
        WorkbookUnreadable: The file is damaged, or a formula's result is not stored in it.
        BusinessError: Column names are missing or double, or a cell holds an error such as #N/A.
    """
    title = package.sheet_name(sheet)
    rows = _all_cells(package, title)
    unseen = find_unseen(package, package.sheets[title])
    _refuse_hidden_trouble(unseen, package.name, title, header_row)
    for (row, column), width in unseen.zeros.items():
        _show_zeros(rows, row - 1, column - 1, width)
    return to_table(rows, header_row, file=package.name, sheet=title)


def _all_cells(package: Package, title: str) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(package.data)) as book:
            return list(map(list, book.get_sheet_by_name(title).to_python(skip_empty_area=False)))
    except CalamineError as error:
        raise WorkbookUnreadable(
            "{file}: sheet {sheet} cannot be read",
            file=package.name,
            sheet=title,
            hint="Open it in Excel, repair it and save it anew",
        ) from error


def _refuse_hidden_trouble(unseen: Unseen, file: str, sheet: str, header_row: int) -> None:
    errors = {place: text for place, text in unseen.errors.items() if place[0] >= header_row}
    if errors:
        raise BusinessError(
            "{file} [{sheet}]: {count} cells hold an error: {cells}",
            file=file,
            sheet=sheet,
            count=len(errors),
            cells=_some(f"{address(place)} {errors[place]}" for place in sorted(errors)),
            hint="Correct the formulas, or enter the values",
        )
    uncalculated = sorted(place for place in unseen.uncalculated if place[0] >= header_row)
    if uncalculated:
        raise WorkbookUnreadable(
            "{file} [{sheet}]: the results of {count} formulas are not stored in the file: {cells}",
            file=file,
            sheet=sheet,
            count=len(uncalculated),
            cells=_some(map(address, uncalculated)),
            hint="Open it in Excel and save it: Excel calculates and stores them",
        )


def _show_zeros(rows: list[list[Any]], row: int, column: int, width: int) -> None:
    if row < len(rows) and column < len(rows[row]):
        cell = rows[row][column]
        if isinstance(cell, float) and cell.is_integer() and cell >= 0:
            rows[row][column] = f"{int(cell):0{width}d}"


def _some(texts: Iterable[str]) -> str:
    listed = list(texts)
    more = f" (+{len(listed) - _SHOWN})" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
