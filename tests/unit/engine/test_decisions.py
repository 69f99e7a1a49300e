"""A person settles what nobody else can: whether a commit in doubt has happened."""

from __future__ import annotations

import pytest

from tests.unit.engine.town import Crash, Office, workflow
from yakin.engine.decisions import Decisions, NoReason, NotInDoubt, UnknownItem
from yakin.engine.requests import RunIsLive
from yakin.events import ItemDecided

ONE_LOST = workflow(["a", "b"], probe=False)


def decisions(office: Office) -> Decisions:
    return Decisions(office.surroundings())


async def run_with_a_doubt(office: Office, fault: str = "lost after") -> str:
    """A run in which the answer to `a` was never seen."""
    office.system.script["register"] = [fault]
    result = await office.run(ONE_LOST)
    assert [item.verdict for item in result.items] == ["in_doubt", "registered"]
    return result.id


async def crashed_run(office: Office) -> str:
    """A run whose process died between the intent for `a` and its confirmation."""
    office.system.script["register"] = ["crash after"]
    run = office.create(ONE_LOST)
    with pytest.raises(Crash):
        await office.execute(run)
    office.crash()
    return run


async def test_what_was_registered_counts_as_registered_for_ever_after(office: Office) -> None:
    run = await run_with_a_doubt(office)
    settled = decisions(office).settle(
        run, "a", registered=True, actor="yamada", reason="R-17 on the screen", result={"number": "R-17"}
    )
    assert [(item.state, item.how, item.claims) for item in settled] == [("done", "registered", True)]
    item = office.result(run).items[0]
    assert (item.verdict, item.decided_by, item.reason, item.result) == (
        "registered",
        "yamada",
        "R-17 on the screen",
        {"number": "R-17"},
    )
    again = await office.run(ONE_LOST)
    assert [item.verdict for item in again.items] == ["found", "found"]
    assert office.system.registered == {"a": 1, "b": 1}
    assert not office.journal.verify()


async def test_what_was_not_registered_is_registered_by_the_next_run(office: Office) -> None:
    run = await run_with_a_doubt(office, "lost before")
    decisions(office).settle(run, "a", registered=False, actor="yamada", reason="not in the list")
    assert office.result(run).items[0].verdict == "failed"
    assert office.result(run).items[0].how == "decided_absent"
    again = await office.run(ONE_LOST)
    assert [item.verdict for item in again.items] == ["registered", "found"]
    assert office.system.registered == {"a": 1, "b": 1}


async def test_a_run_is_named_by_the_beginning_of_its_id(office: Office) -> None:
    run = await run_with_a_doubt(office)
    settled = decisions(office).settle(run[:-2], "a", registered=True, actor="yamada", reason="seen")
    assert settled[0].run == run


@pytest.mark.parametrize("reason", ["", "  \n"])
async def test_a_decision_without_a_reason_is_refused(office: Office, reason: str) -> None:
    run = await run_with_a_doubt(office)
    with pytest.raises(NoReason):
        decisions(office).settle(run, "a", registered=True, actor="yamada", reason=reason)
    assert office.result(run).items[0].verdict == "in_doubt"


async def test_only_a_doubt_can_be_settled(office: Office) -> None:
    run = await run_with_a_doubt(office)
    with pytest.raises(UnknownItem):
        decisions(office).settle(run, "z", registered=True, actor="yamada", reason="seen")
    with pytest.raises(UnknownItem):
        decisions(office).settle(run, "a", registered=True, actor="yamada", reason="seen", block="elsewhere")
    with pytest.raises(NotInDoubt, match="entry done"):
        decisions(office).settle(run, "b", registered=False, actor="yamada", reason="not there")


async def test_an_item_whose_process_died_is_in_doubt_too(office: Office) -> None:
    run = await crashed_run(office)
    assert office.journal.run(run).status == "running"
    decisions(office).settle(run, "a", registered=True, actor="yamada", reason="seen")
    decided = office.journal.records(run, actions=(ItemDecided.action,))
    assert [record.actor for record in decided] == ["yamada"]
    result = await office.execute(run)
    assert [item.verdict for item in result.items] == ["registered", "registered"]
    assert office.system.registered == {"a": 1, "b": 1}
    assert not office.journal.verify()


async def test_nobody_decides_about_a_run_that_is_being_executed(office: Office) -> None:
    run = await crashed_run(office)
    for process in office.processes.fates:
        office.processes.fates[process] = False
    with pytest.raises(RunIsLive):
        decisions(office).settle(run, "a", registered=True, actor="yamada", reason="seen")


async def test_a_doubt_about_the_commit_of_another_run_is_settled_for_both(office: Office) -> None:
    first = await run_with_a_doubt(office, "lost before")
    second = (await office.run(ONE_LOST)).id
    assert office.result(second).items[0].verdict == "in_doubt"
    settled = decisions(office).settle(second, "a", registered=False, actor="yamada", reason="not in the list")
    assert [item.run for item in settled] == [second, first]
    assert not office.journal.items(first)[0].claims
    third = await office.run(ONE_LOST)
    assert [item.verdict for item in third.items] == ["registered", "found"]
    assert not office.journal.verify()


async def test_nobody_decides_against_what_another_run_has_registered(office: Office) -> None:
    first = await run_with_a_doubt(office)
    second = (await office.run(ONE_LOST)).id
    decisions(office).settle(first, "a", registered=True, actor="yamada", reason="seen")
    with pytest.raises(NotInDoubt):
        decisions(office).settle(second, "a", registered=False, actor="sato", reason="not seen")


async def test_items_of_called_runs_are_found(office: Office) -> None:
    office.workflows["inner"] = ONE_LOST
    office.system.script["register"] = ["lost after"]
    calling = "workflow: Calling\nsteps:\n  - {id: one, call: inner}\n"
    outer = await office.run(calling, name="outer.yaml")
    child = office.journal.children(outer.id)[0].id
    assert decisions(office).settle(outer.id, "a", registered=True, actor="yamada", reason="seen")[0].run == child


async def test_two_blocks_in_doubt_about_one_key_are_told_apart(office: Office) -> None:
    twice = ONE_LOST + ONE_LOST[ONE_LOST.index("  - id: entry") :].replace("entry", "again").replace("hall", "annex")
    twice = twice.replace("steps:\n  - id: entry", '  annex: {url: "http://annex.example.jp/"}\nsteps:\n  - id: entry')
    office.system.script["register"] = ["lost before", None, "lost before", None]
    run = (await office.run(twice)).id
    with pytest.raises(UnknownItem, match=r"entry.*again"):
        decisions(office).settle(run, "a", registered=True, actor="yamada", reason="seen")
    settled = decisions(office).settle(run, "a", registered=True, actor="yamada", reason="seen", block="again")
    assert settled[0].step == "again"
