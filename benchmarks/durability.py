"""What it costs that nothing is lost, and how soon a run goes on that was cut off just before its end.

Compared are the same actions called by a plain loop that keeps nothing, and by Yakin with everything on: journal and ledger
on disk, lease, commit protocol, picture of each confirm page, outputs of steps. The system does nothing and answers at
once, so what is counted is all of Yakin's own work on an item, the engine included, not only its waiting for the disk. It
is told as a share of an item of 300 ms. All take turns; the time of an item is that from its beginning to the next one's.

Then: of many items all but the last are done when the run is cut off. Counted is the command `resume` from its start to
its end, as a clerk waits for it: interpreter, reading what was done, the last item, reports. It is told as a share of what the
items took at 300 ms each. The items' events are written into the journal beforehand, a few hundred at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.bots import desk  # noqa: E402 - it is found only now
from benchmarks.measure import claim, table  # noqa: E402
from benchmarks.office import BLOCK, ITEMS, STEPS, write_office  # noqa: E402
from benchmarks.postgres import postgres  # noqa: E402
from benchmarks.rows import KEY, rows  # noqa: E402

if TYPE_CHECKING:
    from yakin.project import Project

ITEM_MS = 300
GOAL = 3.0
RESUME_GOAL = 5.0
_AT_ONCE = 500
"""Items whose events are written in one transaction beforehand."""


@dataclass
class Contender:
    """Does items, and steps, and notes how long each took.

    Attributes:
        name: For the table.
        work: Does so many items, or steps, beginning with a number.
        taken: What was done → milliseconds of each.
    """

    name: str
    work: Callable[[str, int, int], Awaitable[object]]
    taken: dict[str, list[float]] = field(default_factory=dict)

    def turn(self, what: str, count: int, first: int) -> None:
        """Do so many, one after the other."""
        begun: list[float] = []
        desk.WATCHERS[:] = [lambda: begun.append(time.perf_counter())]
        asyncio.run(_awaited(self.work(what, count, first)))
        assert len(begun) == count, f"{self.name} did {len(begun)} of {count}"
        laps = [(after - before) * 1000 for before, after in pairwise(begun)]
        self.taken.setdefault(what, []).extend(laps)

    def median(self, what: str) -> float:
        """Milliseconds of one."""
        return statistics.median(self.taken[what])


async def _awaited(work: Awaitable[object]) -> None:
    await work


async def plain_loop(what: str, count: int, first: int) -> None:
    """The same actions without Yakin: nothing is kept."""
    if what == STEPS:
        for number in range(count):
            await desk.note(number)
        return
    session = desk.Desk(0)
    for row in rows(count, first=first):
        await desk.write(str(row[KEY]), desk=session)
        await session.picture()
        await desk.register(desk=session)
        await desk.receipt(desk=session)


class Yakin:
    """Runs in a project of its own."""

    def __init__(self, project: Project) -> None:
        self._project = project

    async def work(self, what: str, count: int, first: int) -> None:
        """Do the items, or the steps, in one run."""
        given = {"count": str(count), "first": str(first)} if what == ITEMS else {}
        engine = self._project.engine
        run = engine.requests.create(self._project.checked(what), given, actor="benchmark")
        status = await engine.execute(run)
        assert status == "succeeded", f"the run {status}"


@contextlib.contextmanager
def opened(root: Path) -> Iterator[Project]:
    """The project in a folder, with its log set up as the command line does."""
    from yakin.log import set_up_logging
    from yakin.project import Project

    project = Project(root)
    set_up_logging(project.masker.mask)
    try:
        yield project
    finally:
        project.close()


def compete(folder: Path, url: str | None, rounds: int, count: int) -> list[Contender]:
    """Let the plain loop and Yakin on each database do items and steps, in turns."""
    with contextlib.ExitStack() as stack:
        contenders = [Contender("plain loop, keeps nothing", plain_loop)]
        for name, database in {"Yakin on SQLite": None, "Yakin on PostgreSQL": url}.items():
            if database is None and "SQLite" not in name:
                continue
            root = write_office(folder / name.split()[-1].lower(), database=database, steps=count)
            contenders.append(Contender(name, Yakin(stack.enter_context(opened(root))).work))
        for number in range(rounds):
            for what in (ITEMS, STEPS):
                for contender in contenders:
                    contender.turn(what, count, 1 + number * count)
    return contenders


def resume_seconds(folder: Path, count: int) -> float:
    """Seconds that `resume` takes for a run of so many items that was cut off when all but the last were done."""
    root = write_office(folder)
    with opened(root) as project:
        run = _cut_off(project, count)
    begun = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "yakin", "resume", run]
    subprocess.run(command, cwd=root, env=environment, check=True, stdout=subprocess.DEVNULL)
    taken = time.perf_counter() - begun
    with opened(root) as project:
        row = project.journal.run(run)
        if row.status != "succeeded" or dict(row.counts) != {"registered": count}:
            raise SystemExit(f"The run {row.status} with {row.counts}")
    return taken


def _cut_off(project: Project, count: int) -> str:
    """A run that was left after its first item, into whose journal all others but the last are written as done."""
    from yakin.events import CommitIntended, ItemSettled, ItemStarted

    engine, journal = project.engine, project.journal
    run = engine.requests.create(project.checked(ITEMS), {"count": str(count)}, actor="benchmark")
    desk.WATCHERS[:] = [engine.stop]
    asyncio.run(_awaited(engine.execute(run)))
    keys = [str(row[KEY]) for row in rows(count)][1:-1]
    for start in range(0, len(keys), _AT_ONCE):
        events = [
            event
            for key in keys[start : start + _AT_ONCE]
            for event in (
                ItemStarted(run=run, step=BLOCK, item=key, attempt=1),
                CommitIntended(run=run, step=BLOCK, item=key, attempt=1, at_step=f"{BLOCK}/2"),
                ItemSettled(
                    run=run,
                    step=BLOCK,
                    item=key,
                    attempt=1,
                    state="done",
                    how="registered",
                    result={"登録番号": f"R-{key}"},
                    duration_ms=ITEM_MS,
                ),
            )
        ]
        journal.append("benchmark", *events)
    return run


def main() -> int:
    """Measure, print, and say by the exit status whether the goals hold."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer items, and 2,000 to resume: within 50 seconds")
    quick = options.parse_args().quick
    rounds, each, many = (3, 30, 2_000) if quick else (10, 100, 10_000)
    with tempfile.TemporaryDirectory(prefix="yakin-benchmark-") as name:
        folder = Path(name)
        with postgres(folder / "postgres") as url:
            if url is None:
                print("PostgreSQL is not installed (on Debian: apt-get install postgresql): only SQLite is measured\n")
            contenders = compete(folder, url, rounds, each)
        resume = resume_seconds(folder / "resume", many)
    plain, *ours = contenders
    lines = [[one.name, f"{one.median(ITEMS):.2f}", f"{one.median(STEPS):.2f}"] for one in contenders]
    table([f"median of {rounds * each}", "ms/item", "ms/step"], lines)
    print(f"\nresume of {many:,} items of which the last is left: {resume:.1f} s\n")
    held = []
    for one in ours:
        database = one.name.split()[-1].upper()
        for what, label in ((ITEMS, "ITEM"), (STEPS, "STEP")):
            share = (one.median(what) - plain.median(what)) / ITEM_MS * 100
            held.append(claim(f"DURABILITY_{database}_{label}", share, at_most=GOAL, unit=" %"))
    share = resume / (many * ITEM_MS / 1000) * 100
    held.append(claim("DURABILITY_RESUME", share, at_most=RESUME_GOAL, unit=" %"))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
