"""Events of one run put together: the only way from what the journal holds to what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from yakin import events as ev
from yakin.results.tree import ApprovalResult, ItemResult, Recorded, RunResult, StepResult


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
            parent=created.parent,
            parent_step=created.parent_step,
            rerun_of=created.rerun_of,
            takes_over=created.takes_over,
            reason=created.reason,
            rerun_reason=created.reason,
        )
        self.last_seq = first.seq
        self.steps: dict[str, StepResult] = {}
        self.items: dict[str, dict[str, ItemResult]] = {}
        self.notes: dict[str, list[ev.Noted]] = {}

    def add(self, record: Recorded) -> None:
        self.last_seq = record.seq
        match record.event:
            case ev.RunContinued() | ev.RunStarted() | ev.RunWaiting() | ev.CancelAsked() | ev.RunFinished() as event:
                self._change_run(event, record)
            case ev.StepStarted() as event:
                self._begin_step(event, record.at)
            case ev.StepFinished() as event:
                self._end_step(event, record.at)
            case ev.ItemsCreated() as event:
                self._create_items(event)
            case ev.ItemStarted() | ev.CommitIntended() | ev.ItemSettled() | ev.ItemDecided() as event:
                self._change_item(event, record.actor)
            case ev.RowSetAside() as event:
                rows = self.items.setdefault(event.step, {})
                rows[event.key] = ItemResult(event.step, event.key, event.label, state="failed", error=event.error)
            case ev.ApprovalAsked() | ev.ApprovalReminded() | ev.ApprovalDecided() as event:
                self._change_approval(event, record)
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

    def _change_run(
        self,
        event: ev.RunContinued | ev.RunStarted | ev.RunWaiting | ev.CancelAsked | ev.RunFinished,
        record: Recorded,
    ) -> None:
        run, at = self.run, record.at
        match event:
            case ev.RunContinued():
                again = replace(run, status="queued", go=event.go, cancel="", finished=None, error=None)
                again = replace(again, cancelled_by=None, cancel_reason=None)
                self.run = replace(again, reason=event.reason or run.reason)
            case ev.RunStarted():
                self.run = replace(
                    run,
                    status="running",
                    started=run.started or at,
                    facts={**run.facts, **event.facts},
                    resumed=run.resumed + (1 if event.resumed else 0),
                )
            case ev.RunWaiting():
                self.run = replace(run, status="waiting")
            case ev.CancelAsked():
                cancel = "now" if event.now or run.cancel == "now" else "gracefully"
                asked = replace(run, cancel=cancel, reason=event.reason or run.reason)
                self.run = replace(
                    asked,
                    cancelled_by=run.cancelled_by or record.actor,
                    cancel_reason=run.cancel_reason or event.reason,
                )
            case ev.RunFinished():
                duration_ms = int((at - (run.started or at)).total_seconds() * 1000)
                self.run = replace(run, status=event.status, error=event.error, finished=at, duration_ms=duration_ms)

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
        self.steps[event.step] = replace(
            self.steps[event.step], not_selected=event.not_selected, rows=event.rows, totals=event.totals
        )

    def _change_item(
        self, event: ev.ItemStarted | ev.CommitIntended | ev.ItemSettled | ev.ItemDecided, actor: str
    ) -> None:
        match event:
            case ev.ItemStarted():
                self._change(event, state="in_progress", attempts=event.attempt)
            case ev.CommitIntended():
                self._change(event, state="in_doubt", evidence=self._item(event).evidence + event.evidence)
            case ev.ItemSettled():
                self._settle(event)
            case ev.ItemDecided():
                decided = {"decided_by": actor, "reason": event.reason, "result": event.result}
                if event.registered:
                    self._change(event, state="done", how="registered", error=None, at_step=None, **decided)
                else:
                    self._change(event, state="failed", how="decided_absent", **decided)

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

    def _item(self, event: ev.ItemEvent) -> ItemResult:
        return self.items[event.step].get(event.item) or ItemResult(event.step, event.item)

    def _change(self, event: ev.ItemEvent, **changes: Any) -> None:
        self.items[event.step][event.item] = replace(self._item(event), **changes)

    def _change_approval(
        self, event: ev.ApprovalAsked | ev.ApprovalReminded | ev.ApprovalDecided, record: Recorded
    ) -> None:
        step = self.steps[event.step]
        match event:
            case ev.ApprovalAsked():
                due = None if event.due is None else datetime.fromisoformat(event.due)
                asked = ApprovalResult(event.title, event.role, "waiting", record.at, event.show, due)
                self.steps[event.step] = replace(step, status="waiting", approval=asked)
            case ev.ApprovalReminded() if step.approval is not None:
                self.steps[event.step] = replace(step, approval=replace(step.approval, reminded=record.at))
            case ev.ApprovalDecided() if step.approval is not None:
                decided = replace(
                    step.approval,
                    state=event.decision,
                    decided=record.at,
                    decided_by=record.actor,
                    reason=event.reason,
                )
                self.steps[event.step] = replace(step, status="running", approval=decided)
            case _:
                pass
