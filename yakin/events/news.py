"""What people were told of what is in the journal. These events belong to no run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yakin.errors import ErrorInfo
from yakin.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsSent(Event):
    """News were sent as a rule of the settings says.

    Attributes:
        rule: Name of the rule.
        kind: `digest` or `alert`.
        receivers: How many were told; 0 when the rule was seen for the first time: nothing before that is news.
        upto: Number in the journal of the last event that the news cover.
    """

    action: ClassVar[str] = "news.sent"
    rule: str
    kind: str
    receivers: int
    upto: int

    @property
    def target(self) -> str:
        """The rule."""
        return self.rule

    @property
    def outcome(self) -> str:
        """The kind."""
        return self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsFailed(Event):
    """Somebody could not be told, however often it was tried.

    Attributes:
        rule: Name of the rule.
        kind: `digest` or `alert`.
        error: Why.
        upto: Number in the journal of the last event that the news would have covered.
    """

    action: ClassVar[str] = "news.failed"
    rule: str
    kind: str
    error: ErrorInfo
    upto: int

    @property
    def target(self) -> str:
        """The rule."""
        return self.rule

    @property
    def outcome(self) -> str:
        """The kind."""
        return self.kind
