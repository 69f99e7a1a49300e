"""What stands in the terminal."""

from __future__ import annotations

import io
import unicodedata
from datetime import UTC, datetime
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


def followed(story: runs.Story, console: Console | None = None, language: str = "ja") -> list[str]:
    stream = io.StringIO()
    with terminal.LiveProgress(language=language, stream=stream, console=console) as progress:
        for record in story.records:
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
