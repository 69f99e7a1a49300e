"""News to people."""

from __future__ import annotations

from datetime import date

from yakin.actions import action


@action()
def send(to: list[str], subject: str, body: str = "", on: date | None = None) -> None:
    """Send a message.

    Args:
        to: Addresses.
        subject: Subject.
        body: Text.
        on: Day.
    """
