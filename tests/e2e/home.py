"""A project in a folder of its own, worked on through the command line as a user would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from yakin.practice import Store

ROOT = Path(__file__).parents[2]


class Home:
    """A copy of this project's workflows and settings; the demo made in it stands below `var/demo`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "config").mkdir(parents=True)
        shutil.copy(ROOT / "config" / "yakin.toml", folder / "config")
        shutil.copytree(ROOT / "workflows", folder / "workflows")

    @property
    def demo(self) -> Path:
        """The demo's project."""
        return self.folder / "var" / "demo"

    def start(self, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Start the program in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "yakin", *arguments],
            cwd=cwd or self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "COLUMNS": "80"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def yakin(self, *arguments: str, cwd: Path | None = None) -> tuple[int, str]:
        """Run the program to its end: exit status and what it printed."""
        process = self.start(*arguments, cwd=cwd)
        printed, _ = process.communicate(timeout=600)
        return process.returncode, printed

    def runs(self, project: Path) -> list[dict[str, Any]]:
        """The runs of a project, the newest first."""
        status, printed = self.yakin("runs", "--json", cwd=project)
        assert status == 0, printed
        found: list[dict[str, Any]] = json.loads(printed)
        return found

    def show(self, run: str) -> dict[str, Any]:
        """A run as JSON."""
        status, printed = self.yakin("show", run, "--json")
        assert status == 0, printed
        found: dict[str, Any] = json.loads(printed)
        return found

    def practice(self) -> Store:
        """The database of the demo's practice system."""
        return Store(self.demo / "var" / "practice.sqlite")
