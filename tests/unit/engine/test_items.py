"""Every item is registered once, left alone, or in doubt and told."""

from __future__ import annotations

import threading

import pytest

from tests.unit.engine.town import Crash, Office, town_bot, workflow
from yakin.actions import Registry, action
from yakin.engine.selection import Selection
from yakin.results import RunResult


def verdicts(result: RunResult) -> dict[str, str]:
    return {item.key: item.verdict for item in result.items}


async def test_every_item_is_registered_once_with_its_result_and_picture(office: Office) -> None:
    result = await office.run(workflow(["a", "b", "c"]))
    assert result.status == "succeeded"
    assert verdicts(result) == {"a": "registered", "b": "registered", "c": "registered"}
    assert office.system.registered == {"a": 1, "b": 1, "c": 1}
    assert [item.result["number"] for item in result.items] == ["R-a", "R-b", "R-c"]
    assert [[proof.name for proof in item.evidence] for item in result.items] == [["confirm"]] * 3


async def test_a_refused_item_is_set_aside_and_the_run_succeeds(office: Office) -> None:
    office.system.refuses.add("b")
    result = await office.run(workflow(["a", "b", "c"]))
    assert result.status == "succeeded"
    assert verdicts(result) == {"a": "registered", "b": "set_aside", "c": "registered"}
    assert result.items[1].error is not None
    assert result.items[1].error.message == "The system does not take b"


async def test_business_error_is_never_retried(office: Office) -> None:
    office.system.refuses.add("a")
    await office.run(workflow(["a"]))
    assert office.system.calls.count("write") == 1


async def test_a_failure_before_the_commit_is_tried_again(office: Office) -> None:
    office.system.script["write"] = ["slow", "slow"]
    result = await office.run(workflow(["a"]))
    assert verdicts(result) == {"a": "registered"}
    assert result.items[0].attempts == 3


async def test_an_item_that_fails_every_time_fails_and_so_does_the_run(office: Office) -> None:
    office.system.script["write"] = ["slow", "slow", "slow"]
    result = await office.run(workflow(["a", "b"]))
    assert verdicts(result) == {"a": "failed", "b": "registered"}
    assert result.status == "failed"
    assert result.error is not None
    assert result.error.code == "items-failed"


async def test_a_commit_that_provably_sent_nothing_is_tried_again(office: Office) -> None:
    office.system.script["register"] = ["button gone"]
    result = await office.run(workflow(["a"]))
    assert verdicts(result) == {"a": "registered"}
    assert "look_up" not in office.system.calls


async def test_an_answer_that_never_arrives_is_settled_by_the_probe(office: Office) -> None:
    office.system.script["register"] = ["lost after"]
    result = await office.run(workflow(["a"]))
    assert verdicts(result) == {"a": "registered"}
    assert office.system.registered == {"a": 1}
    assert result.items[0].result == {"number": "R-a"}


async def test_a_commit_the_probe_does_not_find_is_done_again(office: Office) -> None:
    office.system.script["register"] = ["lost before"]
    result = await office.run(workflow(["a"]))
    assert verdicts(result) == {"a": "registered"}
    assert office.system.registered == {"a": 1}


async def test_without_a_probe_the_item_stays_in_doubt_and_the_run_fails(office: Office) -> None:
    office.system.script["register"] = ["lost after"]
    result = await office.run(workflow(["a", "b"], probe=False))
    assert verdicts(result) == {"a": "in_doubt", "b": "registered"}
    assert result.status == "failed"
    assert office.system.registered == {"a": 1, "b": 1}


async def test_a_probe_that_cannot_tell_leaves_the_item_in_doubt(office: Office) -> None:
    office.system.script["register"] = ["lost after"]
    office.system.script["look_up"] = ["down"] * 3
    office.clock.move(100)
    result = await office.run(workflow(["a"]))
    assert verdicts(result) == {"a": "in_doubt"}


async def test_a_receipt_that_cannot_be_read_puts_the_item_in_doubt_not_in_line_for_a_retry(office: Office) -> None:
    office.system.script["receipt"] = ["page without a number"]
    result = await office.run(workflow(["a"]))
    assert verdicts(result) == {"a": "registered"}
    assert office.system.calls.count("register") == 1


async def test_an_item_that_is_there_already_is_found(office: Office) -> None:
    office.system.registered["b"] = 1
    result = await office.run(workflow(["a", "b"]))
    assert verdicts(result) == {"a": "registered", "b": "found"}
    assert office.system.registered == {"a": 1, "b": 1}


