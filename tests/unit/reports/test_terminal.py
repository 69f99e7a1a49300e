"""What stands in the terminal."""

from __future__ import annotations

import io
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tests.unit.reports import made_up_runs as runs
from yakin import events as ev
from yakin.ledger import RunRow
from yakin.reports import terminal
from yakin.reports.prose import lines


def shown(renderable: object, width: int = 80) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False, no_color=True).print(renderable)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def followed(story: runs.Story, console: Console | None = None, language: str = "ja", *, before: int = 0) -> list[str]:
    """What is shown of a run by somebody who looks when so many of its events have happened."""
    stream = io.StringIO()
    with terminal.LiveProgress(language=language, stream=stream, console=console) as progress:
        progress.catch_up(story.records[:before])
        for record in story.records[before:]:
            progress.show(record)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("name", runs.ALL)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_is_wider_than_eighty_columns(name: str, language: str, tmp_path: Path) -> None:
    story = runs.ALL[name](tmp_path)
    result = story.result()
    texts = [
        *shown(terminal.summary(result, language, "var/runs/x/report.html")),
        *shown(terminal.run_detail(result, False, language, tmp_path)),
        *followed(story, language=language),
    ]
    assert max(map(cell_len, texts)) <= 80


def test_the_summary_names_every_row_that_needs_a_person_and_why(tmp_path: Path) -> None:
    text = "\n".join(shown(terminal.summary(runs.usual(tmp_path).result(), "ja", "var/report.html"), width=100))
    for wanted in (
        "終わりました。2 件は人の確認が必要です",
        "20260020   要確認   juminzei.xlsx [受付]:23",
        "昭和65年3月1日 は存在しません。昭和は 昭和64年1月7日 までです",
        "→ 記入者に確かめ、元の書類から直してください",
        "20260031   要確認   juminzei.xlsx [受付]:34",
        "var/report.html",
        f"runner.py show {runs.RUN} --failed",
    ):
        assert wanted in text


def test_counts_stand_right_below_their_words(tmp_path: Path) -> None:
    rows = shown(terminal.summary(runs.usual(tmp_path).result(), "ja"))
    at = next(number for number, line in enumerate(rows) if "既に登録あり" in line and "未処理" in line)
    words, numbers = rows[at : at + 2]
    ends = [cell_len(words[: words.index(word) + len(word)]) for word in ("登録", "既に登録あり", "要確認", "失敗")]
    assert [numbers[:end].split()[-1] for end in ends] == ["37", "1", "2", "0"]


def test_the_same_reason_is_told_once(tmp_path: Path) -> None:
    text = "\n".join(shown(terminal.summary(runs.broken(tmp_path).result(), "ja")))
    assert text.count("「登録を確定する」「戻る」") == 1
    assert text.count("同上") == 4


def test_an_interrupted_run_says_how_it_goes_on(tmp_path: Path) -> None:
    assert f"runner.py resume {runs.RUN}" in "\n".join(
        shown(terminal.summary(runs.interrupted(tmp_path).result(), "ja"))
    )


def test_only_what_needs_a_person_is_shown_when_asked_for(tmp_path: Path) -> None:
    text = "\n".join(shown(terminal.run_detail(runs.broken(tmp_path).result(), True, "ja", tmp_path)))
    assert "受付一覧を読む" not in text
    assert "20260001" not in text
    assert "20260005" in text
    assert "evidence/entry/20260005-failure.jpg" in text


def test_runs_are_listed_with_their_counts() -> None:
    row = RunRow(
        id=runs.RUN,
        workflow="juminzei",
        title="住民税申告の入力",
        workflow_hash="",
        mode="run",
        status="succeeded",
        actor="yamada",
        created=datetime(2026, 11, 23, 13, 0, tzinfo=UTC),
        counts={"set_aside": 2, "registered": 36, "failed": 0, "in_progress": 1, "pending": 1},
    )
    text = " ".join(shown(terminal.runs_table([row], "ja"), width=120))
    assert "登録 36  要確認 2  未処理 2" in text.replace("\xa0", " ")
    assert "失敗" not in text
    assert any(line.startswith(f"{runs.RUN}   成功   ") for line in shown(terminal.runs_table([row], "ja")))
    assert shown(terminal.runs_table([], "ja")) == ["まだ実行がありません"]


