"""Yakin's side of `form_entry`: the entry block of `workflows/juminzei_nyuryoku.yaml`, run by the real engine.

Nothing is switched off: the journal and the ledger on disk (SQLite, synchronous=FULL), the lease, the commit protocol, the
evidence. The run only pauses after an item until it is this contender's turn again.
"""

from __future__ import annotations

import asyncio
import functools
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import Turns
from benchmarks.town_hall import WORKFLOW
from yakin.engine.candidates import Candidate
from yakin.engine.items import ItemWorker
from yakin.log import set_up_logging
from yakin.practice import DEFAULT_PASSWORD, DEFAULT_USER
from yakin.project import Project

ROW = "item"
"""What ends a row."""


def take_turns(turns: Turns) -> None:
    """Let the engine work on items only while it is this contender's turn."""
    work, waited = ItemWorker.work, False

    async def in_turn(worker: ItemWorker, candidate: Candidate) -> str:
        nonlocal waited
        if not waited:
            waited = True
            await asyncio.to_thread(turns.next_row)
        state = await work(worker, candidate)
        await asyncio.to_thread(turns.next_row)
        return state

    setattr(ItemWorker, "work", in_turn)  # noqa: B010 - a method is not assigned to, says the type checker


class Stopwatch:
    """Adds up the wall time spent in methods, those of others that are called meanwhile included."""

    def __init__(self) -> None:
        self._rows: list[dict[str, float]] = [{}]

    def watch(self, owner: type, name: str, what: str) -> None:
        """Time every call of a method."""
        method = getattr(owner, name)
        if asyncio.iscoroutinefunction(method):

            @functools.wraps(method)
            async def timed(*given: Any, **named: Any) -> Any:
                begun = time.perf_counter()
                try:
                    return await method(*given, **named)
                finally:
                    self._add(what, begun)
        else:

            @functools.wraps(method)
            def timed(*given: Any, **named: Any) -> Any:
                begun = time.perf_counter()
                try:
                    return method(*given, **named)
                finally:
                    self._add(what, begun)

        setattr(owner, name, timed)

    def per_row(self) -> dict[str, float]:
        """Milliseconds of a row: medians."""
        names = {name for row in self._rows for name in row}
        return {name: median(row.get(name, 0.0) for row in self._rows) for name in names}

    def _add(self, what: str, begun: float) -> None:
        row = self._rows[-1]
        row[what] = row.get(what, 0.0) + (time.perf_counter() - begun) * 1000
        if what == ROW:
            self._rows.append({})


def watched() -> Stopwatch:
    """A stopwatch on the parts of the engine that are not steps."""
    from bots.browser.session import OpenPage
    from yakin.engine.sequence import Attempt
    from yakin.journal.store import JournalStore
    from yakin.storage import FolderStorage

    watch = Stopwatch()
    watch.watch(JournalStore, "append", "journal: write")
    watch.watch(JournalStore, "item", "ledger: read")
    watch.watch(JournalStore, "claims", "ledger: read")
    watch.watch(JournalStore, "verdicts", "ledger: read")
    watch.watch(OpenPage, "picture", "picture")
    watch.watch(FolderStorage, "write", "evidence: write")
    watch.watch(Attempt, "evaluate", "expressions")
    watch.watch(ItemWorker, "work", ROW)
    return watch


def main() -> None:
    """Arguments: folder of the project, and `--where` to time the parts of the engine too."""
    root = Path(sys.argv[1])
    turns = Turns()
    watch = watched() if "--where" in sys.argv else None
    take_turns(turns)
    project = Project(root, more_secrets={"portal_user": DEFAULT_USER, "portal_password": DEFAULT_PASSWORD})
    set_up_logging(project.masker.mask)
    run = project.engine.requests.create(project.checked(WORKFLOW), {}, actor="benchmark")
    asyncio.run(project.engine.execute(run))
    result = project.result(run)
    stages = {path: median(item.steps_ms[path] for item in result.items) for path in result.items[0].steps_ms}
    done = [item for item in result.items if item.verdict == "registered" and item.result.get("登録番号")]
    pictures = sum(1 for item in done if item.evidence)
    project.close()
    parts = {} if watch is None else watch.per_row()
    turns.say(registered=len(done), pictures=pictures, stages=stages, parts=parts)


if __name__ == "__main__":
    main()
