"""Columns of two lists beside each other in one table, each under the name of its list."""

from __future__ import annotations

from collections import Counter

from yakin.errors import BusinessError
from yakin.values import Table

SOURCE, ROW, KEY = "出所", "行", "照合キー"
"""What stands beside a list's own columns: file and sheet, row number, what a decision knows the row by."""


def beside(side: str, column: str) -> str:
    """What a column of one list is called there: 請求_氏名; 請求_行_2 where 請求_行 is where the row stood."""
    return f"{side}_{column}_2" if column in (SOURCE, ROW, KEY) else f"{side}_{column}"


def refuse_clashing_columns(left: Table, right: Table, left_name: str, right_name: str) -> None:
    """Refuse names of lists under which two columns would be one.

    Raises:
        BusinessError: A column of one list would be called like another.
    """
    both = ((left, left_name), (right, right_name))
    names = [beside(side, column) for table, side in both for column in table.columns]
    names += [f"{side}_{ours}" for _, side in both for ours in (SOURCE, ROW, KEY)]
    if clash := [name for name, count in Counter(names).items() if count > 1]:
        raise BusinessError(
            "Two columns would have the name {columns}",
            columns=", ".join(clash),
            hint="Give the lists other names with left_name and right_name",
        )
