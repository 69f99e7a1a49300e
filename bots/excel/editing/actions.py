"""The actions that change a workbook in place: thin, what they do is in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypedDict

from bots.excel.addresses import HeaderRow, Place
from bots.excel.editing.arranging import Look, SheetStep, arranged, shown
from bots.excel.editing.losses import Feature, refuse_losses
from bots.excel.editing.patching import Patch
from bots.excel.editing.results import plan_results, put_results
from bots.excel.editing.saving import put, refuse_other_kind, refuse_when_open
from bots.excel.package import Package
from bots.excel.reading.books import book_of
from bots.excel.reading.cells import defined_names, place_named
from bots.excel.reading.workbooks import read_bytes, read_workbook, refuse_csv
from yakin.actions import Context, action
from yakin.errors import BusinessError
from yakin.values import FileRef, Scalar


class ResultsWritten(TypedDict):
    """What `write_results` hands on.

    Attributes:
        file: The workbook as it is now.
        changed: Cells that were changed.
        rows: Rows that have their result.
    """

    file: FileRef
    changed: int
    rows: int


class CellsFilled(TypedDict):
    """What `fill_cells` hands on.

    Attributes:
        file: The workbook that was written.
        changed: Cells that were changed.
        recalculated: Formulas whose results Excel calculates when it opens the workbook.
    """

    file: FileRef
    changed: int
    recalculated: int


@action(idempotent=True, rehearsable=False)
def fill_cells(
    path: Path,
    cells: dict[str, Any],
    sheet: str | None = None,
    to: Path | None = None,
    overwrite_formulas: bool = False,
    *,
    ctx: Context,
) -> CellsFilled:
    """Put values into single cells of a workbook, and change nothing else in it.

    Formats, formulas, shapes, furigana, printer settings, macros and everything else stay the same bytes. Text stays text
    (`00123` keeps its zeros, `=1+1` is no formula), dates are dates; nothing, or an empty text, empties a cell. Stored
    results of formulas that look at a changed cell are taken out; Excel calculates them when it opens the workbook.

    The workbook is saved whole or not at all; the one before is kept as `name.bak.xlsx`. Doing it again changes nothing.

    Args:
        path: Workbook (.xlsx, .xlsm), relative to the project.
        cells: `B3`, `申請書!B3`, or a name that the workbook defines → value.
        sheet: Sheet of the addresses that name none; the first one when left out.
        to: Copy to be written, of the same kind, relative to the project; the workbook itself is changed when left out.
        overwrite_formulas: Whether a value may stand where a formula stands.

    Returns:
        `file`, the number of `changed` cells, and of formulas to be `recalculated`.

    Raises:
        BusinessError: An address is none, or no cell can hold the value as it is.
        CellRefused: A cell is the inner part of a merged area, holds a formula, or is part of an array formula, a pivot
            table, or the header or the totals of a table.
        LossRefused: The workbook is signed.
        FileInUse: The workbook is open in Excel, or was changed while it was worked on.
        SheetNotFound: The workbook has no sheet of that name.
        WorkbookUnreadable: There is no such file, or it cannot be read.

    Example:
        - name: 表紙に件数を書く
          uses: excel.fill_cells
          with: {path: samples/juminzei.xlsx, to: "${{ run.folder }}/juminzei.xlsx", cells: {A1: "申告受付一覧（確認済）"}}
    """
    file, target = ctx.path(path), ctx.path(to or path)
    refuse_csv(file)
    refuse_other_kind(file, target)
    refuse_when_open(target)
    data = read_bytes(file)
    package = Package(file.name, data)
    patch = Patch(package, overwrite_formulas=overwrite_formulas)
    changed = sum(patch.put(name, values) for name, values in _places(package, cells, sheet).items())
    content = patch.content()
    if target != file or content != data:
        put(target, content, read=data if target == file else None)
    _note_stale(patch, ctx)
    ctx.log.bind(cells=len(cells), changed=changed).info("cells filled")
    return {"file": FileRef.of(target), "changed": changed, "recalculated": patch.recalculated}


@action(idempotent=True, rehearsable=False)
def write_results(
    path: Path,
    key: str,
    items: list[dict[str, Any]],
    sheet: str | None = None,
    header_row: HeaderRow = 1,
    columns: dict[str, str] | None = None,
    status_column: str = "処理結果",
    *,
    ctx: Context,
) -> ResultsWritten:
    """Write what became of each work item into the rows of the list it came from.

    Each row is found by its business key. Its results (such as 登録番号) and a word for its outcome (登録済, 既に登録あり,
    要確認 with the reason, 未処理 …) go into the columns of those names; a column that is not there is appended to the
    right in the header's style. Formats stay. Nothing is ever emptied, and an item that was not processed leaves what
    an earlier run wrote. Doing it again changes nothing.

    Nothing else in the workbook changes: shapes, furigana, printer settings, macros are the same bytes as before. It is
    saved whole or not at all; the one before is kept as `name.bak.xlsx`. Stored results of formulas that look at a
    changed cell are taken out; Excel calculates them when it opens the workbook.

    Args:
        path: Workbook to write into, relative to the project.
        key: Column that holds the business keys.
        items: What a `for_each` step handed on as `items`.
        sheet: Sheet with the list; the first one when left out.
        header_row: Row, counted from 1, that holds the column names.
        columns: Name in the items' results → column name; each name is its own column when left out.
        status_column: Column for the outcome in words.

    Returns:
        `file`, the number of `changed` cells, and the number of `rows` that have their result.

    Raises:
        BusinessError: There is no key column, a key stands in several rows (nothing is written then), or items have no
            row any more (all others are written).
        LossRefused: The workbook is signed.
        FileInUse: The workbook is open in Excel, or was changed while it was worked on.
        WorkbookUnreadable: There is no such file, or it cannot be read.
        CellRefused: A cell for a result holds a formula, or is part of a merged area, a pivot table or a table's header.

    Example:
        - name: 結果を一覧に戻す
          uses: excel.write_results
          with: {path: samples/juminzei.xlsx, sheet: 受付, header_row: 3, key: 受付番号, items: "${{ steps.entry.items }}"}
    """
    file = ctx.path(path)
    refuse_csv(file)
    refuse_when_open(file)
    data = read_bytes(file)
    package = Package(file.name, data)
    title = package.sheet_name(sheet)
    plan = plan_results(read_workbook(package, title, header_row), key, items, columns, status_column)
    patch = Patch(package)
    changed = put_results(patch, plan, sheet=title, header_row=header_row)
    if changed:
        put(file, patch.content(), read=data)
        _note_stale(patch, ctx)
    ctx.log.bind(items=len(items), changed=changed, missing=len(plan.missing)).info("results written")
    if plan.missing:
        raise BusinessError(
            "{count} items have no row in {file} [{sheet}] any more: {keys}. The others were written",
            count=len(plan.missing),
            file=file.name,
            sheet=title,
            keys=", ".join(plan.missing),
            hint="Were rows removed, or {key} changed, while the run was on? The report has their results",
            key=key,
        )
    return {"file": FileRef.of(file), "changed": changed, "rows": len(items)}


@action(idempotent=True, rehearsable=False)
def format_sheet(
    path: Path,
    sheet: str | None = None,
    widths: dict[str, float] | None = None,
    looks: dict[str, Look] | None = None,
    freeze: str | None = None,
    filter: str | None = None,
    allow_loss: list[Feature] | None = None,
    *,
    ctx: Context,
) -> FileRef:
    """Change how a sheet looks: widths, number formats, colours, frozen rows, filter buttons.

    The workbook is read and saved anew by openpyxl. One that holds something that would not survive this (shapes,
    furigana, printer settings …) is refused, unless `allow_loss` names it. Formulas are calculated when Excel opens it.

    Args:
        path: Workbook (.xlsx, .xlsm), relative to the project.
        sheet: Sheet to be changed; the first one when left out.
        widths: Column or columns (`B`, `B:D`) → width in half-width characters.
        looks: Area (`B2`, `A1:F1`) → how it is shown.
        freeze: Cell above and left of which all stays in sight: `A4` freezes three rows.
        filter: Area whose first row gets filter buttons.
        allow_loss: What saving may destroy in the workbook.

    Returns:
        The workbook as it is now.

    Raises:
        LossRefused: Saving would destroy something that `allow_loss` does not name.
        BusinessError: An area or a column is none.
        FileInUse: The workbook is open in Excel, or was changed while it was worked on.
        SheetNotFound: The workbook has no sheet of that name.
        WorkbookUnreadable: There is no such file, or it cannot be read.

    Example:
        - name: 一覧を見やすくする
          uses: excel.format_sheet
          with:
            path: ${{ run.folder }}/一覧.xlsx
            widths: {B:C: 20}
            looks: {"D2:D100": {number_format: "#,##0"}, "A1:D1": {fill: DCE6F1, bold: true}}
            freeze: A2
    """

    def change(package: Package) -> bytes:
        title = package.sheet_name(sheet)
        return shown(package, title, widths=widths or {}, looks=looks or {}, freeze=freeze, filtered=filter)

    return _saved_anew(ctx.path(path), change, allow_loss or [], ctx)


@action(idempotent=False, rehearsable=False)
def arrange_sheets(
    path: Path, steps: list[SheetStep], allow_loss: list[Feature] | None = None, *, ctx: Context
) -> FileRef:
    """Add, copy, rename and remove sheets of a workbook.

    The workbook is read and saved anew by openpyxl. One that holds something that would not survive this (shapes,
    furigana, printer settings …) is refused, unless `allow_loss` names it. Formulas are calculated when Excel opens it;
    those that name a sheet that is renamed or removed are not followed.

    Args:
        path: Workbook (.xlsx, .xlsm), relative to the project.
        steps: What is done, one after the other: `{do: copy, sheet: 原本, to: 4月}`.
        allow_loss: What saving may destroy in the workbook.

    Returns:
        The workbook as it is now.

    Raises:
        LossRefused: Saving would destroy something that `allow_loss` does not name.
        BusinessError: A name cannot be a sheet's or is taken, or the last sheet would be removed.
        FileInUse: The workbook is open in Excel, or was changed while it was worked on.
        SheetNotFound: The workbook has no sheet of that name.
        WorkbookUnreadable: There is no such file, or it cannot be read.

    Example:
        - name: 今月のシートを作る
          uses: excel.arrange_sheets
          with:
            path: ${{ run.folder }}/月報.xlsx
            steps: [{do: copy, sheet: 原本, to: 4月}, {do: remove, sheet: 3月}]
    """
    return _saved_anew(ctx.path(path), lambda package: arranged(package, steps), allow_loss or [], ctx)


def _saved_anew(
    file: Path, change: Callable[[Package], bytes], allow_loss: Collection[Feature], ctx: Context
) -> FileRef:
    """Change a workbook with openpyxl, unless that loses something that may not be lost."""
    refuse_csv(file)
    refuse_when_open(file)
    data = read_bytes(file)
    package = Package(file.name, data)
    lost = refuse_losses(package, allow_loss)
    made = put(file, change(package), read=data)
    for feature in dict.fromkeys(loss.feature for loss in lost):
        ctx.note("workbook feature lost", file=file.name, feature=feature)
    return made


def _places(package: Package, cells: Mapping[str, Any], sheet: str | None) -> dict[str, dict[Place, Scalar]]:
    """Sheet → place → value, of cells as a person names them."""
    defined = defined_names(book_of(package))
    found: dict[str, dict[Place, Scalar]] = {}
    for where, value in cells.items():
        named, place = place_named(where, defined, package.name)
        found.setdefault(package.sheet_name(named or sheet), {})[place] = value
    return found


def _note_stale(patch: Patch, ctx: Context) -> None:
    if patch.recalculated:
        ctx.note("formulas to be calculated again", file=patch.package.name, count=patch.recalculated)
