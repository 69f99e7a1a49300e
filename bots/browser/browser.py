"""The browsers of a run: one process for each list of allowed hosts, started when first needed."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Protocol

from bots.browser.driven import Driven
from bots.browser.find import Candidate, candidates, nothing_found
from bots.browser.settings import BrowserSettings
from yakin.actions import Context, resource
from yakin.errors import ApplicationError, BotError

if TYPE_CHECKING:
    from playwright.async_api import Browser

_ARGUMENTS = ("--disable-quic", "--disable-gpu", "--no-first-run", "--disable-component-update")


class Notebook(Protocol):
    """Where it is noted which browser was started; a `Context` is one."""

    def note(self, kind: str, **data: Any) -> None:
        """Note that something worth knowing happened."""
        ...


class Browsers:
    """Starts browsers, replaces those that died, and keeps them until the run ends; any number of lanes may ask at once.

    Which hosts a browser may talk to is settled when it starts, in its resolver: rules inside a page can be got around by
    redirects and web sockets. So sessions with the same hosts share a browser, others have one of their own.
    """

    def __init__(self, settings: BrowserSettings, notebook: Notebook) -> None:
        self.settings = settings
        self._notebook = notebook
        self._running: dict[tuple[str, ...], Driven] = {}
        self._chosen: Candidate | None = None
        self._opening = asyncio.Lock()

    async def browser(self, hosts: tuple[str, ...]) -> Browser:
        """The browser that may talk to these hosts only; a new one when the last one died or does not answer.

        Raises:
            BotError: No browser is installed, or none of them starts.
            ApplicationError: The browser that was used until now died and does not start again.
        """
        async with self._opening:
            running = self._running.get(hosts)
            if running is not None and not await running.answers():
                del self._running[hosts]
                await running.end()
                running = None
            if running is None:
                running = self._running[hosts] = await self._start(hosts)
            return running.browser

    async def close(self) -> None:
        """End all browsers."""
        async with self._opening:
            while self._running:
                _, running = self._running.popitem()
                await running.end()

    async def _start(self, hosts: tuple[str, ...]) -> Driven:
        from playwright.async_api import Error

        tried = (self._chosen,) if self._chosen else candidates(self.settings)
        reasons: list[str] = []
        for candidate in tried:
            try:
                started = await Driven.start(self._launch(candidate, hosts), smoke_test=self._chosen is None)
            except Error as error:
                reasons.append(f"{candidate}: {error.message.splitlines()[0]}")
                continue
            self._chosen = candidate
            self._tell(candidate, started.browser)
            return started
        raise self._none(reasons)

    def _none(self, reasons: list[str]) -> BotError | ApplicationError:
        told = "; ".join(reasons)
        if self._chosen:
            return ApplicationError("The browser does not start again: {reasons}", reasons=told, nothing_sent=True)
        if reasons:
            return BotError(
                "No browser starts: {reasons}",
                reasons=told,
                hint="A company policy may forbid automation; name another browser in config/yakin.toml, [browser]",
            )
        missing = nothing_found(self.settings)
        return BotError(missing.why, hint=missing.hint)

    def _launch(self, candidate: Candidate, hosts: tuple[str, ...]) -> dict[str, Any]:
        return {
            "executable_path": candidate.path,
            "headless": self.settings.headless,
            "args": [*_ARGUMENTS, *boundary(hosts, self.settings.proxy)],
            "chromium_sandbox": sandboxed(),
            "env": _environment(),
        }

    def _tell(self, candidate: Candidate, browser: Browser) -> None:
        self._notebook.note("browser-started", browser=str(candidate), version=browser.version, sandbox=sandboxed())


def _environment() -> dict[str, str | float | bool]:
    """The browser's environment: without a UTF-8 locale, Chromium on Linux calls every Japanese file `download`."""
    return {**os.environ, **({"LC_ALL": "C.UTF-8"} if sys.platform == "linux" else {})}


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
