"""Dates as Japanese offices write them: eras (和暦), calendar years (西暦) and every usual way to note them.

Sources of the change days:

- 明治: 行政官布告 of 明治元年9月8日, counted back to the first day of that year. The Gregorian calendar came into force on
  明治6年1月1日 (太政官布告第337号 of 明治5年), the day after 明治5年12月2日 of the lunisolar one.
- 大正: 詔書 of 明治45年7月30日, which made "明治45年7月30日以後" 大正元年: the day bears both names.
- 昭和: 詔書 of 大正15年12月25日, likewise: 1926-12-25 is 大正15年12月25日 and 昭和元年12月25日.
- 平成: 元号法 and 元号を改める政令 (昭和64年政令第1号), in force the day after its promulgation: 平成元年1月8日.
- 令和: 元号を改める政令 (平成31年政令第143号), in force on 令和元年5月1日.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from yakin.japan.refusals import ImpossibleDate, UnreadableDate
from yakin.japan.widths import unify_dashes

DateLike: TypeAlias = str | int | date

WarekiStyle: TypeAlias = Literal[
    "long", "long-numeric", "long-padded", "abbreviated", "dotted", "short", "short-padded", "slashed", "compact"
]
SeirekiStyle: TypeAlias = Literal["iso", "long", "slashed", "slashed-padded", "dotted", "compact"]


@dataclass(frozen=True, slots=True)
class Era:
    """A 元号.

    Attributes:
        name: Its name, such as 令和.
        letter: The Latin letter that stands for it (JIS X 0301), such as R.
        first: The first day written with it.
        last: The last day written with it; None while it lasts. May be the first day of the next era too.
    """

    name: str
    letter: str
    first: date
    last: date | None

    def year_of(self, day: date) -> int:
        """The year of this era a day is in, counted from 1."""
        return day.year - self.first_year + 1

    @property
    def first_year(self) -> int:
        """The calendar year that is this era's 元年."""
        return _MEIJI_FIRST_YEAR if self.letter == "M" else self.first.year


_MEIJI_FIRST_YEAR = 1868
GREGORIAN_FROM = date(1873, 1, 1)

