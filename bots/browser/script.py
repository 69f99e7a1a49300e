"""Asking the part of the bot that runs inside each document (`targets.js`, `page.js`)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from yakin.errors import ApplicationError, SessionLost, TimedOut

if TYPE_CHECKING:
    from playwright.async_api import Frame

_ASK = "question => window[Symbol.for('yakin.browser')]?.answer?.(question) ?? ''"
"""Question and answer are JSON: as objects, Playwright would take them apart and check them value by value."""
_HOLD = "given => window[Symbol.for('yakin.browser')].elements(given)"
_GONE = (
    "Execution context was destroyed",
    "Frame was detached",
    "frame got detached",
    "Cannot find context",
    "not attached to the DOM",
)


class DocumentLeft(ApplicationError):
    """The document was replaced while it was asked; its successor has to be asked."""

    code = "document-left"


@cache
def source() -> str:
    """The script that every document gets."""
    folder = files("bots.browser")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("targets.js", "page.js"))


async def ask(frame: Frame, name: str, given: Any = None, *, seconds: float = 30.0) -> Any:
    """Call one function of the script in a document; the answer is plain data.

    Raises:
        DocumentLeft: The document was replaced meanwhile.
        SessionLost: The page or its browser is gone, or does not answer any more.
    """
    doing = f"asking the page ({name})"
    try:
        async with page_errors(doing, seconds):
            question = json.dumps([name, given], ensure_ascii=False)
            answer: str = await frame.evaluate(_ASK, question)
            if not answer:
                await frame.evaluate(source())
                answer = await frame.evaluate(_ASK, question)
    except TimedOut:
        raise SessionLost("The browser does not answer any more while {doing}", doing=doing) from None
    return json.loads(answer)


async def elements(frame: Frame, wanted: list[list[int | None]], *, seconds: float = 30.0) -> list[Any]:
    """Handles of elements that the last `find` in this document holds: position, and member of its group or None."""
    async with page_errors("reaching the fields", seconds):
        if len(wanted) == 1:
            one = await frame.evaluate_handle("given => window[Symbol.for('yakin.browser')].elements(given)[0]", wanted)
            return [one.as_element()]
        several = await frame.evaluate_handle(_HOLD, wanted)
        properties = await several.get_properties()
        return [properties[str(index)].as_element() for index in range(len(wanted))]


@asynccontextmanager
async def page_errors(doing: str, seconds: float) -> AsyncIterator[None]:
    """Bound a call to the browser in time, and turn Playwright's errors into ours."""
    from playwright.async_api import Error
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    try:
        async with asyncio.timeout(seconds):
            yield
    except (TimeoutError, PlaywrightTimeout):
        # Playwright's own error repeats what was typed in its call log: it must not be chained.
        raise TimedOut(
            "The page did not answer within {seconds} s while {doing}",
            seconds=round(seconds),
            doing=doing,
        ) from None
    except Error as error:
        raise translated(error, doing) from None


def translated(error: Exception, doing: str) -> Exception:
    """Our error for one of Playwright's."""
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    if any(text in first for text in _GONE):
        return DocumentLeft("The page was replaced while {doing}", doing=doing)
    if "has been closed" in first or "crashed" in first or "Connection closed" in first:
        return SessionLost("The page was gone while {doing}: its window or browser ended", doing=doing)
    return ApplicationError("The browser failed while {doing}: {why}", doing=doing, why=first)
