"""What happens while people are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from yakin.events.steps import StepEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked(StepEvent):
    """A step asks a person whether the run may go on.

    Attributes:
        role: Who may decide.
        title: What is asked, for people.
        show: What is approved as a kept artifact, as in `StepFinished.output`.
        due: Until when, ISO 8601 in UTC; None when there is no limit.
        remind_seconds: After how many seconds without a decision somebody is reminded.
    """

    action: ClassVar[str] = "approval.asked"
    role: str
    title: str
    show: Mapping[str, Any] = field(default_factory=dict)
    due: str | None = None
    remind_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalReminded(StepEvent):
    """Those who may decide were reminded."""

    action: ClassVar[str] = "approval.reminded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecided(StepEvent):
    """A person decided, or the time for it is over.

    Attributes:
        decision: `approved`, `rejected` or `timed_out`.
        reason: Why, in the person's words.
    """

    action: ClassVar[str] = "approval.decided"
    decision: str
    reason: str | None = None

    @property
    def outcome(self) -> str:
        """The decision."""
        return self.decision
