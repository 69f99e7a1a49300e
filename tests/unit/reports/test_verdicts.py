"""What became of a run, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.reports import made_up_runs as runs
from yakin.i18n import translator
from yakin.reports import verdicts
from yakin.results import ItemResult, RunResult

JA = translator("ja")


@pytest.mark.parametrize(
    ("name", "tone", "headline"),
    [
        ("usual", "attention", "終わりました。2 件は人の確認が必要です"),
        ("broken", "bad", "5 件が失敗しました"),
        ("broken_step", "bad", "「システムの一覧を取り出す」で失敗しました"),
        ("doubtful", "bad", "1 件は登録されたかどうか分かりません"),
        ("rehearsal", "good", "予行が終わりました。何も登録していません"),
        ("interrupted", "open", "実行中、または途中で止まっています"),
        ("resumed", "good", "正常に終わりました"),
        ("nothing_to_do", "good", "正常に終わりました"),
    ],
)
def test_the_headline_says_what_a_clerk_must_know(name: str, tone: str, headline: str, tmp_path: Path) -> None:
    outcome = verdicts.outcome(runs.ALL[name](tmp_path).result(), JA)
    assert (outcome.tone, outcome.headline) == (tone, headline)


def test_the_counts_add_up_and_tell_that_nothing_failed(tmp_path: Path) -> None:
    counts = verdicts.counts(runs.usual(tmp_path).result().items)
    assert counts == {"registered": 37, "found": 1, "set_aside": 2, "failed": 0, "in_doubt": 0, "pending": 0}


def test_an_item_whose_commit_was_begun_when_the_run_was_killed_is_in_doubt(tmp_path: Path) -> None:
    counts = verdicts.counts(runs.interrupted(tmp_path).result().items)
    assert (counts["registered"], counts["in_doubt"], counts["pending"]) == (17, 1, 22)


def test_a_row_registered_by_an_earlier_run_counts_as_already_there() -> None:
    item = ItemResult("entry", "1", state="skipped", how="done_before")
    assert verdicts.verdict_of(item) == "found"
    assert verdicts.reason(item, JA) == "以前の実行で登録済みです"


@pytest.mark.parametrize("state", ["pending", "in_progress", "done", "failed", "in_doubt", "skipped"])
@pytest.mark.parametrize("how", ["", "registered", "found", "rehearsed", "claimed", "absent", "something new"])
def test_every_state_has_a_word(state: str, how: str) -> None:
    assert verdicts.verdict_of(ItemResult("entry", "1", state=state, how=how)) in verdicts.VERDICTS


def test_the_step_that_broke_the_run_comes_before_one_that_needs_a_person(tmp_path: Path) -> None:
    story = runs.Story(tmp_path)
    for key in story.block(1):
        story.set_aside(key)
    story.end("entry")
    story.step("csv", "取り出す", "browser.download", line=9, status="failed", error=runs.NO_BUTTON)
    step = verdicts.look_here_first(story.finish("failed"))
    assert step is not None
    assert step.path == "csv"


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0.0秒"),
        (9_940, "9.9秒"),
        (9_990, "10秒"),
        (59_600, "1分0秒"),
        (252_000, "4分12秒"),
        (3_599_900, "1時間0分"),
        (7_260_000, "2時間1分"),
    ],
)
def test_time_spans_are_told_as_people_tell_them(milliseconds: int, words: str) -> None:
    assert verdicts.duration(milliseconds, JA) == words


def test_a_registered_row_whose_result_could_not_be_read_says_so() -> None:
    item = ItemResult("entry", "1", state="done", how="registered", error=runs.NO_BUTTON)
    assert verdicts.verdict_of(item) == "registered"
    assert "登録を確定する" in verdicts.reason(item, JA)


def test_what_a_step_handed_on_is_told_in_short(tmp_path: Path) -> None:
    result: RunResult = runs.usual(tmp_path).result()
    assert [verdicts.output_words(step, JA) for step in result.steps[:2]] == ["40 行", "valid: 39 行, invalid: 1 行"]