ERAS: tuple[Era, ...] = (
    Era("明治", "M", GREGORIAN_FROM, date(1912, 7, 30)),
    Era("大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "R", date(2019, 5, 1), None),
)
_NEWEST_FIRST = ERAS[::-1]
_BY_MARK = {mark: era for era in ERAS for mark in (era.name, era.name[0], era.letter, era.letter.lower())}

_GAP = r"\s*(?:[./\-・]|年)\s*"
_GAP_TO_DAY = r"\s*(?:[./\-・]|(?P<in_kanji>月))\s*"
_WEEKDAYS = "月火水木金土日"
_TAIL = (
    r"(?(in_kanji)(?:\s*日)?)"
    rf"(?:\s*\((?P<weekday>[{_WEEKDAYS}])(?:曜日?)?(?:・?祝日?)?\)|\s*(?P<bare_weekday>[{_WEEKDAYS}])(?:曜日?)?)?"
    r"(?:[T\s]\s*[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?)?\s*"
)
_WAREKI = re.compile(
    r"\s*(?P<era>明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr])\s*"
    rf"(?:(?P<year>元|[0-9]{{1,2}}){_GAP}(?P<month>[0-9]{{1,2}}){_GAP_TO_DAY}(?P<day>[0-9]{{1,2}})"
    rf"|(?P<packed>[0-9]{{6}})){_TAIL}"
)
_SEIREKI = re.compile(
    rf"\s*(?:西暦\s*)?(?:(?P<year>[1-9][0-9]{{3}}){_GAP}(?P<month>[0-9]{{1,2}}){_GAP_TO_DAY}(?P<day>[0-9]{{1,2}})"
    rf"|(?P<packed>[1-9][0-9]{{7}})){_TAIL}"
)


def parse_date(value: DateLike) -> date:
    """Read a date in any of the ways offices write it.

    Understood, in full or half width and with spaces: 令和元年5月1日, R6.4.1, r06-04-01, S60/1/8, 平31.4.30, R060401, ㍻31年4月30日,
    令和六年四月一日, 2024-04-01, 2024/4/1, 20240401 (as a number too), 2024年4月1日; a weekday after it has to be the right one,
    a time of day after it is left out. An era may be used for its last day even where that is the next era's first
    day (大正15年12月25日 is 昭和元年12月25日).

    Args:
        value: Text, a number of eight digits, a date or a datetime (its day, in its own zone).

    Raises:
        UnreadableDate: It is not a date, or could be several (`24/4/1`).
        ImpossibleDate: The day does not exist: past the end or before the beginning of its era, beyond the end of its
            month, in Japan's lunisolar calendar (before 明治6年1月1日), or on another weekday than written.
    """
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return _parse_text(str(value))
    raise UnreadableDate("{value} is not a date", value=value)


def era_of(day: date) -> Era:
    """The era a day is written with; a day two eras share belongs to the new one.

    Raises:
        ImpossibleDate: The day is before 明治6年1月1日 (1873-01-01).
    """
    for era in _NEWEST_FIRST:
        if day >= era.first:
            return era
    raise ImpossibleDate(
        "{value} has no date of an era: before 明治6年1月1日 (1873-01-01) Japan counted days by the lunisolar calendar",
        value=day.isoformat(),
    )


_WAREKI_STYLES: dict[WarekiStyle, str] = {
    "long": "{name}{gannen}年{m}月{d}日",
    "long-numeric": "{name}{y}年{m}月{d}日",
    "long-padded": "{name}{y:02}年{m:02}月{d:02}日",
    "abbreviated": "{name:.1}{y}.{m}.{d}",
    "dotted": "{name}{y}.{m}.{d}",
    "short": "{letter}{y}.{m}.{d}",
    "short-padded": "{letter}{y:02}.{m:02}.{d:02}",
    "slashed": "{letter}{y}/{m}/{d}",
    "compact": "{letter}{y:02}{m:02}{d:02}",
}
_SEIREKI_STYLES: dict[SeirekiStyle, str] = {
    "iso": "{y:04}-{m:02}-{d:02}",
    "long": "{y}年{m}月{d}日",
    "slashed": "{y}/{m}/{d}",
    "slashed-padded": "{y:04}/{m:02}/{d:02}",
    "dotted": "{y}.{m}.{d}",
    "compact": "{y:04}{m:02}{d:02}",
}


def format_wareki(value: DateLike, style: WarekiStyle = "long") -> str:
    """Write a date with its era.

    Args:
        value: Whatever `parse_date` reads.
        style: `long` 令和元年5月1日, `long-numeric` 令和1年5月1日, `long-padded` 令和01年05月01日, `abbreviated` 令1.5.1,
            `dotted` 令和1.5.1, `short` R1.5.1, `short-padded` R01.05.01 (JIS X 0301), `slashed` R1/5/1, `compact` R010501.

    Raises:
        JapaneseDataError: As `parse_date` and `era_of`.
        ValueError: There is no such style.
    """
    day = parse_date(value)
    era = era_of(day)
    year = era.year_of(day)
    pattern = _pattern(_WAREKI_STYLES, style)
    return pattern.format(
        name=era.name, letter=era.letter, gannen="元" if year == 1 else year, y=year, m=day.month, d=day.day
    )


def to_seireki(value: DateLike, style: SeirekiStyle = "iso") -> str:
    """Write a date with its calendar year.

    Args:
        value: Whatever `parse_date` reads.
        style: `iso` 2024-04-01, `long` 2024年4月1日, `slashed` 2024/4/1, `slashed-padded` 2024/04/01, `dotted` 2024.4.1,
            `compact` 20240401.

    Raises:
        JapaneseDataError: As `parse_date`.
        ValueError: There is no such style.
    """
    day = parse_date(value)
    return _pattern(_SEIREKI_STYLES, style).format(y=day.year, m=day.month, d=day.day)


def _pattern(styles: Mapping[Any, str], style: str) -> str:
    pattern = styles.get(style)
    if pattern is None:
        raise ValueError(f"no style {style!r}; there are {', '.join(styles)}")
    return pattern


def _parse_text(text: str) -> date:
    found = _read(text, text)
    if found is not None:
        return found
    plain = _plain(text)
    found = _read(text, plain)
    if found is None:
        raise _refusal(text, plain)
    return found


def _read(text: str, plain: str) -> date | None:
    if match := _SEIREKI.fullmatch(plain):
        return _seireki_day(text, match)
    if match := _WAREKI.fullmatch(plain):
        return _wareki_day(text, match)
    return None


_KANJI_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")
_KANJI_NUMBER = re.compile("[〇一二三四五六七八九十]{1,4}(?=[年月日])")


def _plain(text: str) -> str:
    """The text in half width, with one kind of dash and Arabic digits; ㍻ is 平成 in NFKC, ㊊ (U+328A) is 月."""
    return _KANJI_NUMBER.sub(_arabic, unify_dashes(unicodedata.normalize("NFKC", text)))


def _arabic(number: re.Match[str]) -> str:
    tens, ten, ones = number[0].rpartition("十")
    if not ten:
        return ones.translate(_KANJI_DIGITS)
    return (tens or "一").translate(_KANJI_DIGITS) + (ones or "〇").translate(_KANJI_DIGITS)


def _numbers(match: re.Match[str]) -> tuple[int, int, int]:
    packed: str | None = match["packed"]
    if packed is not None:
        return int(packed[:-4]), int(packed[-4:-2]), int(packed[-2:])
    year = match["year"]
    return 1 if year == "元" else int(year), int(match["month"]), int(match["day"])


def _seireki_day(text: str, match: re.Match[str]) -> date:
    year, month, day = _numbers(match)
    return _checked_weekday(text, match, _real_day(text, year, month, day))


def _wareki_day(text: str, match: re.Match[str]) -> date:
    era = _BY_MARK[match["era"]]
    year, month, day = _numbers(match)
    if year == 0:
        raise ImpossibleDate("{value} does not exist: the first year of an era is 元年 (1)", value=text.strip())
    if era.letter == "M" and year < era.year_of(era.first):
        raise ImpossibleDate(
            "{value} cannot be converted: before 明治6年1月1日 (1873-01-01) Japan counted days by the lunisolar calendar",
            hint="Look the day up in a table of the old calendar and enter the Gregorian date",
            value=text.strip(),
        )
    found = _real_day(text, era.first_year + year - 1, month, day)
    if found < era.first:
        raise _outside(text, "{value} does not exist: {era} began on {limit}", era, era.first, found)
    if era.last is not None and found > era.last:
        raise _outside(text, "{value} does not exist: {era} ended on {limit}", era, era.last, found)
    return _checked_weekday(text, match, found)


def _real_day(text: str, year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise ImpossibleDate("{value} does not exist: there is no month {month}", value=text.strip(), month=month)
    days = calendar.monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise ImpossibleDate(
            "{value} does not exist: {year}年{month}月 has {days} days",
            value=text.strip(),
            year=year,
            month=month,
            days=days,
        )
    return date(year, month, day)


def _outside(text: str, template: str, era: Era, limit: date, meant: date) -> ImpossibleDate:
    return ImpossibleDate(
        template,
        hint="If only the era is wrong it is {meant}: ask whoever wrote it, and correct it at its source",
        value=text.strip(),
        era=era.name,
        limit=_in_era(era, limit),
        meant=format_wareki(meant),
    )


def _in_era(era: Era, day: date) -> str:
    year = era.year_of(day)
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def _checked_weekday(text: str, match: re.Match[str], day: date) -> date:
    written = match["weekday"] or match["bare_weekday"]
    if written is not None and written != _WEEKDAYS[day.weekday()]:
        raise ImpossibleDate(
            "{value} does not exist: that day is a {weekday}曜日",
            hint="Either the date or the weekday is wrong: ask whoever wrote it",
            value=text.strip(),
            weekday=_WEEKDAYS[day.weekday()],
        )
    return day


_TWO_DIGIT_YEAR = re.compile(r"\s*[0-9]{1,2}[./\-年][0-9]{1,2}[./\-月][0-9]{1,2}日?\s*")
_INCOMPLETE = re.compile(
    rf"\s*(?:(?P<era>明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr])\s*(?P<year>元|[0-9]{{1,2}})|[1-9][0-9]{{3}})"
    rf"(?:\s*年度?|{_GAP}[0-9]{{1,2}}月?)\s*"
)
_SERIAL = re.compile(r"\s*[1-9][0-9]{4}(?:\.0)?\s*")


def _refusal(text: str, plain: str) -> UnreadableDate | ImpossibleDate:
    """The most telling reason why a text is not a date."""
    value = text.strip()
    if not value:
        return UnreadableDate("The date is empty", hint="Write a date such as 令和6年4月1日 or 2024-04-01")
    if _TWO_DIGIT_YEAR.fullmatch(plain):
        return UnreadableDate(
            "{value} could be a year of several eras",
            hint="Write the era (R6.4.1) or all four digits of the year (2024/4/1)",
            value=value,
        )
    if match := _INCOMPLETE.fullmatch(plain):
        return _incomplete(value, match)
    if _SERIAL.fullmatch(plain):
        return UnreadableDate(
            "{value} is not a date; it may be a spreadsheet's day number",
            hint="Give the cell a date format, or write 令和6年4月1日 or 2024-04-01",
            value=value,
        )
    return UnreadableDate(
        "{value} is not a date", hint="Write a date such as 令和6年4月1日, R6.4.1 or 2024-04-01", value=value
    )


def _incomplete(value: str, match: re.Match[str]) -> UnreadableDate | ImpossibleDate:
    era = _BY_MARK.get(match["era"])
    year = 1 if match["year"] == "元" else int(match["year"] or 0)
    if era is not None and era.last is not None and year > era.year_of(era.last):
        return ImpossibleDate(
            "{value} does not exist: {era} ended on {limit}",
            hint="Ask whoever wrote it, and correct it at its source",
            value=value,
            era=era.name,
            limit=_in_era(era, era.last),
        )
    return UnreadableDate(
        "{value} is not a whole date: the day is missing", hint="Write month and day too", value=value
    )
