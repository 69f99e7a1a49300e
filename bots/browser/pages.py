"""Pages: go to one, wait for something on one, save what one sends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from bots.browser.forms import Nth, one_target
from bots.browser.press import press
from bots.browser.script import DocumentLeft
from bots.browser.session import OpenPage
from bots.browser.settle import before, judge_events, settle
from bots.browser.targets import Target, changed, find
from yakin.actions import Context, action
from yakin.errors import ApplicationError, ConfigError, TimedOut
from yakin.values import FileRef

if TYPE_CHECKING:
    from playwright.async_api import Download


@action(idempotent=True)
async def go_to(path: str, *, page: OpenPage, ctx: Context) -> None:
    """Go to a page of the system, in its main window; pop-ups are closed.

    Args:
        path: Address relative to the system's `url`.

    Raises:
        ApplicationError: The page cannot be reached, or the system failed.
        SessionLost: Nobody is signed in any more.

    Example:
        - {uses: browser.go_to, with: {path: /declarations/new}}
    """
    await before(page, ctx, leaving=True)
    await page.back_to_main()
    address = urljoin(page.system.url, path)
    page.leaving = True
    try:
        async with page.bounded(f"going to {path}", page.settings.page_timeout):
            await page.current.goto(address, wait_until="commit", timeout=page.settings.page_timeout * 1000)
    except DocumentLeft:
        # The page sent the browser on at once; where it ends is looked at below.
        pass
    except ApplicationError as error:
        # A dialog or a blocked host explains it better.
        await judge_events(page, ctx)
        raise _unreachable(page, error) from None
    finally:
        page.leaving = False
    await settle(page, ctx)


def _unreachable(page: OpenPage, error: ApplicationError) -> ApplicationError:
    reason = re.search(r"net::ERR_\w+", error.message)
    if reason is None:
        return error
    return ApplicationError(
        "{system} cannot be reached: {why}",
        system=page.system.name,
        why=reason[0],
        hint="Is the system running, and can this machine reach it?",
    )


@action(idempotent=True)
async def wait_for(
    text: str | None = None,
    target: str | Target | None = None,
    url: str | None = None,
    timeout: float | None = None,  # noqa: ASYNC109 - it is part of the workflow language
    *,
    page: OpenPage,
    ctx: Context,
) -> None:
    """Wait until something is shown; a window that opens meanwhile, or has opened since the last action, is meant to.

    Args:
        text: Words on the page.
        target: Label of a field, or a target.
        url: Part of the page's address.
        timeout: Seconds to wait at most; the browser's usual time when left out.

    Raises:
        TimedOut: It was not shown in time.
        Refused: The system refuses the data.

    Example:
        - {uses: browser.wait_for, with: {text: 処理が完了しました, timeout: 120}}
    """
    if [text, target, url].count(None) != 2:
        raise ConfigError("wait_for waits for exactly one of text, target and url")
    seconds = page.settings.timeout if timeout is None else timeout
    wanted = Target(text=text) if text is not None else None if target is None else Target.of(target, "label")
    deadline = ctx.clock.monotonic() + seconds
    with page.windows_may_open(late=True):
        await before(page, ctx)
        while not await _is_there(page, ctx, wanted, url):
            if ctx.clock.monotonic() > deadline:
                await settle(page, ctx)
                raise TimedOut(
                    "{what} was not shown within {seconds} s on {at}",
                    what=wanted or url,
                    seconds=seconds,
                    at=page.current.url,
                    nothing_sent=True,
                )
            await before(page, ctx)
            await changed(page)
        await settle(page, ctx)


async def _is_there(page: OpenPage, ctx: Context, wanted: Target | None, url: str | None) -> bool:
    if wanted is None:
        return url is not None and url in page.current.url
    try:
        return (await find(page, ctx, [wanted], "any"))[0] is not None
    except DocumentLeft:
        return False


@action(idempotent=True)
async def download(
    target: str | Target | None = None,
    button: str | None = None,
    link: str | None = None,
    text: str | None = None,
    within: str | Target | None = None,
    nth: Nth | None = None,
    frame: str | None = None,
    to: Path | None = None,
    *,
    page: OpenPage,
    ctx: Context,
) -> FileRef:
    """Click what makes the system send a file, and save the file once it is complete.

    Args:
        target: Words on the button or link, or a target.
        button: Words on a button.
        link: Words of a link.
        text: Words on anything.
        within: Row, group, table or section it is in, by a text in it or as a target.
        nth: Which of several, counted from 1.
        frame: Part of the name, address or title of the frame it is in.
        to: Where to save it, relative to the project; replaced when it exists. Left out: under the name the system gives,
            in the run's folder.

    Returns:
        The saved file.

    Raises:
        ApplicationError: No file came, it broke off, or it is empty.

    Example:
        - {id: list, uses: browser.download, with: {button: CSV出力, to: var/juminzei.csv}}
    """
    await before(page, ctx)
    page.forget_downloads()
    with page.windows_may_open():
        await press(page, ctx, one_target(target, button, link, text, within, nth, frame))
        # A file that does not come is explained by the page that comes instead.
        await settle(page, ctx)
        sent = await page.next_download(page.settings.page_timeout)
    if sent is None:
        await judge_events(page, ctx)
        raise ApplicationError("The system sent no file within {seconds} s", seconds=round(page.settings.page_timeout))
    return await _save(page, ctx, sent, to)


async def _save(page: OpenPage, ctx: Context, sent: Download, to: Path | None) -> FileRef:
    place = ctx.path(to) if to is not None else _free_place(ctx.folder / "downloads", sent.suggested_filename)
    place.parent.mkdir(parents=True, exist_ok=True)
    # Nobody must take half a file for a whole one: it gets its name when it is complete.
    arriving = place.with_name(f".{place.name}.arriving")
    try:
        async with page.bounded("saving the file", page.settings.page_timeout):
            failure = await sent.failure()
            if failure is None:
                await sent.save_as(arriving)
        if failure is not None:
            raise ApplicationError("The file {name} broke off: {why}", name=sent.suggested_filename, why=failure)
        if arriving.stat().st_size == 0:
            raise ApplicationError("The file {name} that the system sent is empty", name=sent.suggested_filename)
        arriving.replace(place)
    finally:
        arriving.unlink(missing_ok=True)
    return FileRef.of(place)


def _free_place(folder: Path, suggested: str) -> Path:
    name = Path(suggested.replace("\\", "/")).name or "download"
    place = folder / name
    number = 2
    while place.exists():
        place = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
        number += 1
    return place
