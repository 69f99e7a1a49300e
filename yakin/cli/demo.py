"""`demo`: the main job from end to end, on the practice town hall, in a project of its own."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from yakin.cli.arguments import project_of
from yakin.cli.executing import execute, exit_status
from yakin.cli.opening import DEMO, open_project
from yakin.cli.speaking import language

if TYPE_CHECKING:
    from yakin.project import Project

WORKFLOWS = ("juminzei_nyuryoku", "shuno_totsugo")

_CONFIG = """\
# The demo's own project: nothing here touches a real system.
[systems.portal]
url = "http://127.0.0.1:{port}/"
zone = "lgwan"

[practice]
systems = ["portal"]
"""


def demo(context: typer.Context) -> int:
    """See the main job: 40 declarations go into the practice town hall, each registered once, with proof."""
    from yakin.i18n import translator

    home = project_of(context)
    project = _new_project(home)
    t = translator(language(project))
    typer.echo(t.text("A practice town hall is started on this machine; nothing leaves it."))
    status = 0
    for name in WORKFLOWS:
        typer.echo()
        run = project.engine.create(project.checked(name), {}, actor="demo")
        status = max(status, exit_status(execute(project, run)))
        if status:
            break
    _ask_the_system(project)
    project.close()
    return status


def _new_project(home: Project) -> Project:
    """A project below the data folder, made anew from the workflows and samples of this one."""
    root = home.data / DEMO
    _remove(root)
    for folder in ("config", "workflows", "samples"):
        (root / folder).mkdir(parents=True)
    (root / "config" / "yakin.toml").write_text(_CONFIG.format(port=_free_port()), encoding="utf-8")
    for name in WORKFLOWS:
        shutil.copy2(home.workflow_file(name), root / "workflows")
    from yakin.practice.samples import write_all

    write_all(root / "samples")
    project = open_project(root)
    _open_practice_system(project)
    return project


def _remove(root: Path) -> None:
    """Remove the demo before this one, unless it is still running."""
    from filelock import FileLock, Timeout

    for lock in root.glob("var/runs/*/run.lock"):
        try:
            FileLock(lock, timeout=0).acquire().lock.release()
        except Timeout:
            from yakin.errors import RunError

            raise RunError("The demo is running already as {run}", run=lock.parent.name) from None
    shutil.rmtree(root, ignore_errors=True)


def _open_practice_system(project: Project) -> None:
    from yakin.practice import Store
    from yakin.practice.samples import already_registered_rows

    project.data.mkdir(parents=True, exist_ok=True)
    store = Store(project.data / "practice.sqlite")
    store.seed(already_registered_rows())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _ask_the_system(project: Project) -> None:
    """Say what the practice system itself has, from its own database."""
    from collections import Counter

    from yakin.i18n import translator
    from yakin.practice import Store

    store = Store(project.data / "practice.sqlite")
    numbers = Counter(row["受付番号"] for row in store.registered())
    t = translator(language(project))
    typer.echo()
    typer.echo(
        t.text(
            "Asked of the practice system's own database: {rows} declarations, {twice} of them registered twice.",
            rows=len(numbers),
            twice=sum(1 for count in numbers.values() if count > 1),
        )
    )
