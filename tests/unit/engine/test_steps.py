"""Steps outside of items: order, conditions, retries, failures, and what a resumed run does again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.engine.town import Crash, Office
from yakin.errors import JournalError, RunError
from yakin.results import RunResult

HEAD = """
workflow: Steps
inputs:
  who: {type: text, default: nobody}
systems:
  hall: {url: "http://hall.example.jp/"}
"""


def flow(steps: str, more: str = "") -> str:
    return f"{HEAD}steps:\n{steps}\n{more}"


def statuses(result: RunResult) -> dict[str, str]:
    return {step.path: step.status for step in result.steps}


async def test_outputs_go_from_step_to_step(office: Office) -> None:
    result = await office.run(
        flow("""
  - {id: first, uses: town.add_up, with: {numbers: [1, 2]}}
  - {id: second, uses: town.add_up, with: {numbers: ["${{ steps.first }}", 10]}}
""")
    )
    assert result.status == "succeeded"
    assert result.steps[1].output["is"] == 13


async def test_a_step_whose_condition_is_false_is_skipped(office: Office) -> None:
    result = await office.run(
        flow("""
  - {id: no, if: "${{ inputs.who == 'somebody' }}", uses: town.add_up, with: {numbers: [1]}}
  - {id: yes, uses: town.add_up, with: {numbers: [1]}}
""")
    )
    assert statuses(result) == {"no": "skipped", "yes": "succeeded"}


async def test_a_failed_step_ends_the_run_and_on_failure_is_done(office: Office) -> None:
    office.system.script["add_up"] = ["down"]
    result = await office.run(
        flow(
            "  - {id: a, uses: town.add_up, with: {numbers: [1]}}\n  - {id: b, uses: town.send_letter, with: {to: x}}",
            'on_failure:\n  - {uses: town.send_letter, with: {to: "${{ workflow.title }}"}}',
        )
    )
    assert result.status == "failed"
    assert result.error is not None
    assert result.error.message == "down"
    assert statuses(result) == {"a": "failed", "on_failure.1": "succeeded"}


async def test_on_error_continue_goes_on_and_the_run_still_fails(office: Office) -> None:
    office.system.script["add_up"] = ["down"]
    result = await office.run(
        flow("""
  - {id: a, uses: town.add_up, with: {numbers: [1]}, on_error: continue}
  - {id: b, uses: town.add_up, with: {numbers: [2]}}
""")
    )
    assert statuses(result) == {"a": "failed", "b": "succeeded"}
    assert result.status == "failed"


async def test_a_step_is_tried_again_as_it_declares(office: Office) -> None:
    office.system.script["add_up"] = ["down", "down"]
    result = await office.run(
        flow("  - {id: a, uses: town.add_up, with: {numbers: [1]}, retry: {attempts: 3, delay: 1s}}")
    )
    assert result.status == "succeeded"
    assert result.steps[0].attempts == 3


@pytest.mark.parametrize(
    ("fault", "code"), [("broken code", "internal"), ("operating system", "application"), ("down", "application")]
)
async def test_whatever_an_action_raises_becomes_an_outcome(office: Office, fault: str, code: str) -> None:
    office.system.script["add_up"] = [fault]
    result = await office.run(flow("  - {id: a, uses: town.add_up, with: {numbers: [1]}}"))
    assert result.steps[0].error is not None
    assert result.steps[0].error.code == code


async def test_an_argument_of_the_wrong_kind_is_told_with_its_name(office: Office) -> None:
    result = await office.run(flow('  - {id: a, uses: town.add_up, with: {numbers: "${{ inputs.who }}"}}'))
    assert result.steps[0].error is not None
    assert result.steps[0].error.code == "argument"
    assert "numbers" in result.steps[0].error.message


async def test_a_resumed_run_does_not_do_again_what_is_done(office: Office) -> None:
    office.system.script["add_up"] = [None, "crash"]
    run = office.create(
        flow("""
  - {id: a, uses: town.add_up, with: {numbers: [1, 2]}}
  - {id: b, uses: town.add_up, with: {numbers: ["${{ steps.a }}", 1]}}
""")
    )
    result = await office.run_through_crashes(run)
    assert result.status == "succeeded"
    assert office.system.calls.count("add_up") == 3
    assert result.steps[1].output["is"] == 4


async def test_a_step_that_may_not_be_done_twice_is_in_doubt_after_a_crash(office: Office) -> None:
    office.system.script["send_letter"] = ["crash"]
    result = await office.run_through_crashes(office.create(flow("  - {id: a, uses: town.send_letter, with: {to: x}}")))
    assert result.status == "failed"
    assert result.steps[0].error is not None
    assert result.steps[0].error.code == "in-doubt"
    assert office.system.calls.count("send_letter") == 1


async def test_an_artifact_that_was_changed_stops_the_run(office: Office) -> None:
    office.system.script["add_up"] = [None, "crash"]
    run = office.create(
        flow("""
  - {id: a, uses: town.add_up, with: {numbers: [1, 2]}}
  - {id: b, uses: town.add_up, with: {numbers: ["${{ steps.a }}", 1]}}
""")
    )
    with pytest.raises(Crash):
        await office.execute(run)
    office.crash()
    (office.engine.folder(run) / "artifacts" / "a.json").write_text("4", encoding="utf-8")
    with pytest.raises(JournalError):
        await office.execute(run)


async def test_a_block_in_a_session_is_done_again_when_the_session_is_lost(office: Office) -> None:
    office.system.script["receipt"] = ["session lost"]
    result = await office.run(
        flow("""
  - id: look
    in: hall
    steps:
      - {id: number, uses: town.receipt}
  - {id: letter, uses: town.send_letter, with: {to: "${{ steps.number.text }}"}}
