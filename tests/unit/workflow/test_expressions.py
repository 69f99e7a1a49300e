"""Expressions: types are kept, columns come before methods, secrets stay secret, and nothing can break out."""

from __future__ import annotations

import datetime as dt
import re
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakin.errors import BusinessError
from yakin.values import Row, Secret, Table
from yakin.workflow.expressions import ExpressionError, evaluate, flaws, has_expression, is_lone, references
from yakin.workflow.filters import FILTERS

ROW = Row.of(
    {
        "受付番号": "00012345",
        "氏名": "髙橋　花子",
        "生年月日": "S60.1.8",
        "金額": 1234567,
        "金額（円）": "￥１，２３４",
        "備考": None,
        "items": 3,
        "keys": "鍵",
        "_内部": "x",
        "フリガナ": "ｶﾌﾞｼｷｶﾞｲｼﾔﾔﾏﾀﾞ",
    }
)
NAMES: dict[str, Any] = {
    "item": ROW,
    "inputs": {"book": "一覧.xlsx", "day": dt.date(2024, 4, 1)},
    "secrets": {"password": Secret("hunter2")},
    "steps": {"read": Table.from_records([ROW, ROW])},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${{ item.金額 }}", 1234567),
        ("  ${{ item.金額 }}\n", 1234567),
        ("${{ inputs.day }}", dt.date(2024, 4, 1)),
        ("${{ item.備考 }}", None),
        ("${{ steps.read.count == 2 }}", True),
        ("${{ [1, 2] }}", [1, 2]),
        ('${{ {"a": {"b": 1}} }}', {"a": {"b": 1}}),
        ("${{ steps.read.rows | map(attribute='氏名') }}", ["髙橋　花子", "髙橋　花子"]),
    ],
)
def test_a_lone_expression_keeps_the_type_of_its_value(text: str, value: Any) -> None:
    assert evaluate(text, NAMES) == value
    assert type(evaluate(text, NAMES)) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("/search?q=${{ item.受付番号 }}&x=1", "/search?q=00012345&x=1"),
        ("${{ item.金額 }}円", "1234567円"),
        ("[${{ item.備考 }}]", "[]"),
        ("${{ inputs.day }} から", "2024-04-01 から"),
        ("${{ 1 == 1 }}/${{ 2.0 }}/${{ 0.5 }}", "true/2/0.5"),
        ("{{ これはそのまま }} {% raw %} {# #} $ {", "{{ これはそのまま }} {% raw %} {# #} $ {"),
        ("${{ '${{' }}", "${{"),
        ("${{ '}}' }} ${{ \"}}\" }}", "}} }}"),
        ("${{ 'a' if item.金額 > 1 else 'b' }}-", "a-"),
    ],
)
def test_inside_a_text_values_are_written_into_it(text: str, value: str) -> None:
    assert evaluate(text, NAMES) == value


def test_expressions_are_found_in_dicts_and_lists_at_any_depth() -> None:
    value = {"a": ["${{ item.金額 }}", {"b": "x${{ 1 }}"}], "c": 5, "${{ 1 }}": None}
    assert evaluate(value, NAMES) == {"a": [1234567, {"b": "x1"}], "c": 5, "${{ 1 }}": None}
    assert has_expression(value)
    assert not has_expression({"a": ["{{ x }}", 1, None]})


@pytest.mark.parametrize(("column", "value"), [("items", 3), ("keys", "鍵")])
def test_a_column_comes_before_a_method_of_the_same_name(column: str, value: Any) -> None:
    assert evaluate(f"${{{{ item.{column} }}}}", NAMES) == value
    assert evaluate(f"${{{{ item['{column}'] }}}}", NAMES) == value


