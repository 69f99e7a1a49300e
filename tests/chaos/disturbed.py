"""Runs whose processes are killed again and again, in the three ways in which runs are executed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.chaos import workbook
from tests.chaos.judging import Counted, Tally, judge, written_back
from tests.chaos.killing import Killer, may_be_sent_again
from tests.chaos.programs import Program, until
from tests.chaos.site import PATIENCE, Site, site
from tests.integration.postgres import PostgresServer


def killed_in_process(there: Site, kills: int, seed: int, what: str) -> tuple[str, Tally]:
    """Kill the command that executes a run, resume, and so on: the run."""
    program = there.start("run", workbook.WORKFLOW)
    run = there.the_run(program)
    killer = Killer(there, run, kills, Random(seed), Tally(what))
    while killer.tally.kills < kills and killer.next_victim([program], _ended(program)):
        killer.kill(program)
        program = there.start("resume", run)
    program.end()
    return run, killer.tally


def _ended(program: Program) -> Callable[[], bool]:
    return lambda: program.ended


def killed_workers(there: Site, names: list[str], kills: int, seed: int, what: str) -> tuple[str, Tally]:
    """Kill one worker or another; most of them come back at once, and some not before the next one is killed."""
    chance = Random(seed)
    sessions = 3 - len(names)
    workers = {name: there.worker(name, sessions=sessions) for name in names}
    run = there.ask_for_a_run()
    killer = Killer(there, run, kills, chance, Tally(what))
    while killer.tally.kills < kills:
        victim = killer.next_victim(list(workers.values()), lambda: there.is_over(run))
        if victim is None:
            break
        killer.kill(victim)
        workers = {name: worker for name, worker in workers.items() if worker is not victim}
        missing = [name for name in names if name not in workers]
        if not workers or len(missing) > 1 or chance.random() < 0.7:
            # Nobody waits until it serves: it may well be killed before.
            workers |= {name: there.start_worker(name, sessions=sessions) for name in missing}
    there.wait_until_over(run)
    for worker in workers.values():
        _send_home(worker)
    return run, killer.tally


def _send_home(worker: Program) -> None:
    until(lambda: "serves portal" in worker.printed, PATIENCE, lambda: worker.printed)
    worker.interrupt()
    assert worker.end(90) == 0, worker.printed


def ended_like_an_undisturbed_one(there: Site, run: str, tally: Tally, kills: int) -> None:
    """Everything once, by the system, the journal and the list that is written back."""
    assert (tally.twice, tally.lost, tally.in_doubt) == ([], [], [])
    assert there.status(run) == "succeeded", there.printed()
    assert tally.registered == tally.items
    assert set(written_back(there)) == set(there.keys)
    assert there.yakin("audit", "verify")[0] == 0
    assert tally.kills == kills, "the run was over too soon to be killed so often"
    assert tally.between or kills < 6, "of so many kills none came between the click and the answer"


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
