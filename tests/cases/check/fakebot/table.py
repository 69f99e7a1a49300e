"""Tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from yakin.actions import action
from yakin.values import Table


class CheckedList(TypedDict):
    """What a check hands on."""

    valid: Table
    totals: dict[str, Any]
    count: int


@action(idempotent=True)
def check(
    table: Table, columns: Mapping[str, Mapping[str, Any]], totals: Mapping[str, Any] | None = None
) -> CheckedList:
    """Check a table.

    Args:
        table: The table.
        columns: Column → rules.
        totals: Control totals.

    Returns:
        The same table, and what it comes to.
    """
    return {"valid": table, "totals": {"count": table.count, "sum": {}}, "count": table.count}
