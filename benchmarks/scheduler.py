"""What it costs that schedules are kept in a journal: 10,000 of them, 500 of which are due in the same second.

Compared with Yakin is APScheduler alone with the same moments: with its SQLAlchemy job store, whose jobs survive a restart
as Yakin's schedules do, each job writing down in that database that it was done; and with its memory store, which keeps nothing.
Yakin's schedules are triggers in workflow files, twenty in each, which are read and checked; for each that is due a run
is written into the journal and put into the workers' queue, in one transaction.

Each is started without anything, stopped, and started again with those added that are due at once; shown is the second
start, interpreter and libraries included, the memory after it, the processor while nothing is due, and how late each was: from
the moment for which it was asked until it was written down. They take turns, each alone on the machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import Contender, claim, memory_of, table  # noqa: E402 - it is found only now
from benchmarks.schedules import Crowd, write_project  # noqa: E402

IDLE_GOAL = 2.0
MEMORY_GOAL = 32.0
START_GOAL = 5.0
LATE_GOAL = 3.0

YAKIN = "benchmarks.scheduler_by_yakin"
PEER = "benchmarks.scheduler_by_apscheduler"


@dataclass
class Figures:
    """What was measured of one.

    Attributes:
        name: For the table.
        first: Seconds of its first start.
        start: Seconds of the second.
        start_cpu: Seconds of processor time in it.
        memory: MiB after it.
        idle: Milliseconds of processor time for each second in which nothing is due.
        late: Seconds that each of those that were due at once was late, in order.
    """

    name: str
    first: float = 0
    start: float = 0
    start_cpu: float = 0
    memory: float = 0
    idle: float = 0
    late: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """Seconds within which 99 % of them were written down."""
        return self.late[max(0, -(-len(self.late) * 99 // 100) - 1)]


def measured(name: str, module: str, given: Mapping[str, Any], crowd: Crowd, add: Adding, idle: int) -> Figures:
    """Start one twice, and let it be idle, and then do all that is due at once."""
    figures = Figures(name)
    with _contender(name, module, {**given, "moment": None}) as first:
        figures.first = _seconds(first)
        first.finish()
    moment = _now().replace(microsecond=0) + timedelta(seconds=round(figures.first * 2) + idle + 5)
    add(moment)
    with _contender(name, module, {**given, "moment": moment.isoformat()}) as second:
        figures.start, figures.memory = _seconds(second), memory_of(second.pid)
        figures.start_cpu = (second.start.cpu or 0) if second.start else 0
        second.turn(idle)
        figures.idle = second.per_row("cpu") or 0
        if _now() >= moment:
            raise SystemExit(f"{name} was not ready in time: it took {figures.start:.0f} s to start")
        second.finish()
        figures.late = sorted(second.said["late"])
    if len(figures.late) != crowd.at_once:
        raise SystemExit(f"{name} did {len(figures.late)} of {crowd.at_once}")
    return figures


Adding = Callable[[datetime], object]
"""Adds those that are due at a moment."""


def _contender(name: str, module: str, given: Mapping[str, Any]) -> Contender:
    return Contender(name, module, [json.dumps(given)])


def _now() -> datetime:
    return datetime.now().astimezone()


def _seconds(contender: Contender) -> float:
    assert contender.start is not None
    return contender.start.wall


def compete(folder: Path, crowd: Crowd, idle: int) -> list[Figures]:
    """Measure all three, one after the other."""
    given = {"daily": crowd.daily, "at_once": crowd.at_once}
    project = write_project(folder / "project", crowd)

    def add(moment: datetime) -> None:
        write_project(project, Crowd(0, crowd.at_once, moment))

    def add_nothing(_moment: datetime) -> None:
        """It is told the moment when it is started."""

    file = str(folder / "jobs.sqlite")
    return [
        measured("APScheduler, in memory", PEER, {**given, "file": None}, crowd, add_nothing, idle),
        measured("APScheduler, SQLAlchemy store", PEER, {**given, "file": file}, crowd, add_nothing, idle),
        measured("Yakin", YAKIN, {**given, "folder": str(project)}, crowd, add, idle),
    ]


def main() -> int:
    """Measure, print, and say by the exit status whether the goals hold."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="2,000 schedules, 100 at once: within 50 seconds")
    quick = options.parse_args().quick
    crowd, idle = (Crowd(1_900, 100), 5) if quick else (Crowd(9_500, 500), 30)
    with tempfile.TemporaryDirectory(prefix="yakin-benchmark-") as name:
        found = compete(Path(name), crowd, idle)
    heads = [
        f"{crowd.daily + crowd.at_once:,} schedules",
        "first s",
        "start s",
        "cpu s",
        "MiB",
        "idle ms/s",
        "p50 s",
        "p99 s",
    ]
    lines = [
        [
            one.name,
            *(f"{value:.1f}" for value in (one.first, one.start, one.start_cpu, one.memory, one.idle)),
            *(f"{value:.2f}" for value in (one.late[len(one.late) // 2], one.p99)),
        ]
        for one in found
    ]
    table(heads, lines)
    print()
    _, durable, ours = found
    more = (ours.memory - durable.memory) * 1024 / (crowd.daily + crowd.at_once)
    begun = ours.start_cpu * 1000 / (crowd.daily + crowd.at_once)
    held = [
        claim("SCHEDULER_IDLE", ours.idle / 10, at_most=IDLE_GOAL, unit=" % of a core"),
        claim("SCHEDULER_MEMORY", more, at_most=MEMORY_GOAL, unit=" KiB more for a schedule"),
        claim("SCHEDULER_START", begun, at_most=START_GOAL, unit=" ms of processor for a schedule"),
        claim("SCHEDULER_LATE_P99", ours.p99 / durable.p99, at_most=LATE_GOAL, unit=" × APScheduler with a store"),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
