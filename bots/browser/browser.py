"""The browsers of a run: one process for each list of allowed hosts, started when first needed."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bots.browser.find import Candidate, candidates, nothing_found
from bots.browser.settings import BrowserSettings
from yakin.actions import Context, resource
from yakin.errors import BotError

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

_ARGUMENTS = ("--disable-quic", "--disable-gpu", "--no-first-run", "--disable-component-update")
_SMOKE_TEST_MS = 20_000


class Browsers:
    """Starts browsers and keeps them until the run ends.

    Which hosts a browser may talk to is settled when it starts, in its resolver: rules inside a page can be got around by
    redirects and web sockets. So sessions with the same hosts share a browser, others have one of their own.
    """

    def __init__(self, settings: BrowserSettings, ctx: Context) -> None:
        self.settings = settings
        self._ctx = ctx
        self._playwright: Playwright | None = None
        self._running: dict[tuple[str, ...], Browser] = {}
        self._chosen: Candidate | None = None
        self._opening = asyncio.Lock()
        self._exit = AsyncExitStack()

    async def browser(self, hosts: tuple[str, ...]) -> Browser:
        """The browser that may talk to these hosts only.

        Raises:
            BotError: No browser is installed, or none of them starts.
        """
        async with self._opening:
            running = self._running.get(hosts)
            if running is None or not running.is_connected():
                running = self._running[hosts] = await self._start(hosts)
            return running

    async def close(self) -> None:
        """End all browsers."""
        for browser in self._running.values():
            if browser.is_connected():
                await browser.close()
        self._running.clear()
        await self._exit.aclose()

    async def _start(self, hosts: tuple[str, ...]) -> Browser:
        from playwright.async_api import Error, async_playwright

        if self._playwright is None:
            self._playwright = await self._exit.enter_async_context(async_playwright())
        tried = (self._chosen,) if self._chosen else candidates(self.settings)
        reasons: list[str] = []
        for candidate in tried:
            try:
                browser = await self._launch(self._playwright, candidate, hosts)
            except Error as error:
                reasons.append(f"{candidate}: {error.message.splitlines()[0]}")
                continue
            self._chosen = candidate
            self._tell(candidate, browser)
            return browser
        if reasons:
            raise BotError(
                "No browser starts: {reasons}",
                reasons="; ".join(reasons),
                hint="A company policy may forbid automation; name another browser in config/yakin.toml, [browser]",
            )
        missing = nothing_found(self.settings)
        raise BotError(missing.why, hint=missing.hint)

    async def _launch(self, playwright: Playwright, candidate: Candidate, hosts: tuple[str, ...]) -> Browser:
        browser = await playwright.chromium.launch(
            executable_path=candidate.path,
            headless=self.settings.headless,
            args=[*_ARGUMENTS, *boundary(hosts, self.settings.proxy)],
            chromium_sandbox=sandboxed(),
            env=_environment(),
        )
        if self._chosen is None:
            await _smoke_test(browser)
        return browser

    def _tell(self, candidate: Candidate, browser: Browser) -> None:
        self._ctx.note("browser-started", browser=str(candidate), version=browser.version, sandbox=sandboxed())


def _environment() -> dict[str, str | float | bool]:
    """The browser's environment: without a UTF-8 locale, Chromium on Linux calls every Japanese file `download`."""
    return {**os.environ, **({"LC_ALL": "C.UTF-8"} if sys.platform == "linux" else {})}


async def _smoke_test(browser: Browser) -> None:
    """Company policies let a browser start and then show no page."""
    from playwright.async_api import Error

    page = await browser.new_page()
    try:
        await page.goto("data:text/html,<p>2</p>", timeout=_SMOKE_TEST_MS)
        if await page.inner_text("p", timeout=_SMOKE_TEST_MS) != "2":
            raise Error("it does not show a simple page")
    except Error:
        await browser.close()
        raise
    await page.close()


def sandboxed() -> bool:
    """Whether the browser's own sandbox is on; it cannot be for root on Linux."""
    return not (sys.platform.startswith("linux") and os.geteuid() == 0)


def boundary(hosts: tuple[str, ...], proxy: str | None) -> list[str]:
    """Arguments that keep a browser from every other host."""
    rules = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in hosts)])
    if proxy is None:
        return [f"--host-resolver-rules={rules}", "--no-proxy-server"]
    # Behind a proxy the names are resolved there: the browser is told to reach other hosts through a proxy that is none.
    tests = " || ".join(f'shExpMatch(host, "{host}")' for host in hosts)
    address = proxy.partition("://")[2] or proxy
    script = f'function FindProxyForURL(url, host) {{ return ({tests}) ? "PROXY {address}" : "PROXY 127.0.0.1:9"; }}'
    encoded = base64.b64encode(script.encode("ascii")).decode("ascii")
    return [f"--proxy-pac-url=data:application/x-ns-proxy-autoconfig;base64,{encoded}"]


@resource(scope="run")
async def browsers(*, ctx: Context) -> AsyncIterator[Browsers]:
    """The browsers of this run."""
    opened = Browsers(BrowserSettings.of(ctx.config), ctx)
    try:
        yield opened
    finally:
        await opened.close()
