"""The page on several machines, followed word by word: PostgreSQL, two workers, one schedule, one of them dead."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.docs.fences import ROOT, fences
from tests.e2e.home import Home
from tests.integration.postgres import PostgresServer, postgres_programs, postgres_server
from yakin.cli.demo import prepare
from yakin.cli.opening import open_project
from yakin.practice import Store

__all__ = ["postgres_server"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

PAGE = ROOT / "docs" / "how-to" / "more-than-one-machine.md"
WORKFLOW = "juminzei_nyuryoku"


def blocks(language: str) -> list[str]:
    """What the page says in one language, in order."""
    return [fence.text for fence in fences(PAGE) if fence.language == language]


def commands() -> Iterator[str]:
    """The commands of the page, in order."""
    for text in blocks("console"):
        for line in text.splitlines():
            yield line.removeprefix("$ ")


class Town:
    """Two machines: two installations with the same settings, a share and a database."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self.server = server
        self.share = folder / "srv"
        self.share.mkdir()
        self.processes: list[subprocess.Popen[str]] = []
        home = Home(folder / "first")
        project = prepare(open_project(home.folder))
        project.close()
        self.hall = home.demo
        self.machines = [folder / "machine-a", folder / "machine-b"]
        port = project.settings.systems["portal"].url.rstrip("/").rpartition(":")[2]
        self.practice = self.start(
            [sys.executable, "-m", "yakin.practice", "--port", port, "--database", str(self.hall / "practice.sqlite")],
            cwd=ROOT,
        )
        shutil.copy(home.demo / "samples" / "juminzei.xlsx", self.share)
        for machine in self.machines:
            shutil.copytree(home.demo / "workflows", machine / "workflows")
            (machine / "config").mkdir()
            settings = (home.demo / "config" / "yakin.toml").read_text(encoding="utf-8")
            (line_by_line,) = blocks("toml")
            text = self.real(line_by_line) + settings.replace('[practice]\nsystems = ["portal"]\n', "")
            (machine / "config" / "yakin.toml").write_text(text, encoding="utf-8")
            (machine / "config" / "secrets.toml").write_text(
                'portal_user = "zeimu01"\nportal_password = "yakan-2026"\n', encoding="utf-8"
            )
            (machine / "config" / "secrets.toml").chmod(0o600)

    def real(self, text: str) -> str:
        """What the page says, with the names of this test's server, share and programs."""
        text = text.replace("db.town.example.jp", f"127.0.0.1:{self.server.port}")
        return text.replace("/srv/yakin", self.share.as_posix()).replace("python3 runner.py", "YAKIN")

    def start(self, command: list[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def on(self, machine: int, command: str) -> subprocess.Popen[str]:
        """Start a command of the page on one of the machines."""
        words = shlex.split(self.real(command))
        if words[0] == "YAKIN":
            return self.start([sys.executable, "-m", "yakin", *words[1:]], cwd=self.machines[machine])
        programs = postgres_programs()
        assert programs is not None
        server = {"PGHOST": "127.0.0.1", "PGPORT": str(self.server.port), "PGUSER": "yakin", "PGDATABASE": "postgres"}
        program = shutil.which(words[0]) or str(programs / words[0])
        return self.start([program, *words[1:]], cwd=self.share, env=server)

    def done(self, machine: int, command: str) -> str:
        process = self.on(machine, command)
        printed, _ = process.communicate(timeout=300)
        assert process.returncode == 0, f"{command}\n{printed}"
        return printed

    def registered(self) -> Counter[str]:
        store = Store(self.hall / "practice.sqlite")
        try:
            return Counter(row["受付番号"] for row in store.registered())
        finally:
            store.close()

    def close(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=30)


@pytest.fixture
def town(tmp_path: Path, postgres_server: PostgresServer) -> Iterator[Town]:
    opened = Town(tmp_path, postgres_server)
    yield opened
    opened.close()


def wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(1)  # each look is a command of its own, which takes from the workers that are looked at


def test_the_page_is_followed_word_by_word(town: Town) -> None:
    told = commands()
    for make in (next(told), next(told)):
        if make.startswith("createuser"):
            continue  # the test's server has this one user
        town.done(0, make)
    work = next(told)
    workers = [town.on(0, work), town.on(1, work)]
    who = next(told)
    wait(lambda: len(re.findall(r"^\S+:\d", town.done(0, who), flags=re.MULTILINE)) == 2, "two workers")

    entering = next(told)
    assert entering.startswith("python3 runner.py run")
    looking_on = town.on(1, entering)
    before = len(town.registered())
    wait(lambda: len(town.registered()) >= before + 4, "some rows")
    os.killpg(workers[0].pid, 9)
    printed, _ = looking_on.communicate(timeout=400)
    assert looking_on.returncode == 0, printed
    assert set(town.registered().values()) == {1}
    assert len(town.registered()) == 38
    assert WORKFLOW in town.done(0, f"{next(told)} --json")

    (line,) = blocks("cron")
    asked = line.partition("&& ")[2].replace("\\%", "%").replace('"$(date +%F)T22:00"', "2026-11-23T22:00")
    for machine in (0, 1):
        town.done(machine, asked)
    runs = json.loads(town.done(1, "python3 runner.py runs --json"))
    scheduled = [run["id"] for run in runs if "@" in run["id"]]
    assert len(scheduled) == 1, "asked for twice, it is one run"
    wait(lambda: status(town, scheduled[0]) not in ("queued", "running"), "the scheduled run")
    assert status(town, scheduled[0]) == "succeeded"
    assert set(town.registered().values()) == {1}
    town.done(0, "python3 runner.py audit verify")


def status(town: Town, run: str) -> str:
    runs = json.loads(town.done(1, "python3 runner.py runs --json"))
    return str(next(row["status"] for row in runs if row["id"] == run))
