"""What an agreement is worth: the more, the rarer it is among rows that do not belong together.

The model is that of Fellegi and Sunter (A Theory for Record Linkage, JASA 64, 1969). Each column's likeness weighs
log2(m / u) bits, where m is how often rows that belong together are alike in that way, and u how often others are. u is counted in
the lists themselves, for a value that agrees by how often it stands in them: a rare name weighs more than a common one.
m begins with what clerks' lists are like and is learned from the lists in a few rounds (expectation maximisation), the more the
more pairs there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from bots.table.forms import Form
from bots.table.proposals.coding import EMPTY, Coded
from bots.table.proposals.likeness import Likeness, comparison

_USUAL = (0.80, 0.10, 0.05, 0.05)
"""Rows that belong together are the same, close, similar, different in a column so often, before anything is learned."""
_WORTH = 20
"""So many pairs the usual shares count as."""
_ROUNDS = 4
_SAMPLE = 3_000
_UNLIKE = (0.002, 0.01)
"""Rows that do not belong together are close or similar so often, before any are counted."""
_BY_CHANCE: Mapping[Form, float] = {"date": 0.0002, "digits": 0.0005, "amount": 0.005, "text": 0.01}
_BY_CHANCE_ELSE = 0.001
"""A value stands in so many of all cells, before any are counted: what a list of three rows cannot tell."""
_CELLS = 100
_LEVELS = 4
_SAME, _EMPTY = int(Likeness.SAME), int(Likeness.EMPTY)
_MOST_LIKELY = 0.1


@dataclass(frozen=True, slots=True)
class Weights:
    """What the likeness of one column is worth, in bits.

    Attributes:
        same: For each value of the column, what it is worth that both rows hold it.
        other: For each likeness, `SAME` apart; 0 for `EMPTY`.
    """

    same: Sequence[float]
    other: Sequence[float]

    def of(self, likeness: int, number: int) -> float:
        """The bits for a likeness; `number` is the value of the left row."""
        return self.other[likeness] if likeness else self.same[number]


class Levels:
    """How alike the rows of each pair are in one column.

    Attributes:
        column: The column.
        numbers: For each pair the number of the left row's value.
        found: For each pair the likeness.
    """

    def __init__(self, column: Coded, rows: Iterable[int], partners: Iterable[int]) -> None:
        self.column = column
        self.numbers = list(map(column.left.__getitem__, rows))
        self.found = _levels(column, self.numbers, map(column.right.__getitem__, partners))


def _levels(column: Coded, numbers: Iterable[int], others: Iterable[int]) -> bytearray:
    values, compare = column.values, comparison(column.form)
    known: dict[tuple[int, int], int] = {}
    found = bytearray()
    for both in zip(numbers, others, strict=True):
        ours, theirs = both
        if ours == theirs:
            found.append(_EMPTY if ours == EMPTY else _SAME)
        elif ours == EMPTY or theirs == EMPTY:
            found.append(_EMPTY)
        else:
            likeness = known.get(both)
            if likeness is None:
                likeness = known[both] = compare(values[ours], values[theirs])
            found.append(likeness)
    return found


def weighed(
    levels: Sequence[Levels], *, left_count: int, right_count: int, looked_at: int
) -> tuple[float, list[Weights]]:
    """What two rows are worth before anything is compared, in bits, and the weights of each column.

    Args:
        levels: For each column the likeness of each candidate pair.
        left_count: Rows of the left list.
        right_count: Rows of the right list.
        looked_at: Of the rows to be paired, the number on the longer side.
    """
    fields = [level.column for level in levels]
    chances = [_chances(field, left_count, right_count) for field in fields]
    likely = min(_MOST_LIKELY, 0.9 / max(looked_at, 1))
    begin = log2(likely / (1 - likely))
    shares = [list(_USUAL) for _ in fields]
    kinds = Counter(zip(*(level.found for level in levels), strict=True))
    for _ in range(_ROUNDS):
        shares = _learned(kinds, shares, chances, begin)
    return begin, [_weights(*one) for one in zip(fields, shares, chances, strict=True)]


def probability(bits: float) -> float:
    """Bits of evidence as a probability."""
    if bits > 60:
        return 1.0
    return 0.0 if bits < -60 else 1 / (1 + 2.0**-bits)


def _chances(field: Coded, left_count: int, right_count: int) -> list[float]:
    """How often rows that do not belong together are the same, close, similar, different."""
    places = range(min(_SAMPLE, left_count * right_count))
    seen = Counter(
        _levels(
            field,
            [field.left[place * 7_919 % left_count] for place in places],
            [field.right[(place * 104_729 + place // left_count) % right_count] for place in places],
        )
    )
    counted = sum(seen[level] for level in range(_LEVELS))
    usual = _BY_CHANCE.get(field.form, _BY_CHANCE_ELSE)
    pairs_of_same = sum((count / field.filled) ** 2 for count in field.counts) if field.filled else 0
    same = (pairs_of_same * field.filled + usual * _CELLS) / (field.filled + _CELLS)
    close, similar = (
        (seen[level] + share * _CELLS) / (counted + _CELLS)
        for level, share in zip((Likeness.CLOSE, Likeness.SIMILAR), _UNLIKE, strict=True)
    )
    return [same, close, similar, max(1 - same - close - similar, 0.01)]


def _learned(
    kinds: Mapping[tuple[int, ...], int],
    shares: Sequence[Sequence[float]],
    chances: Sequence[Sequence[float]],
    begin: float,
) -> list[list[float]]:
    """One round: each kind of pair counts as far as it is likely to belong together."""
    bits = [
        [*(log2(share / chance) for share, chance in zip(ours, theirs, strict=True)), 0.0]
        for ours, theirs in zip(shares, chances, strict=True)
    ]
    counts = [[share * _WORTH for share in _USUAL] for _ in shares]
    for kind, number in kinds.items():
        likely = number * probability(begin + sum(column[level] for column, level in zip(bits, kind, strict=True)))
        if likely < 1e-4:
            continue
        for column, level in zip(counts, kind, strict=True):
            if level < _LEVELS:
                column[level] += likely
    return [[count / sum(column) for count in column] for column in counts]


def _weights(field: Coded, shares: Sequence[float], chances: Sequence[float]) -> Weights:
    usual = _BY_CHANCE.get(field.form, _BY_CHANCE_ELSE) * _CELLS
    cells = field.filled + _CELLS
    return Weights(
        [log2(shares[0] * cells / (count + usual)) for count in field.counts],
        [0.0, *(log2(share / chance) for share, chance in zip(shares[1:], chances[1:], strict=True)), 0.0],
    )
