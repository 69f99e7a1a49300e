"""The contenders of `sheets_reconcile.py`: the same two lists, each in the form its library likes, paired by number and compared.

All put rows whose number is not unique apart, tell pairs that are the same from pairs that differ, keep both sides' columns and
row numbers, and sum up the amounts of each outcome.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import Turns

COMPARED = ("name", "amount")
Counts = dict[str, int]


def yakin(folder: Path, *, of_cells: bool = False) -> Callable[[], Counts]:
    """`table.reconcile` without its workbook; lists as polars reads them, or as cells out of a workbook."""
    import polars as pl

    from bots.table import Pairing, reconcile_tables
    from bots.table.result_tables import outcome_tables
    from yakin.values import Column, Origins, Table

    frames = [pl.read_csv(folder / f"{side}.csv", schema_overrides={"number": pl.String}) for side in ("left", "right")]
    cells = [{name: frame[name].to_list() for name in frame.columns} for frame in frames] if of_cells else []

    numbers = [Column.of_series(pl.int_range(2, frame.height + 2, eager=True)) for frame in frames]

    def tables() -> list[Table]:
        origins = [Origins.at("list.csv", None, rows) for rows in numbers]
        if of_cells:
            return [Table(columns, rows) for columns, rows in zip(cells, origins, strict=True)]
        return [Table.from_frame(frame, rows) for frame, rows in zip(frames, origins, strict=True)]

    def once() -> Counts:
        left, right = tables()
        keys, compare = [Pairing("number", "number", "digits")], [Pairing("name", "name", "text")]
        found = reconcile_tables(left, right, keys, compare, Pairing("amount", "amount", "amount"))
        made = outcome_tables(found, "left", "right")
        return {name: table.count for name, table in made.items() if name not in ("ambiguous", "proposed")}

    return once


def polars(folder: Path) -> Callable[[], Counts]:
    """Polars by hand."""
    import polars as pl

    def read(side: str) -> pl.DataFrame:
        frame = pl.read_csv(folder / f"{side}.csv", schema_overrides={"number": pl.String})
        return frame.with_row_index("row", offset=2)

    left, right = read("left"), read("right")

    def once() -> Counts:
        twice = pl.concat([frame.filter(pl.col("number").is_duplicated()).select("number") for frame in (left, right)])
        ours, theirs = (frame.join(twice, on="number", how="anti") for frame in (left, right))
        duplicates = [frame.join(twice, on="number", how="semi") for frame in (left, right)]
        both = ours.join(theirs, on="number", how="full", suffix="_right")
        no_left, no_right = both["row"].is_null(), both["row_right"].is_null()
        pairs, only_left, only_right = both.filter(~no_left & ~no_right), both.filter(no_right), both.filter(no_left)
        same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_right")) for name in COMPARED)
        matched, differs = pairs.filter(same), pairs.filter(~same)
        parts = [matched, differs, only_left, duplicates[0]]
        assert sum(part["amount"].sum() for part in parts) == left["amount"].sum()
        rights = [part["amount_right"] for part in (matched, differs, only_right)] + [duplicates[1]["amount"]]
        assert sum(amounts.sum() for amounts in rights) == right["amount"].sum()
        return {
            "matched": matched.height,
            "differs": differs.height,
            "only_left": only_left.height,
            "only_right": only_right.height,
            "duplicates": duplicates[0].height + duplicates[1].height,
        }

    return once


def pandas(folder: Path) -> Callable[[], Counts]:
    """Pandas by hand."""
    import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]

    def read(side: str) -> Any:
        frame = pd.read_csv(folder / f"{side}.csv", dtype={"number": str})
        frame["row"] = range(2, len(frame) + 2)
        return frame

    left, right = read("left"), read("right")

    def once() -> Counts:
        twice = pd.concat([frame.loc[frame["number"].duplicated(keep=False), "number"] for frame in (left, right)])
        odd = [frame["number"].isin(twice) for frame in (left, right)]
        both = left[~odd[0]].merge(right[~odd[1]], on="number", how="outer", suffixes=("", "_right"), indicator=True)
        pairs = both[both["_merge"] == "both"]
        same = (pairs["name"] == pairs["name_right"]) & (pairs["amount"] == pairs["amount_right"])
        matched, differs = pairs[same], pairs[~same]
        only_left, only_right = both[both["_merge"] == "left_only"], both[both["_merge"] == "right_only"]
        parts = [matched["amount"], differs["amount"], only_left["amount"], left.loc[odd[0], "amount"]]
        assert sum(int(part.sum()) for part in parts) == left["amount"].sum()
        parts = [part["amount_right"] for part in (matched, differs, only_right)] + [right.loc[odd[1], "amount"]]
        assert sum(int(part.sum()) for part in parts) == right["amount"].sum()
        return {
            "matched": len(matched),
            "differs": len(differs),
            "only_left": len(only_left),
            "only_right": len(only_right),
            "duplicates": int(odd[0].sum() + odd[1].sum()),
        }

    return once


def datacompy(folder: Path) -> Callable[[], Counts]:
    """Datacompy over pandas; rows whose number is not unique are paired in their order, not put apart."""
    import pandas as pd
    from datacompy.core import Compare  # type: ignore[import-not-found, import-untyped, unused-ignore]

    left, right = (pd.read_csv(folder / f"{side}.csv", dtype={"number": str}) for side in ("left", "right"))

    def once() -> Counts:
        done = Compare(left.copy(), right.copy(), join_columns="number")
        return {"only_left": len(done.df1_unq_rows), "only_right": len(done.df2_unq_rows)}

    return once


CONTENDERS: dict[str, Callable[[Path], Callable[[], Counts]]] = {
    "yakin": yakin,
    "yakin of cells": lambda folder: yakin(folder, of_cells=True),
    "polars": polars,
    "pandas": pandas,
    "datacompy": datacompy,
}


def main() -> None:
    """Reconcile once for warming up, then once for each row that is asked for."""
    name, folder = sys.argv[1:]
    reconcile = CONTENDERS[name](Path(folder))
    turns, counts = Turns(), reconcile()
    while turns.next_row():
        counts = reconcile()
    turns.say(**counts)


if __name__ == "__main__":
    main()
