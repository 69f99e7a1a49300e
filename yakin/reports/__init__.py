"""What people read of a run: pure functions of its result, which is folded from the journal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yakin.results import RunResult
    from yakin.storage import Storage


def write_reports(result: RunResult, folder: Path, language: str, *, storage: Storage) -> dict[str, Path]:
    """Write the run's reports into its folder, each whole or not at all.

    Args:
        result: The run.
        folder: The run's folder.
        language: `ja` or `en`.
        storage: Where its evidence is.

    Returns:
        `html` and `xlsx` → the file.

    Raises:
        OSError: One of them cannot be written; `PermissionError` when it is open in Excel on Windows.
    """
    from yakin.reports import excel, html

    folder.mkdir(parents=True, exist_ok=True)
    reports = {"html": folder / "report.html", "xlsx": folder / "results.xlsx"}
    _replace(reports["html"], html.render(result, folder=folder, language=language, storage=storage).encode())
    _replace(reports["xlsx"], excel.render(result, folder=folder, language=language, storage=storage))
    return reports


def _replace(path: Path, data: bytes) -> None:
    """Put a file in place in one go, so that nobody ever reads half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
