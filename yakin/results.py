"""What happened in a run, folded from its events: the tree that every report reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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
        how: For `done` `registered` or `found`; for `skipped` why.
        attempts: How often it was tried.
        result: What was kept of it.
        error: What went wrong last.
        at_step: Path of the step that failed last.
        evidence: Proof, in the order it was taken.
        duration_ms: Over all attempts.
        steps_ms: Step path → milliseconds of the last attempt.
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
class StepResult:
    """What became of one step outside of items.

    Attributes:
        path: Path of the step.
        title: What it does, for people.
        uses: Its action or kind of block.
        line: Line in the workflow file.
        status: `running succeeded failed skipped`.
        attempts: How often it was tried.
        started: When, UTC.
        duration_ms: Over all attempts.
        output: What it handed on, in short.
        error: Why it failed.
        evidence: Proof.
        items: Its work items, or the rows it set aside, in order.
        not_selected: Rows left out by `--only` or `--limit`.
        notes: What its actions noted.
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
        status: `queued running succeeded failed cancelled`; `running` too when a crash left it so.
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


def fold(records: Iterable[Recorded]) -> RunResult:
    """Put the events of one run together.

    Args:
        records: The run's events in the journal's order.

    Raises:
        ValueError: The first event is not the run's creation.
    """
    iterator = iter(records)
    first = next(iterator, None)
    if first is None or not isinstance(first.event, ev.RunCreated):
        raise ValueError("the events of a run begin with its creation")
    folding = _Folding(first)
    for record in iterator:
        folding.add(record)
    return folding.result()


class _Folding:
    """A run's result while its events are read."""

    def __init__(self, first: Recorded) -> None:
        created = first.event
        assert isinstance(created, ev.RunCreated)
        self.run = RunResult(
            id=created.run,
            workflow=created.workflow,
            title=created.title,
            workflow_hash=created.workflow_hash,
            mode=created.mode,
            status="queued",
            actor=first.actor,
            created=first.at,
            inputs=created.inputs,
            files=created.files,
            selection=created.selection,
            section=created.section,
            first_seq=first.seq,
        )
        self.last_seq = first.seq
        self.steps: dict[str, StepResult] = {}
        self.items: dict[str, dict[str, ItemResult]] = {}
        self.notes: dict[str, list[ev.Noted]] = {}

    def add(self, record: Recorded) -> None:
        self.last_seq = record.seq
        match record.event:
            case ev.RunStarted() as event:
                self._start(event, record.at)
            case ev.RunFinished() as event:
                started = self.run.started or record.at
                self.run = replace(
                    self.run,
                    status=event.status,
                    error=event.error,
                    finished=record.at,
                    duration_ms=int((record.at - started).total_seconds() * 1000),
                )
            case ev.StepStarted() as event:
                self._begin_step(event, record.at)
            case ev.StepFinished() as event:
                self._end_step(event, record.at)
            case ev.ItemsCreated() as event:
                self._create_items(event)
            case ev.ItemStarted() as event:
                self._change(event, state="in_progress", attempts=event.attempt)
            case ev.CommitIntended() as event:
                self._change(event, state="in_doubt", evidence=self._item(event).evidence + event.evidence)
            case ev.ItemSettled() as event:
                self._settle(event)
            case ev.RowSetAside() as event:
                rows = self.items.setdefault(event.step, {})
                rows[event.key] = ItemResult(event.step, event.key, event.label, state="failed", error=event.error)
            case ev.Noted() as event:
                self.notes.setdefault(event.step.partition(".")[0], []).append(event)
            case _:
                pass

    def result(self) -> RunResult:
        return replace(
            self.run,
            last_seq=self.last_seq,
            steps=tuple(
                replace(
                    step,
                    items=tuple(self.items.get(path, {}).values()),
                    notes=tuple(self.notes.get(path.partition(".")[0], ())) if "." not in path else (),
                )
                for path, step in self.steps.items()
            ),
        )

    def _start(self, event: ev.RunStarted, at: datetime) -> None:
        self.run = replace(
            self.run,
            status="running",
            started=self.run.started or at,
            facts={**self.run.facts, **event.facts},
            resumed=self.run.resumed + (1 if event.resumed else 0),
        )

    def _begin_step(self, event: ev.StepStarted, at: datetime) -> None:
        known = self.steps.get(event.step)
        if known is None:
            self.steps[event.step] = StepResult(event.step, event.title, event.uses, event.line, started=at)
        else:
            self.steps[event.step] = replace(known, status="running", attempts=known.attempts + 1)

    def _end_step(self, event: ev.StepFinished, at: datetime) -> None:
        step = self.steps[event.step]
        # A block of items goes over several processes when it is cut off: only the journal knows how long it took.
        since_start = int((at - step.started).total_seconds() * 1000) if step.started else 0
        self.steps[event.step] = replace(
            step,
            status=event.status,
            duration_ms=step.duration_ms + event.duration_ms if event.duration_ms else since_start,
            output=event.output,
            error=event.error,
            evidence=step.evidence + event.evidence,
        )

    def _create_items(self, event: ev.ItemsCreated) -> None:
        items = self.items.setdefault(event.step, {})
        for key in event.keys:
            items.setdefault(key, ItemResult(event.step, key, event.labels.get(key, "")))
        self.steps[event.step] = replace(self.steps[event.step], not_selected=event.not_selected)

    def _settle(self, event: ev.ItemSettled) -> None:
        item = self._item(event)
        self._change(
            event,
            state=event.state,
            how=event.how,
            result=event.result,
            error=event.error,
            at_step=event.at_step,
            attempts=max(item.attempts, event.attempt),
            evidence=item.evidence + event.evidence,
            duration_ms=item.duration_ms + event.duration_ms,
            steps_ms=event.steps_ms or item.steps_ms,
        )

    def _item(self, event: ev._ItemEvent) -> ItemResult:
        return self.items[event.step].get(event.item) or ItemResult(event.step, event.item)

    def _change(self, event: ev._ItemEvent, **changes: Any) -> None:
        self.items[event.step][event.item] = replace(self._item(event), **changes)
