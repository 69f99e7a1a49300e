"""What is started often starts quickly: the command line imports nothing heavy before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.docs.fences import ROOT

HEAVY = (
    *("playwright", "polars", "duckdb", "dbos", "starlette", "uvicorn", "openpyxl", "python_calamine", "sqlalchemy"),
    *("alembic", "apprise", "apscheduler", "psycopg", "babel", "fsspec", "psutil"),
)
"""Libraries that take a tenth of a second or more, or that most commands do not need."""

_CALL = """
import json, sys
from pathlib import Path
from yakin.cli import main

sys.argv = ["yakin", *sys.argv[1:]]
try:
    status = main(Path.cwd())
except SystemExit as left:
    status = left.code
print("\\n" + json.dumps({"status": status, "modules": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


def imported_by(*arguments: str) -> set[str]:
    """Top-level modules that are imported when the command line has done this, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _CALL, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["status"] == 0, done.stdout
    return set(told["modules"])


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("check", "juminzei_nyuryoku"), ("actions",), ("schema",), ("run", "--help")],
    ids=" ".join,
)
def test_a_command_that_runs_nothing_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """The workflow has no trigger: whether a time of one ever comes is asked of the scheduler's library."""
    assert imported_by(*arguments) & set(HEAVY) == set()


def test_help_imports_neither_bots_nor_what_workflow_files_are_read_with() -> None:
    assert imported_by("--help") & {"bots", "ruamel", "jinja2", "pydantic", "rich"} == set()


def test_listing_runs_imports_the_database_but_no_browser_and_no_durable_engine() -> None:
    modules = imported_by("runs", "--limit", "1")
    assert "sqlalchemy" in modules
    assert modules & {"playwright", "dbos", "openpyxl", "starlette"} == set()
