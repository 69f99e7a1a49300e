"""What keys and sums leave open is proposed, decided by a person, and remembered."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bots.table import read_decisions, reconcile
from bots.table.actions.reconciling import PairedColumns, ReconciledLists
from bots.table.proposals import Accept
from tests.bots.contexts import FakeContext
from yakin.values import Origins, Table, decode, encode

LEFT = Table(
    {
        "番号": ["1", "2", "3", "4"],
        "氏名": ["髙橋 一郎", "山田 花子", "佐藤 健", "渡邉 美咲"],
        "生年月日": ["S60.1.8", "H2.3.4", "S40.5.6", "H10.10.10"],
        "額": [1000, 2000, 3000, 4000],
    },
    Origins.at("台帳.xlsx", "一覧", range(2, 6)),
)
RIGHT = Table(
    {
        "番号": ["1", None, None, None],
        "氏名": ["高橋一郎", "山田花", "伊藤 翔", "渡辺美咲"],
        "生年月日": [date(1985, 1, 8), date(1990, 3, 4), date(2001, 1, 1), date(1998, 10, 10)],
        "額": [1000, 2000, 500, 4100],
    },
    Origins.at("申請.csv", None, range(2, 6)),
)


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def run(ctx: FakeContext, **more: Any) -> ReconciledLists:
    return reconcile(
        LEFT,
        RIGHT,
        "番号",
        amount="額",
        likely={"氏名": "name", "生年月日": PairedColumns(left="生年月日", right="生年月日", **{"as": "date"})},
        left_name="台帳",
        right_name="申請",
        **more,
        ctx=ctx,
    )


def adds_up(done: ReconciledLists) -> bool:
    outcomes = [tally for name, tally in done["summary"].items() if name != "total"]
    return all(sum(tally[name] for tally in outcomes) == found for name, found in done["summary"]["total"].items())


def test_rows_that_may_belong_together_are_proposed_and_paired_by_nobody(ctx: FakeContext) -> None:
    done = run(ctx)

    assert done["matched"].column("台帳_番号") == ("1",)
    assert set(zip(done["proposed"].column("台帳_行"), done["proposed"].column("申請_行"), strict=True)) >= {
        (3, 3),
        (5, 5),
    }
    assert done["only_left"].column("番号") == ("3",)
    assert done["only_right"].column("氏名") == ("伊藤 翔",)
    assert done["summary"]["proposed"] == {"left_count": 2, "left_amount": 6000, "right_count": 2, "right_amount": 6100}
    assert adds_up(done)
    assert decode(encode(done)) == done


def test_a_declared_rule_takes_pairs_which_are_then_compared_and_say_why(ctx: FakeContext) -> None:
    done = run(ctx, accept=Accept(score=0.5, margin=0.1))

    assert done["matched"].column("台帳_番号") == ("1", "2")
    assert done["differs"].column("差異") == ("額: 4000 ⇔ 4100",)
    assert "氏名" in str(done["differs"].column("根拠")[0])
    assert done["matched"].column("根拠")[0] is None
    assert done["proposed"].count == 0
    assert adds_up(done)


def test_what_a_person_decides_holds_the_next_time(ctx: FakeContext) -> None:
    report = Path("突合.xlsx")
    run(ctx, report=report)
    book = openpyxl.load_workbook(ctx.root / report)
    assert book.sheetnames == ["要約", "一致", "差異", "台帳のみ", "申請のみ", "候補", "重複"]
    sheet = book["候補"]
    heads = {cell.value: column for column, cell in enumerate(sheet[1], 1)}
    for row in range(2, sheet.max_row + 1):
        same = sheet.cell(row, heads["台帳_行"]).value == sheet.cell(row, heads["申請_行"]).value == 3
        sheet.cell(row, heads["判断"], "○" if same else "×")
    book.save(ctx.root / report)

    read_decisions(report, Path("判断.csv"), ctx=ctx)
    done = run(ctx, decisions=Path("判断.csv"))

    assert done["matched"].column("台帳_番号") == ("1", "2")
    assert "以前の判断" in str(done["matched"].column("根拠")[1])
    assert done["proposed"].count == 0
    assert done["only_left"].column("番号") == ("3", "4")
    assert adds_up(done)


def test_without_likely_columns_nothing_is_proposed(ctx: FakeContext) -> None:
    done = reconcile(LEFT, RIGHT, "番号", ctx=ctx)

    assert done["proposed"].count == 0
    assert "根拠" not in done["matched"].columns
