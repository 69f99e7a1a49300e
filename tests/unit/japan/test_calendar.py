"""Open and closed days, against counting on the fingers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakin.japan.calendar import Calendar, ClosedTooLong, Hours
from yakin.japan.fiscal import fiscal_first_day, fiscal_last_day, fiscal_year, fiscal_year_name
from yakin.japan.holidays import Holidays

DAY = timedelta(days=1)
MUNICIPAL = Calendar()
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
SOME = Calendar(
    name="some",
    closed={date(2026, 8, day): "夏季休業" for day in range(10, 18)},
    opened={date(2026, 3, 28): "転入出の窓口", date(2026, 12, 29): "年末の窓口"},
)


def told(calendar: Calendar, day: date) -> tuple[bool, str]:
    found = calendar.day(day)
    return found.is_open, found.why.template.format(**found.why.data)


@pytest.mark.parametrize(
    ("day", "is_open", "why"),
    [
        (date(2026, 4, 1), True, "Wednesday"),
        (date(2026, 4, 4), False, "Saturday"),
        (date(2026, 4, 5), False, "Sunday"),
        (date(2026, 4, 29), False, "Showa Day"),
        (date(2026, 5, 3), False, "Constitution Day"),
        (date(2026, 12, 28), True, "Monday"),
        (date(2026, 12, 29), False, "Year-end holidays"),
        (date(2026, 1, 1), False, "New Year's Day"),
        (date(2025, 1, 3), False, "Year-end holidays"),
        (date(2027, 1, 4), True, "Monday"),
    ],
)
def test_the_municipal_calendar_says_which_days_are_open_and_why(day: date, is_open: bool, why: str) -> None:
    assert told(MUNICIPAL, day) == (is_open, why)


def test_own_open_days_count_more_than_everything_else() -> None:
    assert told(SOME, date(2026, 12, 29)) == (True, "Open although it is a closed day: 年末の窓口")
    assert told(SOME, date(2026, 3, 28)) == (True, "Open although it is a closed day: 転入出の窓口")
    assert told(SOME, date(2026, 8, 12)) == (False, "夏季休業")


def test_weekdays_holidays_and_the_years_end_can_be_working_days() -> None:
    always = Calendar(closed_weekdays=frozenset(), national_holidays=False, year_end=False)
    assert all(always.is_open(date(2026, 1, 1) + DAY * n) for n in range(365))
    assert not Calendar(closed_weekdays=frozenset({0})).is_open(date(2026, 4, 6))


@settings(max_examples=50, deadline=None)
@given(DAYS, st.sampled_from([MUNICIPAL, SOME]))
def test_a_day_is_open_when_it_is_told_to_be(day: date, calendar: Calendar) -> None:
    assert calendar.day(day).is_open == calendar.is_open(day)


@settings(max_examples=50, deadline=None)
@given(DAYS, st.sampled_from([MUNICIPAL, SOME]))
def test_the_next_and_the_previous_open_day_are_the_nearest(day: date, calendar: Calendar) -> None:
    later = [day + DAY * n for n in range(40)]
    earlier = [day - DAY * n for n in range(40)]
    assert calendar.next_open(day) == next(each for each in later if calendar.is_open(each))
    assert calendar.previous_open(day) == next(each for each in earlier if calendar.is_open(each))


@settings(max_examples=50, deadline=None)
@given(DAYS, st.integers(1, 40), st.sampled_from([MUNICIPAL, SOME]))
def test_business_days_are_counted_as_on_fingers(day: date, n: int, calendar: Calendar) -> None:
    later = [each for each in (day + DAY * k for k in range(1, 120)) if calendar.is_open(each)]
    earlier = [each for each in (day - DAY * k for k in range(1, 120)) if calendar.is_open(each)]
    assert calendar.business_day(day, n) == later[n - 1]
    assert calendar.business_day(day, -n) == earlier[n - 1]


def test_business_days_have_no_zeroth() -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        MUNICIPAL.business_day(date(2026, 4, 1), 0)


def test_a_calendar_that_never_opens_is_a_mistake_and_not_an_endless_search() -> None:
    never = Calendar(name="never", closed_weekdays=frozenset(range(7)))
    with pytest.raises(ClosedTooLong, match="never has no open day within 400 days of 2026-04-01"):
        never.next_open(date(2026, 4, 1))
    with pytest.raises(ClosedTooLong, match="of 2026-04-01"):
        never.previous_open(date(2026, 4, 1))


def test_a_day_beyond_the_announced_holidays_is_not_sure() -> None:
    calendar = Calendar(sure_until=date(2027, 12, 31))
    assert calendar.day(date(2027, 12, 31)).is_sure
    assert not calendar.day(date(2028, 1, 1)).is_sure


def test_announced_holidays_count_instead_of_calculated_ones() -> None:
    calendar = Calendar(holidays=Holidays({date(2027, 1, 1): "元日"}))
    assert calendar.is_open(date(2027, 5, 3))
    assert not calendar.is_open(date(2026, 5, 4))


@pytest.mark.parametrize(
    ("moment", "usable"),
    [
        ("2026-04-06 06:59", False),
        ("2026-04-06 07:00", True),
        ("2026-04-06 21:59", True),
        ("2026-04-06 22:00", False),
        ("2026-04-07 21:59", False),
        ("2026-04-07 23:00", True),
        ("2026-04-08 04:59", True),
        ("2026-04-08 05:00", False),
        ("2026-04-09 12:00", False),
        ("2026-04-10 23:59", True),
        ("2026-04-11 00:00", False),
    ],
)
def test_hours_of_a_system_end_in_the_evening_or_in_the_next_morning(moment: str, usable: bool) -> None:
    hours = {0: Hours(time(7), time(22)), 1: Hours(time(22), time(5)), 4: Hours(time(7), time(0))}
    assert Calendar(hours=hours).is_usable(datetime.fromisoformat(moment)) is usable


def test_without_hours_a_system_can_always_be_used() -> None:
    assert MUNICIPAL.is_usable(datetime.fromisoformat("2026-01-01 03:00"))


@settings(max_examples=50, deadline=None)
@given(DAYS)
def test_every_day_is_in_its_fiscal_year(day: date) -> None:
    year = fiscal_year(day)
    assert fiscal_first_day(year) <= day <= fiscal_last_day(year)
    assert fiscal_first_day(year + 1) == fiscal_last_day(year) + DAY


@pytest.mark.parametrize(
    ("year", "name"), [(2026, "令和8年度"), (2019, "令和元年度"), (2018, "平成30年度"), (1989, "平成元年度")]
)
def test_a_fiscal_year_has_the_name_of_its_era(year: int, name: str) -> None:
    assert fiscal_year_name(year) == name