def test_columns_with_signs_in_their_name_are_written_in_quotes() -> None:
    assert evaluate("${{ item['金額（円）'] | yen }}", NAMES) == "1,234"
    assert evaluate("${{ item['_内部'] }}", NAMES) == "x"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("item.生年月日 | wareki", "昭和60年1月8日"),
        ("item.生年月日 | wareki('short')", "S60.1.8"),
        ("item.生年月日 | seireki", "1985-01-08"),
        ("item.生年月日 | date", dt.date(1985, 1, 8)),
        ("(item.生年月日 | date).year", 1985),
        ("item.金額 | yen", "1,234,567"),
        ("'△1,200円' | amount", -1200),
        ("'１２' | int", 12),
        ("'x' | int(0)", 0),
        ("12.0 | int", 12),
        ("'1.5' | float", 1.5),
        ("item.受付番号 | int | pad(10)", "0000012345"),
        ("'ｶﾞｷﾞ' | fullwidth", "ガギ"),
        ("'ガＡ１' | halfwidth", "ｶﾞA1"),
        ("'やまだ' | katakana", "ヤマダ"),
        ("'ヤマダ' | hiragana", "やまだ"),
        ("'㈱ 山田商店' | company", "株式会社山田商店"),
        ("'ヤマダ　ショウジ㈱' | bank_kana", "ﾔﾏﾀﾞ ｼﾖｳｼﾞ(ｶ"),
        ("'〒９２９−０１２３' | digits", "9290123"),
        ("12345 | digits", "12345"),
        ("'令和６年１月' | month", dt.date(2024, 1, 1)),
        ("item.生年月日 | month", dt.date(1985, 1, 1)),
        ("'R7.3.31' | fiscal_year", "令和6年度"),
        ("item.備考 | fiscal_year", ""),
        ("1200 | kanji", "千二百"),
        ("'1,200' | kanji('formal')", "壱千弐百"),
        ("'〒９２９０１２３' | postal_code", "929-0123"),
        ("'本町１丁目２番地３' | address_key", "本町 1-2-3"),
        ("'髙橋　花子' | name_key == '高橋花子'", True),
        ("'𠮷田―①' | cp932", "吉田―①"),
        ("item.備考 | wareki", ""),
        ("item.備考 | yen", ""),
        ("item.備考 | katakana", ""),
        ("item.備考 | default('なし', true)", "なし"),
        ("item.ない | default('なし')", "なし"),
        ("' a ' | trim | upper", "A"),
        ("'a-b' | replace('-', '/')", "a/b"),
        ("[3, 1, 3] | unique | sort | join('、')", "1、3"),
        ("[1, 2, 3] | select('gt', 1) | list | length", 2),
        ("steps.read.rows | selectattr('金額', 'gt', 5) | map(attribute='金額') | sum", 2469134),
        ("[1, 2] | first + ([1, 2] | last)", 3),
        ("item.備考 is none and item.ない is undefined", True),
        ("2 in [1, 2]", True),
        ("10 // 3 + 2 ** 3 * 2 % 5", 4),
        ("range(3) | list", [0, 1, 2]),
    ],
)
def test_filters_tests_and_operators(expression: str, value: Any) -> None:
    assert evaluate(f"${{{{ {expression} }}}}", NAMES) == value


def test_every_filter_is_described() -> None:
    assert [name for name, function in FILTERS.items() if not function.__doc__] == []


@pytest.mark.parametrize(
    "expression", ["'平成32年1月1日' | wareki", "'五円位' | yen", "'12345' | pad(3)", "'1.5' | int"]
)
def test_data_that_break_a_rule_are_a_business_error(expression: str) -> None:
    with pytest.raises(BusinessError):
        evaluate(f"${{{{ {expression} }}}}", NAMES)


def test_a_text_with_a_secret_in_it_is_a_secret() -> None:
    for text in ("${{ secrets.password }}", "p=${{ secrets.password }}", "${{ 'p=' ~ secrets.password }}"):
        value = evaluate(text, NAMES)
        assert isinstance(value, Secret)
        assert value.reveal() in ("hunter2", "p=hunter2")
        assert "hunter2" not in repr(value)


@pytest.mark.parametrize("filter_", ["upper", "trim", "replace('h', 'H')", "katakana", "string", "digits"])
def test_a_filter_keeps_a_secret_secret(filter_: str) -> None:
    value = evaluate(f"${{{{ secrets.password | {filter_} }}}}", NAMES)
    assert isinstance(value, Secret)
    assert value.reveal() != "***"


def test_joining_secrets_gives_a_secret() -> None:
    value = evaluate("${{ [secrets.password, 'x'] | join('-') }}", NAMES)
    assert isinstance(value, Secret)
    assert value.reveal() == "hunter2-x"


