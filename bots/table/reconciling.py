"""Reconciling two lists by exact keys under declared normal forms; nothing is lost and nothing is counted twice.

Every row of either side ends in exactly one place: matched, different, on one side only, or duplicate. Numbers of rows and
amounts are counted on the way in and on the way out, and must be equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from bots.table.forms import Form, Normal, as_amount, is_blank, normal, plain_text
from yakin.errors import BusinessError, InternalError
from yakin.values import Table

Amount: TypeAlias = int | Decimal
Side = Literal["left", "right"]
Why = Literal["no_counterpart", "empty_key", "unreadable_key"]
Key: TypeAlias = tuple[Normal | None, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """A column on either side, and the form in which the two are compared.

    Attributes:
        left: Column of the left list.
        right: Column of the right list.
        form: Normal form.
    """

    left: str
    right: str
    form: Form = "text"

    @property
    def name(self) -> str:
        """How the pair is called: one name when both are the same."""
        return self.left if self.left == self.right else f"{self.left}/{self.right}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows with the same key.

    Attributes:
        left: Row of the left list, counted from 0.
        right: Row of the right list, counted from 0.
        differing: The compared columns whose values differ; none when the rows match.
    """

    left: int
    right: int
    differing: tuple[Pairing, ...] = ()


@dataclass(frozen=True, slots=True)
class Single:
    """A row without a partner.

    Attributes:
        index: Row, counted from 0.
        why: Nothing on the other side has its key, or its key is empty or not of the declared form.
    """

    index: int
    why: Why = "no_counterpart"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row whose key several rows of one side have, so that no pair can be made of it.

    Attributes:
        side: Which list it is in.
        index: Row, counted from 0.
        key: The key as text.
    """

    side: Side
    index: int
    key: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Number of rows and sum of amounts on both sides; amounts are 0 when no amount is declared."""

    left_count: int = 0
    left_amount: Amount = 0
    right_count: int = 0
    right_amount: Amount = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.left_count + other.left_count,
            self.left_amount + other.left_amount,
            self.right_count + other.right_count,
            self.right_amount + other.right_amount,
        )


@dataclass(frozen=True)
class Reconciliation:
    """Where each row ended.

    Attributes:
        left: The left list.
        right: The right list.
        keys: Columns the rows were paired by.
        compared: Columns that were compared.
        matched: Pairs without a difference, in the order of the left list.
        differs: Pairs with one, in the order of the left list.
        only_left: Rows of the left list without a partner.
        only_right: Rows of the right list without a partner.
        duplicates: Rows of both sides whose key is not unique on one of them.
        tallies: `matched`, `differs`, `only_left`, `only_right`, `duplicates` → their rows and amounts.
        total: Rows and amounts of the two lists.
    """

    left: Table
    right: Table
    keys: tuple[Pairing, ...]
    compared: tuple[Pairing, ...]
    matched: tuple[Pair, ...]
    differs: tuple[Pair, ...]
    only_left: tuple[Single, ...]
    only_right: tuple[Single, ...]
    duplicates: tuple[Duplicate, ...]
    tallies: Mapping[str, Tally]
    total: Tally


def reconcile_tables(
    left: Table,
    right: Table,
    keys: Sequence[Pairing],
    compare: Sequence[Pairing] = (),
    amount: Pairing | None = None,
) -> Reconciliation:
    """Pair the rows of two lists and compare them.

    Args:
        left: One list.
        right: The other.
        keys: Columns that together make the key; at least one.
        compare: Columns to compare in each pair.
        amount: Column whose sums must add up; compared as well, unless `compare` has it already.

    Raises:
        BusinessError: A list lacks a column, or a cell of the amount is not a number.
    """
    if amount is not None and all((pair.left, pair.right) != (amount.left, amount.right) for pair in compare):
        compare = (*compare, Pairing(amount.left, amount.right, "amount"))
    _refuse_missing(left, right, (*keys, *compare))
    amounts = (
        _amounts(left, None if amount is None else amount.left),
        _amounts(right, None if amount is None else amount.right),
    )
    of_left, odd_left = _index(left, [(pair.left, pair.form) for pair in keys])
    of_right, odd_right = _index(right, [(pair.right, pair.form) for pair in keys])
    pairs: list[Pair] = []
    only_left, only_right, duplicates = list(odd_left), list(odd_right), []
    differing = _Comparison(left, right, compare)
    for key, rows in of_left.items():
        partners = of_right.pop(key, [])
        if len(rows) > 1 or len(partners) > 1:
            duplicates += _all_of(key, rows, partners)
        elif partners:
            pairs.append(Pair(rows[0], partners[0], differing.of(rows[0], partners[0])))
        else:
            only_left.append(Single(rows[0]))
    for key, rows in of_right.items():
        if len(rows) > 1:
            duplicates += _all_of(key, [], rows)
        else:
            only_right.append(Single(rows[0]))
    pairs.sort(key=lambda pair: pair.left)
    return _balanced(
        Reconciliation(
            left=left,
            right=right,
            keys=tuple(keys),
            compared=tuple(compare),
            matched=tuple(pair for pair in pairs if not pair.differing),
            differs=tuple(pair for pair in pairs if pair.differing),
            only_left=tuple(sorted(only_left, key=lambda single: single.index)),
            only_right=tuple(sorted(only_right, key=lambda single: single.index)),
            duplicates=tuple(duplicates),
            tallies={},
            total=Tally(left.count, sum(amounts[0]), right.count, sum(amounts[1])),
        ),
        amounts,
    )


