"""After every action, one look at what the system says: it failed, it refused, it has the item, it signed us out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bots.browser.script import DocumentLeft, ask
from bots.browser.targets import Target
from yakin.actions import Context
from yakin.errors import AlreadyThere, ApplicationError, Refused, SessionLost

if TYPE_CHECKING:
    from playwright.async_api import Frame

    from bots.browser.session import OpenPage

_ERROR_PAGE = "chrome-error:"
_SERVER_ERROR = 500
_CLIENT_ERROR = 400
_POPUP_SECONDS = 5.0
_DOCUMENTS_BETWEEN_COLLECTIONS = 150
"""A reused window grows by some megabytes a row; this many documents are about fifty rows."""


async def before(page: OpenPage, ctx: Context, *, leaving: bool = False) -> None:
    """Refuse to act on a page to which something happened since it was last looked at.

    Args:
        leaving: Whether it does not matter what the page shows now.

    Raises:
        SessionLost: Its window was closed or its process died.
        ApplicationError: A dialog or a window came up that nobody had prepared for, the page went to a foreign host, or
            it could not be loaded.
    """
    try:
        await judge_events(page, ctx)
        if not leaving and page.current.url.startswith(_ERROR_PAGE):
            raise _never_loaded(page)
    except ApplicationError as error:
        error.nothing_sent = True
        raise


async def settle(page: OpenPage, ctx: Context) -> None:
    """Wait until the page has been loaded and judge what it shows.

    Raises:
        ApplicationError: The page could not be loaded, the system failed, or an unexpected dialog came up.
        Refused: The system refuses the data.
        AlreadyThere: The system says the item is registered already.
        SessionLost: Nobody is signed in any more.
    """
    try:
        looks = await _look(page, ctx)
    finally:
        # What came up unasked explains a page that did not come better than its absence does.
        await judge_events(page, ctx)
    _judge_loading(page, looks)
    _judge_words(looks)
    _judge_signed_in(page, looks)
    _judge_status(looks)
    await _collect_garbage(page, looks[0]["document"])


async def _look(page: OpenPage, ctx: Context) -> list[dict[str, Any]]:
    """What every frame of the window in front says, once all of them stay."""
    deadline = ctx.clock.monotonic() + page.settings.page_timeout
    given = _questions(page)
    while True:
        window, frames = page.current, await page.frames()
        try:
            looks = await asyncio.gather(*(_look_at(page, frame, given) for frame in frames))
        except (DocumentLeft, SessionLost) as gone:
            if isinstance(gone, SessionLost) and not await page.popup_closed(window):
                raise
            if ctx.clock.monotonic() > deadline:
                raise _never_loaded(page) from gone
            continue
        await page.popups_come(sum(look["opened"] for look in looks), _POPUP_SECONDS)
        leaving = [frame for frame, look in zip(frames, looks, strict=True) if look["leaving"]]
        if leaving:
            await _left(page, leaving)
            continue
        if page.current is window and await page.frames() == frames:
            return looks


async def _left(page: OpenPage, leaving: list[Frame]) -> None:
    """Wait until documents that are being left are gone; they stay when what they went for is a file."""
    seconds = page.settings.page_timeout
    gone = [asyncio.ensure_future(ask(frame, "left", seconds * 1000, seconds=seconds + 5)) for frame in leaving]
    arrival = asyncio.ensure_future(page.download_came.wait())
    try:
        await asyncio.wait([*gone, arrival], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*gone, arrival):
            task.cancel()
        await asyncio.gather(*gone, arrival, return_exceptions=True)
    if page.download_came.is_set():
        await asyncio.gather(*(ask(frame, "stay") for frame in leaving), return_exceptions=True)


def _questions(page: OpenPage) -> dict[str, Any]:
    system = page.system
    asked = {"signedIn": system.signed_in, "refused": system.refused, "alreadyThere": system.already_there}
    targets = {name: None if target is None else Target.of(target).to_page() for name, target in asked.items()}
    return {**targets, "limit": page.settings.page_timeout * 1000}


async def _look_at(page: OpenPage, frame: Frame, given: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = await ask(frame, "look", given, seconds=page.settings.page_timeout + 5)
    return answer


async def judge_events(page: OpenPage, ctx: Context) -> None:
    """Tell what happened unasked since this was last called; windows that opened by themselves are closed.

    Raises:
        SessionLost: The session's window was closed, or its process died.
        ApplicationError: A dialog or a window came up that nobody had prepared for, or the page went to a foreign host.
    """
    noticed = page.take_notice()
    for host, left in noticed.blocked.items():
        ctx.note("request-blocked", host=host, page_left=left)
    if noticed.crashed:
        raise SessionLost("The page of {system} crashed", system=page.system.name)
    _ = page.current
    addresses = [window.url for window in noticed.windows]
    always = [await page.close_unasked(window) for window in noticed.windows]
    for address in addresses:
        ctx.note("window-closed", url=address)
    for said in noticed.dialogs:
        raise ApplicationError(
            "The page showed a dialog that was not expected and was dismissed: {text}",
            text=said.text,
            kind=said.kind,
            hint="If it belongs to the work, prepare for it with browser.answer_dialog before the step that brings it up",
        )
    for address in (one for one, closed in zip(addresses, always, strict=True) if not closed):
        raise ApplicationError(
            "A window opened by itself and was closed: {url}",
            url=address,
            hint="If it belongs to the work, wait for what it shows with browser.wait_for; if it is only in the way, name "
            "it under close_windows in the options of the system",
        )
    for host in (host for host, left in noticed.blocked.items() if left):
        raise ApplicationError(
            "The page went to {host}, which {system} may not talk to",
            host=host,
            system=page.system.name,
            hint="If it belongs to the system, add it to its hosts",
        )


def _judge_loading(page: OpenPage, looks: list[dict[str, Any]]) -> None:
    for look in looks if not page.ever_blocked else looks[:1]:
        if look["url"].startswith(_ERROR_PAGE):
            raise _never_loaded(page)
        if look["status"] >= _SERVER_ERROR:
            raise _bad_status(look)
    host = urlsplit(looks[0]["url"]).hostname
    if host and not page.allows(host):
        raise ApplicationError(
            "The page went to {host}, which {system} may not talk to", host=host, system=page.system.name
        )


def _never_loaded(page: OpenPage) -> ApplicationError:
    return ApplicationError(
        "{system} did not answer: the browser shows its own error page",
        system=page.system.name,
        hint="Is the system running, and can this machine reach it?",
    )


def _bad_status(look: dict[str, Any]) -> ApplicationError:
    return ApplicationError("{url} answered with status {status}", url=look["url"], status=look["status"])


def _judge_words(looks: list[dict[str, Any]]) -> None:
    already = _texts(looks, "alreadyThere")
    if already:
        raise AlreadyThere("The system says it is registered already: {text}", text=already)
    refused = _texts(looks, "refused")
    if refused:
        raise Refused("The system refused: {text}", text=refused)


def _texts(looks: list[dict[str, Any]], name: str) -> str:
    return " / ".join(dict.fromkeys(" ".join(text.split()) for look in looks for text in look[name]))


def _judge_signed_in(page: OpenPage, looks: list[dict[str, Any]]) -> None:
    if page.system.signed_in is None or page.in_popup:
        return
    shown = any(look["signedIn"] for look in looks)
    if page.was_signed_in and not shown:
        raise SessionLost(
            "{system} does not show that anybody is signed in", system=page.system.name, url=looks[0]["url"]
        )
    page.was_signed_in = shown


def _judge_status(looks: list[dict[str, Any]]) -> None:
    if looks[0]["status"] >= _CLIENT_ERROR:
        raise _bad_status(looks[0])


async def _collect_garbage(page: OpenPage, document: float) -> None:
    if document == page.document:
        return
    page.document = document
    page.documents += 1
    if page.documents % _DOCUMENTS_BETWEEN_COLLECTIONS == 0:
        async with page.bounded("tidying up", page.settings.page_timeout):
            await page.current.request_gc()
