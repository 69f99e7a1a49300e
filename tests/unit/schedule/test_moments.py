"""The moments at which triggers are due, against going through every day, or every minute, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from yakin.errors import ConfigError
from yakin.japan.calendar import Calendar, ClosedTooLong
from yakin.schedule.moments import Moments, is_timed, jittered, moments
from yakin.workflow.model import Trigger
from yakin.zones import resolved

TOKYO, BERLIN, NEW_YORK = (ZoneInfo(name) for name in ("Asia/Tokyo", "Europe/Berlin", "America/New_York"))
EASTERNMOST = {TOKYO: timedelta(hours=9), BERLIN: timedelta(hours=2), NEW_YORK: timedelta(hours=-4)}
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MUNICIPAL = Calendar()
ZONES = st.sampled_from([TOKYO, BERLIN, NEW_YORK])
RULES = st.sampled_from(["run", "skip", "previous", "next"])
DAYS = st.dates(date(2024, 1, 1), date(2030, 11, 1))
AROUND_JUMPS = st.sampled_from(
    [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2029, 3, 25), date(2030, 11, 3)]
)
MUCH = settings(max_examples=40, deadline=None)


def of(zone: ZoneInfo = TOKYO, calendar: Calendar = MUNICIPAL, **said: Any) -> Moments:
    return moments(Trigger.model_validate(said), calendar, zone)


def within(first: str, last: str | None = None) -> dict[str, Any]:
    return {"from": first, "until": last}


def at(text: str, zone: ZoneInfo = TOKYO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def shown(found: Moments, begin: datetime, count: int) -> list[str]:
    return [f"{moment:%m-%d %H:%M}" for moment in islice(chain(found, begin), count)]


def chain(found: Moments, begin: datetime) -> Iterator[datetime]:
    """One moment after the other, each asked for with the one before."""
    moment = found.after(begin)
    while moment is not None:
        yield moment
        moment = found.after(moment)


def first_minute(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first minute at which clocks show this time, or a later one: looked for minute by minute."""
    minute = wall.replace(tzinfo=UTC) - EASTERNMOST[zone]
    while minute.astimezone(zone).replace(tzinfo=None) < wall:
        minute += MINUTE
    return minute


def slowly(
    days: list[date], clocks: list[time], rule: str, zone: ZoneInfo, begin: datetime, end: datetime
) -> list[datetime]:
    """What is due after `begin` up to `end`: every day is moved, or left out, on its own."""
    found = set()
    for day in days:
        moved = day
        while rule in ("previous", "next") and not MUNICIPAL.is_open(moved):
            moved += DAY if rule == "next" else -DAY
        near = begin.date() - DAY <= moved <= end.date() + DAY
        if near and (rule != "skip" or MUNICIPAL.is_open(day)):
            found |= {first_minute(datetime.combine(moved, clock), zone) for clock in clocks}
    return sorted(moment for moment in found if begin < moment <= end)


def in_utc(found: list[datetime]) -> list[datetime]:
    return [moment.astimezone(UTC) for moment in found]


@MUCH
@given(
    first=DAYS | AROUND_JUMPS,
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=2),
    minutes=st.sets(st.integers(0, 59), min_size=1, max_size=2),
    weekdays=st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1),
    rule=RULES,
    zone=ZONES,
)
def test_cron_is_due_as_going_through_the_days_finds_it(
    first: date, hours: set[int], minutes: set[int], weekdays: set[str], rule: str, zone: ZoneInfo
) -> None:
    cron = f"{','.join(map(str, minutes))} {','.join(map(str, hours))} * * {','.join(weekdays)}"
    found = of(zone, cron=cron, on_closed_day=rule)
    clocks = [time(hour, minute) for hour in hours for minute in minutes]
    days = [day for day in (first + DAY * n for n in range(-15, 20)) if f"{day:%a}".lower() in weekdays]
    begin, end = (datetime.combine(first + DAY * n, time(1, 30), UTC) for n in (-1, 4))
    expected = slowly(days, clocks, rule, zone, begin, end)
    assert in_utc(list(found.due_between(begin, end))) == expected
    assert in_utc(list(islice(chain(found, begin), len(expected)))) == expected


