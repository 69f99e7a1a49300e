"""What `for_each` goes through."""

from __future__ import annotations

from typing import Any

from yakin.errors import ActionError
from yakin.values import Rows, Table


def rows_of(value: Any) -> list[Any]:
    """The rows that an expression gave.

    Raises:
        ActionError: It gave something that is no list.
    """
    match value:
        case Table():
            return list(value.rows)
        case Rows() | list() | tuple() | range():
            return list(value)
        case _:
            raise ActionError(
                "for_each needs a list of rows, not {kind}",
                kind=type(value).__name__,
                hint="Such as {example}",
                example="${{ steps.read.rows }}",
            )
