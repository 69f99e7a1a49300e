"""One signed-in session of a web system: a browser context, its windows, and what happened in them unasked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from fnmatch import fnmatch
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bots.browser.browser import Browsers
from bots.browser.noticed import Answer, Noticed, Said
from bots.browser.options import close_windows, viewport
from bots.browser.script import DocumentLeft, ask, page_errors, source
from bots.browser.settings import BrowserSettings
from bots.browser.targets import Target
from yakin.actions import System, resource
from yakin.errors import ActionError, ApplicationError, SessionLost, TimedOut

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Dialog, Download, Frame, Page, Request, WebSocket

_PICTURE_QUALITY = 60
_PICTURE_SECONDS = 10.0
_CLOSING_MS = 2000
_CLOSING_SECONDS = 5.0
_ANSWER_SECONDS = 5.0


class OpenPage:
    """The window that a clerk would be looking at: the newest pop-up that a click opened, else the main window.

    Attributes:
        system: The system it is signed in to.
        settings: Of the browser.
        context: Playwright's context; cookies and windows belong to it.
        noticed: What happened unasked since it was last taken.
        answer: How the next dialog is to be answered.
        downloads: Files that a page started to send and nobody has taken yet.
        download_came: Set while there is such a file.
        known: Targets already described in this session, as (workflow, step, target).
        leaving: Whether the page is being left on purpose, whatever it asks.
        was_signed_in: Whether it was seen that somebody is signed in.
        ever_blocked: Whether a foreign host was asked for; empty frames may be due to that.
        always_closed: Parts of the addresses of windows that are closed whenever they open.
        gone: Set when its windows have ended, or a page's process died.
        document: When the document last looked at began, as it counts time itself.
        documents: How many documents were looked at.
    """

    def __init__(self, system: System, settings: BrowserSettings, context: BrowserContext, main: Page) -> None:
        self.system = system
        self.settings = settings
        self.context = context
        self.noticed = Noticed()
        self.answer: Answer | None = None
        self.downloads: asyncio.Queue[Download] = asyncio.Queue()
        self.download_came = asyncio.Event()
        self.known: set[tuple[str, str, str]] = set()
        self.leaving = False
        self.was_signed_in = False
        self.ever_blocked = False
        self.document = 0.0
        self.documents = 0
        self.always_closed = close_windows(system.options)
        self.gone = asyncio.Event()
        self._main = main
        self._windows_may_open = False
        self._popups: list[Page] = []
        self._popups_seen = 0
        self._popups_told = 0
        self._popups_accounted = 0
        self._popup_opened = asyncio.Event()
        self._watch(main)
        context.on("page", self._opened)
        context.on("close", lambda _: self.gone.set())

    @classmethod
    async def open(cls, browser: Browser, system: System, settings: BrowserSettings) -> OpenPage:
        """A fresh context with one empty window."""
        async with page_errors("opening a window", settings.page_timeout):
            context = await browser.new_context(
                locale="ja-JP",
                timezone_id="Asia/Tokyo",
                accept_downloads=True,
                viewport=viewport(system.options),  # type: ignore[arg-type]
            )
            await context.add_init_script(source())
            return cls(system, settings, context, await context.new_page())

    async def close(self) -> None:
        """Close all windows of the session."""
        try:
            async with page_errors("closing the windows", _CLOSING_SECONDS):
                await self.context.close()
        except ApplicationError:
            # Its browser is gone, and the windows with it, or frozen: whoever asks for a browser next finds that out.
            pass

    @property
    def current(self) -> Page:
        """The window in front.

        Raises:
            SessionLost: Its main window was closed.
        """
        if self._popups:
            return self._popups[-1]
        if self._main.is_closed():
            raise SessionLost(
                "The window of {system} is gone: it was closed, or its browser ended", system=self.system.name
            )
        return self._main

    async def back_to_main(self) -> None:
        """Close the pop-ups that are open."""
        for popup in reversed(self._popups):
            async with self.bounded("closing a pop-up", self.settings.timeout):
                await popup.close()
        self._popups.clear()

    @asynccontextmanager
    async def bounded(self, doing: str, seconds: float) -> AsyncIterator[None]:
        """As `page_errors`; when something failed and the page does not answer at all, the session is lost.

        Raises:
            SessionLost: Its process or its browser is gone, or frozen.
        """
        try:
            async with page_errors(doing, seconds):
                yield
        except (DocumentLeft, SessionLost):
            raise
        except ApplicationError:
            await self.surely_answers(doing)
            raise

    async def surely_answers(self, doing: str) -> None:
        """See that there is somebody in the page who answers.

        Raises:
            SessionLost: There is not.
        """
        try:
            async with page_errors(doing, _ANSWER_SECONDS):
                await self.current.main_frame.evaluate("0")
        except TimedOut:
            raise SessionLost("The browser does not answer any more while {doing}", doing=doing) from None
        except ApplicationError as error:
            if isinstance(error, SessionLost):
                raise

    @contextmanager
    def windows_may_open(self, *, late: bool = False) -> Iterator[None]:
        """A window that opens meanwhile is meant to, and comes to the front.

        Args:
            late: Whether one that has opened since the last action is meant to as well.
        """
        self._windows_may_open = True
        if late:
            meant = [window for window in self.noticed.windows if not self._is_in_the_way(window)]
            self._popups.extend(meant)
            self.noticed.windows = [window for window in self.noticed.windows if window not in meant]
        try:
            yield
        finally:
            self._windows_may_open = False

    def _is_in_the_way(self, window: Page) -> bool:
        return any(part in window.url for part in self.always_closed)

    async def close_unasked(self, window: Page) -> bool:
        """Close a window that opened by itself; whether that one is always closed."""
        always = self._is_in_the_way(window)
        async with self.bounded("closing a pop-up", self.settings.timeout):
            await window.close()
        return always

    @property
    def in_popup(self) -> bool:
        """Whether a pop-up is in front."""
        return bool(self._popups)

    def allows(self, host: str) -> bool:
        """Whether this session may talk to a host."""
        return any(fnmatch(host, allowed) for allowed in hosts_of(self.system))

    async def frames(self, wanted: str | None = None) -> list[Frame]:
        """The frames of the window in front; with `wanted` those whose name, address or title has this part."""
        every = [frame for frame in self.current.frames if not frame.is_detached()]
        if wanted is None:
            return every
        named = [frame for frame in every if frame.name == wanted] or [
            frame for frame in every[1:] if wanted in frame.url
        ]
        if named:
            return named
        titles = await asyncio.gather(*(self._title(frame) for frame in every[1:]))
        return [frame for frame, title in zip(every[1:], titles, strict=True) if wanted in title]

    async def _title(self, frame: Frame) -> str:
        async with page_errors("reading the frame's title", self.settings.page_timeout):
            own = await frame.title()
            element = await frame.frame_element()
            return f"{own}\n{await element.get_attribute('title') or ''}"

    async def popups_come(self, more: int, seconds: float) -> None:
        """Wait for the windows that the page has begun to open since last asked; they come a little later.

        Args:
            more: How many it says it has opened.
            seconds: To wait at most: a window that turns into a download never comes.
        """
        self._popups_told += more
        try:
            async with asyncio.timeout(seconds):
                while self._popups_seen < self._popups_told:
                    self._popup_opened.clear()
                    await self._popup_opened.wait()
        except TimeoutError:
            pass
        if self._popups_seen > self._popups_accounted:
            # A window that came before its opener was asked: the opener must not tell of it again later.
            self._popups_accounted = self._popups_seen
            behind = [frame for window in (self._main, *self._popups[:-1]) for frame in window.frames]
            await asyncio.gather(*(ask(frame, "forgetOpened") for frame in behind), return_exceptions=True)
        self._popups_told = self._popups_seen

    def expect_popup(self) -> None:
        """Something was clicked that opens a window."""
        self._popups_told += 1

    async def popup_closed(self, window: Page) -> bool:
        """Whether a window that did not answer was a pop-up that closed itself."""
        from playwright.async_api import Error

        if window is self._main or self.noticed.crashed:
            return False
        if not window.is_closed():
            try:
                await window.wait_for_event("close", timeout=_CLOSING_MS)
            except Error:
                return window.is_closed()
        return True

    async def next_download(self, seconds: float) -> Download | None:
        """The next file that a page sends; None when none comes in time, or the page is gone."""
        coming = asyncio.ensure_future(self.downloads.get())
        gone = asyncio.ensure_future(self.gone.wait())
        try:
            await asyncio.wait({coming, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return coming.result() if coming.done() else None
        finally:
            coming.cancel()
            gone.cancel()

    def forget_downloads(self) -> None:
        """Leave alone the files that came before."""
        while not self.downloads.empty():
            self.downloads.get_nowait()
        self.download_came.clear()

    def take_notice(self) -> Noticed:
        """What happened unasked since this was last called."""
        taken, self.noticed = self.noticed, Noticed()
        self.ever_blocked = self.ever_blocked or bool(taken.blocked)
        return taken

    async def is_signed_in(self) -> bool:
        """Whether the system shows that somebody is signed in; True when it has no sign-in."""
        if self.system.signed_in is None:
            return True
        if self._main.is_closed() or self.noticed.crashed:
            return False
        request = {"signedIn": Target.of(self.system.signed_in).to_page(), "limit": self.settings.page_timeout * 1000}
        try:
            frames = [frame for frame in self._main.frames if not frame.is_detached()]
            looks = await asyncio.gather(*(ask(frame, "look", request) for frame in frames))
        except ActionError:
            return False
        self.was_signed_in = any(look["signedIn"] for look in looks)
        return self.was_signed_in

    async def picture(self) -> bytes | None:
        """What is on the screen now, as a JPEG; None when there is no screen to see."""
        try:
            async with page_errors("taking a picture", _PICTURE_SECONDS):
                return await self.current.screenshot(
                    type="jpeg", quality=_PICTURE_QUALITY, timeout=_PICTURE_SECONDS * 1000
                )
        except ActionError:
            return None

    def _watch(self, page: Page) -> None:
        page.on("dialog", self._answer_dialog)
        page.on("crash", self._crashed)
        page.on("requestfailed", self._request_failed)
        page.on("websocket", self._websocket)
        page.on("download", self._download)

    def _download(self, download: Download) -> None:
        self.downloads.put_nowait(download)
        self.download_came.set()

    def _opened(self, page: Page) -> None:
        self._watch(page)
        meant = self._windows_may_open and not self._is_in_the_way(page)
        (self._popups if meant else self.noticed.windows).append(page)
        page.on("close", self._closed)
        self._popups_seen += 1
        self._popup_opened.set()

    def _closed(self, page: Page) -> None:
        for windows in (self._popups, self.noticed.windows):
            if page in windows:
                windows.remove(page)

    async def _answer_dialog(self, dialog: Dialog) -> None:
        from playwright.async_api import Error

        answer = self.answer
        expected = answer is not None and (answer.text is None or answer.text in dialog.message)
        said = Said(dialog.type, dialog.message, expected)
        try:
            if dialog.type == "beforeunload" and self.leaving:
                await dialog.accept()
            elif answer is not None and expected:
                self.answer = None
                await (dialog.accept(answer.prompt or "") if answer.accept else dialog.dismiss())
            else:
                self.noticed.dialogs.append(said)
                await dialog.dismiss()
        except Error:
            # The page went away with its dialog.
            return

    def _crashed(self, _page: Page) -> None:
        self.noticed.crashed = True
        self.gone.set()

    def _request_failed(self, request: Request) -> None:
        self._note_foreign(request.url, request.is_navigation_request() and request.frame.parent_frame is None)

    def _websocket(self, socket: WebSocket) -> None:
        self._note_foreign(socket.url, page_left=False)

    def _note_foreign(self, url: str, page_left: bool) -> None:
        host = urlsplit(url).hostname
        if host and not self.allows(host):
            self.noticed.blocked[host] = self.noticed.blocked.get(host, False) or page_left


def hosts_of(system: System) -> tuple[str, ...]:
    """The hosts a system's sessions may talk to, without ports, in a fixed order."""
    own = urlsplit(system.url).hostname
    named = {urlsplit(f"//{host}").hostname or host for host in system.hosts}
    return tuple(sorted(named | ({own} if own else set())))


@resource(scope="session")
async def open_page(*, browsers: Browsers, system: System) -> AsyncIterator[OpenPage]:
    """A session of a web system."""
    browser = await browsers.browser(hosts_of(system))
    page = await OpenPage.open(browser, system, browsers.settings)
    try:
        yield page
    finally:
        await page.close()
