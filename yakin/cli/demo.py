"""`demo`: the main job from end to end, on the practice town hall, in a project of its own."""

from __future__ import annotations

import contextlib
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from yakin.cli.arguments import project_of
from yakin.cli.executing import execute, exit_status
from yakin.cli.opening import DEMO, open_project
from yakin.cli.speaking import language
from yakin.errors import ConfigError, JournalError, RunError

if TYPE_CHECKING:
    from yakin.i18n import Translator
    from yakin.project import Project
    from yakin.results import RunResult

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
    home = project_of(context)
    with _the_only_demo(home):
        return _demo(home)


def _demo(home: Project) -> int:
    from yakin.i18n import translator

    project = prepare(home)
    t = translator(language(project))
    typer.echo(t.text("A practice town hall is started on this machine; nothing leaves it."))
    results = []
    for name in WORKFLOWS:
        typer.echo()
        run = project.engine.requests.create(project.checked(name), {}, actor="demo")
        results.append(execute(project, run))
        if exit_status(results[-1]):
            break
    typer.echo()
    typer.echo(_proof(results[0], t))
    typer.echo(_asked_of_the_system(project, t))
    project.close()
    return max(exit_status(result) for result in results)


@contextlib.contextmanager
def _the_only_demo(home: Project) -> Iterator[None]:
    """Keep the demo's folder to ourselves; the system lets go of the lock if we die.

    Raises:
        RunError: Another demo is running.
    """
    from filelock import FileLock, Timeout

    home.data.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home.data / "demo.lock", timeout=0):
            yield
    except Timeout:
        raise RunError("A demo is running already", hint="Wait for its end, or stop it with Ctrl+C") from None


def prepare(home: Project) -> Project:
    """A project below the data folder, made anew from the workflows and samples of this one."""
    root = home.data / DEMO
    _refuse_if_running(root)
    _clear(root)
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


def _clear(root: Path) -> None:
    """Remove what the demo before this one has left.

    Raises:
        RunError: Something in it cannot be removed, such as a workbook that is open in Excel on Windows.
    """
    try:
        if root.exists():
            shutil.rmtree(root)
    except OSError as error:
        raise RunError(
            "The last demo cannot be removed: {error}",
            error=error,
            hint="Close its files, such as a workbook that is open in Excel",
        ) from error


def _refuse_if_running(root: Path) -> None:
    """Leave the demo before this one alone while somebody continues a run of it."""
    if not (root / "var" / "yakin.sqlite").is_file():
        return
    project = open_project(root)
    try:
        going_on = [row.name for row in project.leases.held() if project.leases.live(row.token)]
    except (ConfigError, JournalError):
        return  # what cannot be read is not going on
    finally:
        project.close()
    if going_on:
        raise RunError("A run of the demo is going on: {run}", run=going_on[0].removeprefix("run:"))


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


def _proof(result: RunResult, t: Translator) -> str:
    """What the reconciliation of the workbook with the system's own export came to."""
    proof = next((step for step in result.steps if step.path == "proof" and step.status == "succeeded"), None)
    if proof is None:
        return t.text("The workbook was not reconciled with the system.")
    total = proof.output["of"]["summary"]["of"]["total"]["of"]
    return t.text(
        "List and system agree: {left_count} = {right_count} rows, {left_amount} = {right_amount} yen.",
        **{name: f"{entry['is']:,}" for name, entry in total.items()},
    )


def _asked_of_the_system(project: Project, t: Translator) -> str:
    """What the practice system itself has, from its own database."""
    from yakin.practice import Store

    registered = Store(project.data / "practice.sqlite").registered()
    numbers = Counter(row["受付番号"] for row in registered)
    return t.text(
        "The practice system's own database has {rows} declarations, {twice} of them twice.",
        rows=len(numbers),
        twice=sum(1 for count in numbers.values() if count > 1),
    )
