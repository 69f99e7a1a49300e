"""Killed at any instant, and gone on with, a run ends like an undisturbed one: everything once, says the system itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.disturbed import in_process, killed_in_process, two_workers, worker
from tests.chaos.judging import Counted, judge, told_in_doubt
from tests.chaos.killing import may_be_sent_again
from tests.chaos.site import site
from tests.integration.postgres import PostgresServer

pytestmark = [pytest.mark.browser, pytest.mark.kill, pytest.mark.timeout(1500)]


def test_a_command_killed_again_and_again_and_resumed(tmp_path: Path, counted: Counted) -> None:
    in_process(tmp_path, counted, items=10, kills=3)


@pytest.mark.chaos
def test_a_worker_killed_again_and_again(tmp_path: Path, counted: Counted) -> None:
    worker(tmp_path, counted, items=12, kills=3)


def test_one_of_two_workers_killed_again_and_again(
    tmp_path: Path, counted: Counted, database_server: PostgresServer
) -> None:
    two_workers(tmp_path, counted, database_server, items=10, kills=2)


@pytest.mark.chaos
def test_what_cannot_be_asked_is_in_doubt_and_listed(tmp_path: Path, counted: Counted) -> None:
    with site(tmp_path, 12, lanes=2, probe=False) as there:
        run, tally = killed_in_process(there, 3, 2029, "in process, no probe")
        counted(judge(tally, there, run, sent_again=may_be_sent_again(there)))
        assert (tally.twice, tally.lost) == ([], [])
        assert tally.between
        assert len(tally.in_doubt) >= tally.between
        assert sorted(told_in_doubt(there, run)) == tally.in_doubt
        assert there.status(run) == "failed"
