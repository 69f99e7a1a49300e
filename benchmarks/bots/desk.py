"""A system that does nothing: it answers after a while and uses no processor, so that only Yakin's own work is left.

Nothing is kept: its probe finds nothing, which is right for a benchmark in which nothing goes wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from benchmarks.rows import rows
from yakin.actions import System, action, resource
from yakin.values import Origin, Table

WATCHERS: list[Callable[[], None]] = []
"""Called whenever an item, or a step outside of items, is begun in this process."""

_PICTURE = bytes(range(256)) * 200
"""As large as the picture of a page."""


class Desk:
    """A signed-in session.

    Args:
        answer: Seconds until it answers.
    """

    def __init__(self, answer: float) -> None:
        self._answer = answer
        self.key = ""

    async def is_signed_in(self) -> bool:
        """Always."""
        return True

    async def picture(self) -> bytes | None:
        """What is on the screen."""
        return _PICTURE

    async def answered(self) -> None:
        """Wait for the system."""
        if self._answer:
            await asyncio.sleep(self._answer)


@resource(scope="session")
async def open_desk(place: System) -> AsyncIterator[Desk]:
    """Sit down at the desk; the option `answer` says how many seconds the system takes."""
    yield Desk(float(place.options.get("answer", 0)))


@action(idempotent=True)
def read(count: int, first: int) -> Table:
    """Read the list of declarations.

    Args:
        count: How many there are.
        first: Number of the first one: two runs with the same numbers are about the same declarations.
    """
    places = [Origin("list.xlsx", "受付", 4 + index) for index in range(count)]
    return Table.from_records(rows(count, first=first), origins=places)


@action(idempotent=True)
async def write(key: str, *, desk: Desk) -> None:
    """Fill in the form.

    Args:
        key: Business key.
    """
    for told in WATCHERS:
        told()
    desk.key = key
    await desk.answered()


@action()
async def register(*, desk: Desk) -> None:
    """Press the button."""
    await desk.answered()


@action(idempotent=True)
async def receipt(*, desk: Desk) -> dict[str, str]:
    """Read the receipt."""
    return {"number": f"R-{desk.key}"}


@action(idempotent=True)
async def look_up(key: str, *, desk: Desk) -> int:
    """Look in the list: it is never there.

    Args:
        key: Business key.
    """
    del key, desk
    return 0


@action(idempotent=True)
async def note(number: int) -> dict[str, int]:
    """A step outside of items.

    Args:
        number: Handed on.
    """
    for told in WATCHERS:
        told()
    return {"number": number}
