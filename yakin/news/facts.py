"""What news are made of, read from the journal: of each run how it ended, and why, called runs counted in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from yakin import events as ev
from yakin.errors import ErrorInfo
from yakin.ledger import RunRow

if TYPE_CHECKING:
    from yakin.journal.store import JournalStore

_OF_STEPS = ("run.created", "step.started", "step.finished", "run.finished")
_IN_TROUBLE = ("failed", "in_doubt")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a step failed, or items of a block did.

    Attributes:
        action: The step's action; empty for a block or its items.
        title: The step's title, as the workflow file has it.
        error: What went wrong.
        items: How many items failed like this; 0 for the step itself.
    """

    action: str
    title: str
    error: ErrorInfo
    items: int = 0


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run, with the runs it called.

    Attributes:
        row: The run.
        section: Section that owns the workflow.
        counts: Verdict → number of items, those of called runs too.
        failures: Why steps and items failed.
    """

    row: RunRow
    section: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()


class WorkflowFacts(NamedTuple):
    """What is told of a workflow.

    Attributes:
        title: Its title, for people.
        section: Section that owns it.
    """

    title: str
    section: str | None


class Facts:
    """Reads what news are made of.

    Args:
        journal: Where it stands.
        declared: What the file of a workflow says, for one that has never run; None when it cannot be read.
    """

    def __init__(self, journal: JournalStore, declared: Callable[[str], WorkflowFacts | None]) -> None:
        self._journal = journal
        self._declared = declared

    def run(self, run: str) -> RunFacts:
        """One run."""
        row = self._journal.run(run)
        return self._of(row)

    def workflow(self, workflow: str) -> WorkflowFacts:
        """A workflow, as its last run or else its file says it."""
        for row in self._journal.runs(workflow=workflow, limit=1):
            return WorkflowFacts(row.title, self._section(row.id))
        return self._declared(workflow) or WorkflowFacts(workflow, None)

    def _section(self, run: str) -> str | None:
        created = self._journal.records(run, actions=("run.created",))
        return next((record.event.section for record in created if isinstance(record.event, ev.RunCreated)), None)

    def _of(self, row: RunRow) -> RunFacts:
        if row.status == "succeeded" and not any(row.counts.get(verdict) for verdict in _IN_TROUBLE):
            called: Sequence[RunFacts] = ()
        else:
            called = [self._of(child) for child in self._journal.children(row.id)]
        counts = Counter(row.counts)
        for child in called:
            counts.update(child.counts)
        broken = any(child.failures for child in called)
        failures = [failure for child in called for failure in child.failures]
        return RunFacts(row, self._section(row.id), counts, (*self._failures(row, broken), *failures))

    def _failures(self, row: RunRow, broken_by_called: bool) -> list[Failure]:
        """Why the run's own steps and items failed; each reason once, where it arose."""
        if row.status != "failed" and not row.counts.get("failed"):
            return []
        started: dict[str, ev.StepStarted] = {}
        errors: dict[str, ErrorInfo] = {}
        of_run: ErrorInfo | None = None
        for record in self._journal.records(row.id, actions=_OF_STEPS):
            match record.event:
                case ev.StepStarted() as event:
                    started[event.step] = event
                    errors.pop(event.step, None)
                case ev.StepFinished(status="failed", error=ErrorInfo() as error) as event:
                    errors[event.step] = error
                case ev.RunFinished() as event:
                    of_run = event.error
        found: list[Failure] = []
        for step, why, number in self._journal.news().failed_items(row.id):
            if why is not None:
                found.append(Failure("", _title(started.get(step), step), why, number))
                # That too many items failed is no reason of its own.
                errors.pop(step, None)
        innermost = {step: error for step, error in errors.items() if not any(_is_in(other, step) for other in errors)}
        for step, error in innermost.items():
            begun = started.get(step)
            if not (broken_by_called and begun is not None and begun.uses == "call"):
                found.append(Failure(_action(begun), _title(begun, step), error))
        if not found and not broken_by_called and of_run is not None:
            found.append(Failure("", row.title, of_run))
        return found


def _is_in(step: str, block: str) -> bool:
    return step.startswith(f"{block}.")


def _title(begun: ev.StepStarted | None, step: str) -> str:
    return step if begun is None else begun.title


def _action(begun: ev.StepStarted | None) -> str:
    return begun.uses if begun is not None and "." in begun.uses else ""
