"""Who is signed in: sessions that end after an idle time and outlive the server."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from yakin.practice.store import Store


class Sessions:
    """The sessions of the practice system, kept in its store.

    Args:
        store: Where they are kept.
        idle_minutes: How long a session lives without a request.
        now: The time of day.
    """

    def __init__(self, store: Store, idle_minutes: float, now: Callable[[], datetime]) -> None:
        self._store = store
        self._idle_seconds = idle_minutes * 60
        self._now = now

    def open(self, user: str) -> str:
        """Begin a session; returns its token."""
        token = secrets.token_urlsafe(24)
        self._store.write("INSERT INTO sessions VALUES (?, ?, ?)", (token, user, self._now().timestamp()))
        return token

    def user(self, token: str) -> str | None:
        """Whose session it is, and keep it alive; None when there is no such session, or no longer."""
        rows = self._store.rows("SELECT user, last_seen FROM sessions WHERE token = ?", (token,))
        if not rows:
            return None
        idle = self._now().timestamp() - rows[0]["last_seen"]
        if idle > self._idle_seconds:
            self.close(token)
            return None
        if idle > self._idle_seconds / 100:  # most requests need no write
            self._store.write("UPDATE sessions SET last_seen = ? WHERE token = ?", (self._now().timestamp(), token))
        return str(rows[0]["user"])

    def close(self, token: str) -> None:
        """End a session."""
        self._store.write("DELETE FROM sessions WHERE token = ?", (token,))
