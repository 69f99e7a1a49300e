from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bots.table import Pairing, reconcile, reconcile_tables
from bots.table.actions import PairedColumns, ReconciledLists
from bots.table.actions.reconciling import AmountColumns
from bots.table.forms import normal
from tests.bots.contexts import FakeContext
from yakin.actions.declare import declared
from yakin.errors import ApplicationError, BusinessError
from yakin.values import Origin, Table, decode, encode

LEFT = Table(
    {
        "通知書番号": ["0001", "0002", "0003", "0004", "0005", "0005", None, "0008"],
        "氏名": ["髙橋 一郎", "山田花子", "佐藤", "鈴木", "田中", "田中", "名無し", "伊藤"],
        "調定額": [1000, "2,000", 3000, 4000, 500, 500, 70, "△80"],
    },
    [Origin("調定.xlsx", "一覧", row) for row in range(2, 10)],
)
RIGHT = Table(
    {
        "納付番号": ["No.0002", "０００１", "0003", "0009", "0005", "0008"],
        "氏名": ["山田　花子", "高橋一郎", "佐籐", "渡辺", "田中", "伊藤"],
        "納付額": ["２０００円", "1,000", 2900, 900, 500, -80],
    },
    [Origin("収納.csv", None, row) for row in range(2, 8)],
)


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def run(ctx: FakeContext, **more: Any) -> ReconciledLists:
    return reconcile(
        LEFT,
        RIGHT,
        PairedColumns(left="通知書番号", right="納付番号", **{"as": "digits"}),
        compare={"氏名": "name"},
        amount=AmountColumns(left="調定額", right="納付額"),
        left_name="調定",
        right_name="収納",
        **more,
        ctx=ctx,
    )


def test_every_row_ends_where_it_belongs(ctx: FakeContext) -> None:
    done = run(ctx)

    assert done["matched"].column("調定_通知書番号") == ("0001", "0002", "0008")
    assert done["matched"].column("収納_納付番号") == ("０００１", "No.0002", "0008")
    assert done["matched"].column("収納_行") == (3, 2, 7)
    assert done["differs"].column("差異") == ("氏名: 佐藤 ⇔ 佐籐; 調定額/納付額: 3000 ⇔ 2900",)
    assert done["only_left"].column("通知書番号") == ("0004", None)
    assert done["only_left"].column("突合の理由") == ("相手側に同じキーがありません", "キーが空です")
    assert done["only_right"].column("納付番号") == ("0009",)
    assert done["duplicates"].column("区分") == ("調定", "調定", "収納")
    assert done["duplicates"].column("行") == (6, 7, 6)


def test_counts_and_amounts_in_equal_counts_and_amounts_out(ctx: FakeContext) -> None:
    summary = run(ctx)["summary"]

    assert summary["total"] == {"left_count": 8, "left_amount": 10_990, "right_count": 6, "right_amount": 7220}
    assert summary["matched"] == {"left_count": 3, "left_amount": 2920, "right_count": 3, "right_amount": 2920}
    for name in summary["total"]:
        assert sum(tally[name] for outcome, tally in summary.items() if outcome != "total") == summary["total"][name]


def test_the_output_can_be_kept(ctx: FakeContext) -> None:
    done = run(ctx)

    assert decode(encode(done)) == done


def test_rows_of_one_side_keep_their_origin(ctx: FakeContext) -> None:
    done = run(ctx)

    assert done["only_left"].row(0).origin == Origin("調定.xlsx", "一覧", 5)
    assert done["differs"].row(0).origin == Origin("調定.xlsx", "一覧", 4)


def test_the_workbook_has_a_sheet_for_each_outcome_and_sums_that_add_up(ctx: FakeContext) -> None:
    run(ctx, report=Path("out/突合結果.xlsx"))

    book = openpyxl.load_workbook(ctx.root / "out/突合結果.xlsx")
    assert book.sheetnames == ["要約", "一致", "差異", "調定のみ", "収納のみ", "重複"]
    rows = {row[0]: row[1:] for row in book["要約"].iter_rows(min_row=2, values_only=True)}
    assert rows["合計"] == rows["元の一覧"] == (8, 10_990, 6, 7220)
    assert rows["差引"] == (0, 0, 0, 0)
    assert rows["差異"] == (1, 3000, 1, 2900)
    assert len({str(book[name].sheet_properties.tabColor) for name in book.sheetnames}) == 5
    assert all(book[name].auto_filter.ref for name in book.sheetnames[1:])


