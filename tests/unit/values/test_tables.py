from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakin.values import Column, Origin, Origins, Row, Rows, Table, canonical_json, decode, encode

BILLS = Table(
    {
        "番号": ["001", "002", None],
        "額": [1000, "△80", Decimal("1.50")],
        "日": [date(2024, 4, 1), None, date(2024, 5, 1)],
    },
    [Origin("調定.xlsx", "一覧", 4), Origin("調定.xlsx", "追加", 2), Origin("収納.csv", None, 9)],
)

MOMENT = datetime.fromisoformat("2024-01-01T12:00:00")

SCALARS = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.decimals(allow_nan=False, allow_infinity=False),
)
KINDS = [st.text(max_size=5), st.integers(), st.floats(allow_nan=False), st.booleans(), st.dates(), st.datetimes()]
COLUMNS = st.one_of(
    st.lists(SCALARS, max_size=8),
    *(st.lists(st.none() | kind, max_size=8) for kind in KINDS),
    st.lists(st.none() | st.times(), max_size=8),
)


def exactly(cells: Any) -> list[tuple[type, Any]]:
    """Cells with their types: 1, True and 1.0 are equal to Python."""
    return [(type(cell), cell) for cell in cells]


@settings(max_examples=50, deadline=None)
@given(COLUMNS)
def test_a_series_holds_exactly_what_the_cells_hold_or_there_is_none(cells: list[Any]) -> None:
    series = Column.of(cells).series

    if series is not None:
        assert exactly(Column.of_series(series).cells) == exactly(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["1", 2],
        [True, 1],
        [1, 1.5],
        [2**63],
        [Decimal("1.50")],
        [date(2024, 1, 1), MOMENT],
        [datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=9)))],
        ["\ud842"],
    ],
    ids=repr,
)
def test_what_a_series_cannot_hold_has_none_and_stays_as_it_is(cells: list[Any]) -> None:
    column = Column.of(cells)

    assert column.series is None
    assert exactly(column.take([0]).cells) == exactly(cells[:1])


def test_a_frame_becomes_a_table_of_cells_that_a_workflow_knows() -> None:
    import polars as pl

    frame = pl.DataFrame(
        {
            "a": pl.Series([1, None], dtype=pl.UInt8),
            "b": pl.Series([2**63, 1], dtype=pl.UInt64),
            "c": pl.Series([0.5, None], dtype=pl.Float32),
            "d": pl.Series([MOMENT, None], dtype=pl.Datetime("ns")),
            "e": pl.Series([Decimal("1.50"), None]),
            "f": pl.Series(["x", None], dtype=pl.Categorical),
            "g": pl.Series([time(9, 30), None]),
        }
    )

    table = Table.from_frame(frame)

    assert exactly(table.row(0).values()) == exactly([1, 2**63, 0.5, MOMENT, Decimal("1.50"), "x", time(9, 30)])


def test_rows_taken_keep_their_order_their_cells_and_where_they_stood() -> None:
    taken = BILLS.take([2, 0])

    assert taken.column("番号") == (None, "001")
    assert list(taken.origins or ()) == [Origin("収納.csv", None, 9), Origin("調定.xlsx", "一覧", 4)]
    assert taken.row(1).origin == Origin("調定.xlsx", "一覧", 4)
    assert BILLS.where(lambda row: row["番号"] is not None).count == 2


def test_rows_are_taken_from_either_face_alike() -> None:
    column = Column.of(["a", None, "c"])
    before = column.take([2, None, 1, 0]).cells
    assert column.series is not None

    assert column.take([2, None, 1, 0]).cells == before == ("c", None, None, "a")
    assert len(column.take([])) == 0


def test_columns_are_added_and_replaced_and_rows_keep_their_place() -> None:
    more = BILLS.with_columns({"額": [1, 2, 3], "備考": Column.of(["", "済", ""])})

    assert more.columns == ("番号", "額", "日", "備考")
    assert more.row(1) == {"番号": "002", "額": 2, "日": None, "備考": "済"}
    assert more.row(1).origin == Origin("調定.xlsx", "追加", 2)
    with pytest.raises(ValueError, match="differ in length"):
        BILLS.with_columns({"備考": ["一つ"]})


def test_columns_and_origins_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[1, 2\]"):
        Table({"a": [1], "b": [1, 2]})
    with pytest.raises(ValueError, match=r"\[1, 2\]"):
        Table({"a": [1]}, Origins.at("a.csv", None, range(2, 4)))


def test_origins_are_a_sequence_like_any_other() -> None:
    one_by_one = [Origin("a.csv", None, row) for row in range(2, 6)]
    stored = Origins.at("a.csv", None, range(2, 6))

    assert stored == Origins.of(one_by_one)
    assert list(stored) == one_by_one
    assert stored[-1] == one_by_one[-1]
    assert list(stored[1:3]) == one_by_one[1:3]
    assert stored != Origins.at("b.csv", None, range(2, 6))
    assert Origins.of([one_by_one[0], Origin("b", "x", 1)]).names.cells == ("a.csv", "b [x]")


def test_origins_are_equal_whatever_order_their_sources_became_known_in() -> None:
    first, second = Origin("a", None, 1), Origin("b", None, 1)

    assert Origins.of([second, first]).take([1, 0]) == Origins.of([first, second])
    assert Origins.of([first, second]).take([0]) == Origins.of([first])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(SCALARS, SCALARS, st.sampled_from(["a", "b"]), st.integers(1, 9)), max_size=8))
def test_a_table_is_kept_and_read_back_unchanged(rows: list[Any]) -> None:
    table = Table(
        {"一": [row[0] for row in rows], "二": [row[1] for row in rows]},
        [Origin(row[2], None, row[3]) for row in rows],
    )

    back = decode(json.loads(canonical_json(encode(table))))

    assert back == table
    assert [exactly(row.values()) for row in back.rows] == [exactly(row.values()) for row in table.rows]
    assert [row.origin for row in back.rows] == [row.origin for row in table.rows]


@settings(max_examples=50, deadline=None)
@given(COLUMNS)
def test_a_column_of_one_kind_is_kept_and_read_back_unchanged(cells: list[Any]) -> None:
    table = Table({"a": [cell for cell in cells if cell == cell and cell not in (float("inf"), -float("inf"))]})

    assert exactly(decode(json.loads(canonical_json(encode(table)))).column("a")) == exactly(table.column("a"))


def test_rows_come_back_as_rows_and_tables_of_the_first_version_are_still_read() -> None:
    first = {
        "$": "table",
        "columns": [["日", [{"$": "date", "is": "2024-04-01"}, None]], ["額", [1, {"$": "decimal", "is": "1.5"}]]],
        "origins": [["a.xlsx", "一", 2], ["a.xlsx", "一", 3]],
    }

    assert decode(first) == Table(
        {"日": [date(2024, 4, 1), None], "額": [1, Decimal("1.5")]}, Origins.at("a.xlsx", "一", [2, 3])
    )
    assert isinstance(decode(encode(BILLS.rows)), Rows)
    assert decode(encode(BILLS.row(1))) == BILLS.row(1)


def test_rows_and_records_stand_for_a_table() -> None:
    assert Table.accept(BILLS.rows) is BILLS
    picked = Table.accept([BILLS.row(0), BILLS.row(2)])
    assert isinstance(picked, Table)
    assert picked == BILLS.take([0, 2])
    assert Table.accept([Row.of({"a": 1}), {"b": 2}]) == Table({"a": [1, None], "b": [None, 2]})
