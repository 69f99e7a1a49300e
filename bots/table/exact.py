"""Rows of two lists with the same key, found by polars, and the columns in which they differ.

This module imports polars: whoever is imported at the start imports it inside a function.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from bots.table.normalised import alike, normalised
from bots.table.outcomes import Duplicate, Pairs, Singles, Why
from bots.table.pairing import Amount, Pairing
from yakin.values import Table

_ROW, _PARTNER = "row", "partner"


@dataclass(frozen=True, slots=True)
class Paired:
    """Where the exact keys put each row.

    Attributes:
        pairs: Rows with the same key, which no other row of either side has; in the order of the left list.
        only_left: Rows of the left list without a partner, in its order.
        only_right: Rows of the right list without a partner, in its order.
        duplicates: Rows of both sides whose key is not unique on one of them, key by key.
    """

    pairs: Pairs
    only_left: Singles
    only_right: Singles
    duplicates: tuple[Duplicate, ...]


def pair_rows(left: Table, right: Table, keys: Sequence[Pairing]) -> Paired:
    """Pair the rows of two lists by their keys."""
    ours, theirs, odd_left, odd_right = _keys(left, right, keys)
    names = [name for name in ours.columns if name != _ROW]
    ours, theirs, duplicates = _without_duplicates(ours, theirs, names)
    joined = ours.join(
        theirs.rename({_ROW: _PARTNER}), on=names, how="left", nulls_equal=True, maintain_order="left"
    ).select(_ROW, _PARTNER)
    alone = joined[_PARTNER].is_null()
    pairs = joined.filter(~alone)
    found = pl.repeat(False, right.count, eager=True, dtype=pl.Boolean).scatter(pairs[_PARTNER], True)
    return Paired(
        Pairs(pairs[_ROW], pairs[_PARTNER]),
        Singles.of(joined.filter(alone)[_ROW], odd_left),
        Singles.of(theirs.filter(~found.gather(theirs[_ROW]))[_ROW], odd_right),
        duplicates,
    )


def differing(left: Table, right: Table, pairs: Pairs, compare: Sequence[Pairing]) -> tuple[Pairs, Pairs]:
    """Pairs without and with a difference in the compared columns."""
    masks = {pairing: _different(left, right, pairs, pairing) for pairing in compare}
    odd = [mask for mask in masks.values() if mask is not None]
    if not odd:
        return pairs, Pairs.none()
    different = pl.select(pl.any_horizontal(odd)).to_series()
    places = different.arg_true()
    told: list[list[Pairing]] = [[] for _ in range(len(places))]
    for pairing, mask in masks.items():
        if mask is not None:
            for place in mask.gather(places).arg_true():
                told[place].append(pairing)
    return (
        Pairs(pairs.left.filter(~different), pairs.right.filter(~different)),
        Pairs(pairs.left.gather(places), pairs.right.gather(places), [tuple(found) for found in told]),
    )


def keys_of(left: Table, right: Table, keys: Sequence[Pairing]) -> tuple[dict[int, Hashable], dict[int, Hashable]]:
    """Row → its key, on either side, for the rows that have one."""
    ours, theirs, _, _ = _keys(left, right, keys)
    return _by_row(ours), _by_row(theirs)


def _by_row(frame: pl.DataFrame) -> dict[int, Hashable]:
    return {row: tuple(key) for row, *key in frame.iter_rows()}


def _keys(
    left: Table, right: Table, keys: Sequence[Pairing]
) -> tuple[pl.DataFrame, pl.DataFrame, dict[int, Why], dict[int, Why]]:
    """The keys of both sides with their rows; apart, the rows that have none, and why."""
    sides: tuple[list[pl.Series], list[pl.Series]] = ([], [])
    unreadable: tuple[list[pl.Series], list[pl.Series]] = ([], [])
    for number, pairing in enumerate(keys):
        found = (
            normalised(left.stored(pairing.left), pairing.form),
            normalised(right.stored(pairing.right), pairing.form),
        )
        for side, values in enumerate(alike(found[0].values, found[1].values)):
            sides[side].append(values.alias(f"key {number}"))
        for side, column in enumerate(found):
            if column.unreadable is not None:
                unreadable[side].append(column.unreadable)
    ours, odd_left = _with_keys(sides[0], unreadable[0])
    theirs, odd_right = _with_keys(sides[1], unreadable[1])
    return ours, theirs, odd_left, odd_right


def _with_keys(columns: list[pl.Series], unreadable: list[pl.Series]) -> tuple[pl.DataFrame, dict[int, Why]]:
    frame = pl.DataFrame(columns)
    names = frame.columns
    frame = frame.with_row_index(_ROW)
    odd: dict[int, Why] = {}
    if all(column.null_count() for column in columns):
        empty = frame.select(pl.all_horizontal(pl.col(names).is_null())).to_series()
        odd |= dict.fromkeys(empty.arg_true(), "empty_key")
    for mask in unreadable:
        odd |= dict.fromkeys(mask.arg_true(), "unreadable_key")
    if odd:
        frame = frame.filter(~pl.col(_ROW).is_in(list(odd)))
    return frame, odd


def _without_duplicates(
    ours: pl.DataFrame, theirs: pl.DataFrame, names: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Duplicate, ...]]:
    twice = [
        frame.filter(frame.select(names).is_duplicated()).select(names)
        for frame in (ours, theirs)
        if frame.select(names).n_unique() < frame.height
    ]
    if not twice:
        return ours, theirs, ()
    keys = pl.concat(twice).unique()
    parts = [
        (
            frame.join(keys, on=names, how="semi", nulls_equal=True, maintain_order="left"),
            frame.join(keys, on=names, how="anti", nulls_equal=True, maintain_order="left"),
        )
        for frame in (ours, theirs)
    ]
    rows: dict[tuple[Any, ...], list[Duplicate]] = {}
    for side, (those, _) in zip(("left", "right"), parts, strict=True):
        for row, *key in those.iter_rows():
            text = " / ".join("" if part is None else str(part) for part in key)
            rows.setdefault(tuple(key), []).append(Duplicate(side, row, text))  # type: ignore[arg-type]
    return parts[0][1], parts[1][1], tuple(found for same in rows.values() for found in same)


def _different(left: Table, right: Table, pairs: Pairs, pairing: Pairing) -> pl.Series | None:
    """Whether the two cells of each pair differ; None when none do. Cells that are written alike are the same in every form."""
    ours, theirs = left.stored(pairing.left).take(pairs.left), right.stored(pairing.right).take(pairs.right)
    if ours.series is not None and theirs.series is not None and ours.series.dtype == theirs.series.dtype:
        places = ours.series.ne_missing(theirs.series).arg_true()
        if not len(places):
            return None
        ours, theirs = ours.take(places), theirs.take(places)
    else:
        places = pl.int_range(len(pairs), eager=True)
    found, other = normalised(ours, pairing.form), normalised(theirs, pairing.form)
    values = alike(found.values, other.values)
    mask = values[0].ne_missing(values[1])
    odd = [one.unreadable for one in (found, other) if one.unreadable is not None]
    if odd:
        # A value that is not of its form differs from everything but the same value.
        texts = normalised(ours, "text").values.ne_missing(normalised(theirs, "text").values)
        unreadable = odd[0] if len(odd) == 1 else odd[0] | odd[1]
        mask = texts.zip_with(unreadable, mask)
    if pairing.within:
        mask = mask.scatter(_near(values, mask, pairing.within), False)
    if not mask.any():
        return None
    return pl.repeat(False, len(pairs), eager=True, dtype=pl.Boolean).scatter(places.filter(mask), True)


def _near(values: tuple[pl.Series, pl.Series], mask: pl.Series, within: Amount) -> list[int]:
    """Places where two amounts or days differ by no more than is allowed."""
    places = mask.arg_true()
    pairs = zip(places, values[0].gather(places), values[1].gather(places), strict=True)
    return [
        place for place, one, other in pairs if one is not None and other is not None and _gap(one, other) <= within
    ]


def _gap(one: Any, other: Any) -> Amount:
    if isinstance(one, date):
        days: int = abs((one - other).days)
        return days
    return abs(Decimal(one) - Decimal(other))
