"""The contenders of `sheets_edit.py`: each changes the same two cells of the same workbook."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Turns


def yakin(path: Path, row: int) -> Callable[[], bytes]:
    """The patcher behind `excel.fill_cells`."""
    from bots.excel.editing import patched
    from bots.excel.package import Package

    return lambda: patched(Package(path.name, path.read_bytes()), {"一覧": {(row // 2, 2): 1, (row, 4): "済"}})


def openpyxl(path: Path, row: int) -> Callable[[], bytes]:
    """Load, change, save."""
    import openpyxl as library

    def once() -> bytes:
        book = library.load_workbook(path)
        book["一覧"].cell(row // 2, 2, 1)
        book["一覧"].cell(row, 4, "済")
        saved = io.BytesIO()
        book.save(saved)
        return saved.getvalue()

    return once


def _most_memory() -> float:
    """MiB that this process held at most."""
    try:
        import resource
    except ImportError:
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def main() -> None:
    """Change the cells once for each row that is asked for, and look whether they are changed."""
    name, path, rows = sys.argv[1:]
    change = {"yakin": yakin, "openpyxl": openpyxl}[name](Path(path), int(rows))
    turns = Turns()
    content = b""
    while turns.next_row():
        content = b""
        content = change()
    memory = _most_memory()
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        cells = book.get_sheet_by_index(0).to_python()
    assert (cells[int(rows) // 2 - 1][1], cells[int(rows) - 1][3], len(cells)) == (1, "済", int(rows))
    turns.say(memory=memory)


if __name__ == "__main__":
    main()
