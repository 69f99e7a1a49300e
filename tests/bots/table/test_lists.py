"""Actions that make one list of another: nothing is lost, and every row says where it stood."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bots.table import concat, filter, group, join, pivot, sort
from bots.table.actions import PairedColumns
from bots.table.lists.columns import FormedColumn, Keyed
from bots.table.lists.conditions import Condition, Wanted
from bots.table.lists.grouping import Measure, grouped
from bots.table.lists.ordering import Order, SortedColumn, in_order
from tests.bots.contexts import FakeContext
from yakin.errors import BusinessError
from yakin.values import Origin, Table

BILLS = Table(
    {
        "宛名番号": ["00000123", "００００４５６", "789", None],
        "税目": ["住民税", "固定資産税", "住民税", "軽自動車税"],
        "調定額": ["12,000", 3000, "△500", "１０００円"],
        "納期限": ["R6.6.30", date(2024, 7, 31), "2024/6/1", None],
    },
    [Origin("調定.xlsx", "一覧", row) for row in range(2, 6)],
)
RESIDENTS = Table(
    {"住民番号": [123, 456, 999, 999], "氏名": ["山田", "鈴木", "甲", "乙"], "税目": ["x", "x", "x", "x"]},
    [Origin("住民.csv", None, row) for row in range(2, 6)],
)
BY_NUMBER = PairedColumns(left="宛名番号", right="住民番号", **{"as": "amount"})


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def formed(column: str, form: str) -> FormedColumn:
    return FormedColumn.model_validate({"column": column, "as": form})


def where(**condition: Any) -> Condition:
    return Condition.model_validate(condition)


def test_join_adds_columns_and_keeps_every_row_in_its_place(ctx: FakeContext) -> None:
    done = join(BILLS, RESIDENTS, BY_NUMBER, columns=["氏名"], ctx=ctx)

    assert done["table"].column("氏名") == ("山田", "鈴木", None, None)
    assert done["table"].columns == (*BILLS.columns, "氏名")
    assert done["table"].origins == BILLS.origins
    assert (done["count"], done["unmatched_count"]) == (4, 2)
    assert done["unmatched"].row(0).origin == Origin("調定.xlsx", "一覧", 4)


def test_join_never_chooses_between_two_rows(ctx: FakeContext) -> None:
    bills = BILLS.with_columns({"宛名番号": ["999", "123", "1", "2"]})
    with pytest.raises(BusinessError, match=r"999 \(住民\.csv:4, 住民\.csv:5\)"):
        join(bills, RESIDENTS, BY_NUMBER, columns=["氏名"], ctx=ctx)


def test_join_refuses_a_column_that_is_there_already(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="税目"):
        join(BILLS, RESIDENTS, BY_NUMBER, ctx=ctx)


def test_join_can_stop_when_a_row_has_no_counterpart(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match=r"調定\.xlsx \[一覧\]:4"):
        join(BILLS, RESIDENTS, BY_NUMBER, columns=["氏名"], unmatched="stop", ctx=ctx)


@pytest.mark.parametrize(
    ("column", "wanted", "rows"),
    [
        ("税目", "住民税", [2, 4]),
        ("税目", ["軽自動車税", "固定資産税"], [3, 5]),
        ("調定額", where(**{"as": "amount"}, min=1000), [2, 3, 5]),
        ("調定額", where(**{"as": "amount"}, max="△1"), [4]),
        ("納期限", where(**{"as": "date"}, min="令和6年6月2日", max="2024-07-31"), [2, 3]),
        ("納期限", where(empty=True), [5]),
        ("宛名番号", where(empty=False, none_of=[789]), [2, 3]),
        ("税目", where(contains="自動車"), [5]),
        ("宛名番号", where(pattern="[0-9]{8}"), [2]),
    ],
)
def test_filter_keeps_what_the_condition_says_and_hands_on_the_rest(
    ctx: FakeContext, column: str, wanted: Any, rows: list[int]
) -> None:
    done = filter(BILLS, {column: wanted}, ctx=ctx)

    assert [row.origin.row for row in done["kept"].rows if row.origin] == rows
    assert done["kept_count"] + done["dropped_count"] == BILLS.count
    assert {row.origin for row in done["kept"].rows}.isdisjoint(row.origin for row in done["dropped"].rows)


def test_all_conditions_must_hold(ctx: FakeContext) -> None:
    done = filter(BILLS, {"税目": "住民税", "調定額": where(**{"as": "amount"}, min=0)}, ctx=ctx)
    assert done["kept_count"] == 1


def test_cells_that_are_true_or_false_can_be_asked_for(ctx: FakeContext) -> None:
    said = TypeAdapter(dict[str, Wanted]).validate_python({"世帯主": True})
    assert filter(Table({"世帯主": [True, False, True]}), said, ctx=ctx)["kept_count"] == 2


def test_digits_go_by_their_number(ctx: FakeContext) -> None:
    table = Table({"番号": ["1000", "150", "99", "0100", "100", "なし", None]})
    kept = filter(table, {"番号": where(**{"as": "digits"}, min=100, max=999)}, ctx=ctx)["kept"]
    assert kept.column("番号") == ("150", "0100", "100")
    by_number = sort(table, SortedColumn.model_validate({"column": "番号", "as": "digits"}))
    assert by_number.column("番号") == ("99", "0100", "100", "150", "1000", "なし", None)


@pytest.mark.parametrize(
    "said", [{}, {"as": "date"}, {"min": 3}, {"as": "amount", "min": ""}, {"pattern": "["}, {"equals": 3}]
)
def test_a_condition_that_says_nothing_sensible_is_refused_before_the_run(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Condition).validate_python(said)


def test_filter_refuses_an_unknown_column(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="期別"):
        filter(BILLS, {"期別": 1}, ctx=ctx)


def test_sort_compares_amounts_as_amounts_and_puts_empty_cells_last() -> None:
    done = sort(BILLS, SortedColumn.model_validate({"column": "調定額", "as": "amount", "descending": True}))
    assert done.column("調定額") == ("12,000", 3000, "１０００円", "△500")
    by_day = sort(BILLS, [SortedColumn.model_validate({"column": "納期限", "as": "date", "descending": True})])
    assert [row.origin.row for row in by_day.rows if row.origin] == [3, 2, 4, 5]


def test_rows_that_are_equal_keep_their_order() -> None:
    assert [row.origin.row for row in sort(BILLS, "税目").rows if row.origin] == [2, 4, 3, 5]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(-5, 5), st.sampled_from(["不明", "３", "△2"])), max_size=12),
    st.booleans(),
)
def test_sorting_loses_no_row_and_is_done_when_it_is_done(cells: list[Any], descending: bool) -> None:
    table = Table({"額": cells, "行": list(range(len(cells)))})
    order = [Order(Keyed("額", "amount"), descending)]
    done = in_order(table, order)

    assert sorted(map(str, done.column("行"))) == sorted(map(str, table.column("行")))
    assert in_order(done, order) == done
    assert [cell is None for cell in done.column("額")] == sorted(cell is None for cell in cells)


def test_group_adds_up_exactly_and_says_where_the_rows_stood(ctx: FakeContext) -> None:
    measures = {
        "合計": Measure(sum="調定額"),
        "平均": Measure(average="調定額"),
        "最初の期限": Measure(first_day="納期限"),
        "人": Measure(distinct="宛名番号"),
        "番号": Measure(list="宛名番号"),
    }
    done = group(BILLS, "税目", measures, ctx=ctx)

    assert done.columns == ("税目", "件数", "合計", "平均", "最初の期限", "人", "番号", "元の行")
    assert done.column("税目") == ("住民税", "固定資産税", "軽自動車税")
    assert done.column("件数") == (2, 1, 1)
    assert done.column("合計") == (11_500, 3000, 1000)
    assert done.column("平均") == (5750, 3000, 1000)
    assert done.column("最初の期限") == (date(2024, 6, 1), date(2024, 7, 31), None)
    assert done.column("番号") == ("00000123、789", "００００４５６", None)
    assert done.column("元の行") == ("2, 4", "3", "5")
    assert done.row(2).origin == Origin("調定.xlsx", "一覧", 5)


def test_group_refuses_a_cell_that_cannot_be_added_up_with_its_place(ctx: FakeContext) -> None:
    bills = BILLS.with_columns({"調定額": [1, "別紙", 3, 4]})
    with pytest.raises(BusinessError, match=r"調定\.xlsx \[一覧\]:3 別紙"):
        group(bills, "税目", {"計": Measure(sum="調定額")}, ctx=ctx)


def test_rows_that_follow_each_other_are_told_by_the_first_and_the_last(ctx: FakeContext) -> None:
    table = Table({"税目": [*"aaabaaba"]})
    assert group(table, "税目", ctx=ctx).column("元の行") == ("1-3, 5, 6, 8", "4, 7")


def test_groups_go_by_the_normal_form(ctx: FakeContext) -> None:
    table = Table({"氏名": ["髙橋 一郎", "高橋一郎", "鈴木"], "時間": [1, "2.5", 4]})
    done = group(table, formed("氏名", "name"), {"計": Measure(sum="時間")}, ctx=ctx)
    assert done.column("氏名") == ("髙橋 一郎", "鈴木")
    assert done.column("計") == (Decimal("3.5"), 4)


def test_a_measure_says_one_thing() -> None:
    for said in ({}, {"sum": "a", "min": "a"}, {"median": "a"}):
        with pytest.raises(ValidationError):
            Measure.model_validate(said)


def test_a_measure_cannot_take_the_name_of_another_column(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="件数"):
        group(BILLS, "税目", {"件数": Measure(sum="調定額")}, ctx=ctx)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(-(10**12), 10**12)), max_size=20))
def test_no_amount_is_lost_or_invented_by_grouping(rows: list[tuple[str, int]]) -> None:
    table = Table({"課": [name for name, _ in rows], "額": [amount for _, amount in rows]})
    done = grouped(table, [Keyed("課")], {"計": Measure(sum="額")})

    assert sum(done.column("計")) == sum(amount for _, amount in rows)  # type: ignore[arg-type]
    assert Counter(dict(zip(done.column("課"), done.column("件数"), strict=True))) == Counter(name for name, _ in rows)


OVERTIME = Table(
    {"所属": ["総務課", "税務課", "総務課", "税務課"], "月": ["4月", "4月", "5月", "4月"], "時間": [10, "2.5", 3, 4]},
    [Origin("時間外.xlsx", None, row) for row in range(2, 6)],
)


def test_pivot_has_a_row_for_each_section_and_a_column_for_each_month() -> None:
    done = pivot(OVERTIME, "所属", "月", Measure(sum="時間"), totals=True)

    assert done.columns == ("所属", "4月", "5月", "合計")
    assert [tuple(row.values()) for row in done.rows] == [
        ("総務課", 10, 3, 13),
        ("税務課", Decimal("6.5"), None, Decimal("6.5")),
        ("合計", Decimal("16.5"), 3, Decimal("19.5")),
    ]


def test_pivot_counts_when_nothing_is_measured_and_keeps_origins() -> None:
    done = pivot(OVERTIME, ["所属"], "月")
    assert done.column("4月") == (1, 2)
    assert done.column("5月") == (1, None)
    assert done.row(1).origin == Origin("時間外.xlsx", None, 3)


def test_pivot_refuses_totals_of_what_has_none_and_names_that_clash() -> None:
    with pytest.raises(BusinessError, match="no total of max"):
        pivot(OVERTIME, "所属", "月", Measure(max="時間"), totals=True)
    with pytest.raises(BusinessError, match=r"\(空\)"):
        pivot(OVERTIME.with_columns({"月": [None, "(空)", "4月", "4月"]}), "所属", "月")
    with pytest.raises(BusinessError, match="所属"):
        pivot(OVERTIME.with_columns({"月": ["所属", "4月", "4月", "4月"]}), "所属", "月")


def test_concat_keeps_every_row_with_its_file() -> None:
    may = OVERTIME.take([2]).with_columns({})
    done = concat([OVERTIME, may])

    assert done.count == 5
    assert done.row(4).origin == Origin("時間外.xlsx", None, 4)
    assert concat([OVERTIME, Table({"所属": ["会計課"], "備考": ["なし"]})], columns="all").column("備考")[4] == "なし"


def test_concat_refuses_lists_with_other_columns() -> None:
    other = Table({"所属": ["会計課"], "備考": ["なし"]}, [Origin("会計.xlsx", None, 2)])
    with pytest.raises(
        BusinessError, match=r"会計\.xlsx has other columns than 時間外\.xlsx: 備考 more, 月, 時間 lacking"
    ):
        concat([OVERTIME, other])
    with pytest.raises(BusinessError, match=r"時間外\.xlsx has other columns than 会計\.xlsx"):
        concat([other, OVERTIME])
