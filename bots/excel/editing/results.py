"""Writing what became of each work item into the rows of the clerk's own list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.excel.addresses import Place
from bots.excel.editing.columns import width_of
from bots.excel.editing.patching import Patch
from bots.excel.reading.records import as_text, header_of
from bots.excel.writing.newbook import display_width
from yakin.errors import BusinessError, ErrorInfo
from yakin.values import Scalar, Table

_WORDS = {
    "registered": "登録済",
    "found": "既に登録あり",
    "set_aside": "要確認",
    "failed": "失敗",
    "in_doubt": "登録の有無を要確認",
    "skipped": "対象外",
    "pending": "未処理",
    "in_progress": "処理中",
}
"""Verdict of an item (see `yakin.results.ItemResult.verdict`) → what a clerk reads."""

_NARROWEST = 14
"""Width of a column for results, in half-width characters."""
_WEAK = frozenset({"skipped", "pending", "in_progress"})


@dataclass(frozen=True, slots=True)
class CellChange:
    """A value for a cell.

    Attributes:
        row: Counted from 1, as Excel does.
        column: Column name.
        value: What shall stand there.
        only_if_empty: Leave what stands there already.
    """

    row: int
    column: str
    value: Scalar
    only_if_empty: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written.

    Attributes:
        columns: The columns for it, in the order in which missing ones are appended.
        changes: Values for cells.
        missing: Business keys that no row has.
    """

    columns: tuple[str, ...]
    changes: tuple[CellChange, ...]
    missing: tuple[str, ...]


def words_for(item: Mapping[str, Any]) -> str:
    """What a clerk reads about an item, such as `要確認: 生年月日が存在しません`."""
    verdict = str(item.get("verdict") or item.get("state") or "pending")
    words = _WORDS.get(verdict, verdict)
    reason = _reason(item)
    return f"{words}: {reason}" if reason and verdict not in ("registered", "found", "pending") else words


def _says_nothing_new(item: Mapping[str, Any]) -> bool:
    """Whether what an earlier run wrote of the row says more than this one."""
    return item.get("how") == "done_before" or (item.get("verdict") or item.get("state")) in _WEAK


def plan_results(
    table: Table, key: str, items: Sequence[Mapping[str, Any]], columns: Mapping[str, str] | None, status_column: str
) -> Plan:
    """Decide what goes where.

    Args:
        table: The list as it is, with origins.
        key: Column that holds the business keys.
        items: What an items block handed on.
        columns: Name in the items' results → column; each name is its own column when left out.
        status_column: Column for the words.

    Raises:
        BusinessError: There is no key column, or several rows have the key of one item.
    """
    rows = _rows_by_key(table, key)
    names = columns if columns is not None else {name: name for item in items for name in (item.get("result") or {})}
    _refuse_ambiguous(rows, items, key)
    changes: list[CellChange] = []
    missing: list[str] = []
    for item in items:
        at = rows.get(as_text(item["key"]))
        if at is None:
            missing.append(str(item["key"]))
            continue
        result = item.get("result") or {}
        changes += [
            CellChange(at[0], names[name], result[name]) for name in names if result.get(name) not in (None, "")
        ]
        if item.get("verdict") != "rehearsed":
            changes.append(CellChange(at[0], status_column, words_for(item), only_if_empty=_says_nothing_new(item)))
    return Plan((*dict.fromkeys(names.values()), status_column), tuple(changes), tuple(missing))


def put_results(patch: Patch, plan: Plan, *, sheet: str, header_row: int) -> int:
    """Put the plan's values into a patch; columns that are missing are appended in the look of the last one.

    Returns:
        The number of cells that change.

    Raises:
        CellRefused: A cell holds a formula, is the inner part of a merged area, or must not get a value otherwise.
    """
    held = patch.held(sheet, header_row)
    header = header_of([held.get(column) for column in range(1, max(held) + 1)])
    places = {name: column for column, name in enumerate(header, 1) if name}
    last = max(places.values())
    values: dict[Place, Scalar] = {}
    like: dict[int, int] = {}
    for name in plan.columns:
        if name not in places:
            column = places[name] = max(places.values()) + 1
            like[column] = last
            values[header_row, column] = name
            shown = max(width_of(patch.sheet(sheet), last) or 0, display_width(name) + 4, _NARROWEST)
            patch.widen(sheet, column, shown)
    for change in plan.changes:
        place = (change.row, places[change.column])
        if not (change.only_if_empty and place[1] in patch.held(sheet, change.row)):
            values[place] = change.value
    return patch.put(sheet, values, like=like)


def _reason(item: Mapping[str, Any]) -> str:
    problem = item.get("problem")
    if problem:
        from yakin.i18n import translator

        said, _ = translator("ja").error(ErrorInfo.from_json(problem))
    else:
        said = str(item.get("error") or "")
    return " ".join(said.split())


def _rows_by_key(table: Table, key: str) -> dict[str, list[int]]:
    if key not in table.columns:
        raise BusinessError(
            "There is no column {key} to find the rows by",
            key=key,
            hint="There are: {columns}",
            columns=", ".join(table.columns),
        )
    rows: dict[str, list[int]] = {}
    for row in table.rows:
        if row.origin is not None:
            rows.setdefault(as_text(row[key]), []).append(row.origin.row)
    return rows


def _refuse_ambiguous(rows: Mapping[str, list[int]], items: Iterable[Mapping[str, Any]], key: str) -> None:
    wanted = dict.fromkeys(as_text(item["key"]) for item in items)
    twice = {value: rows[value] for value in wanted if len(rows.get(value, ())) > 1}
    if twice:
        raise BusinessError(
            "Nothing was written: the same {key} stands in several rows: {places}",
            key=key,
            places="; ".join(f"{value} ({', '.join(map(str, numbers))})" for value, numbers in twice.items()),
            hint="Make the keys unique",
        )
