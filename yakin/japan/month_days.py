"""A day of the month in a clerk's words, English or Japanese: `3rd business day`, `10日(休みなら翌開庁日)`, `末日の5営業日前`.

A *base* is a day number, the last day, or the n-th (last) weekday. It can be moved to an open day when it is closed, or by
so many business days. The n-th (last) business day of a month is the fourth kind. A business day is an open day.
"""

from __future__ import annotations

import calendar as months
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from yakin.japan.refusals import JapaneseDataError
from yakin.japan.widths import normal_text

if TYPE_CHECKING:
    from yakin.japan.calendar import Calendar

LAST = -1
"""Stands for the last one where others are counted from 1."""

MOST_BUSINESS_DAYS = 31
"""Business days are counted up to here: more belongs to another month."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""English names of weekdays, in the order of `date.weekday()`."""

UNDERSTOOD = (
    "1st business day",
    "last business day",
    "10th",
    "last day",
    "10th, or the next open day",
    "10th, or the previous open day",
    "3 business days before the 25th",
    "5 business days after the last day",
    "2nd friday",
    "last friday",
    "第3営業日",
    "最終営業日",
    "10日",
    "末日",
    "10日(休みなら翌開庁日)",
    "10日(休みなら前開庁日)",
    "25日の3営業日前",
    "末日の5営業日後",
    "第2金曜日",
    "最終金曜日",
)
"""One example of each form that is understood."""


