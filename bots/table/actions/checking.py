"""The action that checks a list before anything is entered."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypedDict

from bots.excel import Sheet, put, workbook_bytes
from bots.table.checking import Checked, check_table, sums
from bots.table.findings import Finding, findings_table
from bots.table.forms import plain_text
from bots.table.rules import ColumnRule, Totals
from yakin.actions import Context, action
from yakin.errors import BusinessError
from yakin.values import Scalar, Table

_SHOWN = 5
REMARKS = "確認事項"


class PassedTotals(TypedDict):
    """What the rows come to that passed, in the shape of `totals` of an items block.

    Attributes:
        count: Number of rows.
        sum: Column → its sum, for the columns under `totals: {sum: …}` of the check.
    """

    count: int
    sum: dict[str, int | Decimal]


class CheckedList(TypedDict):
    """What `check` hands on.

    Attributes:
        valid: Rows without a finding.
        invalid: Rows with one, and in words which in the column 確認事項.
        findings: All findings, one a row.
        set_aside: One mapping for each invalid row, as an items block hands on; empty without `key`.
        totals: What the rows without a finding come to.
        count: Rows of the list.
        valid_count: Rows without a finding.
        invalid_count: Rows with one.
    """

    valid: Table
    invalid: Table
    findings: Table
    set_aside: list[dict[str, Any]]
    totals: PassedTotals
    count: int
    valid_count: int
    invalid_count: int


@action(idempotent=True)
def check(
    table: Table,
    columns: dict[str, ColumnRule],
    totals: Totals | None = None,
    on_invalid: Literal["stop", "set_aside"] = "stop",
    report: Path | None = None,
    key: str | None = None,
    *,
    ctx: Context,
) -> CheckedList:
    """Check a whole list before anything is entered: all findings at once, each with its row.

    Rules of a column: `required`, `unique`, `pattern`, `type` (text, integer, number, date, digits, person_number,
    corporate_number, kana, katakana, bank_kana), `min`, `max`, `choices`. Control totals are compared exactly. A
    missing column or a wrong control total always stops the run: no row can be set aside for it. A row that is set aside
    is told in the report with its reasons.

    Args:
        table: List to check.
        columns: Column name → its rules; other columns are left as they are.
        totals: What the list must come to: `count` rows, and `sum` for columns.
        on_invalid: `stop` fails when anything is found; `set_aside` hands the rows on apart.
        report: Workbook (.xlsx) to write all findings into, relative to the project.
        key: Column with the business key; with it, `set_aside` tells of each row that was set aside as an items block does,
            so that `excel.write_results` can write the reason into the list.

    Returns:
        `valid` and `invalid` (tables; the invalid rows with a column 確認事項), `findings` (table), `set_aside`, the counts `count`,
        `valid_count`, `invalid_count`, and `totals`: `count` and `sum` of the valid rows, for `totals` of the block that enters
        them.

    Raises:
        BusinessError: Something was found and `on_invalid` is `stop`, a column is missing, or a control total is wrong.

    Example:
        - id: precheck
          uses: table.check
          with:
            table: ${{ steps.read }}
            columns:
              受付番号: {required: true, unique: true, pattern: "[0-9]{8}"}
              生年月日: {type: date}
              金額: {type: integer, min: 0}
            totals: {count: 120, sum: {金額: 4812000}}
            on_invalid: set_aside
            report: out/確認結果.xlsx
    """
    if key is not None and key not in table.columns:
        raise BusinessError(
            "There is no column {key}", key=key, hint="There are: {columns}", columns=", ".join(table.columns)
        )
    found = check_table(table, columns, totals)
    findings = findings_table(found.findings)
    invalid = _with_remarks(table, found)
    if report is not None:
        marked = {
            (row, table.columns.index(finding.column))
            for row, problems in enumerate(found.invalid.values())
            for finding in problems
            if finding.column is not None
        }
        pages = [
            Sheet.of("確認結果", findings, colour="FFC000" if findings.count else "70AD47"),
            Sheet.of("要確認の行", invalid, marked=marked),
        ]
        put(ctx.path(report), workbook_bytes(pages, file=report.name))
    ctx.log.bind(rows=table.count, findings=findings.count, invalid=invalid.count).info("list checked")
    if found.findings and (on_invalid == "stop" or found.about_the_whole):
        raise _refusal(found, report)
    for index, problems in found.invalid.items():
        ctx.set_aside(
            _row_key(table, index, key),
            str(table.row(index).origin or ""),
            BusinessError("{findings}", findings=_told(problems)),
        )
    valid = table.take([index for index in range(table.count) if index not in found.invalid])
    return {
        "valid": valid,
        "invalid": invalid,
        "findings": findings,
        "set_aside": [] if key is None else _items(table, found, key),
        "totals": {"count": valid.count, "sum": sums(valid, totals.sum if totals else ())},
        "count": table.count,
        "valid_count": valid.count,
        "invalid_count": invalid.count,
    }


def _with_remarks(table: Table, found: Checked) -> Table:
    rows = found.invalid
    taken = table.take(list(rows))
    remarks: Sequence[Scalar] = [_told(problems) for problems in rows.values()]
    origins = [row.origin for row in taken.rows if row.origin is not None]
    return Table(
        {**{name: taken.column(name) for name in taken.columns}, REMARKS: remarks},
        origins if len(origins) == taken.count else None,
    )


def _items(table: Table, found: Checked, key: str) -> list[dict[str, Any]]:
    return [
        {
            "key": _row_key(table, index, key),
            "label": str(table.row(index).origin or ""),
            "state": "failed",
            "how": "",
            "verdict": "set_aside",
            "result": {},
            "error": _told(problems),
        }
        for index, problems in found.invalid.items()
    ]


def _row_key(table: Table, index: int, key: str | None) -> str:
    """What a clerk finds the row by: its business key, or its number when it has none."""
    origin = table.row(index).origin
    number = str(origin.row if origin else index + 1)
    return number if key is None else plain_text(table.column(key)[index]) or number


def _told(problems: Sequence[Finding]) -> str:
    return " / ".join(finding.sentence() for finding in problems)


def _refusal(found: Checked, report: Path | None) -> BusinessError:
    ordered = [*found.about_the_whole, *(finding for problems in found.invalid.values() for finding in problems)]
    more = f" (+{len(ordered) - _SHOWN})" if len(ordered) > _SHOWN else ""
    return BusinessError(
        "{count} findings in the list: {findings}",
        count=len(ordered),
        findings="; ".join(map(str, ordered[:_SHOWN])) + more,
        hint="Correct the list and start again"
        if report is None
        else "Correct the list and start again; all findings are in {report}",
        report=report,
    )
