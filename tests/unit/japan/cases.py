"""Real cases as data: the files under tests/data/japan, a table each."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "data" / "japan"


def cases(name: str) -> list[tuple[str, ...]]:
    """The rows of one file, without its header."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return [tuple(row) for row in csv.reader(stream)][1:]
