"""Decisions that a run waits for: made once, by those who may, over crashes, and with nothing between them and what follows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.engine.town import Crash, Office
from yakin.engine.approvals import (
    Decided,
    MayNotDecide,
    NothingWaits,
    ReasonMissing,
    Reminder,
    SeveralWait,
    TooLate,
)
from yakin.engine.engine import Engine
from yakin.engine.requests import Requests, RunWaits
from yakin.engine.worker import Worker
from yakin.errors import JournalError
from yakin.results import RunResult

HEAD = """
workflow: Letters
inputs:
  who: {type: text, default: nobody}
systems:
  hall: {url: "http://hall.example.jp/"}
steps:
"""

ASK = """
  - {id: sum, uses: town.add_up, with: {numbers: [1, 2]}}
  - id: ok
    name: Send it?
    approve: {by: head, show: "${{ steps.sum }} letters", timeout: 3d, remind: 1d}
  - {id: letter, uses: town.send_letter, with: {to: "${{ steps.ok.by }} ${{ steps.ok.reason }} ${{ steps.ok.decision }}"}}
"""

TWO = """
  - parallel:
      - id: left
        steps:
          - {id: one, approve: {by: head}}
          - {id: after_one, uses: town.send_letter, with: {to: one}}
      - id: right
        steps:
          - {id: two, approve: {by: head}}
          - {id: after_two, uses: town.send_letter, with: {to: two}}
  - {id: last, uses: town.add_up, with: {numbers: [1]}}
