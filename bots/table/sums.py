"""Sums that settle each other (消込): which bills a payment covers, and when that is certain.

Rows are looked at payer by payer. A group is rows of the left and of the right list that come to the same amount, with no smaller
such group within. A group is accepted only when none of its rows could stand in another one: what could be settled in two
ways is for a person to decide. Sums that agree exactly go before those that agree but for a fee.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bots.table.outcomes import Ambiguous, Doubt, Group
from bots.table.pairing import Amount, Pairing

_STEPS = 100_000
"""Sums that are tried for one payer before the search is given up: about a tenth of a second."""
_GROUPS = 60
"""Ways that are kept for one payer; with more nobody can choose."""

Window = tuple[Amount, Amount]
"""How much more, at least and at most, the left side may come to than the right."""


@dataclass(frozen=True, slots=True)
class Sums:
    """How rows that no key pairs are settled by their amounts.

    Attributes:
        by: Columns that say whose rows they are; only rows of the same payer are added up.
        up_to: Rows of one side that may be in a group.
        many_to_many: Whether several rows of both sides may be in a group; otherwise one side has a single row.
        fees: What the right side may come to less than the left.
        fee_up_to: The same, any amount up to this.
        within: By how much sums may be apart and still agree.
    """

    by: tuple[Pairing, ...]
    up_to: int = 6
    many_to_many: bool = False
    fees: tuple[Amount, ...] = ()
    fee_up_to: Amount = 0
    within: Amount = 0

    @property
    def exact(self) -> tuple[Window, ...]:
        """How far sums may be apart that agree."""
        return ((-self.within, self.within),)

    @property
    def with_fee(self) -> tuple[Window, ...]:
        """How far they may be apart when a fee was taken off; empty when there are no fees."""
        listed = tuple((fee - self.within, fee + self.within) for fee in self.fees)
        return (*listed, (-self.within, self.fee_up_to + self.within)) if self.fee_up_to else listed

    def is_fee(self, amount: Amount) -> bool:
        """Whether the left side may come to so much more than the right."""
        return any(low <= amount <= high for low, high in self.with_fee)


@dataclass(frozen=True, slots=True)
class Side:
    """The rows of one list that are open: row → its amount, and row → whose it is."""

    amounts: Mapping[int, Amount]
    payers: Mapping[int, Hashable]


def settle(
    left: Side, right: Side, tied: Mapping[int, int], sums: Sums
) -> tuple[tuple[Group, ...], tuple[Ambiguous, ...]]:
    """Find the groups that are certain, and the rows for which a person has to choose.

    Args:
        left: Open rows of the left list; rows without a payer, or of nothing, are left alone.
        right: Open rows of the right list.
        tied: Open rows of one payer that a key pairs although their amounts differ, left → right: a group with only one of two
            is not accepted.
        sums: How they are settled.
    """
    groups: list[Group] = []
    doubts: list[Ambiguous] = []
    blocks = _blocks(left), _blocks(right)
    for payer, ours in blocks[0].items():
        theirs = blocks[1].get(payer, {})
        for windows in (sums.exact, sums.with_fee):
            if ours and theirs and windows:
                settled, doubtful = _settle_block(ours, theirs, windows, tied, sums)
                groups += settled
                doubts += doubtful
                done: list[Group | Ambiguous] = [*settled, *doubtful]
                ours = _without(ours, (row for one in done for row in one.left))
                theirs = _without(theirs, (row for one in done for row in one.right))
    return tuple(groups), tuple(doubts)


def _blocks(side: Side) -> dict[Hashable, dict[int, Amount]]:
    found: dict[Hashable, dict[int, Amount]] = {}
    for row, amount in side.amounts.items():
        if amount and row in side.payers:
            found.setdefault(side.payers[row], {})[row] = amount
    return found


def _without(amounts: Mapping[int, Amount], rows: Iterable[int]) -> dict[int, Amount]:
    gone = set(rows)
    return {row: amount for row, amount in amounts.items() if row not in gone}


def _settle_block(
    left: Mapping[int, Amount],
    right: Mapping[int, Amount],
    windows: Sequence[Window],
    tied: Mapping[int, int],
    sums: Sums,
) -> tuple[list[Group], list[Ambiguous]]:
    found, complete = groups_of(left, right, windows, sums)
    if not complete:
        return [], [Ambiguous(tuple(left), tuple(right), tuple(found), "too_many")]
    settled: list[Group] = []
    doubts: list[Ambiguous] = []
    ties = [(ours, theirs) for ours, theirs in tied.items() if ours in left and theirs in right]
    for candidates in _touching(found, ties):
        lefts = {row for group in candidates for row in group.left}
        rights = {row for group in candidates for row in group.right}
        torn = [(ours, theirs) for ours, theirs in ties if (ours in lefts) != (theirs in rights)]
        if len(candidates) == 1 and not torn:
            settled.append(candidates[0])
        else:
            why: Doubt = "several" if len(candidates) > 1 else "against_a_key"
            lefts |= {ours for ours, _ in torn}
            rights |= {theirs for _, theirs in torn}
            doubts.append(Ambiguous(tuple(sorted(lefts)), tuple(sorted(rights)), tuple(candidates), why))
    return settled, doubts


def _touching(groups: Sequence[Group], ties: Sequence[tuple[int, int]]) -> list[list[Group]]:
    """Groups that share rows, or a key's two rows, together."""
    sets: list[tuple[set[tuple[str, int]], list[Group]]] = []
    partner = {("left", ours): ("right", theirs) for ours, theirs in ties}
    partner |= {theirs: ours for ours, theirs in partner.items()}
    for group in groups:
        rows = {("left", row) for row in group.left} | {("right", row) for row in group.right}
        rows |= {partner[row] for row in rows if row in partner}
        members = [group]
        apart = []
        for known, others in sets:
            if known & rows:
                rows |= known
                members = [*others, *members]
            else:
                apart.append((known, others))
        sets = [*apart, (rows, members)]
    return [members for _, members in sets]


