"""The sheets of a workbook of any kind: python-calamine for speed, and a second look for what it does not tell."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from bots.excel.addresses import address
from bots.excel.archives import Archive, WorkbookUnreadable, damaged
from bots.excel.package import Package, SheetNotFound
from bots.excel.reading.collecting import no_collection
from bots.excel.reading.compound import workbook_stream
from bots.excel.reading.handing import handed
from bots.excel.reading.sources import Source
from bots.excel.reading.unseen import EPOCH_1900, MAX_CELLS, Unseen, ods, xls, xlsb, xlsx

_NO_LEAP_DAY = 60
"""What Excel calls 29 February 1900; the days before it are counted from one day later (ECMA-376, 18.17.4.1)."""
_EXACT_BELOW = 10**15


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet or text file.

    Attributes:
        file: File name for origins and errors.
        sheet: Sheet name; None for a text file.
        rows: Bare cells from A1 on; rows of a text file differ in length.
        unseen: What the cells hide.
    """

    file: str
    sheet: str | None
    rows: list[list[Any]]
    unseen: Unseen = field(default_factory=Unseen)

    @property
    def place(self) -> str:
        """Where it is, as it is said to people."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file


@dataclass(frozen=True)
class Book:
    """A workbook that was opened.

    Attributes:
        source: Its file.
        sheets: Names of its sheets, hidden ones too, in the order of the tabs.
        look: The second look at one of them, and the file to read its cells from.
    """

    source: Source
    sheets: Sequence[str]
    look: Callable[[str], tuple[Unseen, bytes]]

    def sheet_name(self, sheet: str | None) -> str:
        """The sheet of that name; the first one for None.

        Raises:
            SheetNotFound: There is none.
        """
        if sheet is None and self.sheets:
            return self.sheets[0]
        if sheet is None or sheet not in self.sheets:
            raise SheetNotFound(
                "{file} has no sheet {sheet}",
                file=self.source.name,
                sheet=sheet or "1",
                hint="It has: {sheets}",
                sheets=", ".join(self.sheets),
            )
        return sheet

    def grid(self, sheet: str | None) -> Grid:
        """The cells of one sheet; of a number that its format shows as more, that.

        Raises:
            SheetNotFound: There is no such sheet.
            WorkbookUnreadable: The sheet is damaged, or too large.
        """
        title = self.sheet_name(sheet)
        unseen, readable = self.look(title)
        _refuse_too_large(unseen, self.source.name, title)
        with no_collection():
            cells = _all_cells(replace(self.source, data=readable), title)
        _show(cells, unseen)
        return Grid(self.source.name, title, cells, unseen)


def open_book(source: Source) -> Book:
    """Open a workbook.

    Raises:
        WorkbookUnreadable: It is damaged.
    """
    match source.kind:
        case "xls":
            return _open_old(source)
        case "xlsb":
            archive = Archive(source.name, source.data)
            archive.verify()
            binary = xlsb.BinaryWorkbook(archive)
            return Book(source, tuple(binary.sheets), lambda sheet: (binary.look(sheet), source.data))
        case "ods":
            return _open_document(source)
        case _:
            return book_of(Package(source.name, source.data))


def book_of(package: Package) -> Book:
    """An .xlsx or .xlsm workbook whose parts are known.

    Raises:
        WorkbookUnreadable: It is damaged.
    """

    def look(sheet: str) -> tuple[Unseen, bytes]:
        part = package.sheets[sheet]
        content = package.archive.xml(part)
        return xlsx.find_unseen(package, part, content), handed(package, part, content)

    return Book(Source(package.name, "xlsx", package.data), tuple(package.sheets), look)


def _open_old(source: Source) -> Book:
    """An .xls workbook: the reader takes in all sheets at once, so all are looked at before."""
    workbook = xls.OldWorkbook(source.name, workbook_stream(source.name, source.data))
    looks = [workbook.look(index) for index in range(len(workbook.begins))]
    for number, look in enumerate(looks, 1):
        _refuse_too_large(look, source.name, str(number))
    plain = Source(source.name, "xls", workbook.plain())
    names = _with_calamine(plain, lambda book: list(book.sheet_names))
    if len(names) != len(looks):
        raise damaged(source.name)
    return _looked_at(plain, dict(zip(names, looks, strict=True)))


def _open_document(source: Source) -> Book:
    """An .ods file: the reader takes in all sheets at once, so all are looked at before."""
    looks = ods.find_unseen(Archive(source.name, source.data))
    for sheet, look in looks.items():
        _refuse_too_large(look, source.name, sheet)
    return _looked_at(source, looks)


def _looked_at(source: Source, looks: Mapping[str, Unseen]) -> Book:
    return Book(source, tuple(looks), lambda sheet: (looks[sheet], source.data))


def _refuse_too_large(look: Unseen, file: str, sheet: str) -> None:
    rows, columns = look.extent
    if rows * columns > MAX_CELLS:
        raise WorkbookUnreadable(
            "{file} [{sheet}] reaches to {cell}: that is too large to be read",
            file=file,
            sheet=sheet,
            cell=address((rows, columns)),
            hint="Delete what stands far off the list, and the empty rows and columns, and save it",
        )


def _all_cells(source: Source, title: str) -> list[list[Any]]:
    return _with_calamine(
        source, lambda book: list(book.get_sheet_by_name(title).to_python(skip_empty_area=False)), sheet=title
    )


def _with_calamine(source: Source, read: Callable[[Any], list[Any]], sheet: str | None = None) -> list[Any]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(source.data)) as book:
            return read(book)
    except (CalamineError, OSError, ValueError, OverflowError, MemoryError) as error:
        raise _unreadable(source, sheet) from error
    except BaseException as error:  # a panic of the Rust library is none of Python's exceptions
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(source, sheet) from error


def _unreadable(source: Source, sheet: str | None) -> WorkbookUnreadable:
    if sheet is None:
        return damaged(source.name)
    return WorkbookUnreadable(
        "{file}: sheet {sheet} cannot be read",
        file=source.name,
        sheet=sheet,
        hint="Open it in Excel, repair it and save it anew",
    )


def _show(rows: list[list[Any]], unseen: Unseen) -> None:
    """Put what a number's format shows in its place, where that is data."""
    for (row, column), width in unseen.zeros.items():
        if row <= len(rows) and column <= len(rows[row - 1]):
            cell = rows[row - 1][column - 1]
            if _is_number(cell) and 0 <= cell < _EXACT_BELOW and cell == int(cell):
                rows[row - 1][column - 1] = f"{int(cell):0{width}d}"
    last = (date.max - unseen.epoch).days
    for row, column in unseen.days:
        if row <= len(rows) and column <= len(rows[row - 1]):
            cell = rows[row - 1][column - 1]
            if _is_number(cell) and 1 <= cell < last + 1:
                days = int(cell) + (unseen.epoch == EPOCH_1900 and cell < _NO_LEAP_DAY)
                rows[row - 1][column - 1] = unseen.epoch + timedelta(days=days)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)