"""

DAY = 86_400.0


def statuses(result: RunResult) -> dict[str, str]:
    return {step.path: step.status for step in result.steps}


def worker(office: Office) -> None:
    """A worker lives, without taking anything from the queues."""
    office.engine.around.leases.take("hall:1", kind="worker")


async def waiting(office: Office, steps: str = ASK) -> str:
    run = office.create(HEAD + steps)
    result = await office.execute(run)
    assert result.status == "waiting"
    return run


async def test_a_run_that_waits_has_no_process_and_goes_on_after_the_decision(office: Office) -> None:
    run = await waiting(office)
    assert office.engine.around.leases.held() == []
    assert "send_letter" not in office.system.calls
    decided = office.engine.approvals.approve(run, actor="mori", reason=" seen ")
    assert (decided.then, decided.approval.state, decided.approval.decided_by) == ("resume", "approved", "mori")
    result = await office.execute(run)
    assert result.status == "succeeded"
    assert result.steps[2].output["kind"] == "text"
    assert office.engine.around.journal.approvals(run=run)[0].reason == "seen"
    assert office.system.calls == ["add_up", "send_letter"]


async def test_the_steps_behind_it_see_who_decided_and_why(office: Office) -> None:
    run = await waiting(office, ASK.replace("letter, uses", "letter, if: \"${{ steps.ok.by == 'mori' }}\", uses"))
    office.engine.approvals.approve(run, "ok", actor="mori")
    assert statuses(await office.execute(run))["letter"] == "succeeded"


async def test_what_was_asked_is_not_asked_again_after_a_crash(office: Office) -> None:
    run = await waiting(office)
    office.crash()
    with pytest.raises(RunWaits):
        office.engine.requests.go_on(run, actor="clerk")
    office.clock.move(2 * DAY)
    office.crash()
    office.engine.approvals.approve(run, actor="mori")
    office.system.script["send_letter"] = ["crash"]
    with pytest.raises(Crash):
        await office.execute(run)
    office.crash()
    result = await office.execute(run)
    assert len(office.journal.approvals(run=run)) == 1
    assert result.steps[2].error is not None, "the letter may have been sent"
    assert office.system.calls.count("add_up") == 1


async def test_a_rejection_fails_the_step_and_what_is_behind_it_is_left_out(office: Office) -> None:
    run = await waiting(office, ASK + "on_failure:\n  - {id: tell, uses: town.send_letter, with: {to: all}}\n")
    office.engine.approvals.reject(run, actor="mori", reason="two of them are the same")
    result = await office.execute(run)
    assert result.status == "failed"
    assert statuses(result) == {"sum": "succeeded", "ok": "failed", "on_failure.tell": "succeeded"}
    assert result.error is not None
    assert result.error.code == "rejected"
    assert result.error.message == "mori rejected it: two of them are the same"


async def test_a_decision_is_made_once(office: Office) -> None:
    run = await waiting(office)
    office.engine.approvals.approve(run, actor="mori")
    with pytest.raises(NothingWaits):
        office.engine.approvals.reject(run, actor="tanaka", reason="no")
    assert office.journal.approvals(run=run)[0].state == "approved"


async def test_of_two_who_decide_at_the_same_moment_one_is_told_that_nothing_waits(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await waiting(office)
    append = office.journal.append

    def beaten(actor: str, *events: Any, **more: Any) -> None:
        monkeypatch.undo()
        office.engine.approvals.reject(run, actor="tanaka", reason="no")
        append(actor, *events, **more)

    monkeypatch.setattr(office.journal, "append", beaten)
    with pytest.raises(NothingWaits):
        office.engine.approvals.approve(run, actor="mori")
    assert office.journal.approvals(run=run)[0].decided_by == "tanaka"


async def test_the_person_who_started_the_run_never_decides(office: Office) -> None:
    run = await waiting(office)
    with pytest.raises(MayNotDecide, match="started"):
        office.engine.approvals.approve(run, actor="clerk")


async def test_where_there_are_roles_only_those_who_have_it_decide(office: Office) -> None:
    engine = Engine(replace(office.surroundings(), config={"roles": {"head": ["mori"], "clerks": ["tanaka"]}}))
    run = await waiting(office)
    with pytest.raises(MayNotDecide, match="role"):
        engine.approvals.approve(run, actor="tanaka")
    assert engine.approvals.approve(run, actor="mori").approval.state == "approved"


async def test_a_rejection_needs_a_reason(office: Office) -> None:
    run = await waiting(office)
    with pytest.raises(ReasonMissing):
        office.engine.approvals.reject(run, actor="mori", reason="  ")


async def test_without_a_decision_in_time_the_step_fails(office: Office) -> None:
    run = await waiting(office)
    office.clock.move(3 * DAY)
    result = await office.execute(run)
    assert result.status == "failed"
    assert result.error is not None
    assert result.error.code == "not-decided"
    assert office.journal.approvals(run=run)[0].decided_by == "clock"


async def test_who_decides_too_late_is_told_so_and_it_counts_as_not_decided(office: Office) -> None:
    run = await waiting(office)
    office.clock.move(3 * DAY)
    with pytest.raises(TooLate):
        office.engine.approvals.approve(run, actor="mori")
    assert office.journal.approvals(run=run)[0].state == "timed_out"
    assert (await office.execute(run)).status == "failed"


async def test_a_run_that_failed_before_on_purpose_still_waits(office: Office) -> None:
    office.system.script["add_up"] = ["down"]
    run = await waiting(office, ASK.replace("[1, 2]}}", "[1, 2]}, on_error: continue}"))
    office.engine.approvals.approve(run, actor="mori")
    result = await office.execute(run)
    assert statuses(result) == {"sum": "failed", "ok": "succeeded", "letter": "succeeded"}
    assert result.status == "failed"


async def test_of_several_that_wait_the_one_that_is_meant_has_to_be_named(office: Office) -> None:
    run = await waiting(office, TWO)
    with pytest.raises(SeveralWait, match=r"left\.one|one"):
        office.engine.approvals.approve(run, actor="mori")


async def test_each_branch_goes_on_after_its_own_decision(office: Office) -> None:
    run = await waiting(office, TWO)
    first, second = (row.step for row in office.journal.approvals(run=run))
    office.engine.approvals.approve(run, second, actor="mori")
    result = await office.execute(run)
    assert result.status == "waiting"
    assert office.system.calls == ["send_letter"]
    office.engine.approvals.approve(run, actor="mori")
    result = await office.execute(run)
    assert result.status == "succeeded"
    assert office.system.calls == ["send_letter", "send_letter", "add_up"]
    assert office.journal.approvals(run=run)[0].step == first


async def test_when_one_branch_is_rejected_nobody_has_to_decide_about_the_other(office: Office) -> None:
    run = await waiting(office, TWO)
    office.engine.approvals.reject(run, office.journal.approvals(run=run)[0].step, actor="mori", reason="no")
    assert (await office.execute(run)).status == "failed"
    assert office.journal.approvals(run=run, state="waiting") == []
    with pytest.raises(NothingWaits):
        office.engine.approvals.approve(run, actor="mori")


async def test_with_workers_the_run_is_in_their_queue_in_the_same_moment_as_the_decision(office: Office) -> None:
    run = await waiting(office)
    worker(office)
    decided = office.engine.approvals.approve(run, actor="mori")
    assert decided.then == "workers"
    assert [work.about for work in office.queues.waiting] == [{"run": run, "go": 2}]
    last = office.journal.records(run)[-2:]
    assert [record.event.action for record in last] == ["approval.decided", "run.continued"]
    assert office.journal.run(run).status == "queued"


async def test_a_decision_that_cannot_let_the_run_go_on_is_not_made(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await waiting(office)
    worker(office)

    def broken(*_: Any) -> None:
        raise JournalError("The disk is full")

    monkeypatch.setattr(office.queues, "enqueue", broken)
    with pytest.raises(JournalError, match="full"):
        office.engine.approvals.approve(run, actor="mori")
    assert office.journal.approvals(run=run)[0].state == "waiting"
    assert office.journal.run(run).status == "waiting"


async def test_a_decision_made_while_another_branch_works_is_seen_before_the_run_waits(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = office.create(
        HEAD
        + """
  - parallel:
      - {id: ok, approve: {by: head}}
      - {id: sum, uses: town.add_up, with: {numbers: [1]}}
  - {id: letter, uses: town.send_letter, with: {to: x}}