def test_what_a_person_has_to_decide_is_told_each_question_once_with_its_place(ctx: FakeContext) -> None:
    found = run(ctx)
    told = {key: (label, error.message) for key, label, error in ctx.rows_set_aside}
    assert len(told) == len(ctx.rows_set_aside)
    differing = found["differs"].column("差異")
    assert [message for _, message in told.values() if message.startswith("The rows differ")] == [
        f"The rows differ: {words}" for words in differing
    ]
    keys = set(found["duplicates"].column("重複キー"))
    assert {message for _, message in told.values() if "not unique" in message} == {
        f"The key {key} is not unique" for key in keys
    }
    assert all(label for label, _ in told.values())
    assert len(told) == len(differing) + len(keys)


def test_a_list_that_has_to_match_and_does_leaves_no_question(ctx: FakeContext) -> None:
    left = Table({"番号": ["1"]})
    right = Table({"番号": ["1", "2", "2"]})
    reconcile(left, right, "番号", left_name="一覧", right_name="全体", must_match="left", ctx=ctx)
    assert ctx.rows_set_aside == []


def test_differing_cells_are_highlighted_on_both_sides(ctx: FakeContext) -> None:
    run(ctx, report=Path("r.xlsx"))

    sheet = openpyxl.load_workbook(ctx.root / "r.xlsx")["差異"]
    marked = {head.value for head, cell in zip(sheet[1], sheet[2], strict=True) if cell.fill.fill_type}
    assert marked == {"調定_氏名", "調定_調定額", "収納_氏名", "収納_納付額"}


def test_a_key_of_several_columns_must_agree_in_all(ctx: FakeContext) -> None:
    left = Table({"番号": ["1", "1", "2"], "期": [1, 2, None]})
    right = Table({"番号": ["1", "2", "1"], "期": ["1", "", "3"]})

    done = reconcile(left, right, ["番号", "期"], ctx=ctx)

    assert done["matched"].column("左_行") == (None, None)
    assert done["matched"].column("左_番号") == ("1", "2")
    assert done["only_left"].column("期") == (2,)
    assert done["only_right"].column("期") == ("3",)


def test_a_key_that_is_not_of_its_form_is_told_not_dropped(ctx: FakeContext) -> None:
    left = Table({"日": ["R6.4.1", "昭和65年1月1日"]})
    right = Table({"日": [date(2024, 4, 1)]})

    done = reconcile(left, right, PairedColumns(left="日", right="日", **{"as": "date"}), ctx=ctx)

    assert done["matched"].count == 1
    assert done["only_left"].column("突合の理由") == ("キーが決まった形ではありません",)


def test_an_amount_that_cannot_be_read_stops_everything() -> None:
    with pytest.raises(BusinessError, match="1 cells of 額 are not amounts"):
        reconcile_tables(
            Table({"k": ["1"], "額": ["未定"]}),
            Table({"k": [], "額": []}),
            [Pairing("k", "k")],
            (),
            Pairing("額", "額"),
        )


def test_a_column_that_is_not_there_is_told_with_its_side(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="no column 番号 in the right list"):
        reconcile(Table({"番号": ["1"]}), Table({"No": ["1"]}), "番号", ctx=ctx)
    with pytest.raises(BusinessError, match="no column 住所 in the left list"):
        reconcile(Table({"番号": ["1"]}), Table({"番号": ["1"]}), "番号", compare={"住所": "text"}, ctx=ctx)


def test_two_lists_need_two_names_and_a_key(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match="Both lists are called"):
        reconcile(LEFT, RIGHT, "氏名", left_name="x", right_name="x", ctx=ctx)
    with pytest.raises(BusinessError, match="no key"):
        reconcile(LEFT, RIGHT, [], ctx=ctx)


