"""National holidays, against the Cabinet Office's own lists, which were copied here by hand."""

from __future__ import annotations

from datetime import date

import pytest

from yakin.japan.holidays import Holidays, calculated, reason_of, sure_until

OFFICIAL = {
    2024: "1/1 1/8 2/11 2/12 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/15 8/11 8/12 9/16 9/22 9/23 10/14 11/3 11/4 11/23",
    2025: "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/21 8/11 9/15 9/23 10/13 11/3 11/23 11/24",
    2026: "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 9/23 10/12 11/3 11/23",
    2027: "1/1 1/11 2/11 2/23 3/21 3/22 4/29 5/3 5/4 5/5 7/19 8/11 9/20 9/23 10/11 11/3 11/23",
}
"""国民の祝日・休日 as announced for each year, month/day."""

SPECIAL = {
    2019: "4/30 5/1 5/2 10/22",  # the new emperor: 平成30年法律第99号
    2020: "7/23 7/24 8/10",  # the Olympic Games: moved by 平成三十二年東京オリンピック…特別措置法
    2021: "7/22 7/23 8/8 8/9",
}
"""Days that a special law made holidays of one year."""


def days(year: int, text: str) -> list[date]:
    return [date(year, *map(int, day.split("/"))) for day in text.split()]


@pytest.mark.parametrize("year", OFFICIAL)
def test_the_holidays_of_a_year_are_those_that_were_announced(year: int) -> None:
    assert list(calculated(year)) == days(year, OFFICIAL[year])
    assert list(Holidays().of_year(year)) == days(year, OFFICIAL[year])


@pytest.mark.parametrize("year", SPECIAL)
def test_special_laws_of_single_years_are_known(year: int) -> None:
    assert set(days(year, SPECIAL[year])) <= calculated(year).keys()


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "元日"),
        (date(2026, 5, 6), "振替休日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2026, 9, 23), "秋分の日"),
        (date(2026, 9, 24), None),
    ],
)
def test_a_holiday_has_its_name(day: date, name: str | None) -> None:
    assert Holidays().name(day) == name


def test_there_are_no_holidays_before_the_law() -> None:
    assert calculated(1947) == {}
    assert list(calculated(1948)) == [date(1948, 9, 23), date(1948, 11, 3), date(1948, 11, 23)]


def test_a_year_that_was_announced_has_exactly_what_was_announced() -> None:
    holidays = Holidays({date(2027, 6, 1): "町制百周年"})
    assert holidays.of_year(2027) == {date(2027, 6, 1): "町制百周年"}
    assert holidays.name(date(2027, 1, 1)) is None
    assert holidays.name(date(2026, 1, 1)) == "元日"


@pytest.mark.parametrize(
    ("today", "last"),
    [(date(2026, 1, 31), date(2026, 12, 31)), (date(2026, 2, 1), date(2027, 12, 31))],
)
def test_holidays_are_sure_for_the_next_year_from_february(today: date, last: date) -> None:
    assert sure_until(today) == last
    assert Holidays().sure_until(today) == last


def test_an_announced_year_is_sure_whatever_the_day() -> None:
    assert Holidays({date(2028, 1, 1): "元日"}).sure_until(date(2026, 1, 31)) == date(2028, 12, 31)


def test_every_name_that_is_calculated_is_said_in_english_too() -> None:
    names = {name for year in range(2022, 2031) for name in calculated(year).values()}
    assert [name for name in names if reason_of(name).template == "{name}"] == []


def test_a_name_that_nobody_knows_is_said_as_it_is() -> None:
    reason = reason_of("即位礼正殿の儀")
    assert reason.template.format(**reason.data) == "即位礼正殿の儀"