def groups_of(
    left: Mapping[int, Amount], right: Mapping[int, Amount], windows: Sequence[Window], sums: Sums
) -> tuple[list[Group], bool]:
    """All groups of one payer's rows without a smaller one within, and whether the search came to its end."""
    search = _Search()
    found: dict[tuple[frozenset[int], frozenset[int]], Group] = {}
    try:
        for low, high in windows:
            for lefts, rights in _balanced(left, right, low, high, sums, search):
                fee = sum(left[row] for row in lefts) - sum(right[row] for row in rights)
                group = Group(tuple(sorted(lefts)), tuple(sorted(rights)), fee)
                found[frozenset(lefts), frozenset(rights)] = group
                if len(found) > _GROUPS:
                    raise _TooMany
    except _TooMany:
        return list(found.values())[:_GROUPS], False
    least: list[tuple[frozenset[int], frozenset[int]]] = []
    for lefts, rights in sorted(found, key=lambda rows: len(rows[0]) + len(rows[1])):
        if not any(ours <= lefts and theirs <= rights for ours, theirs in least):
            least.append((lefts, rights))
    return [found[rows] for rows in least], True


def _balanced(
    left: Mapping[int, Amount], right: Mapping[int, Amount], low: Amount, high: Amount, sums: Sums, search: _Search
) -> Iterator[tuple[Collection[int], Collection[int]]]:
    """Rows of both sides where the left comes to `low` to `high` more than the right."""
    most = sums.up_to if sums.many_to_many else 1
    for rights, total in search.subsets(right, None, most):
        for lefts, _ in search.subsets(left, (total + low, total + high), sums.up_to):
            yield lefts, rights
    if not sums.many_to_many:
        for row, amount in left.items():
            for rights, _ in search.subsets(right, (amount - high, amount - low), sums.up_to):
                yield (row,), rights


class _TooMany(Exception):
    """There is more to try than anybody would look at."""


class _Search:
    """Depth-first search for rows by their sum, cut where no sum can be reached any more."""

    def __init__(self) -> None:
        self._left = _STEPS

    def subsets(
        self, amounts: Mapping[int, Amount], wanted: Window | None, most: int
    ) -> Iterator[tuple[tuple[int, ...], Amount]]:
        """One to `most` rows that come to what is wanted, or to anything.

        Raises:
            _TooMany: The search takes too long.
        """
        rows = sorted(amounts, key=lambda row: amounts[row], reverse=True)
        values = [amounts[row] for row in rows]
        gains = [0, *accumulate(max(value, 0) for value in values)]
        losses = [0, *accumulate(min(value, 0) for value in values)]
        count = len(rows)

        def deeper(start: int, chosen: tuple[int, ...], total: Amount) -> Iterator[tuple[tuple[int, ...], Amount]]:
            more = most - len(chosen)
            for place in range(start, count):
                self._step()
                if wanted is not None:
                    # The largest that `more` of the rows from here can add are the next ones, the least the last ones.
                    highest = total + gains[min(place + more, count)] - gains[place]
                    lowest = total + losses[count] - losses[max(place, count - more)]
                    if highest < wanted[0]:
                        return
                    if lowest > wanted[1]:
                        return
                now = total + values[place]
                picked = (*chosen, rows[place])
                if wanted is None or wanted[0] <= now <= wanted[1]:
                    yield picked, now
                if more > 1:
                    yield from deeper(place + 1, picked, now)

        return deeper(0, (), 0)

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _TooMany
