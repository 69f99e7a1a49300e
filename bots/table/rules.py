"""What a column must be like, as a workflow declares it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bots.table.forms import as_amount, as_day

Kind = Literal[
    "text", "integer", "number", "date", "digits", "person_number", "corporate_number", "kana", "katakana", "bank_kana"
]
"""person_number is the 個人番号 and corporate_number the 法人番号, both with their check digits; kana is hiragana or katakana
of any width, katakana full width only, bank_kana what a bank transfer allows; numbers and dates may be written in any of
the ways offices write them (△1,234, 令和6年4月1日)."""

_ORDERED = ("integer", "number", "date")

Limit = int | float | Decimal | date | str


class ColumnRule(BaseModel):
    """Rules for the cells of one column. An empty cell only breaks `required`.

    Attributes:
        required: No cell may be empty.
        unique: No value may stand in two rows, widths and dashes not counting.
        pattern: Regular expression that the whole cell, exactly as it is written, must match.
        type: What the cells are.
        min: The least an integer, number or date may be.
        max: The most an integer, number or date may be.
        choices: The only values there may be.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    required: bool = False
    unique: bool = False
    pattern: str | None = None
    type: Kind = "text"
    min: Limit | None = None
    max: Limit | None = None
    choices: list[str | int] | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _limits_fit_the_type(self) -> ColumnRule:
        for name, limit in (("min", self.min), ("max", self.max)):
            if limit is None:
                continue
            if self.type not in _ORDERED:
                raise ValueError(f"{name} needs type: {', '.join(_ORDERED)}")
            try:
                self.measured(limit)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
        return self

    def measured(self, value: Limit) -> int | Decimal | date:
        """A value as this column's type compares it.

        Raises:
            BusinessError: It is not of that type.
        """
        return as_day(value) if self.type == "date" else as_amount(value)


class Totals(BaseModel):
    """Control totals: what the list must come to, known from elsewhere.

    Attributes:
        count: Number of rows.
        sum: Column → its sum.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int | None = Field(default=None, ge=0)
    sum: Mapping[str, int | Decimal | str] = Field(default_factory=dict)
