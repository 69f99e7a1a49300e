"""What the exact keys have left open, settled by sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bots.table.balance import Amounts
from bots.table.outcomes import Ambiguous, Group, Pair, Reconciliation
from bots.table.pairing import Pairing
from bots.table.sums import Side, Sums, settle
from yakin.values import Table


def settled(found: Reconciliation, amounts: tuple[Amounts, Amounts], amount: Pairing, sums: Sums) -> Reconciliation:
    """Settle rows without a partner, rows whose key is not unique, and pairs that differ in nothing but the amount.

    A pair that differs by a fee is settled by its key. What the sums do not settle stays where it was.

    Args:
        found: What the exact keys have found.
        amounts: What the rows of either list are worth.
        amount: Columns of the amount.
        sums: How rows are settled.
    """
    by_fee, of_other_amounts = _pairs_of_other_amounts(found.differs, amounts, amount, sums)
    lefts = [*found.only_left.rows.to_list(), *_twice(found, "left"), *of_other_amounts]
    rights = [*found.only_right.rows.to_list(), *_twice(found, "right"), *of_other_amounts.values()]
    ours, theirs = _payers(found.left, found.right, lefts, rights, sums.by)
    tied = {row: other for row, other in of_other_amounts.items() if row in ours and ours[row] == theirs.get(other)}
    apart = of_other_amounts.keys() - tied.keys(), set(of_other_amounts.values()) - set(tied.values())
    groups, doubts = settle(
        Side({row: amounts[0].at(row) for row in lefts if row not in apart[0]}, ours),
        Side({row: amounts[1].at(row) for row in rights if row not in apart[1]}, theirs),
        tied,
        sums,
    )
    groups = (*by_fee, *groups)
    done: list[Group | Ambiguous] = [*groups, *doubts]
    gone_left = {row for one in done for row in one.left}
    gone_right = {row for one in done for row in one.right}
    kept = [place for place, pair in enumerate(found.differs) if pair.left not in gone_left]
    return replace(
        found,
        groups=tuple(sorted(groups, key=lambda group: group.left)),
        differs=found.differs.take(kept),
        only_left=found.only_left.without(gone_left),
        only_right=found.only_right.without(gone_right),
        ambiguous=doubts,
        duplicates=tuple(
            row for row in found.duplicates if row.index not in (gone_left if row.side == "left" else gone_right)
        ),
    )


def _pairs_of_other_amounts(
    differs: Sequence[Pair], amounts: tuple[Amounts, Amounts], amount: Pairing, sums: Sums
) -> tuple[list[Group], dict[int, int]]:
    """Pairs that differ in the amount alone: those that a fee explains, and the others, left → right."""
    by_fee: list[Group] = []
    tied: dict[int, int] = {}
    for pair in differs:
        if any((one.left, one.right) != (amount.left, amount.right) for one in pair.differing):
            continue
        left, right = amounts[0].at(pair.left), amounts[1].at(pair.right)
        if sums.is_fee(left - right):
            by_fee.append(Group((pair.left,), (pair.right,), left - right))
        elif left and right:
            tied[pair.left] = pair.right
    return by_fee, tied


def _twice(found: Reconciliation, side: str) -> list[int]:
    return [row.index for row in found.duplicates if row.side == side]


def _payers(
    left: Table, right: Table, lefts: Sequence[int], rights: Sequence[int], by: Sequence[Pairing]
) -> tuple[dict[int, object], dict[int, object]]:
    """Row → whose it is, on either side."""
    from bots.table.exact import keys_of

    ours, theirs = keys_of(left.take(lefts), right.take(rights), by)
    return {lefts[place]: key for place, key in ours.items()}, {rights[place]: key for place, key in theirs.items()}
