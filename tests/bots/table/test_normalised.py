"""Whole columns come to the same normal forms as single cells, whatever is seen at once and whatever is read one by one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.table.exact import pair_rows
from bots.table.forms import Form, as_plain, normal
from bots.table.normalised import alike, normalised
from bots.table.pairing import Pairing
from yakin.errors import BusinessError
from yakin.values import Column, Table

FORMS: tuple[Form, ...] = get_args(Form)
TEXTS = st.text(alphabet="09-−ー ,.△①ｱﾞアがか゛髙高一丁目株(円A年月R令和ー　", max_size=6)
WRITTEN = st.sampled_from(
    [
        "0012",
        "-5",
        "△1,200",
        "1.50",
        "1.5",
        "2024-04-01",
        "2024-02-30",
        "R6.4.1",
        "20240401",
        "㈱山田",
        "山田 太郎",
        " ",
    ]
)
KINDS = [
    TEXTS | WRITTEN,
    st.integers(-(2**64), 2**64),
    st.floats(allow_nan=False),
    st.dates(min_value=date(1900, 1, 1)),
    st.booleans(),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
]
CELLS = st.one_of(*(st.lists(st.none() | kind, max_size=8) for kind in KINDS), st.lists(st.one_of(KINDS), max_size=8))


def one_by_one(cells: list[Any], form: Form) -> tuple[list[Any], list[int]]:
    found, unreadable = [], []
    for place, cell in enumerate(cells):
        try:
            found.append(normal(cell, form))
        except BusinessError:
            found.append(None)
            unreadable.append(place)
    return found, unreadable


@settings(max_examples=50, deadline=None)
@given(CELLS, st.sampled_from(FORMS))
def test_a_column_has_the_normal_forms_of_its_cells(cells: list[Any], form: Form) -> None:
    expected, odd = one_by_one(cells, form)

    found = normalised(Column.of(cells), form)

    values = found.values.to_list()
    if form == "amount":
        values = [Decimal(value) if isinstance(value, str) else value for value in values]
    assert values == expected
    assert ([] if found.unreadable is None else found.unreadable.arg_true().to_list()) == odd


def test_what_the_form_text_is_said_to_leave_as_it_is_it_leaves() -> None:
    spans = [(0x21, 0x7E), (0x4E00, 0x9FFF), (0x3041, 0x3096), (0x30A1, 0x30FA)]
    for first, last in spans:
        for char in map(chr, range(first, last + 1)):
            assert as_plain(char) == char
            assert as_plain(f"{char}{char} {char}") == f"{char}{char} {char}"


@pytest.mark.parametrize(
    ("left", "right"), [([1000, 2], ["1,000", "2.5"]), ([Decimal("1000.0")], [1000]), (["1e3", "1000"], [1000])]
)
def test_whole_amounts_and_fractions_meet(left: list[Any], right: list[Any]) -> None:
    ours, theirs = alike(normalised(Column.of(left), "amount").values, normalised(Column.of(right), "amount").values)

    assert "1000" in map(str, ours.to_list())
    assert set(ours.drop_nulls().to_list()) & set(theirs.to_list())


def test_keys_of_amounts_meet_whatever_they_are_stored_as() -> None:
    left, right = Table({"k": [1000, 5, None]}), Table({"k": ["２．５", "1,000", Decimal("5.00")]})

    found = pair_rows(left, right, [Pairing("k", "k", "amount")])

    assert [(pair.left, pair.right) for pair in found.pairs] == [(0, 1), (1, 2)]
    assert [(single.index, single.why) for single in found.only_left] == [(2, "empty_key")]
    assert [single.index for single in found.only_right] == [0]
