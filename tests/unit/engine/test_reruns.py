"""A run is done again as a new one that is linked with it; nothing that was done is done twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.engine.town import Office, workflow
from yakin.engine.decisions import Decisions, NoReason
from yakin.engine.reruns import InputsDiffer, NoSuchRows, NothingToDo, NotOver, Reruns
from yakin.engine.selection import Selection
from yakin.events import RunCreated
from yakin.results import RunResult

ADDING = "  - {id: sum, uses: town.add_up, with: {numbers: [1, 2]}}\n"
LETTER = '  - {uses: town.send_letter, with: {to: "${{ steps.sum }}-${{ steps.entry.done }}"}}\n'


def adding_first(text: str) -> str:
    return text.replace("steps:\n  - id: entry", f"steps:\n{ADDING}  - id: entry")


def reruns(office: Office) -> Reruns:
    return Reruns(office.surroundings())


async def again(office: Office, run: str, what: Any, **options: Any) -> RunResult:
    return await office.execute(reruns(office).create(run, what, actor="sato", **options))


async def run_with_one_failed(office: Office, text: str | None = None) -> RunResult:
    """`a` is registered, `b` failed for good, `c` is registered."""
    office.system.script["write"] = [None, *["slow"] * 3, None]
    result = await office.run(text or workflow(["a", "b", "c"]))
    assert [item.verdict for item in result.items] == ["registered", "failed", "registered"]
    return result


async def test_only_what_failed_is_done_again_and_finished_steps_are_taken_over(office: Office) -> None:
    first = await run_with_one_failed(office, adding_first(workflow(["a", "b", "c"])))
    office.system.calls.clear()
    second = await again(office, first.id, "failed", reason="the system was slow")
    assert second.status == "succeeded"
    assert [item.verdict for item in second.items] == ["found", "registered", "found"]
    assert "add_up" not in office.system.calls
    assert office.system.registered == {"a": 1, "b": 1, "c": 1}
    assert (second.rerun_of, second.takes_over, second.reason) == (first.id, True, "the system was slow")


async def test_what_was_taken_over_is_seen_by_the_steps_behind_it(office: Office) -> None:
    office.system.script["write"] = ["slow"] * 3
    text = adding_first(workflow(["a"], block="\n    on_error: stop", after=LETTER))
    first = await office.run(text)
    assert first.status == "failed"
    second = await again(office, first.id, "failed")
    assert second.status == "succeeded", second.error
    third = await again(office, second.id, "start", reason="once more")
    assert third.status == "succeeded"


async def test_a_rerun_of_a_rerun_takes_over_what_that_one_took_over(office: Office) -> None:
    office.system.script["write"] = ["slow"] * 6
    first = await office.run(adding_first(workflow(["a"], after=LETTER)))
    second = await again(office, first.id, "failed")
    assert second.items[0].verdict == "failed"
    office.system.calls.clear()
    third = await again(office, second.id, "failed")
    assert third.status == "succeeded", third.error
    assert "add_up" not in office.system.calls


async def test_from_the_start_everything_is_done_again_but_nothing_registered_twice(office: Office) -> None:
    first = await run_with_one_failed(office, adding_first(workflow(["a", "b", "c"])))
    office.system.calls.clear()
    second = await again(office, first.id, "start", reason="the system was slow")
    assert [item.verdict for item in second.items] == ["found", "registered", "found"]
    assert "add_up" in office.system.calls
    assert not second.takes_over


async def test_only_the_failed_items_are_items_of_the_new_run(office: Office) -> None:
    first = await run_with_one_failed(office)
    second = await again(office, first.id, "items", reason="the system was slow")
    assert [(item.key, item.verdict) for item in second.items] == [("b", "registered")]


async def test_items_that_were_left_are_done_again_with_the_failed_ones(office: Office) -> None:
    office.system.script["write"] = ["slow"] * 3
    first = await office.run(workflow(["a", "b"], block="\n    on_error: stop"))
    assert [item.verdict for item in first.items] == ["failed", "pending"]
    second = await again(office, first.id, "items")
    assert [(item.key, item.verdict) for item in second.items] == [("a", "registered"), ("b", "registered")]


async def test_when_nothing_failed_there_are_no_items_to_do_again(office: Office) -> None:
    first = await office.run(workflow(["a"]))
    with pytest.raises(NothingToDo):
        reruns(office).create(first.id, "items", actor="sato", reason="to be sure")


async def test_items_in_doubt_have_to_be_settled_first_and_are_never_among_the_failed(office: Office) -> None:
    office.system.script["register"] = ["lost before", "button gone", "button gone", "button gone"]
    first = await office.run(workflow(["a", "b"], probe=False))
    assert [item.verdict for item in first.items] == ["in_doubt", "failed"]
    second = await again(office, first.id, "items", reason="the button is back")
    assert [item.key for item in second.items] == ["b"]
    assert [item.key for item in reruns(office).in_doubt(first.id)] == ["a"]
    office.system.registered.clear()


async def test_when_all_that_is_left_is_in_doubt_the_command_to_settle_it_is_told(office: Office) -> None:
    office.system.script["register"] = ["lost before"]
    first = await office.run(workflow(["a"], probe=False))
    with pytest.raises(NothingToDo) as told:
        reruns(office).create(first.id, "items", actor="sato", reason="again")
    assert f"runner.py settle {first.id} a" in (told.value.hint or "")
    Decisions(office.surroundings()).settle(first.id, "a", registered=False, actor="sato", reason="not there")
    second = await again(office, first.id, "items")
    assert [item.verdict for item in second.items] == ["registered"]


async def test_a_run_that_has_begun_to_register_needs_a_reason_and_the_journal_keeps_it(office: Office) -> None:
    first = await run_with_one_failed(office)
    with pytest.raises(NoReason):
        reruns(office).create(first.id, "failed", actor="sato", reason=" ")
    second = reruns(office).create(first.id, "failed", actor="sato", reason=" asked by the section ")
    created = office.journal.records(second, actions=(RunCreated.action,))[0]
    assert isinstance(created.event, RunCreated)
    assert (created.actor, created.event.reason) == ("sato", "asked by the section")


async def test_a_run_that_has_not_ended_is_resumed_and_not_done_again(office: Office) -> None:
    run = office.create(workflow(["a"]))
    with pytest.raises(NotOver) as told:
        reruns(office).create(run, "failed", actor="sato")
    assert told.value.hint == f"Go on with it: runner.py resume {run}"


async def test_the_version_of_the_run_is_used_unless_the_current_one_is_asked_for(office: Office) -> None:
    old = adding_first(workflow(["a"]))
    office.system.script["write"] = ["slow"] * 3
    first = await office.run(old)
    office.workflows["register"] = old.replace("delay: 0s", "delay: 1s")
    same = reruns(office).create(first.id, "failed", actor="sato")
    current = reruns(office).create(first.id, "failed", actor="sato", current=True)
    hashes = [office.journal.run(run).workflow_hash for run in (first.id, same, current)]
    assert hashes[0] == hashes[1] != hashes[2]
    office.system.calls.clear()
    assert (await office.execute(current)).status == "succeeded"
    assert "add_up" not in office.system.calls


async def test_a_step_that_says_something_else_by_now_is_done_again(office: Office) -> None:
    old = adding_first(workflow(["a"]))
    office.system.script["write"] = ["slow"] * 3
    first = await office.run(old)
    office.workflows["register"] = old.replace("numbers: [1, 2]", "numbers: [1, 3]")
    office.system.calls.clear()
    assert (await again(office, first.id, "failed", current=True)).status == "succeeded"
    assert "add_up" in office.system.calls


async def test_other_inputs_are_for_runs_from_the_start(office: Office) -> None:
    text = workflow(["a"]).replace("systems:", "inputs:\n  note: {type: text, default: first}\nsystems:")
    first = await office.run(text)
    with pytest.raises(InputsDiffer):
        reruns(office).create(first.id, "failed", actor="sato", reason="again", given={"note": "second"})
    second = reruns(office).create(first.id, "start", actor="sato", reason="again", given={"note": "second"})
    assert office.journal.run(second).inputs == {"note": "second"}


async def test_the_five_that_were_asked_for_stay_those_five(office: Office) -> None:
    office.system.script["write"] = [None, *["slow"] * 3]
    first = await office.run(workflow(["a", "b", "c"]), selection=Selection(limit=2))
    second = await again(office, first.id, "failed", reason="again")
    assert [(item.key, item.verdict) for item in second.items] == [("a", "found"), ("b", "registered")]


async def test_corrected_rows_take_the_place_of_those_that_failed(office: Office) -> None:
    office.system.refuses = {"b"}
    first = await office.run(workflow(["a", "b", "c"]))
    assert [item.verdict for item in first.items] == ["registered", "set_aside", "registered"]
    assert reruns(office).correctable(first.id) == {"entry": {"b"}}
    assert reruns(office).rows(first.id, "entry")["b"] == {"key": "b"}
    second = await again(
        office, first.id, "failed", reason="the number was wrong", corrected={"entry": [{"key": "b2"}]}
    )
    assert [(item.key, item.verdict) for item in second.items] == [("b2", "registered")]
    assert office.system.registered == {"a": 1, "b2": 1, "c": 1}
    office.clock.move(timedelta(days=1).total_seconds())
    third = await again(office, second.id, "start", reason="to be sure")
    assert [(item.key, item.verdict) for item in third.items] == [("b2", "found")], "its rows are the corrected ones"


async def test_corrected_rows_need_a_block_of_items(office: Office) -> None:
    first = await run_with_one_failed(office)
    before = len(office.journal.runs())
    with pytest.raises(NoSuchRows):
        reruns(office).create(first.id, "failed", actor="sato", reason="again", corrected={"sum": [{"key": "b"}]})
    with pytest.raises(NoSuchRows):
        reruns(office).rows(first.id, "sum")
    assert len(office.journal.runs()) == before


async def test_corrected_rows_are_approved_again(office: Office) -> None:
    asking = "  - {id: may, approve: {by: head}}\n"
    text = workflow(["a"]).replace("steps:\n  - id: entry", f"steps:\n{ADDING}{asking}  - id: entry")
    office.system.refuses = {"a"}
    run = office.create(text)
    assert (await office.execute(run)).status == "waiting"
    office.journal.append("head", _approved(run))
    first = await office.execute(run)
    assert first.items[0].verdict == "set_aside"
    as_it_was = await again(office, run, "failed")
    assert as_it_was.items[0].verdict == "set_aside", "what was approved stays approved"
    corrected = await again(office, run, "failed", corrected={"entry": [{"key": "b"}]})
    assert corrected.status == "waiting"


async def test_a_called_run_is_called_again_and_does_what_it_has_not_done(office: Office) -> None:
    office.workflows["inner"] = workflow(["a", "b"])
    office.system.script["write"] = ["slow"] * 3
    outer = await office.run("workflow: Calling\nsteps:\n  - {id: one, call: inner}\n", name="outer.yaml")
    assert outer.status == "failed"
    second = await again(office, outer.id, "failed", reason="again")
    assert second.status == "succeeded"
    assert office.system.registered == {"a": 1, "b": 1}


async def test_the_last_run_of_the_same_files_is_known(office: Office) -> None:
    book = office.folder / "list.csv"
    book.write_text("a", encoding="utf-8")
    text = workflow(["a"]).replace("systems:", "inputs:\n  book: {type: file}\nsystems:")
    given = {"book": str(book)}
    checked, requests = office.check(text), office.engine.requests
    assert requests.run_before(checked, given) is None
    first = await office.run(text, given=given)
    found = requests.run_before(checked, given)
    assert found is not None and found.id == first.id
    book.write_text("b", encoding="utf-8")
    assert requests.run_before(checked, given) is None


def _approved(run: str) -> Any:
    from yakin.events import ApprovalDecided

    return ApprovalDecided(run=run, step="may", decision="approved", reason="seen")
