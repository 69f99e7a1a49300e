"""Days of the month in a clerk's words, against counting through the month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakin.japan.calendar import Calendar
from yakin.japan.month_days import (
    UNDERSTOOD,
    WEEKDAYS,
    UnreadableMonthDay,
    parse_month_day,
    similar_month_day,
)

MUNICIPAL = Calendar()
MONTHS = st.tuples(st.integers(2024, 2030), st.integers(1, 12))
FEW = settings(max_examples=40, deadline=None)


def days_of(year: int, month: int) -> list[date]:
    return [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]


def meant(words: str, year: int, month: int) -> date | None:
    return parse_month_day(words).day_in(year, month, MUNICIPAL)


def ending(number: int) -> str:
    return "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("1st business day", date(2026, 5, 1)),
        ("3rd business day", date(2026, 5, 8)),
        ("last business day", date(2026, 5, 29)),
        ("第3営業日", date(2026, 5, 8)),
        ("第三開庁日", date(2026, 5, 8)),
        ("最終営業日", date(2026, 5, 29)),
        ("10th", date(2026, 5, 10)),
        ("10日", date(2026, 5, 10)),
        ("毎月１０日", date(2026, 5, 10)),
        ("二十五日", date(2026, 5, 25)),
        ("last day", date(2026, 5, 31)),
        ("末日", date(2026, 5, 31)),
        ("月末", date(2026, 5, 31)),
        ("10th, or the next open day", date(2026, 5, 11)),
        ("10th or the previous open day", date(2026, 5, 8)),
        ("10日(休みなら翌開庁日)", date(2026, 5, 11)),
        ("10日（休みなら前開庁日）", date(2026, 5, 8)),
        ("10日が閉庁日なら翌営業日", date(2026, 5, 11)),
        ("末日が休みの場合は翌開庁日", date(2026, 6, 1)),
        ("3 business days before the 25th", date(2026, 5, 20)),
        ("25日の3営業日前", date(2026, 5, 20)),
        ("5 business days before the last day", date(2026, 5, 25)),
        ("末日の5営業日前", date(2026, 5, 25)),
        ("末日の5営業日後", date(2026, 6, 5)),
        ("10日の翌営業日", date(2026, 5, 11)),
        ("2nd friday", date(2026, 5, 8)),
        ("第2金曜日", date(2026, 5, 8)),
        ("last friday", date(2026, 5, 29)),
        ("最終金曜日", date(2026, 5, 29)),
        ("2 business days before the last friday", date(2026, 5, 27)),
        ("5 business days before the 1st", date(2026, 4, 23)),
        (" Last  BUSINESS day ", date(2026, 5, 29)),
    ],
)
def test_words_mean_a_day(words: str, day: date) -> None:
    assert meant(words, 2026, 5) == day


@pytest.mark.parametrize("words", UNDERSTOOD)
def test_every_example_is_understood(words: str) -> None:
    assert meant(words, 2026, 5) is not None
    assert parse_month_day(words).words == words


@FEW
@given(MONTHS, st.integers(1, 23))
def test_the_nth_business_day_is_found_by_counting(month: tuple[int, int], n: int) -> None:
    open_days = [day for day in days_of(*month) if MUNICIPAL.is_open(day)]
    expected = open_days[n - 1] if n <= len(open_days) else None
    assert meant(f"{n}{ending(n)} business day", *month) == expected
    assert meant(f"第{n}営業日", *month) == expected
    assert meant("last business day", *month) == open_days[-1]


@FEW
@given(MONTHS, st.integers(1, 31), st.sampled_from([("next", "翌", 1), ("previous", "前", -1)]))
def test_a_day_moves_to_the_nearest_open_one(month: tuple[int, int], n: int, way: tuple[str, str, int]) -> None:
    side, japanese, step = way
    expected = date(*month, n) if n <= monthrange(*month)[1] else None
    while expected is not None and not MUNICIPAL.is_open(expected):
        expected += timedelta(days=step)
    assert meant(f"{n}{ending(n)}, or the {side} open day", *month) == expected
    assert meant(f"{n}日(休みなら{japanese}開庁日)", *month) == expected


@FEW
@given(MONTHS, st.integers(1, 28), st.integers(1, 20), st.sampled_from([("before", "前", -1), ("after", "後", 1)]))
def test_business_days_before_and_after_a_day_are_found_by_counting(
    month: tuple[int, int], n: int, count: int, way: tuple[str, str, int]
) -> None:
    side, japanese, step = way
    expected, left = date(*month, n), count
    while left:
        expected += timedelta(days=step)
        left -= MUNICIPAL.is_open(expected)
    assert meant(f"{count} business days {side} the {n}{ending(n)}", *month) == expected
    assert meant(f"{n}日の{count}営業日{japanese}", *month) == expected


@FEW
@given(MONTHS, st.integers(1, 5), st.integers(0, 6))
def test_the_nth_weekday_is_found_by_counting(month: tuple[int, int], n: int, weekday: int) -> None:
    fitting = [day for day in days_of(*month) if day.weekday() == weekday]
    expected = fitting[n - 1] if n <= len(fitting) else None
    assert meant(f"{n}{ending(n)} {WEEKDAYS[weekday]}", *month) == expected
    assert meant(f"第{n}{'月火水木金土日'[weekday]}曜日", *month) == expected
    assert meant(f"last {WEEKDAYS[weekday]}", *month) == fitting[-1]


def test_a_month_without_such_a_day_has_none() -> None:
    assert meant("31st", 2026, 4) is None
    assert meant("31日(休みなら翌開庁日)", 2026, 4) is None
    assert meant("5th friday", 2026, 4) is None


@pytest.mark.parametrize(
    "words",
    [
        *("", "10", "32nd", "0th", "11st", "last", "friday", "6th friday", "第0営業日", "第32営業日", "25日の3営業日"),
        *("payday", "給料日", "10日翌開庁日", "40 business days before the 25th", "3 business days before the last"),
    ],
)
def test_words_that_could_mean_anything_are_refused(words: str) -> None:
    with pytest.raises(UnreadableMonthDay) as caught:
        parse_month_day(words)
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        ("last buisness day", "last business day"),
        ("3rd buisness day", "3rd business day"),
        ("11st", "11th"),
        ("第4営業", "第4営業日"),
        ("15日(休みなら翌日)", "15日(休みなら翌開庁日)"),
        ("2nd fryday", "2nd friday"),
        ("7 buisness days before the 20th", "7 business days before the 20th"),
    ],
)
def test_the_nearest_words_are_suggested_with_the_same_numbers(words: str, nearest: str) -> None:
    assert similar_month_day(words) == nearest


def test_where_nothing_is_near_all_forms_are_listed() -> None:
    with pytest.raises(UnreadableMonthDay) as caught:
        parse_month_day("給料日")
    assert all(form in str(caught.value.hint) for form in UNDERSTOOD)


@FEW
@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(words: str) -> None:
    try:
        parse_month_day(words).day_in(2026, 5, MUNICIPAL)
    except UnreadableMonthDay as error:
        assert error.hint is not None
