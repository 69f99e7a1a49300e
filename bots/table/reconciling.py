"""Reconciling two lists: by exact keys under declared normal forms, then by sums, then by what a person or a rule accepts.

Every row of either side ends in exactly one place: matched, different, on one side only, ambiguous, proposed or duplicate. Numbers
of rows and amounts are counted on the way in and on the way out, and must be equal: nothing is lost or counted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bots.table.balance import Rows, Tally, amounts_of, balanced
from bots.table.likely import Likely, with_proposals
from bots.table.outcomes import Reconciliation
from bots.table.pairing import Pairing, refuse_missing
from bots.table.settling import settled
from bots.table.sums import Sums
from yakin.errors import BusinessError
from yakin.values import Table


def reconcile_tables(
    left: Table,
    right: Table,
    keys: Sequence[Pairing],
    compare: Sequence[Pairing] = (),
    amount: Pairing | None = None,
    sums: Sums | None = None,
    likely: Likely | None = None,
) -> Reconciliation:
    """Pair the rows of two lists and compare them.

    Args:
        left: One list.
        right: The other.
        keys: Columns that together make the key; at least one.
        compare: Columns to compare in each pair.
        amount: Column whose sums must add up; compared as well, unless `compare` has it already.
        sums: How rows are settled by sums of the amount that no key pairs.
        likely: How pairs are proposed of the rows that have no partner then.

    Raises:
        BusinessError: A list lacks a column, a cell of the amount is not a number, or there are sums but no amount.
    """
    from bots.table.exact import differing, pair_rows

    if sums is not None and amount is None:
        raise BusinessError("There is no amount to add up", hint="Say with amount which columns are")
    if amount is not None and all((pair.left, pair.right) != (amount.left, amount.right) for pair in compare):
        compare = (*compare, replace(amount, form="amount"))
    refuse_missing(left, right, (*keys, *compare, *(sums.by if sums else ()), *(likely.fields if likely else ())))
    amounts = amounts_of(left, amount.left if amount else None), amounts_of(right, amount.right if amount else None)
    paired = pair_rows(left, right, keys)
    matched, differs = differing(left, right, paired.pairs, compare)
    found = Reconciliation(
        left=left,
        right=right,
        keys=tuple(keys),
        compared=tuple(compare),
        matched=matched,
        groups=(),
        differs=differs,
        only_left=paired.only_left,
        only_right=paired.only_right,
        ambiguous=(),
        proposed=(),
        duplicates=paired.duplicates,
        taken={},
        likely=(),
        summed=sums is not None,
        tallies={},
        total=Tally(left.count, amounts[0].total(), right.count, amounts[1].total()),
    )
    if sums is not None and amount is not None:
        found = settled(found, amounts, amount, sums)
    if likely is not None:
        found = with_proposals(found, likely)
    return replace(found, tallies=balanced(_places(found), amounts, found.total))


def _places(found: Reconciliation) -> dict[str, tuple[Rows, Rows]]:
    """Outcome → its rows of either side."""
    groups, doubts = found.groups, found.ambiguous
    twice = [[row.index for row in found.duplicates if row.side == side] for side in ("left", "right")]
    return {
        "matched": (
            (found.matched.left, [row for group in groups for row in group.left]),
            (found.matched.right, [row for group in groups for row in group.right]),
        ),
        "differs": ((found.differs.left,), (found.differs.right,)),
        "only_left": ((found.only_left.rows,), ()),
        "only_right": ((), (found.only_right.rows,)),
        "ambiguous": (
            ([row for doubt in doubts for row in doubt.left],),
            ([row for doubt in doubts for row in doubt.right],),
        ),
        "proposed": (
            (sorted({one.left for one in found.proposed}),),
            (sorted({one.right for one in found.proposed}),),
        ),
        "duplicates": ((twice[0],), (twice[1],)),
    }
