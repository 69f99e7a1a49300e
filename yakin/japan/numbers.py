"""Amounts as clerks write them, and the numbers of persons and corporations with their check digits."""

from __future__ import annotations

import re
from decimal import Decimal

from yakin.japan.numerals import NUMERALS, parse_kanji_number
from yakin.japan.refusals import UnreadableAmount, WrongNumber
from yakin.japan.widths import normal_text, strip_spaces, unify_dashes

_AMOUNT = re.compile(
    r"(?P<open>\()? ?(?P<sign>[-+△▲])? ?(?:[¥\\]|金)? ?(?P<late_sign>[-+△▲])? ?"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<fraction>\.[0-9]+)? ?(?:円也?)? ?(?P<close>\))?"
)
_IN_KANJI = re.compile(f"(?<![0-9.,])[{NUMERALS}0-9,]*[{NUMERALS}][{NUMERALS}0-9,]*")
_COULD_BE_NONE = re.compile("(?:千|百万|万|億)円?|一")
_CLOSING_DASH = re.compile(r".*[0-9円][.]?-+")


def parse_amount(value: str | int | float | Decimal) -> int | Decimal:
    """Read an amount: "1,234", "１２３４", "△1,234", "▲5", "-5", "(300)", "¥1,200", "1,200円", "金1,200円也",
    "金壱万弐千円也", "三千円", "1億2,000万円".

    △, ▲ and brackets mean less than nothing, as accounts and 予算書 have it. Commas are only taken between groups of three.
    1,200千円, and 千円 or 百万円 alone, are refused: whether the thousand is a number or a unit is not for a program to say;
    so is 一 alone, which may be a dash.

    Args:
        value: Text of either width, or a number out of a spreadsheet.

    Returns:
        An int when nothing stands after a decimal point, else a Decimal with the digits as written. A number with a
        fraction of zero (1200.0 out of a spreadsheet) is an int.

    Raises:
        UnreadableAmount: It is not an amount or could be two: "1,234-" is minus to an old system, a flourish on a bill.
    """
    if isinstance(value, bool):
        raise UnreadableAmount("{value} is not an amount", value=value)
    if isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        return _from_number(value)
    plain = " ".join(unify_dashes(normal_text(value)).split())
    match = _AMOUNT.fullmatch(_IN_KANJI.sub(_arabic, plain, count=1))
    if match is None or not _signs_agree(match) or _COULD_BE_NONE.fullmatch(plain):
        raise _unreadable(value, plain)
    negative = bool(match["open"]) or (match["sign"] or match["late_sign"] or "+") != "+"
    whole = match["whole"].replace(",", "")
    if match["fraction"]:
        amount = Decimal(whole + match["fraction"])
        return -amount if negative else amount
    return -int(whole) if negative else int(whole)


def format_yen(amount: int) -> str:
    """Write whole yen in groups of three: 1234567 → "1,234,567", -500 → "-500"."""
    return f"{amount:,d}"


def _arabic(numeral: re.Match[str]) -> str:
    try:
        return str(parse_kanji_number(numeral[0]))
    except UnreadableAmount:
        return numeral[0]


def _from_number(value: float | Decimal) -> int | Decimal:
    exact = Decimal(str(value))
    if not exact.is_finite():
        raise UnreadableAmount("{value} is not an amount", value=value)
    return int(exact) if exact == exact.to_integral_value() else exact


def _signs_agree(match: re.Match[str]) -> bool:
    signs = sum(map(bool, (match["open"], match["sign"], match["late_sign"])))
    return signs <= 1 and bool(match["open"]) == bool(match["close"])


def _unreadable(value: str, plain: str) -> UnreadableAmount:
    if not plain:
        return UnreadableAmount("The amount is empty", hint="Write 0 when it is nothing")
    if _CLOSING_DASH.fullmatch(plain):
        return UnreadableAmount(
            "{value} may be more or less than nothing: a dash stands behind it",
            hint="Write △ before it or no dash",
            value=value,
        )
    return UnreadableAmount("{value} is not an amount", hint="Write it in digits, such as 1,234 or △1,234", value=value)


PERSON_NUMBER_LENGTH = 12
CORPORATE_NUMBER_LENGTH = 13
_PERSON_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_CORPORATE_WEIGHTS = (2, 1) * 6


def person_number_check_digit(first_eleven: str) -> int:
    """The last digit of a 個人番号, from the eleven before it (平成26年総務省令第85号第5条).

    With P_n the n-th digit from the right of the eleven and Q_n = n+1 (n ≤ 6) or n−5 (n ≥ 7): 11 − (ΣP_n·Q_n mod 11), and
    0 where the remainder is 0 or 1. As two remainders share the 0, a wrong digit goes unnoticed where it turns one
    of them into the other; of random numbers one in ten passes.
    """
    remainder = _weighted(first_eleven, _PERSON_WEIGHTS) % 11
    return 0 if remainder <= 1 else 11 - remainder


def corporate_number_check_digit(last_twelve: str) -> int:
    """The first digit (1–9) of a 法人番号, from the twelve behind it (平成26年財務省令第70号第2条).

    With P_n the n-th digit from the right and Q_n = 1 (n odd) or 2 (n even): 9 − (ΣP_n·Q_n mod 9). It notices every
    single wrong digit but a 0 for a 9 and a 9 for a 0.
    """
    return 9 - _weighted(last_twelve, _CORPORATE_WEIGHTS) % 9


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    if len(digits) != len(weights) or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"expected {len(weights)} digits")
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def check_person_number(value: str | int) -> str:
    """A 個人番号 as its twelve digits, when its check digit is right (行政手続番号法施行令第8条).

    Spaces, hyphens and full-width digits are understood. The error never contains the number: a report must not become
    a file of 特定個人情報.

    Raises:
        WrongNumber: Not twelve digits, or the check digit does not fit.
    """
    number = _plain_number(value)
    _check_length(number, PERSON_NUMBER_LENGTH, "個人番号")
    if int(number[-1]) != person_number_check_digit(number[:-1]):
        raise WrongNumber(
            "The 個人番号 is wrong: its check digit does not fit", hint="Compare it with the card or the notification"
        )
    return number


def check_corporate_number(value: str | int) -> str:
    """A 法人番号 as its thirteen digits, when its check digit is right (番号法第39条; these numbers are public).

    Spaces, hyphens and full-width digits are understood.

    Raises:
        WrongNumber: Not thirteen digits, or the check digit does not fit.
    """
    number = _plain_number(value)
    _check_length(number, CORPORATE_NUMBER_LENGTH, "法人番号")
    if int(number[0]) != corporate_number_check_digit(number[1:]):
        raise WrongNumber(
            "The 法人番号 {value} is wrong: its check digit does not fit",
            hint="Look the corporation up on the 法人番号公表サイト",
            value=number,
        )
    return number


def _plain_number(value: str | int) -> str:
    return strip_spaces(unify_dashes(normal_text(str(value)))).replace("-", "")


def _check_length(number: str, length: int, kind: str) -> None:
    if not (number.isascii() and number.isdigit()):
        raise WrongNumber(
            "The {kind} is not made of digits only", kind=kind, hint="Enter its {length} digits", length=length
        )
    if len(number) != length:
        raise WrongNumber(
            "The {kind} has {found} digits instead of {length}",
            hint="Leading zeros may have been lost: keep the column as text" if len(number) < length else None,
            kind=kind,
            found=len(number),
            length=length,
        )
