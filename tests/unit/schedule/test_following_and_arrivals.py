"""What follows other runs, and what waits for files: each end and each file starts one run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.schedule.night import Night
from yakin import events as ev
from yakin.results import Recorded
from yakin.schedule.arrivals import STABLE_SECONDS
from yakin.schedule.shift import Shift

NIGHTLY = 'cron: "0 22 * * *"'
TAKES_A_FILE = "inputs:\n  list: {type: file}\n"


def chained(night: Night, ending: str = "succeeded") -> Shift:
    night.workflow("集計", NIGHTLY)
    night.workflow("報告", f"after: {{集計: {ending}}}")
    return night.start()


def workflows_of(night: Night) -> list[str]:
    return [row.workflow for row in night.rows]


def fire(night: Night) -> str:
    """Let the first workflow of a chain be due; the id of its run."""
    for _ in range(24):
        before = len(night.rows)
        night.pass_by(to=night.clock.now() + timedelta(hours=1), step=timedelta(hours=1))
        if len(night.rows) > before:
            return night.rows[-1].id
    raise AssertionError("nothing was due")


@pytest.mark.parametrize(
    ("wanted", "status", "follows"),
    [
        ("succeeded", "succeeded", True),
        ("succeeded", "failed", False),
        ("failed", "failed", True),
        ("finished", "failed", True),
        ("finished", "cancelled", True),
    ],
)
def test_a_run_follows_the_end_it_waits_for(night: Night, wanted: str, status: str, follows: bool) -> None:
    shift = chained(night, wanted)
    night.end(fire(night), status)
    shift.look()
    shift.look()
    assert workflows_of(night) == ["集計", "報告"][: 1 + follows]


def test_an_end_is_followed_once_by_two_schedulers_and_after_restarts(night: Night) -> None:
    one = chained(night)
    other = night.start()
    night.end(fire(night))
    for shift in (one, other, one, other, night.start()):
        shift.look()
    assert workflows_of(night) == ["集計", "報告"]
    assert night.left_out == []


def test_an_end_while_nothing_was_running_is_followed_after_the_start(night: Night) -> None:
    chained(night)
    first = fire(night)
    night.shift.look()
    night.end(first)
    night.start()
    assert workflows_of(night) == ["集計", "報告"]


def test_after_a_start_old_ends_are_not_gone_through_again(night: Night) -> None:
    chained(night)
    for _ in range(3):
        night.end(fire(night))
        night.shift.look()
        night.end_all()
    shift = night.start()
    asked: list[int] = []
    ended = shift.standing.records.ended

    def noted(workflows: Collection[str], *, after: int = 0) -> Sequence[tuple[str, Recorded]]:
        asked.append(after)
        return ended(workflows, after=after)

    shift.standing.records.ended = noted  # type: ignore[method-assign]
    shift._following._seen = None
    shift.look()
    last = night.journal.records(night.rows[-2].id)[-1].seq
    assert asked == [last - 1]
    assert len(night.rows) == 6


def test_chains_of_three_go_on(night: Night) -> None:
    night.workflow("通知", "after: {報告: finished}")
    shift = chained(night)
    night.end(fire(night))
    shift.look()
    night.end_all()
    shift.look()
    assert workflows_of(night) == ["集計", "報告", "通知"]


def test_ends_before_a_chain_was_known_are_not_followed(night: Night) -> None:
    night.workflow("集計", NIGHTLY)
    night.start()
    night.end(fire(night))
    chained(night)
    night.shift.look()
    assert workflows_of(night) == ["集計"]


def test_rehearsals_are_not_followed(night: Night) -> None:
    shift = chained(night)
    checked = shift.roster.workflows["集計"]
    run = shift.firing._requests.create(checked, {}, actor="clerk", rehearse=True)
    night.end(run)
    shift.look()
    assert workflows_of(night) == ["集計"]


def test_what_would_follow_while_paused_is_left_out_and_told_once(night: Night) -> None:
    shift = chained(night)
    other = night.start()
    night.journal.append("課長", ev.SchedulePaused(run="", workflow="報告", reason="確認中"))
    night.end(fire(night))
    for each in (shift, other, night.start()):
        each.look()
    assert workflows_of(night) == ["集計"]
    assert [text.split()[-1] for text in night.left_out] == ["paused"]


def test_a_run_that_is_continued_and_ends_again_is_followed_again(night: Night) -> None:
    shift = chained(night, "finished")
    run = fire(night)
    night.end(run, "cancelled")
    shift.look()
    night.journal.append("clerk", ev.RunContinued(run=run, go=2))
    night.end(run)
    night.end(night.rows[-1].id)
    night.clock.pass_by(timedelta(minutes=1))
    shift.look()
    assert workflows_of(night) == ["集計", "報告", "報告"]


class Inbox:
    """A folder in which files arrive."""

    def __init__(
        self, night: Night, pattern: str = "inbox/*.xlsx", *, more: str = "", inputs: str = TAKES_A_FILE
    ) -> None:
        self.night = night
        self.folder = night.root / "inbox"
        self.folder.mkdir()
        night.workflow("取込", f"file_arrived: {pattern}{more}", inputs=inputs)
        self.shift = night.start()
        self._changes = 0

    def put(self, name: str, text: str = "住民一覧") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        self._changes += 1
        changed = self.night.clock.now().timestamp() + self._changes
        os.utime(path, (changed, changed))
        return path

    def wait(self, *shifts: Shift) -> list[str]:
        """Look often enough for what is complete to be seen; the files that were taken so far."""
        for _ in range(3):
            self.night.clock.pass_by(timedelta(seconds=STABLE_SECONDS))
            for shift in shifts or (self.shift,):
                shift.look()
        return self.taken

    @property
    def taken(self) -> list[str]:
        return [Path(row.inputs["list"]).name for row in self.night.rows]


def test_a_file_that_is_complete_is_given_to_one_run(night: Night) -> None:
    inbox = Inbox(night)
    inbox.put("4月.xlsx")
    assert inbox.wait() == ["4月.xlsx"]
    assert inbox.wait() == ["4月.xlsx"]
    night.end_all()
    assert inbox.wait(night.start(), inbox.shift) == ["4月.xlsx"], "by another scheduler too"


def test_a_file_that_grows_is_waited_for(night: Night) -> None:
    inbox = Inbox(night)
    for size in range(1, 5):
        inbox.put("4月.xlsx", "行" * size)
        night.clock.pass_by(timedelta(seconds=STABLE_SECONDS))
        inbox.shift.look()
        assert inbox.taken == []
    assert inbox.wait() == ["4月.xlsx"]


def test_a_file_that_is_replaced_has_arrived_anew(night: Night) -> None:
    inbox = Inbox(night)
    inbox.put("4月.xlsx")
    inbox.wait()
    night.end_all()
    inbox.put("4月.xlsx", "もう一度")
    assert inbox.wait() == ["4月.xlsx", "4月.xlsx"]


@pytest.mark.parametrize("name", ["~$4月.xlsx", "4月.xlsx.tmp", ".4月.xlsx", "4月.csv"])
def test_what_is_no_finished_file_or_does_not_fit_is_left(night: Night, name: str) -> None:
    inbox = Inbox(night, "inbox/*") if name != "4月.csv" else Inbox(night)
    inbox.put(name)
    assert inbox.wait() == []


def test_files_wait_in_their_folder_while_a_run_goes(night: Night) -> None:
    inbox = Inbox(night)
    for number in range(3):
        inbox.put(f"{number}.xlsx")
    assert inbox.wait() == ["0.xlsx"]
    night.end_all()
    assert inbox.wait() == ["0.xlsx", "1.xlsx"]
    night.end_all()
    assert inbox.wait() == ["0.xlsx", "1.xlsx", "2.xlsx"]
    assert night.left_out == []


def test_a_file_that_arrives_while_nothing_was_running_is_found(night: Night) -> None:
    inbox = Inbox(night)
    inbox.put("夜.xlsx")
    night.clock.pass_by(timedelta(hours=8))
    inbox.shift = night.start()
    assert inbox.wait() == ["夜.xlsx"]


def test_two_schedulers_start_one_run_for_a_file(night: Night) -> None:
    inbox = Inbox(night)
    other = night.start()
    inbox.put("4月.xlsx")
    assert inbox.wait(inbox.shift, other) == ["4月.xlsx"]
    assert night.left_out == []


def test_while_paused_files_stay_and_are_taken_later(night: Night) -> None:
    inbox = Inbox(night)
    night.journal.append("課長", ev.SchedulePaused(run="", workflow="取込", reason="確認中"))
    inbox.put("4月.xlsx")
    assert inbox.wait() == []
    night.journal.append("課長", ev.ScheduleResumed(run="", workflow="取込"))
    assert inbox.wait() == ["4月.xlsx"]
    assert night.left_out == []


def test_a_file_that_nothing_can_be_started_with_is_told_once_and_for_all(night: Night) -> None:
    inbox = Inbox(night, inputs="inputs:\n  one: {type: file}\n  year: {type: integer}\n")
    inbox.put("4月.xlsx")
    inbox.wait()
    inbox.wait(night.start())
    assert [text.split()[-1] for text in night.left_out] == ["failed"]
    assert night.rows == []


def test_when_nothing_can_be_written_the_file_is_taken_later(night: Night) -> None:
    inbox = Inbox(night)
    inbox.put("4月.xlsx")
    night.queues.is_cut = True
    assert inbox.wait() == []
    night.queues.is_cut = False
    assert inbox.wait() == ["4月.xlsx"]
    assert sum("has failed" in text for text in night.told) == 1


def test_a_folder_that_is_gone_is_told_once_and_blocks_nothing(night: Night) -> None:
    inbox = Inbox(night)
    night.workflow("他", "file_arrived: other/*.xlsx", inputs=TAKES_A_FILE)
    (night.root / "other").mkdir()
    inbox.put("4月.xlsx")
    shutil.rmtree(night.root / "other")
    inbox.shift.look()
    assert inbox.wait() == ["4月.xlsx"]
    assert sum("cannot be looked through" in text for text in night.told) == 1


def test_a_project_whose_folder_looks_like_a_pattern_is_no_pattern(tmp_path: Path) -> None:
    root = tmp_path / "[本番]"
    root.mkdir()
    night = Night(root)
    inbox = Inbox(night)
    inbox.put("4月.xlsx")
    assert inbox.wait() == ["4月.xlsx"]
    night.close()


def test_an_old_file_that_comes_is_not_late_at_once(night: Night) -> None:
    inbox = Inbox(night, more=", expect: {start_within: 10m}")
    path = inbox.put("4月.xlsx")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert inbox.wait() == ["4月.xlsx"]
    assert night.rows[0].late == ""
    night.clock.pass_by(timedelta(minutes=11))
    inbox.shift.look()
    assert night.rows[0].late == "not_started"
