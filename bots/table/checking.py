"""Checking a whole list at once: every cell, every rule, every finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bots.table.findings import Finding, shortened
from bots.table.forms import as_amount, as_day, as_plain, is_blank, plain_text
from bots.table.rules import ColumnRule, Kind, Totals
from yakin.errors import BusinessError
from yakin.japan import (
    ImpossibleDate,
    bank_kana,
    check_corporate_number,
    check_person_number,
)
from yakin.values import Scalar, Table


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        findings: About rows, in the order of the rows, then about the whole list.
    """

    findings: tuple[Finding, ...]

    @property
    def about_the_whole(self) -> tuple[Finding, ...]:
        """Findings that no row can be set aside for: missing columns and control totals."""
        return tuple(finding for finding in self.findings if finding.index is None)

    @property
    def invalid(self) -> Mapping[int, tuple[Finding, ...]]:
        """Row, counted from 0 → what is wrong with it."""
        rows: dict[int, list[Finding]] = {}
        for finding in self.findings:
            if finding.index is not None:
                rows.setdefault(finding.index, []).append(finding)
        return {index: tuple(found) for index, found in sorted(rows.items())}


def check_table(table: Table, rules: Mapping[str, ColumnRule], totals: Totals | None = None) -> Checked:
    """Check every cell of the columns that have rules, and the control totals.

    Args:
        table: The list.
        rules: Column name → its rules.
        totals: What it must come to.
    """
    known = ", ".join(table.columns)
    whole = [
        Finding("missing_column", column, data={"columns": known})
        for column in dict.fromkeys([*rules, *(totals.sum if totals else ())])
        if column not in table.columns
    ]
    found: list[Finding] = []
    for column, rule in rules.items():
        if column in table.columns:
            found += _check_column(table, column, rule)
    if totals:
        whole += _check_totals(table, totals)
    found.sort(key=lambda finding: finding.index or 0)
    return Checked((*found, *whole))


def _check_column(table: Table, column: str, rule: ColumnRule) -> Iterator[Finding]:
    for index, value in enumerate(table.column(column)):
        for code, data in _problems(value, rule):
            yield _finding(table, column, index, code, data, rule)
    if rule.unique:
        yield from _duplicates(table, column, rule)


def _problems(value: Scalar, rule: ColumnRule) -> Iterator[tuple[str, Mapping[str, str]]]:
    if is_blank(value):
        if rule.required:
            yield "required", {}
        return
    text = plain_text(value)
    if rule.pattern is not None and not re.fullmatch(rule.pattern, text):
        yield "pattern", {"pattern": rule.pattern}
    if rule.choices is not None and text not in map(str, rule.choices):
        yield "choice", {"choices": " / ".join(map(str, rule.choices))}
    problem = _TYPES[rule.type](value)
    if problem is not None:
        yield problem
    elif rule.min is not None or rule.max is not None:
        yield from _outside(rule, value)


def _outside(rule: ColumnRule, value: Scalar) -> Iterator[tuple[str, Mapping[str, str]]]:
    assert not isinstance(value, bool) and value is not None
    measured = rule.measured(plain_text(value) if isinstance(value, str) else value)  # type: ignore[arg-type]
    if rule.min is not None and measured < rule.measured(rule.min):  # type: ignore[operator]
        yield "too_small", {"limit": str(rule.min)}
    if rule.max is not None and measured > rule.measured(rule.max):  # type: ignore[operator]
        yield "too_large", {"limit": str(rule.max)}


def _duplicates(table: Table, column: str, rule: ColumnRule) -> Iterator[Finding]:
    places: dict[str, list[int]] = {}
    for index, value in enumerate(table.column(column)):
        if not is_blank(value):
            places.setdefault(as_plain(value), []).append(index)
    for indexes in places.values():
        if len(indexes) > 1:
            rows = ", ".join(_row_number(table, index) for index in indexes)
            for index in indexes:
                yield _finding(table, column, index, "duplicate", {"rows": rows}, rule)


