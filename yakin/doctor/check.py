"""What a check is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from yakin.actions import Diagnosis
from yakin.doctor.patient import NotLookedAt, Patient

__all__ = ["Check", "NotLookedAt"]


@dataclass(frozen=True, slots=True)
class Check:
    """A function with a name that looks at one subject.

    Attributes:
        name: The subject in a word; `doctor --only NAME` looks at it alone.
        look: Yields what it finds; may block, is called in a thread of its own.
        seconds: Within so many it has ended.
        late: What is said, as far as it is not yet, when it has not.
    """

    name: str
    look: Callable[[Patient], Iterable[Diagnosis]]
    seconds: float = 20.0
    late: Diagnosis | None = None
