"""What of a reconciliation a person has to decide: each question once, in words that say which rows it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bots.table.outcomes import Reconciliation
from bots.table.pairing import Side
from bots.table.result_tables import DIFFERENCE, row_number
from yakin.errors import BusinessError
from yakin.values import Table


class Question(NamedTuple):
    """Rows that stay open until a person has decided.

    Attributes:
        key: The rows, by the names of the lists and their numbers.
        label: Where the first of them stands.
        error: What is open, and what to do.
    """

    key: str
    label: str
    error: BusinessError


def questions(found: Reconciliation, differs: Table, left_name: str, right_name: str) -> Iterator[Question]:
    """Pairs that differ, sums that come out in several ways, pairs that are proposed, keys that are not unique.

    Rows without a partner are no question: whether a bill may be unpaid is for the workflow to say.

    Args:
        found: The reconciliation.
        differs: Its table `differs`, which says what differs in words.
        left_name: What the left list is called.
        right_name: What the right list is called.
    """
    said = _Said(found, left_name, right_name)
    for pair, words in zip(found.differs, differs.column(DIFFERENCE), strict=True):
        yield said.question(
            [pair.left], [pair.right], BusinessError("The rows differ: {differences}", differences=words)
        )
    for doubt in found.ambiguous:
        error = BusinessError(
            "These rows could be settled in several ways, or in one that contradicts a key",
            hint="The workbook names every way; settle them by hand",
        )
        yield said.question(doubt.left, doubt.right, error)
    for one in found.proposed:
        error = BusinessError(
            "These rows may belong together ({score}): {reasons}",
            hint="Decide in the sheet 候補; table.read_decisions keeps it for the next time",
            score=f"{one.score:.2f}",
            reasons=one.in_words,
        )
        yield said.question([one.left], [one.right], error)
    same: dict[str, dict[Side, list[int]]] = {}
    for row in found.duplicates:
        same.setdefault(row.key, {"left": [], "right": []})[row.side].append(row.index)
    for key, rows in same.items():
        yield said.question(rows["left"], rows["right"], BusinessError("The key {key} is not unique", key=key))


class _Said:
    def __init__(self, found: Reconciliation, left_name: str, right_name: str) -> None:
        self._sides = ((found.left, left_name), (found.right, right_name))

    def question(self, left: Sequence[int], right: Sequence[int], error: BusinessError) -> Question:
        told = [(*side, rows) for side, rows in zip(self._sides, (left, right), strict=True) if rows]
        key = " ⇔ ".join(
            f"{name} {'+'.join(str(row_number(table, row)) for row in rows)}" for table, name, rows in told
        )
        table, _, rows = told[0]
        return Question(key, str(table.row(rows[0]).origin or ""), error)
