"""Money: whatever is asked for, the tables that leave a reconciliation hold every row and every amount that came in, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bots.table import reconcile
from bots.table.actions.reconciling import PairedColumns, ReconciledLists, SumRules
from bots.table.forms import as_amount, is_blank
from bots.table.proposals import Accept
from tests.bots.contexts import FakeContext
from yakin.values import Origins, Scalar, Table

NUMBERS = st.sampled_from(["1", "２", "2", 3, 4.0, "5", "6", "-", "", None])
KANA = st.sampled_from(["ヤマダ タロウ", "ﾔﾏﾀﾞﾀﾛｳ", "スズキ ハナコ", "ｽｽﾞｷﾊﾅｺ", "サトウ", None])
AMOUNTS = st.sampled_from([100, 200, 300, "1,000円", "１００", "△50", 110.0, Decimal("0.5"), 0, "", None])
ROWS = st.lists(st.tuples(NUMBERS, KANA, AMOUNTS), max_size=9)
SUMS = st.none() | st.builds(
    SumRules,
    by=st.just(PairedColumns.model_validate({"left": "カナ", "right": "カナ", "as": "bank_kana"})),
    many_to_many=st.booleans(),
    fees=st.sampled_from([[], [10, 110]]),
    fee_up_to=st.sampled_from([0, 200]),
)
ACCEPT = st.none() | st.just(Accept(score=0.5, margin=0.01))


def listed(rows: Sequence[tuple[Any, ...]], file: str) -> Table:
    columns: dict[str, list[Scalar]] = {
        name: [row[at] for row in rows] for at, name in enumerate(("番号", "カナ", "額"))
    }
    return Table(columns, Origins.at(file, None, range(2, 2 + len(rows))))


def stood(done: ReconciledLists, name: str, only: Table) -> list[tuple[Scalar, Scalar]]:
    """Row number and amount of each row of one list in all tables; a row that is proposed several times counts once."""
    found = [
        both
        for table in (done["matched"], done["differs"])
        for both in zip(*cells(table, name, f"{name}_行"), strict=True)
    ]
    for table in (done["ambiguous"], done["duplicates"]):
        of_side = table.where(lambda row: row["区分"] == name)
        found += zip(*cells(of_side, name, "行"), strict=True)
    found += zip([origin.row for origin in only.origins or ()], only.column("額"), strict=True)
    if done["proposed"].count:
        found += dict(zip(*cells(done["proposed"], name, f"{name}_行"), strict=True)).items()
    return [(row, amount) for row, amount in found if row is not None]


def cells(table: Table, name: str, row: str) -> tuple[Sequence[Scalar], Sequence[Scalar]]:
    return table.column(row), table.column(f"{name}_額")


@settings(max_examples=30, deadline=None)
@given(ROWS, ROWS, SUMS, st.booleans(), ACCEPT)
def test_the_tables_hold_every_row_and_every_amount_once(
    left: Any, right: Any, sums: SumRules | None, guess: bool, accept: Accept | None
) -> None:
    ours, theirs = listed(left, "請求.xlsx"), listed(right, "収納.csv")
    done = reconcile(
        ours,
        theirs,
        PairedColumns.model_validate({"left": "番号", "right": "番号", "as": "digits"}),
        amount="額",
        sums=sums,
        likely={"カナ": "kana", "額": "amount"} if guess else None,
        accept=accept,
        ctx=FakeContext(Path()),
    )

    for name, table, only in (("左", ours, done["only_left"]), ("右", theirs, done["only_right"])):
        expected = list(enumerate(table.column("額"), 2))
        found = stood(done, name, only)
        assert Counter(row for row, _ in found) == Counter(row for row, _ in expected)
        assert sum(map(worth, found)) == sum(map(worth, expected))


def worth(stands: tuple[Scalar, Scalar]) -> int | Decimal:
    return 0 if is_blank(stands[1]) else as_amount(stands[1])
