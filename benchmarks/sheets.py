"""Reading and writing a workbook with a list of 100,000 rows and 20 columns, against openpyxl in its quick modes.

Counted is processor time: reading from the file to a table whose rows know file, sheet and row number, errors and formulas without
results looked for; against openpyxl with `read_only`, which goes through the cells and keeps nothing. Writing from rows in
memory to the bytes of the workbook, header, formats and widths included; against openpyxl with `write_only`, cells alone.
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
from benchmarks.sheets_by import COLUMNS, rows_of  # noqa: E402 - it is found only now

READ_GOAL = 8.0
WRITE_GOAL = 6.0


def write_list(path: Path, rows: int) -> None:
    """The list in a workbook as Excel writes one: texts kept once, a date's format on its cells."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_urls": False, "default_date_format": "yyyy/mm/dd"}) as book:
        sheet = book.add_worksheet("一覧")
        for number, row in enumerate([COLUMNS, *rows_of(rows)]):
            sheet.write_row(number, 0, row)


def compete(what: str, path: Path, rows: int, rounds: int) -> tuple[Contender, Contender]:
    """Let both do the same in turns; returns openpyxl and Yakin."""
    with ExitStack() as running:
        theirs, ours = (
            running.enter_context(Contender(who, "benchmarks.sheets_by", [what, who, str(path), str(rows)]))
            for who in ("openpyxl", "yakin")
        )
        for _ in range(rounds):
            for one in (theirs, ours):
                one.turn(1)
        for one in (theirs, ours):
            one.finish()
    return theirs, ours


def main() -> int:
    """Measure in turns, print, and say by the exit status whether the goals hold."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="10,000 rows: within 50 seconds")
    rows, rounds = (10_000, 3) if options.parse_args().quick else (100_000, 3)
    found: dict[str, tuple[Contender, Contender]] = {}
    with tempfile.TemporaryDirectory(prefix="yakin-benchmark-") as made:
        path = Path(made, "list.xlsx")
        write_list(path, rows)
        for what in ("read", "write"):
            found[what] = compete(what, path, rows, rounds)
    table(
        [f"{rows:,} x {len(COLUMNS)}, median", "processor ms", "ms"],
        [
            [f"{what}, {one.name}", *(f"{one.per_row(figure) or 0:.0f}" for figure in ("cpu", "wall"))]
            for what, both in found.items()
            for one in both
        ],
    )
    print()
    times = {what: ratio(*both, "cpu") or ratio(*both, "wall") or 0 for what, both in found.items()}
    held = [
        claim("READ_VS_OPENPYXL", times["read"], at_least=READ_GOAL),
        claim("WRITE_VS_OPENPYXL", times["write"], at_least=WRITE_GOAL),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
