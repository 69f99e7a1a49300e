"""The tutorial, done: its last file goes through rehearsal, part of a list, and the list, against the practice town hall."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.fences import ROOT, fences
from yakin.cli.opening import open_project, practice_running
from yakin.engine.selection import Selection
from yakin.practice import Store
from yakin.project import Project
from yakin.results import RunResult

pytestmark = pytest.mark.browser


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for folder in ("config", "workflows", "var"):
        (tmp_path / folder).mkdir()
    settings = (ROOT / "config" / "yakin.toml").read_text(encoding="utf-8").replace(":8765/", f":{port}/")
    (tmp_path / "config" / "yakin.toml").write_text(settings, encoding="utf-8")
    shutil.copy(ROOT / "samples" / "juminzei.xlsx", tmp_path / "var" / "renshu.xlsx")
    (complete,) = (fence for fence in fences(ROOT / "docs" / "tutorial.md") if "complete" in fence.marks)
    (tmp_path / "workflows" / "renshu.yaml").write_text(complete.text, encoding="utf-8")
    opened = open_project(tmp_path)
    yield opened
    opened.close()


def run(project: Project, *, rehearse: bool = False, only: tuple[str, ...] = (), limit: int | None = None) -> RunResult:
    created = project.engine.requests.create(
        project.checked("renshu"), {}, actor="learner", selection=Selection(only, limit), rehearse=rehearse
    )
    with practice_running(project):
        asyncio.run(project.engine.execute(created))
    return project.result(created)


def registered(project: Project) -> list[str]:
    store = Store(project.data / "practice.sqlite")
    try:
        return [row["受付番号"] for row in store.registered()]
    finally:
        store.close()


def verdicts(result: RunResult) -> dict[str, int]:
    return dict(next(step.verdicts for step in result.steps if step.path == "entry"))


def test_the_tutorial_registers_what_it_says_it_does(project: Project) -> None:
    rehearsed = run(project, rehearse=True, limit=3)
    assert rehearsed.status == "succeeded"
    assert registered(project) == []

    first = run(project, limit=3)
    assert verdicts(first) == {"registered": 3}
    second = run(project, limit=3)
    assert verdicts(second) == {"registered": 3}
    assert registered(project) == [f"0700010{number}" for number in range(1, 7)]

    troubled = run(project, only=("07000121", "07000134", "07000140"))
    assert troubled.status == "succeeded"
    assert verdicts(troubled) == {"set_aside": 2, "registered": 1}
    assert registered(project)[-1] == "07000140"
