"""How problems look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from yakin.expected import NUMBER
from yakin.i18n import Translator, translator
from yakin.phrases import Phrase
from yakin.reports.problems import display_width, render_text, seen_from
from yakin.workflow.problems import Problem

EN, JA = translator("en"), translator("ja")
THERE = "There are: {known}"

WIDE = Problem(
    "unknown-step",
    "There is no step {step}",
    {"step": "raed"},
    "workflows/入力.yaml",
    12,
    17,
    27,
    "    氏名: 申請者 ${{ steps.raed }} 様",
    "Did you mean read?",
)
NARROW = Problem("tab", "A line is indented with a tab", {}, "a.yaml", 3, 1, 2, "\tx: 1", None, "warning")


def test_a_file_is_named_from_where_a_person_is_and_one_elsewhere_in_full(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "町役場", tmp_path / "b.yaml"
    problems = [replace(NARROW, file=str(here / "workflows" / "入力.yaml")), replace(NARROW, file=str(elsewhere)), WIDE]
    assert [problem.file for problem in seen_from(problems, here)] == ["workflows/入力.yaml", str(elsewhere), WIDE.file]


def test_text_shows_the_line_a_caret_under_full_width_text_help_and_the_count() -> None:
    assert render_text([WIDE, NARROW], EN, colour=False, width=80) == (
        "workflows/入力.yaml:12:17: error[unknown-step]: There is no step raed\n"
        "12 |     氏名: 申請者 ${{ steps.raed }} 様\n"
        "   |                      ^^^^^^^^^^\n"
        "   help: Did you mean read?\n"
        "\n"
        "a.yaml:3:1: warning[tab]: A line is indented with a tab\n"
        "3 |  x: 1\n"
        "  | ^\n"
        "\n"
        "Found 1 error and 1 warning in 2 files\n"
    )


def test_text_is_in_the_readers_language_down_to_the_words_for_what_was_expected() -> None:
    template = "{name} has to be {expected}, not {found}"
    data = {"name": "manual_minutes", "expected": NUMBER, "found": Phrase("the text {source}", source="四分")}
    problem = Problem(
        "wrong-type", template, data, "入力.yaml", 4, 19, 21, "  manual_minutes: 四分", "Write it without quotes"
    )
    assert render_text([problem, NARROW], JA, colour=False, width=80) == (
        "入力.yaml:4:19: 誤り[wrong-type]:\n"
        "  manual_minutes は 数値 にしてください(今は 文字列 四分)\n"
        "4 |   manual_minutes: 四分\n"
        "  |                   ^^^^\n"
        "  ヒント: 引用符を付けずに書いてください\n"
        "\n"
        "a.yaml:3:1: 注意[tab]: 行の字下げにタブが使われています\n"
        "3 |  x: 1\n"
        "  | ^\n"
        "\n"
        "2 個のファイルに誤り 1 件と注意 1 件があります\n"
    )


@pytest.mark.parametrize("t", [EN, JA], ids=["en", "ja"])
def test_long_sentences_go_on_in_lines_that_fit(t: Translator) -> None:
    known = ", ".join(f"filter_{number}" for number in range(40))
    problem = Problem(
        "x", "There is no filter {name}", {"name": "あ" * 60, "known": known}, "a.yaml", 1, 1, 2, "x", THERE
    )
    told = render_text([problem], t, colour=False, width=80).splitlines()
    assert max(map(display_width, told)) <= 80
    assert "filter_39" in "".join(told)


def test_a_variation_selector_takes_no_column() -> None:
    problem = Problem("x", "x", {}, "a.yaml", 1, 4, 5, "葛\U000e0100x: y")
    assert render_text([problem], EN, colour=False, width=80).splitlines()[2] == "  |    ^"


def test_a_wide_character_is_underlined_in_its_whole_width() -> None:
    problem = Problem("x", "x", {}, "a.yaml", 1, 2, 4, "ｱ：漢b")
    assert render_text([problem], EN, colour=False, width=80).splitlines()[1:3] == ["1 | ｱ：漢b", "  |  ^^^^"]


def test_a_combining_mark_takes_no_column() -> None:
    problem = Problem("x", "x", {}, "a.yaml", 1, 3, 4, "か\u3099x")
    assert render_text([problem], EN, colour=False, width=80).splitlines()[2] == "  |   ^"


@pytest.mark.parametrize("width", [30, 40, 60])
@pytest.mark.parametrize("column", [1, 40, 75, 120])
def test_a_long_line_is_cut_around_the_place(width: int, column: int) -> None:
    line = "受付番号" * 40
    problem = Problem("x", "x", {}, "a.yaml", 1, column, column + 2, line)
    _, shown, caret, *_ = render_text([problem], EN, colour=False, width=width).splitlines()
    assert display_width(shown) <= width
    marked = caret.index("^")
    position = 0
    under = ""
    for char in shown:
        if marked <= position < marked + 4:
            under += char
        position += display_width(char)
    assert under == line[column - 1 : column + 1]


def test_a_place_after_the_end_of_the_line_still_has_a_caret() -> None:
    problem = Problem("x", "x", {}, "a.yaml", 1, 6, None, "あいう [")
    assert render_text([problem], EN, colour=False, width=80).splitlines()[2] == "  |         ^"


def test_colours_are_only_added_never_mixed_into_the_words() -> None:
    import re

    coloured = render_text([WIDE, NARROW], EN, colour=True, width=80)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_text([WIDE, NARROW], EN, colour=False, width=80)


def test_nothing_found_is_said_too() -> None:
    assert render_text([], EN, colour=False, width=80) == "No problems found\n"
