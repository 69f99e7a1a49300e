"""Columns of both lists as numbers: one number for each distinct normal form, so that rows are compared quickly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bots.table.forms import Form, Normal
from bots.table.lists.columns import normal_or_text
from bots.table.pairing import Pairing
from yakin.values import Scalar, Table

EMPTY = -1


@dataclass(frozen=True, slots=True)
class Coded:
    """One pair of columns.

    Attributes:
        pairing: The columns and their form.
        left: For each row of the left list the number of its value; -1 for an empty cell.
        right: The same of the right list.
        values: Number → normal form; the text of a cell that is not of the form.
        counts: Number → how many cells of both lists hold it.
        filled: How many cells of both lists hold anything.
    """

    pairing: Pairing
    left: Sequence[int]
    right: Sequence[int]
    values: Sequence[Normal]
    counts: Sequence[int]
    filled: int

    @property
    def form(self) -> Form:
        """The normal form."""
        return self.pairing.form


def coded(left: Table, right: Table, pairing: Pairing) -> Coded:
    """Both columns of a pairing in numbers."""
    numbers: dict[Normal, int] = {}
    ours = _numbered(left, pairing.left, pairing.form, numbers)
    theirs = ours if left is right and pairing.left == pairing.right else None
    if theirs is None:
        theirs = _numbered(right, pairing.right, pairing.form, numbers)
    counts = Counter(ours)
    counts.update(theirs)
    filled = len(ours) + len(theirs) - counts[EMPTY]
    return Coded(pairing, ours, theirs, list(numbers), [counts[number] for number in range(len(numbers))], filled)


def _numbered(table: Table, column: str, form: Form, numbers: dict[Normal, int]) -> list[int]:
    cells = table.column(column)
    of_cell: dict[Scalar, int] = {}
    for cell in set(cells):
        value = normal_or_text(cell, form)
        of_cell[cell] = EMPTY if value is None else numbers.setdefault(value, len(numbers))
    return [of_cell[cell] for cell in cells]