"""
    )
    append = office.journal.append
    decisions: list[Decided] = []

    def approved_just_before(actor: str, *events: Any, **more: Any) -> None:
        if any(event.action == "run.waiting" for event in events) and not decisions:
            decisions.append(office.engine.approvals.approve(run, actor="mori"))
        append(actor, *events, **more)

    monkeypatch.setattr(office.journal, "append", approved_just_before)
    result = await office.execute(run)
    assert result.status == "succeeded"
    assert [decided.then for decided in decisions] == ["running"]
    assert office.system.calls == ["add_up", "send_letter"]


async def test_a_run_that_begins_to_wait_while_somebody_decides_is_let_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other order: who decides has seen the run at work, and it begins to wait before the decision is written."""
    run = office.create(
        HEAD
        + """
  - parallel:
      - {id: ok, approve: {by: head}}
      - {id: sum, uses: town.add_up, with: {numbers: [1]}}
"""
    )
    await office.execute(run)
    root = office.engine.requests.root
    looks = iter([replace(office.journal.run(run), status="running")])

    def seen_at_work(asked: str) -> Any:
        return next(looks, None) or root(asked)

    monkeypatch.setattr(office.engine.requests, "root", seen_at_work)
    assert office.engine.approvals.approve(run, actor="mori").then == "resume"


async def test_a_cancelled_run_asks_nobody_any_more_until_it_is_resumed(office: Office) -> None:
    run = await waiting(office)
    office.engine.requests.cancel(run, actor="clerk")
    assert office.journal.approvals(state="waiting") == []
    with pytest.raises(NothingWaits):
        office.engine.approvals.approve(run, actor="mori")
    assert (await office.execute(run)).status == "waiting"
    office.engine.approvals.approve(run, actor="mori")
    assert (await office.execute(run)).status == "succeeded"


