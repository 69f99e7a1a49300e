"""Where a reconciliation has put each row: the words it is told in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

from bots.table.balance import Tally
from bots.table.pairing import Amount, Pairing, Side
from yakin.values import Table

if TYPE_CHECKING:
    import polars as pl

    from bots.table.proposals import Proposal

Why = Literal["no_counterpart", "empty_key", "unreadable_key"]
Doubt = Literal["several", "against_a_key", "too_many"]


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


class Pairs(Sequence[Pair]):
    """Many pairs, stored by column.

    Attributes:
        left: Rows of the left list, counted from 0.
        right: Rows of the right list.
        differing: For each pair the compared columns whose values differ; None when all match.
    """

    __slots__ = ("differing", "left", "right")

    def __init__(
        self, left: pl.Series, right: pl.Series, differing: Sequence[tuple[Pairing, ...]] | None = None
    ) -> None:
        self.left = left
        self.right = right
        self.differing = differing

    @classmethod
    def none(cls) -> Pairs:
        """No pairs at all."""
        import polars as pl

        return cls(pl.Series(dtype=pl.UInt32), pl.Series(dtype=pl.UInt32), [])

    def with_more(self, more: Pairs) -> Pairs:
        """These and others, in the order of the left list."""
        import polars as pl

        left, right = (pl.concat([getattr(self, side), getattr(more, side)]) for side in ("left", "right"))
        told = None
        if self.differing is not None and more.differing is not None:
            told = [*self.differing, *more.differing]
        return Pairs(left, right, told).take(left.arg_sort().to_list())

    def take(self, places: Sequence[int]) -> Pairs:
        """The pairs at these places."""
        told = None if self.differing is None else [self.differing[place] for place in places]
        return Pairs(self.left.gather(places), self.right.gather(places), told)

    @overload
    def __getitem__(self, place: int) -> Pair: ...
    @overload
    def __getitem__(self, place: slice) -> Pairs: ...
    def __getitem__(self, place: int | slice) -> Pair | Pairs:
        if isinstance(place, slice):
            return self.take(range(len(self))[place])
        return Pair(self.left[place], self.right[place], () if self.differing is None else self.differing[place])

    def __iter__(self) -> Iterator[Pair]:
        told = [()] * len(self) if self.differing is None else self.differing
        return map(Pair, self.left.to_list(), self.right.to_list(), told)

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class Single:
    """A row without a partner.

    Attributes:
        index: Row, counted from 0.
        why: Nothing on the other side has its key, or its key is empty or not of the declared form.
    """

    index: int
    why: Why = "no_counterpart"


class Singles(Sequence[Single]):
    """Many rows without a partner, stored by column.

    Attributes:
        rows: The rows, counted from 0, in their order.
        odd: Row → why, for those whose key is empty or unreadable.
    """

    __slots__ = ("odd", "rows")

    def __init__(self, rows: pl.Series, odd: Mapping[int, Why]) -> None:
        self.rows = rows
        self.odd = odd

    @classmethod
    def of(cls, rows: pl.Series, odd: Mapping[int, Why]) -> Singles:
        """Rows without a counterpart together with those that have no key."""
        import polars as pl

        if odd:
            rows = pl.concat([rows, pl.Series(list(odd), dtype=rows.dtype)]).sort()
        return cls(rows, odd)

    def without(self, rows: Collection[int]) -> Singles:
        """All but these rows."""
        return Singles(self.rows.filter(~self.rows.is_in(list(rows))), self.odd)

    @overload
    def __getitem__(self, place: int) -> Single: ...
    @overload
    def __getitem__(self, place: slice) -> Singles: ...
    def __getitem__(self, place: int | slice) -> Single | Singles:
        if isinstance(place, slice):
            return Singles(self.rows[place], self.odd)
        row = self.rows[place]
        return Single(row, self.odd.get(row, "no_counterpart"))

    def __iter__(self) -> Iterator[Single]:
        return (Single(row, self.odd.get(row, "no_counterpart")) for row in self.rows.to_list())

    def __len__(self) -> int:
        return len(self.rows)


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
class Group:
    """Rows of both sides whose amounts come to the same.

    Attributes:
        left: Rows of the left list, counted from 0.
        right: Rows of the right list.
        fee: What the left side comes to more than the right.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    fee: Amount = 0


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Rows that come to the same in more than one way, or in one that contradicts a key.

    Attributes:
        left: Rows of the left list, counted from 0.
        right: Rows of the right list.
        candidates: The ways; when there are too many to look at, those that were found.
        why: `several` ways; the only way is `against_a_key`; or there are `too_many` to look at.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    candidates: tuple[Group, ...]
    why: Doubt


@dataclass(frozen=True)
class Reconciliation:
    """Where each row ended.

    Attributes:
        left: The left list.
        right: The right list.
        keys: Columns the rows were paired by.
        compared: Columns that were compared.
        matched: Pairs without a difference, in the order of the left list.
        groups: Rows that match by their sums, payer by payer; they count as matched.
        differs: Pairs with a difference, in the order of the left list.
        only_left: Rows of the left list without a partner.
        only_right: Rows of the right list without a partner.
        ambiguous: Rows whose sums agree in several ways.
        proposed: Pairs of rows without a partner that may belong together, for a person; a row may be in several.
        duplicates: Rows of both sides whose key is not unique on one of them.
        taken: Row of the left list → the proposal by which it has its partner.
        likely: Columns by which pairs were proposed; none when that was not asked for.
        summed: Whether sums were looked for.
        tallies: `matched`, `differs`, `only_left`, `only_right`, `ambiguous`, `proposed`, `duplicates` → their rows and amounts.
        total: Rows and amounts of the two lists.
    """

    left: Table
    right: Table
    keys: tuple[Pairing, ...]
    compared: tuple[Pairing, ...]
    matched: Pairs
    groups: tuple[Group, ...]
    differs: Pairs
    only_left: Singles
    only_right: Singles
    ambiguous: tuple[Ambiguous, ...]
    proposed: tuple[Proposal, ...]
    duplicates: tuple[Duplicate, ...]
    taken: Mapping[int, Proposal]
    likely: tuple[Pairing, ...]
    summed: bool
    tallies: Mapping[str, Tally]
    total: Tally
