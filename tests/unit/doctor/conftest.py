"""A small project to look at, in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from yakin.doctor import Patient
from yakin.errors import ConfigError
from yakin.project import Project

MakePatient = Callable[..., Patient]

SMALLEST = """\
workflow: 通知の送付
steps:
  - {uses: notify.send, with: {to: [joho@town.example.jp], subject: 夜勤}}
"""


@pytest.fixture
def make_patient(tmp_path: Path) -> Iterator[MakePatient]:
    """Make a project and look at it.

    Args:
        settings: Text of `config/yakin.toml`, without the bots.
        bots: The module that holds them.
        workflows: Id → text of the file.
    """
    opened: list[Project] = []

    def make(settings: str = "", *, bots: str = "tests.cases.check.fakebot", **workflows: str) -> Patient:
        for folder in ("config", "workflows"):
            (tmp_path / folder).mkdir(exist_ok=True)
        text = f'bots = ["{bots}"]\n{settings}'
        (tmp_path / "config" / "yakin.toml").write_text(text, encoding="utf-8")
        for name, written in workflows.items():
            (tmp_path / "workflows" / f"{name}.yaml").write_text(written, encoding="utf-8")
        try:
            opened.append(Project(tmp_path))
        except ConfigError as error:
            return Patient(tmp_path, None, error)
        return Patient(tmp_path, opened[-1])

    yield make
    for project in opened:
        project.close()
