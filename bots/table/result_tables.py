"""What a reconciliation found, as tables for the next steps: each row with its file, sheet and row number on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bots.table.beside import ROW, SOURCE, beside
from bots.table.forms import plain_text
from bots.table.outcomes import Ambiguous, Doubt, Group, Pairs, Reconciliation, Singles, Why
from bots.table.pairing import Pairing, Side
from bots.table.proposals import proposals_table
from yakin.values import Column, Origin, Origins, Scalar, Table
from yakin.values.origins import place_name

DIFFERENCE = "差異"
TOLERATED = "許容した差"
REASON = "突合の理由"
GROUP = "組"
FEE = "手数料"
GROUNDS = "根拠"
CANDIDATES = "候補"
SIDE = "区分"
KEY = "重複キー"

_WHY: Mapping[Why, str] = {
    "no_counterpart": "相手側に同じキーがありません",
    "empty_key": "キーが空です",
    "unreadable_key": "キーが決まった形ではありません",
}
_DOUBTS: Mapping[Doubt, str] = {
    "several": "合う組み合わせが複数あります",
    "against_a_key": "合う組み合わせがキーと食い違います",
    "too_many": "組み合わせが多すぎて調べきれません",
}
Columns = dict[str, Sequence[Scalar] | Column]
Places = Any
"""Rows of a list, counted from 0; None for an empty line. A series of polars will do."""


def outcome_tables(found: Reconciliation, left_name: str, right_name: str) -> dict[str, Table]:
    """`matched`, `differs`, `only_left`, `only_right`, `ambiguous`, `proposed` and `duplicates` as tables.

    Pairs have the columns of both sides, named `<side>_<column>`, with `<side>_出所` (file and sheet) and `<side>_行` (row
    number) before them; `differs` begins with 差異 in words. Where sums were looked for, `matched` begins with 組 and 手数料, and
    the rows of a group follow each other, each row once; where pairs were proposed, 根拠 tells which of them are pairs by that.
    Rows of one side keep their columns, with 突合の理由 last. `ambiguous`
    begins with 組, 区分, 出所, 行, 候補 and 突合の理由, `duplicates` with 区分, 重複キー, 出所 and 行.
    """
    names: Mapping[Side, str] = {"left": left_name, "right": right_name}
    return {
        "matched": _matched(found, names),
        "differs": _paired(
            found, found.differs.left, found.differs.right, names, _differences(found) | _grounds(found, found.differs)
        ),
        "only_left": _with_reasons(found.left, found.only_left),
        "only_right": _with_reasons(found.right, found.only_right),
        "ambiguous": _ambiguous(found, names),
        "proposed": proposals_table(found.left, found.right, found.likely, found.proposed, left_name, right_name),
        "duplicates": _duplicates(found, names),
    }


def _matched(found: Reconciliation, names: Mapping[Side, str]) -> Table:
    first: Columns = _tolerated(found) | _grounds(found, found.matched)
    if not found.summed:
        return _paired(found, found.matched.left, found.matched.right, names, first)
    lines = [line for number, group in enumerate(found.groups, 1) for line in _lines(group, number)]
    pairs = len(found.matched)
    lefts = [*found.matched.left.to_list(), *(left for left, _, _, _ in lines)]
    rights = [*found.matched.right.to_list(), *(right for _, right, _, _ in lines)]
    told: Columns = {
        GROUP: [*[None] * pairs, *(number for _, _, number, _ in lines)],
        FEE: [*[None] * pairs, *(fee for _, _, _, fee in lines)],
        **{name: [*Column.of(cells).cells, *[None] * len(lines)] for name, cells in first.items()},
    }
    return _paired(found, lefts, rights, names, told)


def _lines(group: Group, number: int) -> Iterable[tuple[int | None, int | None, int, Scalar]]:
    """The rows of a group side by side, each once; the fee in the first line, so that its column can be added up."""
    for line in range(max(len(group.left), len(group.right))):
        left = group.left[line] if line < len(group.left) else None
        right = group.right[line] if line < len(group.right) else None
        yield left, right, number, group.fee if line == 0 and group.fee else None


def _paired(found: Reconciliation, lefts: Places, rights: Places, names: Mapping[Side, str], first: Columns) -> Table:
    columns = first | _side(names["left"], found.left, lefts) | _side(names["right"], found.right, rights)
    return Table(columns, _origins(found, lefts, rights))


def _side(name: str, table: Table, rows: Places) -> Columns:
    columns: Columns = {f"{name}_{part}": column for part, column in _stood(table, rows).items()}
    return columns | {beside(name, column): table.stored(column).take(rows) for column in table.columns}


def _stood(table: Table, rows: Places) -> dict[str, Column]:
    if table.origins is None:
        return {part: Column([None] * len(rows)) for part in (SOURCE, ROW)}
    if _has_empty_lines(rows):
        return {SOURCE: table.origins.names.take(rows), ROW: table.origins.rows.take(rows)}
    stood = table.origins.take(rows)
    return {SOURCE: stood.names, ROW: stood.rows}


def _has_empty_lines(rows: Places) -> bool:
    # A series of rows comes from a join, which has no empty line.
    return isinstance(rows, list) and None in rows


def _origins(found: Reconciliation, lefts: Places, rights: Places) -> Origins | None:
    """Where the row of the left list stood; of the right list where there is no left one."""
    left, right = found.left.origins, found.right.origins
    if left is not None and not _has_empty_lines(lefts):
        return left.take(lefts)
    if left is None or right is None:
        return None
    return Origins.of(right[other] if row is None else left[row] for row, other in zip(lefts, rights, strict=True))


def _tolerated(found: Reconciliation) -> Columns:
    """What matches within the tolerance only, in words; nothing where no tolerance is declared."""
    from bots.table.exact import differing

    exactly = [replace(pairing, within=0) for pairing in found.compared if pairing.within]
    if not exactly:
        return {}
    _, near = differing(found.left, found.right, found.matched, exactly)
    words = dict(zip(near.left.to_list(), _in_words(found, near), strict=True))
    return {TOLERATED: [words.get(row) for row in found.matched.left.to_list()]}


def _grounds(found: Reconciliation, pairs: Pairs) -> Columns:
    """By which proposal rows are a pair; nothing where none were asked for."""
    if not found.likely:
        return {}
    taken = [found.taken.get(row) for row in pairs.left.to_list()]
    return {GROUNDS: [None if one is None else f"{one.score:.3f}: {one.in_words}" for one in taken]}


def _differences(found: Reconciliation) -> Columns:
    return {DIFFERENCE: _in_words(found, found.differs)}


def _in_words(found: Reconciliation, pairs: Pairs) -> list[str]:
    """What differs in each pair."""
    cells = {
        (column.left, column.right): (
            found.left.stored(column.left).take(pairs.left).cells,
            found.right.stored(column.right).take(pairs.right).cells,
        )
        for column in found.compared
    }

    def told(place: int, column: Pairing) -> str:
        ours, theirs = cells[column.left, column.right]
        return f"{column.name}: {_quoted(ours[place])} ⇔ {_quoted(theirs[place])}"

    return ["; ".join(told(place, column) for column in pair.differing) for place, pair in enumerate(pairs)]


def _quoted(value: Scalar) -> str:
    return plain_text(value) or "(空)"


def _with_reasons(table: Table, singles: Singles) -> Table:
    reasons = [_WHY["no_counterpart"]] * len(singles)
    if singles.odd:
        reasons = [_WHY[single.why] for single in singles]
    return table.take(singles.rows).with_columns({REASON: reasons})


def _ambiguous(found: Reconciliation, names: Mapping[Side, str]) -> Table:
    rows: list[tuple[Side, int]] = []
    told: list[tuple[int, str, str]] = []
    for number, doubt in enumerate(found.ambiguous, 1):
        words = [_candidate(found, names, place, group) for place, group in enumerate(doubt.candidates, 1)]
        for side, row, held in _held(doubt):
            rows.append((side, row))
            told.append((number, "; ".join(words[place] for place in held), _DOUBTS[doubt.why]))
    first: Columns = {GROUP: [number for number, _, _ in told]}
    last: Columns = {CANDIDATES: [words for _, words, _ in told], REASON: [why for _, _, why in told]}
    return _either(found, rows, names, first, last)


def _held(doubt: Ambiguous) -> Iterable[tuple[Side, int, list[int]]]:
    """Each row with the candidates it stands in."""
    held: dict[tuple[Side, int], list[int]] = {
        **{("left", row): [] for row in doubt.left},
        **{("right", row): [] for row in doubt.right},
    }
    for place, group in enumerate(doubt.candidates):
        for row in group.left:
            held["left", row].append(place)
        for row in group.right:
            held["right", row].append(place)
    for (side, row), places in held.items():
        yield side, row, places


def _candidate(found: Reconciliation, names: Mapping[Side, str], number: int, group: Group) -> str:
    """One way in words: 1) 調定 4+5 = 収納 9."""
    left, right = _numbers(found.left, group.left), _numbers(found.right, group.right)
    fee = f" ({FEE} {group.fee})" if group.fee else ""
    return f"{number}) {names['left']} {left} = {names['right']} {right}{fee}"


def _numbers(table: Table, rows: Iterable[int]) -> str:
    return "+".join(str(row_number(table, row)) for row in rows)


def row_number(table: Table, row: int) -> int:
    """The number a person finds a row by; `row` is counted from 0."""
    return row + 1 if table.origins is None else table.origins[row].row


def _duplicates(found: Reconciliation, names: Mapping[Side, str]) -> Table:
    rows = [(row.side, row.index) for row in found.duplicates]
    return _either(found, rows, names, {}, {}, {KEY: [row.key for row in found.duplicates]})


def _either(
    found: Reconciliation,
    rows: Sequence[tuple[Side, int]],
    names: Mapping[Side, str],
    first: Columns,
    last: Columns,
    after_side: Columns | None = None,
) -> Table:
    """Rows of either list below each other, the columns of both beside each other."""
    tables: Mapping[Side, Table] = {"left": found.left, "right": found.right}
    places = {wanted: [row if side == wanted else None for side, row in rows] for wanted in tables}
    stood = _stood_one_by_one(tables, rows)
    known = [origin for origin in stood if origin is not None]
    columns: Columns = first | {SIDE: [names[side] for side, _ in rows]} | (after_side or {})
    columns[SOURCE] = Column.of(None if origin is None else place_name(origin.file, origin.sheet) for origin in stood)
    columns[ROW] = [row + 1 if origin is None else origin.row for origin, (_, row) in zip(stood, rows, strict=True)]
    columns |= last
    for side, table in tables.items():
        for column in table.columns:
            columns[beside(names[side], column)] = table.stored(column).take(places[side])
    return Table(columns, known if known and len(known) == len(rows) else None)


def _stood_one_by_one(tables: Mapping[Side, Table], rows: Sequence[tuple[Side, int]]) -> list[Origin | None]:
    """Where each of these rows stood; only they are looked at, a list may have millions."""
    stood = {}
    for wanted, table in tables.items():
        taken = [row for side, row in rows if side == wanted]
        stood[wanted] = iter([None] * len(taken) if table.origins is None else table.origins.take(taken))
    return [next(stood[side]) for side, _ in rows]


def differing_cells(found: Reconciliation, table: Table, left_name: str, right_name: str) -> set[tuple[int, int]]:
    """Places in the table `differs` of cells that differ: row and column, counted from 0."""
    place = {name: index for index, name in enumerate(table.columns)}
    pairs: Pairs = found.differs
    return {
        (row, place[name])
        for row, pair in enumerate(pairs)
        for column in pair.differing
        for name in (beside(left_name, column.left), beside(right_name, column.right))
    }
