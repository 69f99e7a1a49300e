"""Changing two cells of a sheet with 100,000 rows in place, against openpyxl, which loads the workbook and saves it.

Counted is processor time from the file's bytes to the changed file's bytes, and the most memory that each process ever held. Both
change the same two cells, one number and one text; each result is read back.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import Contender, claim, ratio, table  # noqa: E402 - it is found only now

TIMES = 20.0
MEMORY = 0.5
COLUMNS = 20


def write_list(path: Path, rows: int) -> None:
    """A list of so many rows and 20 columns, a third of them texts, most of which occur again and again."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("一覧")
        for row in range(rows):
            for column in range(COLUMNS):
                if column % 3:
                    sheet.write_number(row, column, row * column)
                else:
                    sheet.write_string(row, column, f"北町{row % 5000}番地")


def main() -> int:
    """Measure in turns, print, and say by the exit status whether the goals hold."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="20,000 rows")
    quick = options.parse_args().quick
    rows, rounds = (20_000, 2) if quick else (100_000, 3)
    with tempfile.TemporaryDirectory(prefix="yakin-benchmark-") as made, ExitStack() as running:
        path = Path(made, "list.xlsx")
        write_list(path, rows)
        ours, theirs = (
            running.enter_context(Contender(name, "benchmarks.sheets_edit_by", [name, str(path), str(rows)]))
            for name in ("yakin", "openpyxl")
        )
        for _ in range(rounds):
            for one in (ours, theirs):
                one.turn(1)
        for one in (ours, theirs):
            one.finish()
    table(
        [f"2 cells of {rows:,} x {COLUMNS}, median", "processor ms", "ms", "most MiB"],
        [
            [one.name, *(f"{one.per_row(what) or 0:.0f}" for what in ("cpu", "wall")), f"{one.said['memory']:.0f}"]
            for one in (ours, theirs)
        ],
    )
    print()
    times = ratio(theirs, ours, "cpu") or ratio(theirs, ours, "wall")
    held = [
        claim("EDIT_VS_OPENPYXL", times or 0, at_least=TIMES),
        claim("EDIT_MEMORY_VS_OPENPYXL", ours.said["memory"] / theirs.said["memory"], at_most=MEMORY),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
