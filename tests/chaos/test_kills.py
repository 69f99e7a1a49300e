"""Killed at any instant, and gone on with, a run ends like an undisturbed one: everything once, says the system itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.chaos import workbook
from tests.chaos.judging import Tally, judge, told_in_doubt, written_back
from tests.chaos.killing import Killer, may_be_sent_again
from tests.chaos.programs import Program
from tests.chaos.site import Site, site
from tests.integration.postgres import PostgresServer

pytestmark = [pytest.mark.browser, pytest.mark.kill, pytest.mark.timeout(1500)]

LONG_ITEMS, LONG_KILLS = 400, 24
"""Of each of the three ways to execute in the long form: 1,200 items and 72 kills in all."""

Counted = Callable[[Tally], None]


def killed_in_process(there: Site, kills: int, seed: int, what: str) -> tuple[str, Tally]:
    """Kill the command that executes a run, resume, and so on: the run."""
    program = there.start("run", workbook.WORKFLOW)
    run = there.the_run(program)
    killer = Killer(there, run, kills, Random(seed), Tally(what))
    while killer.tally.kills < kills and killer.wait(_ended(program)):
        killer.kill(program)
        program = there.start("resume", run)
    program.end()
    return run, killer.tally


def _ended(program: Program) -> Callable[[], bool]:
    return lambda: program.ended


def killed_workers(there: Site, names: list[str], kills: int, seed: int, what: str) -> tuple[str, Tally]:
    """Kill one worker or another; most of them come back at once, and some not before the next one is killed."""
    chance = Random(seed)
    workers = {name: there.worker(name, sessions=3 - len(names)) for name in names}
    run = there.ask_for_a_run()
    killer = Killer(there, run, kills, chance, Tally(what))
    while killer.tally.kills < kills and killer.wait(lambda: there.is_over(run)):
        name = chance.choice(sorted(workers))
        killer.kill(workers.pop(name))
        missing = sorted(set(names) - set(workers))
        if not workers or len(missing) > 1 or chance.random() < 0.7:
            workers |= {name: there.worker(name, sessions=3 - len(names)) for name in missing}
    there.wait_until_over(run)
    for worker in workers.values():
        worker.interrupt()
        assert worker.end(90) == 0, worker.printed
    return run, killer.tally


def ended_like_an_undisturbed_one(there: Site, run: str, tally: Tally, kills: int) -> None:
    """Everything once, by the system, the journal and the list that is written back."""
    assert (tally.twice, tally.lost, tally.in_doubt) == ([], [], [])
    assert there.status(run) == "succeeded", there.printed()
    assert tally.registered == tally.items
    assert set(written_back(there)) == set(there.keys)
    assert there.yakin("audit", "verify")[0] == 0
    assert tally.kills == kills, "the run was over too soon to be killed so often"
    assert tally.between, "no kill came between the click and the answer"


def in_process(folder: Path, counted: Counted, *, items: int, kills: int) -> None:
    with site(folder, items, lanes=2) as there:
        run, tally = killed_in_process(there, kills, 2026, "in process")
        counted(judge(tally, there, run, sent_again=may_be_sent_again(there)))
        ended_like_an_undisturbed_one(there, run, tally, kills)


def worker(folder: Path, counted: Counted, *, items: int, kills: int) -> None:
    with site(folder, items, lanes=2) as there:
        run, tally = killed_workers(there, ["窓口"], kills, 2027, "a worker, SQLite")
        counted(judge(tally, there, run, sent_again=may_be_sent_again(there)))
        ended_like_an_undisturbed_one(there, run, tally, kills)


def two_workers(folder: Path, counted: Counted, server: PostgresServer, *, items: int, kills: int) -> None:
    with site(folder, items, lanes=2, database=server.new_database()) as there:
        run, tally = killed_workers(there, ["本庁", "支所"], kills, 2028, "two workers, PostgreSQL")
        counted(judge(tally, there, run, sent_again=may_be_sent_again(there)))
        ended_like_an_undisturbed_one(there, run, tally, kills)


def test_a_command_killed_again_and_again_and_resumed(tmp_path: Path, counted: Counted) -> None:
    in_process(tmp_path, counted, items=44, kills=14)


def test_a_worker_killed_again_and_again(tmp_path: Path, counted: Counted) -> None:
    worker(tmp_path, counted, items=20, kills=5)


def test_one_of_two_workers_killed_again_and_again(
    tmp_path: Path, counted: Counted, database_server: PostgresServer
) -> None:
    two_workers(tmp_path, counted, database_server, items=30, kills=8)


def test_what_cannot_be_asked_is_in_doubt_and_listed(tmp_path: Path, counted: Counted) -> None:
    with site(tmp_path, 20, lanes=2, probe=False) as there:
        run, tally = killed_in_process(there, 5, 2029, "in process, no probe")
        judge(tally, there, run, sent_again=may_be_sent_again(there))
        counted(tally)
        assert (tally.twice, tally.lost) == ([], [])
        assert tally.between
        assert len(tally.in_doubt) >= tally.between
        assert sorted(told_in_doubt(there, run)) == tally.in_doubt
        assert there.status(run) == "failed"


@pytest.mark.chaos
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("how", ["in process", "worker", "two workers"])
def test_hundreds_of_items_and_dozens_of_kills(
    how: str, tmp_path: Path, counted: Counted, request: pytest.FixtureRequest
) -> None:
    match how:
        case "in process":
            in_process(tmp_path, counted, items=LONG_ITEMS, kills=LONG_KILLS)
        case "worker":
            worker(tmp_path, counted, items=LONG_ITEMS, kills=LONG_KILLS)
        case _:
            server: PostgresServer = request.getfixturevalue("database_server")
            two_workers(tmp_path, counted, server, items=LONG_ITEMS, kills=LONG_KILLS)
