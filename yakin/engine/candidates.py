"""Rows of business data on their way to becoming work items, and what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yakin.engine.resources import LiveThings
from yakin.engine.running import Running
from yakin.engine.sequence import Attempt


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row of the business data, before or while it is worked on.

    Attributes:
        key: Business key.
        label: Where it stands, for people.
        row: The data.
        index: Counted from 1.
    """

    key: str
    label: str
    row: Any
    index: int

    def attempt(self, running: Running, things: LiveThings, number: int, *, count: int) -> Attempt:
        """A new go at steps that see this row as `item`.

        Args:
            running: The run.
            things: Live things the steps may ask for.
            number: 1 for the first try.
            count: Number of rows, for `loop.count`.
        """
        names = {**running.names, "item": self.row, "loop": {"index": self.index, "count": count}}
        return Attempt(running, things, names, item=self.key, number=number)


def plain_result(result: Mapping[str, Any]) -> dict[str, Any]:
    """Results are shown and kept as text, numbers and booleans."""
    return {name: _plain_cell(value) for name, value in result.items()}


def _plain_cell(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
