"""Practice town halls that benchmarks work in, and a project that works there."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = "form_entry"
"""Id of the project's workflow."""

_SAMPLE = "juminzei_nyuryoku"


def write_book(path: Path, declared: list[dict[str, Any]]) -> None:
    """The rows as the workbook that the workflow reads: sheet 受付, columns in row 3."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "受付"
    sheet.append(["令和7年度 住民税申告受付一覧"])
    sheet.append([])
    sheet.append(list(declared[0]))
    for row in declared:
        sheet.append(list(row.values()))
    book.save(path)


def write_project(folder: Path, url: str, declared: list[dict[str, Any]], *, lanes: int = 1) -> None:
    """A project whose workflow `form_entry` is the sample's reading and entry, and nothing else.

    Args:
        folder: Where; made.
        url: Of the town hall.
        declared: The rows, in its workbook.
        lanes: How many rows are entered at once, each in a session of its own.
    """
    from ruamel.yaml import YAML

    for name in ("config", "workflows", "samples"):
        (folder / name).mkdir(parents=True)
    (folder / "config" / "yakin.toml").write_text(
        f'[systems.portal]\nurl = "{url}"\nzone = "lgwan"\n', encoding="utf-8"
    )
    write_book(folder / "samples" / "juminzei.xlsx", declared)
    yaml = YAML()
    workflow = yaml.load(ROOT / "workflows" / f"{_SAMPLE}.yaml")
    steps = {step["id"]: step for step in workflow["steps"] if "id" in step}
    steps["entry"] |= {"for_each": "${{ steps.read.rows }}", "lanes": lanes}
    workflow["systems"]["portal"]["sessions"] = lanes
    workflow["steps"] = [steps["read"], steps["entry"]]
    yaml.dump(workflow, folder / "workflows" / f"{WORKFLOW}.yaml")


@contextlib.contextmanager
def town_hall(folder: Path, *, latency_ms: int = 0) -> Iterator[str]:
    """A practice town hall with a fresh database, as a process of its own; yields its URL.

    Args:
        folder: Of its database; made.
        latency_ms: Milliseconds that every answer takes longer.
    """
    folder.mkdir(parents=True)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "yakin.practice", "--print-url"),
            *("--database", str(folder / "practice.sqlite")),
            *("--fault", f"latency_ms={latency_ms}"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def registered(folder: Path) -> int:
    """How many different declarations the town hall itself has."""
    from yakin.practice import Store

    return len({row["受付番号"] for row in Store(folder / "practice.sqlite").registered()})
