"""The night shift: files that are wrong, runs that are late, a journal that cannot be written, and waking."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from tests.unit.schedule.night import TOKYO, Night, moment
from yakin import events as ev
from yakin.errors import JournalError
from yakin.events import FileRejected
from yakin.journal.schedules import ScheduleRecords
from yakin.ledger import RunRow
from yakin.schedule.lateness import next_time
from yakin.schedule.plans import Plan, plan
from yakin.schedule.schedules import Schedule
from yakin.schedule.timer import Timer, Waking

NIGHTLY = 'cron: "0 22 * * *"'
MINUTE = timedelta(minutes=1)


def rejected(night: Night) -> list[str]:
    with night.journal._database.reading() as connection:
        targets = connection.scalars(sa.text(f"SELECT target FROM event WHERE action = '{FileRejected.action}'"))
        return list(targets)


def test_a_file_that_is_wrong_never_replaces_one_that_was_right_and_is_told_once(night: Night) -> None:
    night.workflow("税", NIGHTLY)
    shift = night.start()
    night.write("税", "workflow: 税\nsteps: [{uses: no.such}]\n")
    shift.look()
    shift.look()
    assert rejected(night) == ["workflows/税.yaml"]
    night.pass_by(to=moment("04-01 22:00"))
    assert night.runs == ["税 04-01 22:00"]
    night.start()
    assert rejected(night) == ["workflows/税.yaml"], "not again after a start"
    night.end_all()
    night.pass_by(to=moment("04-02 22:00"), step=timedelta(minutes=30))
    assert night.runs[1:] == ["税 04-02 22:00"], "as it ran last"
    night.workflow("税", 'cron: "0 23 * * *"')
    night.shift.look()
    night.end_all()
    night.pass_by(to=moment("04-02 23:00"), step=timedelta(minutes=30))
    assert night.runs[2:] == ["税 04-02 23:00"]


def test_a_calendar_that_is_wrong_is_told_once_and_the_one_before_stays(night: Night) -> None:
    calendar = night.root / "config" / "calendars" / "municipal.yaml"
    calendar.parent.mkdir()
    calendar.write_text("closed: {2026-04-01: 開庁記念日}\n", encoding="utf-8")
    night.workflow("税", f"{NIGHTLY}, on_closed_day: skip")
    shift = night.start()
    calendar.write_text("closed: {2026-04-31: 開庁記念日}\n", encoding="utf-8")
    shift.look()
    shift.look()
    assert rejected(night) == ["config/calendars/municipal.yaml"]
    night.pass_by(to=moment("04-01 22:00"))
    assert night.runs == []
    night.start()
    assert rejected(night) == ["config/calendars/municipal.yaml"], "not again after a start"


def test_what_is_wrong_in_one_file_blocks_no_other(night: Night) -> None:
    night.write("壊", "workflow: [")
    night.workflow("税", NIGHTLY)
    night.start()
    night.pass_by(to=moment("04-01 22:00"))
    assert night.runs == ["税 04-01 22:00"]


def test_a_file_that_comes_and_one_that_goes_change_the_schedules(night: Night) -> None:
    night.workflow("税", NIGHTLY)
    shift = night.start()
    assert not shift.look()
    night.workflow("保険", NIGHTLY)
    assert shift.look()
    assert sorted(one.workflow for one in shift.roster.schedules.values()) == ["保険", "税"]
    (night.root / "workflows" / "税.yaml").unlink()
    assert shift.look()
    night.pass_by(to=moment("04-01 22:00"))
    assert night.runs == ["保険 04-01 22:00"]


def test_schedules_that_cannot_be_noted_are_noted_at_the_next_look(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.workflow("税", NIGHTLY)
    with monkeypatch.context() as broken:

        def fail(*_: object, **__: object) -> None:
            raise JournalError("The disk is full")

        broken.setattr("yakin.journal.store.JournalStore.append", fail)
        shift = night.start()
        night.wake_all()
        shift.look()
    assert sum("The disk is full" in text for text in night.told) == 1
    assert not any("KeyError" in text for text in night.told)
    shift.look()
    night.pass_by(to=moment("04-01 22:00"))
    assert night.runs == ["税 04-01 22:00"]


def test_one_look_that_fails_keeps_no_other_from_being_taken(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    night.workflow("税", f"{NIGHTLY}, expect: {{start_within: 10m}}")
    shift = night.start()
    night.pass_by(to=moment("04-01 22:00"))

    def broken(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(shift._arrivals, "look", broken)
    night.clock.pass_by(11 * MINUTE)
    shift.look()
    shift.look()
    assert night.rows[0].late == "not_started"
    assert sum("has failed" in text for text in night.told) == 1


def test_a_run_that_does_not_begin_and_one_that_does_not_end_are_told_once_each(night: Night) -> None:
    night.workflow("税", f'{NIGHTLY}, expect: {{start_within: 10m, finish_by: "06:00"}}')
    one = night.start()
    other = night.start()
    night.pass_by(one, other, to=moment("04-01 22:00"))

    def kinds() -> list[str]:
        return [one.event.kind for one in night.journal.records(night.rows[0].id) if isinstance(one.event, ev.RunLate)]

    for to, late in [
        ("04-01 22:10", []),
        ("04-01 22:11", ["not_started"]),
        ("04-02 05:59", ["not_started"]),
        ("04-02 06:01", ["not_started", "not_finished"]),
        ("04-02 09:00", ["not_started", "not_finished"]),
    ]:
        night.clock.pass_by(moment(to) - night.clock.now())
        one.look()
        other.look()
        assert kinds() == late, to


def test_what_was_given_to_the_workers_at_once_is_not_given_to_them_again(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.workflow("税", "every: 1h")
    shift = night.start()
    released: list[str] = []
    release = shift._release

    def noted(row: RunRow) -> None:
        released.append(row.id)
        release(row)

    monkeypatch.setattr(shift, "_release", noted)
    night.pass_by(to=moment("04-01 22:00"))
    shift.look()
    assert released == []
    night.begin(night.rows[0].id)
    night.pass_by(to=moment("04-01 23:00"))
    night.end(night.rows[0].id)
    shift.look()
    shift.look()
    assert released == [night.rows[1].id]


def test_the_time_of_day_by_which_a_run_is_to_end_is_the_next_one() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    six = time(6)
    assert next_time(moment("04-01 22:00"), six, TOKYO) == moment("04-02 06:00")
    assert next_time(moment("04-02 05:00"), six, TOKYO) == moment("04-02 06:00")
    assert next_time(moment("04-02 06:00"), six, TOKYO) == moment("04-03 06:00")
    in_winter = datetime(2026, 3, 28, 22, tzinfo=berlin)
    assert next_time(in_winter, six, berlin) == datetime(2026, 3, 29, 4, tzinfo=UTC)


@pytest.mark.parametrize("missed", ["skip", "run_once", "run_all"])
def test_what_is_punctual_is_started_whatever_the_rule_for_what_was_missed(missed: str) -> None:
    now = moment("04-01 22:00")
    owed = [(now - hours * timedelta(hours=1), now - hours * timedelta(hours=1)) for hours in (2, 1, 0)]
    decided = plan(owed, now, missed=missed, grace=None)  # type: ignore[arg-type]
    dues = [due for due, _ in owed]
    assert decided.start[-1] == dues[-1]
    assert sorted([*decided.start, *decided.missed]) == dues, "each of them once"


def test_nothing_is_planned_for_nothing() -> None:
    assert plan([], moment("04-01 22:00"), missed="run_once", grace=None) == Plan()


def test_a_timer_wakes_for_a_moment_and_looks_in_one_thread(night: Night) -> None:
    night.workflow("税", "every: 1s")
    shift = night.start()
    woken, threads = threading.Event(), set[str]()
    looked = threading.Event()

    def wake(_: str) -> None:
        threads.add(threading.current_thread().name)
        woken.set()

    def look() -> None:
        threads.add(threading.current_thread().name)
        looked.set()

    timer = Timer(wake, look, TOKYO)
    timer.set(shift.roster.schedules, datetime.now(UTC))
    timer.start()
    try:
        assert looked.wait(20)
        assert woken.wait(20)
        assert timer.next_wake() is not None
    finally:
        timer.stop()
    assert len(threads) == 1


def waking(night: Night, trigger: str) -> tuple[Waking, Schedule]:
    night.workflow("税", trigger)
    schedule = next(iter(night.start().roster.schedules.values()))
    return Waking(schedule), schedule


def test_waking_follows_moments_and_not_the_clock_that_was(night: Night) -> None:
    trigger, _ = waking(night, NIGHTLY)
    assert trigger.get_next_fire_time(None, moment("04-01 21:00")) == moment("04-01 22:00")
    assert trigger.get_next_fire_time(moment("04-01 22:00"), moment("04-01 22:00")) == moment("04-02 22:00")
    late = trigger.get_next_fire_time(moment("04-01 22:00"), moment("04-20 12:00"))
    assert late == moment("04-20 22:00"), "one wake for all that was missed"


def test_with_jitter_every_moment_is_woken_when_it_is_to_start(night: Night) -> None:
    trigger, schedule = waking(night, "every: 10m, jitter: 45m")
    begin, end = moment("04-01 21:00"), moment("04-02 03:00")
    dues = schedule.moments.due_between(begin - timedelta(hours=1), end)
    expected = sorted({fires for due in dues if begin < (fires := schedule.fires_at(due.astimezone(UTC))) <= end})
    found: list[datetime] = []
    following = trigger.get_next_fire_time(None, begin)
    while following is not None and following <= end:
        found.append(following)
        following = trigger.get_next_fire_time(following, following)
    assert found == expected


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda records: records.since(5), "run_by_seq"),
        (lambda records: records.going("税"), "run_unfinished"),
        (lambda records: records.unfinished(), "run_unfinished"),
        (lambda records: records.ended(["税"], after=5), "event_newsworthy"),
        (lambda records: records.moments("税/abcdef", moment("04-01 22:00"), moment("04-01 23:00")), "run_by_schedule"),
        (lambda records: records.rejected("workflows/税.yaml"), "event_newsworthy"),
    ],
)
def test_what_is_asked_again_and_again_needs_no_look_at_all_there_is(night: Night, ask: object, index: str) -> None:
    database = night.journal._database
    said: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        said.append((statement, parameters))

    sa.event.listen(database._engine, "before_cursor_execute", note)
    ask(ScheduleRecords(database))  # type: ignore[operator]
    sa.event.remove(database._engine, "before_cursor_execute", note)
    selects = [one for one in said if one[0].lstrip().startswith("SELECT")]
    with database.reading() as connection:
        plans = [
            " ".join(str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values))  # type: ignore[arg-type]
            for text, values in selects
        ]
    assert any(index in found for found in plans), plans
    assert not any(found.startswith("SCAN run") and "USING INDEX" not in found for found in plans), plans
