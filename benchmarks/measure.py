"""Measuring contenders side by side: each is a process of its own that works only while it is its turn."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Lap:
    """What one turn took.

    Attributes:
        rows: Rows of work done in it.
        wall: Seconds.
        cpu: Seconds of processor time of the contender and all its child processes; None where it cannot be told.
    """

    rows: int
    wall: float
    cpu: float | None


@dataclass
class Contender:
    """A process that says `{"ready": …}`, then does as many rows as it is told to and says so, turn by turn.

    Attributes:
        name: For the table.
        module: Run with `python -m`, given `arguments`.
        python: The interpreter; that of a peer has libraries of its own.
        laps: What its turns took.
        said: What it said when it had ended.
    """

    name: str
    module: str
    arguments: Sequence[str]
    laps: list[Lap] = field(default_factory=list)
    start: Lap | None = None
    end: Lap | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    python: str = sys.executable
    _process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Contender:
        begun = time.perf_counter()
        self._process = subprocess.Popen(
            [self.python, "-m", self.module, *self.arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._hear()
        self.start = Lap(0, time.perf_counter() - begun, cpu_of_tree(self._process.pid))
        return self

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process is not None
        return self._process.pid

    def turn(self, rows: int) -> None:
        """Let it do so many rows, and measure that."""
        assert self._process is not None
        cpu = cpu_of_tree(self._process.pid)
        begun = time.perf_counter()
        self._tell(rows)
        self._hear()
        wall = time.perf_counter() - begun
        after = cpu_of_tree(self._process.pid)
        self.laps.append(Lap(rows, wall, None if cpu is None or after is None else after - cpu))

    def finish(self) -> None:
        """Let it end, and hear what it has to say about its work."""
        begun = time.perf_counter()
        self._tell(0)
        self.said = self._hear()
        self.end = Lap(0, time.perf_counter() - begun, None)

    def per_row(self, what: str) -> float | None:
        """Median over the turns of milliseconds (`wall` or `cpu`) for one row."""
        values = [getattr(lap, what) for lap in self.laps]
        if not values or None in values:
            return None
        middle: float = statistics.median(value / lap.rows * 1000 for value, lap in zip(values, self.laps, strict=True))
        return middle

    def _tell(self, rows: int) -> None:
        print(rows, file=self._pipe("stdin"), flush=True)

    def _hear(self) -> dict[str, Any]:
        line = self._pipe("stdout").readline()
        if not line:
            raise SystemExit(f"{self.name} ended before its time; see its messages above")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def _pipe(self, name: str) -> IO[str]:
        pipe: IO[str] | None = getattr(self._process, name)
        assert pipe is not None
        return pipe

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        if kind is not None:
            self._process.terminate()
        self._process.communicate(timeout=30)


class Turns:
    """The contender's side: told over standard input how many rows to do, answering in JSON lines."""

    def __init__(self) -> None:
        self._left: int | None = None

    def next_row(self) -> bool:
        """Wait until another row is to be done; False when the work is over."""
        if self._left is None:
            self.say(ready=True)
        elif self._left > 0:
            self._left -= 1
            return True
        else:
            self.say(done=True)
        self._left = int(sys.stdin.readline()) - 1
        return self._left >= 0

    def say(self, **data: Any) -> None:
        """Tell something to who measures."""
        print(json.dumps(data), flush=True)


def cpu_of_tree(root: int) -> float | None:
    """Seconds of processor time that a process and all its descendants have used, those that have ended too.

    None where there is no /proc.
    """
    if not _PROC.is_dir():
        return None
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            # Fields after the program's name in parentheses: 1 is the parent, 11 to 14 are utime stime cutime cstime.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.name)] = int(fields[1])
        ticks[int(entry.name)] = sum(int(field) for field in fields[11:15])
    tree, level = {root}, {root}
    while level:
        level = {pid for pid, parent in parents.items() if parent in level}
        tree |= level
    ticks_per_second: int = os.sysconf("SC_CLK_TCK")
    return sum(ticks.get(pid, 0) for pid in tree) / ticks_per_second


def memory_of(process: int) -> float:
    """MiB of memory that a process holds for itself alone."""
    import psutil

    held: float = psutil.Process(process).memory_full_info().uss / 2**20
    return held


def ratio(one: Contender, other: Contender, what: str) -> float | None:
    """Median over the rounds of how much more one took than the other (`wall` or `cpu`) for the same rows."""
    rounds = [(getattr(a, what), getattr(b, what)) for a, b in zip(one.laps, other.laps, strict=True)]
    if any(None in pair for pair in rounds):
        return None
    middle: float = statistics.median(a / b for a, b in rounds)
    return middle


def claim(
    name: str, value: float, *, at_most: float | None = None, at_least: float | None = None, unit: str = ""
) -> bool:
    """Print the line of a claim; returns whether it holds.

    Args:
        name: Of the claim.
        value: What was measured.
        at_most: The goal, when less is better.
        at_least: The goal, when more is better.
        unit: Written behind the value, such as ` %`.
    """
    goals = {"≤": at_most, "≥": at_least}
    holds = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
    goal = " and ".join(f"{sign} {limit:g}" for sign, limit in goals.items() if limit is not None)
    print(f"{name}: {value:.2f}{unit} (goal {goal}){'' if holds else '  MISSED'}")
    return holds


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a small table, numbers to the right."""
    widths = [max(len(line[at]) for line in (heads, *rows)) for at in range(len(heads))]
    for line in (heads, ["-" * width for width in widths], *rows):
        first, *rest = line
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        print("  ".join(cells).rstrip())
