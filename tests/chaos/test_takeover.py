"""A worker that is gone or fell silent: the other one finishes, and what nobody can know is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.judging import Counted, Tally, judge, told_in_doubt
from tests.chaos.programs import Program, until
from tests.chaos.site import PATIENCE, Site, site
from tests.integration.postgres import PostgresServer

pytestmark = [pytest.mark.browser, pytest.mark.kill, pytest.mark.timeout(900)]

SILENT = "others do its work"
"""What is said of a worker that was silent for too long, or died."""


def the_rest_is_registered_and_this_is_told(
    there: Site, run: str, tally: Tally, doubts: list[str], *, late: bool = False
) -> None:
    """All is registered once, except for what is in doubt, and that is listed; late ones may be there all the same."""
    assert (tally.twice, tally.lost) == ([], [])
    assert tally.in_doubt == sorted(doubts)
    assert sorted(told_in_doubt(there, run)) == sorted(doubts)
    assert there.status(run) == "failed"
    there_now = there.hall.registered()
    assert [key for key in there.keys if not there_now[key] and key not in doubts] == []
    assert late or not any(there_now[key] for key in doubts)
    assert there.yakin("audit", "verify")[0] == 0


@pytest.mark.chaos
def test_when_a_machine_dies_the_other_worker_on_it_finishes(tmp_path: Path, counted: Counted) -> None:
    with site(tmp_path, 14, lanes=2) as there:
        doomed, other = there.worker("窓口1"), there.worker("窓口2")
        run = there.ask_for_a_run()
        there.frozen_before_the_click(run, doomed)
        doomed.kill_all()
        there.wait_until_over(run)
        counted(tally := judge(Tally("a worker gone, its death proven", kills=1), there, run))
        assert (tally.twice, tally.lost, tally.in_doubt) == ([], [], [])
        assert there.status(run) == "succeeded", there.printed()
        assert SILENT in other.printed


@pytest.mark.chaos
def test_when_another_machine_is_gone_its_open_commit_is_in_doubt(
    tmp_path: Path, counted: Counted, database_server: PostgresServer
) -> None:
    with site(tmp_path, 14, lanes=2, database=database_server.new_database()) as there:
        doomed, other = there.worker("支所", machine="shisho-pc"), there.worker("本庁")
        run = there.ask_for_a_run()
        doubts = there.frozen_before_the_click(run, doomed)
        doomed.kill_all()
        there.wait_until_over(run)
        counted(tally := judge(Tally("another machine gone", kills=1), there, run))
        assert SILENT in other.printed
        the_rest_is_registered_and_this_is_told(there, run, tally, doubts)


def test_a_worker_frozen_between_intent_and_click_that_wakes_up_after_its_lease_does_no_harm(
    tmp_path: Path, counted: Counted, database_server: PostgresServer
) -> None:
    with site(tmp_path, 8, lanes=2, database=database_server.new_database()) as there:
        frozen, other = there.worker("支所"), there.worker("本庁")
        run = there.ask_for_a_run()
        doubts = there.frozen_before_the_click(run, frozen)
        there.wait_until_over(run)
        frozen.thaw()
        assert frozen.end(60) != 0
        assert SILENT in frozen.printed
        assert SILENT in other.printed
        assert frozen.gone(60) == [], "its browser has ended with it"
        counted(tally := judge(Tally("frozen before a click"), there, run))
        the_rest_is_registered_and_this_is_told(there, run, tally, doubts, late=True)


@pytest.mark.chaos
def test_a_worker_frozen_anywhere_that_wakes_up_while_another_does_its_work_registers_nothing_more(
    tmp_path: Path, counted: Counted
) -> None:
    with site(tmp_path, 30, lanes=2) as there:
        frozen, other = there.worker("窓口1"), there.worker("窓口2")
        run = there.ask_for_a_run()
        there.wait_for(5)
        frozen.freeze()
        there.hall.answers()
        open_then = [item.key for item in there.begun_by(run, frozen.pid)]
        until(lambda: SILENT in other.printed, PATIENCE, there.printed)
        before = _intents(there, run, frozen)
        frozen.thaw()
        assert frozen.end(60) != 0
        assert SILENT in frozen.printed
        there.wait_until_over(run)
        assert _intents(there, run, frozen) == before
        counted(tally := judge(Tally("frozen anywhere"), there, run))
        assert (tally.twice, tally.lost) == ([], [])
        assert set(tally.in_doubt) <= set(open_then)


def _intents(there: Site, run: str, program: Program) -> int:
    """How many commits a program of this machine has begun."""
    return sum(1 for intent in there.intents(run) if intent.pid == program.pid)