async def test_on_repeat_skip_looks_before_the_first_try(office: Office) -> None:
    office.system.registered["a"] = 1
    result = await office.run(workflow(["a"], block="\n    on_repeat: skip"))
    assert verdicts(result) == {"a": "found"}
    assert "register" not in office.system.calls


async def test_a_lost_session_is_opened_anew(office: Office) -> None:
    office.system.script["write"] = [None, "session lost"]
    result = await office.run(workflow(["a", "b"]))
    assert verdicts(result) == {"a": "registered", "b": "registered"}
    assert office.system.calls.count("open") == 2
    assert office.system.calls.count("close") == 2


async def test_the_next_run_does_not_register_again_what_is_done(office: Office) -> None:
    await office.run(workflow(["a"]))
    result = await office.run(workflow(["a", "b"]))
    assert {item.key: (item.state, item.how) for item in result.items} == {
        "a": ("skipped", "done_before"),
        "b": ("done", "registered"),
    }
    assert result.items[0].result == {"number": "R-a"}
    assert office.system.registered == {"a": 1, "b": 1}


async def test_a_set_aside_item_is_tried_again_by_the_next_run(office: Office) -> None:
    office.system.refuses.add("a")
    await office.run(workflow(["a"]))
    office.system.refuses.clear()
    result = await office.run(workflow(["a"]))
    assert verdicts(result) == {"a": "registered"}


async def test_rehearsing_pictures_the_confirmation_and_registers_nothing(office: Office) -> None:
    result = await office.run(workflow(["a", "b"]), rehearse=True)
    assert [(item.state, item.how) for item in result.items] == [("skipped", "rehearsed")] * 2
    assert office.system.registered == {}
    assert [proof.name for item in result.items for proof in item.evidence] == ["confirm", "confirm"]
    assert verdicts(await office.run(workflow(["a", "b"]))) == {"a": "registered", "b": "registered"}


async def test_only_and_limit_take_part_of_the_batch(office: Office) -> None:
    first = await office.run(workflow(["a", "b", "c"]), selection=Selection(only=("b",)))
    assert verdicts(first) == {"b": "registered"}
    assert first.steps[0].not_selected == 2
    second = await office.run(workflow(["a", "b", "c"]), selection=Selection(limit=1))
    assert verdicts(second) == {"a": "registered"}


async def test_a_key_that_no_row_has_is_refused_before_anything_is_done(office: Office) -> None:
    result = await office.run(workflow(["a"]), selection=Selection(only=("z",)))
    assert result.status == "failed"
    assert result.error is not None
    assert "z" in result.error.message
    assert office.system.registered == {}


async def test_two_rows_with_the_same_key_are_refused_before_anything_is_done(office: Office) -> None:
    result = await office.run(workflow(["a", "b", "a"]))
    assert result.status == "failed"
    assert office.system.registered == {}


async def test_too_many_failures_leave_the_rest_alone(office: Office) -> None:
    office.system.script["write"] = ["slow"] * 6
    result = await office.run(workflow(["a", "b", "c", "d"], block="\n    stop_after_failures: 2"))
    assert verdicts(result) == {"a": "failed", "b": "failed", "c": "pending", "d": "pending"}


async def test_a_crash_after_the_commit_is_settled_by_the_probe_when_the_run_goes_on(office: Office) -> None:
    office.system.script["register"] = ["crash after"]
    run = office.create(workflow(["a", "b"]))
    result = await office.run_through_crashes(run)
    assert verdicts(result) == {"a": "registered", "b": "registered"}
    assert office.system.registered == {"a": 1, "b": 1}
    assert result.resumed == 1


async def test_a_crash_before_the_commit_is_a_plain_retry(office: Office) -> None:
    office.system.script["write"] = ["crash"]
    result = await office.run_through_crashes(office.create(workflow(["a"])))
    assert verdicts(result) == {"a": "registered"}
    assert "look_up" not in office.system.calls


async def test_a_crash_without_a_probe_leaves_the_item_in_doubt(office: Office) -> None:
    office.system.script["register"] = ["crash after"]
    result = await office.run_through_crashes(office.create(workflow(["a", "b"], probe=False)))
    assert verdicts(result) == {"a": "in_doubt", "b": "registered"}
    assert office.system.registered == {"a": 1, "b": 1}


