"""Killed at any instant and resumed, a run ends like an undisturbed one."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.home import ROOT, Home
from yakin.cli.demo import prepare
from yakin.cli.opening import open_project

pytestmark = [pytest.mark.browser, pytest.mark.kill, pytest.mark.timeout(1500)]

KILLS = 20
WORKFLOW = "juminzei_nyuryoku"


@contextmanager
def practice_town_hall(home: Home) -> Iterator[None]:
    """The demo's practice system as a process of its own: the other system does not die with us."""
    project = prepare(open_project(home.folder))
    port = project.settings.systems["portal"].url.rstrip("/").rpartition(":")[2]
    project.close()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "yakin.practice", "--port", port, "--print-url"),
            *("--database", str(home.demo / "var" / "practice.sqlite")),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        assert server.stdout.readline().startswith("http")
        yield
    finally:
        server.terminate()
        server.communicate(timeout=30)


def kill_somewhere(process: subprocess.Popen[str], home: Home, chance: random.Random) -> bool:
    """Kill the process at a random instant, or as soon as the system has registered one more; False if it had ended."""
    store = home.practice()
    before = len(store.attempts())
    if chance.random() < 0.6:
        wanted = before + chance.randint(1, 3)
        while len(store.attempts()) < wanted:
            if _ended(process, 0.005):
                return False
    elif _ended(process, chance.uniform(0.2, 9)):
        return False
    process.kill()
    process.communicate(timeout=60)
    return True


def _ended(process: subprocess.Popen[str], seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def wait_for_the_run(process: subprocess.Popen[str], home: Home) -> str:
    """The id of the run that was just started."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not _ended(process, 0.05):
        folders = list((home.demo / "var" / "runs").glob("*"))
        if folders:
            return folders[0].name
    raise AssertionError(process.communicate()[0])


def test_killed_at_20_instants_and_resumed_it_ends_like_an_undisturbed_run(home: Home) -> None:
    chance = random.Random(2026)
    with practice_town_hall(home):
        process = home.start("run", WORKFLOW, cwd=home.demo)
        run = wait_for_the_run(process, home)
        kills = 0
        while kills < KILLS and kill_somewhere(process, home, chance):
            kills += 1
            process = home.start("resume", run)
        printed, _ = process.communicate(timeout=600)
        assert process.returncode == 0, printed
        assert kills == KILLS, "the run was over too soon to be killed so often"
        registered = Counter(row["受付番号"] for row in home.practice().registered())
        attempts = Counter(
            attempt["受付番号"] for attempt in home.practice().attempts() if attempt["outcome"] == "registered"
        )
    assert len(registered) == 38
    assert set(registered.values()) == {1}, "nothing twice, says the system itself"
    assert set(attempts.values()) == {1}
    result = home.show(run)
    verdicts = Counter(item["verdict"] for step in result["steps"] for item in step["items"])
    assert verdicts == {"registered": 37, "found": 1, "set_aside": 2}
    assert result["resumed"] >= 1
    assert home.yakin("audit", "verify", cwd=home.demo)[0] == 0
