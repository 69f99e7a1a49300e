"""What happens to schedules, and to the runs they are waited for with.

A schedule is a trigger bound to a workflow. Its events belong to no run: what a run is due for stands in `RunCreated`.
Moments for which something is due are ISO 8601 text in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from yakin.errors import ErrorInfo
from yakin.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleKnown(Event):
    """A schedule was seen for the first time: nothing before this moment is owed.

    Attributes:
        schedule: Its id, `WORKFLOW/FINGERPRINT of the trigger`.
        workflow: Id of the workflow.
        trigger: The trigger as the workflow file says it.
    """

    action: ClassVar[str] = "schedule.known"
    schedule: str
    workflow: str
    trigger: Mapping[str, Any] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The schedule."""
        return self.schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSkipped(Event):
    """What was due at a moment, or at several, was not started, and will not be.

    Attributes:
        schedule: Id of the schedule.
        workflow: Id of the workflow.
        due: The moment; the last one of several.
        why: `missed` (nothing was running then), `overlap` (the run before was still going, and one waits already),
            `paused`, `failed` (it could not be started), or `merged` (another schedule of the workflow was due at the
            same moment: one run is both).
        error: For `failed`: why.
        cause: What it was due for, where that is no time: the run it was to follow.
        first: The first moment of several.
        count: How many moments.
    """

    action: ClassVar[str] = "schedule.skipped"
    schedule: str
    workflow: str
    due: str
    why: str
    error: ErrorInfo | None = None
    cause: str | None = None
    first: str | None = None
    count: int = 1

    @property
    def target(self) -> str:
        """The schedule."""
        return self.schedule

    @property
    def outcome(self) -> str:
        """Why."""
        return self.why


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePaused(Event):
    """A person stopped all schedules of a workflow.

    Attributes:
        workflow: Id of the workflow.
        reason: Why, in the person's words.
    """

    action: ClassVar[str] = "schedule.paused"
    workflow: str
    reason: str

    @property
    def target(self) -> str:
        """The workflow."""
        return self.workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleResumed(Event):
    """A person lets the schedules of a workflow go on.

    Attributes:
        workflow: Id of the workflow.
        reason: Why, in the person's words.
    """

    action: ClassVar[str] = "schedule.resumed"
    workflow: str
    reason: str | None = None

    @property
    def target(self) -> str:
        """The workflow."""
        return self.workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLate(Event):
    """A run that a schedule asked for is not where it was expected to be by now.

    Attributes:
        kind: `not_started` or `not_finished`.
        expected: By when it should have been, ISO 8601 in UTC.
    """

    action: ClassVar[str] = "run.late"
    kind: str
    expected: str

    @property
    def outcome(self) -> str:
        """The kind."""
        return self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRejected(Event):
    """A workflow or calendar file is wrong now: schedules go on with the last version that was right.

    Attributes:
        file: Its path in the project, with slashes.
        workflow: Id of the workflow; None for a calendar.
        sha256: Hash of the file that is wrong.
        problems: How many errors it has.
        first: The first of them, with its place in the file.
    """

    action: ClassVar[str] = "file.rejected"
    file: str
    workflow: str | None = None
    sha256: str
    problems: int
    first: str

    @property
    def target(self) -> str:
        """The file."""
        return self.file