def test_without_a_terminal_progress_is_plain_lines(tmp_path: Path) -> None:
    rows = followed(runs.usual(tmp_path))
    assert rows[0].startswith("住民税申告の入力")
    assert sum(line.startswith("✓") for line in rows) == 6
    assert [line.split()[1] for line in rows if line.startswith("·")] == ["10/40", "20/40", "30/40", "40/40"]
    assert any(line.startswith("! 要確認  20260031") for line in rows)
    assert not any(unicodedata.category(char) == "Cc" for line in rows for char in line)


def test_a_row_that_a_check_set_aside_is_told_at_once(tmp_path: Path) -> None:
    story = runs.Story(tmp_path)
    aside = ev.RowSetAside(run=runs.RUN, step="precheck", key="20260020", label="[受付]:23", error=runs.IMPOSSIBLE)
    story.tell(aside)
    assert followed(story)[1:] == [
        "! 要確認  20260020  [受付]:23",
        "  昭和65年3月1日 は存在しません。昭和は 昭和64年1月7日 までです",
    ]


def test_a_resumed_run_counts_what_was_done_before(tmp_path: Path) -> None:
    rows = followed(runs.resumed(tmp_path))
    assert "↻ 止まったところから続けます" in rows
    assert any("40/40" in line and "登録 39" in line and "既に登録あり 1" in line for line in rows)


def test_of_what_was_done_before_a_run_goes_on_only_its_extent_is_told() -> None:
    story = runs.Story(title="申告")
    story.begin_as_usual()
    keys = story.block(40)
    for key in keys[:11]:
        story.registered(key, with_picture=False)
    story.set_aside(keys[11])
    story.tell(ev.RunContinued(run=runs.RUN, go=2), seconds=3600)
    before = len(story.records)
    story.start(resumed=True)
    for key in keys[12:20]:
        story.item(key, "done", how="registered", seconds=2.95)
    story.set_aside(keys[20])
    assert followed(story, before=before) == [
        f"申告  {runs.RUN}",
        "↻ これまでに 40 件中 12 件が済んでいます。続きから実行します",
        "· 20/40  登録 19  要確認 1  毎分 20 件  残り約 1分0秒",
        "! 要確認  20260021  juminzei.xlsx [受付]:24",
        "  昭和65年3月1日 は存在しません。昭和は 昭和64年1月7日 までです",
    ]


def test_who_follows_a_run_from_its_middle_is_told_what_is_new_at_the_pace_of_this_go() -> None:
    story = runs.Story(title="申告")
    keys = story.block(20)
    for key in keys[:6]:
        story.item(key, "done", how="registered", seconds=5.95)
    before = len(story.records)
    for key in keys[6:10]:
        story.item(key, "done", how="registered", seconds=5.95)
    assert followed(story, before=before)[1:] == [
        "↻ これまでに 20 件中 6 件が済んでいます。続きから実行します",
        "· 10/20  登録 10  毎分 10 件  残り約 1分0秒",
    ]
    story.start(resumed=True)
    assert followed(story, before=before)[-1] == "↻ 止まったところから続けます"


def test_items_that_were_only_found_done_say_nothing_of_the_pace() -> None:
    story = runs.Story(title="申告")
    keys = story.block(20)
    for key in keys[:8]:
        story.tell(ev.ItemSettled(run=runs.RUN, step="entry", item=key, state="skipped", how="done_before"), seconds=0)
    story.now += timedelta(seconds=30)  # signing in
    for key in keys[8:10]:
        story.item(key, "done", how="registered", seconds=5.95)
    assert followed(story)[1:] == ["· 10/20  登録 2  既に登録あり 8  毎分 10 件  残り約 1分0秒"]


