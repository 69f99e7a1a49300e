"""The filters of expressions: ours for Japanese clerical data, and the few of Jinja2 that are safe and useful.

A filter for texts takes numbers and dates as the texts they are shown as, and an empty cell as an empty text. A filter that
gets a secret gives a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import wraps
from pathlib import PurePath
from typing import Any

from jinja2 import filters as of_jinja
from jinja2.runtime import Undefined

from yakin.errors import BusinessError
from yakin.values import FileRef, Secret


def shown(value: Any) -> str:
    """A value as it stands inside a text: an empty cell as nothing, a date as 2024-04-01, true as `true`.

    Raises:
        TypeError: The value is a list, a table or something else that has no obvious text.
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case PurePath() | FileRef():
            return str(value)
        case Undefined():
            return str(value)
        case _:
            raise TypeError("no obvious text")


def joined(parts: Iterable[Any]) -> str | Secret:
    """Values written one after the other; a secret if any of them is one."""
    values = list(parts)
    text = "".join(value.reveal() if isinstance(value, Secret) else shown(value) for value in values)
    return Secret(text) if any(isinstance(value, Secret) for value in values) else text


def _for_text(change: Callable[..., str]) -> Callable[..., str | Secret]:
    @wraps(change)
    def filtered(value: Any, *args: Any, **options: Any) -> str | Secret:
        if isinstance(value, Secret):
            return Secret(change(value.reveal(), *args, **options))
        return change(shown(value), *args, **options)

    return filtered


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def wareki(value: Any, style: Any = "long") -> str:
    """A date with its era: 令和6年4月1日; `wareki('short')` R6.4.1. An empty cell stays empty."""
    from yakin.japan import format_wareki

    return "" if _empty(value) else format_wareki(_defined(value), style)


def seireki(value: Any, style: Any = "iso") -> str:
    """A date with its calendar year: 2024-04-01; `seireki('long')` 2024年4月1日. An empty cell stays empty."""
    from yakin.japan import to_seireki

    return "" if _empty(value) else to_seireki(_defined(value), style)


def date_(value: Any) -> date:
    """The date that a text in any usual notation, Japanese ones included, means."""
    from yakin.japan import parse_date

    return parse_date("" if value is None else _defined(value))


def yen(value: Any) -> str:
    """An amount with thousands separators, as `format_yen` writes it. An empty cell stays empty."""
    from yakin.japan import format_yen

    return "" if _empty(value) else format_yen(int_(value))


def amount(value: Any) -> int | Decimal:
    """The number that a text such as ￥１，２３４ means."""
    from yakin.japan import parse_amount

    return parse_amount("" if value is None else _defined(value))


def month(value: Any) -> date:
    """The first day of the month that 令和６年１月, R6.4 or a date means."""
    from yakin.japan import parse_month

    return parse_month(value if isinstance(value, date) else shown(_defined(value)))


def fiscal_year(value: Any) -> str:
    """The fiscal year of a date, such as 令和8年度. An empty cell stays empty."""
    from yakin.japan.fiscal import fiscal_year, fiscal_year_name

    return "" if _empty(value) else fiscal_year_name(fiscal_year(date_(value)))


def kanji(value: Any, style: Any = "units") -> str:
    """A whole number in kanji: 千二百; `kanji('digits')` 一二〇〇, `kanji('formal')` 壱千弐百. An empty cell stays empty."""
    from yakin.japan import kanji_number

    return "" if _empty(value) else kanji_number(int_(value), style)


_REQUIRED = object()


def int_(value: Any, default: Any = _REQUIRED) -> Any:
    """A whole number; what is none is refused, or gives `default` where there is one."""
    number = _number(value, default)
    if number is default:
        return default
    if number != int(number):
        if default is not _REQUIRED:
            return default
        raise BusinessError("{value} is not a whole number", value=shown(value))
    return int(number)


def float_(value: Any, default: Any = _REQUIRED) -> Any:
    """A number with decimals; what is none is refused, or gives `default` where there is one."""
    number = _number(value, default)
    return default if number is default else float(number)


def _number(value: Any, default: Any) -> Any:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    try:
        return amount(shown(value))
    except BusinessError:
        if default is _REQUIRED:
            raise
        return default


def pad(value: Any, length: int) -> str:
    """Zeros before a number or code until it has this many characters; longer ones are refused."""
    text = shown(value).strip()
    if text and len(text) > length:
        raise BusinessError("{value} has more than {length} characters", value=text, length=length)
    return text.rjust(length, "0") if text else ""


