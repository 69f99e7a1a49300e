"""Sums that settle each other (消込): certain ones match, all others go to a person, and not a yen is lost."""

from __future__ import annotations

from collections import Counter
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.table import Pairing, Sums, reconcile, reconcile_tables
from bots.table.actions.reconciling import PairedColumns, ReconciledLists, SumRules
from bots.table.sums import groups_of
from tests.bots.contexts import FakeContext
from yakin.errors import BusinessError
from yakin.values import Origins, Table, decode, encode

Row = tuple[str | None, str, int]


def bills(*rows: Row) -> Table:
    return _table(rows, "調定.xlsx")


def payments(*rows: Row) -> Table:
    return _table(rows, "収納.csv")


def _table(rows: tuple[Row, ...], file: str) -> Table:
    columns: dict[str, list[Any]] = {
        "番号": [row[0] for row in rows],
        "宛名": [row[1] for row in rows],
        "額": [row[2] for row in rows],
    }
    return Table(columns, Origins.at(file, None, range(2, 2 + len(rows))))


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def run(ctx: FakeContext, left: Table, right: Table, report: Path | None = None, **rules: Any) -> ReconciledLists:
    return reconcile(
        left,
        right,
        "番号",
        amount="額",
        sums=SumRules(by="宛名", **rules),
        left_name="調定",
        right_name="収納",
        report=report,
        ctx=ctx,
    )


def test_a_payment_covers_several_bills_of_one_payer(ctx: FakeContext) -> None:
    done = run(
        ctx,
        bills(("1", "山田", 5000), ("2", "山田", 3000), ("3", "佐藤", 8000), ("4", "鈴木", 100)),
        payments((None, "山田", 8000), ("3", "佐藤", 8000)),
    )

    assert done["matched"].column("組") == (None, 1, 1)
    assert done["matched"].column("調定_番号") == ("3", "1", "2")
    assert done["matched"].column("収納_額") == (8000, 8000, None)
    assert done["matched"].column("収納_行") == (3, 2, None)
    assert done["matched"].column("収納_出所") == ("収納.csv", "収納.csv", None)
    assert done["only_left"].column("番号") == ("4",)
    assert done["summary"]["matched"] == {
        "left_count": 3,
        "left_amount": 16_000,
        "right_count": 2,
        "right_amount": 16_000,
    }


def test_a_bill_is_paid_in_parts(ctx: FakeContext) -> None:
    done = run(ctx, bills((None, "山田", 8000)), payments(("8", "山田", 3000), ("9", "山田", 5000)))

    assert done["matched"].column("調定_額") == (8000, None)
    assert done["matched"].column("収納_額") == (3000, 5000)
    assert [row.origin and row.origin.file for row in done["matched"].rows] == ["調定.xlsx", "収納.csv"]


def test_several_bills_and_payments_settle_each_other_only_when_that_is_asked_for(ctx: FakeContext) -> None:
    left = bills(("1", "山田", 5000), ("2", "山田", 3000))
    right = payments((None, "山田", 6000), (None, "山田", 2000))

    assert run(ctx, left, right)["matched"].count == 0
    assert run(ctx, left, right, many_to_many=True)["summary"]["matched"]["left_amount"] == 8000


def test_sums_that_agree_in_two_ways_go_to_a_person_with_both_named(ctx: FakeContext) -> None:
    done = run(
        ctx,
        bills(("1", "山田", 5000), ("2", "山田", 5000), ("3", "山田", 700)),
        payments((None, "山田", 5000)),
    )

    assert done["matched"].count == 0
    assert done["ambiguous"].column("区分") == ("調定", "調定", "収納")
    assert done["ambiguous"].column("候補") == (
        "1) 調定 2 = 収納 2",
        "2) 調定 3 = 収納 2",
        "1) 調定 2 = 収納 2; 2) 調定 3 = 収納 2",
    )
    assert set(done["ambiguous"].column("突合の理由")) == {"合う組み合わせが複数あります"}
    assert done["only_left"].column("番号") == ("3",)
    assert done["ambiguous"].row(2).origin == payments((None, "山田", 5000)).row(0).origin


def test_payers_are_never_mixed(ctx: FakeContext) -> None:
    done = run(ctx, bills(("1", "山田", 5000), ("2", "佐藤", 3000)), payments((None, "山田", 8000)))

    assert done["matched"].count == 0
    assert done["ambiguous"].count == 0


