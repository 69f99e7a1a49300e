"""How much more is done by more lanes, and by more workers.

The claim is about a system that answers after 200 ms and uses no processor here: an item asks it twice, so what is
measured is whether lanes stand in each other's way in Yakin itself - one journal, one ledger, one writer. Lanes are in one
process; workers are processes of their own, started on the command line, two sessions each, on the same journal.

Beside it the real thing: declarations entered with a real browser into a practice town hall that takes 200 ms longer for
every answer. There the processor may be the limit, which is why its share is shown: of all cores, the town hall not counted.

The time counted is that from the first item's beginning to the last one's end, as the journal has it; sign-in and the
end of the run are not in it. A lane's throughput is compared with that of one lane in the same run of the benchmark.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import claim, cpu_of_tree, table  # noqa: E402 - it is found only now
from benchmarks.office import ITEMS, write_office  # noqa: E402
from benchmarks.rows import rows  # noqa: E402
from benchmarks.town_hall import WORKFLOW, town_hall, write_project  # noqa: E402

if TYPE_CHECKING:
    from yakin.project import Project

GOAL = 3.6
ANSWER_MS = 200
LANES = (1, 2, 4)
SESSIONS = 2
"""Sessions of one worker."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What one run did.

    Attributes:
        name: For the table.
        per_minute: Items.
        cores: Processor time for each second of the clock: 1.0 is one core at work all the time. None when unknown.
    """

    name: str
    per_minute: float
    cores: float | None


def by_lanes(name: str, root: Path, workflow: str, count: int) -> Speed:
    """Run a workflow in this process."""
    with _opened(root) as project:
        engine = project.engine
        given = {"count": str(count)} if workflow == ITEMS else {}
        run = engine.requests.create(project.checked(workflow), given, actor="benchmark")
        cores = _Cores([os.getpid()])
        status = asyncio.run(engine.execute(run))
        assert status == "succeeded", f"the run {status}"
        return Speed(name, _per_minute(project, run, count), cores.used())


def by_workers(name: str, root: Path, workers: int, count: int) -> Speed:
    """Have so many workers run the workflow with the items."""
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(_worker(root)) for _ in range(workers)]
        with _opened(root) as project:
            cores = _Cores([process.pid for process in processes])
            _command(root, "run", ITEMS, "--input", f"count={count}")
            used = cores.used()
            run = project.journal.runs(limit=1)[0]
            assert run.status == "succeeded", f"the run {run.status}"
            return Speed(name, _per_minute(project, run.id, count), used)


class _Cores:
    """How much processor time processes, and those they start, use from now on."""

    def __init__(self, processes: Sequence[int]) -> None:
        self._processes = processes
        self._cpu = self._sum()
        self._begun = time.perf_counter()

    def used(self) -> float | None:
        """Processor time for each second of the clock."""
        now = self._sum()
        return None if now is None or self._cpu is None else (now - self._cpu) / (time.perf_counter() - self._begun)

    def _sum(self) -> float | None:
        each = [cpu_of_tree(process) for process in self._processes]
        return None if None in each else sum(seconds for seconds in each if seconds is not None)


@contextlib.contextmanager
def _opened(root: Path) -> Iterator[Project]:
    from yakin.log import set_up_logging
    from yakin.practice import DEFAULT_PASSWORD, DEFAULT_USER
    from yakin.project import Project

    project = Project(root, more_secrets={"portal_user": DEFAULT_USER, "portal_password": DEFAULT_PASSWORD})
    set_up_logging(project.masker.mask)
    try:
        yield project
    finally:
        project.close()


@contextlib.contextmanager
def _worker(root: Path) -> Iterator[subprocess.Popen[str]]:
    """A worker that has said that it is ready."""
    command = [sys.executable, "-m", "yakin", "work", "--sessions", str(SESSIONS)]
    process = subprocess.Popen(command, cwd=root, env=_environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        if not process.stdout.readline():
            raise SystemExit("A worker ended before its time; see its messages above")
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _command(root: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "yakin", *arguments]
    subprocess.run(command, cwd=root, env=_environment(), check=True, stdout=subprocess.DEVNULL)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _per_minute(project: Project, run: str, count: int) -> float:
    from yakin.events import ItemSettled, ItemStarted

    told = project.journal.records(run, actions=(ItemStarted.action, ItemSettled.action))
    if project.journal.run(run).counts != {"registered": count}:
        raise SystemExit(f"Not all {count} items were registered: {project.journal.run(run).counts}")
    return 60 * count / (told[-1].at - told[0].at).total_seconds()


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def print_speeds(heading: str, speeds: Sequence[Speed]) -> None:
    """The speeds, and how much more each is than the first."""
    machine = os.cpu_count() or 1
    lines = [
        [
            speed.name,
            f"{speed.per_minute:.0f}",
            f"{speed.per_minute / speeds[0].per_minute:.2f}",
            "-" if speed.cores is None else f"{speed.cores / machine:.0%}",
        ]
        for speed in speeds
    ]
    table([heading, "items/min", "times", f"of {machine} cores"], lines)
    print()


def lanes_alone(folder: Path, count: int) -> list[Speed]:
    """Lanes in a system that uses no processor."""
    return [
        by_lanes(
            _counted(lanes, "lane"),
            write_office(folder / f"lanes-{lanes}", answer=ANSWER_MS / 1000, lanes=lanes, sessions=lanes),
            ITEMS,
            count,
        )
        for lanes in LANES
    ]


def workers_alone(folder: Path, count: int) -> list[Speed]:
    """Workers in a system that uses no processor."""
    lanes = 2 * SESSIONS
    return [
        by_workers(
            f"{_counted(workers, 'worker')}, {SESSIONS} sessions each",
            write_office(folder / f"workers-{workers}", answer=ANSWER_MS / 1000, lanes=lanes, sessions=lanes),
            workers,
            count,
        )
        for workers in (1, 2)
    ]


def lanes_with_browser(folder: Path, count: int) -> list[Speed]:
    """Lanes with a real browser in a practice town hall."""
    speeds = []
    for lanes in LANES:
        place = folder / f"browser-{lanes}"
        with town_hall(place / "hall", latency_ms=ANSWER_MS) as url:
            write_project(place / "project", url, rows(count), lanes=lanes)
            speeds.append(by_lanes(_counted(lanes, "lane"), place / "project", WORKFLOW, count))
    return speeds


def main() -> int:
    """Measure, print, and say by the exit status whether the goal holds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer items, and no browser: within 50 seconds")
    quick = options.parse_args().quick
    count, shared, entered = (16, 16, 0) if quick else (80, 160, 24)
    with tempfile.TemporaryDirectory(prefix="yakin-benchmark-") as name:
        folder = Path(name)
        lanes = lanes_alone(folder, count)
        print_speeds(f"no processor, {count} items", lanes)
        print_speeds(f"no processor, {shared} items", workers_alone(folder, shared))
        if entered:
            print_speeds(f"browser, {entered} items", lanes_with_browser(folder, entered))
    return 0 if claim("SCALE_OUT_LANES_4", lanes[-1].per_minute / lanes[0].per_minute, at_least=GOAL) else 1


if __name__ == "__main__":
    sys.exit(main())
