"""Whole columns in their normal form: what is normal already is seen at once, the rest is read once for each distinct value.

This module imports polars: whoever is imported at the start imports it inside a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from bots.table.forms import Form, Normal, normal
from yakin.errors import BusinessError
from yakin.values import Column, Scalar

_PLAIN_WORD = "[!-~\u4e00-\u9fff\u3041-\u3096\u30a1-\u30fa]+"
"""Letters, digits and signs of ASCII, kanji, kana without marks: what the form `text` leaves as it is."""
_PLAIN_TEXT = f"^{_PLAIN_WORD}(?: {_PLAIN_WORD})*$"
_PLAIN_DIGITS = "^[0-9]+$"
_PLAIN_AMOUNT = "^-?[0-9]{1,18}$"
_PLAIN_DATE = "^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Normalised:
    """A column in its normal form.

    Attributes:
        values: Date for dates; Int64 for amounts, or text where one of them is no whole number of 64 bits; else text. Empty
            where the cell is, or cannot be read.
        unreadable: Places of the cells that are not of the form; None when all are.
    """

    values: pl.Series
    unreadable: pl.Series | None


def normalised(column: Column, form: Form) -> Normalised:
    """A column in a normal form."""
    series = column.series
    if series is None:
        return _one_by_one(column.cells, form)
    fast = _AT_ONCE.get((form, series.dtype.base_type()), _nothing)(series)
    slow = series.is_not_null() if fast is None else fast.is_null() & series.is_not_null()
    if fast is not None and not slow.any():
        return Normalised(fast, None)
    distinct = series.filter(slow).unique()
    found, unreadable = _read(distinct.to_list(), form)
    values = series.replace_strict(distinct, found, default=None, return_dtype=found.dtype)
    if fast is not None:
        fast, values = alike(fast, values)
        values = values.zip_with(slow, fast)
    return Normalised(values, series.is_in(distinct.filter(unreadable).implode()) & slow if unreadable.any() else None)


def alike(one: pl.Series, other: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Two columns of one form in one type: whole amounts as text where the other side has fractions."""
    if one.dtype == other.dtype:
        return one, other
    return one.cast(pl.String), other.cast(pl.String)


def _one_by_one(cells: Sequence[Scalar], form: Form) -> Normalised:
    """A column of mixed cells: 1, True and 1.0 are equal to Python, but not the same."""
    tagged = [(type(cell), cell) for cell in cells]
    places = {cell: place for place, cell in enumerate(dict.fromkeys(tagged))}
    found, unreadable = _read([cell for _, cell in places], form)
    which = pl.Series([places[cell] for cell in tagged], dtype=pl.Int64)
    return Normalised(found.gather(which), unreadable.gather(which) if unreadable.any() else None)


def _read(values: Iterable[Scalar], form: Form) -> tuple[pl.Series, pl.Series]:
    """Normal forms, and whether there is none."""
    found: list[Normal | None] = []
    unreadable: list[bool] = []
    for value in values:
        try:
            found.append(normal(value, form))
            unreadable.append(False)
        except BusinessError:
            found.append(None)
            unreadable.append(True)
    return _typed(found, form), pl.Series(unreadable, dtype=pl.Boolean)


def _typed(values: Sequence[Normal | None], form: Form) -> pl.Series:
    if form == "date":
        return pl.Series(values, dtype=pl.Date)
    if form != "amount":
        return pl.Series(values, dtype=pl.String)
    if all(value is None or (isinstance(value, int) and abs(value) <= _LARGEST) for value in values):
        return pl.Series(values, dtype=pl.Int64)
    return pl.Series([None if value is None else _exact(value) for value in values], dtype=pl.String)


def _exact(amount: Normal) -> str:
    """One spelling for one amount: 1.50 and 1.5 are the same, and 1E+3 is 1000."""
    if not isinstance(amount, Decimal):
        return str(amount)
    plain = format(amount, "f")
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def _matching(pattern: str) -> Callable[[pl.Series], pl.Series | None]:
    """Texts that are normal already; nothing for the others."""

    def at_once(series: pl.Series) -> pl.Series | None:
        plain = series.str.contains(pattern)
        return series if plain.all() else series.set(~plain, None)

    return at_once


def _amounts(series: pl.Series) -> pl.Series | None:
    return series.set(~series.str.contains(_PLAIN_AMOUNT), None).cast(pl.Int64)


def _days(series: pl.Series) -> pl.Series | None:
    return series.set(~series.str.contains(_PLAIN_DATE), None).str.to_date("%Y-%m-%d", strict=False)


def _whole(series: pl.Series) -> pl.Series | None:
    return series.cast(pl.Int64, strict=False).set(series != series.floor(), None).set(series.abs() >= 2**53, None)


def _positive(series: pl.Series) -> pl.Series | None:
    return series.set(series < 0, None).cast(pl.String)


def _nothing(series: pl.Series) -> pl.Series | None:
    return None


_AT_ONCE: Mapping[tuple[Form, object], Callable[[pl.Series], pl.Series | None]] = {
    ("text", pl.String): _matching(_PLAIN_TEXT),
    ("text", pl.Int64): lambda series: series.cast(pl.String),
    ("digits", pl.String): _matching(_PLAIN_DIGITS),
    ("digits", pl.Int64): _positive,
    ("amount", pl.String): _amounts,
    ("amount", pl.Int64): lambda series: series,
    ("amount", pl.Float64): _whole,
    ("date", pl.String): _days,
    ("date", pl.Date): lambda series: series,
}
"""Form and type of a column → what is normal in it already, empty where it has to be read; laws in the tests."""
