from __future__ import annotations

import pickle
import re
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakin.errors import BusinessError
from yakin.japan import (
    ERAS,
    ImpossibleDate,
    JapaneseDataError,
    SeirekiStyle,
    UnreadableDate,
    WarekiStyle,
    era_of,
    format_wareki,
    fullwidth,
    parse_date,
    to_seireki,
)

WAREKI_STYLES: tuple[WarekiStyle, ...] = get_args(WarekiStyle)
SEIREKI_STYLES: tuple[SeirekiStyle, ...] = get_args(SeirekiStyle)
days = st.dates(date(1873, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("令和６年１月１日", date(2024, 1, 1)),
        ("令和 6年 4月 1日", date(2024, 4, 1)),
        ("令和　６年　４月　１日", date(2024, 4, 1)),
        ("令和六年十二月三十一日", date(2024, 12, 31)),
        ("令和二十一年四月二十日", date(2039, 4, 20)),
        ("昭和六〇年一月八日", date(1985, 1, 8)),
        ("R6.4.1", date(2024, 4, 1)),
        ("r06-04-01", date(2024, 4, 1)),
        ("Ｓ６０．１．８", date(1985, 1, 8)),
        ("S60.1.8", date(1985, 1, 8)),
        ("S60・1・8", date(1985, 1, 8)),
        ("平31.4.30", date(2019, 4, 30)),
        ("平成３１年４月３０日", date(2019, 4, 30)),
        ("㍻31年4月30日", date(2019, 4, 30)),
        ("㋿6年4月1日", date(2024, 4, 1)),
        ("R060401", date(2024, 4, 1)),
        ("S60―1―8", date(1985, 1, 8)),
        ("S60ー1ー8", date(1985, 1, 8)),
        ("M6.1.1", date(1873, 1, 1)),
        ("2024-04-01", date(2024, 4, 1)),
        ("2024/4/1", date(2024, 4, 1)),
        ("２０２４／４／１", date(2024, 4, 1)),
        ("20240401", date(2024, 4, 1)),
        ("2024年4月1日", date(2024, 4, 1)),
        ("西暦2024年4月1日", date(2024, 4, 1)),
        ("2024-04-01 00:00:00", date(2024, 4, 1)),
        ("2024-04-01T13:45", date(2024, 4, 1)),
        ("2024年4月1日(月)", date(2024, 4, 1)),
        ("令和6年4月1日（月曜日）", date(2024, 4, 1)),
        ("2024年4月1日㈪", date(2024, 4, 1)),
        ("2024/4/1 月", date(2024, 4, 1)),
        ("2024年4月7日日曜日", date(2024, 4, 7)),
        ("2024/4/29(月・祝)", date(2024, 4, 29)),
        ("  2024/4/1\n", date(2024, 4, 1)),
        ("9999-12-31", date(9999, 12, 31)),
        (20240401, date(2024, 4, 1)),
        (date(2024, 4, 1), date(2024, 4, 1)),
        (datetime(2024, 4, 1, 23, 59, tzinfo=UTC), date(2024, 4, 1)),
    ],
)
def test_a_date_is_read_however_it_is_written(written: str | int | date, expected: date) -> None:
    found = parse_date(written)
    assert (found, type(found)) == (expected, date)


@pytest.mark.parametrize(
    ("last_of_old", "first_of_new", "day_of_old", "day_of_new"),
    [
        ("明治45年7月30日", "大正元年7月30日", date(1912, 7, 30), date(1912, 7, 30)),
        ("大正15年12月25日", "昭和元年12月25日", date(1926, 12, 25), date(1926, 12, 25)),
        ("昭和64年1月7日", "平成元年1月8日", date(1989, 1, 7), date(1989, 1, 8)),
        ("平成31年4月30日", "令和元年5月1日", date(2019, 4, 30), date(2019, 5, 1)),
    ],
)
def test_eras_change_on_their_day(last_of_old: str, first_of_new: str, day_of_old: date, day_of_new: date) -> None:
    assert parse_date(last_of_old) == day_of_old
    assert parse_date(first_of_new) == day_of_new
    assert format_wareki(day_of_new) == first_of_new


def test_no_day_since_the_gregorian_calendar_is_without_an_era() -> None:
    for older, newer in pairwise(ERAS):
        assert older.last is not None
        assert (newer.first - older.last).days in (0, 1)
    assert ERAS[-1].last is None


@pytest.mark.parametrize(
    ("written", "reason", "advice"),
    [
        ("平成32年1月1日", "平成32年1月1日 does not exist: 平成 ended on 平成31年4月30日", "令和2年1月1日"),
        ("平成31年5月1日", "平成31年5月1日 does not exist: 平成 ended on 平成31年4月30日", "令和元年5月1日"),
        ("昭和65年3月31日", "昭和65年3月31日 does not exist: 昭和 ended on 昭和64年1月7日", "平成2年3月31日"),
        ("S64.1.8", "S64.1.8 does not exist: 昭和 ended on 昭和64年1月7日", "平成元年1月8日"),
        ("昭和65年", "昭和65年 does not exist: 昭和 ended on 昭和64年1月7日", "correct it at its source"),
        ("大正15年12月26日", "大正15年12月26日 does not exist: 大正 ended on 大正15年12月25日", "昭和元年12月26日"),
        ("昭和元年12月24日", "昭和元年12月24日 does not exist: 昭和 began on 昭和元年12月25日", "大正15年12月24日"),
        ("大正元年7月29日", "大正元年7月29日 does not exist: 大正 began on 大正元年7月30日", "明治45年7月29日"),
        ("令和元年4月30日", "令和元年4月30日 does not exist: 令和 began on 令和元年5月1日", "平成31年4月30日"),
    ],
)
def test_a_day_outside_its_era_is_refused_with_the_day_that_may_be_meant(
    written: str, reason: str, advice: str
) -> None:
    with pytest.raises(ImpossibleDate) as caught:
        parse_date(written)
    assert caught.value.message == reason
    assert advice in str(caught.value.hint)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("令和5年2月29日", "2023年2月 has 28 days"),
        ("2024年2月30日", "2024年2月 has 29 days"),
        ("2024-04-31", "2024年4月 has 30 days"),
        ("2024/13/1", "there is no month 13"),
        ("2024/0/1", "there is no month 0"),
        ("20240400", "2024年4月 has 30 days"),
        ("令和0年1月1日", "the first year of an era is 元年"),
        ("R000101", "the first year of an era is 元年"),
        ("2024年4月1日(火)", "that day is a 月曜日"),
    ],
)
def test_a_day_that_never_was_is_refused_and_not_shifted(written: str, reason: str) -> None:
    with pytest.raises(ImpossibleDate, match=f"^{re.escape(written)} does not exist: {reason}"):
        parse_date(written)


