"""Runs that people stop, let go on, or ask for twice; whoever executes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.unit.engine.crew import Crew, hasten, shared, until
from tests.unit.engine.town import Office, workflow
from yakin.engine.requests import RunIsLive, RunIsOver, RunWaits
from yakin.errors import JournalError

KEYS = [f"k{number}" for number in range(6)]
WAITING = """
workflow: Waiting
steps:
  - {id: ok, approve: {by: head}}
"""


@pytest.fixture
async def crew(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Crew]:
    hasten(monkeypatch)
    crew = Crew(office)
    office.system.is_blind = True
    yield crew
    await crew.close()


async def test_a_run_that_is_cancelled_ends_after_its_current_item_and_can_be_resumed(crew: Crew) -> None:
    held = crew.office.system.gate("register", "k2")
    hand = crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    crew.office.engine.requests.cancel(run, actor="clerk", reason="wrong list")
    assert crew.office.journal.run(run).cancel == "gracefully"
    assert crew.status(run) == "running"
    await until(lambda: hand.hears_that_it_is_to_stop(run))
    held.opened.set()
    await crew.ends(run, "cancelled")
    assert crew.office.system.registered == {"k0": 1, "k1": 1, "k2": 1}
    assert crew.item(run, "k3").state == "pending"
    crew.resume(run)
    await crew.ends(run)
    assert crew.office.system.registered == dict.fromkeys(KEYS, 1)


async def test_cancelled_at_once_in_the_middle_of_an_item_before_its_commit_leaves_it_undone(crew: Crew) -> None:
    held = crew.office.system.gate("write", "k2")
    crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    crew.office.engine.requests.cancel(run, actor="clerk", now=True)
    await crew.ends(run, "cancelled")
    assert crew.item(run, "k2").state == "pending"
    assert not crew.item(run, "k2").claims
    assert crew.office.system.registered == {"k0": 1, "k1": 1}
    held.opened.set()
    crew.resume(run)
    await crew.ends(run)
    assert crew.office.system.registered == dict.fromkeys(KEYS, 1)


async def test_cancelled_at_once_in_the_middle_of_a_commit_is_settled_by_looking(crew: Crew) -> None:
    held = crew.office.system.gate("register", "k2")
    crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    crew.office.engine.requests.cancel(run, actor="clerk", now=True)
    await crew.ends(run, "cancelled")
    assert crew.item(run, "k2").state == "pending", "the click was broken off before it came to anything"
    assert crew.office.system.calls.count("look_up") >= 1
    held.opened.set()
    crew.resume(run)
    await crew.ends(run)
    assert crew.office.system.registered == dict.fromkeys(KEYS, 1)


async def test_cancelled_at_once_in_the_middle_of_a_commit_stays_in_doubt_where_nobody_can_look(crew: Crew) -> None:
    held = crew.office.system.gate("register", "k2")
    crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1, probe=False))
    await asyncio.wait_for(held.reached.wait(), 60)
    crew.office.engine.requests.cancel(run, actor="clerk", now=True)
    await crew.ends(run, "cancelled")
    assert crew.item(run, "k2").state == "in_doubt"
    assert crew.item(run, "k2").claims


async def test_every_worker_hears_that_a_run_is_cancelled(crew: Crew) -> None:
    held = [crew.office.system.gate("write", key) for key in KEYS]
    crew.start("castle:1", size=1)
    crew.start("hall:1", size=1)
    run = crew.create(shared(KEYS))
    await until(lambda: sum(gate.reached.is_set() for gate in held) == 2)
    crew.office.engine.requests.cancel(run, actor="clerk", now=True)
    await crew.ends(run, "cancelled")
    assert crew.office.system.registered == {}
    assert [crew.item(run, key).state for key in KEYS] == ["pending"] * len(KEYS)


async def test_parts_of_a_called_run_hear_that_its_caller_is_cancelled(crew: Crew) -> None:
    office = crew.office
    office.workflows["child"] = shared(KEYS, lanes=1)
    held = office.system.gate("write", "k2")
    crew.start("castle:1", systems=())
    run = crew.create("workflow: Calling\nsteps:\n  - {id: sub, call: child}\n")
    await until(lambda: crew.status(run) == "running")
    crew.start("hall:1")
    await asyncio.wait_for(held.reached.wait(), 60)
    office.engine.requests.cancel(run, actor="clerk", now=True)
    await crew.ends(run, "cancelled")
    (child,) = office.journal.children(run)
    assert child.status == "cancelled"
    assert crew.item(child.id, "k2").state == "pending"
    held.opened.set()
    crew.resume(run)
    await crew.ends(run)
    assert office.system.registered == dict.fromkeys(KEYS, 1)


async def test_a_called_run_goes_on_however_often_its_workers_die(crew: Crew) -> None:
    office = crew.office
    office.workflows["child"] = shared(["a", "b"], lanes=1)
    run = crew.create("workflow: Calling\nsteps:\n  - {id: sub, call: child}\n")
    for number in range(5):
        held = office.system.gates[("write", "a")] = type(office.system.gate("write", "a"))()
        hand = crew.start("hall:1", machine="hall")
        await asyncio.wait_for(held.reached.wait(), 60)
        await hand.die()
        if number % 2:
            crew.resume(run)
    office.system.gates.clear()
    crew.start("hall:1", machine="hall")
    await crew.ends(run)
    assert office.system.registered == {"a": 1, "b": 1}
    assert len(office.journal.children(run)) == 1


async def test_a_run_that_nobody_executes_is_cancelled_on_the_spot(crew: Crew) -> None:
    run = crew.create(shared(KEYS))
    assert crew.office.engine.requests.cancel(run, actor="clerk").status == "cancelled"
    hand = crew.start("castle:1")
    later = crew.create(shared(["z"]))
    await crew.ends(later)
    assert crew.office.system.registered == {"z": 1}
    await until(lambda: later in hand.ended)
    assert hand.ended.count(later) == 1
    with pytest.raises(RunIsOver):
        crew.office.engine.requests.cancel(run, actor="clerk")


async def test_a_run_whose_process_died_is_cancelled_on_the_spot(crew: Crew) -> None:
    held = crew.office.system.gate("write", "k2")
    hand = crew.start("hall:1", machine="hall")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    await hand.die()
    assert crew.office.engine.requests.cancel(run, actor="clerk").status == "cancelled"
    held.opened.set()
    crew.resume(run)
    crew.start("hall:2", machine="hall")
    await crew.ends(run)
    assert crew.office.system.registered == dict.fromkeys(KEYS, 1)


async def test_what_is_live_finished_or_waits_does_not_go_on(crew: Crew) -> None:
    requests = crew.office.engine.requests
    held = crew.office.system.gate("write", "k2")
    crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    with pytest.raises(RunIsLive):
        requests.go_on(run, actor="clerk")
    with pytest.raises(RunIsLive):
        await crew.office.engine.execute(run)
    held.opened.set()
    await crew.ends(run)
    with pytest.raises(RunIsOver):
        requests.go_on(run, actor="clerk")
    waiting = crew.create(WAITING)
    await until(lambda: crew.status(waiting) == "waiting")
    with pytest.raises(RunWaits):
        requests.go_on(waiting, actor="clerk")


async def test_asked_for_twice_for_the_same_moment_it_is_one_run(office: Office) -> None:
    due = datetime(2026, 4, 2, 6, 30, tzinfo=UTC)
    checked = office.check(workflow(["a"]))
    assert office.engine.requests.for_moment(checked, due) is None
    run = office.create(workflow(["a"]), due=due)
    assert office.engine.requests.for_moment(checked, due) == run
    with pytest.raises(JournalError):
        office.journal.append("scheduler", office.journal.records(run)[0].event)
    assert [row.id for row in office.journal.runs()] == [run]


async def test_wrong_control_totals_let_nothing_be_registered(crew: Crew) -> None:
    crew.start("castle:1")
    run = crew.create(shared(KEYS, block="\n    totals: {count: 7}"))
    await crew.ends(run, "failed")
    assert crew.office.system.registered == {}
    assert crew.office.journal.items(run) == []
    error = crew.office.result(run).error
    assert error is not None
    assert "the control total is 7" in error.message


async def test_rows_are_those_of_the_beginning_when_a_run_goes_on(crew: Crew) -> None:
    office = crew.office
    held = office.system.gate("write", "3")
    text = shared([], lanes=1).replace("for_each: []", "for_each: ${{ config.rows }}")
    office.config = {"limit": 3, "rows": [{"key": str(number)} for number in range(6)]}

    first = crew.start("hall:1", machine="hall")
    run = crew.create(text)
    await asyncio.wait_for(held.reached.wait(), 60)
    await first.die()
    office.config = {"limit": 3, "rows": [{"key": "someone else's"}]}
    held.opened.set()
    crew.start("hall:2", machine="hall")
    await crew.ends(run)
    assert office.system.registered == {str(number): 1 for number in range(6)}
