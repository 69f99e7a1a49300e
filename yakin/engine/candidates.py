"""Rows of business data on their way to becoming work items, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from yakin.engine.resources import LiveThings
from yakin.engine.running import Running
from yakin.engine.sequence import Attempt
from yakin.errors import BusinessError
from yakin.values import Row
from yakin.workflow.model import Block, ItemsBlock

Evaluate: TypeAlias = Callable[..., Any]
"""Evaluates the expressions in a value, with further names as keyword arguments."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row of the business data, before or while it is worked on.

    Attributes:
        key: Business key.
        label: Where it stands, for people.
        row: The data.
        index: Counted from 1.
        count: Number of rows.
    """

    key: str
    label: str
    row: Any
    index: int
    count: int

    def attempt(self, running: Running, things: LiveThings, number: int) -> Attempt:
        """A new go at steps that see this row as `item`.

        Args:
            running: The run.
            things: Live things the steps may ask for.
            number: 1 for the first try.
        """
        names = {**running.names, "item": self.row, "loop": {"index": self.index, "count": self.count}}
        return Attempt(running, things, names, item=self.key, number=number)


def candidates_of(evaluate: Evaluate, block: ItemsBlock | Block, rows: Sequence[Any]) -> list[Candidate]:
    """The rows with their business keys.

    Args:
        evaluate: Evaluates the block's expressions in its run, as `Running.evaluate`.
        block: The block.
        rows: Its rows.

    Raises:
        BusinessError: A key is empty, or two rows have the same one.
    """
    candidates: list[Candidate] = []
    by_key: dict[str, Candidate] = {}
    for index, row in enumerate(rows, start=1):
        label = str(row.origin) if isinstance(row, Row) and row.origin is not None else ""
        key = _key(evaluate, block, row, index, len(rows))
        candidate = Candidate(key, label, row, index, len(rows))
        if not key:
            raise BusinessError("Row {row} has no business key", row=label or index)
        if key in by_key:
            raise BusinessError(
                "Two rows have the same business key {key}: {first} and {second}",
                key=key,
                first=by_key[key].label or by_key[key].index,
                second=label or index,
                hint="Nothing was registered. Correct the list, or choose another key",
            )
        by_key[key] = candidate
        candidates.append(candidate)
    return candidates


def plain_result(result: Mapping[str, Any]) -> dict[str, Any]:
    """Results are shown and kept as text, numbers and booleans."""
    return {name: _plain_cell(value) for name, value in result.items()}


def _key(evaluate: Evaluate, block: ItemsBlock | Block, row: Any, index: int, count: int) -> str:
    if block.key is None:
        return str(index)
    value = evaluate(block.key, item=row, loop={"index": index, "count": count})
    return "" if value is None else str(value).strip()


def _plain_cell(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
