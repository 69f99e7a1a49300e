"""Real runs on the practice town hall while it misbehaves: what is told is what its own database says."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.home import Home
from yakin.cli.demo import prepare
from yakin.cli.opening import open_project
from yakin.engine.selection import Selection
from yakin.practice import Faults, PracticeServer
from yakin.project import Project
from yakin.results import RunResult

pytestmark = [pytest.mark.browser]

ROWS = ("07000101", "07000102", "07000103")
WORKFLOW = "juminzei_nyuryoku"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    home = Home(tmp_path / "home")
    prepared = prepare(open_project(home.folder))
    prepared.close()
    config = home.demo / "config" / "yakin.toml"
    config.write_text(
        config.read_text(encoding="utf-8") + "\n[browser]\ntimeout = 2.0\npage_timeout = 3.0\n", encoding="utf-8"
    )
    opened = open_project(home.demo)
    yield opened
    opened.close()


def run(project: Project, faults: Faults, rows: tuple[str, ...] = ROWS) -> tuple[RunResult, Counter[str]]:
    """Run some rows; the result, and how often the system registered each of them in this run."""
    address = urlsplit(project.settings.systems["portal"].url)
    server = PracticeServer(project.data / "practice.sqlite", port=address.port or 0, faults=faults)
    with server:
        before = len(server.store.attempts())
        created = project.engine.requests.create(
            project.checked(WORKFLOW), {}, actor="test", selection=Selection(only=rows)
        )
        asyncio.run(project.engine.execute(created))
        attempts = server.store.attempts()[before:]
    registered = Counter(attempt["受付番号"] for attempt in attempts if attempt["outcome"] == "registered")
    return project.result(created), registered


def verdicts(result: RunResult) -> dict[str, str]:
    return {item.key: item.verdict for item in result.items if item.key in ROWS}


@pytest.mark.parametrize(
    "faults",
    [
        Faults(answer_lost="drop", answer_lost_for=(ROWS[1],)),
        Faults(answer_lost="hang", answer_lost_for=(ROWS[1],), hang_seconds=6),
        Faults(answer_lost="resend", answer_lost_for=(ROWS[1],)),
        Faults(session_lost_at=9),
        Faults(session_lost_at=11),
        Faults(error_rate=0.1, seed=3),
        Faults(dialog_at=9),
        Faults(reordered=True),
        Faults(latency_ms=120),
        Faults(down_at=12, down_seconds=2),
    ],
    ids=lambda faults: ",".join(
        f"{name}={value}" for name, value in vars(faults).items() if value != getattr(Faults(), name)
    ),
)
def test_every_row_is_registered_once_in_spite_of(faults: Faults, project: Project) -> None:
    result, registered = run(project, faults)
    assert registered == Counter(dict.fromkeys(ROWS, 1))
    assert set(verdicts(result).values()) <= {"registered", "found"}, result.items


def test_a_renamed_label_fails_the_row_and_registers_nothing(project: Project) -> None:
    run(project, Faults(), rows=ROWS[:1])
    result, registered = run(project, Faults(renamed_labels=(("氏名", "お名前"),)), rows=ROWS[1:2])
    assert registered == Counter()
    failed = [item for item in result.items if item.verdict == "failed"]
    assert failed
    assert failed[0].error is not None
    assert "お名前" in f"{failed[0].error.message} {failed[0].error.hint}", "the new label is proposed"
    assert any(proof.name == "failure" for proof in failed[0].evidence)
