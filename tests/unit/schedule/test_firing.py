"""What is due is started once, or one word is said about why it is not: by however many, and however often woken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.unit.schedule.night import Night, moment
from yakin import events as ev
from yakin.schedule.firing import PATIENCE
from yakin.schedule.shift import Shift

MINUTE = timedelta(minutes=1)
NIGHTLY = 'cron: "0 22 * * *"'
HOURLY = "every: 1h"


def started(night: Night, *triggers: str) -> Shift:
    night.workflow("税", *triggers)
    return night.start()


def test_a_run_is_started_at_its_moment_and_given_to_the_workers(night: Night) -> None:
    started(night, NIGHTLY)
    night.pass_by(to=moment("04-01 21:59"))
    assert night.runs == []
    night.pass_by(to=moment("04-01 22:00"))
    assert night.runs == ["税 04-01 22:00"]
    assert night.queues.runs == ["税@20260401T1300Z"]
    assert night.left_out == []


def test_nothing_is_owed_from_before_a_schedule_was_known(night: Night) -> None:
    night.clock.pass_by(timedelta(hours=2))
    started(night, NIGHTLY)
    assert (night.runs, night.left_out) == ([], [])


def test_a_schedule_that_is_woken_again_and_again_starts_once(night: Night) -> None:
    shift = started(night, NIGHTLY)
    night.pass_by(to=moment("04-01 22:00"))
    for _ in range(3):
        night.wake_all()
        shift.look()
        night.clock.pass_by(timedelta(seconds=1))
    assert night.runs == ["税 04-01 22:00"]


def test_two_schedulers_on_one_journal_start_each_moment_once(night: Night) -> None:
    one, other = started(night, NIGHTLY, "every: 6h"), night.start()
    for _ in range(24):
        night.pass_by(one, other, to=night.clock.now() + timedelta(hours=1), step=timedelta(hours=1))
        night.end_all()
    assert night.runs == ["税 04-01 22:00", "税 04-02 00:00", "税 04-02 06:00", "税 04-02 12:00", "税 04-02 18:00"]
    assert night.left_out == []


def test_of_two_schedulers_one_may_stand_still_for_long(night: Night) -> None:
    one, other = started(night, HOURLY), night.start()
    for hours in range(1, 5):
        night.pass_by(one, to=moment("04-01 21:00") + timedelta(hours=hours))
        night.end_all()
    night.wake_all(other)
    other.look()
    assert len(night.runs) == 4
    assert night.left_out == []


def test_a_second_scheduler_that_starts_just_before_a_moment_keeps_nobody_from_starting(night: Night) -> None:
    started(night, NIGHTLY)
    name = next(iter(night.shift.roster.schedules))
    night.clock.pass_by(timedelta(hours=1))
    night.journal.append("scheduler", ev.ScheduleKnown(run="", schedule=name, workflow="税"))
    night.wake_all()
    assert night.left_out == []
    night.pass_by(to=moment("04-02 22:00"), step=timedelta(hours=1))
    assert night.runs[-1] == "税 04-02 22:00"


@pytest.mark.parametrize(
    ("rule", "runs", "left_out"),
    [
        ("skip", [], ["税 04-02 06:00 missed x8"]),
        ("run_once", ["税 04-02 06:00"], ["税 04-02 05:00 missed x7"]),
        ("run_all", [f"税 04-{day:02} {hour:02}:00" for day, hour in [(1, 23), *((2, h) for h in range(7))]], []),
        ("run_all, grace: 3h", ["税 04-02 04:00", "税 04-02 05:00", "税 04-02 06:00"], ["税 04-02 03:00 missed x5"]),
        ("run_once, grace: 10m", [], ["税 04-02 06:00 missed x8"]),
    ],
)
def test_after_a_night_without_power_what_was_missed_is_found(
    night: Night, rule: str, runs: list[str], left_out: list[str]
) -> None:
    started(night, f"{HOURLY}, missed: {rule}")
    night.pass_by(to=moment("04-01 22:05"))
    night.end_all()
    night.clock.pass_by(moment("04-02 06:30") - night.clock.now())
    night.start()
    assert night.runs == ["税 04-01 22:00", *runs]
    assert night.left_out == left_out


def test_what_was_missed_is_run_one_after_the_other(night: Night) -> None:
    started(night, f"{HOURLY}, missed: run_all")
    night.clock.pass_by(timedelta(hours=3, minutes=5))
    night.start()
    order = [row.id for row in night.rows]
    for number in range(3):
        assert night.queues.runs == order[: number + 1]
        night.begin(order[number])
        night.shift.look()
        night.shift.look()
        assert night.queues.runs == order[: number + 1], "never two at once"
        night.end(order[number])
        night.start()  # also by another one, after a crash
    assert night.left_out == []


def test_a_crash_between_two_missed_runs_loses_none_and_doubles_none(night: Night) -> None:
    shift = started(night, f"{HOURLY}, missed: run_all")
    night.clock.pass_by(timedelta(hours=4, minutes=5))
    create, made = shift.firing._requests.create, 0

    class Crash(BaseException):
        pass

    def create_two(*arguments: object, **options: object) -> str:
        nonlocal made
        made += 1
        if made > 2:
            raise Crash
        return create(*arguments, **options)  # type: ignore[arg-type]

    shift.firing._requests.create = create_two  # type: ignore[method-assign]
    with pytest.raises(Crash):
        night.wake_all()
    assert len(night.runs) == 2
    night.start()
    assert night.runs == ["税 04-01 22:00", "税 04-01 23:00", "税 04-02 00:00", "税 04-02 01:00"]
    assert night.left_out == []


def test_while_one_runs_the_next_waits_and_the_one_after_is_left_out(night: Night) -> None:
    started(night, HOURLY)
    night.pass_by(to=moment("04-01 22:00"))
    night.begin(night.rows[0].id)
    night.pass_by(to=moment("04-02 00:00"))
    assert night.runs == ["税 04-01 22:00", "税 04-01 23:00"]
    assert night.left_out == ["税 04-02 00:00 overlap"]
    assert night.queues.runs == [night.rows[0].id]
    night.end(night.rows[0].id)
    night.shift.look()
    assert night.queues.runs == [row.id for row in night.rows]


def test_one_that_is_held_is_let_go_after_a_restart_too_and_by_two_schedulers_once(night: Night) -> None:
    started(night, HOURLY)
    night.pass_by(to=moment("04-01 22:00"))
    night.begin(night.rows[0].id)
    night.pass_by(to=moment("04-01 23:00"))
    night.end(night.rows[0].id)
    one, other = night.start(), night.start()
    for shift in (one, other, one, other):
        shift.look()
    assert night.queues.runs == [row.id for row in night.rows]


def test_with_overlap_skip_nothing_waits(night: Night) -> None:
    started(night, f"{HOURLY}, overlap: skip")
    night.pass_by(to=moment("04-01 22:00"))
    night.begin(night.rows[0].id)
    night.pass_by(to=moment("04-01 23:00"))
    assert night.runs == ["税 04-01 22:00"]
    assert night.left_out == ["税 04-01 23:00 overlap"]


def test_another_run_that_begins_at_the_same_time_is_seen_in_the_transaction(night: Night) -> None:
    shift = started(night, NIGHTLY)
    going = shift.standing.records.going
    other = night.start()
    looked: list[int] = []

    def just_before(workflow: str) -> list[object]:
        seen = going(workflow)
        if not looked:
            checked = other.roster.workflows["税"]
            other.firing._requests.create(checked, {}, actor="clerk", for_workers=True)
        looked.append(len(seen))
        return seen  # type: ignore[return-value]

    shift.standing.records.going = just_before  # type: ignore[method-assign, assignment]
    night.clock.pass_by(timedelta(hours=1))
    night.wake_all(shift)
    assert looked == [0, 1]
    assert len(night.queues.runs) == 1
    assert [(row.actor, row.status) for row in night.rows] == [("clerk", "queued")]
    assert night.left_out == ["税 04-01 22:00 overlap"]


def test_runs_that_wait_for_a_person_hold_nothing_back(night: Night) -> None:
    started(night, HOURLY)
    night.pass_by(to=moment("04-01 22:00"))
    first = night.rows[0].id
    night.begin(first)
    night.journal.append("worker", ev.RunWaiting(run=first, go=1))
    night.pass_by(to=moment("04-01 23:00"))
    assert night.queues.runs == [row.id for row in night.rows]
    assert len(night.rows) == 2


def test_what_is_due_while_a_workflow_is_paused_is_left_out_and_told(night: Night) -> None:
    started(night, HOURLY)
    night.clock.pass_by(timedelta(minutes=59))
    # A moment before: nobody has looked since.
    night.journal.append("課長", ev.SchedulePaused(run="", workflow="税", reason="年度末の停止"))
    night.clock.pass_by(MINUTE)
    night.wake_all()
    assert (night.runs, night.left_out) == ([], ["税 04-01 22:00 paused"])
    night.pass_by(to=moment("04-01 23:30"))
    night.journal.append("課長", ev.ScheduleResumed(run="", workflow="税"))
    night.pass_by(to=moment("04-02 00:00"))
    assert night.runs == ["税 04-02 00:00"]
    assert night.left_out == ["税 04-01 22:00 paused", "税 04-01 23:00 paused"]


def test_a_pause_outlives_the_scheduler(night: Night) -> None:
    started(night, HOURLY)
    night.journal.append("課長", ev.SchedulePaused(run="", workflow="税", reason="停止"))
    night.clock.pass_by(timedelta(hours=3, minutes=1))
    night.start()
    assert (night.runs, night.left_out) == ([], ["税 04-02 00:00 paused x3"])


def test_two_triggers_at_the_same_moment_are_one_run(night: Night) -> None:
    started(night, NIGHTLY, "every: 2h")
    night.pass_by(to=moment("04-01 22:00"))
    assert night.runs == ["税 04-01 22:00"]
    assert night.left_out == ["税 04-01 22:00 merged"]
    night.end_all()
    night.pass_by(to=moment("04-02 00:00"))
    assert night.runs == ["税 04-01 22:00", "税 04-02 00:00"]


def test_a_run_that_somebody_asked_for_by_its_moment_is_not_made_again(night: Night) -> None:
    shift = started(night, NIGHTLY)
    checked = shift.roster.workflows["税"]
    shift.firing._requests.create(checked, {}, actor="cron", due=moment("04-01 22:00"), for_workers=True)
    night.pass_by(to=moment("04-01 22:01"))
    assert len(night.rows) == 1
    assert night.left_out == ["税 04-01 22:00 merged"]


def test_a_workflow_that_cannot_be_started_is_told_and_blocks_no_other(night: Night) -> None:
    night.workflow("壊", NIGHTLY, inputs="inputs:\n  file: {type: file}\n")
    night.workflow("税", NIGHTLY)
    night.start()
    night.pass_by(to=moment("04-01 22:00"))
    assert night.runs == ["税 04-01 22:00"]
    assert night.left_out == ["壊 04-01 22:00 failed"]
    night.pass_by(to=moment("04-01 22:03"))
    assert night.left_out == ["壊 04-01 22:00 failed"]


def test_when_nothing_can_be_written_it_is_told_once_and_tried_again(night: Night) -> None:
    started(night, f"{NIGHTLY}, missed: skip")
    night.pass_by(to=moment("04-01 21:59"))
    night.queues.is_cut = True
    night.pass_by(to=moment("04-01 22:05"))
    night.shift.look()
    assert night.runs == []
    assert sum("cannot be started now" in text for text in night.told) == 1
    night.queues.is_cut = False
    night.shift.look()
    assert night.runs == ["税 04-01 22:00"], "it was looked at in time: it is late, and not missed"
    assert night.left_out == []
    assert any("300 s late" in text for text in night.told)


def test_when_nothing_can_be_written_for_long_it_was_missed(night: Night) -> None:
    started(night, f"{NIGHTLY}, missed: skip")
    night.queues.is_cut = True
    night.pass_by(to=moment("04-01 22:00") + PATIENCE + MINUTE)
    night.queues.is_cut = False
    night.wake_all()
    # It could have been told at once that it was not started: only the queue was cut.
    assert (night.runs, night.left_out) == ([], ["税 04-01 22:00 missed"])


def test_a_mistake_in_the_program_is_left_out_after_some_tries(night: Night) -> None:
    shift = started(night, NIGHTLY)

    def broken(*_arguments: object, **_options: object) -> str:
        raise RuntimeError("a mistake")

    shift.firing._requests.create = broken  # type: ignore[method-assign]
    night.pass_by(to=moment("04-01 22:00"))
    assert night.left_out == []
    for _ in range(20):
        night.clock.pass_by(timedelta(seconds=5))
        shift.look()
    assert night.left_out == ["税 04-01 22:00 failed"]


def test_a_clock_that_is_set_back_starts_nothing_twice_and_goes_on(night: Night) -> None:
    shift = started(night, HOURLY)
    for _ in range(2):
        night.pass_by(to=night.clock.now() + timedelta(hours=1))
        night.end_all()
    night.clock.shown -= timedelta(hours=1, minutes=10)  # 21:50
    shift.look()
    for _ in range(4):
        night.pass_by(to=night.clock.now() + timedelta(hours=1))
        night.end_all()
    assert night.runs == [f"税 04-{day:02} {hour:02}:00" for day, hour in [(1, 22), (1, 23), (2, 0), (2, 1)]]
    assert night.left_out == []


def test_a_clock_that_was_years_ahead_for_an_hour_silences_nothing(night: Night) -> None:
    shift = started(night, NIGHTLY)
    night.clock.shown += timedelta(days=400)
    shift.look()
    night.end_all()
    night.clock.shown -= timedelta(days=400)
    shift.look()
    night.pass_by(to=moment("04-01 22:00"))
    assert night.runs[-1] == "税 04-01 22:00"
    night.end_all()
    night.start()
    night.pass_by(to=moment("04-02 22:00"), step=timedelta(minutes=30))
    assert night.runs[-1] == "税 04-02 22:00"


def test_a_schedule_that_became_known_while_the_clock_was_ahead_is_kept_from_now_on(night: Night) -> None:
    night.clock.shown += timedelta(days=400)
    shift = started(night, NIGHTLY)
    night.clock.shown -= timedelta(days=400)
    shift.look()
    night.pass_by(to=moment("04-01 22:00"))
    assert night.runs == ["税 04-01 22:00"]


def test_what_a_clock_set_forward_jumps_over_was_missed(night: Night) -> None:
    shift = started(night, f"{HOURLY}, missed: skip")
    night.clock.shown += timedelta(hours=2, minutes=30)
    shift.look()
    assert night.left_out == ["税 04-01 23:00 missed x2"]


def test_a_trigger_that_was_switched_off_owes_nothing_when_it_is_switched_on(night: Night) -> None:
    shift = started(night, NIGHTLY)
    night.workflow("税", f"{NIGHTLY}, enabled: false")
    shift.look()
    night.clock.pass_by(timedelta(days=20))
    shift = night.start()
    night.workflow("税", NIGHTLY)
    shift.look()
    assert (night.runs, night.left_out) == ([], [])
    night.pass_by(to=moment("04-21 22:00"), step=timedelta(minutes=30))
    assert night.runs == ["税 04-21 22:00"]


def test_jitter_starts_later_for_all_alike_and_the_moment_stays(night: Night) -> None:
    one, other = started(night, f"{NIGHTLY}, jitter: 30m"), night.start()
    schedule = next(iter(one.roster.schedules.values()))
    due = moment("04-01 22:00").astimezone(UTC)
    fires = schedule.fires_at(due)
    assert due < fires < due + timedelta(minutes=30)
    night.pass_by(one, other, to=fires - timedelta(seconds=1))
    assert night.runs == []
    night.pass_by(one, other, to=fires + timedelta(seconds=1))
    assert night.runs == ["税 04-01 22:00"]


@pytest.mark.parametrize("missed", ["run_once", "run_all"])
def test_in_the_night_in_which_clocks_are_put_back_no_moment_is_lost(tmp_path: Path, missed: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = Night(tmp_path, datetime(2026, 10, 25, 0, 15, tzinfo=berlin), zone="Europe/Berlin")
    night.workflow("nightly", f"every: 30m, missed: {missed}")
    night.start()
    night.clock.pass_by(timedelta(hours=3))  # 02:15, the second time
    night.start()
    # 00:30, 01:00, 01:30, 02:00, 02:30, and 02:00 again
    expected = 6 if missed == "run_all" else 1
    assert len(night.runs) == expected
    assert night.left_out == ([] if missed == "run_all" else ["nightly 10-25 02:30 missed x5"])
    night.close()


def test_what_nightly_runs_owe_is_told_with_the_time_of_their_own(night: Night) -> None:
    started(night, NIGHTLY)
    night.clock.pass_by(timedelta(hours=1, seconds=5))
    night.wake_all()
    assert any("5 s late" in text for text in night.told)
