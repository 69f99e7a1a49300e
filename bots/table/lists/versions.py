"""Two versions of one list: what was added, changed and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.table.forms import plain_text
from bots.table.lists.columns import all_origins
from bots.table.outcomes import Pair, Why
from bots.table.pairing import Pairing
from bots.table.reconciling import reconcile_tables
from bots.table.result_tables import row_number
from yakin.errors import BusinessError
from yakin.values import Scalar, Table

CHANGE, OLD_ROW = "変更点", "旧_行"
VERSION, WHY = "版", "理由"
OLD, NEW = "旧", "新"

_WHY: dict[Why, str] = {
    "no_counterpart": "",
    "empty_key": "キーが空です",
    "unreadable_key": "キーが決まった形ではありません",
}
_TWICE = "同じキーの行が複数あります"


@dataclass(frozen=True)
class Changes:
    """What has become of a list.

    Attributes:
        added: Rows of the new version only.
        changed: Rows of the new version that differ, with 変更点 and 旧_行 first.
        cells: Every changed cell: the key, 列, 旧, 新, 旧_行 and 新_行.
        removed: Rows of the old version only.
        unclear: Rows of both versions that cannot be compared, with 版 and 理由 first.
        unchanged: How many rows are the same.
    """

    added: Table
    changed: Table
    cells: Table
    removed: Table
    unclear: Table
    unchanged: int


def changes(old: Table, new: Table, keys: Sequence[Pairing], compare: Sequence[Pairing]) -> Changes:
    """Compare two versions of a list, row by row under their keys; what has changed is told in the order of the new version.

    Args:
        old: The earlier version.
        new: The later one.
        keys: Columns that together say which rows are the same.
        compare: Columns that are compared.

    Raises:
        BusinessError: A version lacks a column.
    """
    if not keys:
        raise BusinessError("There is no key to compare by")
    found = reconcile_tables(old, new, keys, compare)
    differs = sorted(found.differs, key=lambda pair: pair.right)
    gone = [single.index for single in found.only_left if single.why == "no_counterpart"]
    come = [single.index for single in found.only_right if single.why == "no_counterpart"]
    return Changes(
        added=new.take(come),
        changed=_changed(old, new, differs),
        cells=_cells(old, new, keys, differs),
        removed=old.take(gone),
        unclear=_unclear(
            (old, [(one.index, _WHY[one.why]) for one in found.only_left if one.why != "no_counterpart"]),
            (new, [(one.index, _WHY[one.why]) for one in found.only_right if one.why != "no_counterpart"]),
            [one.index for one in found.duplicates if one.side == "left"],
            [one.index for one in found.duplicates if one.side == "right"],
        ),
        unchanged=len(found.matched),
    )


def compared_columns(old: Table, new: Table, keys: Sequence[Pairing]) -> list[str]:
    """The columns that both versions have, without those of the key."""
    by_key = {pairing.left for pairing in keys}
    return [name for name in old.columns if name in new.columns and name not in by_key]


def _changed(old: Table, new: Table, pairs: Sequence[Pair]) -> Table:
    rows = new.take([pair.right for pair in pairs])
    first: dict[str, Sequence[Scalar]] = {
        CHANGE: ["; ".join(_in_words(old, new, pair, column) for column in pair.differing) for pair in pairs],
        OLD_ROW: [row_number(old, pair.left) for pair in pairs],
    }
    return Table({**first, **{name: rows.stored(name) for name in rows.columns}}, rows.origins)


def _in_words(old: Table, new: Table, pair: Pair, column: Pairing) -> str:
    before, after = old.column(column.left)[pair.left], new.column(column.right)[pair.right]
    return f"{column.name}: {plain_text(before) or '(空)'} ⇒ {plain_text(after) or '(空)'}"


def _cells(old: Table, new: Table, keys: Sequence[Pairing], pairs: Sequence[Pair]) -> Table:
    names = [pairing.right for pairing in keys]
    columns: dict[str, list[Scalar]] = {name: [] for name in (*names, "列", OLD, NEW, OLD_ROW, "新_行")}
    rows = [(pair, column) for pair in pairs for column in pair.differing]
    for pair, column in rows:
        for name in names:
            columns[name].append(new.column(name)[pair.right])
        columns["列"].append(column.name)
        columns[OLD].append(old.column(column.left)[pair.left])
        columns[NEW].append(new.column(column.right)[pair.right])
        columns[OLD_ROW].append(row_number(old, pair.left))
        columns["新_行"].append(row_number(new, pair.right))
    return Table(columns, new.take([pair.right for pair, _ in rows]).origins)


def _unclear(
    olds: tuple[Table, Sequence[tuple[int, str]]],
    news: tuple[Table, Sequence[tuple[int, str]]],
    old_twice: Sequence[int],
    new_twice: Sequence[int],
) -> Table:
    sides = []
    for (table, odd), twice, version in ((olds, old_twice, OLD), (news, new_twice, NEW)):
        told = [*odd, *((row, _TWICE) for row in twice)]
        sides.append((table.take([row for row, _ in told]), [why for _, why in told], version))
    names = list(dict.fromkeys(name for table, _, _ in sides for name in table.columns))
    columns: dict[str, list[Scalar]] = {name: [] for name in (VERSION, WHY, *names)}
    for table, whys, version in sides:
        columns[VERSION] += [version] * table.count
        columns[WHY] += whys
        for name in names:
            columns[name] += table.column(name) if name in table.columns else [None] * table.count
    return Table(columns, all_origins([table for table, _, _ in sides]))
