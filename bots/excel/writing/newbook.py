"""Making new workbooks that a clerk can use at once: header in colour and frozen, filters, widths that fit, no surprises.

Text stays text: `=1+1`, `+81`, `-`, `@name`, `#N/A` and `00123` are written as what they are, never as formula, error or number;
so does a whole number of sixteen digits and more, of which Excel would make zeros.

The sheets' XML is written here. The libraries that are as quick give no cell a look of its own, and those that do take six
times as long and more (`benchmarks/sheets.py`).
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bots.excel.addresses import column_letters
from bots.excel.writing.parts import parts_around
from bots.excel.writing.sheetxml import sheet_xml
from bots.excel.writing.styles import Styles
from bots.excel.writing.widths import display_width, shown_widths
from yakin.errors import ApplicationError, BusinessError
from yakin.values import Scalar, Table

__all__ = ["Sheet", "display_width", "workbook_bytes"]

_HEADER_COLOUR = "DCE6F1"
_MAX_TEXT = 32_767
_MAX_ROWS = 1_048_576
_MAX_COLUMNS = 16_384
_TOLD = 100
"""How many cells that cannot be written are named one by one."""
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_TITLE = 31
"""Units of UTF-16, of which 𠮷 has two."""
_BAD_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
_COMPRESSION = 3
"""Twice as quick as the usual 6, for a tenth more bytes."""
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The same rows make the same file: a workbook's parts carry no time."""


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
        formats: Column → number format of its numbers and dates, such as `#,##0`.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Scalar]]
    colour: str | None = None
    marked: Collection[tuple[int, int]] = field(default_factory=frozenset)
    mark_colour: str = "FFE699"
    bold_rows: Collection[int] = field(default_factory=frozenset)
    filtered: bool = True
    formats: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, table: Table, **look: Any) -> Sheet:
        """A sheet that shows a table."""
        return cls(name, table.columns, list(zip(*map(table.column, table.columns), strict=True)), **look)


def workbook_bytes(sheets: Sequence[Sheet], *, file: str) -> bytes:
    """Content of a new workbook (.xlsx) with these sheets.

    Args:
        sheets: In the order of the tabs; at least one.
        file: File name for errors.

    Raises:
        BusinessError: Something cannot be written into a workbook: a control character, a text of more than 32,767
            characters, too many rows or columns, a sheet name Excel refuses or that occurs twice.
        ApplicationError: The file's name is not that of such a workbook, so that Excel would not open it.
    """
    _refuse_other_kinds(Path(file))
    _refuse_same_names(sheets)
    for sheet in sheets:
        _refuse_unwritable(sheet, file)
    styles = Styles()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for number, sheet in enumerate(sheets, 1):
            _add(target, f"xl/worksheets/sheet{number}.xml", _sheet_parts(sheet, styles, is_first=number == 1))
        for name, content in parts_around([(sheet.name, _filtered_area(sheet)) for sheet in sheets], styles).items():
            _add(target, name, [content.encode()])
    return buffer.getvalue()


def _add(target: zipfile.ZipFile, name: str, content: Iterable[bytes]) -> None:
    part = zipfile.ZipInfo(name, _MOMENT)
    part.compress_type = zipfile.ZIP_DEFLATED
    part._compresslevel = _COMPRESSION  # type: ignore[attr-defined] # its public name came with Python 3.13
    with target.open(part, "w", force_zip64=True) as stream:
        for piece in content:
            stream.write(piece)


def _sheet_parts(sheet: Sheet, styles: Styles, *, is_first: bool) -> Iterator[bytes]:
    widths = shown_widths(sheet.columns, sheet.rows)
    return sheet_xml(sheet, widths, _filtered_area(sheet), styles, header_colour=_HEADER_COLOUR, is_first=is_first)


def _filtered_area(sheet: Sheet) -> str | None:
    if not sheet.filtered or not sheet.columns:
        return None
    return f"A1:{column_letters(len(sheet.columns))}{len(sheet.rows) + 1}"


def _refuse_other_kinds(file: Path) -> None:
    if file.suffix.lower() == ".xlsm":
        raise ApplicationError(
            "{file} would be a workbook without macros under the name of one with", file=file.name, hint="Name it .xlsx"
        )
    if file.suffix.lower() != ".xlsx":
        raise ApplicationError("New workbooks are made as .xlsx, not as {file}", file=file.name, hint="Name it .xlsx")


def _refuse_same_names(sheets: Sequence[Sheet]) -> None:
    names = [sheet.name.casefold() for sheet in sheets]
    for sheet in sheets:
        if names.count(sheet.name.casefold()) > 1:
            raise BusinessError("Two sheets would have the name {sheet}", sheet=sheet.name)


def _refuse_unwritable(sheet: Sheet, file: str) -> None:
    is_long = len(sheet.name.encode("utf-16-le", "surrogatepass")) > 2 * _LONGEST_TITLE
    if not sheet.name or is_long or _BAD_TITLE.search(sheet.name) or _ILLEGAL.search(sheet.name):
        raise BusinessError(
            "{sheet} cannot be the name of a sheet",
            sheet=sheet.name or "''",
            hint="At most 31 characters, none of [ ] : * ? / \\",
        )
    if len(sheet.rows) >= _MAX_ROWS or len(sheet.columns) > _MAX_COLUMNS:
        raise BusinessError(
            "{file} [{sheet}]: {count} rows and {columns} columns are too many for a sheet",
            file=file,
            sheet=sheet.name,
            count=len(sheet.rows),
            columns=len(sheet.columns),
        )
    problems = list(_all_problems(sheet))
    if problems:
        more = f" (+{len(problems) - _TOLD})" if len(problems) > _TOLD else ""
        raise BusinessError(
            "{file} was not written: {count} cells cannot be in a workbook (row/column): {cells}",
            file=file,
            count=len(problems),
            cells=", ".join(problems[:_TOLD]) + more,
        )


def _all_problems(sheet: Sheet) -> Iterator[str]:
    """What cannot be written, with row and column; columns without a problem are only looked over as a whole."""
    for name in sheet.columns:
        yield from (f"1/{name}: {problem}" for problem in _problems(name))
    for name, cells in zip(sheet.columns, zip(*sheet.rows, strict=True), strict=bool(sheet.rows)):
        if _may_have_problems(cells):
            for number, value in enumerate(cells, 2):
                yield from (f"{number}/{name}: {problem}" for problem in _problems(value))


def _may_have_problems(cells: Sequence[Any]) -> bool:
    kinds = set(map(type, cells))
    if any(issubclass(kind, str) for kind in kinds):
        texts = cells if kinds == {str} else [cell for cell in cells if isinstance(cell, str)]
        if max(map(len, texts)) > _MAX_TEXT or _ILLEGAL.search("".join(texts)):
            return True
    if kinds == {float}:
        return not all(map(math.isfinite, cells))
    return float in kinds and not all(math.isfinite(cell) for cell in cells if isinstance(cell, float))


def _problems(value: Scalar) -> Iterable[str]:
    if isinstance(value, str):
        if strange := _ILLEGAL.findall(value):
            yield "control character " + " ".join(f"U+{ord(char):04X}" for char in dict.fromkeys(strange))
        if len(value) > _MAX_TEXT:
            yield f"{len(value)} characters"
    elif isinstance(value, float) and not math.isfinite(value):
        yield str(value)
