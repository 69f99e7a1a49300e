from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.japan.cases import cases
from yakin.japan import Address, Towns, address_key, kanji_number, parse_address

TOWNS = Towns(
    "羽咋郡青葉町",
    ["二本木", "大字中野", "字三日市", "本町一丁目", "本町二丁目", "八日市町", "霞ヶ丘", "澤田"],
    "石川県",
)


KEYS: dict[str, set[str]] = defaultdict(set)
for group, written in cases("addresses"):
    KEYS[group].add(address_key(written, TOWNS))


@pytest.mark.parametrize("group", KEYS)
def test_every_way_to_write_an_address_shares_a_key_with_its_own_kind_only(group: str) -> None:
    (key,) = KEYS[group]
    assert [other for other, keys in KEYS.items() if key in keys] == [group]


def test_an_address_is_taken_apart_and_what_its_building_is_called_is_kept() -> None:
    assert parse_address("〒929-0123 石川県羽咋郡青葉町大字本町１丁目２−３　コーポ青葉２０１") == Address(
        "石川県", "青葉町本町", ("1", "2", "3"), "コーポ青葉201", "201"
    )
    assert parse_address("本町1-2", TOWNS).place == "青葉町本町"
    assert parse_address("どこか遠い所") == Address("", "どこか遠い所", ())
    assert parse_address("") == Address("", "", ())


def test_without_the_list_of_its_names_a_number_in_kanji_without_a_unit_stays_part_of_the_name() -> None:
    assert parse_address("二本木三四五").numbers == ()
    assert parse_address("二本木三四五", TOWNS).numbers == ("345",)


def test_an_address_of_another_prefecture_is_none_of_the_own_town() -> None:
    assert parse_address("富山県本町1-2", TOWNS).place == "本町"
    assert parse_address("富山県青葉町本町1-2", TOWNS).place == "富山県青葉町本町"


numbers = st.integers(1, 9999)


@settings(max_examples=50)
@given(st.sampled_from(["二本木", "中野", "三日市", "本町"]), numbers, numbers, numbers)
def test_whatever_the_numbers_are_all_ways_to_write_them_share_one_key(
    town: str, one: int, two: int, three: int
) -> None:
    written = [
        f"青葉町{town}{one}-{two}-{three}",
        f"石川県羽咋郡青葉町大字{town}{one}丁目{two}番{three}号",
        f"{town}{kanji_number(one)}丁目{kanji_number(two)}番地{kanji_number(three)}",
        f"字{town}{kanji_number(one, 'digits')}−{kanji_number(two, 'digits')}の{kanji_number(three, 'digits')}",
    ]
    assert {address_key(text, TOWNS) for text in written} == {f"青葉町{town} {one}-{two}-{three}"}


@settings(max_examples=50)
@given(st.text(alphabet="石川県青葉町字大本丁目番地号の三日市一二123- 　方A棟〒コポ", max_size=25))
def test_no_text_is_refused_and_a_key_is_the_same_each_time(text: str) -> None:
    assert address_key(text, TOWNS) == address_key(text, TOWNS)
    assert address_key(text) == parse_address(text).key()
