"""When news are due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.news.nights import EveryDay
from yakin import events as ev
from yakin.errors import ApplicationError
from yakin.japan.calendar import Calendar
from yakin.news.timing import BETWEEN_ALERTS, REST, Sent, is_due, is_quiet, last_digest, next_digest, sent_so_far
from yakin.notify import NewsRule
from yakin.results import Recorded

TOKYO = ZoneInfo("Asia/Tokyo")
DIGEST = NewsRule(to=["a@b.jp"], digest="07:30")
ALERT = NewsRule(to=["a@b.jp"], alert=["failed"], quiet="22:00-06:30")
ERROR = ApplicationError("gone").info()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def test_a_digest_is_due_once_at_its_time() -> None:
    before, then = at("2026-04-02 07:29:59"), at("2026-04-02 07:30")
    sent = Sent(at("2026-04-01 07:30:20"), 5)
    assert not is_due(DIGEST, "digest", before, sent, EveryDay())
    assert is_due(DIGEST, "digest", then, sent, EveryDay())
    assert not is_due(DIGEST, "digest", then + timedelta(hours=9), Sent(then, 9), EveryDay())


def test_no_digest_is_due_on_a_closed_day_and_the_next_one_covers_it() -> None:
    friday, sunday, monday = at("2026-04-03 07:31"), at("2026-04-05 12:00"), at("2026-04-06 07:30")
    assert not is_due(DIGEST, "digest", sunday, Sent(friday, 5), Calendar())
    assert is_due(DIGEST, "digest", monday, Sent(friday, 5), Calendar())
    assert next_digest(DIGEST, sunday, Calendar()) == monday


def test_a_digest_that_nobody_was_there_to_send_is_sent_late() -> None:
    assert is_due(DIGEST, "digest", at("2026-04-02 11:00"), Sent(at("2026-04-01 07:30:01"), 5), EveryDay())


def test_a_rule_seen_for_the_first_time_owes_nothing_of_before() -> None:
    assert not is_due(DIGEST, "digest", at("2026-04-02 16:01"), Sent(at("2026-04-02 16:00"), 5), EveryDay())


@given(
    st.integers(0, 2 * 365 * 86_400).map(lambda seconds: at("2026-01-01") + timedelta(seconds=seconds)),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1)), max_size=20),
)
@settings(max_examples=50, deadline=None)
def test_the_last_digest_and_the_next_one_have_no_other_between_them(now: datetime, closed: set[date]) -> None:
    days = EveryDay(*closed)
    last, following = last_digest(DIGEST, now, days), next_digest(DIGEST, now, days)
    assert last is not None
    assert following is not None
    assert last <= now < following
    between = (last.date() + timedelta(days=n) for n in range(1, (following.date() - last.date()).days))
    assert all(day in closed for day in between)
    assert next_digest(DIGEST, last, days) == following


@pytest.mark.parametrize(
    ("clock", "quiet"), [("21:59", False), ("22:00", True), ("00:00", True), ("06:29", True), ("06:30", False)]
)
def test_alerts_wait_during_quiet_hours_over_midnight(clock: str, quiet: bool) -> None:
    now = at(f"2026-04-02 {clock}")
    assert is_quiet(ALERT, now) is quiet
    assert is_due(ALERT, "alert", now, Sent(at("2026-04-01 12:00"), 5), EveryDay()) is not quiet


def test_quiet_hours_within_a_day() -> None:
    rule = NewsRule(to=["a@b.jp"], alert=["failed"], quiet="12:00-13:00")
    assert [is_quiet(rule, at(f"2026-04-02 {clock}")) for clock in ("11:59", "12:00", "13:00")] == [False, True, False]


def test_what_follows_an_alert_closely_is_told_together() -> None:
    now = at("2026-04-02 12:00")
    assert not is_due(ALERT, "alert", now + timedelta(seconds=30), Sent(now, 5, receivers=1), EveryDay())
    assert is_due(ALERT, "alert", now + BETWEEN_ALERTS, Sent(now, 5, receivers=1), EveryDay())
    assert is_due(ALERT, "alert", now + timedelta(seconds=30), Sent(now, 5), EveryDay())


def test_after_news_that_could_not_be_sent_the_next_try_waits() -> None:
    failed = at("2026-04-02 07:51")
    sent = Sent(at("2026-04-01 07:30"), 5, failed=failed)
    assert not is_due(DIGEST, "digest", failed + REST - timedelta(seconds=1), sent, EveryDay())
    assert is_due(DIGEST, "digest", failed + REST, sent, EveryDay())


def test_what_was_sent_follows_from_the_journal() -> None:
    moments = [datetime(2026, 4, 1, hour, tzinfo=UTC) for hour in range(5)]
    told: list[ev.Event] = [
        ev.NewsSent(run="", rule="朝", kind="digest", receivers=0, upto=3),
        ev.NewsFailed(run="", rule="朝", kind="digest", error=ERROR, upto=7),
        ev.NewsSent(run="", rule="朝", kind="alert", receivers=1, upto=8),
        ev.NewsFailed(run="", rule="朝", kind="alert", error=ERROR, upto=8),
        ev.NewsFailed(run="", rule="昼", kind="alert", error=ERROR, upto=8),
    ]
    records = [
        Recorded(seq, moment, "news", event) for seq, (moment, event) in enumerate(zip(moments, told, strict=True))
    ]
    assert sent_so_far(sent_so_far({}, records[:1]), records[1:]) == {
        ("朝", "digest"): Sent(moments[0], 3, failed=moments[1]),
        ("朝", "alert"): Sent(moments[2], 8, receivers=1),
    }
