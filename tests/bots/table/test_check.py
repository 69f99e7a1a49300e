from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bots.excel import list_sheets, read_rows
from bots.table import check
from bots.table.checking import check_table
from bots.table.rules import ColumnRule, Totals
from tests.bots.contexts import FakeContext
from yakin.errors import BusinessError
from yakin.values import Origin, Table, decode, encode


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def table(**columns: list[Any]) -> Table:
    count = len(next(iter(columns.values())))
    return Table(columns, [Origin("list.xlsx", "受付", 4 + row) for row in range(count)])


def codes(cells: list[Any], **rule: Any) -> list[tuple[int, str]]:
    found = check_table(table(列=cells), {"列": ColumnRule(**rule)})
    return [(finding.index or 0, finding.code) for finding in found.findings]


@pytest.mark.parametrize(
    ("rule", "good", "bad", "code"),
    [
        ({"required": True}, ["x", 0, date(2024, 4, 1)], [None, "", " 　"], "required"),
        (
            {"pattern": "[0-9]{8}"},
            ["00000001", 12345678, None],
            ["1234567", "123456789", "１２３４５６７８", "00000001 "],
            "pattern",
        ),
        ({"type": "integer"}, ["1,234", "１２３４", "△5", 7, 7.0], ["7.5", "12,34", "x", 0.5], "not_integer"),
        ({"type": "number"}, ["1,234.5", 0.5], ["1.2.3", "多数"], "not_number"),
        (
            {"type": "date"},
            ["令和6年4月1日", "S60.1.8", date(2024, 4, 1), "2024/04/01"],
            ["平成32年1月1日", "令和5年2月29日"],
            "impossible_date",
        ),
        ({"type": "date"}, [None], ["昨日", "24/4/1"], "unreadable_date"),
        ({"type": "person_number"}, ["123456789018"], ["123456789012", "1234"], "wrong_number"),
        ({"type": "corporate_number"}, ["7000012050002"], ["1000012050002"], "wrong_number"),
        ({"type": "katakana"}, ["ヤマダ　タロウ", "センター"], ["やまだ", "ﾔﾏﾀﾞ", "山田"], "not_kana"),
        ({"type": "kana"}, ["やまだ ﾀﾛｳ"], ["yamada"], "not_kana"),
        ({"type": "bank_kana"}, ["カ)ヤマダ"], ["山田"], "not_kana"),
        ({"type": "digits"}, ["00123"], ["00-123", "１"], "not_kana"),
        ({"type": "integer", "min": 0}, [0, "1,000"], [-1, "△1"], "too_small"),
        ({"type": "integer", "max": 100}, [100], [101, "1,000"], "too_large"),
        ({"type": "date", "min": "令和6年4月1日"}, ["R6.4.1", date(2024, 4, 2)], ["R6.3.31"], "too_small"),
        ({"choices": ["男", "女", 1]}, ["男", "1", 1], ["男性"], "choice"),
    ],
)
def test_a_rule_finds_what_breaks_it_and_nothing_else(
    rule: dict[str, Any], good: list[Any], bad: list[Any], code: str
) -> None:
    assert codes(good, **rule) == []
    assert codes(bad, **rule) == [(index, code) for index in range(len(bad))]


def test_a_double_value_is_told_in_each_of_its_rows() -> None:
    found = check_table(table(番号=["1", "2", "１", None, None]), {"番号": ColumnRule(unique=True)})

    assert [(finding.index, finding.sentence()) for finding in found.findings] == [
        (0, "「番号」の 1 が複数の行にあります(4, 6行)"),
        (2, "「番号」の １ が複数の行にあります(4, 6行)"),
    ]


def test_a_person_number_is_never_in_a_finding() -> None:
    found = check_table(
        table(個人番号=["123456789012", "123456789012"]), {"個人番号": ColumnRule(type="person_number", unique=True)}
    )

    assert len(found.findings) == 4
    assert not any("1234" in finding.sentence() + finding.value for finding in found.findings)


def test_control_totals_are_compared_exactly_and_both_numbers_told() -> None:
    found = check_table(table(金額=["1,000", "△1", 2]), {}, Totals(count=4, sum={"金額": "1,002"}))

    assert [str(finding) for finding in found.findings] == [
        "件数が合いません: 一覧 3 件、控え 4 件",
        "「金額」の合計が合いません: 一覧 1,001、控え 1,002",
    ]
    assert not check_table(table(金額=["1,000", "△1", 2]), {}, Totals(count=3, sum={"金額": 1001})).findings


def test_a_sum_is_not_made_of_what_is_not_a_number() -> None:
    found = check_table(table(金額=["1,000", "未定"]), {}, Totals(sum={"金額": 1000}))

    assert [finding.code for finding in found.findings] == ["total_unreadable"]


