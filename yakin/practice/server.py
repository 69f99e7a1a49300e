"""The practice system as a server: in a thread beside its user, or in the foreground as a process of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from yakin.errors import ConfigError
from yakin.practice.faults import Disturbance, Faults
from yakin.practice.store import JST, Store

if TYPE_CHECKING:
    import uvicorn

DEFAULT_USER = "zeimu01"
DEFAULT_PASSWORD = "yakan-2026"  # noqa: S105 - printed in the manual of the practice system


class PracticeServer:
    """The practice town hall.

    `with PracticeServer(path) as server:` serves from a thread and gives the store's file back closed;
    `serve_forever` serves in the foreground until it is interrupted. Registrations and sessions live in the database,
    so that a server started again on it goes on where the last one was killed.

    Args:
        database: The SQLite file; made when it is not there.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        password: Password of the user `zeimu01`.
        faults: What goes wrong.
        session_idle_minutes: How long a session lives without a request.
        now: The time of day, for who needs another one.

    Raises:
        ConfigError: The port is taken, or is not ours to take.
    """

    def __init__(
        self,
        database: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        password: str = DEFAULT_PASSWORD,
        faults: Faults | None = None,
        session_idle_minutes: float = 15,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.store = Store(database, now)
        self._disturbance = Disturbance(faults or Faults())
        self._password = password
        self._idle_minutes = session_idle_minutes
        self._now = now or (lambda: datetime.now(JST))
        self._host = host
        self._socket = _listening(host, port)
        self._server = self._make_server()
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it is found, without a slash at the end; connections are accepted from the beginning."""
        return f"http://{self._host}:{self._socket.getsockname()[1]}"

    @property
    def faults(self) -> Faults:
        """What goes wrong; setting it begins the count of requests anew."""
        return self._disturbance.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._disturbance.faults = faults

    def start(self) -> None:
        """Serve from a thread; returns at once."""
        self._thread = threading.Thread(target=self.serve_forever, name="practice", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered, for a second at most, and stop."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
        self._socket.close()
        self.store.close()

    def __enter__(self) -> PracticeServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def serve_forever(self) -> None:
        """Serve until stopped, or interrupted when this is the main thread."""
        self._server.run(sockets=[self._socket])

    def _make_server(self) -> uvicorn.Server:
        import uvicorn

        from yakin.practice.application import make_application
        from yakin.practice.lost_answer import ClosableProtocol

        config = uvicorn.Config(
            make_application(self.store, self._disturbance, self._password, self._idle_minutes, self._now),
            http=ClosableProtocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=60,
        )
        return uvicorn.Server(config)


def _listening(host: str, port: int) -> socket.socket:
    # Named TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConfigError(
            "The practice system cannot listen on {host}:{port}: {reason}",
            hint="Choose another port, or 0 for a free one",
            host=host,
            port=port,
            reason=error.strerror or error,
        ) from error
    return listener
