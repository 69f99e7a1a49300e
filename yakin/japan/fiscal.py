"""The fiscal year (会計年度): from 1 April to 31 March of the next year (地方自治法 article 208)."""

from __future__ import annotations

from datetime import date

from yakin.japan.eras import era_of

FIRST_MONTH = 4
"""Month in which a fiscal year begins."""


def fiscal_year(day: date) -> int:
    """The fiscal year a day is in, by the calendar year in which it begins: 2026 for 2027-03-31."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def fiscal_first_day(year: int) -> date:
    """The first day of a fiscal year: 1 April."""
    return date(year, FIRST_MONTH, 1)


def fiscal_last_day(year: int) -> date:
    """The last day of a fiscal year: 31 March of the next calendar year."""
    return date(year + 1, 3, 31)


def fiscal_year_name(year: int) -> str:
    """A fiscal year in the era of its first day, such as 令和8年度.

    The one that began on 1 April 2019, in 平成31年, is 令和元年度 throughout (改元に伴う元号による年表示の取扱いについて, an agreement of
    the ministries of that day).

    Args:
        year: Calendar year in which it begins.

    Raises:
        ImpossibleDate: It began before 明治6年1月1日, when days were counted otherwise.
    """
    first = fiscal_first_day(year)
    if year == 2019:
        return "令和元年度"
    era = era_of(first)
    number = era.year_of(first)
    return f"{era.name}{'元' if number == 1 else number}年度"
