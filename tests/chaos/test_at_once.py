"""Everybody at once on one database, and clocks that are wrong: every row once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.chaos import workbook
from tests.chaos.judging import Counted, Tally, judge
from tests.chaos.site import Site, site
from tests.integration.postgres import PostgresServer

pytestmark = [pytest.mark.browser, pytest.mark.kill, pytest.mark.timeout(900)]

DUE = "2026-04-01T22:00:00"


def test_two_commands_two_schedulers_and_a_worker_register_every_row_once(tmp_path: Path, counted: Counted) -> None:
    with site(tmp_path, 6) as there:
        there.worker("窓口")
        commands = [there.start("run", workbook.WORKFLOW, "--here") for _ in range(2)]
        schedulers = [there.start("run", workbook.WORKFLOW, "--due", DUE, "--detach") for _ in range(2)]
        assert [program.end(300) for program in schedulers] == [0, 0], there.printed()
        scheduled = [row.id for row in there.journal.runs() if row.id.startswith(workbook.WORKFLOW)]
        assert len(scheduled) == 1, "one moment is one run"
        there.wait_until_over(scheduled[0])
        ends = [program.end(300) for program in commands]
        assert set(ends) <= {0, 1}, there.printed()
        runs = [row.id for row in there.journal.runs()]
        assert len(runs) == 3
        by_us = Counter(item.key for run in runs for item in there.items(run) if item.how == "registered")
        assert by_us == dict.fromkeys(there.keys, 1), "and whoever came later has found it, or left it alone"
        counted(tally := everything_at_once(there, runs))
        assert (tally.twice, tally.in_doubt) == ([], [])
        assert tally.registered == tally.items


def everything_at_once(there: Site, runs: list[str]) -> Tally:
    """The tally of several runs of the same list."""
    tallies = [judge(Tally("2 commands, 2 schedulers, 1 worker"), there, run) for run in runs]
    tallies[0].in_doubt = [key for tally in tallies for key in tally.in_doubt]
    tallies[0].lost = []
    return tallies[0]


def set_clock(file: Path, seconds: str) -> None:
    """Set the clock of those who look into this file; they see the old time or the new."""
    new = file.with_suffix(".new")
    new.write_text(seconds, encoding="ascii")
    new.replace(file)


@pytest.mark.chaos
def test_workers_whose_clocks_are_set_again_and_again_lose_nothing(
    tmp_path: Path, counted: Counted, database_server: PostgresServer
) -> None:
    with site(tmp_path, 20, lanes=2, database=database_server.new_database()) as there:
        clock = tmp_path / "seconds"
        set_clock(clock, "0")
        wrong, right = there.worker("支所", machine="shisho-pc", clock=clock), there.worker("本庁")
        run = there.ask_for_a_run()
        for registered, seconds in ((3, "7200"), (6, "-7200"), (9, "86400"), (12, "-86400"), (15, "40")):
            there.wait_for(registered)
            set_clock(clock, seconds)
        there.wait_until_over(run)
        counted(tally := judge(Tally("clock set 5 times"), there, run))
        assert (tally.twice, tally.lost, tally.in_doubt) == ([], [], [])
        assert there.status(run) == "succeeded", there.printed()
        assert not any(worker.ended or "others do its work" in worker.printed for worker in (wrong, right))


@pytest.mark.chaos
@pytest.mark.parametrize("seconds", ["-7200", "7200"])
def test_a_run_cut_off_in_a_commit_is_resumed_although_the_clock_was_set(
    seconds: str, tmp_path: Path, counted: Counted
) -> None:
    with site(tmp_path, 4) as there:
        clock = tmp_path / "seconds"
        set_clock(clock, "0")
        program = there.start("run", workbook.WORKFLOW, clock=clock)
        run = there.the_run(program)
        there.frozen_before_the_click(run, program)
        program.kill_all()
        set_clock(clock, seconds)
        resumed = there.start("resume", run, clock=clock)
        assert resumed.end(300) == 0, resumed.printed
        counted(tally := judge(Tally(f"clock set by {seconds} s", kills=1), there, run))
        assert (tally.twice, tally.lost, tally.in_doubt) == ([], [], [])
        assert tally.registered == tally.items
