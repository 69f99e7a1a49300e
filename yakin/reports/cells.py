"""One cell of a row of business data in a workbook: how it is written, and how it is read back with its type kept."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from yakin.japan import parse_amount, parse_date
from yakin.reports.sheets import cell_text
from yakin.values import canonical_json, encode

TEXT = "@"
_DATE = "yyyy-mm-dd"
_MOMENT = "yyyy-mm-dd hh:mm:ss"
_TIME = "hh:mm:ss"
_GENERAL = "General"

_FIRST_DAY = date(1900, 3, 1)
"""Before it a spreadsheet's days are off by one, or not there."""

_MOST_DIGITS = 15
"""Digits of a number that a spreadsheet keeps."""

_SMALLEST, _LARGEST = Decimal("1e-300"), Decimal("1e300")

_A_MILLISECOND = timedelta(milliseconds=1)
"""A spreadsheet that saves a moment again may be off by less."""

_SCALARS = (bool, str, int, float, Decimal, datetime, date, time)


def kind_of(value: Any) -> type | None:
    """The type of a cell's content; None for an empty cell, and for what no person can write into a cell."""
    return next((kind for kind in _SCALARS if isinstance(value, kind)), None)


def common_kind(values: Iterable[Any]) -> type | None:
    """The type that all filled cells of a column have; None when there are several."""
    kinds = {kind_of(value) for value in values if value is not None}
    return kinds.pop() if len(kinds) == 1 else None


def written(value: Any, kind: type | None) -> tuple[Any, str]:
    """A value as a cell holds it, and the cell's format.

    Args:
        value: The value.
        kind: The type of its column, for empty cells.
    """
    match value:
        case None:
            return None, {str: TEXT, date: _DATE, datetime: _MOMENT, time: _TIME}.get(kind or object, _GENERAL)
        case bool():
            return value, _GENERAL
        case str():
            return cell_text(value), TEXT
        case int() | float() | Decimal() if _is_kept_as_number(value):
            return value, _GENERAL
        case datetime() if value.tzinfo is None and not value.microsecond and value.date() >= _FIRST_DAY:
            return value, _MOMENT
        case date() if not isinstance(value, datetime) and value >= _FIRST_DAY:
            return value, _DATE
        case time() if value.tzinfo is None and not value.microsecond:
            return value, _TIME
        case datetime() | date() | time():
            return value.isoformat(), TEXT
        case int() | float() | Decimal():
            return str(value), TEXT
        case _:
            return cell_text(canonical_json(encode(value))), TEXT


def read_back(found: Any, original: Any, kind: type | None) -> Any:
    """What a cell holds, in the type that it had: a text stays a text, a date a date, an empty cell is empty.

    Args:
        found: What the workbook holds.
        original: What was written there.
        kind: The type of its column, for cells that were empty.

    Raises:
        ValueError: It cannot be what was there.
        BusinessError: It cannot be read as a date or a number.
    """
    if _is_same(found, written(original, kind)[0]):
        return original
    if found is None:
        return None
    wanted = kind if original is None else kind_of(original)
    if original is not None and wanted is None:
        raise ValueError("it is no value that can be written by hand")
    return _as_kind(found, wanted)


def _as_kind(found: Any, wanted: type | None) -> Any:
    match wanted:
        case None:
            return found.date() if isinstance(found, datetime) and found.time() == time() else found
        case _ if wanted is str:
            return _text(found)
        case _ if wanted is date:
            return _day(found)
        case _ if wanted is datetime:
            return _moment(found)
        case _ if wanted is time and isinstance(found, str):
            return time.fromisoformat(found)
        case _ if wanted in (int, float, Decimal):
            return _number(found, wanted)
        case _ if isinstance(found, wanted):
            return found
        case _:
            raise ValueError("it is of another type")


def _text(found: Any) -> str:
    match found:
        case datetime() if found.time() == time():
            return found.date().isoformat()
        case datetime() | date() | time():
            return found.isoformat()
        case float() if found.is_integer():
            return str(int(found))
        case _:
            return str(found)


def _day(found: Any) -> date:
    if isinstance(found, datetime):
        if found.time() != time():
            raise ValueError("it has a time of day")
        return found.date()
    if isinstance(found, date):
        return found
    if isinstance(found, str):
        return parse_date(found)
    raise ValueError("it is no date")


def _moment(found: Any) -> datetime:
    match found:
        case datetime():
            return found
        case date():
            return datetime.combine(found, time())
        case str():
            return datetime.fromisoformat(found)
        case _:
            raise ValueError("it is no moment")


def _number(found: Any, wanted: type) -> int | float | Decimal:
    if isinstance(found, bool) or not isinstance(found, int | float | str | Decimal):
        raise ValueError("it is no number")
    amount = parse_amount(found)
    if wanted is float:
        return float(amount)
    return Decimal(amount) if wanted is Decimal else amount


def _is_kept_as_number(value: int | float | Decimal) -> bool:
    number = Decimal(value)
    if not number.is_finite() or (number and not _SMALLEST < abs(number) < _LARGEST):
        return False
    return isinstance(value, float) or len(number.as_tuple().digits) <= _MOST_DIGITS


def _is_same(found: Any, told: Any) -> bool:
    """Whether a cell still holds what was written: spreadsheets know days only as midnights, and no empty text."""
    if told in (None, ""):
        return found in (None, "")
    if isinstance(found, datetime) and isinstance(told, date) and not isinstance(told, datetime):
        told = datetime.combine(told, time())
    if isinstance(found, datetime) and isinstance(told, datetime):
        return abs(found - told) < _A_MILLISECOND
    if isinstance(found, bool) or isinstance(told, bool) or isinstance(found, str) != isinstance(told, str):
        return found is told
    if isinstance(found, int | float | Decimal) and isinstance(told, int | float | Decimal):
        # Files of spreadsheets keep some digits less of a fraction than there are.
        close = math.isclose(float(found), float(told), rel_tol=1e-14, abs_tol=0.0)
        return float(found) == float(told) or (isinstance(told, float) and close)
    return bool(found == told)
