"""Sample files: what the clerks of the practice town hall have on their desks.

`write_all` writes what the demo needs. Each module beside this one holds the data of one workflow, and knows what has to
come out of them; `people`, `places` and `banks` are the town that they share. All of it is made up, and the same whenever
it is made.
"""

from __future__ import annotations

from pathlib import Path

from yakin.practice.samples.billing import write_billing, write_payments
from yakin.practice.samples.declarations import (
    ALREADY_REGISTERED,
    DECLARATIONS,
    HEADER_ROW,
    IMPOSSIBLE_DATE,
    NEW_DECLARATIONS,
    REFUSED,
    RESULT_COLUMNS,
    SHEET,
    TOTAL_INCOME,
    TOTAL_NEW_INCOME,
    already_registered_rows,
    as_typed,
    declarations,
    write_declarations,
)

__all__ = [
    "ALREADY_REGISTERED",
    "DECLARATIONS",
    "HEADER_ROW",
    "IMPOSSIBLE_DATE",
    "NEW_DECLARATIONS",
    "REFUSED",
    "RESULT_COLUMNS",
    "SHEET",
    "TOTAL_INCOME",
    "TOTAL_NEW_INCOME",
    "already_registered_rows",
    "as_typed",
    "declarations",
    "write_all",
    "write_billing",
    "write_declarations",
    "write_payments",
]


def write_all(folder: Path) -> list[Path]:
    """Write the sample files of the demo into a folder; returns where they are."""
    paths = [folder / "juminzei.xlsx", folder / "seikyu.xlsx", folder / "shuno.csv"]
    for write, path in zip((write_declarations, write_billing, write_payments), paths, strict=True):
        write(path)
    return paths
