"""Calendar files, and the Cabinet Office's list: what they mean, and what is refused where."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from yakin.errors import ConfigError
from yakin.japan.calendar import Hours
from yakin.japan.holidays import calculated
from yakin.schedule.calendar_files import CalendarFileError
from yakin.schedule.calendars import import_holidays, load_calendars
from yakin.settings import CALENDARS

TODAY = date(2026, 3, 1)
LIBRARY = """
title: 図書館
closed_weekdays: [mon, 木曜日]
closed:
  2026-08-14: 蔵書点検
  令和8年9月1日: 曝書
opened:
  2026-05-04: 開館
hours: {tue-sun: 09:00-17:00, 月: "22:00〜05:00"}
"""


def put(root: Path, **files: str) -> None:
    (root / CALENDARS).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (root / CALENDARS / f"{name}.yaml").write_text(text, encoding="utf-8")


def problems(root: Path, **files: str) -> list[str]:
    put(root, **files)
    with pytest.raises(CalendarFileError) as caught:
        load_calendars(root, TODAY)
    return [f"{one.line}:{one.column} {one.code} {one.message}" for one in caught.value.problems]


def official(*years: int) -> str:
    """The list for some years, as the Cabinet Office writes it: substitute holidays are called 休日."""
    days = ((day, "休日" if "休" in name else name) for year in years for day, name in calculated(year).items())
    lines = [f"{day.year}/{day.month}/{day.day},{name}" for day, name in days]
    return "\r\n".join(["国民の祝日・休日月日,国民の祝日・休日名称", *lines, ""])


def list_file(root: Path, text: str, encoding: str = "cp932") -> Path:
    path = root / "syukujitsu.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_the_municipal_calendar_needs_no_file(tmp_path: Path) -> None:
    calendars = load_calendars(tmp_path, TODAY)
    assert list(calendars) == ["municipal"]
    assert calendars.named(None) is calendars["municipal"]
    assert calendars["municipal"].sure_until == date(2027, 12, 31)


def test_a_file_makes_a_calendar_of_its_name(tmp_path: Path) -> None:
    put(tmp_path, library=LIBRARY)
    library = load_calendars(tmp_path, TODAY).named("library")
    assert (library.name, library.title, library.closed_weekdays) == ("library", "図書館", frozenset({0, 3}))
    assert library.closed == {date(2026, 8, 14): "蔵書点検", date(2026, 9, 1): "曝書"}
    assert library.opened == {date(2026, 5, 4): "開館"}
    assert library.hours is not None
    assert library.hours[6] == Hours(time(9), time(17))
    assert library.hours[0] == Hours(time(22), time(5))
    assert library.national_holidays
    assert library.year_end


def test_a_file_of_its_name_replaces_the_municipal_calendar(tmp_path: Path) -> None:
    put(tmp_path, municipal="closed: {2026-10-01: 開庁記念日}\n")
    calendars = load_calendars(tmp_path, TODAY)
    assert list(calendars) == ["municipal"]
    assert not calendars.named(None).is_open(date(2026, 10, 1))


def test_an_empty_file_is_the_usual_calendar(tmp_path: Path) -> None:
    put(tmp_path, office="# nothing of our own yet\n")
    assert not load_calendars(tmp_path, TODAY)["office"].is_open(date(2026, 5, 4))


def test_a_calendar_is_sure_no_longer_than_it_says(tmp_path: Path) -> None:
    put(tmp_path, office="sure_until: 2027-03-31\n", always="national_holidays: false\n")
    calendars = load_calendars(tmp_path, TODAY)
    assert calendars["office"].sure_until == date(2027, 3, 31)
    assert calendars["always"].sure_until == date.max


def test_a_calendar_that_is_not_there_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    put(tmp_path, library=LIBRARY)
    with pytest.raises(ConfigError, match="There is no calendar libary") as caught:
        load_calendars(tmp_path, TODAY).named("libary")
    assert caught.value.hint == "Did you mean library?"


def test_all_mistakes_of_all_files_are_told_with_their_places(tmp_path: Path) -> None:
    office = """\
titel: 役場
closed_weekdays: [sut, 8]
national_holidays: 1
closed:
  2026-02-30: 庁舎
  2026-08-14:
  2026-08-15: 夏季休業
  R8.8.15: 夏季休業
