"""Normal forms: what two ways of writing the same thing have in common, declared column by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from yakin.errors import BusinessError
from yakin.japan import (
    Towns,
    address_key,
    bank_kana,
    digits,
    katakana,
    normal_text,
    parse_amount,
    parse_company,
    parse_date,
    person_name_key,
    strip_spaces,
    unify_dashes,
)
from yakin.values import Scalar

Form = Literal["text", "digits", "amount", "date", "kana", "bank_kana", "name", "company", "address"]
"""How values are compared:

- `text`: without differences of width, of kinds of dash and of spaces around;
- `digits`: only the digits (leading zeros count);
- `amount`: as numbers (1,200 = １２００円 = 1200.0; △5 = -5);
- `date`: as days (R6.4.1 = 2024/04/01);
- `kana`: the reading, whatever its script and width, without spaces;
- `bank_kana`: as banks write it (small kana large, legal forms abbreviated);
- `name`: of persons, variants of kanji folded (髙 = 高), without spaces;
- `company`: the legal form in full (㈱ = 株式会社), without spaces;
- `address`: 丁目, 番 and 号 as numbers with hyphens, without 都道府県, 郡, 大字 and the building's name; rooms count.
"""

Normal: TypeAlias = str | int | Decimal | date


def normal(value: Scalar, form: Form, *, towns: Towns | None = None) -> Normal | None:
    """A value in its normal form; None when the cell is empty.

    Args:
        value: The cell.
        form: Which normal form.
        towns: One's own municipality, by which its addresses are read whole; other forms do not need it.

    Raises:
        BusinessError: The value is not of that kind, such as a date that does not exist.
    """
    if is_blank(value):
        return None
    return address_key(plain_text(value), towns) if form == "address" else _FORMS[form](value)


def is_blank(value: Scalar) -> bool:
    """Whether a cell holds nothing but spaces."""
    return value is None or (isinstance(value, str) and not value.strip())


def plain_text(value: Scalar) -> str:
    """A value as text: whole numbers without a point, dates as 2024-04-01."""
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def as_amount(value: Scalar) -> int | Decimal:
    """A value as an exact number.

    Raises:
        BusinessError: It is not one.
    """
    return parse_amount(value if isinstance(value, bool | int | float | Decimal) else plain_text(value))


def as_day(value: Scalar) -> date:
    """A value as a day.

    Raises:
        BusinessError: It is not one, or one that never was.
    """
    return parse_date(value if isinstance(value, date) else plain_text(value))


def as_plain(value: Scalar) -> str:
    """A value as text in one width, one kind of dash, single spaces."""
    return " ".join(unify_dashes(normal_text(plain_text(value))).split())


def _digits(value: Scalar) -> str:
    found = digits(plain_text(value))
    if not found:
        raise BusinessError("{value} holds no digits", value=value)
    return found


_FORMS: Mapping[Form, Callable[[Scalar], Normal]] = {
    "text": as_plain,
    "digits": _digits,
    "amount": as_amount,
    "date": as_day,
    "kana": lambda value: strip_spaces(unify_dashes(katakana(normal_text(plain_text(value))))),
    "bank_kana": lambda value: bank_kana(plain_text(value), limit=None),
    "name": lambda value: person_name_key(plain_text(value)),
    "company": lambda value: parse_company(plain_text(value)).key(),
    "address": lambda value: address_key(plain_text(value)),
}
