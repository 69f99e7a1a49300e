"""How a value of a workflow is put into a control, and when what a page shows is the same value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Literal

from yakin.errors import BusinessError
from yakin.japan import JapaneseDataError, normal_text, parse_date, strip_spaces
from yakin.values import Secret, revealed

Rule = Literal["width", "spaces", "commas", "wareki"]
"""What may differ between the expected and the shown value:

`width` full or half width; `spaces` any space; `commas` thousands separators, 円 and ¥; `wareki` how a date is written.
"""

YES = ("有", "あり", "有り", "はい", "該当", "該当する", "する", "○", "◯", "〇", "✓", "レ", "yes", "true", "on", "1")
NO = ("", "無", "なし", "無し", "いいえ", "非該当", "該当しない", "しない", "×", "✕", "no", "false", "off", "0")

_NO_MARKS = str.maketrans("", "", ",，、円¥￥")


def as_text(value: Any) -> str:
    """A value as it is typed: whole numbers without a decimal point, dates as 2024-04-01, nothing as nothing."""
    match value:
        case None:
            return ""
        case Secret():
            return revealed(value)
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def as_choice(value: Any, label: str) -> bool:
    """Whether a check box is to be checked.

    Raises:
        BusinessError: The value is neither true or false nor one of the words of `YES` and `NO`.
    """
    if isinstance(value, bool):
        return value
    word = normal_text(as_text(value)).strip().lower()
    if word in _YES_WORDS or word in _NO_WORDS:
        return word in _YES_WORDS
    raise BusinessError(
        "{label} can be checked or not; {value} is neither",
        label=label,
        value=value,
        hint="Write 有 or 無, ○ or ×, true or false",
    )


_YES_WORDS = frozenset(normal_text(word) for word in YES)
_NO_WORDS = frozenset(normal_text(word) for word in NO)


def as_date(value: Any, kind: str) -> str:
    """A date for a date or month control, whichever way it is written.

    Raises:
        JapaneseDataError: It is not a date that exists.
    """
    text = as_text(value)
    if not text:
        return ""
    day = parse_date(value if isinstance(value, date) else text)
    return day.isoformat() if kind == "date" else f"{day:%Y-%m}"


def option_of(value: Any, options: Sequence[str]) -> int | None:
    """Position of the option that is meant: the same text, else the only one that differs in width or spaces alone."""
    text = " ".join(as_text(value).split())
    if text in options:
        return options.index(text)
    alike = [index for index, option in enumerate(options) if _folded(option) == _folded(text)]
    return alike[0] if len(alike) == 1 else None


def _folded(text: str) -> str:
    return strip_spaces(normal_text(text))


def same(expected: Any, found: Any, rules: Sequence[Rule]) -> bool:
    """Whether a page shows the expected value, but for differences that the rules allow."""
    if isinstance(found, bool):
        return found == _choice_or_none(expected)
    if isinstance(found, list):
        wanted = expected if isinstance(expected, list | tuple) else [expected]
        return sorted(_normal(one, rules) for one in wanted) == sorted(_normal(one, rules) for one in found)
    return _normal(expected, rules) == _normal(found, rules)


def _choice_or_none(value: Any) -> bool | None:
    try:
        return as_choice(value, "")
    except BusinessError:
        return None


def _normal(value: Any, rules: Sequence[Rule]) -> str:
    text = as_text(value).replace("\r\n", "\n").strip()
    if "wareki" in rules:
        try:
            return parse_date(text).isoformat()
        except JapaneseDataError:
            # Not a date: compared as the text it is.
            pass
    if "width" in rules:
        text = normal_text(text)
    if "commas" in rules:
        text = text.translate(_NO_MARKS).strip()
    return strip_spaces(text) if "spaces" in rules else text


def masked(value: Any) -> str:
    """A value for a message: secrets stay secret."""
    if isinstance(value, list | tuple):
        return ", ".join(masked(one) for one in value)
    return str(value) if isinstance(value, Secret) else as_text(value)


def shown(found: Any, expected: Any) -> str:
    """What a page holds, for a message; hidden where a secret is expected."""
    if isinstance(expected, Secret):
        return "***"
    return ", ".join(str(one) for one in found) if isinstance(found, list) else str(found)
