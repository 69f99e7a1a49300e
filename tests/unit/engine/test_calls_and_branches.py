"""Runs that call runs, and branches of a run at the same time: linked, cut off, cancelled and continued together."""

from __future__ import annotations

import asyncio
import types
from typing import Any

import pytest

from tests.unit.engine.town import Crash, Office, town_bot, workflow
from yakin.actions import Registry, action
from yakin.results import RunResult

CALLING = """
workflow: Calling
systems:
  hall: {url: "http://hall.example.jp/"}
steps:
  - {id: before, uses: town.add_up, with: {numbers: [1]}}
  - {id: sub, call: child%s}
  - {id: letter, uses: town.send_letter, with: {to: "${{ steps.sub.status }} ${{ steps.sub.done }}/${{ steps.sub.count }}"}}
"""

WAITING_CHILD = """
workflow: Child that asks
steps:
  - {id: ok, approve: {by: head, timeout: 1d}}
  - {id: sum, uses: town.add_up, with: {numbers: [1]}}
"""


def statuses(result: RunResult) -> dict[str, str]:
    return {step.path: step.status for step in result.steps}


def child_of(office: Office, run: str) -> str:
    (child,) = office.journal.children(run)
    return child.id


def with_meeting(office: Office) -> list[str]:
    """Give the office actions that only end when both are being done at the same time."""
    there: dict[str, asyncio.Event] = {"a": asyncio.Event(), "b": asyncio.Event()}
    seen: list[str] = []

    @action(idempotent=True)
    async def meet(me: str, other: str) -> str:
        """Wait for the other one.

        Args:
            me: Who.
            other: For whom.
        """
        there[me].set()
        await asyncio.wait_for(there[other].wait(), 10)
        seen.append(me)
        return me

    module = types.ModuleType("meeting")
    module.meet = meet  # type: ignore[attr-defined]
    office.registry = Registry.of({"town": town_bot(office.system), "meeting": module})
    office.engine = office.start()
    return seen


async def test_a_called_workflow_has_a_run_of_its_own_with_its_own_items(office: Office) -> None:
    office.workflows["child"] = workflow(["a", "b"])
    office.system.refuses.add("b")
    result = await office.run(CALLING % "")
    assert result.status == "succeeded"
    assert result.items == ()
    child = office.result(child_of(office, result.id))
    assert (child.parent, child.parent_step, child.workflow) == (result.id, "sub", "child")
    assert {item.key: item.verdict for item in child.items} == {"a": "registered", "b": "set_aside"}
    assert office.system.registered == {"a": 1}


async def test_a_call_hands_on_what_the_run_came_to(office: Office) -> None:
    office.workflows["child"] = workflow(["a", "b"])
    calling = CALLING.replace(
        "letter, uses", "letter, if: \"${{ steps.sub.done == 2 and steps.sub.run != '' }}\", uses"
    )
    result = await office.run(calling % "")
    assert statuses(result)["letter"] == "succeeded"


async def test_inputs_are_given_to_the_called_run(office: Office) -> None:
    office.workflows["child"] = """
workflow: Child
inputs: {who: {type: text}, number: {type: integer}}
steps:
  - {id: sum, uses: town.add_up, with: {numbers: ["${{ inputs.number }}", 1]}}
"""
    calling = CALLING % ', with: {who: 髙橋, number: "${{ steps.before }}"}'
    calling = calling.replace("${{ steps.sub.done }}", "")
    result = await office.run(calling)
    child = office.result(child_of(office, result.id))
    assert child.inputs == {"who": "髙橋", "number": "1"}
    assert child.steps[0].output["is"] == 2


async def test_when_the_called_run_fails_the_step_fails(office: Office) -> None:
    office.workflows["child"] = workflow(["a"])
    office.system.script["write"] = ["down"] * 3
    result = await office.run(CALLING % "")
    assert result.status == "failed"
    assert statuses(result) == {"before": "succeeded", "sub": "failed"}
    assert result.error is not None
    assert (result.error.code, result.error.data["status"]) == ("called-run", "failed")


