"""How often, and after what wait, something is tried again."""

from __future__ import annotations

from dataclasses import dataclass

from yakin.errors import ApplicationError, YakinError
from yakin.workflow.model import Retry, seconds


@dataclass(frozen=True, slots=True)
class Policy:
    """Tries in all, and the wait before each further one.

    Attributes:
        attempts: Tries in all.
        delay: Seconds before the second try.
        backoff: Each further wait is so many times longer.
    """

    attempts: int
    delay: float
    backoff: float

    @classmethod
    def of(cls, declared: Retry | None, *, default: Policy) -> Policy:
        """What a step declares, or the default where it declares nothing."""
        if declared is None:
            return default
        return cls(declared.attempts, seconds(declared.delay), declared.backoff)

    def again(self, attempt: int, error: YakinError) -> bool:
        """Whether to try again after this attempt (counted from 1) failed so."""
        return isinstance(error, ApplicationError) and attempt < self.attempts

    def pause(self, attempt: int) -> float:
        """Seconds to wait after this attempt."""
        return self.delay * self.backoff ** (attempt - 1)


ONCE = Policy(attempts=1, delay=0, backoff=1)
"""For a step on its own."""

ITEM = Policy(attempts=3, delay=1, backoff=2)
"""For a work item before its commit: everything until then may simply be done again."""
