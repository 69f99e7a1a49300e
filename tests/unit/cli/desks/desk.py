"""A desk that registers numbers in a text file, and misbehaves as their first digit says."""

from __future__ import annotations

from pathlib import Path

from yakin.actions import action
from yakin.errors import ApplicationError, Refused


@action()
def register(number: str, ledger: Path) -> None:
    """Register a number: 9… is refused, 8… is written but the answer is lost, 7… finds nobody at the desk.

    Args:
        number: Business key.
        ledger: Where the desk writes.
    """
    if number.startswith("9"):
        raise Refused("The desk does not take {number}", number=number)
    if number.startswith("7"):
        raise ApplicationError("Nobody is at the desk", nothing_sent=True)
    with ledger.open("a", encoding="utf-8") as file:
        file.write(f"{number}\n")
    if number.startswith("8"):
        raise ApplicationError("The answer was lost")