def join(values: Any, separator: str = "") -> str | Secret:
    """The values of a list in one text."""
    parts: list[Any] = []
    for value in values:
        parts += [separator, value] if parts else [value]
    return joined(parts)


def length(value: Any) -> int:
    """How many characters, rows or values there are."""
    return len(value)


def _defined(value: Any) -> Any:
    # An undefined value raises its own error when it is looked at as a text.
    return str(value) if isinstance(value, Undefined) else value


def _japanese(name: str, description: str) -> Callable[..., str | Secret]:
    """A text function of `yakin.japan`, imported when it is first used."""

    def change(text: str) -> str:
        import yakin.japan

        return str(getattr(yakin.japan, name)(text)) if text else ""

    change.__doc__ = description
    return _for_text(change)


def _upper(text: str) -> str:
    """Latin letters as capitals."""
    return text.upper()


def _lower(text: str) -> str:
    """Latin letters as small ones."""
    return text.lower()


def _trim(text: str, characters: str | None = None) -> str:
    """A text without spaces, or the given characters, at both ends."""
    return text.strip(characters)


def _replace(text: str, old: str, new: str) -> str:
    """A text with every `old` replaced by `new`."""
    return text.replace(old, shown(new))


def _string(text: str) -> str:
    """A number or date as the text it is shown as."""
    return text


OURS: Mapping[str, Callable[..., Any]] = {
    "wareki": wareki,
    "seireki": seireki,
    "date": date_,
    "month": month,
    "fiscal_year": fiscal_year,
    "yen": yen,
    "amount": amount,
    "kanji": kanji,
    "pad": pad,
    **{
        name: _japanese(function, description)
        for name, function, description in (
            ("halfwidth", "halfwidth", "A text in half width, as far as there is one: ガＡ１ → ｶﾞA1."),
            ("fullwidth", "fullwidth", "A text in full width: ｶﾞA1 → ガＡ１."),
            ("katakana", "katakana", "Hiragana and half-width kana as full-width katakana."),
            ("hiragana", "hiragana", "Katakana as hiragana."),
            ("bank_kana", "bank_kana", "A name in kana as a bank transfer wants it: ヤマダ ショウジ㈱ → ﾔﾏﾀﾞ ｼﾖｳｼﾞ(ｶ."),
            ("company", "company", "A company's name with its legal form in full: ㈱山田商店 → 株式会社山田商店."),
            ("digits", "digits", "Only the digits of a text, in half width."),
            ("postal_code", "postal_code", "A postal code as it is written: 〒９２９０１２３ → 929-0123."),
            ("address_key", "address_key", "What all ways to write an address have in common; for comparing only."),
            (
                "name_key",
                "person_name_key",
                "What all ways to write a person's name have in common; for comparing only.",
            ),
            ("cp932", "substituted", "A text with what may stand for the characters CP932 has not: 𠮷田 → 吉田."),
        )
    },
}
"""Name → filter for Japanese clerical data."""

OF_JINJA: Mapping[str, Callable[..., Any]] = {
    "abs": abs,
    "default": of_jinja.do_default,
    "first": of_jinja.do_first,
    "float": float_,
    "int": int_,
    "join": join,
    "last": of_jinja.do_last,
    "length": length,
    "list": list,
    "lower": _for_text(_lower),
    "map": of_jinja.sync_do_map,
    "max": of_jinja.do_max,
    "min": of_jinja.do_min,
    "reject": of_jinja.sync_do_reject,
    "rejectattr": of_jinja.sync_do_rejectattr,
    "replace": _for_text(_replace),
    "reverse": of_jinja.do_reverse,
    "round": of_jinja.do_round,
    "select": of_jinja.sync_do_select,
    "selectattr": of_jinja.sync_do_selectattr,
    "sort": of_jinja.do_sort,
    "string": _for_text(_string),
    "sum": of_jinja.sync_do_sum,
    "trim": _for_text(_trim),
    "unique": of_jinja.do_unique,
    "upper": _for_text(_upper),
}
"""Name → filter that Jinja2 has too; `int` and `float` refuse what is not a number instead of giving 0."""

FILTERS: Mapping[str, Callable[..., Any]] = {**OURS, **OF_JINJA}
"""Every filter there is."""

TESTS = frozenset(
    (
        *(
            "defined",
            "undefined",
            "none",
            "true",
            "false",
            "boolean",
            "integer",
            "float",
            "number",
            "string",
            "mapping",
        ),
        *("sequence", "even", "odd", "divisibleby", "in", "eq", "ne", "lt", "le", "gt", "ge"),
        *("==", "!=", "<", "<=", ">", ">="),
    )
)
"""Every test (`x is …`) there is."""
