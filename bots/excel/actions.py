"""The actions on workbooks: thin, what they do is in the modules beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypedDict

from pydantic import Field

from bots.excel.csvfiles import Encoding, encode_csv, read_csv
from bots.excel.losses import Feature, holds_formulas, refuse_losses
from bots.excel.newbook import Sheet, workbook_bytes
from bots.excel.package import Package
from bots.excel.reading import kind_of, read_bytes, read_workbook
from bots.excel.results import edited, plan_results
from bots.excel.saving import put, refuse_when_open
from yakin.actions import Context, action
from yakin.errors import ApplicationError, BusinessError
from yakin.values import FileRef, Table

HeaderRow = Annotated[int, Field(ge=1, le=1_048_576)]


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


@action(idempotent=True)
def read_rows(
    path: Path, sheet: str | None = None, header_row: HeaderRow = 1, encoding: Encoding = "auto", *, ctx: Context
) -> Table:
    """Read one sheet of a workbook, or a CSV file, into records.

    Text stays exactly as it is (`00123` keeps its zeros, and so does a number whose cell shows `00000123`), dates are
    dates, whole numbers are whole. Cells of a CSV file are all text. Every record keeps its file, sheet and row number.

    Args:
        path: Workbook (.xlsx, .xlsm) or .csv file, relative to the project.
        sheet: Sheet to read; the first one when left out. A CSV file has none.
        header_row: Row, counted from 1, that holds the column names; what stands above it is not read.
        encoding: What a CSV file is written in; `auto` takes UTF-8 when it is valid UTF-8 and CP932 otherwise.

    Returns:
        One record for each row below the header that is not empty.

    Raises:
        WorkbookUnreadable: There is no such file; it is locked with a password, damaged or not a workbook; a formula's
            result is not stored in it; or it is written in another encoding.
        SheetNotFound: The workbook has no sheet of that name.
        BusinessError: Column names are missing or occur twice, or a cell holds an error such as #N/A.

    Example:
        - id: read
          uses: excel.read_rows
          with: {path: samples/juminzei.xlsx, sheet: 受付, header_row: 3}
    """
    file = ctx.path(path)
    if kind_of(file) == "csv":
        _refuse_sheet(sheet, file)
        table = read_csv(read_bytes(file), header_row, encoding, file=file.name)
    else:
        table = read_workbook(Package(file.name, read_bytes(file)), sheet, header_row)
    ctx.log.bind(rows=table.count, columns=len(table.columns)).info("rows read")
    return table


@action(idempotent=True)
def list_sheets(path: Path, *, ctx: Context) -> list[str]:
    """Name the sheets of a workbook, in the order of their tabs.

    Args:
        path: Workbook (.xlsx, .xlsm), relative to the project.

    Returns:
        Names of all sheets, hidden ones too.

    Raises:
        WorkbookUnreadable: There is no such file, or it is locked with a password, damaged or not a workbook.

    Example:
        - id: sheets
          uses: excel.list_sheets
          with: {path: samples/juminzei.xlsx}
    """
    file = ctx.path(path)
    _refuse_csv(file)
    return list(Package(file.name, read_bytes(file)).sheets)


@action(idempotent=True)
def write_rows(
    path: Path,
    table: Table,
    sheet: str = "Sheet1",
    columns: list[str] | None = None,
    encoding: Encoding = "auto",
    *,
    ctx: Context,
) -> FileRef:
    """Write records into a new workbook or CSV file.

    The workbook has its header in colour, frozen and with filters. Text stays text: what begins with = + - or @ never
    becomes a formula. A file that was there before is kept as `name.bak.xlsx`.

    Args:
        path: File to make, .xlsx or .csv, relative to the project.
        table: Records to write.
        sheet: Name of the sheet.
        columns: Columns to write, in this order; all when left out.
        encoding: What a CSV file is written in; `auto` is UTF-8 with a byte order mark, as Excel wants it.

    Returns:
        The file that was made.

    Raises:
        BusinessError: The table lacks a column; or characters cannot be written in the encoding or in a workbook: all
            of them are named with row and column, and nothing is written.
        FileInUse: The file is open in Excel.

    Example:
        - uses: excel.write_rows
          with: {path: out/結果.xlsx, table: "${{ steps.precheck.invalid }}", sheet: 要確認}
    """
    file = ctx.path(path)
    names = list(columns) if columns is not None else list(table.columns)
    if lacking := [name for name in names if name not in table.columns]:
        raise BusinessError("The table has no column {columns}", columns=", ".join(lacking))
    rows = list(zip(*(table.column(name) for name in names), strict=True))
    refuse_when_open(file)
    if kind_of(file) == "csv":
        content = encode_csv(names, rows, encoding, file=file.name)
    else:
        _refuse_macro_workbook(file)
        content = workbook_bytes([Sheet(sheet, names, rows)], file=file.name)
    made = put(file, content)
    ctx.log.bind(rows=len(rows)).info("rows written")
    return made


@action(idempotent=True, rehearsable=False)
def write_results(
    path: Path,
    key: str,
    items: list[dict[str, Any]],
    sheet: str | None = None,
    header_row: HeaderRow = 1,
    columns: dict[str, str] | None = None,
    status_column: str = "処理結果",
    allow_loss: list[Feature] | None = None,
    *,
    ctx: Context,
) -> ResultsWritten:
    """Write what became of each work item into the rows of the list it came from.

    Each row is found by its business key. Its results (such as 登録番号) and a word for its outcome (登録済, 既に登録あり,
    要確認 with the reason, 未処理 …) go into the columns of those names; a column that is not there is appended to the
    right in the header's style. Formats stay. Nothing is ever emptied, and an item that was not processed leaves what
    an earlier run wrote. Doing it again changes nothing.

    The workbook is saved whole or not at all; the one before is kept as `name.bak.xlsx`. A workbook with something
    that saving would destroy (shapes, furigana, printer settings …) is refused, unless `allow_loss` names it.

    Args:
        path: Workbook to write into, relative to the project.
        key: Column that holds the business keys.
        items: What a `for_each` step handed on as `items`.
        sheet: Sheet with the list; the first one when left out.
        header_row: Row, counted from 1, that holds the column names.
        columns: Name in the items' results → column name; each name is its own column when left out.
        status_column: Column for the outcome in words.
        allow_loss: What saving may destroy in the workbook.

    Returns:
        `file`, the number of `changed` cells, and the number of `rows` that have their result.

    Raises:
        BusinessError: There is no key column, a key stands in several rows (nothing is written then), or items have no
            row any more (all others are written).
        LossRefused: Saving would destroy something that `allow_loss` does not name.
        FileInUse: The workbook is open in Excel, or was changed while it was worked on.
        WorkbookUnreadable: There is no such file, or it cannot be read.
        ApplicationError: A cell for a result holds a formula or is part of a merged area.

    Example:
        - name: 結果を一覧に戻す
          uses: excel.write_results
          with: {path: samples/juminzei.xlsx, sheet: 受付, header_row: 3, key: 受付番号, items: "${{ steps.entry.items }}"}
    """
    file = ctx.path(path)
    _refuse_csv(file)
    refuse_when_open(file)
    data = read_bytes(file)
    package = Package(file.name, data)
    title = package.sheet_name(sheet)
    plan = plan_results(read_workbook(package, title, header_row), key, items, columns, status_column)
    lost = refuse_losses(package, allow_loss or [])
    content, changed = edited(data, plan, file=file.name, sheet=title, header_row=header_row)
    if content is not None:
        put(file, content, read=data)
        for feature in dict.fromkeys(loss.feature for loss in lost):
            ctx.note("workbook feature lost", file=file.name, feature=feature)
        if holds_formulas(package):
            ctx.note("formulas to be calculated again", file=file.name)
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


def _refuse_sheet(sheet: str | None, file: Path) -> None:
    if sheet is not None:
        raise ApplicationError("{file} is a CSV file and has no sheet {sheet}", file=file.name, sheet=sheet)


def _refuse_csv(file: Path) -> None:
    if kind_of(file) == "csv":
        raise ApplicationError("{file} is a CSV file; this needs a workbook (.xlsx, .xlsm)", file=file.name)


def _refuse_macro_workbook(file: Path) -> None:
    if file.suffix.lower() == ".xlsm":
        raise ApplicationError(
            "{file} would be a workbook without macros under the name of one with", file=file.name, hint="Name it .xlsx"
        )
