"""One lane: a part of a run worked on in one session."""

from __future__ import annotations

import asyncio

from yakin.engine.items import ItemWorker
from yakin.engine.parts import Part
from yakin.engine.residents import Resident
from yakin.engine.running import Running
from yakin.engine.sessions import Workplace
from yakin.engine.unit import Unit
from yakin.workflow.model import Block, ItemsBlock, contains_commit

OPEN = ("pending", "in_progress", "in_doubt")
"""States of items that are still to be worked on, or looked for."""


async def work(resident: Resident, part: Part) -> None:
    """Work on a part to its end, or until the run is to stop, or too many of its items failed.

    Raises:
        Left: The run was asked to stop.
        JournalError: Something could not be recorded.
    """
    running = resident.running
    block = running.checked.step(part.step)
    assert isinstance(block, Block | ItemsBlock), "only blocks are done in parts"
    async with resident.pool.place(block.in_) as place:
        if isinstance(block, ItemsBlock) or contains_commit(block):
            await _items(resident, block, part, place)
        else:
            await Unit(running, block, place).execute()


async def _items(resident: Resident, block: ItemsBlock | Block, part: Part, place: Workplace) -> None:
    running = resident.running
    journal, run = running.frame.journal, running.frame.run
    rows = await asyncio.to_thread(journal.items, run, part.step, first=part.first, last=part.last)
    open_keys = [row.key for row in rows if row.state in OPEN]
    candidates = {candidate.key: candidate for candidate in await resident.candidates(block)}
    worker = ItemWorker(running, place, block)
    for key in open_keys:
        running.stop.here()
        if await too_many_failed(running, block, part.step):
            return
        await worker.work(candidates[key])


async def too_many_failed(running: Running, block: ItemsBlock | Block, path: str) -> bool:
    """Whether so many items of a block failed or are in doubt that the rest is left alone.

    Rows that were set aside do not count: they say nothing of the system.
    """
    if not isinstance(block, ItemsBlock):
        limit: int | None = 1
    else:
        limit = 1 if block.on_error == "stop" else block.stop_after_failures
    if limit is None:
        return False
    journal, run = running.frame.journal, running.frame.run
    failures = await asyncio.to_thread(journal.verdicts, run, path, only=("failed", "in_doubt"))
    return sum(failures.values()) >= limit
