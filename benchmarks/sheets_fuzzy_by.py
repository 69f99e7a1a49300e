"""The contenders of `sheets_fuzzy.py`: the same two lists, each in the form its library likes; each finds the pairs in its own way."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.measure import Turns

FORMS: dict[str, Any] = {
    "given_name": "name",
    "surname": "name",
    "street_number": "digits",
    "address_1": "text",
    "address_2": "text",
    "suburb": "text",
    "postcode": "digits",
    "state": "text",
    "date_of_birth": "digits",
    "soc_sec_id": "digits",
}
Rows = list[dict[str, str | None]]
Pairs = set[tuple[int, int]]


def rows_of(folder: Path, name: str) -> Rows:
    """One of the two lists."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return [
            {column: cell.strip() or None for column, cell in row.items()}
            for row in csv.DictReader(file, skipinitialspace=True)
        ]


def yakin(left: Rows, right: Rows) -> Callable[[], Pairs]:
    """Proposals, accepted from a score and a margin on."""
    import polars  # noqa: F401 - starting is not counted for anyone
    import rapidfuzz.distance  # noqa: F401

    from bots.table.pairing import Pairing
    from bots.table.proposals import Accept, accepted, propose
    from yakin.values import Table

    fields = [Pairing(name, name, form) for name, form in FORMS.items()]

    def once() -> Pairs:
        found = propose(Table.from_records(left), Table.from_records(right), fields)
        taken, _ = accepted(found, Accept(score=0.9, margin=0.1))
        return {(one.left, one.right) for one in taken}

    return once


def splink(left: Rows, right: Rows) -> Callable[[], Pairs]:
    """Splink 4 on DuckDB, as its documentation shows it; the best partner of each row."""
    import logging

    import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import splink.comparison_library as cl  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.disable(logging.WARNING)
    frames = [pd.DataFrame(rows).drop(columns="rec_id").assign(unique_id=range(len(rows))) for rows in (left, right)]
    rules = [
        block_on("soc_sec_id"),
        block_on("date_of_birth"),
        block_on("given_name", "surname"),
        block_on("surname", "postcode"),
        block_on("given_name", "postcode"),
        block_on("address_1"),
    ]
    numbers = ("postcode", "date_of_birth", "soc_sec_id")
    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            *(cl.JaroWinklerAtThresholds(name) for name in ("address_1", "address_2", "suburb")),
            *(cl.LevenshteinAtThresholds(name, [1, 2]) for name in numbers),
            *(cl.ExactMatch(name) for name in ("street_number", "state")),
        ],
    )

    def once() -> Pairs:
        linker = Linker(frames, settings, db_api=DuckDBAPI())
        linker.training.estimate_probability_two_random_records_match([block_on("soc_sec_id")], recall=0.9)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for name in ("date_of_birth", "soc_sec_id"):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(name))
        found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
        found = found.sort_values("match_weight", ascending=False)
        found = found.drop_duplicates("unique_id_l").drop_duplicates("unique_id_r")
        return set(zip(found["unique_id_l"].tolist(), found["unique_id_r"].tolist(), strict=True))

    return once


def rapidfuzz(left: Rows, right: Rows) -> Callable[[], Pairs]:
    """The mean similarity of all columns of all pairs; partners are each other's best."""
    import numpy as np  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from rapidfuzz.distance import JaroWinkler
    from rapidfuzz.process import cdist

    def once() -> Pairs:
        total = np.zeros((len(left), len(right)), dtype=np.float32)
        for name in FORMS:
            ours, theirs = ([row[name] or "" for row in rows] for rows in (left, right))
            total += cdist(ours, theirs, scorer=JaroWinkler.similarity, dtype=np.float32)
        best, best_of_right = total.argmax(axis=1), total.argmax(axis=0)
        enough = 0.7 * len(FORMS)
        return {
            (row, int(partner))
            for row, partner in enumerate(best)
            if best_of_right[partner] == row and total[row, partner] >= enough
        }

    return once


def judged(pairs: Pairs, left: Rows, right: Rows) -> dict[str, float]:
    """How good the pairs are; rec-1070-org and rec-1070-dup-0 are one person."""
    persons = [_persons(rows) for rows in (left, right)]
    true = sum(persons[0][row] == persons[1][partner] for row, partner in pairs)
    there = len(set(persons[0]) & set(persons[1]))
    return {"f1": 2 * true / (len(pairs) + there), "pairs": len(pairs)}


def _persons(rows: Iterable[dict[str, str | None]]) -> list[str]:
    return [str(row["rec_id"]).split("-")[1] for row in rows]


CONTENDERS: dict[str, Callable[[Rows, Rows], Callable[[], Pairs]]] = {
    "yakin": yakin,
    "splink": splink,
    "rapidfuzz": rapidfuzz,
}


def main() -> None:
    """Link once for warming up, then once for each row that is asked for."""
    name, folder = sys.argv[1:]
    left, right = rows_of(Path(folder), "dataset4a.csv"), rows_of(Path(folder), "dataset4b.csv")
    link = CONTENDERS[name](left, right)
    turns, pairs = Turns(), link()
    while turns.next_row():
        pairs = link()
    turns.say(**judged(pairs, left, right))


if __name__ == "__main__":
    main()