""")
    )
    assert result.status == "succeeded"
    assert office.system.calls.count("open") == 2


async def test_a_single_commit_in_a_session_is_an_item_of_its_own(office: Office) -> None:
    text = flow("""
  - id: one
    in: hall
    key: ${{ inputs.who }}
    steps:
      - {uses: town.write, with: {key: "${{ inputs.who }}"}}
      - {uses: town.register, commit: true}
""")
    first = await office.run(text)
    assert [(item.key, item.verdict) for item in first.items] == [("nobody", "registered")]
    second = await office.run(text)
    assert [item.how for item in second.items] == ["done_before"]
    assert office.system.registered == {"nobody": 1}


async def test_a_finished_run_is_not_executed_again(office: Office) -> None:
    run = office.create(flow("  - {uses: town.send_letter, with: {to: x}}"))
    await office.execute(run)
    with pytest.raises(RunError, match="finished"):
        await office.execute(run)


async def test_a_run_that_is_stopped_is_left_between_items_and_can_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.unit.engine.town import workflow

    run = office.create(workflow(["a", "b", "c"]))
    working = office.system.next_fault

    def stop_at_the_second(name: str) -> str | None:
        if name == "register" and office.system.calls.count("register") == 1:
            office.engine.stop()
        return working(name)

    monkeypatch.setattr(office.system, "next_fault", stop_at_the_second)
    left = await office.execute(run)
    assert left.status == "running"
    assert [item.verdict for item in left.items] == ["registered", "registered", "pending"]
    monkeypatch.undo()
    result = await office.execute(run)
    assert result.status == "succeeded"
    assert office.system.registered == {"a": 1, "b": 1, "c": 1}


async def test_the_journal_and_the_log_never_see_what_a_sensitive_step_was_given(office: Office) -> None:
    text = flow("""
  - id: look
    in: hall
    steps:
      - {uses: town.write, with: {key: hidden}, sensitive: true}
      - {uses: town.receipt}
""")
    office.system.script["receipt"] = ["down"] * 3
    result = await office.run(text)
    assert result.status == "failed"
    assert result.steps[0].evidence == (), "no picture once something sensitive is on the screen"


async def test_a_journal_that_cannot_be_written_stops_the_run_before_the_commit_and_it_goes_on_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.unit.engine.town import workflow
    from yakin.events import CommitIntended, Event

    run = office.create(workflow(["a", "b"]))
    append = office.journal.append

    def full_disk(actor: str, *events: Event, **more: object) -> None:
        if any(isinstance(event, CommitIntended) and event.item == "b" for event in events):
            raise JournalError("The disk is full")
        append(actor, *events, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(office.journal, "append", full_disk)
    with pytest.raises(JournalError, match="full"):
        await office.execute(run)
    assert office.system.registered == {"a": 1}, "what cannot be recorded is not done"
    monkeypatch.undo()
    result = await office.execute(run)
    assert result.status == "succeeded"
    assert office.system.registered == {"a": 1, "b": 1}


async def test_for_each_over_something_that_is_no_list_fails_and_on_failure_is_done(office: Office) -> None:
    result = await office.run(
        flow(
            "  - id: each\n    for_each: ${{ inputs.who | length }}\n"
            "    steps:\n      - {uses: town.add_up, with: {numbers: [1]}}",
            "on_failure:\n  - {uses: town.send_letter, with: {to: x}}",
        )
    )
    assert result.error is not None
    assert "for_each" in result.error.message
    assert statuses(result)["on_failure.1"] == "succeeded"


async def test_a_rehearsal_leaves_out_what_cannot_be_taken_back(office: Office) -> None:
    result = await office.run(
        flow(
            "  - {id: a, uses: town.add_up, with: {numbers: [1]}}\n  - {id: b, uses: town.send_letter, with: {to: x}}"
        ),
        rehearse=True,
    )
    assert statuses(result) == {"a": "succeeded", "b": "skipped"}
    assert "send_letter" not in office.system.calls


async def test_the_journal_says_nothing_of_the_output_of_a_sensitive_step(office: Office) -> None:
    result = await office.run(flow("  - {id: a, uses: town.add_up, with: {numbers: [47, 11]}, sensitive: true}"))
    assert result.steps[0].output["kind"] == "hidden"
    assert "is" not in result.steps[0].output


async def test_a_step_that_failed_and_was_gone_on_from_hands_on_nothing(office: Office) -> None:
    office.system.script["add_up"] = ["down"]
    result = await office.run(
        flow("""
  - {id: a, uses: town.add_up, with: {numbers: [1]}, on_error: continue}
  - {id: b, if: "${{ steps.a is none }}", uses: town.add_up, with: {numbers: [2]}}
""")
    )
    assert statuses(result) == {"a": "failed", "b": "succeeded"}


async def test_a_file_is_known_again_as_it_was_given_and_as_the_run_has_left_it(office: Office, tmp_path: Path) -> None:
    book = tmp_path / "list.txt"
    book.write_text("rows", encoding="utf-8")
    text = flow("  - {id: a, uses: town.stamp, with: {path: '${{ inputs.book }}'}}").replace(
        "inputs:\n", "inputs:\n  book: {type: file}\n"
    )
    given = {"book": str(book)}
    requests, checked = office.engine.requests, office.check(text)
    assert requests.run_before(checked, given) is None
    run = office.create(text, given=given)
    assert (await office.execute(run)).status == "succeeded"
    assert book.read_text(encoding="utf-8") == "rows stamped"
    left = requests.run_before(checked, given)
    assert left is not None and left.id == run
    book.write_text("rows", encoding="utf-8")
    again = requests.run_before(checked, given)
    assert again is not None and again.id == run
    book.write_text("other rows", encoding="utf-8")
    assert requests.run_before(checked, given) is None
