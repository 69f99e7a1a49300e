"""Stopping what is being done on a run: between items, or at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Literal, TypeVar

from yakin.errors import ApplicationError

_Done = TypeVar("_Done")

Why = Literal["", "leave", "cancel"]
"""`leave`: it will be continued; `cancel`: a person wants it to end here."""


class Left(Exception):
    """Unwinds the work on a run that was asked to stop; everything done so far is in the journal."""


class CutShort(ApplicationError):
    """A person wanted the run to stop at once, in the middle of an item."""

    code = "cut-short"


class Stop:
    """Asks those who work on a run in this process to stop.

    Attributes:
        why: Empty while nobody asked.
    """

    def __init__(self) -> None:
        self.why: Why = ""
        self._asked = asyncio.Event()
        self._leave = asyncio.Event()
        self._now = asyncio.Event()

    def ask(self, why: Why, *, now: bool = False) -> None:
        """Stop after the current items; with `now` in the middle of them. A wish to cancel is not taken back."""
        if self.why != "cancel":
            self.why = why
        self._asked.set()
        if why == "leave":
            self._leave.set()
        if now:
            self._now.set()

    @property
    def at_once(self) -> bool:
        """Whether it was asked to stop in the middle of its work."""
        return self._now.is_set()

    async def asked(self) -> None:
        """Wait until it is asked to stop."""
        await self._asked.wait()

    async def asked_at_once(self) -> None:
        """Wait until it is asked to stop in the middle of its work."""
        await self._now.wait()

    def here(self) -> None:
        """A place where the run may be left.

        Raises:
            Left: It was asked to stop.
        """
        if self.why:
            raise Left

    async def unless_left(self, waiting: Awaitable[None]) -> None:
        """Wait for what others do, or for the wish to leave; those who cancel ask the others too, and wait for them.

        Raises:
            Left: The wish came first.
        """
        if not await _first(waiting, self._leave.wait()):
            raise Left

    async def unless_cut(self, work: Awaitable[_Done]) -> _Done:
        """Wait for work to end, or for the wish to stop at once.

        Raises:
            CutShort: The wish came first; the work was broken off.
        """
        ended = await _first(work, self._now.wait())
        if not ended:
            raise CutShort("Stopped at once, in the middle of the work")
        return ended[0]


async def _first(work: Awaitable[_Done], wish: Awaitable[Any]) -> tuple[_Done] | tuple[()]:
    """What work came to; nothing when a wish came first: then the work was broken off."""
    doing, wishing = asyncio.ensure_future(work), asyncio.ensure_future(wish)
    try:
        await asyncio.wait((doing, wishing), return_when=asyncio.FIRST_COMPLETED)
        return (doing.result(),) if doing.done() else ()
    finally:
        wishing.cancel()
        if not doing.done():
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)
