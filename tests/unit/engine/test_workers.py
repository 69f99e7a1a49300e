"""Workers share the work of runs: what one of them leaves, for whatever reason, another one does, and nothing twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.unit.engine.crew import Crew, hasten, shared, until
from tests.unit.engine.town import Office
from yakin import events as ev
from yakin.engine import items, worker
from yakin.engine.parts import Part, go_id
from yakin.errors import JournalError
from yakin.ledger import LeaseLost
from yakin.results import RunResult

KEYS = [f"k{number:02}" for number in range(20)]


@pytest.fixture
async def crew(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Crew]:
    hasten(monkeypatch)
    crew = Crew(office)
    office.system.is_blind = True
    yield crew
    await crew.close()


def started_by(office: Office, run: str) -> dict[str, str]:
    """Item → token of the lease under which it was done last."""
    return {item.key: item.owner for item in office.journal.items(run)}


def once(keys: list[str]) -> dict[str, int]:
    return dict.fromkeys(keys, 1)


def verdicts(result: RunResult) -> dict[str, str]:
    return {item.key: item.verdict for item in result.items}


async def test_the_items_of_a_block_are_spread_over_workers_and_each_is_done_once(crew: Crew) -> None:
    first, second = crew.start("castle:1", size=1), crew.start("hall:1", size=1)
    held = crew.office.system.gate("register", KEYS[0])
    run = crew.create(shared(KEYS))
    await asyncio.wait_for(held.reached.wait(), 60)
    # As long as one is held up, the other does what it can.
    await until(lambda: len(crew.office.system.registered) >= 5)
    held.opened.set()
    await crew.ends(run)
    assert crew.office.system.registered == once(KEYS)
    assert set(started_by(crew.office, run).values()) == {first.token, second.token}
    assert crew.office.journal.verify() == []
    await until(lambda: [*first.ended, *second.ended] == [run])


async def test_there_are_never_more_sessions_than_seats_over_all_workers_and_processes(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = crew.office
    is_open, most = 0, 0
    heard = office.system.next_fault

    def count(name: str) -> str | None:
        nonlocal is_open, most
        is_open += {"open": 1}.get(name, 0)
        most = max(most, is_open)
        return heard(name)

    class Calls(list[str]):
        def append(self, name: str) -> None:
            nonlocal is_open
            is_open -= name == "close"
            super().append(name)

    office.system.calls = Calls()
    monkeypatch.setattr(office.system, "next_fault", count)
    for name in ("castle:1", "hall:1", "town:1"):
        crew.start(name)
    runs = [crew.create(shared([f"{letter}{key}" for key in KEYS[:6]], lanes=3)) for letter in "abc"]
    here = office.create(shared(["here 1", "here 2"]))
    await office.engine.execute(here)
    for run in runs:
        await crew.ends(run)
    assert crew.status(here) == "succeeded"
    assert set(office.system.registered.values()) == {1}
    assert most == 2


async def test_when_a_worker_dies_another_one_finishes_its_run(crew: Crew) -> None:
    held = crew.office.system.gate("register", "k03")
    first = crew.start("castle:1", machine="castle")
    run = crew.create(shared(KEYS))
    await asyncio.wait_for(held.reached.wait(), 60)
    await first.die()
    held.opened.set()
    second = crew.start("castle:2", machine="castle")
    await crew.ends(run)
    assert crew.office.system.registered == once(KEYS)
    await until(lambda: second.ended == [run])
    assert any("castle:1 has fallen silent or died" in told for told in second.told)
    assert crew.office.journal.verify() == []


async def test_a_worker_of_the_same_name_takes_up_what_it_left(crew: Crew) -> None:
    held = crew.office.system.gate("write", "k03")
    first = crew.start("castle:1", machine="castle")
    run = crew.create(shared(KEYS))
    await asyncio.wait_for(held.reached.wait(), 60)
    await first.die()
    held.opened.set()
    crew.start("castle:1", machine="castle")
    await crew.ends(run)
    assert crew.office.system.registered == once(KEYS)


async def test_the_work_of_a_worker_that_fell_silent_is_taken_over_but_what_it_may_still_do_is_left_in_doubt(
    crew: Crew,
) -> None:
    held = crew.office.system.gate("register", "k03")
    first = crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    first.fall_silent()
    crew.start("hall:1")
    await crew.while_time_passes(lambda: crew.status(run) == "failed")
    assert crew.office.system.registered == once([key for key in KEYS if key != "k03"])
    assert crew.item(run, "k03").state == "in_doubt"
    error = crew.item(run, "k03").error
    assert error is not None
    assert "may still do it" in error.message
    assert crew.office.journal.verify() == []
    held.opened.set()
    assert first.working is not None
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(first.working, 60)


async def test_once_the_death_of_a_silent_worker_is_known_its_doubts_are_settled_when_the_run_goes_on(
    crew: Crew,
) -> None:
    held = crew.office.system.gate("register", "k03")
    first = crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    first.fall_silent()
    await first.vanish()
    second = crew.start("hall:1")
    looked = crew.office.system.gate("write", "k07")
    await crew.while_time_passes(looked.reached.is_set)
    assert crew.item(run, "k03").state == "in_doubt"
    crew.office.engine.requests.cancel(run, actor="clerk")
    looked.opened.set()
    held.opened.set()
    await crew.ends(run, "cancelled")
    # The machine it ran on is up again, and its processes are seen to be gone.
    first.process.machine = second.process.machine
    await second.die()
    witness = crew.start("castle:2", machine="castle:1")
    first.process.die()
    crew.office.processes.fates["castle:1", first.process.name] = True
    crew.resume(run)
    await crew.ends(run)
    assert crew.office.system.registered == once(KEYS)
    assert crew.item(run, "k03").how == "registered"
    await until(lambda: witness.ended == [run])


async def test_what_a_silent_worker_writes_later_is_refused(crew: Crew) -> None:
    held = crew.office.system.gate("write", "k03")
    first = crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    first.fall_silent()
    del crew.office.system.gates["write", "k03"]
    second = crew.start("hall:1")
    await crew.while_time_passes(lambda: crew.status(run) == "succeeded")
    before = len(crew.office.journal.records(run))
    held.opened.set()
    assert first.working is not None
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(first.working, 60)
    assert len(crew.office.journal.records(run)) == before
    assert crew.office.system.registered == once(KEYS)
    assert crew.item(run, "k03").owner == second.token


async def test_a_worker_that_cannot_record_anything_for_a_while_goes_on_later(crew: Crew) -> None:
    held = crew.office.system.gate("write", "k03")
    hand = crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    hand.writing.is_cut = True
    held.opened.set()
    await until(lambda: sum("cannot" in told or "recorded" in told for told in hand.told) >= 3)
    assert crew.status(run) == "running"
    assert crew.office.system.registered == once(KEYS[:3])
    hand.writing.is_cut = False
    await crew.ends(run)
    assert crew.office.system.registered == once(KEYS)


@pytest.mark.parametrize("fails", [1, 2, 3])
async def test_one_write_that_fails_costs_nothing(crew: Crew, fails: int) -> None:
    held = crew.office.system.gate("register", "k03")
    hand = crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=2))
    await asyncio.wait_for(held.reached.wait(), 60)
    hand.writing.fails_next = fails
    held.opened.set()
    await crew.ends(run)
    assert crew.office.system.registered == once(KEYS)
    assert crew.office.journal.verify() == []


async def test_a_seat_that_cannot_be_given_back_is_used_again_or_given_back_later(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = crew.start("castle:1", size=1)
    tries = 0
    give_back = hand.leases.free_seat

    def at_the_third_time(*arguments: Any) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            hand.line.fails_next = 1
        give_back(*arguments)

    monkeypatch.setattr(hand.leases, "free_seat", at_the_third_time, raising=False)
    run = crew.create(shared(["a"], seats=1, lanes=1))
    await crew.ends(run)
    await until(lambda: tries >= 3)
    other = crew.start("hall:1", size=1)
    await hand.stop()
    again = crew.create(shared(["b"], seats=1, lanes=1))
    await crew.ends(again)
    await until(lambda: other.ended == [again])


async def test_a_session_whose_opening_cannot_be_recorded_is_closed_again(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = crew.office
    append, failed = office.journal.append, asyncio.Event()

    def fail_once(actor: str, *events: ev.Event, **options: Any) -> None:
        if not failed.is_set() and any(isinstance(event, ev.SessionOpened) for event in events):
            failed.set()
            raise JournalError("The disk is full")
        append(actor, *events, **options)

    monkeypatch.setattr(office.journal, "append", fail_once)
    hand = crew.start("castle:1")
    text = shared(["a"], lanes=1).replace("sessions: 2}", "sessions: 2, sign_in: [{uses: town.receipt}]}")
    run = crew.create(text)
    await crew.ends(run)
    await hand.stop()
    assert failed.is_set()
    assert office.system.calls.count("open") == office.system.calls.count("close") == 2


async def test_a_worker_that_is_stopped_leaves_its_work_to_others(crew: Crew) -> None:
    held = crew.office.system.gate("register", "k03")
    first = crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    first.worker.stop()
    await until(lambda: any("Stopping" in told for told in first.told))
    held.opened.set()
    await first.stop()
    assert crew.status(run) == "running"
    assert crew.item(run, "k03").state == "done", "the current item is done to its end"
    done = len(crew.office.system.registered)
    assert done < len(KEYS)
    crew.start("hall:1")
    await crew.ends(run)
    assert crew.office.system.registered == once(KEYS)


async def test_a_worker_does_not_wait_for_what_others_do_when_it_is_stopped(crew: Crew) -> None:
    held = crew.office.system.gate("register", "k03")
    parent = crew.start("castle:1", systems=())
    run = crew.create(shared(KEYS, lanes=1))
    await until(lambda: crew.status(run) == "running")
    crew.start("hall:1")
    await asyncio.wait_for(held.reached.wait(), 60)
    await parent.stop()
    assert crew.item(run, "k03").state == "in_progress"
    held.opened.set()
    await crew.ends(run)
    assert crew.office.system.registered == once(KEYS)


async def test_a_run_whose_workflow_cannot_be_loaded_any_more_fails_and_is_told(crew: Crew) -> None:
    run = crew.create(shared(["a"]))
    crew.office.registry.actions.pop("town.write")  # type: ignore[attr-defined]
    hand = crew.start("castle:1")
    await crew.ends(run, "failed")
    assert crew.office.result(run).error is not None
    await until(lambda: hand.ended == [run])
    assert any("cannot be executed" in told for told in hand.told)
    assert crew.office.system.registered == {}


async def test_a_part_of_an_older_go_is_not_begun(crew: Crew) -> None:
    office = crew.office
    held = office.system.gate("write", "k05")
    hand = crew.start("castle:1")
    run = crew.create(shared(KEYS, lanes=1))
    await asyncio.wait_for(held.reached.wait(), 60)
    office.journal.append("clerk", ev.RunContinued(run=run, go=2))
    held.opened.set()
    calls = len(office.system.calls)
    await hand.worker._part(Part(run, 1, "entry", 6, 20).to_json())
    assert len(office.system.calls) <= calls + 2, "only the item that was being done"
    assert go_id(run, 1) == f"{run}~1"
    assert crew.status(run) == "queued"


async def test_a_part_of_a_later_go_waits_for_the_item_that_an_earlier_one_is_committing(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = crew.office
    held = office.system.gate("register", "k05")
    parent = crew.start("hall:1", machine="hall", systems=())
    run = crew.create(shared(KEYS, lanes=1))
    await until(lambda: crew.status(run) == "running")
    # Nobody but the clerk finds out that it has died.
    monkeypatch.setattr(worker, "SWEEP_EVERY", 1000)
    crew.start("hall:2", machine="hall")
    await asyncio.wait_for(held.reached.wait(), 60)
    await parent.die()
    crew.resume(run)
    await until(lambda: (go_id(run, 2)) in [work.id for _, work in office.queues.taken])
    for _ in range(20):
        # The later go has every chance to look at the item.
        await asyncio.sleep(0.01)
    assert crew.item(run, "k05").state == "in_progress"
    assert "look_up" not in office.system.calls
    held.opened.set()
    await crew.ends(run)
    assert office.system.registered == once(KEYS)
    assert "look_up" not in office.system.calls


async def test_what_a_live_worker_is_committing_for_another_run_is_not_settled_by_looking(crew: Crew) -> None:
    office = crew.office
    held = office.system.gate("register", "k01")
    parent = crew.start("hall:1", machine="hall", systems=())
    first = crew.create(shared(KEYS[:3], lanes=1))
    await until(lambda: crew.status(first) == "running")
    crew.start("hall:2", machine="hall")
    await asyncio.wait_for(held.reached.wait(), 60)
    await parent.die()
    office.engine.requests.cancel(first, actor="clerk")
    second = crew.create(shared(["k01"], lanes=1))
    await crew.ends(second, "failed")
    assert crew.item(second, "k01").state == "failed"
    held.opened.set()
    await until(lambda: crew.item(first, "k01").state == "done")
    assert office.system.registered["k01"] == 1


async def test_failures_in_all_lanes_count_together(crew: Crew) -> None:
    office = crew.office
    office.system.script["write"] = ["broken code"] * 100
    crew.start("castle:1", size=1)
    crew.start("hall:1", size=1)
    run = crew.create(shared(KEYS, block="\n    stop_after_failures: 4"))
    await crew.ends(run, "failed")
    counts = Counter(verdicts(office.result(run)).values())
    assert 4 <= counts["failed"] <= 5, "each lane finishes the item it is at"
    assert counts["pending"] == len(KEYS) - counts["failed"]


async def test_an_item_that_kills_every_process_is_left_alone(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    office = crew.office
    heard = office.system.next_fault
    monkeypatch.setattr(items, "_CUT_OFFS", 2)

    def deadly(name: str) -> str | None:
        return "crash" if name == "write" and not office.system.script else heard(name)

    monkeypatch.setattr(office.system, "next_fault", deadly)
    run = crew.create(shared(["a"], lanes=1))
    for number in range(1, 6):
        hand = crew.start(f"castle:{number}", machine="castle")
        await until(lambda hand=hand: not hand.is_at_work)  # type: ignore[misc]
    last = crew.start("castle:9", machine="castle")
    await crew.ends(run, "failed")
    assert last.is_at_work
    assert crew.item(run, "a").state == "failed"
    error = crew.item(run, "a").error
    assert error is not None
    assert "died each of the last times" in error.message
    assert office.system.registered == {}
