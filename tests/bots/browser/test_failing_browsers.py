"""Browsers, drivers and pages that die or freeze, on purpose."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from bots.browser import Browsers, OpenPage, browser, click, download, driven, fill, go_to, read_text, session
from bots.browser.session import hosts_of
from bots.browser.settings import BrowserSettings
from bots.browser.settle import settle
from tests.bots.browser.site import Answer, Site, html
from tests.bots.contexts import FakeContext
from yakin.actions import System
from yakin.errors import ApplicationError, BotError, SessionLost

pytestmark = [pytest.mark.browser, pytest.mark.kill, pytest.mark.asyncio(loop_scope="session")]

PATIENCE = 30.0
REGISTER = "<form method=post action=/register><label>氏名<input name=n></label><button>登録する</button></form>"
HOSTS = ("127.0.0.1",)


@pytest_asyncio.fixture(loop_scope="session")
async def mortal(ctx: FakeContext) -> AsyncIterator[Browsers]:
    """Browsers that a test may kill."""
    opened = Browsers(BrowserSettings(timeout=1.0, page_timeout=PATIENCE), ctx)
    yield opened
    await opened.close()


def processes(browsers: Browsers) -> dict[str, list[psutil.Process]]:
    """The processes behind the first browser: its own, its pages' and its driver."""
    own = next(iter(browsers._running.values())).process
    assert own is not None
    return {"browser": [own], "page": pages_of(own), "driver": [psutil.Process(own.ppid())]}


def pages_of(own: psutil.Process) -> list[psutil.Process]:
    found = []
    for process in own.children(recursive=True):
        with suppress(psutil.Error):
            if "--type=renderer" in process.cmdline():
                found.append(process)
    return found


def kill(browsers: Browsers, which: str) -> None:
    for process in processes(browsers)[which]:
        process.kill()


async def session_of(browsers: Browsers, site: Site, settings: BrowserSettings | None = None) -> OpenPage:
    system = System("窓口", site.url, ())
    return await OpenPage.open(await browsers.browser(hosts_of(system)), system, settings or browsers.settings)


async def works_again(browsers: Browsers, site: Site, ctx: FakeContext) -> None:
    page = await session_of(browsers, site)
    await go_to("/", page=page, ctx=ctx)
    await fill({"氏名": "佐藤花子"}, page=page, ctx=ctx)
    await page.close()


@pytest.mark.parametrize("which", ["browser", "page", "driver"])
async def test_what_dies_before_a_click_is_a_lost_session_that_sent_nothing(
    which: str, mortal: Browsers, site: Site, ctx: FakeContext
) -> None:
    site.show(REGISTER)
    page = await session_of(mortal, site)
    async with asyncio.timeout(PATIENCE):
        await go_to("/", page=page, ctx=ctx)
        kill(mortal, which)
        with pytest.raises(SessionLost) as caught:
            await click(button="登録する", page=page, ctx=ctx)
        await page.close()
        assert caught.value.nothing_sent
        assert site.posted == []
        await works_again(mortal, site, ctx)


@pytest.mark.parametrize("which", ["browser", "page", "driver"])
async def test_what_dies_while_a_click_is_answered_proves_nothing(
    which: str, mortal: Browsers, site: Site, ctx: FakeContext
) -> None:
    def dying(_site: Site, _given: dict[str, str]) -> Answer:
        kill(mortal, which)
        return html("登録しました")

    site.show(REGISTER)
    site.pages["/register"] = dying
    page = await session_of(mortal, site)
    async with asyncio.timeout(PATIENCE):
        await go_to("/", page=page, ctx=ctx)
        with pytest.raises(SessionLost) as caught:
            await click(button="登録する", page=page, ctx=ctx)
        await page.close()
        assert not caught.value.nothing_sent
        assert len(site.posted) == 1
        await works_again(mortal, site, ctx)


@pytest.mark.parametrize("which", ["browser", "page", "driver"])
async def test_what_died_after_a_click_is_a_lost_session_for_whoever_reads(
    which: str, mortal: Browsers, site: Site, ctx: FakeContext
) -> None:
    site.show(REGISTER)
    site.show("<p>登録番号 R-0001</p>", "/register")
    page = await session_of(mortal, site)
    async with asyncio.timeout(PATIENCE):
        await go_to("/", page=page, ctx=ctx)
        await click(button="登録する", page=page, ctx=ctx)
        kill(mortal, which)
        with pytest.raises(SessionLost):
            await read_text(label="登録番号", page=page, ctx=ctx)
        assert await page.picture() is None
        await page.close()


async def test_a_window_that_is_gone_after_a_click_does_not_prove_that_nothing_was_sent(
    page: OpenPage, ctx: FakeContext, site: Site
) -> None:
    site.show(REGISTER)
    await go_to("/", page=page, ctx=ctx)
    await page.current.close()
    with pytest.raises(SessionLost) as caught:
        await settle(page, ctx)
    assert not caught.value.nothing_sent


async def test_a_death_is_noticed_although_only_a_file_is_waited_for(
    mortal: Browsers, site: Site, ctx: FakeContext
) -> None:
    site.show("<button>CSV出力</button>")
    patient = BrowserSettings(page_timeout=600.0)
    system = System("窓口", site.url, ())
    page = await OpenPage.open(await mortal.browser(HOSTS), system, patient)
    async with asyncio.timeout(PATIENCE):
        await go_to("/", page=page, ctx=ctx)
        saving = asyncio.ensure_future(download(button="CSV出力", page=page, ctx=ctx))
        kill(mortal, "browser")
        with pytest.raises(SessionLost):
            await saving