def test_rows_of_the_right_list_that_nobody_asked_for_may_stand_twice_when_the_left_has_to_match(
    ctx: FakeContext,
) -> None:
    left, right = Table({"番号": ["1"]}), Table({"番号": ["1", "9", "9"]})

    assert reconcile(left, right, "番号", must_match="left", ctx=ctx)["matched"].count == 1
    with pytest.raises(BusinessError, match="2 have a key that is not unique"):
        reconcile(left, right, "番号", must_match="both", ctx=ctx)
    with pytest.raises(BusinessError, match="3 have a key that is not unique"):
        reconcile(left, Table({"番号": ["1", "1"]}), "番号", must_match="left", ctx=ctx)


def test_columns_called_like_ours_stay_beside_where_the_row_stood(ctx: FakeContext) -> None:
    left = Table({"番号": ["1"], "行": ["A"], "出所": ["x"]}, [Origin("調定.xlsx", "一覧", 7)])
    done = reconcile(
        left, Table({"番号": ["1"], "行": ["B"]}), "番号", compare={"行": "text"}, report=Path("r.xlsx"), ctx=ctx
    )

    assert done["differs"].column("左_行") == (7,)
    assert done["differs"].column("左_行_2") == ("A",)
    assert done["differs"].column("左_出所") == ("調定.xlsx [一覧]",)
    assert done["differs"].column("左_出所_2") == ("x",)


def test_names_of_lists_under_which_two_columns_would_be_one_are_refused(ctx: FakeContext) -> None:
    left, right = Table({"番号": ["1"], "市_額": [1]}), Table({"番号": ["1"], "額": [1]})
    with pytest.raises(BusinessError, match="県_市_額"):
        reconcile(left, right, "番号", left_name="県", right_name="県_市", ctx=ctx)


def test_a_report_that_excel_would_not_open_is_refused(ctx: FakeContext) -> None:
    for name, sentence in (("r.csv", "made as .xlsx"), ("r.xlsm", "without macros")):
        with pytest.raises(ApplicationError, match=sentence):
            run(ctx, report=Path(name))
    with pytest.raises(BusinessError, match="cannot be the name of a sheet"):
        reconcile(LEFT, LEFT, "氏名", left_name="調\n定", report=Path("r.xlsx"), ctx=ctx)


def test_a_date_of_the_year_nought_is_none() -> None:
    days = Table({"日": ["0000-01-01"]})
    assert reconcile_tables(days, days, [Pairing("日", "日", "date")]).only_left[0].why == "unreadable_key"


def test_what_a_workflow_writes_is_understood() -> None:
    spec = declared(reconcile)
    assert spec is not None
    arguments: Any = spec.arguments(  # type: ignore[union-attr]
        left=LEFT, right=RIGHT, key=["受付番号", {"left": "a", "right": "b", "as": "digits"}], compare={"氏名": "name"}
    )

    assert arguments.key == ["受付番号", PairedColumns(left="a", right="b", **{"as": "digits"})]
    for amount in ({"left": "額", "right": "額", "within": 10}, {"left": "額", "right": "額", "as": "amount"}):
        spec.arguments(left=LEFT, right=RIGHT, key="a", amount=amount)  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="compare"):
        spec.arguments(left=LEFT, right=RIGHT, key="a", compare={"氏名": "nmae"})  # type: ignore[union-attr]
    assert TypeAdapter(PairedColumns).json_schema()["properties"].keys() == {"left", "right", "as", "within"}


def test_amounts_and_dates_may_be_apart_by_what_is_tolerated_and_it_is_told(ctx: FakeContext) -> None:
    left = Table({"番号": ["1", "2", "3"], "額": [1000, "1,000.5", 1000], "日": ["R6.4.1", "R6.4.1", "未定"]})
    right = Table(
        {"番号": ["1", "2", "3"], "額": [1001, 1000, 1002], "日": [date(2024, 4, 4), date(2024, 4, 5), "未定"]}
    )

    done = reconcile(
        left,
        right,
        "番号",
        compare={"日": PairedColumns(left="日", right="日", within=3, **{"as": "date"})},
        amount=AmountColumns(left="額", right="額", within=1),
        ctx=ctx,
    )

    assert done["matched"].column("左_番号") == ("1",)
    assert done["matched"].column("許容した差") == ("日: R6.4.1 ⇔ 2024-04-04; 額: 1000 ⇔ 1001",)
    assert done["differs"].column("差異") == ("日: R6.4.1 ⇔ 2024-04-05", "額: 1000 ⇔ 1002")
    assert done["summary"]["matched"]["right_amount"] == 1001


