"""Workbooks that are not there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from yakin.actions import Context, action
from yakin.values import Table


@action(idempotent=True)
def read_rows(
    path: Path, sheet: str | None = None, header_row: Annotated[int, Field(ge=1)] = 1, *, ctx: Context
) -> Table:
    """Read one sheet into records.

    Args:
        path: Workbook.
        sheet: Sheet; the first one when left out.
        header_row: Row that holds the names.

    Returns:
        The records.
    """
    return Table({})


@action()
def write_results(path: Path, key: str, items: list[Any], sheet: str | None = None) -> None:
    """Write results into a workbook.

    Args:
        path: Workbook.
        key: Column with the business key.
        items: Items of a block.
        sheet: Sheet.
    """


@action(idempotent=True)
def write_rows(path: Path, table: Table, mode: Literal["replace", "append"] = "replace", bold: bool = False) -> None:
    """Write a table into a workbook.

    Args:
        path: Workbook.
        table: What is written.
        mode: What becomes of the rows that are there.
        bold: Whether the names are bold.
    """
