"""Control totals: what payments must come to, known from elsewhere."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from bots.bank.findings import Finding


class ControlTotals(BaseModel):
    """What the payments must come to, known from elsewhere.

    Attributes:
        count: Number of payments.
        amount: Their sum in yen.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int | None = Field(default=None, ge=0)
    amount: int | None = Field(default=None, ge=0)


def wrong_totals(count: int, amount: int, totals: ControlTotals | None) -> list[Finding]:
    """What is not as it must be, for a number of payments and their sum in yen."""
    found: list[Finding] = []
    if totals and totals.count is not None and totals.count != count:
        found.append(Finding("count", data={"found": f"{count:,}", "expected": f"{totals.count:,}"}))
    if totals and totals.amount is not None and totals.amount != amount:
        found.append(Finding("total", data={"found": f"{amount:,}", "expected": f"{totals.amount:,}"}))
    return found
