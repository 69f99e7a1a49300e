"""An answer that never arrives: the connection is closed under the browser."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_Ends = tuple[tuple[str, int] | None, tuple[str, int | None] | None]

_open_connections: dict[_Ends, ClosableProtocol] = {}


class ClosableProtocol(H11Protocol):
    """HTTP/1.1 whose connections can be closed from within the application, found by their two ends."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        _open_connections[self.client, self.server] = self

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        _open_connections.pop((self.client, self.server), None)

    def reset(self) -> None:
        """Break the connection, so that the browser sees a reset and not the end of an answer."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()


_RECEIVED = b"HTTP/1.1 100 Continue\r\n\r\n"
_READING_SECONDS = 0.05  # for the browser to read the interim answer, which a reset may overtake
_AT_ONCE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)  # struct linger: on, no time


class LostAnswer(Response):
    """Closes the connection instead of answering, after a while.

    When a connection breaks without any answer, Chromium takes it for a stale one and sends the request again by itself,
    even a POST (unless it opened the connection for this very request). An interim answer stops that: it then knows
    that the request was received.

    Args:
        seconds: How long the browser is kept waiting first.
        sent_again: True leaves the interim answer out, so that the browser may send the request again.
    """

    def __init__(self, seconds: float, *, sent_again: bool) -> None:
        super().__init__()
        self._seconds = seconds
        self._sent_again = sent_again

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer nothing."""
        connection = _open_connections.get((scope["client"], scope["server"]))
        if connection is None:
            return
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            if not self._sent_again:
                connection.transport.write(_RECEIVED)
            await asyncio.wait({gone}, timeout=self._seconds + _READING_SECONDS)
            connection.reset()
            await gone
        finally:
            gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
