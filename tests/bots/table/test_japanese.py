from __future__ import annotations

from pathlib import Path

import pytest

from bots.excel import list_sheets
from bots.table import check_characters, normalise
from bots.table.actions.japanese import Home
from tests.bots.contexts import FakeContext
from yakin.errors import BusinessError
from yakin.values import Origin, Table

ROWS = Table(
    {
        "氏名": ["𠮷田 花子", "髙﨑 一郎", "山\ue000 太郎"],
        "住所": ["青葉町大字本町一丁目二番三号", "本町１−２−３", None],
        "備考": ["①", "鱧と𩸽", 5],
    },
    [Origin("一覧.xlsx", "受付", row) for row in (4, 5, 6)],
)


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def test_characters_that_another_system_lacks_are_told_with_their_place_and_what_may_stand_for_them(
    ctx: FakeContext,
) -> None:
    found = check_characters(ROWS, report=Path("文字.xlsx"), ctx=ctx)
    told = [tuple(row[name] for name in ("行", "列", "文字", "種類", "代わり")) for row in found["characters"].rows]
    assert told == [
        (4, "氏名", "𠮷", "cp932 にない文字", "吉"),
        (5, "備考", "𩸽", "cp932 にない文字", None),
        (6, "氏名", "\ue000", "外字", None),
    ]
    assert (found["count"], found["rows"]) == (3, 3)
    assert len(list_sheets(Path("文字.xlsx"), ctx=ctx)) == 1


def test_in_utf8_only_a_systems_own_characters_are_strange(ctx: FakeContext) -> None:
    assert check_characters(ROWS, encoding="utf-8", ctx=ctx)["characters"].column("文字") == ("\ue000",)
    assert check_characters(ROWS, ["住所"], ctx=ctx)["count"] == 0


def test_strange_characters_stop_the_run_where_it_says_so(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match=r"3 characters .* 4/氏名: 𠮷 \(U\+20BB7"):
        check_characters(ROWS, on_found="stop", ctx=ctx)
    with pytest.raises(BusinessError, match="no column 電話"):
        check_characters(ROWS, ["電話"], ctx=ctx)


def test_a_strange_column_name_is_found_too(ctx: FakeContext) -> None:
    found = check_characters(Table({"𠮷": ["x"]}), ctx=ctx)
    assert [row["行"] for row in found["characters"].rows] == [None]


def test_normal_forms_stand_beside_what_was_written_and_every_row_keeps_its_place(ctx: FakeContext) -> None:
    home = Home(city="青葉町", prefecture="石川県", towns=["本町"])
    made = normalise(ROWS, {"住所": "address", "氏名": "name"}, home, ctx=ctx)
    assert made.column("住所（正規形）") == ("青葉町本町 1-2-3", "青葉町本町 1-2-3", None)
    assert made.column("氏名（正規形）")[:2] == ("吉田花子", "高崎一郎")
    assert made.column("住所") == ROWS.column("住所")
    assert [row.origin for row in made.rows] == [row.origin for row in ROWS.rows]


def test_cells_that_have_no_normal_form_are_told_all_at_once(ctx: FakeContext) -> None:
    with pytest.raises(BusinessError, match=r"2 cells .* 4/備考.*5/備考"):
        normalise(ROWS, {"備考": "amount"}, ctx=ctx)
    with pytest.raises(BusinessError, match="no column 電話"):
        normalise(ROWS, {"電話": "digits"}, ctx=ctx)
