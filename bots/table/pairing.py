"""Which columns of two lists say the same, and how near is near enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from bots.table.forms import Form
from yakin.errors import BusinessError
from yakin.values import Table

Amount: TypeAlias = int | Decimal
Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Pairing:
    """A column on either side, and the form in which the two are compared.

    Attributes:
        left: Column of the left list.
        right: Column of the right list.
        form: Normal form.
        within: How far two amounts, or in days two dates, may be apart and still be the same; keys have none.
    """

    left: str
    right: str
    form: Form = "text"
    within: Amount = 0

    @property
    def name(self) -> str:
        """How the pair is called: one name when both are the same."""
        return self.left if self.left == self.right else f"{self.left}/{self.right}"


def refuse_missing(left: Table, right: Table, pairings: Iterable[Pairing]) -> None:
    """Refuse columns that a list does not have.

    Raises:
        BusinessError: A list lacks a column.
    """
    pairs = list(pairings)
    lacking = [name for name in dict.fromkeys(pair.left for pair in pairs) if name not in left.columns]
    lacking_right = [name for name in dict.fromkeys(pair.right for pair in pairs) if name not in right.columns]
    if lacking or lacking_right:
        raise BusinessError(
            "There is no column {columns} in the {side} list",
            columns=", ".join(lacking or lacking_right),
            side="left" if lacking else "right",
            hint="It has: {known}",
            known=", ".join((left if lacking else right).columns),
        )
