"""The page about expressions: names, filters and tests, each example evaluated by the engine itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from yakin.cli.reference.markdown import code, page, table

NAMES: Mapping[str, tuple[str, str]] = {
    "inputs": ("inputs.book", "A value given when the workflow is started."),
    "config": ("config.systems.portal.url", "A setting of `config/yakin.toml`."),
    "secrets": ("secrets.portal_password", "A secret; only in the arguments of an action, and never shown."),
    "owner": ("owner.contact", "Who answers for the workflow: `section`, `contact`, `person`."),
    "workflow": ("workflow.title", "The workflow: `id`, `title`."),
    "run": ("run.folder", "This run: `id`, `date`, `started`, `folder`, `mode`."),
    "steps": ("steps.read.rows", "What an earlier step handed on, by the step's `id`."),
    "item": ("item.受付番号", "The row that is worked on, inside `for_each`."),
    "loop": ("loop.index", "Where the row stands: `index`, counted from 1, and `count`."),
}
"""Name → an expression that uses it, and what it is."""

EXAMPLES: Mapping[str, str] = {
    "wareki": "item.申告日 | wareki",
    "seireki": "'S60.1.8' | seireki",
    "date": "'令和７年２月１７日' | date",
    "month": "'令和７年２月' | month",
    "fiscal_year": "item.申告日 | fiscal_year",
    "yen": "item.収入金額 | yen",
    "amount": "'￥１，２３４' | amount",
    "kanji": "'1,234' | kanji('formal')",
    "pad": "item.扶養人数 | pad(3)",
    "halfwidth": "'０９９９－２０－１１８６' | halfwidth",
    "fullwidth": "'ｶﾞ A1' | fullwidth",
    "katakana": "'さとう ﾀﾀﾞｼ' | katakana",
    "hiragana": "'サトウ' | hiragana",
    "bank_kana": "'ヤマダ ショウジ㈱' | bank_kana",
    "company": "'㈱山田商店' | company",
    "digits": "'〒009-8132' | digits",
    "postal_code": "'〒００９８１３２' | postal_code",
    "address_key": "'本町１丁目２番地３' | address_key",
    "name_key": "'髙𣘺　花子' | name_key",
    "cp932": "'𠮷田' | cp932",
    "abs": "-5 | abs",
    "default": "item.備考 | default('なし', true)",
    "first": "[3, 1, 2] | first",
    "float": "'１．５' | float",
    "int": "'１，２３４' | int",
    "join": "['中央', '本町'] | join('、')",
    "last": "[3, 1, 2] | last",
    "length": "steps.read | length",
    "list": "steps.read | map(attribute='地区') | list",
    "lower": "'ABC' | lower",
    "map": "steps.read | map(attribute='収入金額') | sum",
    "max": "[3, 1, 2] | max",
    "min": "[3, 1, 2] | min",
    "reject": "[1, 2, 3] | reject('even') | list",
    "rejectattr": "steps.read | rejectattr('地区', 'eq', '本町') | list | length",
    "replace": "'2025/02/17' | replace('/', '-')",
    "reverse": "[3, 1, 2] | reverse | list",
    "round": "3.14159 | round(2)",
    "select": "[1, 2, 3] | select('gt', 1) | list",
    "selectattr": "steps.read | selectattr('収入金額', 'gt', 1000000) | list | length",
    "sort": "[3, 1, 2] | sort",
    "string": "item.収入金額 | string",
    "sum": "[3, 1, 2] | sum",
    "trim": "' 佐藤 ' | trim",
    "unique": "['中央', '本町', '中央'] | unique | list",
    "upper": "'abc' | upper",
}
"""Filter → an expression that uses it."""

_OF_ITEMS: Mapping[str, str] = {
    "items": "One mapping for each item: `key`, `label`, `state`, `how`, `verdict`, `result`, `error`.",
    "count": "All items.",
    "done": "Items that are in the system now.",
    "failed": "Items the other system failed on.",
    "set_aside": "Items whose data broke a rule.",
    "in_doubt": "Items of which nobody knows whether they were registered.",
}

_FROM_JINJA: Mapping[str, str] = {
    "abs": "A number without its sign.",
    "default": "Something else for what is not there; with `true` for what is empty too.",
    "first": "The first of a list.",
    "last": "The last of a list.",
    "list": "A list of what the filters before it pick.",
    "map": "One column of every row.",
    "max": "The greatest of a list.",
    "min": "The least of a list.",
    "reject": "What does not pass a test.",
    "rejectattr": "Rows whose column does not pass a test.",
    "reverse": "A list from behind.",
    "round": "A number with so many decimals.",
    "select": "What passes a test.",
    "selectattr": "Rows whose column passes a test, or is not empty when there is none.",
    "sort": "A list in order.",
    "sum": "The sum of a list.",
    "unique": "A list without repetitions.",
}
"""Filters that are taken over from Jinja2 → what they do, in the words of a workflow's author."""

