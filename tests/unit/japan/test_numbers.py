from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from yakin.japan import (
    UnreadableAmount,
    WrongNumber,
    check_corporate_number,
    check_person_number,
    corporate_number_check_digit,
    format_yen,
    fullwidth,
    parse_amount,
    person_number_check_digit,
)


def strings_of_digits(length: int) -> st.SearchStrategy[str]:
    return st.text(alphabet="0123456789", min_size=length, max_size=length)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1,234", 1234),
        ("１２３４", 1234),
        ("１，２３４，５６７", 1234567),
        ("△1,234", -1234),
        ("▲5", -5),
        ("▲ ５", -5),
        ("-5", -5),
        ("－５", -5),
        ("−5", -5),
        ("+5", 5),
        ("(300)", -300),
        ("（３００）", -300),
        ("¥1,200円", 1200),
        ("￥1,200", 1200),
        ("\\1,200", 1200),
        ("-¥1,200", -1200),
        ("¥-1,200", -1200),
        ("金１，２００円也", 1200),
        ("007", 7),
        ("△0", 0),
        (" 42 ", 42),
        (42, 42),
        (1200.0, 1200),
        (Decimal("1200.00"), 1200),
    ],
)
def test_an_amount_is_read_however_it_is_written(written: str | float | Decimal, amount: int) -> None:
    found = parse_amount(written)
    assert (found, type(found)) == (amount, int)


def test_a_fraction_keeps_its_digits() -> None:
    assert str(parse_amount("△1,234.50")) == "-1234.50"
    assert parse_amount(0.1) == Decimal("0.1")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "　",
        "－",
        "12,34",
        "1,2345",
        ",123",
        "1.",
        ".5",
        "(△3)",
        "--3",
        "(3",
        "3)",
        "1,200千円",
        "千円",
        "百万円",
        "3.5万円",
        "十百円",
        "12,34万円",
        "1e3",
        "1 234",
        "NaN",
        "なし",
    ],
)
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(UnreadableAmount):
        parse_amount(written)


@pytest.mark.parametrize("written", ["1,234-", "¥1,200.-", "1,200円－", "¥1,200ー"])
def test_a_dash_behind_an_amount_is_refused_because_it_may_mean_less_than_nothing(written: str) -> None:
    with pytest.raises(UnreadableAmount, match="a dash stands behind it"):
        parse_amount(written)


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), Decimal("NaN")])
def test_what_a_spreadsheet_cannot_have_counted_is_refused(value: float | Decimal) -> None:
    with pytest.raises(UnreadableAmount):
        parse_amount(value)


def test_an_absurdly_long_text_is_refused_at_once() -> None:
    with pytest.raises(UnreadableAmount):
        parse_amount("(" + " " * 20_000 + "x")


@given(amount=st.integers(-(10**15), 10**15))
def test_an_amount_reads_back_as_it_was_written(amount: int) -> None:
    assert parse_amount(format_yen(amount)) == amount
    assert parse_amount(fullwidth(format_yen(amount))) == amount
    assert parse_amount(format_yen(amount).replace("-", "△")) == amount


def remainder_of_person(eleven: str) -> int:
    """The remainder as the order writes it: the n-th digit from the right counts n+1 times up to the sixth, then n−5."""
    return sum(int(p) * (n + 1 if n <= 6 else n - 5) for n, p in enumerate(reversed(eleven), 1)) % 11


@given(eleven=strings_of_digits(11))
def test_a_person_number_s_check_digit_is_the_one_of_the_order(eleven: str) -> None:
    remainder = remainder_of_person(eleven)
    digit = person_number_check_digit(eleven)
    assert digit == (0 if remainder <= 1 else 11 - remainder)
    assert check_person_number(f"{eleven}{digit}") == f"{eleven}{digit}"


