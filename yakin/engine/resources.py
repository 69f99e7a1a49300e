"""Live things - a browser, a signed-in page - opened when first asked for, shared, closed in reverse order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from yakin.actions import Context, Registry, System
from yakin.errors import BotError


class LiveThings:
    """The live things of one scope; those of a wider scope are asked of `wider`.

    Args:
        registry: Knows how each kind is opened.
        context: Given to resources that ask for a `Context`.
        system: Given to resources that ask for the `System`; only in sessions.
        wider: The run's things, for a session.

    Attributes:
        hidden: True while the screens may still show what a sensitive step of an earlier attempt put there; an attempt
            begins by going somewhere else.
    """

    def __init__(
        self, registry: Registry, context: Context, *, system: System | None = None, wider: LiveThings | None = None
    ) -> None:
        self._registry = registry
        self._context = context
        self._system = system
        self._wider = wider
        self.hidden = False
        self._open: dict[type, tuple[AsyncIterator[Any], Any]] = {}
        self._opening: dict[type, asyncio.Lock] = {}

    @property
    def opened(self) -> list[Any]:
        """The things of this scope that are open, in the order they were opened."""
        return [thing for _, thing in self._open.values()]

    async def get(self, kind: type) -> Any:
        """The live thing of this type, opened if it is not yet.

        Raises:
            BotError: No bot provides it, or it needs a session and there is none.
        """
        # Lanes share the things of a run: the second who asks waits until the first has opened it.
        async with self._opening.setdefault(kind, asyncio.Lock()):
            return await self._get(kind)

    async def _get(self, kind: type) -> Any:
        if kind in self._open:
            return self._open[kind][1]
        spec = self._registry.resources[kind]
        if spec.scope == "run" and self._wider is not None:
            return await self._wider.get(kind)
        if spec.scope == "session" and self._system is None:
            raise BotError("{kind} is only there inside a block with `in:`", kind=kind.__name__)
        opening = spec.function(**await self.fill(spec.injected, self._context))
        thing = await anext(opening)
        self._open[kind] = (opening, thing)
        return thing

    async def fill(self, wanted: Mapping[str, type], context: Context) -> dict[str, Any]:
        """What the engine gives for these parameters: parameter name → value."""
        given: dict[str, Any] = {}
        for name, kind in wanted.items():
            if kind is Context:
                given[name] = context
            elif kind is System:
                given[name] = self._system
            else:
                given[name] = await self.get(kind)
        return given

    async def close(self) -> None:
        """Close what is open, the last opened first; a thing that cannot be closed does not keep the others open."""
        while self._open:
            _, (opening, _) = self._open.popitem()
            try:
                await anext(opening, None)
            except Exception as error:  # noqa: BLE001 - it is being thrown away
                self._context.log.bind(error=type(error).__name__).warning("a live thing could not be closed")
