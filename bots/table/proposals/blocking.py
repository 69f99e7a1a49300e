"""Which pairs of rows are looked at: not all of them, but those that agree in something.

Each pass puts rows together that agree in one thing; a pair that agrees in any of them is looked at. So a mistake in one
column, or a cell that is empty, costs nothing as long as something else agrees.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from bots.table.forms import Normal
from bots.table.proposals.coding import EMPTY, Coded
from yakin.errors import BusinessError

Keys = Sequence[Sequence[Hashable]]
"""For each row the keys under which it is put."""

_ALL = 20_000
_FEW = 5_000
_MOST_FOR_EACH_ROW = 2
_MOST = 5_000_000
_FEW_FIELDS = 3
_LONGEST = 20


def candidate_pairs(
    fields: Sequence[Coded], lefts: Sequence[int], rights: Sequence[int], passes: Sequence[Sequence[str]] | None = None
) -> set[tuple[int, int]]:
    """The pairs of rows that are worth looking at.

    Without declared passes all pairs of small lists are looked at. In larger ones a pass is made for each column, for each two of
    those that say too little alone (a prefecture), and, where there are three columns or fewer, for texts that agree but
    for one character. A pass that says too little is left out.

    Args:
        fields: The columns.
        lefts: Rows of the left list to look at.
        rights: Rows of the right list.
        passes: Names of pairings that have to agree: one list for each pass.

    Raises:
        BusinessError: A declared pass names an unknown column, or gives more than five million pairs.
    """
    if passes is not None:
        return _declared(fields, lefts, rights, passes)
    if len(lefts) * len(rights) <= _ALL:
        return {(left, right) for left in lefts for right in rights}
    return _automatic(fields, lefts, rights)


def _declared(
    fields: Sequence[Coded], lefts: Sequence[int], rights: Sequence[int], passes: Sequence[Sequence[str]]
) -> set[tuple[int, int]]:
    by_name = {name: field for field in fields for name in (field.pairing.name, field.pairing.left)}
    pairs: set[tuple[int, int]] = set()
    for names in passes:
        if unknown := [name for name in names if name not in by_name]:
            raise BusinessError(
                "Proposals cannot be narrowed by {columns}: it is not compared",
                columns=", ".join(unknown),
                hint="There are: {known}",
                known=", ".join(field.pairing.name for field in fields),
            )
        found = _agreeing(*_whole([by_name[name] for name in names]), lefts, rights, _MOST)
        if found is None:
            raise BusinessError(
                "Too many rows agree in {columns}: there would be more than {most} pairs to look at",
                columns=", ".join(names),
                most=f"{_MOST:,}",
                hint="Narrow the proposals by more columns at once",
            )
        pairs.update(found)
    return pairs


def _automatic(fields: Sequence[Coded], lefts: Sequence[int], rights: Sequence[int]) -> set[tuple[int, int]]:
    most = max(_FEW, _MOST_FOR_EACH_ROW * max(len(lefts), len(rights)))
    pairs: set[tuple[int, int]] = set()
    broad: list[Coded] = []
    for field in fields:
        found = _agreeing(*_whole([field]), lefts, rights, most)
        if found is None:
            broad.append(field)
        else:
            pairs.update(found)
    for two in combinations(broad, 2):
        pairs.update(_agreeing(*_whole(two), lefts, rights, most) or ())
    if len(fields) <= _FEW_FIELDS:
        for field in fields:
            pairs.update(_agreeing(*_but_for_one_character(field), lefts, rights, most) or ())
    return pairs


def _agreeing(
    ours: Keys, theirs: Keys, lefts: Sequence[int], rights: Sequence[int], most: int
) -> Iterator[tuple[int, int]] | None:
    """The pairs with a key in common; None when there are more than `most`."""
    of_left, of_right = _by_key(ours, lefts), _by_key(theirs, rights)
    common = [(rows, of_right[key]) for key, rows in of_left.items() if key in of_right]
    if sum(len(rows) * len(partners) for rows, partners in common) > most:
        return None
    return ((left, right) for rows, partners in common for left in rows for right in partners)


def _by_key(keys: Keys, rows: Iterable[int]) -> Mapping[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for row in rows:
        for key in keys[row]:
            found.setdefault(key, []).append(row)
    return found


def _whole(fields: Sequence[Coded]) -> tuple[Keys, Keys]:
    """The values of some columns together; none where a cell is empty."""
    return (
        [() if EMPTY in key else (key,) for key in zip(*(field.left for field in fields), strict=True)],
        [() if EMPTY in key else (key,) for key in zip(*(field.right for field in fields), strict=True)],
    )


def _but_for_one_character(field: Coded) -> tuple[Keys, Keys]:
    """The value, and what is left of it without any one of its characters.

    Two texts have such a key in common when they differ by one character that is another, more, less, or exchanged with the
    next one.
    """
    near: list[Sequence[Hashable]] = [_shortened(value) for value in field.values]
    near.append(())
    return [near[number] for number in field.left], [near[number] for number in field.right]


def _shortened(value: Normal) -> Sequence[Hashable]:
    text = str(value)
    if not 1 < len(text) <= _LONGEST:
        return (text,)
    return tuple({text, *(text[:place] + text[place + 1 :] for place in range(len(text)))})
