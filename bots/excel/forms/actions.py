"""The actions on forms: thin, what they do is in the modules beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bots.excel.editing import patched
from bots.excel.editing.saving import put, refuse_other_kind, refuse_when_open
from bots.excel.forms.filling import cells_for
from bots.excel.forms.mapfile import read_map
from bots.excel.forms.proposing import proposed_map
from bots.excel.forms.reading import read_fields
from bots.excel.layout import Layout, layout_of, parts_of
from bots.excel.package import Package
from bots.excel.reading.sources import read_source, refuse_csv
from yakin.actions import Context, action
from yakin.errors import ApplicationError
from yakin.values import FileRef, Scalar, Secret


@action(idempotent=True)
def read_form(path: Path, map: Path, password: Secret | None = None, *, ctx: Context) -> dict[str, Scalar]:
    """Read the fields of a form that is kept as a workbook (神エクセル).

    The map says where each field is: `{right_of: 氏名}`, `{below: 備考}`, `{cell: C5}`, one character in each cell
    `{boxes: D7:K7}`, ticked boxes `{check: {男: C9, 女: E9}}`, or a day with its era in several cells
    `{era: {era: B4, year: C4, month: E4, day: G4}}`. With `as: date`, `number` or `digits` the text is understood as such.
    `runner.py excel map FILE` proposes a map.

    Args:
        path: Workbook (.xlsx, .xlsm), relative to the project.
        map: Map of the form (.yaml), relative to the project.
        password: What opens a locked workbook: a secret.

    Returns:
        Field → what stands in it; nothing for a field that is empty.

    Raises:
        DeclaredFileError: Something in the map is wrong; every mistake is told with its line and column.
        FieldNotFound: A label is not on the form, or more than once.
        FieldUnreadable: A field holds an error, or something other than the map says.
        WorkbookUnreadable: There is no such file, or it cannot be read.
        SheetNotFound: The workbook has no sheet of the name in the map.

    Example:
        - id: form
          uses: excel.read_form
          with: {path: inbox/現況届.xlsx, map: forms/現況届.yaml}
    """
    form = read_map(ctx.path(map))
    _, layout = _laid_out(ctx.path(path), form.sheet, password)
    fields = read_fields(layout, form)
    ctx.log.bind(fields=len(fields), empty=sum(value is None for value in fields.values())).info("form read")
    return fields


@action(idempotent=True)
def fill_form(path: Path, map: Path, values: dict[str, Any], to: Path, *, ctx: Context) -> FileRef:
    """Fill in a form that is kept as a workbook, into a new file; all else in it stays as it is.

    Frames, stamp boxes, print settings and whatever else the form has are kept byte for byte. A text longer than its
    boxes, a date that does not exist, or a choice that is not on the form is refused, and nothing is written.

    Args:
        path: The form (.xlsx, .xlsm), relative to the project; it is not changed.
        map: Map of the form (.yaml), relative to the project.
        values: Field → value. Nothing empties a field; fields that are not named stay as they are.
        to: Workbook to make, relative to the project.

    Returns:
        The file that was made.

    Raises:
        DeclaredFileError: Something in the map is wrong; every mistake is told with its line and column.
        FieldNotFound: A label is not on the form, or more than once.
        FieldRefused: There is no such field, or the value does not go into it.
        CellRefused: The cell of a field holds a formula.
        FileInUse: The file to make is open in Excel.
        WorkbookUnreadable: There is no such form, or it cannot be read.
        SheetNotFound: The workbook has no sheet of the name in the map.

    Example:
        - uses: excel.fill_form
          with:
            path: forms/児童手当通知.xlsx
            map: forms/児童手当通知.yaml
            values: {氏名: "${{ item.氏名 }}", 支給額: "${{ item.支給額 }}"}
            to: "${{ run.folder }}/${{ item.受付番号 }}.xlsx"
    """
    form = read_map(ctx.path(map))
    source, target = ctx.path(path), ctx.path(to)
    _refuse_other_target(source, target)
    refuse_when_open(target)
    package, layout = _laid_out(source, form.sheet)
    cells = cells_for(layout, form, values)
    made = put(target, patched(package, {str(layout.sheet): cells}))
    ctx.log.bind(fields=len(values), cells=len(cells)).info("form filled in")
    return made


@action(idempotent=True)
def map_form(path: Path, sheet: str | None = None, *, ctx: Context) -> str:
    """Propose the map of an empty form, from its labels and frames.

    A person reads the proposal and corrects it: it is a beginning. `runner.py excel map FILE` prints it.

    Args:
        path: The form (.xlsx, .xlsm), relative to the project.
        sheet: Sheet it is on; the first one when left out.

    Returns:
        Text of a map file.

    Raises:
        WorkbookUnreadable: There is no such form, or it cannot be read.
        SheetNotFound: The workbook has no sheet of that name.

    Example:
        - id: proposal
          uses: excel.map_form
          with: {path: forms/現況届.xlsx}
    """
    _, layout = _laid_out(ctx.path(path), sheet)
    return proposed_map(layout)


def _laid_out(file: Path, sheet: str | None, password: Secret | None = None) -> tuple[Package, Layout]:
    refuse_csv(file)
    package = parts_of(read_source(file, password))
    return package, layout_of(package, sheet)


def _refuse_other_target(source: Path, target: Path) -> None:
    if source.resolve() == target.resolve():
        raise ApplicationError(
            "{file} is the form itself: it stays empty for the next one",
            file=target.name,
            hint="Name another file under to",
        )
    refuse_other_kind(source, target)
