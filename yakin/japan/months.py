"""Months and fiscal years as offices write them, without a day: 令和６年１月, R6.4, 2024年4月分, 202404; 令和6年度."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date

from yakin.japan.eras import parse_date
from yakin.japan.fiscal import fiscal_year
from yakin.japan.refusals import ImpossibleDate, UnreadableDate
from yakin.japan.widths import unify_dashes

_SUFFIX = re.compile(r"\s*(?:分|度|中|末)?\s*$")
_PACKED = re.compile(r"([1-9][0-9]{3}|[MTSHRmtshr][0-9]{2})(0[1-9]|1[0-2])")
_FISCAL = re.compile(r"\s*(?:西暦\s*)?(?P<year>.+?)\s*年度\s*")


def parse_month(value: str | date) -> date:
    """Read a month, as its first day: 令和６年１月, R6.4, 平31.4, 2024年4月分, 2024-04, 202404, R0604; of a
    whole date its month.

    A month in which an era ended or began may be written with either: 昭和64年1月 and 平成元年1月 are one.

    Raises:
        UnreadableDate: It is not a month.
        ImpossibleDate: The month has no day in its era, such as 平成31年5月.
    """
    if isinstance(value, date):
        return date(value.year, value.month, 1)
    plain = _SUFFIX.sub("", unify_dashes(unicodedata.normalize("NFKC", value)).strip())
    packed = _PACKED.fullmatch(plain)
    month = f"{packed[1]}.{packed[2]}." if packed else plain if plain.endswith("月") else f"{plain}."
    try:
        first = parse_date(f"{month}1")
    except UnreadableDate:
        return _month_of_a_day(value)
    except ImpossibleDate as error:
        return _begun_later(value, month, error)
    return first


def _month_of_a_day(value: str) -> date:
    try:
        return parse_date(value).replace(day=1)
    except UnreadableDate:
        raise UnreadableDate("{value} is not a month", hint="Write 令和6年4月 or 2024-04", value=value) from None


def _begun_later(value: str, month: str, error: ImpossibleDate) -> date:
    """The month when its era began after its first day."""
    for last in (31, 30, 29, 28):
        try:
            day = parse_date(f"{month}{last}")
        except ImpossibleDate:
            continue
        if day.day == monthrange(day.year, day.month)[1]:
            return day.replace(day=1)
    raise ImpossibleDate(error.template, hint=error.hint_template, **{**error.data, "value": value}) from None


def parse_fiscal_year(text: str) -> int:
    """Read a fiscal year, as the calendar year in which it begins: 令和6年度, R6年度, 2024年度 → 2024.

    平成31年度 and 令和元年度 are both the year that began on 1 April 2019.

    Raises:
        UnreadableDate: It is not a fiscal year.
        ImpossibleDate: There was none, such as 平成32年度.
    """
    match = _FISCAL.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        raise UnreadableDate("{value} is not a fiscal year", hint="Write 令和6年度 or 2024年度", value=text)
    try:
        return fiscal_year(parse_month(f"{match['year']}年4月"))
    except ImpossibleDate:
        return fiscal_year(parse_month(f"{match['year']}年12月"))
    except UnreadableDate:
        raise UnreadableDate("{value} is not a fiscal year", hint="Write 令和6年度 or 2024年度", value=text) from None