def test_a_fee_is_told_and_counts_only_where_nothing_agrees_without_one(ctx: FakeContext) -> None:
    done = run(
        ctx,
        bills(("1", "山田", 5000), ("2", "山田", 4780), ("3", "佐藤", 9000)),
        payments((None, "山田", 4780), (None, "佐藤", 8890)),
        fees=[110, 220],
    )

    assert done["matched"].column("調定_番号") == ("2", "3")
    assert done["matched"].column("手数料") == (None, 110)
    assert done["only_left"].column("番号") == ("1",)


def test_a_fee_of_any_amount_has_a_limit_and_is_never_negative(ctx: FakeContext) -> None:
    left = bills(("1", "山田", 1000), ("2", "佐藤", 1000), ("3", "鈴木", 1000))
    right = payments((None, "山田", 120), (None, "佐藤", 1120), (None, "鈴木", 560))

    done = run(ctx, left, right, fee_up_to=440)

    assert done["matched"].column("調定_番号") == ("3",)
    assert done["matched"].column("手数料") == (440,)


def test_a_fee_explains_the_difference_of_a_pair_that_the_key_has_made(ctx: FakeContext) -> None:
    done = run(ctx, bills(("1", "山田", 1000), ("2", "山田", 1000)), payments(("1", "山田", 780)), fees=[220])

    assert done["differs"].count == 0
    assert done["matched"].column("調定_番号") == ("1",)


def test_a_payment_with_the_number_of_one_bill_may_cover_that_and_others(ctx: FakeContext) -> None:
    done = run(ctx, bills(("1", "山田", 1000), ("2", "山田", 2000)), payments(("1", "山田", 3000)))

    assert done["matched"].column("調定_番号") == ("1", "2")
    assert done["differs"].count == 0


def test_a_sum_that_contradicts_a_key_is_not_accepted(ctx: FakeContext) -> None:
    done = run(ctx, bills(("1", "山田", 1000), ("2", "山田", 3000)), payments(("1", "山田", 3000)))

    assert done["matched"].count == 0
    assert set(done["ambiguous"].column("突合の理由")) == {"合う組み合わせがキーと食い違います"}
    assert done["ambiguous"].column("区分") == ("調定", "調定", "収納")


def test_a_pair_of_two_payers_stays_a_pair(ctx: FakeContext) -> None:
    done = run(ctx, bills(("1", "佐藤", 1)), payments((None, "佐藤", 1), ("1", "山田", 2)))

    assert done["differs"].column("差異") == ("額: 1 ⇔ 2",)
    assert done["only_right"].column("宛名") == ("佐藤",)


def test_without_by_the_key_says_whose_rows_they_are(ctx: FakeContext) -> None:
    left = Table({"宛名": ["１", "1", "2"], "額": [300, 400, 50]})
    right = Table({"宛名": ["1", "2"], "額": [700, 60]})

    done = reconcile(
        left,
        right,
        PairedColumns(left="宛名", right="宛名", **{"as": "digits"}),
        amount="額",
        sums=SumRules(),
        ctx=ctx,
    )

    assert done["matched"].column("左_額") == (300, 400)
    assert done["duplicates"].count == 0
    assert done["differs"].column("差異") == ("額: 50 ⇔ 60",)


def test_a_search_without_end_is_given_up_and_told(ctx: FakeContext) -> None:
    many = bills(*((str(row), "山田", 1000) for row in range(60)))

    done = run(ctx, many, payments((None, "山田", 6000), (None, "佐藤", 10)))

    assert done["ambiguous"].count == 61
    assert set(done["ambiguous"].column("突合の理由")) == {"組み合わせが多すぎて調べきれません"}
    assert done["summary"]["ambiguous"]["left_amount"] == 60_000


def test_forty_bills_of_different_amounts_are_searched_to_the_end() -> None:
    left = {row: 1000 + 37 * row * row for row in range(40)}
    wanted = sum(left[row] for row in (3, 9, 31))

    groups, complete = groups_of(left, {0: wanted}, ((0, 0),), Sums((), up_to=3))

    assert complete
    assert (3, 9, 31) in {group.left for group in groups}


def test_refunds_lower_a_sum(ctx: FakeContext) -> None:
    done = run(ctx, bills(("1", "山田", 5000), ("2", "山田", -800)), payments((None, "山田", 4200)))

    assert done["matched"].column("調定_番号") == ("1", "2")


