"""The workflows whose schedules are kept: the files as they are, or the last version of each that was right."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from yakin.errors import YakinError
from yakin.events import WorkflowRejected
from yakin.schedule.calendars import load_calendars
from yakin.schedule.firing import Told
from yakin.schedule.schedules import Schedule, schedules_of
from yakin.schedule.standing import ACTOR
from yakin.zones import zone_named

if TYPE_CHECKING:
    from yakin.project import Project
    from yakin.workflow.check import CheckedWorkflow


class Roster:
    """All schedules of a project, read anew when a file has changed.

    A file is checked before it counts. One that is wrong is rejected, once for each of its versions; the version before
    stays: the one that was read last, or after a start the one that was run last.

    Attributes:
        workflows: Id → workflow.
        schedules: Id → schedule.

    Args:
        project: The project.
        told: Told of files that are wrong, and of what has changed.
    """

    def __init__(self, project: Project, told: Told) -> None:
        self._project = project
        self._told = told
        self._signature: object = None
        self._rejected: dict[str, str] = {}
        self.workflows: Mapping[str, CheckedWorkflow] = {}
        self.schedules: Mapping[str, Schedule] = {}

    def look(self) -> bool:
        """Read what has changed; whether the schedules are others now.

        Raises:
            JournalError: A rejection cannot be written down; the next look tries again.
        """
        signature = self._signed()
        if signature == self._signature:
            return False
        before = dict(self.schedules)
        workflows = self._read()
        try:
            calendars = load_calendars(self._project.root, self._project.clock.now().astimezone().date())
        except YakinError as error:
            self._told("The calendars cannot be read, those before stay: {error}", error=error)
            self._signature = signature
            return False
        zone = zone_named(self._project.settings.time_zone)
        found = []
        for checked in workflows.values():
            try:
                found += schedules_of([checked], calendars, zone)
            except YakinError as error:
                self._told("The schedules of {workflow} cannot be kept: {error}", workflow=checked.id, error=error)
        self.workflows = workflows
        self.schedules = {one.id: one for one in found if one.trigger.enabled}
        self._signature = signature
        return self.schedules != before

    def _signed(self) -> object:
        """Changes when a file is changed, comes or goes; the day too, because calendars depend on it."""
        files = [*self._project.workflow_files(), *sorted((self._project.root / "config" / "calendars").glob("*"))]
        today = self._project.clock.now().astimezone().date()
        return today, [(path, *_stamp(path)) for path in files]

    def _read(self) -> dict[str, CheckedWorkflow]:
        from yakin.workflow.check import unsupported

        found: dict[str, CheckedWorkflow] = {}
        for path in self._project.workflow_files():
            checked, problems = self._project.check([path])
            errors = [problem for problem in problems if problem.severity == "error"]
            errors += [problem for one in checked for problem in unsupported(one)]
            if checked and not errors:
                found[path.stem] = checked[0]
                self._rejected.pop(path.stem, None)
                continue
            first = f"{errors[0].file}:{errors[0].line}: {errors[0].message}" if errors else path.name
            self._reject(path, len(errors), first)
            before = self.workflows.get(path.stem) or self._as_it_ran_last(path.stem)
            if before is not None:
                found[path.stem] = before
        return found

    def _reject(self, path: Path, problems: int, first: str) -> None:
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            return  # taken away meanwhile: the next look sees that
        if self._rejected.get(path.stem) == sha256:
            return
        event = WorkflowRejected(run="", workflow=path.stem, sha256=sha256, problems=problems, first=first)
        self._project.journal.append(ACTOR, event)
        self._rejected[path.stem] = sha256
        self._told("{file} is wrong, the version before stays: {first}", file=path.name, first=first)

    def _as_it_ran_last(self, workflow: str) -> CheckedWorkflow | None:
        rows = self._project.journal.runs(workflow=workflow, limit=1)
        try:
            return self._project.workflow_of(rows[0]) if rows else None
        except YakinError:
            return None


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
