"""The workflows whose schedules are kept: the files as they are, or the last version of each that was right."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from yakin.errors import YakinError
from yakin.events import FileRejected
from yakin.phrases import Phrase
from yakin.schedule.calendar_files import CalendarFileError
from yakin.schedule.calendars import Calendars, load_calendars
from yakin.schedule.firing import Told
from yakin.schedule.schedules import Schedule, schedules_of
from yakin.schedule.standing import ACTOR
from yakin.settings import CALENDARS

if TYPE_CHECKING:
    from yakin.project import Project
    from yakin.workflow.check import CheckedWorkflow
    from yakin.workflow.problems import Problem

_Stamp: TypeAlias = tuple[int, int]
"""When a file was changed last, in nanoseconds, and its bytes."""


class Roster:
    """All schedules of a project, read anew when a file has changed.

    A file is checked before it counts. One that is wrong is rejected, once for each of its versions; the version before
    stays: the one that was read last, or after a start the one that was run last.

    Attributes:
        workflows: Id → workflow.
        schedules: Id → schedule, of those that are switched on.
        switched_off: The others.
        calendars: The calendars they go by; None before they were read.
        has_wrong_calendars: Whether they cannot be read as they are now.

    Args:
        project: The project.
        told: Told of files that are wrong, and of what has changed.
    """

    def __init__(self, project: Project, told: Told) -> None:
        self._project = project
        self._told = told
        self._signature: object = None
        self._rejected: dict[str, str] = {}
        self._right: dict[Path, tuple[_Stamp, CheckedWorkflow]] = {}
        self._around: object = None
        self.workflows: Mapping[str, CheckedWorkflow] = {}
        self.schedules: Mapping[str, Schedule] = {}
        self.switched_off: Sequence[Schedule] = ()
        self.calendars: Calendars | None = None
        self.has_wrong_calendars = False

    def look(self) -> bool:
        """Read what has changed; whether the schedules are others now.

        Raises:
            JournalError: A rejection cannot be written down; the next look tries again.
        """
        files = {path: _stamp(path) for path in self._project.workflow_files()}
        calendar_files = {path: _stamp(path) for path in (self._project.root / CALENDARS).glob("*")}
        # The day too, because calendars depend on it.
        today = self._project.clock.now().astimezone(self._project.settings.zone).date()
        signature = today, files, calendar_files
        if signature == self._signature:
            return False
        workflows = self._read(files)
        try:
            calendars = load_calendars(self._project.root, today)
        except YakinError as error:
            self._told("The calendars cannot be read, those before stay: {error}", error=error)
            self._reject_calendars(error, list(calendar_files))
            self._signature = signature
            self.has_wrong_calendars = True
            return False
        self._signature = signature
        self.calendars, self.has_wrong_calendars = calendars, False
        found = self._schedules_of(workflows, calendars)
        # What is as it was stays the same object: it knows its moments already.
        schedules = {one.id: self._as_it_was(one) for one in found if one.trigger.enabled}
        changed = schedules != self.schedules
        self.workflows, self.schedules = workflows, schedules
        self.switched_off = [one for one in found if not one.trigger.enabled]
        return changed

    def _schedules_of(self, workflows: Mapping[str, CheckedWorkflow], calendars: Calendars) -> list[Schedule]:
        found = []
        for checked in workflows.values():
            try:
                found += schedules_of([checked], calendars, self._project.settings.zone)
            except YakinError as error:
                self._told("The schedules of {workflow} cannot be kept: {error}", workflow=checked.id, error=error)
        return found

    def _as_it_was(self, schedule: Schedule) -> Schedule:
        before = self.schedules.get(schedule.id)
        return before if before is not None and before == schedule else schedule

    def _read(self, files: Mapping[Path, _Stamp]) -> dict[str, CheckedWorkflow]:
        """Check those that have changed, and those that depend on others."""
        around = list(files), self._project.calendar_names()
        if around != self._around:
            self._right.clear()
        self._around = around
        found: dict[str, CheckedWorkflow] = {}
        for path, stamp in files.items():
            checked = self._known(path, stamp) or self._check(path, stamp)
            if checked is not None:
                found[path.stem] = checked
        return found

    def _known(self, path: Path, stamp: _Stamp) -> CheckedWorkflow | None:
        before, checked = self._right.get(path, (None, None))
        # Whether a call is right is said by the file that it calls.
        return checked if before == stamp and checked is not None and "call" not in checked.text else None

    def _check(self, path: Path, stamp: _Stamp) -> CheckedWorkflow | None:
        """A file as it is, when it is right; else its version before, if there is one."""
        from yakin.workflow.check import unsupported

        try:
            checked, problems = self._project.check([path])
        except OSError:
            return self._before(path)  # taken away meanwhile, or just being replaced: the next look sees that
        errors = [problem for problem in problems if problem.severity == "error"]
        errors += [problem for one in checked for problem in unsupported(one)]
        if checked and not errors:
            self._right[path] = stamp, checked[0]
            self._rejected.pop(path.relative_to(self._project.root).as_posix(), None)
            return checked[0]
        first = _in_short(errors[0]) if errors else path.name
        if self._reject(path, path.stem, len(errors), first):
            self._told("{file} is wrong, the version before stays: {first}", file=path.name, first=first)
        return self._before(path)

    def _reject_calendars(self, error: YakinError, files: Sequence[Path]) -> None:
        problems = error.problems if isinstance(error, CalendarFileError) else ()
        for path in files:
            of_it = [problem for problem in problems if Path(problem.file).name == path.name]
            if of_it:
                self._reject(path, None, len(of_it), _in_short(of_it[0]))

    def _reject(self, path: Path, workflow: str | None, problems: int, first: str) -> bool:
        """Write down that a file is wrong, unless this version of it was rejected already; whether it was written down."""
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            return False  # taken away meanwhile: the next look sees that
        file = path.relative_to(self._project.root).as_posix()
        is_after_start = self._signature is None
        is_known = self._rejected.get(file) == sha256 or (
            is_after_start and self._project.journal.schedules().rejected(file) == sha256
        )
        if not is_known:
            event = FileRejected(
                run="", file=file, workflow=workflow, sha256=sha256, problems=problems, first=str(first)
            )
            self._project.journal.append(ACTOR, event)
        self._rejected[file] = sha256
        return not is_known

    def _before(self, path: Path) -> CheckedWorkflow | None:
        return self.workflows.get(path.stem) or self._as_it_ran_last(path.stem)

    def _as_it_ran_last(self, workflow: str) -> CheckedWorkflow | None:
        rows = self._project.journal.runs(workflow=workflow, limit=1)
        try:
            return self._project.workflow_of(rows[0]) if rows else None
        except YakinError:
            return None


def _in_short(problem: Problem) -> Phrase:
    """A problem in one line."""
    return Phrase("{file}:{line}: {problem}", file=problem.file, line=problem.line, problem=problem.phrase)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
