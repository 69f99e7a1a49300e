"""Sheets and looks of a workbook, which openpyxl changes: behind the loss detector, because it saves everything anew."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bots.excel.addresses import area_of
from bots.excel.package import Package
from yakin.errors import BusinessError

Colour = Annotated[str, Field(pattern="^[0-9A-Fa-f]{6}$")]
"""Red, green and blue as RRGGBB: FFE699 is a light yellow."""

_BAD_TITLE = re.compile(r"[\[\]:*?/\\]|^'|'$")
_COLUMNS = re.compile(r"([A-Z]{1,3})(?::([A-Z]{1,3}))?")


class SheetStep(BaseModel):
    """One change of the sheets of a workbook.

    Attributes:
        do: What is done.
        sheet: Which sheet; the new one for `add`.
        to: Its new name for `rename`, the copy's name for `copy`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Literal["add", "copy", "rename", "remove"]
    sheet: str
    to: str | None = None


class Look(BaseModel):
    """How an area is shown; what is left out stays as it is.

    Attributes:
        number_format: Number format, such as `#,##0` or `yyyy/mm/dd`.
        fill: Colour behind the cells.
        colour: Colour of the text.
        bold: Whether the text is bold.
        wrap: Whether long text goes on in the next line.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number_format: str | None = None
    fill: Colour | None = None
    colour: Colour | None = None
    bold: bool | None = None
    wrap: bool | None = None


def arranged(package: Package, steps: Sequence[SheetStep]) -> bytes:
    """The workbook with sheets added, copied, renamed or removed.

    Raises:
        SheetNotFound: There is no sheet of that name.
        BusinessError: A name cannot be a sheet's or is taken, or the last sheet would be removed.
    """
    book = _loaded(package)
    for step in steps:
        if step.do == "add":
            book.create_sheet(_new_name(book, step.sheet))
            continue
        if step.sheet not in book.sheetnames:
            package.sheet_name(step.sheet)
        sheet = book[step.sheet]
        if step.do == "remove":
            if len(book.sheetnames) == 1:
                raise BusinessError("{sheet} is the only sheet of {file}", sheet=step.sheet, file=package.name)
            book.remove(sheet)
            continue
        name = _new_name(book, step.to or "")
        if step.do == "copy":
            sheet = book.copy_worksheet(sheet)
        sheet.title = name
    return _saved(book)


def shown(
    package: Package,
    sheet: str,
    *,
    widths: Mapping[str, float],
    looks: Mapping[str, Look],
    freeze: str | None,
    filtered: str | None,
) -> bytes:
    """The workbook with another look of one sheet.

    Raises:
        BusinessError: An area or a column is none.
    """
    book = _loaded(package)
    target = book[sheet]
    for columns, width in widths.items():
        for letter in _letters(columns):
            target.column_dimensions[letter].width = width
    for area, look in looks.items():
        if area_of(area) is None:
            raise _no_area(area)
        cells = target[area]
        for row in cells if isinstance(cells, tuple) else ((cells,),):
            for cell in row:
                _give(cell, look)
    for area in filter(None, (freeze, filtered)):
        if area_of(area) is None:
            raise _no_area(area)
    if freeze:
        target.freeze_panes = freeze
    if filtered:
        target.auto_filter.ref = filtered
    return _saved(book)


def _loaded(package: Package) -> Any:
    import openpyxl

    return openpyxl.load_workbook(
        io.BytesIO(package.data), rich_text=True, keep_vba=package.name.lower().endswith(".xlsm")
    )


def _saved(book: Any) -> bytes:
    # openpyxl keeps no results of formulas: whoever opens the workbook has to calculate them.
    book.calculation.fullCalcOnLoad = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _new_name(book: Any, name: str) -> str:
    if not name or len(name) > 31 or _BAD_TITLE.search(name):
        raise BusinessError(
            "{sheet} cannot be the name of a sheet",
            sheet=name or "''",
            hint="At most 31 characters, none of [ ] : * ? / \\",
        )
    if name.lower() in (other.lower() for other in book.sheetnames):
        raise BusinessError("There is a sheet {sheet} already", sheet=name)
    return name


def _letters(columns: str) -> list[str]:
    from openpyxl.utils import column_index_from_string, get_column_letter

    found = _COLUMNS.fullmatch(columns.upper())
    if found is None:
        raise _no_area(columns)
    first, last = (column_index_from_string(letters) for letters in (found[1], found[2] or found[1]))
    return [get_column_letter(column) for column in range(first, last + 1)]


def _no_area(area: str) -> BusinessError:
    return BusinessError(
        "{area} is no area of a sheet",
        area=area,
        hint="Areas are B3 or A1:F20, columns for widths B or B:D",
    )


def _give(cell: Any, look: Look) -> None:
    from openpyxl.styles import PatternFill

    if look.number_format is not None:
        cell.number_format = look.number_format
    if look.fill is not None:
        cell.fill = PatternFill("solid", fgColor=look.fill)
    if look.colour is not None or look.bold is not None:
        font = copy.copy(cell.font)
        font.color = look.colour or font.color
        font.b = font.b if look.bold is None else look.bold
        cell.font = font
    if look.wrap is not None:
        alignment = copy.copy(cell.alignment)
        alignment.wrap_text = look.wrap
        cell.alignment = alignment