async def test_a_rehearsal_asks_nobody_and_goes_on_as_if_it_were_approved(office: Office) -> None:
    result = await office.run(
        HEAD + ASK.replace("letter, uses", "letter, if: \"${{ steps.ok.decision == 'approved' }}\", uses"),
        rehearse=True,
    )
    assert result.status == "succeeded"
    assert statuses(result) == {"sum": "succeeded", "ok": "skipped", "letter": "skipped"}
    assert [note.kind for note in result.steps[1].notes] == ["not-asked"]
    assert office.journal.approvals(run=result.id) == []


async def test_reminders_come_again_and_again_once_for_each_time(office: Office) -> None:
    run = await waiting(office)
    told: list[Reminder] = []
    office.engine.approvals.look_after(told.append)
    assert told == []
    office.clock.move(DAY)
    office.engine.approvals.look_after(told.append)
    office.start().approvals.look_after(told.append)
    assert [(reminder.run, reminder.step, reminder.role) for reminder in told] == [(run, "ok", "head")]
    office.clock.move(DAY + 1)
    office.engine.approvals.look_after(told.append)
    assert len(told) == 2


async def test_of_two_who_remind_at_the_same_moment_one_does(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    run = await waiting(office)
    office.clock.move(DAY)
    seen = office.journal.approvals(run=run)
    told: list[Reminder] = []
    office.engine.approvals.look_after(told.append)
    monkeypatch.setattr(office.journal, "approvals", lambda **_: seen)
    office.engine.approvals.look_after(told.append)
    assert len(told) == 1


async def test_workers_let_a_run_go_on_whose_time_is_over(office: Office) -> None:
    run = await waiting(office)
    worker(office)
    office.clock.move(3 * DAY)
    office.engine.approvals.look_after(lambda _: None)
    assert [work.about for work in office.queues.waiting] == [{"run": run, "go": 2}]
    await office.engine.execute(run)
    assert office.result(run).status == "failed"


async def test_a_worker_that_comes_later_lets_a_run_go_on_that_was_decided_without_one(office: Office) -> None:
    run = await waiting(office)
    office.engine.approvals.approve(run, actor="mori")
    office.engine.approvals.look_after(lambda _: None)
    assert office.queues.waiting == []
    worker(office)
    office.engine.approvals.look_after(lambda _: None)
    office.engine.approvals.look_after(lambda _: None)
    assert [work.about for work in office.queues.waiting] == [{"run": run, "go": 2}]


async def test_the_journal_holds_after_all_kinds_of_decisions(office: Office) -> None:
    run = await waiting(office, TWO)
    first, second = (row.step for row in office.journal.approvals(run=run))
    office.engine.approvals.approve(run, first, actor="mori")
    office.engine.approvals.reject(run, second, actor="mori", reason="no")
    await office.execute(run)
    assert office.journal.verify() == []


async def at_work(office: Office, run: str, status: str) -> None:
    """Let a worker work until it has told of a run."""
    around = office.surroundings()
    reached = asyncio.Event()

    def told(_template: str, **data: Any) -> None:
        if (data.get("run"), data.get("status")) == (run, status):
            reached.set()

    made = Worker(around, Requests(around), systems=("hall",), serves_all=True, sessions=1, told=told)
    working = asyncio.ensure_future(made.work())
    await asyncio.wait_for(reached.wait(), 60)
    made.stop()
    await asyncio.wait_for(working, 60)


async def test_a_worker_parks_a_run_and_another_one_takes_it_up_after_the_decision(office: Office) -> None:
    run = office.create(HEAD + ASK, for_workers=True)
    await at_work(office, run, "waiting")
    assert office.engine.around.leases.held() == []
    worker(office)
    assert office.engine.approvals.approve(run, actor="mori").then == "workers"
    await at_work(office, run, "succeeded")
    assert office.system.calls == ["add_up", "send_letter"]