def test_a_tolerance_is_for_compared_amounts_and_dates_only(ctx: FakeContext) -> None:
    with pytest.raises(ValueError, match="within needs as: amount or date"):
        PairedColumns(left="氏名", right="氏名", within=1)
    with pytest.raises(BusinessError, match="A key has no tolerance"):
        reconcile(LEFT, LEFT, PairedColumns(left="調定額", right="調定額", within=1, **{"as": "amount"}), ctx=ctx)


def test_pairs_tell_file_sheet_and_row_of_both_sides(ctx: FakeContext) -> None:
    done = run(ctx)

    assert done["matched"].column("調定_出所") == ("調定.xlsx [一覧]",) * 3
    assert done["matched"].column("収納_出所") == ("収納.csv",) * 3
    assert done["duplicates"].row(2).origin == Origin("収納.csv", None, 6)


@pytest.mark.parametrize(
    ("form", "one", "other"),
    [
        ("text", "ＡＢＣ　１－２", "ABC 1-2"),
        ("digits", "〒929−0123", "9290123"),
        ("amount", "△1,200円", -1200.0),
        ("date", "令和6年4月1日", date(2024, 4, 1)),
        ("date", "20240401", 20240401),
        ("kana", "やまだ ﾀﾛｳ", "ヤマダタロウ"),
        ("bank_kana", "株式会社キャッツ", "ｶ)ｷﾔﾂﾂ"),
        ("name", "髙橋　一郎", "高橋一郎"),
        ("company", "㈱ 山田商店", "株式会社山田商店"),
    ],
)
def test_forms_bring_two_spellings_together(form: Any, one: Any, other: Any) -> None:
    assert normal(one, form) == normal(other, form) is not None


def test_leading_zeros_count() -> None:
    assert normal("00123", "digits") != normal("123", "digits")
    assert normal(" 　", "digits") is None


KEYS = st.sampled_from(["1", "２", "2", "3", "", None, "x", "4 "])
AMOUNTS = st.integers(-1000, 1000) | st.decimals(-99, 99, places=2) | st.sampled_from(["1,000", "△5", None])
ROWS = st.lists(st.tuples(KEYS, AMOUNTS), max_size=12)


@settings(max_examples=50, deadline=None)
@given(ROWS, ROWS)
def test_no_row_and_no_amount_is_ever_lost_or_invented(left: list[Any], right: list[Any]) -> None:
    tables = [Table({"k": [row[0] for row in side], "v": [row[1] for row in side]}) for side in (left, right)]

    found = reconcile_tables(tables[0], tables[1], [Pairing("k", "k", "digits")], (), Pairing("v", "v"))

    lefts = Counter(
        [pair.left for pair in (*found.matched, *found.differs)]
        + [row.index for row in found.only_left]
        + [row.index for row in found.duplicates if row.side == "left"]
    )
    rights = Counter(
        [pair.right for pair in (*found.matched, *found.differs)]
        + [row.index for row in found.only_right]
        + [row.index for row in found.duplicates if row.side == "right"]
    )
    assert lefts == Counter(range(len(left)))
    assert rights == Counter(range(len(right)))
    spoken = {"1,000": 1000, "△5": -5, None: 0}
    assert found.total.left_amount == sum((Decimal(spoken.get(row[1], row[1])) for row in left), Decimal())
    assert sum(tally.right_amount for tally in found.tallies.values()) == found.total.right_amount


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_a_list_reconciled_with_itself_has_no_differences(rows: list[Any]) -> None:
    table = Table({"k": [row[0] for row in rows], "v": [row[1] for row in rows]})

    found = reconcile_tables(table, table, [Pairing("k", "k")], [Pairing("v", "v", "amount")])

    assert list(found.differs) == []
    assert len(found.only_left) == len(found.only_right)
