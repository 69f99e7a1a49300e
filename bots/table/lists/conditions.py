"""Which rows of a list are meant: conditions on its columns."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bots.table.forms import Form, Normal, as_plain, is_blank, normal
from bots.table.lists.columns import Keyed, normal_column, normal_or_text, rank, refuse_lacking
from yakin.values import Scalar, Table

Value = bool | str | int | float | Decimal | date


class Condition(BaseModel):
    """What a cell must be like; all that is said must hold.

    Attributes:
        form: Normal form in which cells and values are compared; written `as`.
        one_of: It is one of these.
        none_of: It is none of these.
        min: The least it may be.
        max: The most it may be.
        contains: It holds this text, widths and kinds of dash not counting.
        pattern: The whole cell, as it is written, matches this regular expression.
        empty: It holds nothing (`true`), or something (`false`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Form = Field(default="text", alias="as")
    one_of: list[Value] | None = None
    none_of: list[Value] | None = None
    min: Value | None = None
    max: Value | None = None
    contains: str | None = None
    pattern: str | None = None
    empty: bool | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        said = self.model_dump(exclude={"form"}, exclude_none=True)
        if not said:
            raise ValueError("says nothing: one_of, none_of, min, max, contains, pattern or empty")
        if (self.min is not None or self.max is not None) and self.form not in ("amount", "date", "digits"):
            raise ValueError("min and max need as: amount, date or digits")
        if any(limit is not None and is_blank(limit) for limit in (self.min, self.max)):
            raise ValueError("min and max need a value")
        return self


Wanted = Value | list[Value] | Condition
"""A condition as a workflow writes it: one value, several, or all that a `Condition` can say."""


def rows_where(table: Table, where: Mapping[str, Wanted]) -> list[int]:
    """The rows for which every condition holds, counted from 0.

    Raises:
        BusinessError: The list lacks a column, or a value to compare with is not of its form.
    """
    refuse_lacking(table, where)
    kept = list(range(table.count))
    for name, wanted in where.items():
        condition = _condition(wanted)
        normals = normal_column(table, Keyed(name, condition.form))
        holds = _test(condition)
        cells = table.column(name)
        kept = [row for row in kept if holds(cells[row], normals[row])]
    return kept


def _condition(wanted: Wanted) -> Condition:
    if isinstance(wanted, Condition):
        return wanted
    return Condition(one_of=wanted if isinstance(wanted, list) else [wanted])


def _test(condition: Condition) -> Callable[[Scalar, Normal | None], bool]:
    form = condition.form
    tests: list[Callable[[Scalar, Normal | None], bool]] = []
    if condition.empty is not None:
        tests.append(lambda cell, _: is_blank(cell) is condition.empty)
    if condition.one_of is not None:
        wanted = {normal_or_text(value, form) for value in condition.one_of}
        tests.append(lambda _, found: found in wanted)
    if condition.none_of is not None:
        unwanted = {normal_or_text(value, form) for value in condition.none_of}
        tests.append(lambda _, found: found not in unwanted)
    if condition.contains is not None:
        part = as_plain(condition.contains)
        tests.append(lambda cell, _: part in as_plain(cell))
    if condition.pattern is not None:
        pattern = re.compile(condition.pattern)
        tests.append(lambda cell, _: pattern.fullmatch("" if cell is None else str(cell)) is not None)
    tests += _limits(condition)
    return lambda cell, found: all(test(cell, found) for test in tests)


def _limits(condition: Condition) -> list[Callable[[Scalar, Normal | None], bool]]:
    form = condition.form

    def within(limit: Value, holds: Callable[[Any, Any], bool]) -> Callable[[Scalar, Normal | None], bool]:
        bound = rank(normal(limit, form), form)
        return lambda _, found: (place := rank(found, form)) is not None and holds(place, bound)

    tests = []
    if condition.min is not None:
        tests.append(within(condition.min, operator.ge))
    if condition.max is not None:
        tests.append(within(condition.max, operator.le))
    return tests
