"""A town's project in a folder of its own, with one workflow and its sample files; worked on through the command line."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from yakin.cli import app

ROOT = Path(__file__).parents[3]
CLERK = "clerk"
"""Who starts runs."""


class Desk:
    """Runs the program in a project of its own, as one person or another.

    Args:
        folder: The project's folder; made.
        workflows: Ids of the workflows of this project that it has.
        settings: `config/yakin.toml` of it.
        capsys: Takes what the program prints.
    """

    def __init__(
        self, folder: Path, workflows: Sequence[str], settings: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self.samples = folder / "samples"
        for part in ("config", "workflows", "samples"):
            (folder / part).mkdir(parents=True)
        (folder / "config" / "yakin.toml").write_text(settings, encoding="utf-8")
        for name in workflows:
            shutil.copy(ROOT / "workflows" / f"{name}.yaml", folder / "workflows")
        self._capsys = capsys

    def yakin(self, *arguments: str, as_person: str = CLERK) -> tuple[int, str]:
        """Run the program to its end: exit status and what it printed."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr("yakin.project.actor", lambda: as_person)
            patch.setattr("sys.argv", ["runner.py", *arguments])
            self._capsys.readouterr()
            status = app.run(self.folder)
            printed = self._capsys.readouterr()
        return status, printed.out + printed.err

    def run(self, workflow: str, *arguments: str, status: int = 0) -> str:
        """Start a workflow, which has to end with this status; its run."""
        ended, printed = self.yakin("run", workflow, *arguments)
        assert ended == status, printed
        [newest, *_] = json.loads(self.yakin("runs", "--json")[1])
        return str(newest["id"])

    def approve(self, run: str, *, by: str) -> None:
        """Let a run that waits go on to its end."""
        status, printed = self.yakin("approve", run, "--reason", "内容を確認した", as_person=by)
        assert status == 0, printed
        status, printed = self.yakin("resume", run)
        assert status == 0, printed

    def show(self, run: str) -> dict[str, Any]:
        """A run as JSON."""
        found: dict[str, Any] = json.loads(self.yakin("show", run, "--json")[1])
        return found

    def output(self, run: str, step: str) -> dict[str, Any]:
        """What a step handed on, by name."""
        found: dict[str, Any] = next(each for each in self.show(run)["steps"] if each["path"] == step)["output"]["of"]
        return found

    def made(self, run: str, name: str) -> Path:
        """A file in the folder of a run."""
        return self.folder / "var" / "runs" / run / name


def with_practice_system() -> str:
    """Settings of a project whose portal is the practice town hall, on a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    return f'[systems.portal]\nurl = "http://127.0.0.1:{port}/"\nzone = "lgwan"\n[practice]\nsystems = ["portal"]\n'
