"""Making new workbooks that a clerk can use at once: header in colour and frozen, filters, widths that fit, no surprises.

Text stays text: `=1+1`, `+81`, `-`, `@name`, `#N/A` and `00123` are written as what they are, never as formula, error or number.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from yakin.errors import BusinessError
from yakin.values import Scalar, Table

HEADER_COLOUR = "DCE6F1"
_MAX_TEXT = 32_767
_MAX_ROWS = 1_048_576
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BAD_TITLE = re.compile(r"[\[\]:*?/\\]")
_WIDTHS = (6, 60)
_MEASURED_ROWS = 200


@dataclass(frozen=True)
class Sheet:
    """One sheet to be made.

    Attributes:
        name: Name on its tab; at most 31 characters.
        columns: Column names.
        rows: Cells, row by row.
        colour: Colour of the tab, RRGGBB.
        marked: Places to be highlighted: index of the row, index of the column, both counted from 0.
        mark_colour: Colour of the highlighted cells.
        bold_rows: Indexes of rows in bold, such as totals.
        filtered: Whether the header gets filter buttons.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Scalar]]
    colour: str | None = None
    marked: Collection[tuple[int, int]] = field(default_factory=frozenset)
    mark_colour: str = "FFE699"
    bold_rows: Collection[int] = field(default_factory=frozenset)
    filtered: bool = True

    @classmethod
    def of(cls, name: str, table: Table, **look: Any) -> Sheet:
        """A sheet that shows a table."""
        return cls(name, table.columns, [tuple(row.values()) for row in table.rows], **look)


def workbook_bytes(sheets: Sequence[Sheet], *, file: str) -> bytes:
    """Content of a new workbook (.xlsx) with these sheets.

    Args:
        sheets: In the order of the tabs; at least one.
        file: File name for errors.

    Raises:
        BusinessError: Something cannot be written into a workbook: a control character, a text of more than 32,767
            characters, too many rows, a sheet name Excel refuses.
    """
    import openpyxl

    for sheet in sheets:
        _refuse_unwritable(sheet, file)
    book = openpyxl.Workbook(write_only=True)
    for sheet in sheets:
        _add(book, sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def display_width(text: str) -> int:
    """Width of a text in half-width characters, as a column's width is counted: kanji and kana are two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def keep_as_text(cell: Any, text: str) -> None:
    """Write a text into a cell of openpyxl as text, whatever it looks like."""
    cell.value = text
    cell.data_type = "s"
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True


def text_format(text: str) -> str:
    """Number format for a text: those that look like a number are marked as text, or Excel would offer to convert them."""
    return "@" if text[:1].isdecimal() else "General"


def _add(book: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    target = book.create_sheet(sheet.name)
    target.freeze_panes = "A2"
    if sheet.colour:
        target.sheet_properties.tabColor = sheet.colour
    for letter, width in _column_widths(sheet).items():
        target.column_dimensions[letter].width = width
    looks: Mapping[str, Any] = {
        "header": {
            "font": Font(bold=True),
            "fill": PatternFill("solid", fgColor=HEADER_COLOUR),
            "alignment": Alignment(vertical="center", wrap_text=True),
        },
        "bold": {"font": Font(bold=True)},
        "mark": {"fill": PatternFill("solid", fgColor=sheet.mark_colour)},
    }
    target.append([_cell(target, name, looks["header"]) for name in sheet.columns])
    for index, row in enumerate(sheet.rows):
        bold = looks["bold"] if index in sheet.bold_rows else {}
        target.append(
            [
                _cell(target, value, bold | (looks["mark"] if (index, column) in sheet.marked else {}))
                for column, value in enumerate(row)
            ]
        )
    if sheet.filtered and sheet.columns:
        last = next(reversed(_column_widths(sheet)))
        target.auto_filter.ref = f"A1:{last}{len(sheet.rows) + 1}"


def _cell(target: Any, value: Scalar, look: Mapping[str, Any]) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(target)
    match value:
        case str():
            keep_as_text(cell, value)
            cell.number_format = text_format(value)
        case datetime():
            cell.value = value.replace(tzinfo=None)
            cell.number_format = "yyyy/mm/dd hh:mm:ss"
        case date():
            cell.value = value
            cell.number_format = "yyyy/mm/dd"
        case time():
            cell.value = value
            cell.number_format = "hh:mm:ss"
        case _:
            cell.value = value
    for name, style in look.items():
        setattr(cell, name, style)
    return cell


def _column_widths(sheet: Sheet) -> dict[str, int]:
    from openpyxl.utils import get_column_letter

    widths: dict[str, int] = {}
    for index, name in enumerate(sheet.columns):
        shown = [name, *(_shown(row[index]) for row in sheet.rows[:_MEASURED_ROWS] if index < len(row))]
        widest = max(display_width(line) for text in shown for line in (text.split("\n") or [""]))
        widths[get_column_letter(index + 1)] = min(max(widest + 3, _WIDTHS[0]), _WIDTHS[1])
    return widths


def _shown(value: Scalar) -> str:
    return "" if value is None else str(value)


def _refuse_unwritable(sheet: Sheet, file: str) -> None:
    if not sheet.name or len(sheet.name) > 31 or _BAD_TITLE.search(sheet.name):
        raise BusinessError(
            "{sheet} cannot be the name of a sheet",
            sheet=sheet.name or "''",
            hint="At most 31 characters, none of [ ] : * ? / \\",
        )
    if len(sheet.rows) >= _MAX_ROWS:
        raise BusinessError(
            "{file} [{sheet}]: {count} rows are too many for a sheet",
            file=file,
            sheet=sheet.name,
            count=len(sheet.rows),
        )
    problems = [
        f"{number}/{sheet.columns[column]}: {problem}"
        for number, cells in enumerate(_all_rows(sheet), 1)
        for column, value in enumerate(cells)
        for problem in _problems(value)
    ]
    if problems:
        raise BusinessError(
            "{file} was not written: {count} cells cannot be in a workbook (row/column): {cells}",
            file=file,
            count=len(problems),
            cells=", ".join(problems),
        )


def _all_rows(sheet: Sheet) -> Iterator[Sequence[Scalar]]:
    yield sheet.columns
    yield from sheet.rows


def _problems(value: Scalar) -> Iterable[str]:
    if isinstance(value, str):
        if strange := _ILLEGAL.findall(value):
            yield "control character " + " ".join(f"U+{ord(char):04X}" for char in dict.fromkeys(strange))
        if len(value) > _MAX_TEXT:
            yield f"{len(value)} characters"
    elif isinstance(value, float) and not math.isfinite(value):
        yield str(value)
