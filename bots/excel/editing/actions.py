"""The actions that change a workbook in place: thin, what they do is in the modules beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

from bots.excel.addresses import HeaderRow
from bots.excel.editing.losses import Feature, holds_formulas, refuse_losses
from bots.excel.editing.results import edited, plan_results
from bots.excel.editing.saving import put, refuse_when_open
from bots.excel.package import Package
from bots.excel.reading.workbooks import read_bytes, read_workbook, refuse_csv
from yakin.actions import Context, action
from yakin.errors import BusinessError
from yakin.values import FileRef


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
    refuse_csv(file)
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
