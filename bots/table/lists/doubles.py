"""Rows of one list that are the same twice (名寄せ)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bots.table.decisions import NONE, Decisions
from bots.table.lists.columns import Keyed, keys_of, place
from bots.table.pairing import Pairing
from bots.table.proposals import Accept, Proposal, accepted, propose_within
from yakin.errors import BusinessError
from yakin.values import Scalar, Table

GROUP, KEPT = "組", "残す"

Keep = Literal["first", "last"]


@dataclass(frozen=True)
class Doubles:
    """A list rid of its doubles.

    Attributes:
        groups: Rows that are the same, each group in the order of the list, the groups in the order of their first rows; a row
            that stands once is a group of its own.
        kept: For each group the row that stays.
        proposals: Rows that may be the same, for a person.
    """

    groups: Sequence[Sequence[int]]
    kept: Sequence[int]
    proposals: Sequence[Proposal]


def doubles(
    table: Table,
    key: Sequence[Keyed],
    likely: Sequence[Pairing] = (),
    *,
    keep: Keep = "first",
    accept: Accept | None = None,
    decisions: Decisions = NONE,
) -> Doubles:
    """Find the rows that are the same, and those that may be.

    Rows are the same when every part of the key is there and agrees in its normal form; a row whose key is not whole is
    like no other. Of each group one row goes on; proposals are made between those.

    Args:
        table: The list.
        key: Columns that together say what is the same; without any, only what is decided or accepted.
        likely: Columns by which rows may be the same; nothing is proposed without.
        keep: Which row of a group stays.
        accept: From when on a proposal is taken without a person.
        decisions: What people have decided before.

    Raises:
        BusinessError: The list lacks a column, or what people have decided contradicts itself.
    """
    groups = _same(table, key)
    if not likely:
        return Doubles(groups, [_chosen(group, keep) for group in groups], [])
    of_row = {_chosen(group, keep): place for place, group in enumerate(groups)}
    found = propose_within(table, likely, rows=sorted(of_row), decisions=decisions)
    # Three rows of one person make three pairs, each decided by itself: a decided pair joins whatever else is said of its rows.
    taken, open_ones = accepted([one for one in found if not one.decided], accept)
    decided = [one for one in found if one.decided]
    merged = _merged(groups, [(of_row[one.left], of_row[one.right]) for one in (*decided, *taken)])
    kept = [_chosen(group, keep) for group in merged]
    home = {row: place for place, group in enumerate(merged) for row in group}
    for one, other in decisions.within(table, likely, sorted(of_row)).different:
        if home[one] == home[other]:
            raise BusinessError(
                "{one} and {other} were judged different, and both the same as a third row",
                one=place(table, one),
                other=place(table, other),
                hint="Correct one of the decisions",
            )
    return Doubles(merged, kept, [one for one in open_ones if home[one.left] != home[one.right]])


def doubles_table(table: Table, found: Doubles) -> Table:
    """The rows of all groups of two and more: 組 (its number), 残す (○ for the row that stays), then their columns."""
    several = [(number, group) for number, group in enumerate((g for g in found.groups if len(g) > 1), 1)]
    rows = [row for _, group in several for row in group]
    kept = set(found.kept)
    taken = table.take(rows)
    first: dict[str, Sequence[Scalar]] = {
        GROUP: [number for number, group in several for _ in group],
        KEPT: ["○" if row in kept else None for row in rows],
    }
    return Table({**first, **{name: taken.stored(name) for name in taken.columns}}, taken.origins)


def _same(table: Table, key: Sequence[Keyed]) -> list[list[int]]:
    if not key:
        return [[row] for row in range(table.count)]
    groups: dict[object, list[int]] = {}
    for row, parts in enumerate(keys_of(table, key)):
        groups.setdefault(row if None in parts else parts, []).append(row)
    return list(groups.values())


def _chosen(group: Sequence[int], keep: Keep) -> int:
    return group[0] if keep == "first" else group[-1]


def _merged(groups: Sequence[Sequence[int]], pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Groups with those put together that a pair connects, directly or through others."""
    home = list(range(len(groups)))

    def root(place: int) -> int:
        while home[place] != place:
            home[place] = home[home[place]]
            place = home[place]
        return place

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        home[second] = first
    merged: dict[int, list[int]] = {}
    for number, group in enumerate(groups):
        merged.setdefault(root(number), []).extend(group)
    return [sorted(group) for group in merged.values()]
