"""Tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakin.actions import action
from yakin.values import Table


@action(idempotent=True)
def check(table: Table, columns: Mapping[str, Mapping[str, Any]], totals: Mapping[str, Any] | None = None) -> Table:
    """Check a table.

    Args:
        table: The table.
        columns: Column → rules.
        totals: Control totals.

    Returns:
        The same table.
    """
    return table
