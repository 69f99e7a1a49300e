"""The work items of a block: chosen, written into the ledger in one transaction, worked on one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from yakin.engine.candidates import Candidate
from yakin.engine.items import ItemWorker, done_before
from yakin.engine.rows import rows_of
from yakin.engine.running import Running
from yakin.engine.sessions import Sessions, Workplace
from yakin.errors import ActionError, BusinessError, ErrorInfo, RunError
from yakin.events import ItemsCreated, StepFinished
from yakin.results import ItemResult
from yakin.values import Row
from yakin.workflow.model import Block, ItemsBlock, contains_commit


@dataclass(frozen=True, slots=True)
class Selection:
    """What part of the items a run was asked for.

    Attributes:
        only: Business keys; empty for all.
        limit: At most so many items that are not done yet; None for all.
    """

    only: tuple[str, ...] = ()
    limit: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The plain form; empty when everything is asked for."""
        return {name: value for name, value in (("only", list(self.only)), ("limit", self.limit)) if value}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Selection:
        """Read what `to_json` wrote."""
        return cls(tuple(plain.get("only", ())), plain.get("limit"))


@dataclass(frozen=True)
class ItemsOutput:
    """What an items block hands on: `${{ steps.ID.items }}` and counts.

    Attributes:
        items: One mapping for each item: key, label, state, how, verdict, result, error (the sentence) and
            problem (the error as `ErrorInfo.to_json` has it, so that it can be said in another language).
    """

    items: list[dict[str, Any]]

    @property
    def count(self) -> int:
        """All items."""
        return len(self.items)

    @property
    def done(self) -> int:
        """Items that are in the system now."""
        return self._count("registered", "found")

    @property
    def failed(self) -> int:
        """Items the other system failed on."""
        return self._count("failed")

    @property
    def set_aside(self) -> int:
        """Items whose data broke a rule."""
        return self._count("set_aside")

    @property
    def in_doubt(self) -> int:
        """Items of which nobody knows whether they were registered."""
        return self._count("in_doubt")

    @property
    def left(self) -> int:
        """Items that were not worked on to their end."""
        return self._count("pending", "in_progress")

    def _count(self, *verdicts: str) -> int:
        return sum(1 for item in self.items if item["verdict"] in verdicts)


class ItemsFailed(RunError):
    """Some work items failed or are in doubt."""

    code = "items-failed"


@dataclass(frozen=True, slots=True)
class BatchEnd:
    """How the work on a block's items ended.

    Attributes:
        error: Why the block failed; None when it succeeded.
        stopped: Whether the rest of the run is left out because of it.
    """

    error: ErrorInfo | None = None
    stopped: bool = False