def _check_totals(table: Table, totals: Totals) -> Iterator[Finding]:
    if totals.count is not None and totals.count != table.count:
        yield Finding("total_count", data={"found": f"{table.count:,}", "expected": f"{totals.count:,}"})
    for column, expected in totals.sum.items():
        if column not in table.columns:
            continue
        total, unreadable = _sum(table.column(column))
        wanted = as_amount(expected)
        if unreadable:
            yield Finding("total_unreadable", column, data={"count": str(unreadable)})
        elif total != wanted:
            yield Finding("total_sum", column, data={"found": f"{total:,}", "expected": f"{wanted:,}"})


def sums(table: Table, columns: Iterable[str]) -> dict[str, int | Decimal]:
    """Column → the exact sum of its cells; what is empty, or is no number, counts as nothing."""
    return {column: _sum(table.column(column))[0] for column in columns}


def _sum(cells: Iterable[Scalar]) -> tuple[int | Decimal, int]:
    """The sum of the cells that are numbers, and how many are neither a number nor empty."""
    total: int | Decimal = 0
    unreadable = 0
    for value in cells:
        try:
            total += 0 if is_blank(value) else as_amount(value)
        except BusinessError:
            unreadable += 1
    return total, unreadable


def _finding(table: Table, column: str, index: int, code: str, data: Mapping[str, str], rule: ColumnRule) -> Finding:
    value = plain_text(table.column(column)[index])
    # A list of findings must not become a file of 特定個人情報.
    shown = "***" if value and rule.type == "person_number" else shortened(value)
    return Finding(code, column, shown, index, table.row(index).origin, data)


def _row_number(table: Table, index: int) -> str:
    origin = table.row(index).origin
    return str(origin.row if origin else index + 1)


Problem = tuple[str, Mapping[str, str]]

_KANA = re.compile(r"[ぁ-ゖゝゞァ-ヺー・ｦ-ﾟ\s]+")
_KATAKANA = re.compile(r"[ァ-ヺー・\u3000 ]+")
_DIGITS = re.compile(r"[0-9]+")


def _integer(value: Scalar) -> Problem | None:
    try:
        return None if isinstance(as_amount(value), int) else ("not_integer", {})
    except BusinessError:
        return "not_integer", {}


def _number(value: Scalar) -> Problem | None:
    try:
        as_amount(value)
    except BusinessError:
        return "not_number", {}
    return None


def _date(value: Scalar) -> Problem | None:
    try:
        as_day(value)
    except ImpossibleDate:
        return "impossible_date", {}
    except BusinessError:
        return "unreadable_date", {}
    return None


def _numbered(check: Callable[[str], str], kind: str) -> Callable[[Scalar], Problem | None]:
    def problem(value: Scalar) -> Problem | None:
        try:
            check(plain_text(value))
        except BusinessError:
            return "wrong_number", {"kind": kind}
        return None

    return problem


def _written_in(pattern: re.Pattern[str], kind: str) -> Callable[[Scalar], Problem | None]:
    def problem(value: Scalar) -> Problem | None:
        return None if pattern.fullmatch(plain_text(value)) else ("not_kana", {"kind": kind})

    return problem


def _bank_kana(value: Scalar) -> Problem | None:
    try:
        bank_kana(plain_text(value))
    except BusinessError:
        return "not_kana", {"kind": "全銀カナ"}
    return None


_TYPES: Mapping[Kind, Callable[[Scalar], Problem | None]] = {
    "text": lambda _: None,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "digits": _written_in(_DIGITS, "半角数字"),
    "person_number": _numbered(check_person_number, "個人番号"),
    "corporate_number": _numbered(check_corporate_number, "法人番号"),
    "kana": _written_in(_KANA, "かな"),
    "katakana": _written_in(_KATAKANA, "全角カタカナ"),
    "bank_kana": _bank_kana,
}
