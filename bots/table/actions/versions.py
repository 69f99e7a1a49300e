"""The action that compares two versions of a list."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from bots.excel import Sheet, put, workbook_bytes
from bots.table.forms import Form
from bots.table.lists.columns import ColumnName, keyed
from bots.table.lists.versions import changes, compared_columns
from bots.table.pairing import Pairing
from yakin.actions import Context, action
from yakin.values import FileRef, Table


class ChangedList(TypedDict):
    """What `compare` hands on.

    Attributes:
        added: Rows that only the new version has.
        changed: Rows of the new version that differ from the old one; 変更点 says in what.
        cells: Every changed cell, one a row: the key, 列, 旧, 新, 旧_行, 新_行.
        removed: Rows that only the old version has.
        unclear: Rows of both versions whose key is empty, unreadable or not unique.
        added_count: How many were added.
        changed_count: How many were changed.
        removed_count: How many were removed.
        unchanged_count: How many are the same.
        unclear_count: How many cannot be compared.
        new_columns: Columns that only the new version has; they are not compared.
        lost_columns: Columns that only the old version has.
        report: The workbook, when one was asked for.
    """

    added: Table
    changed: Table
    cells: Table
    removed: Table
    unclear: Table
    added_count: int
    changed_count: int
    removed_count: int
    unchanged_count: int
    unclear_count: int
    new_columns: list[str]
    lost_columns: list[str]
    report: FileRef | None


@action(idempotent=True)
def compare(
    old: Table,
    new: Table,
    key: ColumnName | list[ColumnName],
    columns: dict[str, Form] | None = None,
    report: Path | None = None,
    *,
    ctx: Context,
) -> ChangedList:
    """Compare two versions of one list: what was added, changed and removed (追加・変更・削除).

    Rows belong together by their key, wherever they stand. Rows whose key is empty or stands twice are handed on as
    `unclear`, never compared by chance.

    Args:
        old: The earlier version.
        new: The later one.
        key: Column that says which rows are the same: its name, or `{column, as}`; a list when it takes several.
        columns: Column → normal form, for the columns to compare; all that both versions have, as text, when left out.
        report: Workbook (.xlsx) to write with the sheets 追加, 変更, 変更セル, 削除 and 要確認, relative to the project.

    Returns:
        The tables `added`, `changed`, `cells`, `removed` and `unclear`, their counts and `unchanged_count`; `new_columns`
        and `lost_columns`; `report`, the workbook.

    Raises:
        BusinessError: A version lacks a column.

    Example:
        - uses: table.compare
          with:
            old: ${{ steps.last_month }}
            new: ${{ steps.this_month }}
            key: {column: 宛名番号, as: digits}
            columns: {氏名: name, 住所: address, 電話番号: digits}
            report: out/異動.xlsx
    """
    keys = [Pairing(column.name, column.name, column.form) for column in keyed(key)]
    forms = columns if columns is not None else dict.fromkeys(compared_columns(old, new, keys), "text")
    found = changes(old, new, keys, [Pairing(name, name, form) for name, form in forms.items()])  # type: ignore[arg-type]
    made: FileRef | None = None
    if report is not None:
        pages = [
            Sheet.of("追加", found.added, colour="70AD47"),
            Sheet.of("変更", found.changed, colour="FFC000"),
            Sheet.of("変更セル", found.cells, colour="FFC000"),
            Sheet.of("削除", found.removed, colour="FF0000"),
            Sheet.of("要確認", found.unclear, colour="7030A0"),
        ]
        made = put(ctx.path(report), workbook_bytes(pages, file=report.name))
    done: ChangedList = {
        "added": found.added,
        "changed": found.changed,
        "cells": found.cells,
        "removed": found.removed,
        "unclear": found.unclear,
        "added_count": found.added.count,
        "changed_count": found.changed.count,
        "removed_count": found.removed.count,
        "unchanged_count": found.unchanged,
        "unclear_count": found.unclear.count,
        "new_columns": [name for name in new.columns if name not in old.columns],
        "lost_columns": [name for name in old.columns if name not in new.columns],
        "report": made,
    }
    ctx.log.bind(**{name: value for name, value in done.items() if name.endswith("_count")}).info("versions compared")
    return done
