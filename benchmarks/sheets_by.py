"""One contender of `sheets.py`: reads a list, or writes one, as often as it is told to.

Run with what it does (`read`, `write`), with what (`yakin`, `openpyxl`), the file and the number of rows.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import Turns  # noqa: E402 - it is found only now

COLUMNS = tuple(f"列{number}" for number in range(1, 21))
_BEGIN = date(2024, 4, 1)


def rows_of(count: int) -> list[tuple[Any, ...]]:
    """A list as an office keeps it: codes with zeros, names, a date, ten amounts, a rate, notes now and then, a yes or no."""
    return [
        (
            *(f"{row:08d}", f"山田太郎{row % 5000}", "ヤマダ タロウ", f"青葉町{row % 300}番地"),
            _BEGIN + timedelta(days=row % 365),
            *(row * number % 99_999 for number in range(10)),
            *(row * 0.37, "済", f"備考{row % 17}" if row % 3 else None, None, row % 2 == 0),
        )
        for row in range(count)
    ]


def reader(who: str, path: Path, rows: int) -> Callable[[], object]:
    """Read all cells of the list; Yakin into a table whose rows know where they stood."""
    if who == "openpyxl":
        import openpyxl

        def read() -> int:
            book = openpyxl.load_workbook(path, read_only=True)
            found = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) - 1
            book.close()
            return found
    else:
        from bots.excel.reading.books import open_book
        from bots.excel.reading.headers import find_header
        from bots.excel.reading.selection import select
        from bots.excel.reading.sources import read_source

        def read() -> int:
            grid = open_book(read_source(path)).grid(None)
            return select(grid, find_header(grid, 1, None)).table.count

    def checked() -> None:
        if read() != rows:
            raise SystemExit(f"{who} did not read {rows} rows")

    return checked


def writer(who: str, rows: int) -> Callable[[], object]:
    """Write the list; Yakin with a header in colour, widths, filters and formats."""
    cells = rows_of(rows)
    return {"openpyxl": _by_openpyxl, "yakin": _by_yakin}[who](cells)


def _by_openpyxl(cells: Sequence[Sequence[Any]]) -> Callable[[], object]:
    import openpyxl

    def write() -> None:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("一覧")
        sheet.append(COLUMNS)
        for row in cells:
            sheet.append(row)
        book.save(io.BytesIO())

    return write


def _by_yakin(cells: Sequence[Sequence[Any]]) -> Callable[[], object]:
    from bots.excel import Sheet, workbook_bytes

    return lambda: workbook_bytes([Sheet("一覧", COLUMNS, cells)], file="list.xlsx")


def main() -> None:
    """Do one whole list a turn."""
    what, who, file, rows = sys.argv[1:]
    do = reader(who, Path(file), int(rows)) if what == "read" else writer(who, int(rows))
    turns = Turns()
    while turns.next_row():
        do()
    turns.say()


if __name__ == "__main__":
    main()
