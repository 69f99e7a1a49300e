"""What neither keys nor sums have paired: rows that may belong together, proposed to a person or taken by a declared rule."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bots.table.decisions import NONE, Decisions
from bots.table.outcomes import Pairs, Reconciliation
from bots.table.pairing import Pairing
from bots.table.proposals import Accept, Proposal, accepted, propose


@dataclass(frozen=True)
class Likely:
    """How rows are proposed that may belong together.

    Attributes:
        fields: Columns that speak for or against a pair.
        accept: From when on a proposal is taken without a person; never, when left out.
        decisions: What people have decided before.
    """

    fields: tuple[Pairing, ...]
    accept: Accept | None = None
    decisions: Decisions = NONE


def with_proposals(found: Reconciliation, likely: Likely) -> Reconciliation:
    """Look for partners for the rows that have none; pairs that are taken are compared as all others are."""
    import polars as pl

    from bots.table.exact import differing

    proposals = propose(
        found.left,
        found.right,
        likely.fields,
        left_rows=found.only_left.rows.to_list(),
        right_rows=found.only_right.rows.to_list(),
        decisions=likely.decisions,
    )
    taken, open_ones = accepted(proposals, likely.accept)
    taken.sort(key=lambda one: one.left)
    pairs = Pairs(
        pl.Series([one.left for one in taken], dtype=found.matched.left.dtype),
        pl.Series([one.right for one in taken], dtype=found.matched.right.dtype),
    )
    same, different = differing(found.left, found.right, pairs, found.compared)
    away: list[Proposal] = [*taken, *open_ones]
    return replace(
        found,
        matched=found.matched.with_more(same),
        differs=found.differs.with_more(different),
        only_left=found.only_left.without({one.left for one in away}),
        only_right=found.only_right.without({one.right for one in away}),
        proposed=tuple(open_ones),
        taken={one.left: one for one in taken},
        likely=likely.fields,
    )