@given(eleven=strings_of_digits(11), place=st.integers(0, 10), other=st.sampled_from("0123456789"))
def test_a_wrong_digit_in_a_person_number_is_noticed_unless_the_remainder_turns_from_0_to_1_or_back(
    eleven: str, place: int, other: str
) -> None:
    assume(eleven[place] != other)
    wrong = eleven[:place] + other + eleven[place + 1 :]
    unnoticed = person_number_check_digit(wrong) == person_number_check_digit(eleven)
    assert unnoticed == ({remainder_of_person(eleven), remainder_of_person(wrong)} == {0, 1})


@given(eleven=strings_of_digits(11))
def test_one_check_digit_of_ten_fits_a_person_number(eleven: str) -> None:
    def passes(digit: int) -> bool:
        try:
            check_person_number(f"{eleven}{digit}")
        except WrongNumber:
            return False
        return True

    assert sum(map(passes, range(10))) == 1


def test_a_wrong_digit_in_a_person_number_can_go_unnoticed() -> None:
    assert remainder_of_person("00000000000") == 0
    assert remainder_of_person("20000000000") == 1
    assert check_person_number("000000000000") != check_person_number("200000000000")


@pytest.mark.parametrize(
    "written", ["123456789018", "１２３４５６７８９０１８", "1234-5678-9018", "1234 5678 9018", "1234ー5678ー9018"]
)
def test_a_person_number_is_read_however_it_is_grouped(written: str) -> None:
    assert check_person_number(written) == "123456789018"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("123456789019", "check digit does not fit"),
        ("12345678901", "11 digits instead of 12"),
        (12345678901, "11 digits instead of 12"),
        ("1234567890189", "13 digits instead of 12"),
        ("12345678901X", "not made of digits only"),
        ("", "not made of digits only"),
    ],
)
def test_a_person_number_is_refused_without_being_repeated(written: str | int, reason: str) -> None:
    with pytest.raises(WrongNumber, match=reason) as caught:
        check_person_number(written)
    assert len(str(written)) < 11 or str(written) not in str(caught.value.info().to_json())


def test_a_lost_leading_zero_is_what_a_short_number_hints_at() -> None:
    with pytest.raises(WrongNumber) as caught:
        check_person_number(12345678901)
    assert "Leading zeros" in str(caught.value.hint)


@pytest.mark.parametrize("written", ["7000012050002", "７００００１２０５０００２", "7-0000-1205-0002"])
def test_a_corporate_number_is_read_however_it_is_grouped(written: str) -> None:
    assert check_corporate_number(written) == "7000012050002"


@pytest.mark.parametrize("published", ["4011001098993", "2120901007402", "7010705000725"])
def test_published_corporate_numbers_pass(published: str) -> None:
    assert check_corporate_number(published) == published


@given(twelve=strings_of_digits(12), place=st.integers(0, 11), other=st.sampled_from("0123456789"))
def test_a_corporate_number_notices_every_wrong_digit_but_0_for_9(twelve: str, place: int, other: str) -> None:
    assume(twelve[place] != other)
    wrong = twelve[:place] + other + twelve[place + 1 :]
    unnoticed = corporate_number_check_digit(wrong) == corporate_number_check_digit(twelve)
    assert unnoticed == ({twelve[place], other} == {"0", "9"})


@given(twelve=strings_of_digits(12), first=st.sampled_from("0123456789"))
def test_a_corporate_number_has_one_first_digit_and_never_zero(twelve: str, first: str) -> None:
    right = str(corporate_number_check_digit(twelve))
    assert right in "123456789"
    assert check_corporate_number(right + twelve) == right + twelve
    assume(first != right)
    with pytest.raises(WrongNumber, match="check digit does not fit"):
        check_corporate_number(first + twelve)


@pytest.mark.parametrize("eleven", ["", "1234567890", "１２３４５６７８９０１", "1234567890a"])
def test_a_check_digit_needs_its_digits(eleven: str) -> None:
    with pytest.raises(ValueError, match="expected 11 digits"):
        person_number_check_digit(eleven)
