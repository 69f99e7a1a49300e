"""Proposals as a table that a clerk fills in and gives back."""

from __future__ import annotations

from collections.abc import Sequence

from bots.table.beside import KEY, ROW, SOURCE, beside
from bots.table.decisions import VERDICT, key_texts
from bots.table.pairing import Pairing
from bots.table.proposals.proposing import Proposal
from yakin.values import Column, Scalar, Table

PROPOSED = "候補"
"""Name of the sheet."""
SCORE = "点数"
MARGIN = "次点との差"
REASONS = "理由"


def proposals_table(
    left: Table,
    right: Table,
    fields: Sequence[Pairing],
    proposals: Sequence[Proposal],
    left_name: str,
    right_name: str,
) -> Table:
    """Proposals with the columns of both sides.

    First stands 判断, to be filled in with ○ or ×, then 点数, 次点との差 and 理由; then the columns of either side, named
    `<side>_<column>`, with `<side>_出所` (file and sheet) and `<side>_行` (row number) before them; last `<side>_照合キー`, by which
    `read_decisions` knows the pair again.
    """
    lefts, rights = [one.left for one in proposals], [one.right for one in proposals]
    columns: dict[str, Sequence[Scalar] | Column] = {
        VERDICT: [None] * len(proposals),
        SCORE: [round(one.score, 3) for one in proposals],
        MARGIN: [round(one.margin, 3) for one in proposals],
        REASONS: [one.in_words for one in proposals],
    }
    ours, theirs = left.take(lefts), right.take(rights)
    for name, side in ((left_name, ours), (right_name, theirs)):
        if side.origins is not None:
            columns[f"{name}_{SOURCE}"], columns[f"{name}_{ROW}"] = side.origins.names, side.origins.rows
        columns |= {beside(name, column): side.stored(column) for column in side.columns}
    columns[f"{left_name}_{KEY}"] = key_texts(ours, [(one.left, one.form) for one in fields], range(ours.count))
    columns[f"{right_name}_{KEY}"] = key_texts(theirs, [(one.right, one.form) for one in fields], range(theirs.count))
    return Table(columns, ours.origins)