def _balanced(found: Reconciliation, amounts: tuple[Sequence[Amount], Sequence[Amount]]) -> Reconciliation:
    """Count what came out and hold it against what went in.

    Raises:
        InternalError: They differ, or a row is in two places.
    """
    places = {
        "matched": ([pair.left for pair in found.matched], [pair.right for pair in found.matched]),
        "differs": ([pair.left for pair in found.differs], [pair.right for pair in found.differs]),
        "only_left": ([single.index for single in found.only_left], []),
        "only_right": ([], [single.index for single in found.only_right]),
        "duplicates": (
            [row.index for row in found.duplicates if row.side == "left"],
            [row.index for row in found.duplicates if row.side == "right"],
        ),
    }
    tallies = {
        name: Tally(
            len(lefts), sum(amounts[0][row] for row in lefts), len(rights), sum(amounts[1][row] for row in rights)
        )
        for name, (lefts, rights) in places.items()
    }
    out = sum(tallies.values(), Tally())
    seen_left = {row for lefts, _ in places.values() for row in lefts}
    seen_right = {row for _, rights in places.values() for row in rights}
    if out != found.total or (len(seen_left), len(seen_right)) != (found.left.count, found.right.count):
        raise InternalError(
            "The reconciliation does not add up: {total} went in, {out} came out", total=found.total, out=out
        )
    return Reconciliation(**{**vars(found), "tallies": tallies})


class _Comparison:
    """Compares the declared columns of pairs of rows."""

    def __init__(self, left: Table, right: Table, pairings: Iterable[Pairing]) -> None:
        self._columns = [(pair, left.column(pair.left), right.column(pair.right)) for pair in pairings]

    def of(self, left: int, right: int) -> tuple[Pairing, ...]:
        return tuple(pair for pair, ours, theirs in self._columns if not _same(ours[left], theirs[right], pair.form))


def _same(left: object, right: object, form: Form) -> bool:
    if left is right or (type(left) is type(right) and left == right):
        return True
    try:
        return normal(left, form) == normal(right, form)  # type: ignore[arg-type]
    except BusinessError:
        # A value that is not of its form differs from everything but the same value.
        return normal(left, "text") == normal(right, "text")  # type: ignore[arg-type]


def _index(table: Table, columns: Sequence[tuple[str, Form]]) -> tuple[dict[Key, list[int]], list[Single]]:
    """Key → rows, and the rows that have none."""
    rows: dict[Key, list[int]] = {}
    odd: list[Single] = []
    cells = [(table.column(name), form) for name, form in columns]
    for index in range(table.count):
        try:
            key = tuple(normal(values[index], form) for values, form in cells)
        except BusinessError:
            odd.append(Single(index, "unreadable_key"))
            continue
        if all(part is None for part in key):
            odd.append(Single(index, "empty_key"))
        else:
            rows.setdefault(key, []).append(index)
    return rows, odd


def _all_of(key: Key, lefts: Sequence[int], rights: Sequence[int]) -> list[Duplicate]:
    text = " / ".join("" if part is None else str(part) for part in key)
    return [Duplicate("left", row, text) for row in lefts] + [Duplicate("right", row, text) for row in rights]


def _amounts(table: Table, column: str | None) -> Sequence[Amount]:
    if column is None:
        return [0] * table.count
    found: list[Amount] = []
    unreadable: list[str] = []
    for index, value in enumerate(table.column(column)):
        try:
            found.append(0 if is_blank(value) else as_amount(value))
        except BusinessError:
            unreadable.append(f"{table.row(index).origin or index + 1} {plain_text(value)}")
    if unreadable:
        raise BusinessError(
            "{count} cells of {column} are not amounts, so that no sum can be trusted: {cells}",
            count=len(unreadable),
            column=column,
            cells=", ".join(unreadable[:5]),
            hint="Correct them first",
        )
    return found


def _refuse_missing(left: Table, right: Table, pairings: Iterable[Pairing]) -> None:
    pairs = list(pairings)
    lacking = [name for name in dict.fromkeys(pair.left for pair in pairs) if name not in left.columns]
    lacking_right = [name for name in dict.fromkeys(pair.right for pair in pairs) if name not in right.columns]
    if lacking or lacking_right:
        raise BusinessError(
            "There is no column {columns} in the {side} list",
            columns=", ".join(lacking or lacking_right),
            side="left" if lacking else "right",
            hint="It has: {known}",
            known=", ".join((left if lacking else right).columns),
        )
