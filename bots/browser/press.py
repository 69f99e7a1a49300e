"""One click, with what can be proven about it when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bots.browser.script import DocumentLeft, elements, translated
from bots.browser.targets import Target, the_one
from yakin.actions import Context
from yakin.errors import ApplicationError, SessionLost, TargetNotFound

if TYPE_CHECKING:
    from bots.browser.session import OpenPage

_TRIES = 3
_PRESSED = "performing click action"
"""What Playwright writes into its call log immediately before the mouse is pressed."""


class _NotPressed(Exception):
    """The element was replaced before it was clicked."""


async def press(page: OpenPage, ctx: Context, target: Target) -> None:
    """Find a target and click it once; it is looked for again when the page replaces it before it was clicked.

    Raises:
        TargetNotFound: It is not there, or cannot be clicked; nothing was clicked.
        ApplicationError: The browser failed; `nothing_sent` says whether that was before the click.
    """
    for _ in range(_TRIES):
        try:
            return await _press_once(page, ctx, target)
        except _NotPressed:
            continue
    raise TargetNotFound(
        "{target} on {url} was replaced by the page again and again before it could be clicked",
        target=target,
        url=page.current.url,
        nothing_sent=True,
    )


async def _press_once(page: OpenPage, ctx: Context, target: Target) -> None:
    from playwright.async_api import Error
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    try:
        match = await the_one(page, ctx, target, "click")
        (element,) = await elements(match.frame, [[match.position, None]])
    except DocumentLeft:
        raise _NotPressed from None
    except ApplicationError as error:
        # So far it was only looked for.
        error.nothing_sent = True
        raise
    window = page.current
    if match.opens:
        page.expect_popup()
    seconds = page.settings.page_timeout
    try:
        async with page.bounded(f"clicking {target}", seconds + 1):
            try:
                await element.click(timeout=seconds * 1000)
            except PlaywrightTimeout as error:
                if _PRESSED in str(error):
                    raise
                raise _cannot_be_clicked(page, target, error) from None
            except Error as error:
                if _PRESSED in str(error) or not isinstance(translated(error, ""), DocumentLeft):
                    raise
                raise _NotPressed from None
    except DocumentLeft:
        # Clicked, and the page went on.
        return
    except SessionLost:
        # A pop-up that was clicked may close itself.
        if not await page.popup_closed(window):
            raise


def _cannot_be_clicked(page: OpenPage, target: Target, error: Exception) -> TargetNotFound:
    reasons = [line.strip(" -") for line in str(error).splitlines()]
    telling = [line for line in reasons if line.startswith("element is not") or "intercepts pointer events" in line]
    return TargetNotFound(
        "{target} on {url} could not be clicked: {why}",
        target=target,
        url=page.current.url,
        why=telling[-1] if telling else "it never became ready",
        nothing_sent=True,
    )
