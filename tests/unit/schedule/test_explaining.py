"""Why a day is in or out, in sentences."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakin.i18n import translator
from yakin.japan.calendar import Calendar, Hours
from yakin.schedule.coming import coming
from yakin.schedule.explaining import Explanation, explain
from yakin.schedule.schedules import Schedule, schedule_id
from yakin.schedule.screens import in_words
from yakin.workflow.model import Trigger

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
MUNICIPAL = Calendar(sure_until=date(2027, 12, 31))


def of(calendar: Calendar = MUNICIPAL, zone: ZoneInfo = TOKYO, **said: Any) -> Schedule:
    trigger = Trigger.model_validate(said)
    return Schedule(schedule_id("nouzei", trigger), "nouzei", "納税通知", trigger, calendar, zone)


def said(found: Explanation, language: str = "en") -> list[str]:
    return [in_words(reason, translator(language)) for reason in found.reasons]


@pytest.mark.parametrize(
    ("trigger", "day", "due", "reasons"),
    [
        ({"cron": "0 22 * * *"}, "2026-05-01", ["22:00"], ["22:00: due, as the trigger says: 0 22 * * *"]),
        (
            {"cron": "0 22 * * *"},
            "2026-05-04",
            ["22:00"],
            ["22:00: due although the day is closed (Greenery Day): the trigger fires on closed days too"],
        ),
        (
            {"cron": "0 22 * * *", "on_closed_day": "skip"},
            "2026-05-04",
            [],
            ["22:00: left out, because the day is closed (Greenery Day)"],
        ),
        (
            {"cron": "0 22 * * sun", "on_closed_day": "next"},
            "2026-05-03",
            [],
            ["22:00: moved to 2026-05-07 Thu, because the day is closed (Constitution Day)"],
        ),
        (
            {"cron": "0 22 * * sun", "on_closed_day": "next"},
            "2026-05-07",
            ["22:00"],
            [
                "The trigger does not mean this day: 0 22 * * sun",
                "22:00: moved here from 2026-05-03 Sun, which is closed (Constitution Day)",
            ],
        ),
        (
            {"monthly": "10日(休みなら翌開庁日)", "time": "07:30"},
            "2026-05-12",
            [],
            [
                "The trigger does not mean this day: 10日(休みなら翌開庁日) 07:30",
                "In 2026-05 it means 2026-05-11 Mon",
            ],
        ),
        (
            {"monthly": "31st", "time": "07:30"},
            "2026-04-30",
            [],
            ["The trigger does not mean this day: 31st 07:30", "2026-04 has no such day"],
        ),
        (
            {"cron": "0 22 * * *", "from": "2026-05-02"},
            "2026-05-01",
            [],
            ["22:00: left out, because the trigger begins on 2026-05-02"],
        ),
        (
            {"cron": "0 22 * * *", "until": "2026-04-30"},
            "2026-05-01",
            [],
            ["22:00: left out, because the trigger ended on 2026-04-30"],
        ),
        (
            {"cron": "0 22 * * *", "until": "2026-05-05", "on_closed_day": "next"},
            "2026-05-04",
            [],
            ["22:00: left out; it would move to 2026-05-07 Thu, and the trigger ends on 2026-05-05"],
        ),
        (
            {"every": "1h", "on_closed_day": "skip"},
            "2026-05-02",
            [],
            ["00:00 … 23:00 (24): left out, because the day is closed (Saturday)"],
        ),
        ({"file_arrived": "inbox/*.csv"}, "2026-05-01", [], ["It waits for a file, not for a time: inbox/*.csv"]),
        (
            {"after": {"zei": "succeeded"}},
            "2026-05-01",
            [],
            ["It waits for other workflows, not for a time: zei: succeeded"],
        ),
        (
            {"cron": "0 22 * * *", "enabled": False},
            "2026-05-01",
            [],
            ["The trigger is switched off (enabled: false)", "22:00: due, as the trigger says: 0 22 * * *"],
        ),
        (
            {"cron": "0 22 * * *"},
            "2028-05-01",
            ["22:00"],
            ["22:00: due, as the trigger says: 0 22 * * *", "The holidays of 2028 are not announced yet"],
        ),
    ],
)
def test_the_reasons_say_what_happens_to_a_day(
    trigger: dict[str, Any], day: str, due: list[str], reasons: list[str]
) -> None:
    found = explain(of(**trigger), date.fromisoformat(day))
    assert [f"{moment:%H:%M}" for moment in found.due] == due
    assert said(found) == reasons


def test_the_reasons_are_said_in_japanese() -> None:
    found = explain(of(cron="0 22 * * sun", on_closed_day="next"), date(2026, 5, 3))
    assert said(found, "ja") == ["22:00: 閉庁日（憲法記念日）なので 2026-05-07 木 に移ります"]


def test_the_moments_around_the_day_are_told() -> None:
    found = explain(of(cron="0 22 * * *", on_closed_day="skip"), date(2026, 5, 4))
    assert found.before == datetime(2026, 5, 1, 22, tzinfo=TOKYO)
    assert found.after == datetime(2026, 5, 7, 22, tzinfo=TOKYO)


def test_a_time_that_clocks_jump_over_is_explained() -> None:
    found = explain(of(zone=BERLIN, cron="30 2 * * *"), date(2026, 3, 29))
    assert said(found)[-1] == "02:30: clocks jump over it; due at 03:00"


def test_a_moment_outside_the_hours_of_the_calendar_is_told() -> None:
    calendar = Calendar("denshi", hours={day: Hours(time(7), time(22)) for day in range(5)})
    found = explain(of(calendar, cron="0 6,12 * * *"), date(2026, 5, 1))
    assert said(found)[-1] == "06:00: outside the hours of the calendar denshi"


@settings(max_examples=40, deadline=None)
@given(
    day=st.dates(date(2024, 1, 1), date(2030, 12, 1)),
    rule=st.sampled_from(["run", "skip", "previous", "next"]),
    trigger=st.sampled_from(
        [{"cron": "0 22 * * *"}, {"cron": "0 22 * * sat,sun"}, {"monthly": "10日", "time": "08:00"}]
    ),
)
def test_what_is_explained_is_what_happens(day: date, rule: str, trigger: dict[str, Any]) -> None:
    schedule = of(on_closed_day=rule, **trigger)
    moments = schedule.moments
    kept = [one.due for one in (*moments.placed(day), *moments.joining(day)) if one.due and one.moved_to in (None, day)]
    assert sorted(set(kept)) == moments.on(day)
    begin = datetime.combine(day, datetime.min.time(), TOKYO)
    assert [moment for one in coming([schedule], begin, 1) for moment in one.moments] == [
        moment for moment in moments.on(day) if moment > begin
    ]


def test_the_id_of_a_schedule_depends_on_what_its_trigger_says() -> None:
    nightly = of(cron="0 22 * * *")
    assert nightly.id == of(cron="0 22 * * *", on_closed_day="run", missed="run_once").id
    assert nightly.id != of(cron="0 23 * * *").id
    assert nightly.id.startswith("nouzei/")
    assert len(nightly.id) == len("nouzei/") + 6