@MUCH
@given(
    first=DAYS | AROUND_JUMPS,
    every=st.sampled_from(["7m", "30m", "90m", "7h", "1d", "1.5h"]),
    rule=st.sampled_from(["run", "skip"]),
    zone=ZONES,
)
def test_every_is_due_at_equal_distances_whenever_it_is_asked(
    first: date, every: str, rule: str, zone: ZoneInfo
) -> None:
    found = of(zone, every=every, on_closed_day=rule)
    anchor = datetime(1970, 1, 1, tzinfo=zone).astimezone(UTC)
    step = {"7m": 7, "30m": 30, "90m": 90, "7h": 420, "1d": 1440, "1.5h": 90}[every] * MINUTE
    begin, end = (datetime.combine(first + DAY * n, time(1, 30), UTC) for n in (0, 3))
    moment, expected = anchor + (begin - anchor) // step * step, []
    while moment <= end:
        if moment > begin and (rule == "run" or MUNICIPAL.is_open(moment.astimezone(zone).date())):
            expected.append(moment)
        moment += step
    assert in_utc(list(found.due_between(begin, end))) == expected


@MUCH
@given(first=DAYS, rule=RULES, zone=ZONES, every=st.sampled_from(["5h", "1d", "36h"]))
def test_moments_come_in_order_and_never_twice(first: date, rule: str, zone: ZoneInfo, every: str) -> None:
    found = list(islice(chain(of(zone, every=every, on_closed_day=rule), datetime.combine(first, time(), zone)), 30))
    assert all(one.astimezone(UTC) < other.astimezone(UTC) for one, other in pairwise(found))
    assert rule == "run" or all(MUNICIPAL.is_open(moment.date()) for moment in found)
    assert len(found) == 30


@MUCH
@given(first=DAYS, rule=RULES, words=st.sampled_from(["10日", "末日", "第3営業日", "1日の5営業日前", "2nd friday"]))
def test_monthly_is_due_as_going_through_the_months_finds_it(first: date, rule: str, words: str) -> None:
    from yakin.japan.month_days import parse_month_day

    found = of(monthly=words, time="17:15", on_closed_day=rule)
    months = [divmod(first.year * 12 + first.month - 1 + n, 12) for n in range(-3, 6)]
    days = [parse_month_day(words).day_in(year, month + 1, MUNICIPAL) for year, month in months]
    begin, end = (datetime.combine(first + DAY * n, time(), UTC) for n in (0, 60))
    expected = slowly([day for day in days if day], [time(17, 15)], rule, TOKYO, begin, end)
    assert in_utc(list(found.due_between(begin, end))) == expected


@pytest.mark.parametrize(
    "cron",
    ["0 22 * * mon-fri", "*/20 8-17 * * *", "30 6 last * *", "15 3 1,15 apr-jun *", "0 0 29 feb *", "5 4 13 * fri"],
)
def test_cron_means_what_it_means_to_apscheduler(cron: str) -> None:
    theirs, begin = CronTrigger.from_crontab(cron, timezone=TOKYO), at("2026-02-27 12:00")
    expected, moment = [], begin
    for _ in range(12):
        moment = theirs.get_next_fire_time(None, moment + timedelta(seconds=1))
        expected.append(moment)
    assert list(islice(chain(of(cron=cron), begin), 12)) == expected


def test_a_closed_day_is_left_out_or_gives_its_moment_to_the_open_day_beside_it() -> None:
    golden_week = at("2026-04-30 23:00")
    assert shown(of(cron="0 22 * * *", on_closed_day="skip"), golden_week, 2) == ["05-01 22:00", "05-07 22:00"]
    assert shown(of(cron="0 22 * * sun", on_closed_day="previous"), golden_week, 2) == ["05-01 22:00", "05-08 22:00"]
    assert shown(of(cron="0 22 * * sun", on_closed_day="next"), golden_week, 2) == ["05-07 22:00", "05-11 22:00"]
    assert shown(of(cron="0 22 * * sun"), golden_week, 2) == ["05-03 22:00", "05-10 22:00"]


def test_several_closed_days_give_one_moment() -> None:
    found = of(cron="0 22 * * *", on_closed_day="next")
    assert shown(found, at("2026-05-01 22:00"), 2) == ["05-07 22:00", "05-08 22:00"]


def test_once_is_once() -> None:
    found = of(at="2026-05-03 08:00", on_closed_day="next")
    assert list(chain(found, at("2020-01-01 00:00"))) == [at("2026-05-07 08:00")]
    assert found.after(at("2026-05-07 08:00")) is None
    assert found.after(at("2200-01-01 08:00")) is None


def test_a_moment_is_not_after_itself_but_belongs_to_the_span_that_ends_with_it() -> None:
    found = of(cron="0 22 * * *")
    assert found.after(at("2026-05-01 22:00")) == at("2026-05-02 22:00")
    assert list(found.due_between(at("2026-05-01 22:00"), at("2026-05-02 22:00"))) == [at("2026-05-02 22:00")]


