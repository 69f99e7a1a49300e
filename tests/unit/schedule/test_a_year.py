"""A simulated year: every expected run exactly once, none on closed days unless asked, every missed one told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.schedule.night import TOKYO, Night
from tests.unit.schedule.year import Judge, Year

BEGIN = datetime(2026, 4, 1, 0, 0, 30, tzinfo=TOKYO)


def judged(root: Path, *, seed: int, schedules: int, days: int) -> dict[str, int]:
    night = Night(root, BEGIN)
    year = Year(night, seed=seed, schedules=schedules, days=days)
    year.pass_by()
    judge = Judge(year, night)
    wrong = judge.wrong()
    assert not wrong, "\n".join([f"seed {seed}: {len(wrong)} are wrong", *wrong[:20]])
    assert not night.journal.verify()
    night.close()
    return {**judge.counts, "crashes": year.crashes, "jumps": year.jumps}


def test_a_spring_with_crashes_restarts_a_clock_that_is_set_and_two_schedulers(tmp_path: Path) -> None:
    counts = judged(tmp_path, seed=8, schedules=10, days=20)
    assert counts["run"] > 40
    assert counts["missed"] > 2
    assert counts["jumps"] == 2


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_year_of_200_schedules_with_crashes_restarts_a_clock_that_is_set_and_two_schedulers(tmp_path: Path) -> None:
    counts = judged(tmp_path, seed=4, schedules=200, days=365)
    assert counts["run"] > 15_000
    assert min(counts["missed"], counts["overlap"], counts["crashes"], counts["jumps"]) > 10
