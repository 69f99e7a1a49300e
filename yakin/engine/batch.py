"""The work items of a block: chosen, written into the ledger in one transaction, given to lanes, and counted at the end."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakin.engine import artifacts
from yakin.engine.candidates import Candidate, candidates_of
from yakin.engine.history import rows_name
from yakin.engine.items import claimed_in, done_before
from yakin.engine.items_output import ItemsOutput
from yakin.engine.lane import OPEN, too_many_failed
from yakin.engine.parts import Part, Parts
from yakin.engine.rows import rows_of
from yakin.engine.running import Running
from yakin.engine.selection import Selection
from yakin.engine.together import together
from yakin.engine.totals import Totals, check_totals, declared_totals
from yakin.errors import ActionError, ErrorInfo, RunError
from yakin.events import ItemsCreated, StepFinished
from yakin.values import Rows, Table
from yakin.workflow.model import Block, ItemsBlock, contains_sensitive

CHUNK = 50
"""Items of one part at most: after each, other runs may have the session."""

_PARTS_OF_A_LANE = 4
"""So many parts at least for each lane, so that none is idle for long at the end."""


class ItemsFailed(RunError):
    """Some work items failed or are in doubt."""

    code = "items-failed"


class UnknownKeys(RunError):
    """Items were asked for that are not among the rows."""

    code = "unknown-keys"


@dataclass(frozen=True, slots=True)
class BatchEnd:
    """How the work on a block's items ended.

    Attributes:
        output: What the block hands on.
        error: Why the block failed; None when it succeeded.
        stopped: Whether the rest of the run is left out because of it.
    """

    output: ItemsOutput
    error: ErrorInfo | None = None
    stopped: bool = False


class Batch:
    """Works on the items of blocks.

    Args:
        running: The run.
        parts: Has parts of it done.
        go: Which execution of the run this is.
        selection: What part of the items was asked for.
    """

    def __init__(self, running: Running, parts: Parts, go: int, selection: Selection) -> None:
        self._running = running
        self._parts = parts
        self._go = go
        self._selection = selection
        self._run = running.frame.run

    async def work(self, block: ItemsBlock | Block) -> BatchEnd:
        """Work on all chosen items of a block; what is settled is left as it is.

        Raises:
            Left: The run was asked to stop.
        """
        running = self._running
        path = running.checked.step_path(block)
        known = running.history.step(path)
        if known is None:
            try:
                await self._create(block, path)
            except (ActionError, UnknownKeys) as error:
                return BatchEnd(ItemsOutput([]), await running.failed_at_once(block, error), stopped=True)
            await asyncio.to_thread(running.history.refresh)
        if known is None or known.status == "running":
            await self._in_lanes(block, path)
            await running.look_up(self._go)
            await self._end(block, path)
            await asyncio.to_thread(running.history.refresh)
        ended = running.history.step(path)
        assert ended is not None, "the block has just ended"
        output = await asyncio.to_thread(running.history.items, path)
        stopped = await too_many_failed(running, block, path) or (ended.error is not None and not output.count)
        return BatchEnd(output, ended.error, stopped)

    async def _create(self, block: ItemsBlock | Block, path: str) -> None:
        """Write the items into the ledger, in one transaction; what an earlier run has done is settled at once.

        Raises:
            ActionError: The rows cannot become items.
            UnknownKeys: Items were asked for that are not there.
        """
        running, selection = self._running, self._selection
        given = await self._given(block, path)
        rows = rows_of(given)
        candidates = candidates_of(running.evaluate, block, rows)
        totals = self._totals(block, rows)
        unknown = set(selection.only) - {candidate.key for candidate in candidates}
        if unknown and not selection.of_rerun:
            raise UnknownKeys(
                "No row has the business key {keys}",
                keys=", ".join(sorted(unknown)),
                hint="A row that a check has set aside is no longer among them",
            )
        system = claimed_in(block)
        done = await self._done_before(system, candidates)
        chosen = self._chosen(candidates, done)
        kept = await self._keep(block, path, given) if isinstance(block, ItemsBlock) else {}
        await running.record(
            running.started(block),
            ItemsCreated(
                run=self._run,
                step=path,
                keys=tuple(candidate.key for candidate in chosen),
                system=system,
                not_selected=len(candidates) - len(chosen),
                labels={candidate.key: candidate.label for candidate in chosen if candidate.label},
                rows=kept,
                totals={} if totals is None else totals.to_json(),
            ),
            *(done_before(self._run, path, item.key, done[item.key]) for item in chosen if item.key in done),
        )

    async def _given(self, block: ItemsBlock | Block, path: str) -> Any:
        """The rows as the workflow gives them, or as a clerk has corrected them."""
        if path in self._selection.rows:
            frame, kept = self._running.frame, self._selection.rows[path]
            return await asyncio.to_thread(artifacts.load, frame.storage, frame.run, path, kept)
        return self._running.evaluate(block.for_each) if isinstance(block, ItemsBlock) else [{}]

    def _totals(self, block: ItemsBlock | Block, rows: Sequence[Any]) -> Totals | None:
        """What the rows come to; corrected rows are only some of those that the control totals are about."""
        if not isinstance(block, ItemsBlock) or block.totals is None:
            return None
        declared = block.totals if isinstance(block.totals, str) else block.totals.model_dump()
        expected = declared_totals(self._running.evaluate(declared))
        return expected.of(rows) if self._selection.rows else check_totals(expected, rows)

    async def _keep(self, block: ItemsBlock, path: str, rows: Any) -> Mapping[str, Any]:
        """Keep the rows where every worker can read them, and a clerk can have them back."""
        frame, told = self._running.frame, not contains_sensitive(block)
        plain = rows if isinstance(rows, Table | Rows) else list(rows)
        try:
            return await asyncio.to_thread(artifacts.keep, frame.storage, frame.run, rows_name(path), plain, told=told)
        except TypeError as error:
            raise ActionError("The rows of the block cannot be kept: {error}", error=error) from error

    async def _done_before(
        self, system: str | None, candidates: Sequence[Candidate]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Business key → result, of those that earlier runs have registered."""
        if system is None or self._running.frame.rehearsing:
            return {}
        journal, workflow = self._running.frame.journal, self._running.frame.workflow
        claims = await asyncio.to_thread(journal.claims, system, workflow, [item.key for item in candidates])
        return {key: claim.result for key, claim in claims.items() if claim.state == "done" and claim.run != self._run}

    def _chosen(self, candidates: Sequence[Candidate], done: Mapping[str, Any]) -> list[Candidate]:
        chosen = [item for item in candidates if not self._selection.only or item.key in self._selection.only]
        if self._selection.limit is None:
            return chosen
        return [item for item in chosen if item.key not in done][: self._selection.limit]

    async def _in_lanes(self, block: ItemsBlock | Block, path: str) -> None:
        """Have all open items worked on, in as many lanes as the block and its system allow."""
        lanes = block.lanes if isinstance(block, ItemsBlock) else 1
        if block.in_ is not None:
            lanes = min(lanes, self._running.checked.workflow.systems[block.in_].sessions)
        items = await asyncio.to_thread(self._running.frame.journal.items, self._run, path)
        open_places = [place for place, item in enumerate(items) if item.state in OPEN]
        parts = iter(self._parts_of(path, open_places, lanes))
        await together(self._lane(block, parts) for _ in range(lanes))

    def _parts_of(self, path: str, open_places: Sequence[int], lanes: int) -> Iterator[Part]:
        size = CHUNK if lanes == 1 else min(CHUNK, math.ceil(len(open_places) / (lanes * _PARTS_OF_A_LANE)))
        for start in range(0, len(open_places), max(1, size)):
            some = open_places[start : start + size]
            yield Part(self._run, self._go, path, some[0], some[-1] + 1)

    async def _lane(self, block: ItemsBlock | Block, parts: Iterator[Part]) -> None:
        """Have one part after the other worked on, until there are no more."""
        for part in parts:
            if await too_many_failed(self._running, block, part.step):
                return
            for attempt in part.attempts():
                await self._running.look_up(self._go)
                await self._parts.do(attempt, block.in_, self._running.stop)
                if await self._is_worked_on(block, part):
                    break

    async def _is_worked_on(self, block: ItemsBlock | Block, part: Part) -> bool:
        journal = self._running.frame.journal
        items = await asyncio.to_thread(journal.items, self._run, part.step, first=part.first, last=part.last)
        unfinished = any(item.state in ("pending", "in_progress") for item in items)
        return not unfinished or await too_many_failed(self._running, block, part.step)

    async def _end(self, block: ItemsBlock | Block, path: str) -> None:
        history = self._running.history
        output = await asyncio.to_thread(history.items, path)
        error: ItemsFailed | None = None
        if output.failed or output.in_doubt or output.left:
            stopped = await too_many_failed(self._running, block, path)
            error = ItemsFailed(
                "{failed} of {count} items failed, {in_doubt} are in doubt, {left} were not worked on",
                failed=output.failed,
                count=output.count,
                in_doubt=output.in_doubt,
                left=output.left,
                hint="The rest was left alone because of the failures" if stopped else None,
            )
        info = None if error is None else error.info()
        await self._running.record(
            StepFinished(
                run=self._run,
                step=path,
                status="succeeded" if info is None else "failed",
                output={"kind": "items", "rows": output.count, **await self._registered(path, output)},
                error=info,
            )
        )

    async def _registered(self, path: str, output: ItemsOutput) -> Mapping[str, Any]:
        """What of the control totals was registered: `{"totals": {"registered": …, "not_registered": …}}`."""
        history = self._running.history
        known = history.step(path)
        if known is None or not known.totals:
            return {}
        rows = rows_of(await asyncio.to_thread(history.rows, path))
        block = self._running.checked.step(path)
        assert isinstance(block, ItemsBlock), "only they have control totals"
        columns = declared_totals(known.totals)
        there = output.keys("registered", "found")
        candidates = candidates_of(self._running.evaluate, block, rows)
        return {
            "totals": {
                "registered": columns.of(item.row for item in candidates if item.key in there).to_json(),
                "not_registered": columns.of(item.row for item in candidates if item.key not in there).to_json(),
            }
        }
