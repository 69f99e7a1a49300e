"""Stopping what is being done on a run: between items, or at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Literal, TypeVar

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
        self._now = asyncio.Event()

    def ask(self, why: Why, *, now: bool = False) -> None:
        """Stop after the current items; with `now` in the middle of them. A wish to cancel is not taken back."""
        if self.why != "cancel":
            self.why = why
        self._asked.set()
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

    async def unless_cut(self, work: Awaitable[_Done]) -> _Done:
        """Wait for work to end, or for the wish to stop at once.

        Raises:
            CutShort: The wish came first; the work was broken off.
        """
        doing = asyncio.ensure_future(work)
        cut = asyncio.ensure_future(self._now.wait())
        try:
            await asyncio.wait((doing, cut), return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise CutShort("Stopped at once, in the middle of the work")
            return doing.result()
        finally:
            cut.cancel()
            if not doing.done():
                doing.cancel()
                await asyncio.gather(doing, return_exceptions=True)
