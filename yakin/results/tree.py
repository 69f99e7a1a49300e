"""What happened in a run as frozen values: a run, its steps, their items and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yakin import events as ev
from yakin.actions.context import Evidence
from yakin.errors import ErrorInfo


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in the journal.

    Attributes:
        seq: Number in the journal, counted from 1.
        at: When, UTC.
        actor: Who or what caused it.
        event: The event.
    """

    seq: int
    at: datetime
    actor: str
    event: ev.Event


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one work item.

    Attributes:
        block: Path of the step it belongs to.
        key: Business key.
        label: Where the row stands, for people.
        state: `pending in_progress done failed in_doubt skipped`.
        how: For `done` `registered` or `found`; for `skipped` why; `decided_absent` when a person found that a commit in
            doubt was not registered.
        attempts: How often it was tried.
        result: What was kept of it.
        error: What went wrong last.
        at_step: Path of the step that failed last.
        evidence: Proof, in the order it was taken.
        duration_ms: Over all attempts.
        steps_ms: Step path → milliseconds of the last attempt.
        decided_by: Who settled a doubt about it; None when nobody had to.
        reason: How that person knew.
    """

    block: str
    key: str
    label: str = ""
    state: str = "pending"
    how: str = ""
    attempts: int = 0
    result: Mapping[str, Any] = field(default_factory=dict)
    error: ErrorInfo | None = None
    at_step: str | None = None
    evidence: tuple[Evidence, ...] = ()
    duration_ms: int = 0
    steps_ms: Mapping[str, int] = field(default_factory=dict)
    decided_by: str | None = None
    reason: str | None = None

    @property
    def set_aside(self) -> bool:
        """True when the data broke a rule: it waits for a person, and the run did not fail because of it."""
        return self.state == "failed" and self.error is not None and self.error.is_business

    @property
    def verdict(self) -> str:
        """The state in one word for people.

        `registered found set_aside failed in_doubt rehearsed skipped pending in_progress`; what an earlier run has
        registered is found.
        """
        if self.state == "done":
            return self.how or "registered"
        if self.state == "skipped":
            return {"done_before": "found", "rehearsed": "rehearsed"}.get(self.how, "skipped")
        return "set_aside" if self.set_aside else self.state


@dataclass(frozen=True, slots=True)
class ApprovalResult:
    """What became of the decision that a step asked for.

    Attributes:
        title: What is asked, for people.
        role: Who may decide.
        state: `waiting approved rejected timed_out`.
        asked: When, UTC.
        show: What is approved, as a kept artifact.
        due: Until when; None when there is no limit.
        reminded: When somebody was reminded last.
        decided: When it was decided.
        decided_by: Who decided.
        reason: Why, in that person's words.
    """

    title: str
    role: str
    state: str
    asked: datetime
    show: Mapping[str, Any] = field(default_factory=dict)
    due: datetime | None = None
    reminded: datetime | None = None
    decided: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of one step outside of items.

    Attributes:
        path: Path of the step.
        title: What it does, for people.
        uses: Its action or kind of block.
        line: Line in the workflow file.
        status: `running waiting succeeded failed skipped`; `waiting` while nobody has decided.
        attempts: How often it was tried.
        started: When, UTC.
        duration_ms: Over all attempts.
        output: What it handed on, in short.
        error: Why it failed.
        evidence: Proof.
        items: Its work items, or the rows it set aside, in order.
        not_selected: Rows left out by `--only` or `--limit`.
        notes: What its actions noted.
        rows: The rows of its items, as a kept artifact.
        totals: Control totals of those rows: name → number.
        approval: The decision it asked for.
    """

    path: str
    title: str
    uses: str
    line: int
    status: str = "running"
    attempts: int = 1
    started: datetime | None = None
    duration_ms: int = 0
    output: Mapping[str, Any] = field(default_factory=dict)
    error: ErrorInfo | None = None
    evidence: tuple[Evidence, ...] = ()
    items: tuple[ItemResult, ...] = ()
    not_selected: int = 0
    notes: tuple[ev.Noted, ...] = ()
    rows: Mapping[str, Any] = field(default_factory=dict)
    totals: Mapping[str, Any] = field(default_factory=dict)
    approval: ApprovalResult | None = None

    @property
    def verdicts(self) -> Mapping[str, int]:
        """Verdict → number of items, in the order they first appear."""
        counts: dict[str, int] = {}
        for item in self.items:
            counts[item.verdict] = counts.get(item.verdict, 0) + 1
        return counts


@dataclass(frozen=True, slots=True)
class RunResult:
    """What became of a run.

    Attributes:
        id: Of the run.
        workflow: Id of the workflow.
        title: Its title.
        workflow_hash: SHA-256 of the file that was run.
        mode: `run` or `rehearse`.
        status: `queued running waiting succeeded failed cancelled`; `running` too when a crash left it so.
        actor: Who asked for it.
        created: When it was asked for, UTC.
        started: When it was first started.
        finished: When it ended.
        duration_ms: From its first start to its end.
        inputs: Input name → value as text.
        files: Input name → SHA-256.
        selection: What part of the items was asked for.
        section: Section that owns the workflow.
        facts: Versions and settings.
        resumed: How often it was resumed.
        error: Why it failed.
        steps: The steps outside of items, in the order they were begun.
        first_seq: Number in the journal of its first event.
        last_seq: Number in the journal of its last event so far.
        go: Number of its last go, counted from 1.
        cancel: What a person asked of this go: empty, `gracefully` or `now`.
        parent: Run that called it.
        parent_step: Path of the parent's step that called it.
        rerun_of: Earlier run that it does again.
        takes_over: True when what the earlier run's steps handed on is taken over.
        reason: Why it was done again, continued or cancelled: what a person said last.
        rerun_reason: Why it does the earlier run again.
        cancelled_by: Who asked that this go of it stop.
        cancel_reason: Why.
    """

    id: str
    workflow: str
    title: str
    workflow_hash: str
    mode: str
    status: str
    actor: str
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    duration_ms: int = 0
    inputs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    selection: Mapping[str, Any] = field(default_factory=dict)
    section: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    resumed: int = 0
    error: ErrorInfo | None = None
    steps: tuple[StepResult, ...] = ()
    first_seq: int = 0
    last_seq: int = 0
    go: int = 1
    cancel: str = ""
    parent: str | None = None
    parent_step: str | None = None
    rerun_of: str | None = None
    takes_over: bool = False
    reason: str | None = None
    rerun_reason: str | None = None
    cancelled_by: str | None = None
    cancel_reason: str | None = None

    @property
    def items(self) -> tuple[ItemResult, ...]:
        """All work items of the run."""
        return tuple(item for step in self.steps for item in step.items)

    @property
    def first_failure(self) -> StepResult | None:
        """The first step that failed, or that holds an item which failed, is in doubt or was set aside."""
        troubled = ("failed", "in_doubt")
        for step in self.steps:
            if step.status == "failed" or any(item.state in troubled for item in step.items):
                return step
        return None