async def test_another_run_settles_what_a_dead_run_left_in_doubt(office: Office) -> None:
    office.system.script["register"] = ["crash after"]
    dead = office.create(workflow(["a"]))
    with pytest.raises(Crash):
        await office.execute(dead)
    office.crash()
    result = await office.run(workflow(["a", "b"]))
    assert {item.key: (item.state, item.how) for item in result.items} == {
        "a": ("skipped", "done_before"),
        "b": ("done", "registered"),
    }
    assert office.system.registered == {"a": 1, "b": 1}
    assert office.result(dead).items[0].state == "done"


async def test_another_run_registers_what_a_dead_run_had_only_begun(office: Office) -> None:
    office.system.script["register"] = ["crash before"]
    dead = office.create(workflow(["a"]))
    with pytest.raises(Crash):
        await office.execute(dead)
    office.crash()
    result = await office.run(workflow(["a"]))
    assert verdicts(result) == {"a": "registered"}
    assert office.system.registered == {"a": 1}
    assert (await office.run_through_crashes(dead)).items[0].state == "failed"
    assert office.system.registered == {"a": 1}


async def test_an_item_whose_commit_was_left_out_by_a_condition_is_not_called_registered(office: Office) -> None:
    text = workflow(["a"]).replace(
        "{uses: town.register, commit: true}", "{uses: town.register, commit: true, if: false}"
    )
    result = await office.run(text)
    assert [(item.state, item.how) for item in result.items] == [("skipped", "no_commit")]
    assert verdicts(await office.run(workflow(["a"]))) == {"a": "registered"}


async def test_on_repeat_skip_commits_nothing_while_the_probe_cannot_tell(office: Office) -> None:
    office.system.script["look_up"] = ["down"] * 9
    result = await office.run(workflow(["a"], block="\n    on_repeat: skip"))
    assert verdicts(result) == {"a": "failed"}
    assert "register" not in office.system.calls


async def test_an_item_that_another_run_is_registering_is_told(office: Office) -> None:
    office.system.script["register"] = ["crash after"]
    dead = office.create(workflow(["a"]))
    with pytest.raises(Crash):
        await office.execute(dead)
    result = await office.run(workflow(["a"]))
    assert verdicts(result) == {"a": "failed"}
    assert result.items[0].error is not None
    assert result.items[0].error.code == "claimed"
    assert office.system.registered == {"a": 1}


async def test_absent_is_not_believed_while_the_commit_goes_on_in_its_thread(office: Office) -> None:
    released = threading.Event()

    @action()
    def register_slowly() -> None:
        """Press the button, which takes its time."""
        released.wait(30)
        office.system.registered["a"] = office.system.registered.get("a", 0) + 1

    module = town_bot(office.system)
    module.register_slowly = register_slowly  # type: ignore[attr-defined]
    office.registry = Registry.of({"town": module})
    office.engine = office.start()
    text = workflow(["a"]).replace(
        "{uses: town.register, commit: true}", "{uses: town.register_slowly, commit: true, timeout: 50ms}"
    )
    result = await office.run(text)
    released.set()
    assert verdicts(result) == {"a": "in_doubt"}


def letters(*to: str) -> str:
    rows = ", ".join(f"{{to: {one}}}" for one in to)
    return f"""
workflow: Letters
steps:
  - for_each: [{rows}]
    key: ${{{{ item.to }}}}
    steps:
      - {{uses: town.send_letter, with: {{to: "${{{{ item.to }}}}"}}, commit: true}}
"""


async def test_a_commit_outside_systems_is_done_once_across_runs_too(office: Office) -> None:
    office.system.script["send_letter"] = [None, "down"]
    first = await office.run(letters("a", "b"))
    assert verdicts(first) == {"a": "registered", "b": "in_doubt"}
    second = await office.run(letters("a", "b", "c"))
    assert verdicts(second) == {"a": "found", "b": "in_doubt", "c": "registered"}
    assert office.system.calls.count("send_letter") == 3


async def test_what_the_commit_cannot_take_was_not_sent(office: Office) -> None:
    text = (
        letters("a")
        .replace('"${{ item.to }}"}, commit', '["${{ item.to }}"]}, commit')
        .replace('to: ["${{ item.to }}"]', 'to: "${{ [item.to] }}"')
    )
    result = await office.run(text)
    assert verdicts(result) == {"a": "failed"}
    assert "send_letter" not in office.system.calls
