"""Doing a run again: all of it, what it has not done, or some of its items, as they were or as a clerk corrected them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from yakin.engine import artifacts
from yakin.engine.candidates import candidates_of
from yakin.engine.decisions import NoReason, is_in_doubt
from yakin.engine.history import History
from yakin.engine.ports import LedgerItem, RunRow
from yakin.engine.requests import FINISHED, Requests
from yakin.engine.residents import Surroundings, history_of, names_of
from yakin.engine.rows import rows_of
from yakin.engine.selection import Selection
from yakin.errors import RunError
from yakin.values import Row, Table
from yakin.workflow.check import CheckedWorkflow
from yakin.workflow.expressions import evaluate
from yakin.workflow.model import ItemsBlock, contains_sensitive

What: TypeAlias = Literal["start", "failed", "items"]
"""What of a run is done again: everything; what it has not done; only its items that failed or were left."""

Corrected: TypeAlias = Mapping[str, Sequence[Any]]
"""Path of a block → the rows that take the place of its own."""


class NotOver(RunError):
    """The run has not ended: it can be continued, and need not be done again."""

    code = "not-over"
    exit_status = 2


class NothingToDo(RunError):
    """Nothing is there to be done again."""

    code = "nothing-to-do"
    exit_status = 2


class InputsDiffer(RunError):
    """What a run handed on cannot be taken over by one with other inputs."""

    code = "inputs-differ"
    exit_status = 2


class NoSuchRows(RunError):
    """A run has no rows for a block, or its workflow has no such block."""

    code = "no-such-rows"
    exit_status = 2


class Reruns:
    """Makes runs that do earlier runs again.

    Args:
        around: What the engine works in.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._requests = Requests(around)

    def create(
        self,
        run: str,
        what: What,
        *,
        actor: str,
        reason: str | None = None,
        current: bool = False,
        given: Mapping[str, str] | None = None,
        corrected: Corrected | None = None,
        for_workers: bool = False,
    ) -> str:
        """Write down that a run is to be done again, as a new run that is linked with it.

        It has the same version of the workflow, the same inputs and the same selection of items. Items that are
        registered are left alone, whatever is done again.

        Args:
            run: Id of the earlier run, or its beginning.
            what: What of it is done again.
            actor: Who asks for it.
            reason: Why; needed when the earlier run has begun to register anything.
            current: Whether the workflow is taken as its file is now.
            given: Input name → value as text, for inputs that are to be others.
            corrected: Rows that take the place of those of their blocks; only with `failed`.
            for_workers: Whether workers are to execute it.

        Returns:
            Id of the new run.

        Raises:
            NotOver: The earlier run has not ended.
            NoReason: A reason is needed.
            NothingToDo: No item failed or was left.
            InputsDiffer: Inputs are to be others though what the earlier run has done is taken over.
            NoSuchRows: Rows are given for something that is no block of items.
            StorageError: The rows cannot be kept.
        """
        row = self._around.journal.run(run)
        self._see_that_it_is_over(row)
        self._see_that_there_is_a_reason(row, reason)
        checked = self.workflow_of(row, current=current)
        takes_over = what != "start"
        if takes_over and any(row.inputs.get(name) != text for name, text in (given or {}).items()):
            raise InputsDiffer(
                "The steps that run {run} has done were done with its own inputs",
                run=row.id,
                hint="With other inputs begin from the start: runner.py rerun {run} --from-start",
            )
        selection = self._selection(row, what)
        new = self._requests.new_id(checked)
        if corrected:
            selection = self._with_rows(selection, new, checked, corrected)
        kept = {name: text for name, text in row.inputs.items() if name in checked.workflow.inputs}
        links = {"rerun_of": row.id, "reason": (reason or "").strip() or None, "takes_over": takes_over}
        return self._requests.create(
            checked,
            {**kept, **(given or {})},
            actor=actor,
            selection=selection,
            rehearse=row.mode == "rehearse",
            for_workers=for_workers,
            links=links,
            run=new,
        )

    def workflow_of(self, row: RunRow, *, current: bool) -> CheckedWorkflow:
        """The workflow of a run, in its version or as its file is now."""
        if current:
            return self._around.find(row.workflow)
        return self._around.recheck(*self._around.journal.source(row.workflow_hash))

    def rows(self, run: str, block: str) -> Mapping[str, Any]:
        """Business key → row, of all rows that a block of a run was to go through.

        Raises:
            NoSuchRows: They are not known: the block was not begun, or is no block of items.
            JournalError: They are gone, or were changed.
        """
        row = self._around.journal.run(run)
        checked, history = history_of(self._around, row)
        step = _block(checked, block)
        kept = history.rows(block)
        if step is None or kept is None:
            raise NoSuchRows("Run {run} has no rows for {block}", run=row.id, block=block)
        names = names_of(self._around, row, checked)
        candidates = candidates_of(_evaluating(names, history), step, rows_of(kept))
        return {candidate.key: candidate.row for candidate in candidates}

    def correctable(self, run: str) -> Mapping[str, Collection[str]]:
        """Path of a block → business keys of its items that failed, were set aside or were left."""
        found: dict[str, set[str]] = {}
        for item in self._around.journal.items(self._around.journal.run(run).id):
            if _is_left_to_do(item):
                found.setdefault(item.step, set()).add(item.key)
        return found

    def in_doubt(self, run: str) -> list[LedgerItem]:
        """Items of a run, and of those that it called, that a person has to settle first."""
        row = self._around.journal.run(run)
        return [
            item
            for one in self._requests.family(row.id)
            for item in self._around.journal.items(one.id)
            if is_in_doubt(item)
        ]

    def _see_that_it_is_over(self, row: RunRow) -> None:
        for one in (row, self._requests.root(row.id)):
            if one.status not in FINISHED:
                raise NotOver(
                    "Run {run} is not finished",
                    run=one.id,
                    hint="Go on with it: runner.py resume {run}",
                )

    def _see_that_there_is_a_reason(self, row: RunRow, reason: str | None) -> None:
        if row.mode == "run" and not (reason or "").strip() and self._has_begun_to_register(row):
            raise NoReason(
                "Run {run} has begun to register; doing it again needs a reason",
                run=row.id,
                hint='Say why, it is kept in the journal: --reason "…"',
            )

    def _has_begun_to_register(self, row: RunRow) -> bool:
        items = (item for one in self._requests.family(row.id) for item in self._around.journal.items(one.id))
        return any(is_in_doubt(item) or (item.claims and item.intent_at is not None) for item in items)

    def _selection(self, row: RunRow, what: What) -> Selection:
        before = Selection.from_json(row.selection)
        items = self._around.journal.items(row.id)
        if what == "items":
            keys = [item.key for item in items if _is_left_to_do(item)]
            if not keys:
                raise self._nothing_to_do(row)
            return Selection(only=tuple(dict.fromkeys(keys)), of_rerun=True, rows=before.rows)
        if what == "failed" and before.limit is not None and items:
            # "The next five" were those five: doing them again must not take five others.
            return Selection(only=tuple(dict.fromkeys(item.key for item in items)), of_rerun=True, rows=before.rows)
        return before

    def _nothing_to_do(self, row: RunRow) -> NothingToDo:
        doubtful = self.in_doubt(row.id)
        if doubtful:
            return NothingToDo(
                "No item of run {run} failed; {count} are in doubt",
                run=doubtful[0].run,
                count=len(doubtful),
                key=doubtful[0].key,
                hint='Look in the system, then: runner.py settle {run} {key} --was-registered --reason "…"',
            )
        return NothingToDo("No item of run {run} failed or was left", run=row.id)

    def _with_rows(self, selection: Selection, run: str, checked: CheckedWorkflow, corrected: Corrected) -> Selection:
        kept = {path: self._keep(run, path, rows, _block(checked, path)) for path, rows in corrected.items()}
        return Selection(of_rerun=True, rows={**selection.rows, **kept})

    def _keep(self, run: str, path: str, rows: Sequence[Any], block: ItemsBlock | None) -> Mapping[str, Any]:
        if block is None:
            raise NoSuchRows("The workflow has no block of items {block}", block=path)
        value = Table.from_records(rows) if all(isinstance(row, Row) for row in rows) else list(rows)
        told = not contains_sensitive(block)
        return artifacts.keep(self._around.storage, run, f"{path}.corrected", value, told=told)


def _is_left_to_do(item: LedgerItem) -> bool:
    """Whether an item can be worked on again without anything being registered twice."""
    return item.state in ("pending", "failed") or (item.state == "in_progress" and not item.claims)


def _block(checked: CheckedWorkflow, path: str) -> ItemsBlock | None:
    try:
        step = checked.step(path)
    except KeyError:
        return None
    return step if isinstance(step, ItemsBlock) else None


def _evaluating(names: Mapping[str, Any], history: History) -> Any:
    def evaluated(value: Any, **more: Any) -> Any:
        return evaluate(value, {**names, "steps": history.outputs, **more})

    return evaluated
