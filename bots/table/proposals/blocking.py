"""Which pairs of rows are looked at: not all of them, but those that agree in something.

Each pass puts rows together that agree in one thing; a pair that agrees in any of them is looked at. So a mistake in one
column, or a cell that is empty, costs nothing as long as something else agrees.

This module imports polars: whoever is imported at the start imports it inside a function.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import polars as pl

from bots.table.forms import Normal
from bots.table.proposals.coding import EMPTY, Coded
from yakin.errors import BusinessError

_ALL = 20_000
_FEW = 5_000
_MOST_FOR_EACH_ROW = 2
_MOST = 5_000_000
_FEW_FIELDS = 3
_LONGEST = 20


def candidate_pairs(
    fields: Sequence[Coded], lefts: Sequence[int], rights: Sequence[int], passes: Sequence[Sequence[str]] | None = None
) -> pl.DataFrame:
    """The pairs of rows that are worth looking at, each once: columns `left` and `right`.

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
    ours, theirs = _Side("left", lefts), _Side("right", rights)
    if passes is not None:
        found = _declared(fields, ours, theirs, passes)
    elif len(lefts) * len(rights) <= _ALL:
        found = [ours.rows.join(theirs.rows, how="cross")]
    else:
        found = _automatic(fields, ours, theirs)
    return pl.concat([ours.rows.join(theirs.rows, how="cross").clear(), *found]).unique()


class _Side:
    """The rows of one list."""

    def __init__(self, name: str, rows: Sequence[int]) -> None:
        self._name = name
        self.rows = pl.DataFrame({name: pl.Series(rows, dtype=pl.UInt32)})

    def whole(self, fields: Sequence[Coded]) -> pl.DataFrame:
        """Rows that hold something in all of some columns, with the numbers of their values."""
        numbers = [
            pl.Series(str(place), getattr(field, self._name), dtype=pl.Int32).gather(self.rows[self._name])
            for place, field in enumerate(fields)
        ]
        return self.rows.with_columns(numbers).filter(pl.all_horizontal(pl.exclude(self._name) != EMPTY))

    def but_for_one_character(self, field: Coded) -> pl.DataFrame:
        """Rows with what is left of a value without any one of its characters, and with the value itself.

        Two texts have one of these in common when they differ by one character that is another, more, less, or exchanged
        with the next one.
        """
        near = pl.DataFrame(
            {"0": pl.Series(range(len(field.values)), dtype=pl.Int32), "near": list(map(_shortened, field.values))},
            schema_overrides={"near": pl.List(pl.String)},
        ).explode("near")
        return self.whole([field]).join(near, on="0").select(self._name, "near")


def _declared(
    fields: Sequence[Coded], ours: _Side, theirs: _Side, passes: Sequence[Sequence[str]]
) -> list[pl.DataFrame]:
    by_name = {name: field for field in fields for name in (field.pairing.name, field.pairing.left)}
    pairs: list[pl.DataFrame] = []
    for names in passes:
        if unknown := [name for name in names if name not in by_name]:
            raise BusinessError(
                "Proposals cannot be narrowed by {columns}: it is not compared",
                columns=", ".join(unknown),
                hint="There are: {known}",
                known=", ".join(field.pairing.name for field in fields),
            )
        chosen = [by_name[name] for name in names]
        found = _agreeing(ours.whole(chosen), theirs.whole(chosen), _MOST)
        if found is None:
            raise BusinessError(
                "Too many rows agree in {columns}: there would be more than {most} pairs to look at",
                columns=", ".join(names),
                most=f"{_MOST:,}",
                hint="Narrow the proposals by more columns at once",
            )
        pairs.append(found)
    return pairs


def _automatic(fields: Sequence[Coded], ours: _Side, theirs: _Side) -> list[pl.DataFrame]:
    most = max(_FEW, _MOST_FOR_EACH_ROW * max(ours.rows.height, theirs.rows.height))
    pairs: list[pl.DataFrame | None] = []
    broad: list[Coded] = []
    for field in fields:
        pairs.append(_agreeing(ours.whole([field]), theirs.whole([field]), most))
        if pairs[-1] is None:
            broad.append(field)
    pairs += [_agreeing(ours.whole(two), theirs.whole(two), most) for two in combinations(broad, 2)]
    if len(fields) <= _FEW_FIELDS:
        pairs += [
            _agreeing(ours.but_for_one_character(field), theirs.but_for_one_character(field), most) for field in fields
        ]
    return [found for found in pairs if found is not None]


def _agreeing(ours: pl.DataFrame, theirs: pl.DataFrame, most: int) -> pl.DataFrame | None:
    """The pairs that agree in all columns but the first; None when there are more than `most`."""
    keys = ours.columns[1:]
    counts = ours.group_by(keys).len("ours").join(theirs.group_by(keys).len("theirs"), on=keys)
    if counts.select((pl.col("ours").cast(pl.Int64) * pl.col("theirs")).sum()).item() > most:
        return None
    return ours.join(theirs, on=keys).select("left", "right")


def _shortened(value: Normal) -> list[str]:
    text = str(value)
    if not 1 < len(text) <= _LONGEST:
        return [text]
    return list({text, *(text[:place] + text[place + 1 :] for place in range(len(text)))})
