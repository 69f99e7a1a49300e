"""What the steps of a run have come to, read from the journal: nothing that was done has to be remembered elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from yakin import events as ev
from yakin.engine import artifacts
from yakin.engine.items_output import ItemsOutput, items_output
from yakin.engine.ports import Journal, RunRow
from yakin.results import StepResult, fold
from yakin.storage import Storage
from yakin.workflow.check import CheckedWorkflow
from yakin.workflow.model import (
    ActionStep,
    ApprovalStep,
    Block,
    CallStep,
    ItemsBlock,
    ParallelStep,
    StepNode,
    contains_commit,
)
from yakin.workflow.outputs import ApprovalOutput, CallOutput

_TOLD = (
    ev.RunCreated.action,
    ev.StepStarted.action,
    ev.StepFinished.action,
    ev.ItemsCreated.action,
    ev.ApprovalAsked.action,
    ev.ApprovalDecided.action,
)
"""The kinds of events that say what steps have come to; the many events of items are not among them."""


NOT_ASKED = "not-asked"
"""What an approval is noted as for which nobody was asked, because the run is a rehearsal."""


class History:
    """The steps of one run as the journal has them.

    Args:
        journal: Where it is.
        storage: Where outputs are.
        folder: The run's folder on this machine.
        run: Id of the run.
        checked: Its workflow.
        before: The run whose finished steps this one takes over.
    """

    def __init__(
        self,
        journal: Journal,
        storage: Storage,
        folder: Path,
        run: str,
        checked: CheckedWorkflow,
        before: History | None = None,
    ) -> None:
        self._journal = journal
        self._storage = storage
        self._folder = folder
        self._run = run
        self._before = before
        self._checked = checked
        self._declared = dict(_declared(checked.workflow.steps, checked))
        self._steps: Mapping[str, StepResult] = {}
        self._seen = 0
        self._lock = threading.Lock()
        self.outputs = Outputs(self, checked)

    @property
    def run(self) -> str:
        """Id of the run."""
        return self._run

    @property
    def before(self) -> History | None:
        """The history of the run whose finished steps this one takes over."""
        return self._before

    def refresh(self) -> None:
        """Read what was written since; blocks briefly."""
        records = self._journal.records(self._run, actions=_TOLD)
        with self._lock:
            if records and records[-1].seq > self._seen:
                self._steps = {step.path: step for step in fold(records).steps}
                self._seen = records[-1].seq

    def step(self, path: str) -> StepResult | None:
        """What a step has come to; None when it was not begun."""
        return self._steps.get(path)

    def holder(self, path: str) -> History:
        """Whose record of a step counts for this run: its own, or that of the run from which the step is taken over."""
        return self._before.holder(path) if self._before is not None and self._is_taken_over(path) else self

    def has_ended(self, path: str) -> bool:
        """Whether a step, here or where it is taken over from, will not come to anything else."""
        found = self.holder(path).step(path)
        return found is not None and found.status not in ("running", "waiting")

    def value(self, path: str) -> Any:
        """What a step handed on; None when it failed, was skipped or has not ended.

        Raises:
            JournalError: Its artifact is gone or was changed.
        """
        found = self.step(path)
        if found is None or found.status != "succeeded":
            return None
        value = artifacts.load(self._storage, self._run, path, found.output)
        return artifacts.fetch_files(self._storage, self._folder, value, found.output.get("files", {}))

    def rows(self, path: str) -> Any:
        """The rows of a block of items as they were when its items were made; None when they were not made."""
        found = self.step(path)
        if found is None or not found.rows:
            return None
        return artifacts.load(self._storage, self._run, rows_name(path), found.rows)

    def items(self, path: str) -> ItemsOutput:
        """What the work items of a block have come to so far."""
        found = self.step(path)
        labels = {} if found is None else {item.key: item.label for item in found.items}
        return items_output(self._journal, self._run, path, labels)

    def approval(self, path: str) -> ApprovalOutput | None:
        """How an approval was decided; None while it was not. In a rehearsal nobody is asked: it is as if approved."""
        found = self.step(path)
        if found is not None and found.output.get("kind") == NOT_ASKED and found.started is not None:
            return ApprovalOutput(decision="approved", by="", at=found.started)
        asked = None if found is None else found.approval
        if asked is None or asked.decided is None:
            return None
        return ApprovalOutput(
            decision=asked.state, by=asked.decided_by or "", at=asked.decided, reason=asked.reason or ""
        )

    def called(self, path: str) -> CallOutput | None:
        """What a called run has come to; None when it was not called."""
        found = self.step(path)
        run = None if found is None else found.output.get("run")
        return None if run is None else call_output(self._journal.run(run))

    def has_done(self, path: str, step: StepNode, *, approvals: bool = True) -> bool:
        """Whether a step and everything in it was done to its end, so that a later run need not do it again.

        Args:
            path: Path of the step.
            step: What the later run's workflow says there: when this run's says something else, it was not done.
            approvals: Whether what was approved stays approved.
        """
        own = self._declared.get(path)
        return own == step and own is not None and self._has_done(path, own, approvals)

    def _has_done(self, path: str, step: StepNode, approvals: bool) -> bool:
        found = self.holder(path).step(path)
        if found is not None and found.status == "skipped":
            return True
        match step:
            case ApprovalStep() if not approvals:
                return False
            case ParallelStep():
                return all(self._has_done(*inner, approvals) for inner in self._inside(step.parallel))
            case Block() if step.in_ is None and not contains_commit(step):
                return all(self._has_done(*inner, approvals) for inner in self._inside(step.steps))
            case _ if self._is_taken_over(path):
                return self._before is not None and self._before.has_done(path, step, approvals=approvals)
            case ItemsBlock() | Block() if isinstance(step, ItemsBlock) or contains_commit(step):
                return self._all_done(path)
            case _:
                return found is not None and found.status == "succeeded"

    def _inside(self, steps: tuple[StepNode, ...]) -> Iterator[tuple[str, StepNode]]:
        return ((self._checked.step_path(step), step) for step in steps)

    def _is_taken_over(self, path: str) -> bool:
        """Whether a step stands in front of everything that this run has done itself."""
        if self._before is None:
            return False
        for known in self._declared:
            if known in self._steps:
                return False
            if known == path:
                return True
        return False

    def _all_done(self, path: str) -> bool:
        found = self.step(path)
        if found is None or found.status != "succeeded":
            return False
        return set(self._journal.verdicts(self._run, path)) <= {"registered", "found", "skipped"}


def call_output(child: RunRow) -> CallOutput:
    """What a call hands on."""
    counts = child.counts
    return CallOutput(
        run=child.id,
        status=child.status,
        count=sum(counts.values()),
        done=counts.get("registered", 0) + counts.get("found", 0),
        failed=counts.get("failed", 0),
        set_aside=counts.get("set_aside", 0),
        in_doubt=counts.get("in_doubt", 0),
    )


def rows_name(path: str) -> str:
    """Under what name the rows of a block of items are kept."""
    return f"{path}.rows"


class Outputs(Mapping[str, Any]):
    """`steps` as expressions see it: id → what the step handed on, read from where it is kept when first asked for."""

    def __init__(self, history: History, checked: CheckedWorkflow) -> None:
        self._history = history
        self._places = dict(_places(checked.workflow.steps, checked))
        self._known: dict[str, Any] = {}

    def put(self, name: str, value: Any) -> None:
        """What a step has just handed on."""
        self._known[name] = value

    def put_all(self, values: Mapping[str, Any]) -> None:
        """What the steps of a block have just handed on."""
        self._known.update(values)

    def __getitem__(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        path, step, inner = self._places[name]
        value = self._read(path, step, inner)
        if self._history.has_ended(path):
            self._known[name] = value
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def _read(self, path: str, step: StepNode, inner: str | None) -> Any:
        history = self._history.holder(path)
        found = history.step(path)
        if found is not None and found.status == "skipped" and not found.output:
            return None
        match step:
            case ItemsBlock():
                return history.items(path)
            case Block() if contains_commit(step):
                return history.items(path)
            case ApprovalStep():
                return history.approval(path)
            case CallStep():
                return history.called(path)
            case _:
                value = history.value(path)
                return value if inner is None or value is None else value.get(inner)


def _declared(steps: Iterable[StepNode], checked: CheckedWorkflow) -> Iterator[tuple[str, StepNode]]:
    """Path → step, in the order in which they are done; of blocks of items, and in a session, only the block."""
    for step in steps:
        yield checked.step_path(step), step
        match step:
            case ParallelStep():
                yield from _declared(step.parallel, checked)
            case Block() if step.in_ is None and not contains_commit(step):
                yield from _declared(step.steps, checked)
            case _:
                pass


def _places(
    steps: tuple[StepNode, ...], checked: CheckedWorkflow
) -> Iterator[tuple[str, tuple[str, StepNode, str | None]]]:
    """Id → path of the step whose output is kept, the step, and the name inside that output."""
    for step in steps:
        path = checked.step_path(step)
        if step.id is not None:
            yield step.id, (path, step, None)
        match step:
            case ParallelStep():
                yield from _places(step.parallel, checked)
            case Block() if contains_commit(step):
                pass
            case Block() if step.in_ is not None:
                for inner in _inside(step):
                    yield inner, (path, step, inner)
            case Block():
                yield from _places(step.steps, checked)
            case ActionStep() | CallStep() | ApprovalStep() | ItemsBlock() | _:
                pass


def _inside(block: Block) -> Iterator[str]:
    for step in block.steps:
        if step.id is not None:
            yield step.id
        if isinstance(step, Block):
            yield from _inside(step)