class UnreadableMonthDay(JapaneseDataError):
    """The words name no day of a month that is understood."""


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of every month.

    Attributes:
        words: As it was written.
        kind: What is counted: days of the month, one weekday, or open days.
        number: Which one, counted from 1; -1 is the last.
        weekday: For a weekday: which, 0 is Monday.
        if_closed: Where it moves when the day is closed.
        business_days: So many open days after the day, before it when negative; 0 when it is not moved.
    """

    words: str
    kind: Literal["day", "weekday", "open day"]
    number: int
    weekday: int = 0
    if_closed: Literal["next", "previous"] | None = None
    business_days: int = 0

    @property
    def uses_calendar(self) -> bool:
        """Whether the day depends on which days are open."""
        return self.kind == "open day" or self.is_moved

    @property
    def is_moved(self) -> bool:
        """Whether it can lie in another month than the one it is counted in."""
        return self.if_closed is not None or self.business_days != 0

    def day_in(self, year: int, month: int, calendar: Calendar) -> date | None:
        """The day that belongs to a month; moved, it can lie in another month.

        Args:
            year: Calendar year.
            month: 1 to 12.
            calendar: Which days are open.

        Returns:
            None when the month has no such day, such as a 31st or a fifth Friday.

        Raises:
            ClosedTooLong: The calendar has no open day for more than 400 days.
        """
        found = self._base(year, month, calendar)
        if found is None:
            return None
        if self.business_days:
            return calendar.business_day(found, self.business_days)
        if self.if_closed == "next":
            return calendar.next_open(found)
        if self.if_closed == "previous":
            return calendar.previous_open(found)
        return found

    def _base(self, year: int, month: int, calendar: Calendar) -> date | None:
        length = months.monthrange(year, month)[1]
        if self.kind == "day":
            numbers = [length] if self.number == LAST else [n for n in (self.number,) if n <= length]
            return date(year, month, numbers[0]) if numbers else None
        days = [date(year, month, number) for number in range(1, length + 1)]
        if self.kind == "weekday":
            fitting = [day for day in days if day.weekday() == self.weekday]
        else:
            fitting = [day for day in days if calendar.is_open(day)]
        index = len(fitting) if self.number == LAST else self.number
        return fitting[index - 1] if 1 <= index <= len(fitting) else None


def parse_month_day(text: str) -> MonthDay:
    """Read a day of the month in a clerk's words.

    Full and half width, capital and small letters, and spaces make no difference.

    Args:
        text: The words; `UNDERSTOOD` has one example of each form.

    Raises:
        UnreadableMonthDay: They are not understood.
    """
    found = _read(text)
    if found is not None:
        return replace(found, words=text.strip())
    nearest = similar_month_day(text)
    raise UnreadableMonthDay(
        "{words} is no day of a month that is understood",
        hint="Did you mean {nearest}?" if nearest else "Understood are: {understood}",
        words=text.strip() or '""',
        nearest=nearest,
        understood=" / ".join(UNDERSTOOD),
    )


def similar_month_day(text: str) -> str | None:
    """The words that are understood and most like these, with the same numbers; None when nothing is like them."""
    plain = " ".join(normal_text(text).casefold().split())
    numbers = [int(found) for found in re.findall(r"\d+", plain)]
    shapes = {_shape(form): _with_numbers(form, numbers) for form in (*UNDERSTOOD, *_MORE_FORMS)}
    found = difflib.get_close_matches(_shape(plain), shapes, n=1, cutoff=0.6)
    return shapes[found[0]] if found and _read(shapes[found[0]]) is not None else None


_MORE_FORMS = (
    *(f"{which} {day}" for day in WEEKDAYS for which in ("2nd", "last")),
    *(f"{which}{day}曜日" for day in "月火水木金土日" for which in ("第2", "最終")),
    "3 business days after the 25th",
    "5 business days before the last day",
    "25日の3営業日後",
    "末日の5営業日前",
)
_WORDS: Mapping[str, int] = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": LAST}
_KANJI: Mapping[str, int] = {kanji: number for number, kanji in enumerate("一二三四五六七八九", 1)}

_NTH = r"(?P<nth>\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|last)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS)})"
_BASE = rf"(?:the )?{_NTH}(?: (?:day|{_WEEKDAY}))?"
_DAI = r"(?P<nth>第(?:\d{1,2}|[一二三四五六七八九十]{1,3})|最終|最後の)"
_SONO = r"(?P<nth>(?:\d{1,2}|[一二三四五六七八九十]{1,3})日|末日|月末日?)"
_KIHON = rf"(?:毎月)?(?:{_SONO}|{_DAI.replace('nth', 'which')}(?P<weekday>[月火水木金土日])曜日?)"
_OPEN = "(?:開庁|営業)日"


def _count(text: str) -> int | None:
    """A number as it is written: `3rd`, `third`, 第3, 第三, 10日, 末日; None when there is no such number."""
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith(("最", "末", "月末")):
        return LAST
    if match := re.fullmatch(r"(\d{1,2})(st|nd|rd|th)", text):
        return int(match[1]) if match[2] == _ending(int(match[1])) else None
    bare = text.removeprefix("第").removesuffix("日")
    if bare.isdecimal():
        return int(bare)
    tens, ten, ones = bare.rpartition("十")
    return (_KANJI.get(tens, 1) * 10 if ten else 0) + _KANJI.get(ones, 0)


def _ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _base_of(match: re.Match[str]) -> MonthDay | None:
    """The base that a match names; None when there is no such day in any month."""
    parts = match.groupdict()
    written = parts.get("weekday")
    number = _count(parts.get("nth") or parts.get("which") or "")
    if number is None:
        return None
    if written is None:
        return MonthDay("", "day", number) if number == LAST or 1 <= number <= 31 else None
    weekday = WEEKDAYS.index(written) if written in WEEKDAYS else "月火水木金土日".index(written)
    return MonthDay("", "weekday", number, weekday) if number == LAST or 1 <= number <= 5 else None


def _business_day(match: re.Match[str]) -> MonthDay | None:
    number = _count(match["nth"])
    if number is None or not (number == LAST or 1 <= number <= MOST_BUSINESS_DAYS):
        return None
    return MonthDay("", "open day", number)


def _base_in_english(match: re.Match[str]) -> MonthDay | None:
    """`last` alone names nothing, and a day number needs no word behind it."""
    if match["nth"] == "last" and match["weekday"] is None and not match["base"].endswith(" day"):
        return None
    base = _base_of(match)
    if base is not None and match["where"]:
        return replace(base, if_closed="next" if match["where"] in ("next", "following") else "previous")
    return base


def _base_in_japanese(match: re.Match[str]) -> MonthDay | None:
    base = _base_of(match)
    if base is not None and match["where"]:
        return replace(base, if_closed="next" if match["where"].startswith("翌") else "previous")
    return base


def _offset(match: re.Match[str]) -> MonthDay | None:
    base, count = _base_of(match), int(match.groupdict().get("count", 1))
    if base is None or not 1 <= count <= MOST_BUSINESS_DAYS:
        return None
    if match.groupdict().get("nth") == "last" and match["weekday"] is None and not match[0].endswith(" day"):
        return None
    return replace(base, business_days=-count if match["side"] in ("before", "前") else count)


_ENGLISH: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], MonthDay | None]], ...] = (
    (re.compile(rf"(?:the )?{_NTH} (?:business|open|working) day"), _business_day),
    (
        re.compile(
            rf"(?P<base>{_BASE})(?:,? or (?:the )?(?P<where>next|following|previous) (?:open|business|working) day)?"
        ),
        _base_in_english,
    ),
    (
        re.compile(rf"(?P<count>\d{{1,2}}) (?:business|open|working) days? (?P<side>before|after) {_BASE}"),
        _offset,
    ),
)
_JAPANESE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], MonthDay | None]], ...] = (
    (re.compile(rf"(?:毎月)?{_DAI}{_OPEN}"), _business_day),
    (
        re.compile(
            rf"{_KIHON}(?: ?[(、,]? ?が?(?:休み|閉庁日?|休日|休庁日?)(?:の場合)?(?:なら|は)?、?(?P<where>翌|前){_OPEN}\)?)?"
        ),
        _base_in_japanese,
    ),
    (re.compile(rf"{_KIHON}の(?P<side>翌|前){_OPEN}"), _offset),
    (re.compile(rf"{_KIHON}の? ?(?P<count>\d{{1,2}}){_OPEN}(?P<side>前|後)"), _offset),
)


def _read(text: str) -> MonthDay | None:
    plain = " ".join(normal_text(text).casefold().split())
    readings = (read(match) for pattern, read in (*_ENGLISH, *_JAPANESE) if (match := pattern.fullmatch(plain)))
    return next((found for found in readings if found is not None), None)


def _shape(form: str) -> str:
    """A form without its numbers."""
    return re.sub(r"\d+(?:st|nd|rd|th)?", "#", form)


def _with_numbers(form: str, numbers: list[int]) -> str:
    """A form with these numbers in it, in their order; its own where there are none left."""
    left = list(numbers)

    def put(match: re.Match[str]) -> str:
        number = left.pop(0) if left else int(match[1])
        return f"{number}{_ending(number) if match[2] else ''}"

    return re.sub(r"(\d+)(st|nd|rd|th)?", put, form)
