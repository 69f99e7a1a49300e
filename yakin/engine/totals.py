"""Control totals: what the rows of a block must come to, and what of that was registered.

A clerk knows the number of slips and their sum before anything is entered. Before the first click the rows must come to
the same; at the end what was registered and what was not are told beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yakin.errors import BusinessError
from yakin.japan import parse_amount
from yakin.workflow.model import ControlTotals


@dataclass(frozen=True, slots=True)
class Totals:
    """Number of rows, and sums of some of their columns.

    Attributes:
        count: Number of rows; None when it is not asked for.
        sums: Column → its exact sum; a cell that is empty or no number counts as nothing.
    """

    count: int | None
    sums: Mapping[str, int | Decimal]

    def to_json(self) -> dict[str, Any]:
        """The plain form: sums as text, because they are exact."""
        return {"count": self.count, "sum": {column: str(total) for column, total in self.sums.items()}}

    def of(self, rows: Iterable[Any]) -> Totals:
        """What rows come to, in the same columns."""
        seen = [row for row in rows if isinstance(row, Mapping)]
        return Totals(len(seen), {column: sum((_amount(row.get(column)) for row in seen), 0) for column in self.sums})


def declared_totals(declared: Any) -> Totals:
    """Control totals as the workflow gives them, expressions evaluated.

    Args:
        declared: A mapping with `count` and `sum`.

    Raises:
        BusinessError: They are no numbers.
    """
    if isinstance(declared, ControlTotals):
        declared = declared.model_dump()
    if not isinstance(declared, Mapping):
        raise BusinessError("Control totals are {found}, not count and sum", found=type(declared).__name__)
    count = declared.get("count")
    return Totals(
        None if count is None else int(parse_amount(count)),
        {str(column): parse_amount(total) for column, total in (declared.get("sum") or {}).items()},
    )


def check_totals(expected: Totals, rows: Iterable[Any]) -> Totals:
    """Compare rows with what they must come to.

    Returns:
        What they come to.

    Raises:
        BusinessError: They come to something else; nothing may be registered.
    """
    found = expected.of(rows)
    if expected.count is not None and expected.count != found.count:
        raise BusinessError(
            "There are {found} rows, the control total is {expected}",
            found=f"{found.count:,}",
            expected=f"{expected.count:,}",
            hint="Nothing was registered. Compare the list with the slips",
        )
    for column, total in expected.sums.items():
        if total != found.sums[column]:
            raise BusinessError(
                "{column} comes to {found}, the control total is {expected}",
                column=column,
                found=f"{found.sums[column]:,}",
                expected=f"{total:,}",
                hint="Nothing was registered. Compare the list with the slips",
            )
    return found


def _amount(value: Any) -> int | Decimal:
    try:
        return 0 if value is None or value == "" else parse_amount(value)
    except BusinessError:
        return 0
