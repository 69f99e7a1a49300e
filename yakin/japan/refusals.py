"""What the functions of this package raise: data that break a rule, told as a sentence a clerk understands.

All are business errors (a person has to look, trying again would not help) and `ValueError`s (so that validation by
pydantic takes them as what they are). They keep the code of a business error, by which a recorded one is known.
"""

from __future__ import annotations

from yakin.errors import BusinessError


class JapaneseDataError(BusinessError, ValueError):
    """Base of everything `yakin.japan` refuses."""


class UnreadableDate(JapaneseDataError):
    """The text is not written in a form of date that is known, or not unambiguously."""


class ImpossibleDate(JapaneseDataError):
    """The text is a date, but of a day that never existed, such as 平成32年1月1日 or 令和5年2月29日."""


class UnreadableAmount(JapaneseDataError):
    """The text is not an amount, or not unambiguously."""


class WrongNumber(JapaneseDataError):
    """A 個人番号 or 法人番号 of the wrong length or with a check digit that does not fit."""


class BankKanaRefused(JapaneseDataError):
    """The text cannot be written in the characters or the length a bank transfer allows."""
