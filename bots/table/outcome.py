"""What a reconciliation found, as tables for the next steps and as a workbook for the clerk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bots.excel import Sheet
from bots.table.forms import plain_text
from bots.table.reconciling import Duplicate, Pair, Reconciliation, Tally, Why
from yakin.values import Origin, Scalar, Table

DIFFERENCE = "差異"
REASON = "突合の理由"
SIDE = "区分"
KEY = "重複キー"

_WHY: Mapping[Why, str] = {
    "no_counterpart": "相手側に同じキーがありません",
    "empty_key": "キーが空です",
    "unreadable_key": "キーが決まった形ではありません",
}
_GREEN, _YELLOW, _RED, _ORANGE, _BLUE = "70AD47", "FFC000", "FF0000", "ED7D31", "4472C4"


def outcome_tables(found: Reconciliation, left_name: str, right_name: str) -> dict[str, Table]:
    """`matched`, `differs`, `only_left`, `only_right` and `duplicates` as tables.

    Pairs have the columns of both sides, named `<side>_<column>`, with `<side>_行` for the row number; `differs` begins with
    差異 in words. Rows of one side keep their columns, with 突合の理由 last. Duplicates have 区分 and 重複キー first.
    """
    return {
        "matched": _pairs(found, found.matched, left_name, right_name),
        "differs": _pairs(found, found.differs, left_name, right_name, told=True),
        "only_left": _with_reasons(found.left, [(row.index, row.why) for row in found.only_left]),
        "only_right": _with_reasons(found.right, [(row.index, row.why) for row in found.only_right]),
        "duplicates": _duplicates(found, left_name, right_name),
    }


def summary(found: Reconciliation) -> dict[str, Any]:
    """Counts and amounts: for each outcome and for the `total`, `left_count`, `left_amount`, `right_count`, `right_amount`."""
    tallies = {**found.tallies, "total": found.total}
    return {
        name: {
            "left_count": tally.left_count,
            "left_amount": tally.left_amount,
            "right_count": tally.right_count,
            "right_amount": tally.right_amount,
        }
        for name, tally in tallies.items()
    }


def sheets(found: Reconciliation, tables: Mapping[str, Table], left_name: str, right_name: str) -> list[Sheet]:
    """The sheets 要約, 一致, 差異, <left>のみ, <right>のみ and 重複."""
    return [
        _summary_sheet(found, left_name, right_name),
        Sheet.of("一致", tables["matched"], colour=_GREEN),
        Sheet.of("差異", tables["differs"], colour=_YELLOW, marked=_differing_cells(found)),
        Sheet.of(f"{left_name}のみ", tables["only_left"], colour=_RED),
        Sheet.of(f"{right_name}のみ", tables["only_right"], colour=_RED),
        Sheet.of("重複", tables["duplicates"], colour=_ORANGE),
    ]


def _summary_sheet(found: Reconciliation, left_name: str, right_name: str) -> Sheet:
    names = {
        "matched": "一致",
        "differs": "差異",
        "only_left": f"{left_name}のみ",
        "only_right": f"{right_name}のみ",
        "duplicates": "重複",
    }
    rows = [(words, *_cells(found.tallies[name])) for name, words in names.items()]
    out = sum(found.tallies.values(), Tally())
    rows += [("合計", *_cells(out)), ("元の一覧", *_cells(found.total)), ("差引", *_cells(_less(out, found.total)))]
    columns = ("結果", f"{left_name} 件数", f"{left_name} 金額", f"{right_name} 件数", f"{right_name} 金額")
    return Sheet("要約", columns, rows, colour=_BLUE, bold_rows={5, 6, 7}, filtered=False)


def _cells(tally: Tally) -> tuple[Scalar, ...]:
    return (tally.left_count, tally.left_amount, tally.right_count, tally.right_amount)


def _less(tally: Tally, other: Tally) -> Tally:
    return Tally(
        tally.left_count - other.left_count,
        tally.left_amount - other.left_amount,
        tally.right_count - other.right_count,
        tally.right_amount - other.right_amount,
    )


def _pairs(
    found: Reconciliation, pairs: Sequence[Pair], left_name: str, right_name: str, *, told: bool = False
) -> Table:
    lefts = found.left.take([pair.left for pair in pairs])
    rights = found.right.take([pair.right for pair in pairs])
    columns: dict[str, Sequence[Scalar]] = {}
    if told:
        columns[DIFFERENCE] = [_in_words(found, pair) for pair in pairs]
    columns |= _side(left_name, lefts) | _side(right_name, rights)
    return Table(columns, _origins(lefts))


def _side(name: str, table: Table) -> dict[str, Sequence[Scalar]]:
    columns: dict[str, Sequence[Scalar]] = {f"{name}_行": _row_numbers(table)}
    return columns | {f"{name}_{column}": table.column(column) for column in table.columns}


def _row_numbers(table: Table) -> list[Scalar]:
    return [row.origin.row if row.origin else None for row in table.rows]


def _origins(table: Table) -> list[Origin] | None:
    origins = [row.origin for row in table.rows if row.origin is not None]
    return origins if origins and len(origins) == table.count else None


def _in_words(found: Reconciliation, pair: Pair) -> str:
    return "; ".join(
        f"{column.name}: {_quoted(found.left.column(column.left)[pair.left])}"
        f" ⇔ {_quoted(found.right.column(column.right)[pair.right])}"
        for column in pair.differing
    )


def _quoted(value: Scalar) -> str:
    return plain_text(value) or "(空)"


def _differing_cells(found: Reconciliation) -> set[tuple[int, int]]:
    # Before the columns of a side stand: 差異, the row number, and on the right all of the left side.
    left = {name: 2 + index for index, name in enumerate(found.left.columns)}
    right = {name: 3 + len(found.left.columns) + index for index, name in enumerate(found.right.columns)}
    return {
        (row, place)
        for row, pair in enumerate(found.differs)
        for column in pair.differing
        for place in (left[column.left], right[column.right])
    }


def _with_reasons(table: Table, rows: Sequence[tuple[int, Why]]) -> Table:
    taken = table.take([index for index, _ in rows])
    columns: dict[str, Sequence[Scalar]] = {name: taken.column(name) for name in taken.columns}
    columns[REASON] = [_WHY[why] for _, why in rows]
    return Table(columns, _origins(taken))


def _duplicates(found: Reconciliation, left_name: str, right_name: str) -> Table:
    rows = found.duplicates
    columns: dict[str, Sequence[Scalar]] = {
        SIDE: [left_name if row.side == "left" else right_name for row in rows],
        KEY: [row.key for row in rows],
        "行": [_place(found, row) for row in rows],
    }
    for side, name, table in (("left", left_name, found.left), ("right", right_name, found.right)):
        for column in table.columns:
            cells = table.column(column)
            columns[f"{name}_{column}"] = [cells[row.index] if row.side == side else None for row in rows]
    return Table(columns)


def _place(found: Reconciliation, row: Duplicate) -> Scalar:
    table = found.left if row.side == "left" else found.right
    origin = table.row(row.index).origin
    return origin.row if origin else row.index + 1
