"""A project with schedules whose clock stands still until it is moved, and the schedulers that keep them."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
import types
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from yakin import events as ev
from yakin.actions import Registry, action
from yakin.journal.store import JournalStore
from yakin.ledger import RunRow
from yakin.project import Project
from yakin.schedule.shift import Shift
from yakin.testing import MemoryQueues

TOKYO = ZoneInfo("Asia/Tokyo")
EVENING = datetime(2026, 4, 1, 21, 0, tzinfo=TOKYO)
"""A Wednesday."""


def moment(text: str) -> datetime:
    """A moment in Japan, such as `04-01 22:00`."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=TOKYO)


class Clocks:
    """What clocks show, and what has passed: the first can be set, the second only goes on."""

    def __init__(self, now: datetime) -> None:
        self.shown = now.astimezone(UTC)
        self.passed = 0.0

    def now(self) -> datetime:
        return self.shown

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.pass_by(timedelta(seconds=seconds))

    def pass_by(self, time: timedelta) -> None:
        self.shown += time
        self.passed += time.total_seconds()


class Line(MemoryQueues):
    """Queues of work at the end of a line that can be cut."""

    def __init__(self) -> None:
        super().__init__()
        self.is_cut = False

    def enqueue(self, connection: Any, work: Any) -> None:
        if self.is_cut:
            raise OSError("The disk is full")
        super().enqueue(connection, work)

    @property
    def runs(self) -> list[str]:
        """Ids of the runs that workers may take, in order."""
        return [work.about["run"] for work in self.waiting]


@functools.lru_cache
def _new_journal() -> Path:
    """A journal without events, made once: copying it is quicker than making it."""
    path = Path(tempfile.mkdtemp()) / "journal.sqlite"
    JournalStore(f"sqlite:///{path}").close()
    return path


def _bot() -> types.ModuleType:
    @action(idempotent=True)
    def nothing() -> None:
        """Do nothing."""

    module = types.ModuleType("test_bot")
    module.nothing = nothing  # type: ignore[attr-defined]
    return module


_REGISTRY = Registry.of({"bot": _bot()})


class Night:
    """The project; schedulers may die around it.

    Attributes:
        clock: Its clock.
        queues: Where workers would find the runs.
        told: What schedulers have told, in order.
        shift: The scheduler that was started last.
        reads_once: Whether a scheduler that is started takes over what the one before has read of files, to be quick.
    """

    def __init__(self, root: Path, now: datetime = EVENING, *, zone: str = "Asia/Tokyo") -> None:
        self.root = root
        self.zone = ZoneInfo(zone)
        self.clock = Clocks(now)
        self.queues = Line()
        self.told: list[str] = []
        self.reads_once = False
        (root / "config").mkdir()
        (root / "workflows").mkdir()
        (root / "config" / "yakin.toml").write_text(f'time_zone = "{zone}"\n', encoding="utf-8")
        self._projects = [self._opened()]
        url = self._projects[0].database_url
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_new_journal(), path)
        self.journal = self._projects[0].journal
        self.shift: Shift

    def _opened(self) -> Project:
        project = Project(self.root)
        project.clock = self.clock  # type: ignore[assignment]
        project.__dict__.update(queues=self.queues, registry=_REGISTRY)
        return project

    def workflow(self, name: str, *triggers: str, inputs: str = "") -> None:
        """Write a workflow file; triggers are YAML in one line."""
        lines = "".join(f"  - {{{one}}}\n" for one in triggers)
        text = (
            f"workflow: {name}\n{f'triggers:{chr(10)}{lines}' if lines else ''}{inputs}steps:\n  - uses: bot.nothing\n"
        )
        self.write(name, text)

    def write(self, name: str, text: str) -> None:
        """Write a file as a workflow."""
        path = self.root / "workflows" / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        # Files are known to be others by their times, which go on.
        self._written = getattr(self, "_written", 1_700_000_000) + 1
        os.utime(path, (self._written, self._written))

    def start(self) -> Shift:
        """Start a scheduler, as its own process would: with its own project, its first look is taken."""
        project = self._opened()
        self._projects.append(project)

        def told(text: str, **data: Any) -> None:
            self.told.append(text.format(**data))

        shift = Shift(project, told)
        if self.reads_once and self._projects[2:]:
            shift.roster._right, shift.roster._around = self.shift.roster._right.copy(), self.shift.roster._around
        shift.look()
        self.shift = shift
        return shift

    def pass_by(self, *shifts: Shift, to: datetime, step: timedelta = timedelta(minutes=1)) -> None:
        """Let time pass; all schedules are woken at each step, as a timer would at the latest."""
        while self.clock.now() < to:
            self.clock.pass_by(min(step, to - self.clock.now()))
            for shift in shifts or (self.shift,):
                self.wake_all(shift)

    def wake_all(self, shift: Shift | None = None) -> None:
        """Wake all schedules of a scheduler."""
        shift = shift or self.shift
        for name in list(shift.roster.schedules):
            shift.wake(name)

    def begin(self, run: str) -> None:
        """Let a worker begin a run."""
        self.journal.append("worker", ev.RunStarted(run=run, executor="test"))

    def end(self, run: str, status: str = "succeeded") -> None:
        """Let a run end."""
        self.journal.append("worker", ev.RunFinished(run=run, status=status))

    def end_all(self) -> None:
        """Let all runs end that have begun or wait."""
        for row in self.journal.schedules().unfinished():
            self.end(row.id)

    @property
    def rows(self) -> Sequence[RunRow]:
        """All runs in the order of their creation."""
        return self.journal.runs(limit=100_000)[::-1]

    @property
    def runs(self) -> list[str]:
        """Workflow and moment of all runs, in the order of their creation."""
        return [f"{row.workflow} {row.due.astimezone(self.zone):%m-%d %H:%M}" for row in self.rows if row.due]

    @property
    def left_out(self) -> list[str]:
        """Workflow, last moment and reason of all that was left out, in order; with the number where it is not one."""
        found = []
        for record in self.journal.schedules().since(0)[0]:
            if isinstance(record.event, ev.ScheduleSkipped):
                event = record.event
                due = datetime.fromisoformat(event.due).astimezone(self.zone)
                number = "" if event.count == 1 else f" x{event.count}"
                found.append(f"{event.workflow} {due:%m-%d %H:%M} {event.why}{number}")
        return found

    def close(self) -> None:
        for project in self._projects:
            project.close()
