"""The service: asked, killed, started again, with files that change meanwhile, and ended in order."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.chaos.service import Served, served
from yakin.events import FileRejected, ScheduleKnown, ScheduleSkipped

pytestmark = [pytest.mark.kill, pytest.mark.timeout(280)]

EVERY = 2
"""Seconds between the moments of the schedule that is never to lose one."""

_FIND = "steps:\n  - {{uses: files.find_all, with: {{pattern: {pattern}, folder: inbox}}}}\n"
_TRIGGER = (
    "workflow: {title}\nowner: {{section: 情報政策課, contact: joho@town.example.jp}}\ntriggers:\n  - {trigger}\n"
)

KEPT = _TRIGGER.format(title="受付箱の確認", trigger=f"{{every: {EVERY}s, missed: run_all}}") + _FIND.format(
    pattern='"*.csv"'
)
FAILING = _TRIGGER.format(title="届出書の取込", trigger="{every: 7s}") + (
    "steps:\n  - {uses: files.find, with: {pattern: 届出書.xlsx, folder: inbox}}\n"
)
NIGHTLY = _TRIGGER.format(title="夜間の整理", trigger='{cron: "0 3 * * sun"}') + _FIND.format(pattern='"*.tmp"')


def test_it_is_killed_and_started_again_and_no_moment_is_lost_or_done_twice(tmp_path: Path) -> None:
    with served(tmp_path / "site", "", {"kept": KEPT, "failing": FAILING, "nightly": NIGHTLY}) as there:
        (there.folder / "inbox").mkdir()
        first = there.start()
        assert _pages_are_well(there)
        there.until(lambda: len(there.runs("kept", "succeeded")) >= 2 and there.runs("failing", "failed"))
        assert _a_second_one_on_the_same_port_is_refused(there)
        there.write("nightly", "workflow: 夜間の整理\nsteps:\n  - {uses: files.fnd}\n")
        there.write("kept", KEPT.replace("受付箱の確認", "受付箱の見回り"))
        there.until(lambda: there.told(FileRejected))
        there.until(lambda: there.runs("kept", "succeeded")[0].title == "受付箱の見回り")
        assert there.health()["schedules"] == 3, "the version before stays"
        first.kill()
        second = there.start()
        began = datetime.now(UTC)
        there.until(lambda: any(row.created > began for row in there.runs("kept", "succeeded")))
        second.send(signal.SIGTERM)
        assert second.end(90) == 0, second.printed
        assert there.complaints() == []
        assert "Stopping after the current items" in second.printed
        assert "nightly.yaml is wrong, the version before stays" in first.printed
        assert _every_moment_is_accounted_for(there)


def _pages_are_well(there: Served) -> bool:
    status, measured = there.ask("metrics")
    assert there.health()["well"]
    assert (there.health()["schedules"], there.health()["works"]) == (3, True)
    assert status == 200
    assert "yakin_schedules 3.0" in measured
    assert "yakin_healthy 1.0" in measured
    assert there.ask("")[0] == 404
    return True


def _every_moment_is_accounted_for(there: Served) -> bool:
    """From the moment it was known each of its moments has one run, or is among those that were left out."""
    [known] = [record for record in there.told(ScheduleKnown) if record.event.target.startswith("kept/")]
    assert isinstance(known.event, ScheduleKnown)
    due = [row.due for row in there.runs() if row.schedule == known.event.schedule and row.due is not None]
    left_out = [
        record.event
        for record in there.told(ScheduleSkipped)
        if isinstance(record.event, ScheduleSkipped) and record.event.workflow == "kept"
    ]
    for event in left_out:
        last = datetime.fromisoformat(event.due)
        first = datetime.fromisoformat(event.first or event.due)
        count = int((last - first).total_seconds()) // EVERY + 1
        assert event.count == count
        due += [datetime.fromtimestamp(first.timestamp() + EVERY * number, UTC) for number in range(count)]
    assert min(due).timestamp() - known.at.timestamp() <= EVERY
    assert {int(after.timestamp() - before.timestamp()) for before, after in pairwise(sorted(due))} == {EVERY}
    return True


def _a_second_one_on_the_same_port_is_refused(there: Served) -> bool:
    port = there.health_port()
    settings = there.folder / "config" / "yakin.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("port = 0", f"port = {port}"), encoding="utf-8")
    program = there.launch("--only", "scheduler")
    assert program.end(90) == 2, program.printed
    assert f"cannot be offered at 127.0.0.1:{port}" in program.printed
    return True
