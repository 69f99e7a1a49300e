"""An answer that never arrives: the connection is closed under the browser."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_open_connections: dict[tuple[str, int], asyncio.BaseTransport] = {}


class ClosableProtocol(H11Protocol):
    """HTTP/1.1 whose connections can be closed from within the application, found by the address of the browser."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        if self.client is not None:
            _open_connections[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        if self.client is not None:
            _open_connections.pop(self.client, None)


class LostAnswer(Response):
    """Closes the connection without a word, after a while.

    Args:
        seconds: How long the browser is kept waiting first.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer nothing."""
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await asyncio.wait({gone}, timeout=self._seconds)
            transport = _open_connections.get(tuple(scope["client"]))
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
            await gone
        finally:
            gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
