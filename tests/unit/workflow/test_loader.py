"""Reading files: positions, and texts that stay what they look like."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakin.workflow.loader import load, load_text


def value_of(written: str) -> Any:
    loaded = load_text(f"a: {written}\n", "x.yaml")
    assert not loaded.problems
    return loaded.data["a"]


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No",
        "yes",
        "on",
        "off",
        "y",
        "n",
        "0123",
        "00",
        "-0",
        "12:30",
        "1:2:3",
        "1_000",
        "2024-04-01",
        "1.2.3",
        "0b1",
        "123abc",
        "1,000",
        "NO",
        "はい",
        "１２",
        "<<x",
        "=",
    ],
)
def test_a_text_stays_what_it_looks_like(text: str) -> None:
    assert value_of(text) == text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("4.5", 4.5),
        ("-0.5", -0.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"12"', "12"),
        ("'true'", "true"),
        ('""', ""),
    ],
)
def test_numbers_truths_and_nothing_are_read_as_such(written: str, value: Any) -> None:
    found = value_of(written)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("written", ["0x1F", "0o17", "1e3", "1.5e-3", ".5", "5.", "+5", ".inf", "-.inf", ".nan"])
def test_a_number_written_unusually_has_to_be_quoted(written: str) -> None:
    (problem,) = load_text(f"a: {written}\n", "x.yaml").problems
    assert problem.code == "unusual-number"
    assert written in str(problem.hint)


def test_keys_are_always_texts() -> None:
    loaded = load_text("1: a\ntrue: b\nno: c\n0123: d\nnull: e\n", "x.yaml")
    assert loaded.data == {"1": "a", "true": "b", "no": "c", "0123": "d", "null": "e"}


def test_every_key_and_value_has_its_place() -> None:
    loaded = load_text("一: 1\n二三:\n  - {四: 五}\n  - 六\n", "x.yaml")
    key, value = loaded.positions.key(("二三", 0, "四")), loaded.positions.value(("二三", 0, "四"))
    assert (key.line, key.column, key.end_column) == (3, 6, 7)
    assert (value.line, value.column, value.end_column) == (3, 9, 10)
    assert loaded.positions.value(("二三", 1)).line == 4
    assert loaded.positions.key(("二三",)).line == 2


def test_a_path_that_is_not_there_is_answered_with_the_nearest_above() -> None:
    loaded = load_text("a:\n  b: 1\n", "x.yaml")
    assert loaded.positions.value(("a", "b", "c", 0)) == loaded.positions.value(("a", "b"))


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("a: xx#yy", 1, 6),
        ("a: 'it''s #'", 1, 11),
        ('a: "\\u3042\\t\\"#"', 1, 15),
        ("a: |\n  一行目\n   二#行目\n", 3, 5),
        ("a: |2-\n    一\n  二#\n", 3, 4),
        ("a: >\n  折り\n  返す#文\n", 3, 5),
        ("a: >\n  一\n\n  二#\n", 4, 4),
        ('a: "一\n  二\n\n  三#"\n', 4, 4),
        ("a: 一\n  二\n  三 #四\n".replace(" #", "_#"), 3, 5),
    ],
)
def test_a_part_of_a_text_is_found_whatever_its_quotes_and_line_breaks(written: str, line: int, column: int) -> None:
    loaded = load_text(written, "x.yaml")
    text = loaded.data["a"]
    place = loaded.positions.inside(("a",), text, text.index("#"), 1)
    assert (place.line, place.column) == (line, column)


def test_line_ends_and_byte_order_mark_make_no_difference(tmp_path: Path) -> None:
    plain, windows = tmp_path / "a.yaml", tmp_path / "b.yaml"
    plain.write_bytes("題: 甲\n".encode())
    windows.write_bytes("\ufeff題: 甲\r\n".encode())
    assert load(plain).data == load(windows).data == {"題": "甲"}
    assert load(plain).sha256 == load(windows).sha256 == hashlib.sha256("題: 甲\n".encode()).hexdigest()


def test_deep_nesting_is_a_problem_and_not_a_crash() -> None:
    for text in ("a: " + "[" * 5000, "a: " + "{a: " * 5000):
        (problem,) = load_text(text, "x.yaml").problems
        assert problem.message == "Lists and mappings are nested too deeply"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_the_reader_crash(text: str) -> None:
    loaded = load_text(text, "x.yaml")
    for problem in loaded.problems:
        assert problem.line >= 1
        assert problem.column >= 1


CHARACTERS = st.characters(exclude_categories=["Cc", "Cf", "Cn", "Cs", "Zl", "Zp"])
TREES = st.recursive(
    st.text(CHARACTERS, max_size=12) | st.integers() | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("あア漢a1 _:#'", min_size=1), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(TREES)
def test_json_is_read_as_what_it_says(data: Any) -> None:
    loaded = load_text(json.dumps({"a": data}, ensure_ascii=False), "x.yaml")
    assert not loaded.problems
    assert loaded.data == {"a": data}
