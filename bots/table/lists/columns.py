"""Columns of one list under their normal forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bots.table.forms import Form, Normal, normal, plain_text
from yakin.errors import BusinessError
from yakin.values import Origin, Scalar, Table

Key = tuple[Normal | None, ...]
"""The normal forms of a row's cells in some columns."""


class FormedColumn(BaseModel):
    """A column that is not compared as text.

    Attributes:
        column: Its name.
        form: Normal form in which its cells are compared; written `as`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    form: Form = Field(default="text", alias="as")


ColumnName = str | FormedColumn
"""A column: its name, or its name and how its cells are compared."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A column and the form in which it is compared.

    Attributes:
        name: Column.
        form: Normal form.
    """

    name: str
    form: Form = "text"


def keyed(columns: ColumnName | Sequence[ColumnName]) -> list[Keyed]:
    """Columns as a workflow names them: one or several."""
    several = [columns] if isinstance(columns, str | FormedColumn) else columns
    return [Keyed(one) if isinstance(one, str) else Keyed(one.column, one.form) for one in several]


def normal_or_text(value: Scalar, form: Form) -> Normal | None:
    """A value's normal form, its text where it is not of the form; None when it is empty."""
    try:
        return normal(value, form)
    except BusinessError:
        return normal(value, "text")


def normal_column(table: Table, column: Keyed) -> list[Normal | None]:
    """A column in its normal form; cells that are not of the form as text."""
    known: dict[tuple[type, Scalar], Normal | None] = {}
    found: list[Normal | None] = []
    for cell in table.column(column.name):
        tagged = (type(cell), cell)
        if tagged not in known:
            known[tagged] = normal_or_text(cell, column.form)
        found.append(known[tagged])
    return found


def rank(value: Normal | None, form: Form) -> Any:
    """What says which of two values of a form comes first; None for a cell that is empty or not of the form.

    Digits go by their number: 9 before 10, and 0100 with 100.
    """
    match form:
        case "amount" | "date":
            return None if isinstance(value, str) else value
        case "digits" if value is not None:
            text = str(value)
            plain = text.lstrip("0")
            return (len(plain), plain) if text.isdecimal() else None
        case _:
            return value


def keys_of(table: Table, columns: Sequence[Keyed]) -> list[Key]:
    """The key of each row.

    Raises:
        BusinessError: The list lacks a column.
    """
    refuse_lacking(table, [column.name for column in columns])
    return list(zip(*(normal_column(table, column) for column in columns), strict=True))


def rows_by_key(keys: Iterable[Key]) -> dict[Key, list[int]]:
    """Key → the rows that have it, in their order; rows whose key is empty have none."""
    found: dict[Key, list[int]] = {}
    for row, key in enumerate(keys):
        if any(part is not None for part in key):
            found.setdefault(key, []).append(row)
    return found


def refuse_lacking(table: Table, columns: Iterable[str]) -> None:
    """Refuse columns that a list does not have.

    Raises:
        BusinessError: It lacks one.
    """
    if lacking := [name for name in dict.fromkeys(columns) if name not in table.columns]:
        raise BusinessError(
            "The list has no column {columns}",
            columns=", ".join(lacking),
            hint="It has: {known}",
            known=", ".join(table.columns),
        )


def key_in_words(key: Key) -> str:
    """A key as a clerk reads it."""
    return " / ".join("" if part is None else plain_text(part) for part in key)


def place(table: Table, row: int) -> str:
    """Where a row stood: 名簿.xlsx [一覧]:12, or its number when it was made."""
    origin = table.row(row).origin if table.origins is not None else None
    return str(origin or row + 1)


def all_origins(tables: Iterable[Table]) -> list[Origin] | None:
    """The origins of the rows of several lists, one after the other; None when one of them has none."""
    found: list[Origin] = []
    for table in tables:
        if table.origins is None and table.count:
            return None
        found += table.origins or ()
    return found