@pytest.mark.parametrize("expression", ["secrets.password[0]", "'%s' % secrets.password", "secrets.password + 'x'"])
def test_a_secret_cannot_be_taken_apart_or_turned_into_asterisks(expression: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        evaluate(f"${{{{ {expression} }}}}", NAMES)
    assert "hunter2" not in str(raised.value)


ATTACKS = [
    "''.__class__.__mro__[1].__subclasses__()",
    "item.__class__",
    "item['__class__']",
    "''['__class__']",
    "item | attr('__class__')",
    "[item] | map(attribute='__class__') | list | join",
    "[item] | map(attribute='origin.__class__') | list | join",
    "'{0.__class__}'.format(item)",
    "'%s' % item",
    "self.__init__.__globals__",
    "self",
    "cycler.__init__",
    "namespace()",
    "dict()",
    "lipsum",
    "item.get('氏名')",
    "item.values",
    "inputs.keys",
    "inputs.pop",
    "inputs.day.strftime",
    "steps.read.where",
    "steps.read._columns",
    "(range(3) | map('string')).gi_frame",
    "'a' * 10000000",
    "10000000 * 'a'",
    "[0] * 10000000",
    "9 ** 9 ** 9",
    "range(10000000)",
    "1 / 0",
]


@pytest.mark.parametrize("expression", ATTACKS)
def test_nothing_breaks_out_of_the_sandbox(expression: str) -> None:
    started = time.perf_counter()
    with pytest.raises(ExpressionError):
        evaluate(f"${{{{ {expression} }}}}", NAMES)
    assert time.perf_counter() - started < 2


def test_what_is_not_there_is_told_with_the_name_that_may_be_meant() -> None:
    with pytest.raises(ExpressionError) as raised:
        evaluate("${{ item.受付番 }}", NAMES)
    assert raised.value.message == "item.受付番: there is no 受付番"
    assert raised.value.hint == "Did you mean 受付番号?"
    with pytest.raises(ExpressionError, match="there is no itme"):
        evaluate("${{ itme.氏名 }}", NAMES)


@pytest.mark.parametrize(
    "text", ["${{ item.氏名 + 1 }}", "${{ item.氏名 < 1 }}", "${{ item.氏名.x }}", "a ${{ item }}"]
)
def test_errors_tell_the_expression_and_never_a_value(text: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        evaluate(text, NAMES)
    error = raised.value
    assert "item" in error.message
    assert "髙橋" not in f"{error.message} {error.hint}"
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_undefined_values_are_never_handed_on_in_silence() -> None:
    for text in ("${{ ない }}", "${{ item.ない }}", "x${{ item.ない }}", "${{ item.ない or 1 }}", "${{ [] | first }}"):
        with pytest.raises(ExpressionError):
            evaluate(text, NAMES)


def test_references_tell_what_an_expression_uses_and_where() -> None:
    text = "x ${{ steps.read.rows | map(attribute='a') }} ${{ item['金額（円）'] + loop.index }}"
    found = references(text)
    assert [(one.root, one.path) for one in found] == [
        ("steps", ("read", "rows")),
        ("item", ("金額（円）",)),
        ("loop", ("index",)),
    ]
    assert [text[one.offset : one.offset + one.length] for one in found] == [
        "steps.read.rows",
        "item['金額（円）']",
        "loop.index",
    ]


def test_a_reference_with_a_default_is_optional() -> None:
    found = {
        one.path: one.optional for one in references("${{ config.a | default(config.b) }} ${{ config.c is defined }}")
    }
    assert found == {("a",): True, ("b",): False, ("c",): True}


def test_a_name_known_only_at_run_time_ends_the_path() -> None:
    assert [(one.root, one.path) for one in references("${{ steps[item.x].y }}")] == [("item", ("x",)), ("steps", ())]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("${{ item.a && 1 }}", "&"),
        ("名 ${{ item.金額（円） }}", "（"),
        ("${{ item.氏名 | waraki }}", "waraki"),
        ("${{ item.氏名 is dfined }}", "dfined"),
        ("${{ a b }}", "b"),
        ("${{ x.__y }}", "__y"),
        ("ab ${{ x", "${{"),
    ],
)
def test_flaws_point_at_what_is_wrong(text: str, where: str) -> None:
    (flaw,) = flaws(text)
    assert text[flaw.offset : flaw.offset + flaw.length] == where


@pytest.mark.parametrize(
    ("text", "lone"),
    [("${{ a }}", True), (" ${{ a }}\n", True), ("${{ a }}${{ b }}", False), ("x${{ a }}", False), ("", False)],
)
def test_an_expression_is_alone_when_nothing_stands_around_it(text: str, lone: bool) -> None:
    assert is_lone(text) is lone


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(deadline=None)
@given(PLAIN.filter(lambda value: not has_expression(value)))
def test_values_without_expressions_stay_as_they_are(value: Any) -> None:
    assert evaluate(value, NAMES) == value


@settings(deadline=None)
@given(st.text(), st.text(), st.text())
def test_any_text_around_an_expression_is_kept(before: str, cell: str, after: str) -> None:
    if "${{" in before + after or (before + "$").endswith("$$"):
        return
    text = f"{before}${{{{ item.a }}}}{after}"
    value = evaluate(text, {"item": {"a": cell}})
    assert value == (cell if is_lone(text) else f"{before}{cell}{after}")


@settings(deadline=None)
@given(st.text())
def test_a_text_in_quotes_is_itself(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    if "\r" in text or any("\ud800" <= char <= "\udfff" for char in text):
        return
    assert evaluate(f"${{{{ '{quoted}' }}}}", {}) == text


def is_word(name: str) -> bool:
    """Letters and digits; marks that are younger than Jinja's table of them need brackets: `item['…']`."""
    return name.isidentifier() and re.fullmatch(r"\w+", name) is not None


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1).filter(is_word), st.integers(), min_size=1))
def test_every_column_whose_name_is_a_word_is_reached_by_a_dot(row: dict[str, int]) -> None:
    for name, value in row.items():
        if name.startswith("_"):
            continue
        assert evaluate(f"${{{{ item.{name} }}}}", {"item": Row.of(row)}) == value


def test_amounts_are_exact() -> None:
    assert evaluate("${{ a + b }}", {"a": Decimal("0.1"), "b": Decimal("0.2")}) == Decimal("0.3")


def test_fifteen_expressions_of_a_row_cost_less_than_a_millisecond() -> None:
    fields = {f"欄{number}": "${{ item.氏名 }} ${{ item.金額 | yen }}" for number in range(5)} | {
        f"日{number}": "${{ item.受付番号 }}" for number in range(5)
    }
    evaluate(fields, NAMES)
    best = min(_seconds(lambda: evaluate(fields, NAMES)) for _ in range(50))
    assert best < 0.001


def _seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
