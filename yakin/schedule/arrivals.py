"""Triggers that wait for files: `file_arrived: inbox/*.xlsx`.

Folders are looked through again and again, because shares of Windows machines tell nobody what arrives in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from yakin.schedule.firing import Firing, Told
from yakin.schedule.schedules import Schedule

if TYPE_CHECKING:
    from yakin.clock import Clock
    from yakin.schedule.standing import Standing
    from yakin.workflow.check import CheckedWorkflow

STABLE_SECONDS = 5.0
"""A file is complete when it has not changed for so long and nobody keeps others from reading it."""

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
"""What programs put behind the names of files that they are still writing."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Look:
    size: int
    changed: int
    since: float


class Arrivals:
    """Starts what waits for files, once for each file as it is; a file that is changed later has arrived anew.

    Args:
        root: The project's folder, which patterns are relative to.
        standing: Where the schedules stand.
        firing: Starts runs.
        clock: Tells how long a file has not changed.
        told: Told of folders that cannot be looked through.
    """

    def __init__(self, root: Path, standing: Standing, firing: Firing, clock: Clock, told: Told) -> None:
        self._root = root
        self._standing = standing
        self._firing = firing
        self._clock = clock
        self._told = told
        self._seen: dict[Path, _Look] = {}
        self._done: set[tuple[str, str]] = set()
        self._unreadable: set[str] = set()

    def look(self, schedules: Iterable[Schedule], workflows: Mapping[str, CheckedWorkflow]) -> None:
        """Look through all folders once.

        Raises:
            JournalError: A run cannot be written down; the next look tries again.
        """
        waiting = [one for one in schedules if one.trigger.file_arrived is not None and one.trigger.enabled]
        present: dict[Path, _Look] = {}
        done: set[tuple[str, str]] = set()
        for schedule in waiting:
            for path, look in self._complete(str(schedule.trigger.file_arrived), present):
                one = schedule.id, f"{path.as_posix()}|{look.size}|{look.changed}"
                if one in self._done or (
                    _is_readable(path) and self._arrived(schedule, workflows[schedule.workflow], path, look, one[1])
                ):
                    done.add(one)
        self._seen, self._done = present, done

    def _arrived(self, schedule: Schedule, checked: CheckedWorkflow, path: Path, look: _Look, cause: str) -> bool:
        """Start what waits for a file; false when it has to wait: it is still there then."""
        due = _EPOCH + timedelta(seconds=look.changed // 1_000_000_000)
        if self._firing.is_settled(schedule, checked, due, cause):
            return True
        if schedule.workflow in self._standing.paused or self._standing.records.going(schedule.workflow):
            return False  # files wait in their folder, not in a queue
        self._firing.react(schedule, checked, due, cause=cause, given=_given(checked, path))
        return True

    def _complete(self, pattern: str, present: dict[Path, _Look]) -> Iterator[tuple[Path, _Look]]:
        """Files that have not changed for long enough; all that are there are noted in `present`."""
        now = self._clock.monotonic()
        for path in self._matching(pattern):
            try:
                found = path.stat()
            except OSError:
                continue  # taken away meanwhile
            before = self._seen.get(path)
            if before is None or (before.size, before.changed) != (found.st_size, found.st_mtime_ns):
                before = _Look(found.st_size, found.st_mtime_ns, now)
            present[path] = before
            if now - before.since >= STABLE_SECONDS:
                yield path, before

    def _matching(self, pattern: str) -> list[Path]:
        # Only the pattern has wildcards: what looks like one in the name of the project's own folder is none.
        given = Path(pattern)
        parts = given.parts[1:] if given.anchor else given.parts
        wild = next((at for at, part in enumerate(parts) if any(mark in part for mark in "*?[")), len(parts) - 1)
        folder = (Path(given.anchor) if given.anchor else self._root).joinpath(*parts[:wild])
        try:
            if not folder.is_dir():
                raise FileNotFoundError(f"{folder} is no folder")
            found = [path for path in folder.glob("/".join(parts[wild:])) if path.is_file() and _is_finished(path)]
        except OSError as error:
            if pattern not in self._unreadable:
                self._unreadable.add(pattern)
                self._told("The folder of {pattern} cannot be looked through: {error}", pattern=pattern, error=error)
            return []
        self._unreadable.discard(pattern)
        return sorted(found)


def _is_finished(path: Path) -> bool:
    return not path.name.startswith(("~$", ".")) and path.suffix.lower() not in _UNFINISHED


def _is_readable(path: Path) -> bool:
    """On Windows a program that is still writing a file often keeps others from opening it."""
    try:
        with path.open("rb"):
            return True
    except OSError:
        return False


def _given(checked: CheckedWorkflow, path: Path) -> Mapping[str, str]:
    """The file as the workflow's input: `check` sees to it that only one is of type file."""
    return {name: str(path) for name, declared in checked.workflow.inputs.items() if declared.type == "file"}
