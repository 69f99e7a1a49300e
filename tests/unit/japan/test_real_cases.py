"""The tables of real cases under tests/data/japan: a row more is a test more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.japan.cases import cases
from yakin.japan import (
    ImpossibleDate,
    JapaneseDataError,
    NumeralStyle,
    UnreadableAmount,
    UnreadableDate,
    fold_variants,
    kanji_number,
    parse_amount,
    parse_date,
    parse_fiscal_year,
    parse_kanji_number,
    parse_month,
    person_name_key,
    postal_code,
)

REFUSALS = {"impossible": ImpossibleDate, "unreadable": UnreadableDate, "refused": JapaneseDataError}


def outcome(read: Callable[[str], Any], written: str) -> str:
    """What a function makes of a text, or how it refuses it."""
    try:
        return str(read(written))
    except JapaneseDataError as error:
        return next(name for name, kind in REFUSALS.items() if isinstance(error, kind))


@pytest.mark.parametrize(("written", "expected"), cases("dates"))
def test_a_date_is_read_or_refused(written: str, expected: str) -> None:
    assert outcome(parse_date, written) == expected


@pytest.mark.parametrize(("written", "expected"), cases("months"))
def test_a_month_is_read_or_refused(written: str, expected: str) -> None:
    assert outcome(parse_month, written) == expected


@pytest.mark.parametrize(("written", "expected"), cases("amounts"))
def test_an_amount_is_read_or_refused(written: str, expected: str) -> None:
    assert outcome(parse_amount, written) == expected


@pytest.mark.parametrize(("written", "expected"), cases("postal_codes"))
def test_a_postal_code_is_written_one_way_or_refused(written: str, expected: str) -> None:
    assert outcome(postal_code, written) == expected


KEYS: dict[str, set[str]] = defaultdict(set)
for _group, _written in cases("names"):
    KEYS[_group].add(person_name_key(_written))


@pytest.mark.parametrize("group", KEYS)
def test_every_way_to_write_a_name_shares_a_key_with_its_own_kind_only(group: str) -> None:
    (key,) = KEYS[group]
    assert [other for other, keys in KEYS.items() if key in keys] == [group]


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("令和6年度", 2024),
        ("R6年度", 2024),
        ("2024年度", 2024),
        ("令和元年度", 2019),
        ("平成31年度", 2019),
        ("平成元年度", 1989),
    ],
)
def test_a_fiscal_year_is_read(written: str, year: int) -> None:
    assert parse_fiscal_year(written) == year


@pytest.mark.parametrize("written", ["平成32年度", "昭和64年度"])
def test_a_fiscal_year_that_never_was_is_refused(written: str) -> None:
    with pytest.raises(ImpossibleDate):
        parse_fiscal_year(written)


@pytest.mark.parametrize("written", ["令和6年", "6年度", ""])
def test_what_is_no_fiscal_year_is_refused(written: str) -> None:
    with pytest.raises(UnreadableDate):
        parse_fiscal_year(written)


def test_a_date_has_its_month() -> None:
    assert parse_month(date(2024, 4, 30)) == date(2024, 4, 1)


@settings(max_examples=50)
@given(st.integers(0, 10**16 - 1), st.sampled_from(["units", "digits", "formal"]))
def test_a_number_written_in_kanji_is_read_as_itself(number: int, style: NumeralStyle) -> None:
    assert parse_kanji_number(kanji_number(number, style)) == number


@pytest.mark.parametrize(
    ("number", "units", "formal"),
    [
        (10, "十", "壱拾"),
        (1234, "千二百三十四", "壱千弐百参拾四"),
        (10_000_000, "一千万", "壱千万"),
        (0, "〇", "零"),
        (20, "二十", "弐拾"),
    ],
)
def test_a_number_is_written_as_it_is_spoken_and_so_that_it_cannot_be_changed(
    number: int, units: str, formal: str
) -> None:
    assert (kanji_number(number), kanji_number(number, "formal")) == (units, formal)


@pytest.mark.parametrize("text", ["十百", "万", "千万億", "", "十二百", "一二百", "山"])
def test_units_in_no_order_are_no_number(text: str) -> None:
    with pytest.raises(UnreadableAmount):
        parse_kanji_number(text)


@pytest.mark.parametrize("number", [-1, 10**16])
def test_numbers_that_have_no_name_are_not_written(number: int) -> None:
    with pytest.raises(ValueError, match="兆"):
        kanji_number(number)


@settings(max_examples=50)
@given(st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x2A6DF), max_size=8))
def test_folding_what_was_folded_changes_nothing(text: str) -> None:
    assert fold_variants(fold_variants(text)) == fold_variants(text)