def test_the_workbook_has_a_sheet_for_what_a_person_decides(ctx: FakeContext) -> None:
    run(ctx, bills(("1", "山田", 5), ("2", "山田", 5)), payments((None, "山田", 5)), report=Path("out/消込.xlsx"))

    book = openpyxl.load_workbook(ctx.root / "out/消込.xlsx")
    assert book.sheetnames == ["要約", "一致", "差異", "調定のみ", "収納のみ", "要判断", "重複"]
    rows = {row[0]: row[1:] for row in book["要約"].iter_rows(min_row=2, values_only=True)}
    assert rows["要判断"] == (2, 10, 1, 5)
    assert rows["差引"] == (0, 0, 0, 0)


def test_must_match_does_not_accept_what_a_person_has_to_decide(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="3 could be settled in several ways"):
        reconcile(
            bills(("1", "山田", 5), ("2", "山田", 5)),
            payments((None, "山田", 5)),
            "番号",
            amount="額",
            sums=SumRules(by="宛名"),
            must_match="left",
            ctx=ctx,
        )


def test_sums_need_an_amount(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="no amount to add up"):
        reconcile(bills(), payments(), "番号", sums=SumRules(), ctx=ctx)


def test_the_output_can_be_kept(ctx: FakeContext) -> None:
    done = run(ctx, bills(("1", "山田", 5), ("2", "山田", 6)), payments((None, "山田", 11)), report=None)

    assert decode(encode(done)) == done


AMOUNTS = st.integers(-3, 12)
SIDE = st.dictionaries(st.integers(0, 9), AMOUNTS.filter(bool), max_size=5)


@settings(max_examples=50, deadline=None)
@given(SIDE, SIDE, st.integers(1, 4), st.booleans(), st.sampled_from([((0, 0),), ((1, 2), (4, 4)), ((-1, 1),)]))
def test_every_least_group_is_found_and_nothing_else(
    left: dict[int, int], right: dict[int, int], up_to: int, many: bool, windows: Any
) -> None:
    def some(side: dict[int, int]) -> list[tuple[int, ...]]:
        return list(chain.from_iterable(combinations(sorted(side), size) for size in range(1, up_to + 1)))

    balanced = [
        (ours, theirs)
        for ours in some(left)
        for theirs in some(right)
        if (many or min(len(ours), len(theirs)) == 1)
        and any(low <= sum(left[r] for r in ours) - sum(right[r] for r in theirs) <= high for low, high in windows)
    ]
    least = {
        (ours, theirs)
        for ours, theirs in balanced
        if not any(set(a) <= set(ours) and set(b) <= set(theirs) and (a, b) != (ours, theirs) for a, b in balanced)
    }

    groups, complete = groups_of(left, right, windows, Sums((), up_to=up_to, many_to_many=many))

    assert not complete or {(group.left, group.right) for group in groups} == least


KEYS = st.sampled_from([None, "1", "2", "３", "3", "x"])
ROWS = st.lists(st.tuples(KEYS, st.sampled_from(["甲", "乙", None]), st.integers(-2, 9)), max_size=10)


@settings(max_examples=50, deadline=None)
@given(ROWS, ROWS, st.lists(st.integers(1, 3), max_size=2), st.integers(0, 2), st.booleans(), st.integers(0, 1))
def test_no_row_and_no_amount_is_ever_lost_or_invented(
    left: Any, right: Any, fees: list[int], fee_up_to: int, many: bool, within: int
) -> None:
    sums = Sums((Pairing("宛名", "宛名"),), 3, many, tuple(fees), fee_up_to, within)
    amount = Pairing("額", "額", "amount", within)
    found = reconcile_tables(bills(*left), payments(*right), [Pairing("番号", "番号", "digits")], (), amount, sums)

    for side, rows in (("left", left), ("right", right)):
        seen = Counter(
            [getattr(pair, side) for pair in (*found.matched, *found.differs)]
            + [row for one in (*found.groups, *found.ambiguous) for row in getattr(one, side)]
            + [single.index for single in (found.only_left if side == "left" else found.only_right)]
            + [row.index for row in found.duplicates if row.side == side]
        )
        assert seen == Counter(range(len(rows)))
        out = sum(getattr(tally, f"{side}_amount") for tally in found.tallies.values())
        assert out == sum(row[2] for row in rows)
    for group in found.groups:
        fee = sum(left[row][2] for row in group.left) - sum(right[row][2] for row in group.right)
        assert group.fee == fee
        assert abs(fee) <= within or sums.is_fee(fee)
        assert len({left[row][1] for row in group.left} | {right[row][1] for row in group.right}) == 1 or (
            len(group.left) == len(group.right) == 1
        )
