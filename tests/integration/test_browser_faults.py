"""Real runs on the practice town hall whose browser, page, driver or network fails at the worst moments.

Each run is struck once, when the browser asks for a certain page: before the commit, by the commit itself, or after it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from bots.browser import OpenPage, reading
from bots.browser.settle import before
from tests.e2e.home import Home
from yakin.actions import Context
from yakin.cli.demo import prepare
from yakin.cli.opening import open_project
from yakin.engine.selection import Selection
from yakin.practice import Faults, PracticeServer
from yakin.practice.lost_answer import LostAnswer
from yakin.project import Project
from yakin.results import RunResult

pytestmark = [pytest.mark.browser, pytest.mark.kill]

WORKFLOW = "juminzei_nyuryoku"
ROW = ("07000101",)
ROWS = ("07000101", "07000102", "07000103")
FORM = "GET /declarations/new"
COMMIT = "POST /declarations/register"
RECEIPT = "/receipt"
PAGE, DRIVER = (pytest.param(which, marks=pytest.mark.chaos) for which in ("page", "driver"))


def kill(which: str) -> None:
    """Kill a browser of this process, the processes of its pages, or its driver."""
    for driver in psutil.Process().children():
        if "run-driver" in _command(driver):
            for browser in driver.children():
                pages = [one for one in browser.children(recursive=True) if "--type=renderer" in _command(one)]
                for process in {"driver": [driver], "browser": [browser], "page": pages}[which]:
                    process.kill()


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return list(process.cmdline())
    return []


@dataclass
class Struck:
    """The practice system, struck once: when a request for `page` comes, or after it was answered within the system.

    Attributes:
        application: The system.
        page: Method and path, or the end of the path.
        strike: What happens when the request comes; the system answers it nevertheless.
        instead: Whether the connection breaks instead of the request being worked on.
        script: Script that the page carries, that one time.
    """

    application: Any
    page: str
    strike: Callable[[], None] | None = None
    instead: bool = False
    script: str = ""
    struck: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.struck or not f"{scope.get('method')} {scope.get('path')}".endswith(self.page):
            await self.application(scope, receive, send)
            return
        self.struck += 1
        if self.strike is not None:
            await asyncio.to_thread(self.strike)
        if self.instead:
            await LostAnswer(0, sent_again=False)(scope, receive, send)
            return
        await self.application(scope, receive, partial(self._add_script, send))

    async def _add_script(self, send: Any, message: Any) -> None:
        more = f"<script>{self.script}</script>".encode() if self.script else b""
        if message["type"] == "http.response.start":
            message["headers"] = [
                (name, str(int(value) + len(more)).encode() if name == b"content-length" else value)
                for name, value in message["headers"]
            ]
        elif not message.get("more_body"):
            message["body"] = message.get("body", b"") + more
        await send(message)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    home = Home(tmp_path / "home")
    prepare(open_project(home.folder)).close()
    config = home.demo / "config" / "yakin.toml"
    config.write_text(
        config.read_text(encoding="utf-8") + "\n[browser]\ntimeout = 5.0\npage_timeout = 20.0\n", encoding="utf-8"
    )
    workflow = home.demo / "workflows" / f"{WORKFLOW}.yaml"
    steps = workflow.read_text(encoding="utf-8")
    # The practice system has done what it was sent before it can be asked for it.
    workflow.write_text(
        steps.replace("    stop_after_failures: 5\n", "    stop_after_failures: 5\n    absent_after: 1s\n"),
        encoding="utf-8",
    )
    opened = open_project(home.demo)
    yield opened
    opened.close()


def run(
    project: Project, rows: tuple[str, ...] = ROW, faults: Faults | None = None, **struck: Any
) -> tuple[RunResult, Counter[str]]:
    """Run some rows; the result, and how often the system registered each of them in this run."""
    address = urlsplit(project.settings.systems["portal"].url)
    server = PracticeServer(project.data / "practice.sqlite", port=address.port or 0, faults=faults)
    hall = Struck(server._server.config.app, **struck) if struck else None
    server._server.config.app = hall or server._server.config.app
    with server:
        before_run = len(server.store.attempts())
        created = project.engine.requests.create(
            project.checked(WORKFLOW), {}, actor="test", selection=Selection(only=rows)
        )
        asyncio.run(asyncio.wait_for(project.engine.execute(created), 240))
        attempts = server.store.attempts()[before_run:]
    assert hall is None or hall.struck == 1
    registered = Counter(attempt["受付番号"] for attempt in attempts if attempt["outcome"] == "registered")
    return project.result(created), registered


def history(project: Project, result: RunResult) -> list[str]:
    """The states that the items of a run went through, one after the other."""
    settled = project.journal.records(result.id, actions=["item.settled"])
    return [one.event.state for one in settled]  # type: ignore[attr-defined]


def told(project: Project, result: RunResult) -> str:
    """What the journal says went wrong on the way."""
    settled = project.journal.records(result.id, actions=["item.settled"])
    return " / ".join(one.event.error.message for one in settled if one.event.error)  # type: ignore[attr-defined]


def assert_registered_once(result: RunResult, registered: Counter[str], rows: tuple[str, ...] = ROW) -> None:
    assert registered == Counter(dict.fromkeys(rows, 1))
    verdicts = {item.key: item.verdict for item in result.items if item.key in rows}
    assert set(verdicts) == set(rows)
    assert set(verdicts.values()) <= {"registered", "found"}, result.items


@pytest.mark.parametrize("which", ["browser", PAGE, DRIVER])
def test_a_death_before_the_commit_is_tried_again(which: str, project: Project) -> None:
    result, registered = run(project, page=FORM, strike=partial(kill, which))
    assert_registered_once(result, registered)
    assert history(project, result) == ["pending", "done"], told(project, result)


@pytest.mark.parametrize("which", ["browser", "page", DRIVER])
def test_a_death_at_the_commit_is_in_doubt_and_settled_by_the_probe(which: str, project: Project) -> None:
    result, registered = run(project, page=COMMIT, strike=partial(kill, which))
    assert_registered_once(result, registered)
    assert history(project, result) == ["in_doubt", "done"]


@pytest.mark.parametrize("which", ["browser", PAGE, DRIVER])
def test_a_death_after_the_commit_is_in_doubt_and_settled_by_the_probe(
    which: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [which]

    async def dying(page: OpenPage, ctx: Context) -> None:
        if left and page.current.url.endswith(RECEIPT):
            await asyncio.to_thread(kill, left.pop())
        await before(page, ctx)

    monkeypatch.setattr(reading, "before", dying)
    result, registered = run(project)
    assert not left
    assert_registered_once(result, registered)
    assert history(project, result) == ["in_doubt", "done"]


@pytest.mark.parametrize("which", ["browser", PAGE, DRIVER])
def test_lanes_that_see_the_same_death_register_every_row_once(which: str, project: Project) -> None:
    result, registered = run(project, ROWS, page=COMMIT, strike=partial(kill, which))
    assert_registered_once(result, registered, ROWS)


@pytest.mark.parametrize(("page", "states"), [(FORM, ["pending", "done"]), (COMMIT, ["in_doubt", "pending", "done"])])
def test_a_connection_that_breaks_is_noticed_although_the_browser_raises_nothing(
    page: str, states: list[str], project: Project
) -> None:
    result, registered = run(project, page=page, instead=True)
    assert_registered_once(result, registered)
    assert history(project, result) == states


@pytest.mark.parametrize(("request_number", "states"), [(2, ["pending", "done"]), (5, ["in_doubt", "done"])])
def test_an_expired_session_is_signed_in_again_and_the_row_registered_once(
    request_number: int, states: list[str], project: Project
) -> None:
    """The menu is the first request of whoever is signed in, the form the second, the receipt the fifth."""
    result, registered = run(project, faults=Faults(session_lost_at=request_number))
    assert_registered_once(result, registered)
    assert history(project, result) == states
    assert "does not show that anybody is signed in" in told(project, result)
    opened = project.journal.records(result.id, actions=["session.opened"])
    assert [one.event.again for one in opened][:2] == [False, True]  # type: ignore[attr-defined]


def test_an_unexpected_alert_before_the_commit_is_tried_again(project: Project) -> None:
    result, registered = run(project, page=FORM, script="alert('19時にシステムを停止します')")
    assert_registered_once(result, registered)
    assert history(project, result) == ["pending", "done"]
    assert "19時にシステムを停止します" in told(project, result)


def test_a_question_nobody_expected_at_the_commit_is_in_doubt_and_looked_for(project: Project) -> None:
    asking = "document.querySelector('form[action$=register]').onsubmit = () => confirm('本当に登録しますか')"
    result, registered = run(project, page="POST /declarations/confirm", script=asking)
    assert_registered_once(result, registered)
    assert history(project, result) == ["in_doubt", "pending", "done"]
    assert "本当に登録しますか" in told(project, result)


def test_an_unexpected_window_before_the_commit_is_told_and_tried_again(project: Project) -> None:
    result, registered = run(project, page=FORM, script="window.open('/menu')")
    assert_registered_once(result, registered)
    assert history(project, result) == ["pending", "done"]
    assert "A window opened by itself and was closed" in told(project, result)


def test_a_window_that_the_receipt_opens_leaves_no_row_twice(project: Project) -> None:
    result, registered = run(project, page=RECEIPT, script="window.open('/menu')")
    assert_registered_once(result, registered)
    assert history(project, result) == ["in_doubt", "done"]
