"""What happens in steps outside of items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from yakin.actions.context import Evidence
from yakin.errors import ErrorInfo
from yakin.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvent(Event):
    """Something about one step.

    Attributes:
        step: Path of the step, such as `entry.2`.
    """

    step: str

    @property
    def target(self) -> str:
        """The step."""
        return self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted(StepEvent):
    """A step outside of items was begun.

    Attributes:
        title: What it does, for people.
        uses: Its action; for blocks the kind of block.
        line: Line in the workflow file.
        attempt: 1 for the first try.
    """

    action: ClassVar[str] = "step.started"
    title: str
    uses: str
    line: int
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished(StepEvent):
    """A step outside of items ended.

    Attributes:
        status: `succeeded`, `failed` or `skipped`.
        duration_ms: Of this attempt.
        output: What it handed on, in short: kind, rows, hash of the artifact.
        error: Why it failed.
        evidence: What proves it.
    """

    action: ClassVar[str] = "step.finished"
    status: str
    attempt: int = 1
    duration_ms: int = 0
    output: Mapping[str, Any] = field(default_factory=dict)
    error: ErrorInfo | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def outcome(self) -> str:
        """The status."""
        return self.status


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSetAside(StepEvent):
    """A step outside of items set a row aside for a person: it goes no further.

    Attributes:
        key: Business key, or whatever a clerk finds the row by.
        label: Where it stands.
        error: Why.
    """

    action: ClassVar[str] = "row.set_aside"
    key: str
    label: str
    error: ErrorInfo

    @property
    def target(self) -> str:
        """The step and the row."""
        return f"{self.step}/{self.key}"

    @property
    def outcome(self) -> str:
        """The kind of error."""
        return self.error.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(StepEvent):
    """An action noted something worth knowing.

    Attributes:
        kind: Slug, such as `label-fallback` or `request-blocked`.
        item: Business key of the item it was working on.
        data: What it noted, as text.
    """

    action: ClassVar[str] = "noted"
    kind: str
    item: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """The kind."""
        return self.kind