_ROWS = [
    {"受付番号": "07000101", "地区": "西浜", "収入金額": 317374},
    {"受付番号": "07000102", "地区": "港町", "収入金額": 3818000},
    {"受付番号": "07000105", "地区": "本町", "収入金額": 1717560},
]
_SAMPLE: Mapping[str, Any] = {
    "item": {"申告日": date(2025, 2, 17), "収入金額": 3818000, "扶養人数": 1, "備考": ""},
    "steps": {"read": _ROWS},
}


def page_of_expressions() -> str:
    """Names, filters and tests."""
    from yakin.workflow.filters import OF_JINJA, OURS, TESTS

    return page(
        "Expressions",
        "`${{ … }}` in a value is evaluated when the step runs. An expression that stands alone keeps the type of its "
        "value; inside a text it is written into the text. In YAML, quote it wherever a `{` or `,` of a short mapping "
        'would end it: `{path: "${{ inputs.book }}"}`.',
        "Operators: `==` `!=` `<` `<=` `>` `>=` `+` `-` `*` `/` `//` `%` `~` (texts side by side), `and` `or` `not` `in`, "
        "`A if CONDITION else B`, `x is defined`. A name that is not there is an error, never an empty text; `check` "
        "finds it before the run.",
        "## Names",
        table(
            ("name", "example", "what it is"),
            ((code(name), code(f"${{{{ {use} }}}}"), meaning) for name, (use, meaning) in NAMES.items()),
        ),
        "## What steps hand on",
        _handed_on(),
        "## Filters for Japanese clerical data",
        "They accept every usual way of writing and refuse what cannot be right: a date that does not exist sets the row "
        "aside, it is never shifted.",
        _filters(OURS),
        "## Other filters",
        _filters(OF_JINJA),
        "## Tests",
        f"After `is`, and in `select` and `selectattr`: {', '.join(map(code, sorted(TESTS)))}.",
        "The examples see a row with 申告日 2025-02-17, 収入金額 3818000, 扶養人数 1 and an empty 備考, and three rows in "
        "`steps.read`.",
    )


def _handed_on() -> str:
    from yakin.cli.reference.bots import attributes
    from yakin.workflow.outputs import ApprovalOutput, CallOutput

    kinds: Mapping[str, Mapping[str, str]] = {
        "an action": {"": "What the page of its bot says."},
        "a block with work items": _OF_ITEMS,
        "another block with `in`": {"ID": "What the step of this id inside it handed on."},
        "`call`": attributes(CallOutput),
        "`approve`": attributes(ApprovalOutput),
    }
    return table(
        ("step", "after `steps.ID.`", "what it is"),
        ((kind, code(name) if name else "", text) for kind, names in kinds.items() for name, text in names.items()),
    )


def _filters(filters: Mapping[str, Callable[..., Any]]) -> str:
    from yakin.workflow.expressions import evaluate

    return table(
        ("filter", "what it does", "example", "gives"),
        (
            (
                code(name),
                _FROM_JINJA.get(name) or (inspect.getdoc(function) or "").partition("\n\n")[0],
                code(EXAMPLES[name]),
                code(_shown(evaluate(f"${{{{ {EXAMPLES[name]} }}}}", _SAMPLE))),
            )
            for name, function in sorted(filters.items())
        ),
    )


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