async def test_a_call_that_is_given_something_wrong_fails_the_step(office: Office) -> None:
    office.workflows["child"] = """
workflow: Child
inputs: {number: {type: integer}}
steps:
  - {id: sum, uses: town.add_up, with: {numbers: ["${{ inputs.number }}"]}}
"""
    result = await office.run(CALLING % ", with: {number: \"${{ 'three' }}\"}")
    assert statuses(result) == {"before": "succeeded", "sub": "failed"}
    assert office.journal.children(result.id) == []


@pytest.mark.parametrize(
    ("where", "fault"),
    [("write", "crash"), ("register", "crash before"), ("register", "crash after"), ("receipt", "crash")],
)
async def test_a_crash_in_it_makes_no_second_run_and_registers_nothing_twice(
    office: Office, where: str, fault: str
) -> None:
    office.workflows["child"] = workflow(["a", "b", "c"])
    office.system.script[where] = [None, fault]
    run = office.create(CALLING % "")
    result = await office.run_through_crashes(run)
    assert len(office.journal.children(run)) == 1
    assert office.system.registered == {"a": 1, "b": 1, "c": 1}
    assert result.status == "succeeded"
    assert office.system.calls.count("add_up") == 1


async def test_a_crash_between_the_step_and_its_run_is_made_good(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.workflows["child"] = workflow(["a"])
    run = office.create(CALLING % "")

    def dies(*_: Any, **__: Any) -> str:
        raise Crash

    monkeypatch.setattr(office.engine.requests, "call", dies)
    with pytest.raises(Crash):
        await office.execute(run)
    office.crash()
    result = await office.execute(run)
    assert result.status == "succeeded"
    assert len(office.journal.children(run)) == 1


async def test_an_approval_inside_a_called_run_makes_both_wait_and_both_go_on(office: Office) -> None:
    office.workflows["child"] = WAITING_CHILD
    run = office.create(CALLING % "")
    assert (await office.execute(run)).status == "waiting"
    child = child_of(office, run)
    assert office.journal.run(child).status == "waiting"
    office.crash()
    assert office.engine.approvals.approve(run, "ok", actor="mori").root == run
    result = await office.execute(run)
    assert result.status == "succeeded"
    assert office.journal.run(child).status == "succeeded"
    assert office.system.calls == ["add_up", "add_up", "send_letter"]
    assert office.journal.verify() == []


async def test_with_workers_it_is_the_calling_run_that_is_put_into_the_queue(office: Office) -> None:
    office.workflows["child"] = WAITING_CHILD
    run = office.create(CALLING % "")
    await office.execute(run)
    office.engine.around.leases.take("hall:1", kind="worker")
    office.engine.approvals.approve(child_of(office, run), actor="mori")
    assert [work.about for work in office.queues.waiting] == [{"run": run, "go": 2}]


async def test_a_rejection_inside_a_called_run_fails_both(office: Office) -> None:
    office.workflows["child"] = WAITING_CHILD
    run = office.create(CALLING % "")
    await office.execute(run)
    office.engine.approvals.reject(run, actor="mori", reason="no")
    assert (await office.execute(run)).status == "failed"
    assert office.journal.run(child_of(office, run)).status == "failed"


async def test_a_time_that_is_over_inside_a_called_run_fails_both(office: Office) -> None:
    office.workflows["child"] = WAITING_CHILD
    run = office.create(CALLING % "")
    await office.execute(run)
    office.clock.move(86_400)
    assert (await office.execute(run)).status == "failed"
    assert office.journal.run(child_of(office, run)).status == "failed"


async def test_cancelling_a_run_that_waits_cancels_the_run_it_called(office: Office) -> None:
    office.workflows["child"] = WAITING_CHILD
    run = office.create(CALLING % "")
    await office.execute(run)
    office.engine.requests.cancel(child_of(office, run), actor="clerk")
    assert office.journal.run(run).status == "cancelled"
    assert office.journal.run(child_of(office, run)).status == "cancelled"
    assert office.journal.approvals(state="waiting") == []
    assert (await office.execute(run)).status == "waiting"
    office.engine.approvals.approve(run, actor="mori")
    assert (await office.execute(run)).status == "succeeded"


async def test_cancelling_a_run_at_work_cancels_the_run_it_called_and_both_can_be_resumed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.workflows["child"] = workflow(["a", "b", "c"])
    run = office.create(CALLING % "")
    working = office.system.next_fault

    def cancel_at_the_first(name: str) -> str | None:
        if name == "register" and not office.system.registered:
            office.engine._executor.stop("cancel")  # type: ignore[union-attr]
        return working(name)

    monkeypatch.setattr(office.system, "next_fault", cancel_at_the_first)
    assert (await office.execute(run)).status == "cancelled"
    assert office.journal.run(child_of(office, run)).status == "cancelled"
    assert office.system.registered == {"a": 1}
    monkeypatch.undo()
    result = await office.execute(run)
    assert result.status == "succeeded"
    assert office.system.registered == {"a": 1, "b": 1, "c": 1}
    assert len(office.journal.children(run)) == 1


async def test_a_rehearsal_rehearses_what_it_calls_too(office: Office) -> None:
    office.workflows["child"] = workflow(["a"])
    result = await office.run(CALLING % "", rehearse=True)
    assert result.status == "succeeded"
    assert office.journal.run(child_of(office, result.id)).mode == "rehearse"
    assert office.system.registered == {}


async def test_branches_are_done_at_the_same_time(office: Office) -> None:
    seen = with_meeting(office)
    result = await office.run("""
workflow: Meeting
steps:
  - parallel:
      - {id: a, uses: meeting.meet, with: {me: a, other: b}}
      - {id: b, uses: meeting.meet, with: {me: b, other: a}}
  - {id: both, uses: town.send_letter, with: {to: "${{ steps.a }} ${{ steps.b }}"}}
""")
    assert result.status == "succeeded"
    assert sorted(seen) == ["a", "b"]


async def test_when_one_branch_fails_the_other_is_finished_and_what_is_behind_is_left_out(office: Office) -> None:
    office.system.script["send_letter"] = ["down"]
    result = await office.run("""
workflow: Branches
steps:
  - parallel:
      - {id: a, uses: town.send_letter, with: {to: x}}
      - id: b
        steps:
          - {id: b1, uses: town.add_up, with: {numbers: [1]}}
          - {id: b2, uses: town.add_up, with: {numbers: ["${{ steps.b1 }}"]}}
  - {id: behind, uses: town.add_up, with: {numbers: [1]}}
""")
    assert result.status == "failed"
    told = {step.path.rpartition(".")[2]: step.status for step in result.steps}
    assert (told["a"], told["b1"], told["b2"]) == ("failed", "succeeded", "succeeded")
    assert "behind" not in told


async def test_a_crash_inside_a_branch_leaves_the_other_where_it_was(office: Office) -> None:
    office.system.script["write"] = [None, "crash"]
    run = office.create("""
workflow: Branches
systems:
  hall: {url: "http://hall.example.jp/", sessions: 2}
steps:
  - parallel:
      - {id: sum, uses: town.add_up, with: {numbers: [1]}}
      - id: entry
        for_each: [{key: a}, {key: b}]
        key: ${{ item.key }}
        in: hall
        steps:
          - {uses: town.write, with: {key: "${{ item.key }}"}}
          - {uses: town.register, commit: true}
  - {id: letter, uses: town.send_letter, with: {to: "${{ steps.sum }} ${{ steps.entry.done }}"}}
""")
    result = await office.run_through_crashes(run)
    assert result.status == "succeeded"
    assert office.system.registered == {"a": 1, "b": 1}
    assert office.system.calls.count("send_letter") == 1


async def test_when_a_branch_fails_a_run_that_another_one_called_does_not_wait_any_more(office: Office) -> None:
    office.workflows["child"] = WAITING_CHILD
    office.system.script["send_letter"] = ["down"]
    result = await office.run("""
workflow: Branches
steps:
  - parallel:
      - {id: sub, call: child}
      - {id: letter, uses: town.send_letter, with: {to: x}}
""")
    assert result.status == "failed"
    assert office.journal.run(child_of(office, result.id)).status == "cancelled"
    assert office.journal.approvals(state="waiting") == []