@pytest.mark.skipif(sys.platform == "win32", reason="freezes by a POSIX signal")
@pytest.mark.parametrize("which", ["browser", "page", "driver"])
async def test_what_freezes_is_given_up_and_replaced(
    which: str, monkeypatch: pytest.MonkeyPatch, mortal: Browsers, site: Site, ctx: FakeContext
) -> None:
    for module, name in (
        (driven, "_ANSWER_SECONDS"),
        (driven, "_END_SECONDS"),
        (session, "_ANSWER_SECONDS"),
        (session, "_CLOSING_SECONDS"),
    ):
        monkeypatch.setattr(module, name, 1.0)
    site.show(REGISTER)
    async with asyncio.timeout(PATIENCE):
        hurried = BrowserSettings(timeout=1.0, page_timeout=2.0)
        page = await session_of(mortal, site, hurried)
        await go_to("/", page=page, ctx=ctx)
        frozen = processes(mortal)
        for process in frozen[which]:
            process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(SessionLost, match="does not answer any more"):
                await go_to("/", page=page, ctx=ctx)
            await page.close()
            await works_again(mortal, site, ctx)
        finally:
            for process in frozen["driver"] if which == "driver" else []:
                process.kill()
        if which == "browser":
            assert not frozen["browser"][0].is_running()


async def test_lanes_that_ask_at_once_share_one_browser(mortal: Browsers, ctx: FakeContext) -> None:
    asked = await asyncio.gather(*(mortal.browser(HOSTS) for _ in range(4)))
    assert all(one is asked[0] for one in asked)
    assert len(ctx.noted("browser-started")) == 1


async def test_lanes_that_see_the_same_death_share_one_new_browser(
    mortal: Browsers, site: Site, ctx: FakeContext
) -> None:
    site.show(REGISTER)

    async def lane() -> bool:
        page = await session_of(mortal, site)
        await go_to("/", page=page, ctx=ctx)
        arrived.release()
        await dead.wait()
        with pytest.raises(SessionLost):
            await go_to("/", page=page, ctx=ctx)
        await page.close()
        await works_again(mortal, site, ctx)
        return True

    arrived, dead = asyncio.Semaphore(0), asyncio.Event()
    async with asyncio.timeout(PATIENCE):
        lanes = [asyncio.ensure_future(lane()) for _ in range(3)]
        for _ in lanes:
            await arrived.acquire()
        kill(mortal, "browser")
        dead.set()
        assert await asyncio.gather(*lanes) == [True] * 3
    assert len(ctx.noted("browser-started")) == 2


async def test_the_browser_of_another_system_lives_on(mortal: Browsers) -> None:
    dying = await mortal.browser(HOSTS)
    other = await mortal.browser(("other.example",))
    kill(mortal, "driver")
    assert await mortal.browser(HOSTS) is not dying
    assert await mortal.browser(("other.example",)) is other


async def test_a_lane_that_gives_up_while_a_browser_starts_leaves_nothing_behind(
    mortal: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(psutil.Process().children(recursive=True))
    up = asyncio.Event()

    async def slow(_commands: object) -> None:
        up.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(driven, "_process_of", slow)
    starting = asyncio.ensure_future(mortal.browser(HOSTS))
    async with asyncio.timeout(PATIENCE):
        await up.wait()
        new = set(psutil.Process().children(recursive=True)) - before
        assert new
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        _, alive = await asyncio.to_thread(psutil.wait_procs, new, PATIENCE)
        assert alive == []
        monkeypatch.undo()
        assert (await mortal.browser(HOSTS)).is_connected()


async def test_a_browser_that_does_not_start_again_fails_the_attempt_instead_of_the_setup(
    mortal: Browsers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await mortal.browser(HOSTS)
    kill(mortal, "browser")
    settings = browser._environment

    def broken() -> dict[str, str | float | bool]:
        monkeypatch.setattr(driven, "_START_SECONDS", 0.0)
        return settings()

    monkeypatch.setattr(browser, "_environment", broken)
    with pytest.raises(ApplicationError, match=r"does not start again: .* did not start within 0 s") as caught:
        await mortal.browser(HOSTS)
    assert not isinstance(caught.value, BotError)
    monkeypatch.undo()
    assert (await mortal.browser(HOSTS)).is_connected()


async def test_a_killed_driver_leaves_no_process_and_no_complaint_behind(
    mortal: Browsers, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    page = await session_of(mortal, site)
    own = processes(mortal)["browser"][0]
    family = [own, *own.children(recursive=True)]
    kill(mortal, "driver")
    async with asyncio.timeout(PATIENCE):
        await page.close()
        await mortal.close()
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, PATIENCE)
    assert alive == []
    gc.collect()
    assert [one.getMessage() for one in caplog.records if one.name == "asyncio"] == []


async def test_a_page_asked_for_twice_by_the_browser_itself_may_have_been_sent(ctx: FakeContext) -> None:
    """Chromium repeats a request on a connection that went stale; the refusal is the answer to the second."""
    with Fickle() as system:
        browsers = Browsers(BrowserSettings(timeout=1.0, page_timeout=PATIENCE), ctx)
        try:
            declared = System("窓口", system.url, ())
            page = await OpenPage.open(await browsers.browser(HOSTS), declared, browsers.settings)
            await go_to("/menu", page=page, ctx=ctx)
            with pytest.raises(ApplicationError) as caught:
                await go_to("/approve?no=07000101", page=page, ctx=ctx)
        finally:
            await browsers.close()
    assert "/approve?no=07000101" in system.asked
    assert not caught.value.nothing_sent


class Fickle:
    """A web server that answers once, takes a second request on the same connection, and is gone."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Fickle:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection:
            self._read(connection)
            body = b"<link rel=icon href='data:,'><p>menu</p>"
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
            )
            self._read(connection)
            self._listening.close()

    def _read(self, connection: socket.socket) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        self.asked.append(received.split(b" ", 2)[1].decode())