def test_a_run_cut_off_before_its_items_tells_how_many_steps_are_done() -> None:
    story = runs.Story(title="申告")
    story.begin_as_usual()
    assert followed(story, before=len(story.records))[1:] == [
        "↻ これまでに 2 個のステップが済んでいます。続きから実行します"
    ]
    assert followed(runs.Story(title="申告"), before=2)[1:] == []


def test_what_a_called_run_does_stands_further_right_under_its_title() -> None:
    story = runs.Story(title="申告")
    story.tell(ev.StepStarted(run=runs.RUN, step="post", title="通知を送る", uses="call", line=5))
    child = f"{runs.RUN}-c"
    story.tell(
        ev.RunCreated(run=child, workflow="tsuchi", title="通知", workflow_hash="", parent=runs.RUN, parent_step="post")
    )
    story.tell(ev.StepStarted(run=child, step="post", title="印刷する", uses="pdf.write", line=3))
    story.tell(ev.StepFinished(run=child, step="post", status="failed", error=runs.NO_BUTTON))
    story.tell(ev.RunFinished(run=child, status="failed"))
    story.end("post", seconds=2)
    rows = followed(story)
    assert rows[:3] == [f"申告  {runs.RUN}", f"  通知  {child}", "  ✗ 印刷する"]
    assert all(row.startswith("    ") for row in rows[3:-1])
    assert rows[-1] == "✓ 通知を送る  2.0秒"


def test_progress_of_two_blocks_at_the_same_time_says_which_and_each_has_its_spinner() -> None:
    story = runs.Story(title="申告")
    keys = story.block(10)
    story.tell(ev.StepStarted(run=runs.RUN, step="second", title="納付を登録する", uses="for_each", line=70))
    story.tell(ev.ItemsCreated(run=runs.RUN, step="second", keys=tuple(keys)))
    for key in keys:
        story.registered(key, with_picture=False)
    assert followed(story)[-1].startswith("· 申告書を登録する  10/10  登録 10")
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    with terminal.LiveProgress(language="ja", console=console) as progress:
        progress.catch_up(story.records)
        text = "\n".join(shown(progress.now()))
    assert "申告書を登録する" in text
    assert "納付を登録する" in text


def test_on_a_terminal_progress_shows_a_bar_that_is_gone_at_the_end(tmp_path: Path) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=80, height=24, force_terminal=True, highlight=False)
    story = runs.interrupted(tmp_path)
    with terminal.LiveProgress(language="ja", console=console) as progress:
        for record in story.records:
            progress.show(record)
        console.print(progress.now())
    assert "17/40" in stream.getvalue()
    assert "20260018" in stream.getvalue()
    assert "\x1b[?25h" in stream.getvalue()  # the cursor is back
    assert stream.getvalue().endswith("\x1b[1A\x1b[2K")  # the bar is wiped


def test_a_console_without_our_signs_gets_question_marks_instead_of_a_crash(tmp_path: Path) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp932", newline="")
    with terminal.LiveProgress(language="ja", stream=stream) as progress:
        for record in runs.usual(tmp_path).records:
            progress.show(record)
    stream.flush()
    assert "? 受付一覧を読む" in raw.getvalue().decode("cp932")


@given(st.text(alphabet=st.sampled_from("あ漢ｱaZ0 、。「」()-\n"), max_size=80), st.integers(min_value=4, max_value=30))
def test_no_line_is_too_wide_and_no_character_is_lost(text: str, width: int) -> None:
    broken = list(lines(text, width))
    assert all(cell_len(line) <= width for line in broken)
    assert "".join("".join(broken).split()) == "".join(text.split())


def test_a_line_never_begins_with_a_closing_mark() -> None:
    assert list(lines("登録できません。(E-2043)「はい」", 14)) == ["登録できませ", "ん。(E-2043)", "「はい」"]
