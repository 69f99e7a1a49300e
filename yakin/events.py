"""What can happen in a run: frozen facts in the past tense, the only thing the journal holds.

An event is written before anything that depends on it is done. Its fields are plain JSON data; values of people's data
do not belong in it, except the business key, the results and the errors of work items, which are what a clerk reviews.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from yakin.actions.context import Evidence
from yakin.errors import ErrorInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events.

    Attributes:
        action: Name of the kind of event, as it stands in the journal.
        run: Id of the run; empty for events outside runs.
    """

    action: ClassVar[str] = ""
    run: str

    @property
    def target(self) -> str:
        """What it happened to: a step, an item, a system."""
        return ""

    @property
    def outcome(self) -> str:
        """How it went, for events that have an outcome."""
        return ""

    def body(self) -> dict[str, Any]:
        """Everything else as plain JSON data."""
        return {
            item.name: _plain(getattr(self, item.name))
            for item in dataclasses.fields(self)
            if item.name != "run" and getattr(self, item.name) is not None
        }


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
class _StepEvent(Event):
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
class StepStarted(_StepEvent):
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
class StepFinished(_StepEvent):
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
class ItemsCreated(_StepEvent):
    """The work items of a block were written into the ledger.

    Attributes:
        keys: Business keys in order.
        system: System they are registered in; None for items outside systems.
        not_selected: How many rows `--only` or `--limit` left out.
        labels: Business key → where the row stands, such as `juminzei.xlsx [受付]:12`.
        rows: The rows themselves as a kept artifact, as in `StepFinished.output`.
        totals: Control totals of the rows: name → number.
    """

    action: ClassVar[str] = "items.created"
    keys: tuple[str, ...]
    system: str | None = None
    not_selected: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Any] = field(default_factory=dict)
    totals: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ItemEvent(_StepEvent):
    """Something about one work item.

    Attributes:
        item: Its business key.
        attempt: 1 for the first try.
    """

    item: str
    attempt: int = 1

    @property
    def target(self) -> str:
        """The block and the item."""
        return f"{self.step}/{self.item}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStarted(_ItemEvent):
    """Work on an item began.

    Attributes:
        owner: Token of the lease of the process that works on it.
    """

    action: ClassVar[str] = "item.started"
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitIntended(_ItemEvent):
    """The irreversible step is about to be done; from now on the item is in doubt until it is settled.

    Attributes:
        at_step: Path of the commit step.
        evidence: The screen just before.
        owner: Token of the lease of the process that commits it: the one that began the attempt.
    """

    action: ClassVar[str] = "item.commit_intended"
    at_step: str
    evidence: tuple[Evidence, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProbed(_ItemEvent):
    """The probe looked whether the item is in the system.

    Attributes:
        found: True, False, or None when the probe could not tell.
        error: Why it could not tell.
    """

    action: ClassVar[str] = "item.probed"
    found: bool | None = None
    error: ErrorInfo | None = None

    @property
    def outcome(self) -> str:
        """What it saw."""
        return {True: "found", False: "absent", None: "unclear"}[self.found]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSettled(_ItemEvent):
    """An attempt at an item ended in this state.

    Attributes:
        state: `done`, `failed`, `in_doubt`, `skipped`, or `pending` when it will be tried again.
        how: For `done`: `registered` or `found` (it was there already). For `skipped`: why, as a slug.
        result: The item's result, name → text.
        error: What went wrong.
        at_step: Path of the step that failed.
        evidence: Screenshots and other proof of this attempt.
        duration_ms: Of this attempt.
        steps_ms: Step path → milliseconds.
    """

    action: ClassVar[str] = "item.settled"
    state: str
    how: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    error: ErrorInfo | None = None
    at_step: str | None = None
    evidence: tuple[Evidence, ...] = ()
    duration_ms: int = 0
    steps_ms: Mapping[str, int] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """The state."""
        return self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDecided(_ItemEvent):
    """A person looked in the system and settled a doubt.

    Attributes:
        registered: Whether the item is registered.
        reason: How the person knows.
        result: The item's result, name → text.
    """

    action: ClassVar[str] = "item.decided"
    registered: bool
    reason: str
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """What the person saw."""
        return "registered" if self.registered else "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSetAside(_StepEvent):
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
class ApprovalAsked(_StepEvent):
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
class ApprovalReminded(_StepEvent):
    """Those who may decide were reminded."""

    action: ClassVar[str] = "approval.reminded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecided(_StepEvent):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(_StepEvent):
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


EVENTS: Mapping[str, type[Event]] = {
    kind.action: kind
    for kind in (
        RunCreated,
        RunContinued,
        RunStarted,
        RunWaiting,
        CancelAsked,
        RunFinished,
        StepStarted,
        StepFinished,
        ItemsCreated,
        ItemStarted,
        CommitIntended,
        ItemProbed,
        ItemSettled,
        ItemDecided,
        RowSetAside,
        ApprovalAsked,
        ApprovalReminded,
        ApprovalDecided,
        SessionOpened,
        Noted,
    )
}
"""Name in the journal → kind of event."""


def event_of(action: str, run: str, body: Mapping[str, Any]) -> Event:
    """Read back an event from its name, run and body.

    Raises:
        KeyError: No such kind of event is known.
    """
    kind = EVENTS[action]
    fields: dict[str, Any] = {"run": run}
    for item in dataclasses.fields(kind):
        if item.name in body:
            fields[item.name] = _rich(item.name, body[item.name])
    return kind(**fields)


def _plain(value: Any) -> Any:
    match value:
        case ErrorInfo():
            return value.to_json()
        case Evidence():
            return dataclasses.asdict(value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return value


def _rich(name: str, value: Any) -> Any:
    if name == "error":
        return ErrorInfo.from_json(value)
    if name == "evidence":
        return tuple(Evidence(**item) for item in value)
    if name == "keys":
        return tuple(value)
    return value