opened: {2026-08-15: 窓口}
hours: {foo: "9", mon: "09:00-09:00", 月: "09:00-10:00"}
sure_until: いつか
"""
    found = problems(tmp_path, office=office, shop="- mon\n", tab="closed:\n\t2026-08-14: 夏季休業\n")
    assert found == [
        "1:1 unknown-key There is no key titel here",
        "2:19 wrong-type entry 1 of closed_weekdays has to be a weekday such as sat, not the text sut",
        "2:24 wrong-type entry 2 of closed_weekdays has to be a weekday such as sat, not the number 8",
        "3:20 wrong-type national_holidays has to be true or false, not the number 1",
        "5:3 wrong-date 2026-02-30 does not exist: 2026年2月 has 28 days",
        "6:3 wrong-type 2026-08-14 has to be a text that says why, not nothing",
        "8:3 duplicate-day 2026-08-15 is there already",
        "9:10 both 2026-08-15 is both closed and opened",
        "10:9 wrong-type the key has to be weekdays such as mon or mon-fri, not the text foo",
        '10:14 wrong-type foo has to be hours such as 07:00-22:00, not the text "9"',
        '10:24 wrong-type mon has to be hours such as 07:00-22:00, not the text "09:00-09:00"',
        "11:13 wrong-date いつか is not a date",
        "1:1 wrong-type the value has to be a mapping (key: value), not a list",
        "2:1 tab A line is indented with a tab",
    ]


def test_the_list_of_the_cabinet_office_is_taken_over(tmp_path: Path) -> None:
    change = import_holidays(tmp_path, list_file(tmp_path, official(*range(2020, 2028))))
    assert change.years == (2022, 2027)
    assert (change.added, change.gone) == ({}, {})
    holidays = load_calendars(tmp_path, date(2026, 1, 1)).holidays
    assert sorted(holidays.announced_years) == list(range(2022, 2028))
    assert holidays.name(date(2026, 5, 6)) == "休日"
    assert list(holidays.of_year(2026)) == list(calculated(2026))
    assert load_calendars(tmp_path, date(2026, 1, 1))["municipal"].sure_until == date(2027, 12, 31)


def test_what_the_list_changes_is_told_and_holds(tmp_path: Path) -> None:
    text = official(2026, 2027).replace("2027/7/19,海の日", "2027/7/20,海の日")
    change = import_holidays(tmp_path, list_file(tmp_path, text))
    assert change.added == {date(2027, 7, 20): "海の日"}
    assert change.gone == {date(2027, 7, 19): "海の日"}
    municipal = load_calendars(tmp_path, TODAY)["municipal"]
    assert municipal.is_open(date(2027, 7, 19))
    assert not municipal.is_open(date(2027, 7, 20))


def test_the_next_list_replaces_the_years_it_has_and_keeps_the_others(tmp_path: Path) -> None:
    import_holidays(tmp_path, list_file(tmp_path, official(2025, 2026)))
    import_holidays(tmp_path, list_file(tmp_path, official(2026, 2027)))
    assert sorted(load_calendars(tmp_path, TODAY).holidays.announced_years) == [2025, 2026, 2027]


def test_a_list_that_was_saved_anew_as_utf8_is_understood(tmp_path: Path) -> None:
    import_holidays(tmp_path, list_file(tmp_path, official(2027), "utf-8-sig"))
    assert 2027 in load_calendars(tmp_path, TODAY).holidays.announced_years


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("受付番号,氏名\r\n1,山田\r\n", "is not the Cabinet Office's list"),
        ("", "is not the Cabinet Office's list"),
        (official(2027) + "2027/2/30,閏\r\n", "syukujitsu.csv:19: a new day and its name are needed"),
        (official(2027) + "2027/1/1,元日\r\n", "syukujitsu.csv:19: a new day and its name are needed"),
        (official(2027) + "2027/12/25\r\n", "syukujitsu.csv:19: a new day and its name are needed"),
        (official(2026, 2027).rpartition("2027/9/20")[0], "is not whole"),
        (official(2025, 2027), "is not whole"),
        (official(2027).partition("2027")[0], "is not whole"),
    ],
)
def test_what_is_something_else_or_not_whole_is_refused_and_changes_nothing(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        import_holidays(tmp_path, list_file(tmp_path, text))
    assert not (tmp_path / CALENDARS).exists()


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "syukujitsu.csv"
    path.write_bytes(b"PK\x03\x04\x81\n\xff")
    with pytest.raises(ConfigError, match="is not a text in CP932"):
        import_holidays(tmp_path, path)
    with pytest.raises(ConfigError, match="cannot be read"):
        import_holidays(tmp_path, tmp_path / "missing.csv")


def test_importing_leaves_no_other_file_behind(tmp_path: Path) -> None:
    import_holidays(tmp_path, list_file(tmp_path, official(2027)))
    assert [path.name for path in (tmp_path / CALENDARS).iterdir()] == ["national.yaml"]