class Batch:
    """Works on the items of blocks.

    Args:
        running: The run.
        sessions: Its sessions.
        selection: What part of the items was asked for.
        between_items: Called between items: a place where the run may be left.
    """

    def __init__(
        self,
        running: Running,
        sessions: Sessions,
        selection: Selection,
        between_items: Callable[[], Awaitable[None]],
    ) -> None:
        self._running = running
        self._sessions = sessions
        self._selection = selection
        self._between_items = between_items
        self._run = running.frame.run

    async def work(self, block: ItemsBlock | Block) -> BatchEnd:
        """Work on all chosen items of a block; what earlier processes of this run have settled is left as it is."""
        running = self._running
        path = running.checked.step_path(block)
        try:
            candidates = self._candidates(block)
        except ActionError as error:
            return BatchEnd(await running.failed_at_once(block, error), stopped=True)
        refused = await running.once(f"{path}#items", lambda: self._create(block, path, candidates))
        if refused is not None:
            return BatchEnd(ErrorInfo.from_json(refused), stopped=True)
        mine = {item.key for item in await asyncio.to_thread(running.frame.journal.items, self._run, path)}
        chosen = [candidate for candidate in candidates if candidate.key in mine]
        stopped = await self._each(block, path, chosen)
        ended = await running.once(f"{path}#end", lambda: self._end(path, chosen, stopped=stopped))
        if block.id is not None:
            running.outputs[block.id] = await self._output(path, chosen)
        return BatchEnd(None if ended is None else ErrorInfo.from_json(ended), stopped)

    def _candidates(self, block: ItemsBlock | Block) -> list[Candidate]:
        """The rows with their business keys.

        Raises:
            BusinessError: A key is empty, or two rows have the same one.
        """
        rows = rows_of(self._running.evaluate(block.for_each)) if isinstance(block, ItemsBlock) else [{}]
        candidates: list[Candidate] = []
        by_key: dict[str, Candidate] = {}
        for index, row in enumerate(rows, start=1):
            label = str(row.origin) if isinstance(row, Row) and row.origin is not None else ""
            key = self._key(block, row, index, len(rows))
            candidate = Candidate(key, label, row, index)
            if not key:
                raise BusinessError("Row {row} has no business key", row=label or index)
            if key in by_key:
                raise BusinessError(
                    "Two rows have the same business key {key}: {first} and {second}",
                    key=key,
                    first=by_key[key].label or by_key[key].index,
                    second=label or index,
                    hint="Nothing was registered. Correct the list, or choose another key",
                )
            by_key[key] = candidate
            candidates.append(candidate)
        return candidates

    def _key(self, block: ItemsBlock | Block, row: Any, index: int, count: int) -> str:
        if block.key is None:
            return str(index)
        value = self._running.evaluate(block.key, item=row, loop={"index": index, "count": count})
        return "" if value is None else str(value).strip()

    async def _create(
        self, block: ItemsBlock | Block, path: str, candidates: Sequence[Candidate]
    ) -> dict[str, Any] | None:
        """Write the items into the ledger, in one transaction; what an earlier run has done is settled at once."""
        journal = self._running.frame.journal
        if await asyncio.to_thread(journal.items, self._run, path):
            return None
        unknown = set(self._selection.only) - {candidate.key for candidate in candidates}
        if unknown:
            error = RunError(
                "No row has the business key {keys}",
                keys=", ".join(sorted(unknown)),
                hint="A row that a check has set aside is no longer among them",
            )
            await self._running.record(*self._running.at_once(block, "failed", error))
            return error.info().to_json()
        system = block.in_ if contains_commit(block) else None
        done = await self._done_before(system, candidates)
        chosen = self._chosen(candidates, done)
        await self._running.record(
            self._running.started(block),
            ItemsCreated(
                run=self._run,
                step=path,
                keys=tuple(candidate.key for candidate in chosen),
                system=system,
                not_selected=len(candidates) - len(chosen),
                labels={candidate.key: candidate.label for candidate in chosen if candidate.label},
            ),
            *(done_before(self._run, path, item.key, done[item.key]) for item in chosen if item.key in done),
        )
        return None

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

    async def _each(self, block: ItemsBlock | Block, path: str, chosen: Sequence[Candidate]) -> bool:
        """Work on the items one after the other; True when the rest was left because of failures."""
        place = Workplace(self._sessions, self._running.things, block.in_)
        worker = ItemWorker(self._running, place, block, path, commits=contains_commit(block), count=len(chosen))
        failures = 0
        for candidate in chosen:
            await self._between_items()
            state = await self._running.once(f"{path}/{candidate.key}", partial(worker.work, candidate))
            if state in ("failed", "in_doubt") and not await self._is_set_aside(path, candidate.key):
                failures += 1
                if _too_many(block, failures):
                    return True
        return False

    async def _is_set_aside(self, path: str, key: str) -> bool:
        item = await asyncio.to_thread(self._running.frame.journal.item, self._run, path, key)
        return item is not None and item.error is not None and item.error.is_business

    async def _end(self, path: str, chosen: Sequence[Candidate], *, stopped: bool) -> dict[str, Any] | None:
        output = await self._output(path, chosen)
        error: ItemsFailed | None = None
        if output.failed or output.in_doubt or output.left:
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
                output={"kind": "items", "rows": output.count},
                error=info,
            )
        )
        return None if info is None else info.to_json()

    async def _output(self, path: str, chosen: Sequence[Candidate]) -> ItemsOutput:
        labels = {candidate.key: candidate.label for candidate in chosen}
        rows = await asyncio.to_thread(self._running.frame.journal.items, self._run, path)
        items = []
        for row in rows:
            seen = ItemResult(
                path, row.key, labels.get(row.key, ""), row.state, row.how, result=row.result, error=row.error
            )
            items.append(
                {
                    "key": seen.key,
                    "label": seen.label,
                    "state": seen.state,
                    "how": seen.how,
                    "verdict": seen.verdict,
                    "result": dict(seen.result),
                    "error": None if seen.error is None else seen.error.message,
                    "problem": None if seen.error is None else seen.error.to_json(),
                }
            )
        return ItemsOutput(items)


def _too_many(block: ItemsBlock | Block, failures: int) -> bool:
    if not isinstance(block, ItemsBlock):
        return True
    return block.on_error == "stop" or (block.stop_after_failures is not None and failures >= block.stop_after_failures)