@pytest.mark.parametrize("written", ["明治5年12月2日", "明治5年12月31日", "明治元年9月8日", "M1.1.25"])
def test_a_day_of_the_lunisolar_calendar_is_refused_and_says_why(written: str) -> None:
    with pytest.raises(ImpossibleDate, match="lunisolar"):
        parse_date(written)


def test_a_day_before_the_gregorian_calendar_has_no_era_to_be_written_with() -> None:
    assert format_wareki(date(1873, 1, 1)) == "明治6年1月1日"
    with pytest.raises(ImpossibleDate, match="lunisolar"):
        era_of(date(1872, 12, 31))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "empty"),
        ("　", "empty"),
        ("24/4/1", "several eras"),
        ("60年1月8日", "several eras"),
        ("令和６年１月", "the day is missing"),
        ("令和6年度", "the day is missing"),
        ("2024/4", "the day is missing"),
        ("45383", "spreadsheet"),
        (45383, "spreadsheet"),
        ("X6.4.1", "is not a date"),
        ("令和6年4月1日 ごろ", "is not a date"),
        ("2024-04-01T00:00:00Z", "is not a date"),
        ("2024-04-01-05", "is not a date"),
        ("令和6千年4月1日", "is not a date"),
        (True, "is not a date"),
        (None, "is not a date"),
    ],
)
def test_what_is_no_single_date_is_refused(written: str | int, reason: str) -> None:
    with pytest.raises(UnreadableDate, match=reason):
        parse_date(written)


@pytest.mark.parametrize("filling", [" ", "　", "一", "1", "-", "日"])
def test_an_absurdly_long_text_is_refused_at_once(filling: str) -> None:
    with pytest.raises(UnreadableDate):
        parse_date("令和6年4月1日" + filling * 20_000 + "x")
    with pytest.raises(UnreadableDate):
        parse_date("令和" + filling * 20_000 + "x")


def test_a_refusal_is_a_business_error_and_a_value_error_that_keeps_its_data_apart() -> None:
    with pytest.raises(JapaneseDataError) as caught:
        parse_date("平成32年1月1日")
    refusal = caught.value
    assert isinstance(refusal, BusinessError)
    assert isinstance(refusal, ValueError)
    assert "平成32年1月1日" not in refusal.template
    assert refusal.data["value"] == "平成32年1月1日"
    assert refusal.info().is_business
    assert pickle.loads(pickle.dumps(refusal)).info() == refusal.info()


@pytest.mark.parametrize("style", WAREKI_STYLES)
@given(day=days)
def test_an_era_date_reads_back_as_the_day_it_was_written_from(style: WarekiStyle, day: date) -> None:
    assert parse_date(format_wareki(day, style)) == day
    assert parse_date(fullwidth(format_wareki(day, style))) == day


@pytest.mark.parametrize("style", SEIREKI_STYLES)
@given(day=st.dates(date(1000, 1, 1)))
def test_a_calendar_date_reads_back_as_the_day_it_was_written_from(style: SeirekiStyle, day: date) -> None:
    assert parse_date(to_seireki(day, style)) == day


@given(day=days)
def test_a_day_lies_within_the_era_it_is_written_with(day: date) -> None:
    era = era_of(day)
    assert era.first <= day
    assert era.last is None or day <= era.last
    assert era.year_of(day) >= 1


@given(text=st.text(alphabet="令和平成昭元年月日MTSHR0123456789./- （月）ー一二十", max_size=16))
def test_any_text_is_a_date_or_refused_for_a_reason(text: str) -> None:
    try:
        day = parse_date(text)
    except JapaneseDataError as refusal:
        assert refusal.message
    else:
        assert parse_date(to_seireki(day)) == day


def test_each_style_looks_as_documented() -> None:
    first_day = date(2019, 5, 1)
    assert {style: format_wareki(first_day, style) for style in WAREKI_STYLES} == {
        "long": "令和元年5月1日",
        "long-numeric": "令和1年5月1日",
        "long-padded": "令和01年05月01日",
        "abbreviated": "令1.5.1",
        "dotted": "令和1.5.1",
        "short": "R1.5.1",
        "short-padded": "R01.05.01",
        "slashed": "R1/5/1",
        "compact": "R010501",
    }
    assert {style: to_seireki("R1.5.1", style) for style in SEIREKI_STYLES} == {
        "iso": "2019-05-01",
        "long": "2019年5月1日",
        "slashed": "2019/5/1",
        "slashed-padded": "2019/05/01",
        "dotted": "2019.5.1",
        "compact": "20190501",
    }


def test_a_style_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no style 'fancy'; there are long"):
        format_wareki("R6.4.1", "fancy")  # type: ignore[arg-type]