def test_a_time_that_clocks_jump_over_is_due_once_right_after_the_jump() -> None:
    begin = at("2026-03-29 00:30", BERLIN)
    assert shown(of(BERLIN, cron="30 2 * * *"), begin, 2) == ["03-29 03:00", "03-30 02:30"]
    assert shown(of(BERLIN, cron="*/30 2,3 * * *"), begin, 3) == ["03-29 03:00", "03-29 03:30", "03-30 02:00"]
    begin = at("2026-03-08 00:30", NEW_YORK)
    assert shown(of(NEW_YORK, cron="15 2 * * *"), begin, 2) == ["03-08 03:00", "03-09 02:15"]


def test_a_time_that_clocks_show_twice_is_due_once_at_the_first() -> None:
    found = list(islice(chain(of(BERLIN, cron="30 2 * * *"), at("2026-10-25 00:30", BERLIN)), 2))
    assert in_utc(found) == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]


def test_every_goes_on_through_the_hour_that_comes_twice() -> None:
    begin = at("2026-10-25 00:00", BERLIN)
    found = in_utc(list(islice(chain(of(BERLIN, every="30m"), begin), 8)))
    assert all(other - one == 30 * MINUTE for one, other in pairwise(found))


@MUCH
@given(first=DAYS | AROUND_JUMPS, clock=st.times().map(lambda one: one.replace(second=0, microsecond=0)), zone=ZONES)
def test_a_time_is_the_first_minute_at_which_clocks_have_reached_it(first: date, clock: time, zone: ZoneInfo) -> None:
    wall = datetime.combine(first, clock)
    assert resolved(wall, zone) == first_minute(wall, zone)


def test_nothing_is_due_before_the_first_or_after_the_last_day() -> None:
    found = of(cron="0 22 * * *", **within("2026-05-01", "2026-05-02"))
    assert shown(found, at("2020-01-01 00:00"), 5) == ["05-01 22:00", "05-02 22:00"]
    moved = of(cron="0 22 * * *", on_closed_day="next", **within("2026-05-02", "2026-05-06"))
    assert list(chain(moved, at("2026-04-01 00:00"))) == []


def test_every_counts_from_its_first_day() -> None:
    found = of(every="7h", **within("2026-05-01"))
    assert shown(found, at("2026-04-01 00:00"), 4) == ["05-01 00:00", "05-01 07:00", "05-01 14:00", "05-01 21:00"]


def test_a_day_that_never_comes_is_never_due() -> None:
    assert of(cron="0 0 30 feb *").after(at("2026-01-01 00:00")) is None


def test_a_rare_day_is_found_years_ahead() -> None:
    assert of(cron="0 0 29 feb mon").after(at("2026-01-01 00:00")) == at("2044-02-29 00:00")


@pytest.mark.parametrize("said", [{"file_arrived": "inbox/*.csv"}, {"after": {"other": "succeeded"}}])
def test_a_trigger_that_says_no_time_is_never_due(said: dict[str, Any]) -> None:
    assert of(**said).after(at("2026-01-01 00:00")) is None
    assert not is_timed(Trigger.model_validate(said))


def test_a_calendar_that_never_opens_is_told() -> None:
    never = Calendar(name="never", closed_weekdays=frozenset(range(7)))
    with pytest.raises(ClosedTooLong):
        of(calendar=never, monthly="10日(休みなら翌開庁日)", time="08:00").after(at("2026-01-01 00:00"))


def test_a_monthly_day_that_ends_up_far_away_is_told() -> None:
    closed = {date(2026, 5, 1) + DAY * n: "改修" for n in range(200)}
    rebuilt = Calendar(name="rebuilt", closed=closed)
    with pytest.raises(ConfigError, match="rebuilt, which is too far away"):
        of(calendar=rebuilt, monthly="10日(休みなら翌開庁日)", time="08:00").after(at("2026-05-01 00:00"))


@given(st.text(min_size=1, max_size=10), DAYS, st.integers(1, 3600))
@MUCH
def test_jitter_is_always_the_same_and_never_longer_than_allowed(schedule: str, day: date, seconds: int) -> None:
    due, jitter = datetime.combine(day, time(22), TOKYO), timedelta(seconds=seconds)
    moment = jittered(schedule, due, jitter)
    assert due <= moment < due + jitter
    assert moment == jittered(schedule, due.astimezone(UTC), jitter)


def test_jitter_spreads_schedules() -> None:
    due = at("2026-05-01 22:00")
    delays = [(jittered(f"bot{n}/abc", due, timedelta(minutes=10)) - due).total_seconds() for n in range(200)]
    assert min(delays) < 60
    assert max(delays) > 540
    assert 240 < sum(delays) / len(delays) < 360
