from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.browser.values import NO, YES, as_choice, as_date, as_text, masked, option_of, same, shown
from yakin.errors import BusinessError
from yakin.japan import JapaneseDataError
from yakin.values import Secret


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (3.0, "3"),
        (0.5, "0.5"),
        (Decimal("1.50"), "1.50"),
        (4812000, "4812000"),
        (date(2024, 4, 1), "2024-04-01"),
        (datetime(2024, 4, 1), "2024-04-01"),  # noqa: DTZ001 - a cell of a workbook has no zone
        (time(9, 30), "09:30:00"),
        (Secret("ひみつ"), "ひみつ"),
    ],
)
def test_values_are_typed_as_a_clerk_would_write_them(value: object, text: str) -> None:
    assert as_text(value) == text


@given(st.text())
def test_a_text_is_typed_as_it_is(text: str) -> None:
    assert as_text(text) == text


@pytest.mark.parametrize("word", [*YES, True, 1, "　有 ", "ＹＥＳ"])
def test_words_that_check_a_box(word: object) -> None:
    assert as_choice(word, "控除") is True


@pytest.mark.parametrize("word", [*NO, False, 0, None, "No"])
def test_words_that_uncheck_a_box(word: object) -> None:
    assert as_choice(word, "控除") is False


def test_any_other_word_is_the_datas_fault() -> None:
    with pytest.raises(BusinessError, match="控除 can be checked or not; 要確認 is neither"):
        as_choice("要確認", "控除")


@pytest.mark.parametrize("written", ["昭和60年1月8日", "S60.1.8", "1985/1/8", date(1985, 1, 8), "19850108"])
def test_a_date_control_takes_a_date_however_it_is_written(written: object) -> None:
    assert as_date(written, "date") == "1985-01-08"
    assert as_date(written, "month") == "1985-01"


def test_a_date_control_takes_no_impossible_date_and_nothing_as_nothing() -> None:
    with pytest.raises(JapaneseDataError):
        as_date("平成32年1月1日", "date")
    assert as_date(None, "date") == ""


def test_an_option_is_meant_by_its_words_alone_and_only_by_one() -> None:
    assert option_of("B区", ["A区", "B区"]) == 1
    assert option_of("Ｂ 区", ["A区", "B区"]) == 1
    assert option_of("C区", ["A区", "B区"]) is None
    assert option_of("Ａ区", ["A 区", "A区"]) is None
    assert option_of(3.0, ["1", "2", "3"]) == 2


@given(st.text(), st.lists(st.text(), unique=True, max_size=5))
def test_the_very_same_option_always_wins(words: str, others: list[str]) -> None:
    words = " ".join(words.split())
    options = [*[" ".join(other.split()) for other in others], words]
    assert option_of(words, options) == options.index(words)


@pytest.mark.parametrize(
    ("expected", "found", "rule"),
    [
        ("ヤマダ", "ﾔﾏﾀﾞ", "width"),
        ("山田太郎", "山田　太郎", "spaces"),
        (4812000, "4,812,000円", "commas"),
        (4812000, "¥4,812,000", "commas"),
        (date(1985, 1, 8), "昭和60年1月8日", "wareki"),
        ("S60.1.8", "昭和60年1月8日", "wareki"),
    ],
)
def test_each_rule_allows_its_own_difference_and_no_other(expected: object, found: str, rule: str) -> None:
    assert same(expected, found, [rule])  # type: ignore[list-item]
    others = [one for one in ("width", "spaces", "commas", "wareki") if one != rule]
    assert not same(expected, found, others)  # type: ignore[arg-type]


@given(st.text(), st.text())
def test_without_rules_only_spaces_around_may_differ(one: str, other: str) -> None:
    assert same(one, other, ()) == (one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip())


def test_choices_and_lists_are_compared_as_what_they_are() -> None:
    assert same("有", True, ())
    assert not same("無", True, ())
    assert not same("たぶん", False, ())
    assert same(["B", "A"], ["A", "B"], ())
    assert not same(["A"], ["A", "B"], ())


def test_messages_never_hold_a_secret() -> None:
    assert masked(Secret("ひみつ")) == "***"
    assert masked(["A", Secret("ひみつ")]) == "A, ***"
    assert shown("ひみ", Secret("ひみつ")) == "***"
