"""The long form: 1,200 items and 72 kills, a third of them in each of the three ways in which runs are executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.disturbed import in_process, two_workers, worker
from tests.chaos.judging import Counted
from tests.integration.postgres import PostgresServer

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

ITEMS, KILLS = 400, 24


def test_a_command_killed_again_and_again_and_resumed(tmp_path: Path, counted: Counted) -> None:
    in_process(tmp_path, counted, items=ITEMS, kills=KILLS)


def test_a_worker_killed_again_and_again(tmp_path: Path, counted: Counted) -> None:
    worker(tmp_path, counted, items=ITEMS, kills=KILLS)


def test_one_of_two_workers_killed_again_and_again(
    tmp_path: Path, counted: Counted, database_server: PostgresServer
) -> None:
    two_workers(tmp_path, counted, database_server, items=ITEMS, kills=KILLS)