def test_every_finding_has_a_sentence_in_both_languages() -> None:
    found = check_table(
        table(a=["x" * 99, "x"], b=[5, -5]),
        {"a": ColumnRule(type="date", pattern="y"), "b": ColumnRule(type="integer", min=0, max=1), "c": ColumnRule()},
        Totals(count=9, sum={"b": 1}),
    )

    assert len(found.findings) == 9
    for finding in found.findings:
        assert "{" not in finding.sentence("ja") + finding.sentence("en")
        assert len(finding.value) <= 40


def test_stop_writes_all_findings_before_it_raises_with_the_first(ctx: FakeContext) -> None:
    rows = table(番号=[str(n) for n in range(7)], 日=["昭和65年1月1日"] * 7)

    with pytest.raises(
        BusinessError, match=r"^7 findings in the list: 4行目: 「日」の 昭和65年1月1日 は存在しない日付です"
    ) as refused:
        check(rows, {"日": ColumnRule(type="date")}, report=Path("out/findings.xlsx"), ctx=ctx)

    assert refused.value.message.endswith("(+2)")
    assert refused.value.hint is not None
    assert "findings.xlsx" in refused.value.hint
    assert list_sheets(Path("out/findings.xlsx"), ctx=ctx) == ["確認結果", "要確認の行"]
    written = read_rows(Path("out/findings.xlsx"), ctx=ctx)
    assert written.column("行") == tuple(range(4, 11))
    assert set(written.column("種類")) == {"impossible_date"}


def test_set_aside_hands_on_both_parts_with_their_origins(ctx: FakeContext) -> None:
    rows = table(番号=["1", "2", "3"], 日=["R6.4.1", "平成32年1月1日", "R6.4.2"])

    done = check(
        rows, {"日": ColumnRule(type="date"), "番号": ColumnRule(max=None)}, on_invalid="set_aside", key="番号", ctx=ctx
    )

    assert (done["count"], done["valid_count"], done["invalid_count"]) == (3, 2, 1)
    assert done["valid"] == rows.take([0, 2])
    assert done["invalid"].row(0).origin == Origin("list.xlsx", "受付", 5)
    assert done["invalid"].row(0)["確認事項"] == "「日」の 平成32年1月1日 は存在しない日付です"
    assert [(item["key"], item["verdict"]) for item in done["set_aside"]] == [("2", "set_aside")]
    ((told_key, label, error),) = ctx.rows_set_aside
    assert (told_key, label) == ("2", "list.xlsx [受付]:5")
    assert error.message == "「日」の 平成32年1月1日 は存在しない日付です"


@pytest.mark.parametrize("rules", [{"住所": ColumnRule()}, {}])
def test_what_is_wrong_with_the_whole_list_always_stops(ctx: FakeContext, rules: dict[str, ColumnRule]) -> None:
    with pytest.raises(BusinessError, match=r"findings in the list: (列「住所」がありません|件数が合いません)"):
        check(table(番号=["1"]), rules, totals=Totals(count=2), on_invalid="set_aside", ctx=ctx)


def test_the_totals_handed_on_are_those_of_the_rows_that_passed(ctx: FakeContext) -> None:
    done = check(
        table(
            番号=["1", "2", "3", "4"], 税額=["1,200", "△300", None, "0.5"], 日=["R6.4.1", "R6.4.2", "R6.4.3", "いつか"]
        ),
        {"日": ColumnRule(type="date")},
        totals=Totals(count=4, sum={"税額": "900.5"}),
        on_invalid="set_aside",
        ctx=ctx,
    )

    assert done["totals"] == {"count": 3, "sum": {"税額": 900}}
    assert decode(encode(done)) == done


def test_without_control_totals_the_rows_that_passed_are_only_counted(ctx: FakeContext) -> None:
    assert check(table(番号=["1", "2"]), {}, ctx=ctx)["totals"] == {"count": 2, "sum": {}}


def test_a_clean_list_passes(ctx: FakeContext) -> None:
    done = check(
        table(番号=["1", "2"]), {"番号": ColumnRule(required=True, unique=True)}, report=Path("ok.xlsx"), ctx=ctx
    )

    assert done["findings"].count == 0
    assert read_rows(Path("ok.xlsx"), ctx=ctx).count == 0


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"pattern": "["}, "not a regular expression"),
        ({"min": 1}, "min needs type"),
        ({"type": "date", "max": "いつか"}, "max:"),
        ({"type": "dates"}, "Input should be"),
        ({"requird": True}, "Extra inputs"),
    ],
)
def test_a_wrong_rule_is_refused_before_any_run(rule: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        ColumnRule(**rule)


@given(
    st.lists(st.text(max_size=8) | st.integers() | st.none(), max_size=12),
    st.sampled_from(["integer", "date", "kana", "text"]),
)
def test_valid_and_invalid_rows_are_all_rows(cells: list[Any], kind: Any) -> None:
    rows = Table({"列": cells})
    found = check_table(rows, {"列": ColumnRule(type=kind, required=True, unique=True)})

    assert all(0 <= index < len(cells) for index in found.invalid)
    assert sum(map(len, found.invalid.values())) == len(found.findings)
    for finding in found.findings:
        assert finding.sentence()
