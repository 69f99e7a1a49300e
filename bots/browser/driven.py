"""One browser and the driver that steers it: they start together, and whatever is left of either ends together.

Each browser has a driver of its own. So the death of a driver takes one browser with it, never those of other systems.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psutil
    from playwright.async_api import Browser, CDPSession, Playwright
    from playwright.async_api._context_manager import PlaywrightContextManager

_START_SECONDS = 60.0
_ANSWER_SECONDS = 5.0
_END_SECONDS = 5.0
_SMOKE_TEST_MS = 20_000


@dataclass(frozen=True, slots=True)
class Driven:
    """A browser that was started.

    Attributes:
        browser: The browser.
        playwright: Its driver.
        commands: Talks to the browser itself instead of one of its pages.
        process: The browser's process; None when its number cannot be learnt.
    """

    browser: Browser
    playwright: Playwright
    commands: CDPSession
    process: psutil.Process | None

    @classmethod
    async def start(cls, launch: dict[str, Any], *, smoke_test: bool) -> Driven:
        """Start a driver and a browser.

        Args:
            launch: How Playwright is to start it.
            smoke_test: Whether it must show a simple page: company policies let a browser start and then show none.

        Raises:
            playwright.async_api.Error: It does not start, in time, or shows no page.
        """
        from playwright.async_api import Error, async_playwright

        manager = async_playwright()
        playwright = await manager.start()
        _expect_death(manager)
        process = None
        try:
            async with asyncio.timeout(_START_SECONDS):
                browser = await playwright.chromium.launch(**launch)
                commands = await browser.new_browser_cdp_session()
                process = await _process_of(commands)
                if smoke_test:
                    await _smoke_test(browser)
        except BaseException as error:
            await _end(playwright, process)
            if isinstance(error, TimeoutError):
                raise Error(f"it did not start within {_START_SECONDS:g} s") from None
            raise
        return cls(browser, playwright, commands, process)

    async def answers(self) -> bool:
        """Whether the browser still does what it is told.

        Asking is the only way to know: when the driver dies or the browser freezes, Playwright goes on believing that
        it is connected.
        """
        from playwright.async_api import Error

        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self.commands.send("Browser.getVersion")
        except (Error, TimeoutError):
            return False
        return True

    async def end(self) -> None:
        """End the driver and the browser, by force when they do not end by themselves in time."""
        await _end(self.playwright, self.process)


def _expect_death(manager: PlaywrightContextManager) -> None:
    """A driver's death is told by whoever asks it something; asyncio need not print it as an error nobody looked at."""
    transport = getattr(getattr(manager, "_client", None), "_transport", None)
    broken: asyncio.Future[None] | None = getattr(transport, "on_error_future", None)
    if broken is not None:
        broken.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


async def _end(playwright: Playwright, process: psutil.Process | None) -> None:
    stopping = asyncio.ensure_future(playwright.stop())
    await asyncio.wait({stopping}, timeout=_END_SECONDS)
    # A frozen browser holds up its driver; one whose driver was killed may be left alone.
    if process is not None:
        await asyncio.to_thread(_kill, process)
    if not stopping.done():
        await asyncio.wait({stopping}, timeout=_END_SECONDS)
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)


def _kill(process: psutil.Process) -> None:
    import psutil

    with suppress(psutil.Error):
        for one in (*process.children(recursive=True), process):
            with suppress(psutil.Error):
                one.kill()


async def _process_of(commands: CDPSession) -> psutil.Process | None:
    import psutil

    told = await commands.send("SystemInfo.getProcessInfo")
    numbers = [one["id"] for one in told["processInfo"] if one["type"] == "browser"]
    try:
        return psutil.Process(numbers[0])
    except (IndexError, psutil.Error):
        return None


async def _smoke_test(browser: Browser) -> None:
    from playwright.async_api import Error

    page = await browser.new_page()
    await page.goto("data:text/html,<p>2</p>", timeout=_SMOKE_TEST_MS)
    if await page.inner_text("p", timeout=_SMOKE_TEST_MS) != "2":
        raise Error("it does not show a simple page")
    await page.close()
