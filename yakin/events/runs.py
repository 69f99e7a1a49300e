"""What happens to a whole run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from yakin.errors import ErrorInfo
from yakin.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCreated(Event):
    """Somebody, or a schedule, asked for a run.

    Attributes:
        workflow: Id of the workflow.
        title: Its title.
        workflow_hash: SHA-256 of the file's content.
        inputs: Input name → value as text.
        files: Input name → SHA-256 of the file it names.
        mode: `run` or `rehearse`.
        selection: What part of the items was asked for, such as `{"limit": 5}`.
        section: Section that owns the workflow.
        parent: Run that called this one.
        parent_step: Path of the parent's step that called it.
        rerun_of: Earlier run that this one does again.
        reason: Why it is done again, in a person's words.
        takes_over: True when what the earlier run's steps handed on is taken over instead of done again.
        schedule: Id of the schedule that asked for it.
        due: The moment for which it asked, ISO 8601 in UTC.
        cause: What it was due for, where that is no time: the run it follows, or the file that arrived.
    """

    action: ClassVar[str] = "run.created"
    workflow: str
    title: str
    workflow_hash: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    mode: str = "run"
    selection: Mapping[str, Any] = field(default_factory=dict)
    section: str | None = None
    parent: str | None = None
    parent_step: str | None = None
    rerun_of: str | None = None
    reason: str | None = None
    takes_over: bool = False
    schedule: str | None = None
    due: str | None = None
    cause: str | None = None

    @property
    def target(self) -> str:
        """The workflow."""
        return self.workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContinued(Event):
    """The run may go on: it is queued again, and every earlier go of it is over.

    Attributes:
        go: Number of the new go: one more than the last.
        reason: Why, in a person's words.
    """

    action: ClassVar[str] = "run.continued"
    go: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """A process began, or went on, to execute the run.

    Attributes:
        executor: Which process, as `host:pid`.
        resumed: True when the run had been started before.
        facts: Versions and settings that matter for the proof, such as `yakin`, `browser`.
        go: Which go of the run it executes; refused unless it is the last.
        owner: Token of the lease it holds.
    """

    action: ClassVar[str] = "run.started"
    executor: str
    resumed: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    go: int = 1
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWaiting(Event):
    """The run waits for a person: no process executes it until it is continued.

    Attributes:
        go: Which go waits; refused when it is not the last. None when it is not said.
    """

    action: ClassVar[str] = "run.waiting"
    go: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAsked(Event):
    """A person asked that the run stop.

    Attributes:
        now: False to stop between items, True to stop what is being done.
        reason: Why, in a person's words.
    """

    action: ClassVar[str] = "run.cancel_asked"
    now: bool = False
    reason: str | None = None

    @property
    def outcome(self) -> str:
        """How it is to stop: `gracefully` or `now`."""
        return "now" if self.now else "gracefully"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Event):
    """The run came to its end.

    Attributes:
        status: `succeeded`, `failed` or `cancelled`.
        error: Why it failed.
        duration_ms: From its (last) start.
        go: Which go ended; refused when it is not the last. None when it is not said.
    """

    action: ClassVar[str] = "run.finished"
    status: str
    error: ErrorInfo | None = None
    duration_ms: int = 0
    go: int | None = None

    @property
    def outcome(self) -> str:
        """The status."""
        return self.status


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(Event):
    """A session of a system was opened and signed in.

    Attributes:
        system: The system.
        url: Where.
        again: True when an earlier session of this run was lost.
    """

    action: ClassVar[str] = "session.opened"
    system: str
    url: str
    again: bool = False

    @property
    def target(self) -> str:
        """The system."""
        return self.system
