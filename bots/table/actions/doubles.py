"""The actions that find doubles in a list, and that take in what a person has decided about proposals."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from bots.excel import Sheet, put, read_rows, rows_bytes, workbook_bytes
from bots.table.decisions import Decisions, decisions_of_report
from bots.table.forms import Form
from bots.table.lists.columns import ColumnName, keyed
from bots.table.lists.doubles import Keep, doubles, doubles_table
from bots.table.pairing import Pairing
from bots.table.proposals import PROPOSED, Accept, proposals_table
from yakin.actions import Context, action
from yakin.errors import BusinessError
from yakin.values import FileRef, Table

_SHEET = "判断"


class DedupedList(TypedDict):
    """What `dedupe` hands on.

    Attributes:
        unique: Every row once, with its columns and origin.
        duplicates: The rows that stand several times: 組, and 残す for the one that is in `unique`.
        proposed: Rows that may be the same, with the score and the reasons; for a person.
        count: Rows of the list.
        unique_count: Rows of `unique`.
        removed_count: Rows that are not in `unique`.
        proposed_count: Rows of `proposed`.
        report: The workbook, when one was asked for.
    """

    unique: Table
    duplicates: Table
    proposed: Table
    count: int
    unique_count: int
    removed_count: int
    proposed_count: int
    report: FileRef | None


class ReadDecisions(TypedDict):
    """What `read_decisions` hands on.

    Attributes:
        read: Decisions that were filled in.
        added: Those of them that are new.
        changed: Those that say the contrary of an earlier one, which they replace.
        total: Decisions that are kept now.
    """

    read: int
    added: int
    changed: int
    total: int


@action(idempotent=True)
def dedupe(
    table: Table,
    key: ColumnName | list[ColumnName],
    likely: dict[str, Form] | None = None,
    keep: Keep = "first",
    accept: Accept | None = None,
    decisions: Path | None = None,
    report: Path | None = None,
    *,
    ctx: Context,
) -> DedupedList:
    """Find the rows of a list that are the same several times (名寄せ), and let one of each stay.

    Rows are the same when the whole key agrees in its normal form. With `likely`, rows that may be the same are proposed with
    a score and the reasons, for a person to decide in the report's sheet 候補; nothing is taken for the same by its score unless
    `accept` says from when on.

    Args:
        table: The list.
        key: Columns that together say what is the same: names, or `{column, as}`. A row with an empty cell in them is like
            no other.
        likely: Column → normal form, for the columns by which rows may be the same.
        keep: Which row of several stays.
        accept: From which `score` on, and with which `margin` to the second best, a proposal is taken without a person.
        decisions: Workbook or CSV file with what was decided before, as `table.read_decisions` keeps it.
        report: Workbook (.xlsx) to write with the sheets 重複 and 候補, relative to the project.

    Returns:
        The tables `unique`, `duplicates` and `proposed`; `count`, `unique_count`, `removed_count` and `proposed_count`; `report`,
        the workbook.

    Raises:
        BusinessError: The list lacks a column, the file of decisions is none, or the decisions contradict each other.

    Example:
        - uses: table.dedupe
          with:
            table: ${{ steps.read }}
            key: [{column: カナ氏名, as: kana}, {column: 生年月日, as: date}]
            likely: {氏名: name, カナ氏名: kana, 生年月日: date, 住所: address}
            decisions: samples/名寄せ判断.csv
            report: out/名寄せ.xlsx
    """
    fields = [Pairing(name, name, form) for name, form in (likely or {}).items()]
    known = kept_decisions(decisions, ctx)
    found = doubles(table, keyed(key), fields, keep=keep, accept=accept, decisions=known)
    unique = table.take(sorted(found.kept))
    several = doubles_table(table, found)
    proposed = proposals_table(table, table, fields, found.proposals, "甲", "乙")
    made: FileRef | None = None
    if report is not None:
        pages = [Sheet.of("重複", several, colour="ED7D31"), Sheet.of(PROPOSED, proposed, colour="7030A0")]
        made = put(ctx.path(report), workbook_bytes(pages, file=report.name))
    ctx.log.bind(rows=table.count, unique=unique.count, proposed=proposed.count).info("doubles looked for")
    return {
        "unique": unique,
        "duplicates": several,
        "proposed": proposed,
        "count": table.count,
        "unique_count": unique.count,
        "removed_count": table.count - unique.count,
        "proposed_count": proposed.count,
        "report": made,
    }


@action(idempotent=True)
def read_decisions(report: Path, decisions: Path, sheet: str = PROPOSED, *, ctx: Context) -> ReadDecisions:
    """Take in what a person has decided about proposals, and keep it for the next time.

    In the sheet 候補 of a report of `table.reconcile` or `table.dedupe` the column 判断 is filled in with ○ (the same) or × (not the
    same); rows without one stay open. What is kept are the two ways of writing, not the numbers of rows, so a decision holds in next
    month's lists too. The file holds what was compared, such as names and dates of birth: keep it as the lists are kept.

    Args:
        report: The workbook with the decisions, relative to the project.
        decisions: Workbook (.xlsx) or CSV file in which all decisions are kept; made when there is none.
        sheet: Sheet with the proposals.

    Returns:
        `read`, `added`, `changed` and `total`.

    Raises:
        BusinessError: The sheet is none of ours, a cell of 判断 is neither ○ nor ×, or two rows contradict each other.
        FileInUse: The file of decisions is open in Excel, or somebody else changed it meanwhile.

    Example:
        - uses: table.read_decisions
          with: {report: out/名寄せ.xlsx, decisions: samples/名寄せ判断.csv}
    """
    file = ctx.path(decisions)
    if ctx.path(report).resolve() == file.resolve():
        raise BusinessError("The report cannot be the file of decisions", hint="Name another file under decisions")
    day = ctx.clock.now().astimezone().date().isoformat()
    told = decisions_of_report(read_rows(report, sheet=sheet, ctx=ctx), day=day)
    before = file.read_bytes() if file.exists() else None
    known = kept_decisions(decisions, ctx)
    changed = known.changed_by(told)
    added = known.unknown(told)
    total = known.with_more([*changed, *added])
    if changed or added:
        content, _ = rows_bytes(file, total.table(), _SHEET)
        put(file, content, read=before)
    ctx.log.bind(read=len(told), added=len(added), changed=len(changed)).info("decisions read")
    return {"read": len(told), "added": len(added), "changed": len(changed), "total": len(total)}


def kept_decisions(file: Path | None, ctx: Context) -> Decisions:
    """The decisions that a file holds; none when no file is named, or when there is none yet.

    Raises:
        BusinessError: The file is no file of decisions.
    """
    if file is None or not ctx.path(file).exists():
        return Decisions()
    return Decisions.of_table(read_rows(file, ctx=ctx))
