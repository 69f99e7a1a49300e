"""Schedules: the triggers of workflows, each with its calendar and its moments."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cached_property

from yakin.japan.calendar import Calendar
from yakin.japan.month_days import parse_month_day
from yakin.schedule.calendars import Calendars
from yakin.schedule.moments import Moments, is_timed, jittered
from yakin.schedule.triggers import TIMED
from yakin.values import canonical_json
from yakin.workflow.check import CheckedWorkflow
from yakin.workflow.model import Trigger, seconds


@dataclass(frozen=True)
class Schedule:
    """A trigger bound to a workflow.

    Attributes:
        id: `WORKFLOW/FINGERPRINT of the trigger`; it changes when the trigger is changed.
        workflow: Id of the workflow.
        title: The workflow's title.
        trigger: The trigger.
        calendar: Knows the closed days.
        zone: Where its times of day are meant.
    """

    id: str
    workflow: str
    title: str
    trigger: Trigger
    calendar: Calendar
    zone: tzinfo

    @cached_property
    def moments(self) -> Moments:
        """When it is due; never for a trigger that waits for a file or another workflow."""
        return Moments(self.trigger, self.calendar, self.zone)

    @property
    def is_timed(self) -> bool:
        """Whether it says a time."""
        return is_timed(self.trigger)

    @property
    def uses_calendar(self) -> bool:
        """Whether its moments depend on which days are open."""
        monthly = self.trigger.monthly
        return self.trigger.on_closed_day != "run" or (monthly is not None and parse_month_day(monthly).uses_calendar)

    @property
    def words(self) -> str:
        """The trigger as it is written, such as `0 22 * * mon-fri` or `最終営業日 17:00`."""
        trigger = self.trigger
        if trigger.file_arrived is not None:
            return trigger.file_arrived
        if trigger.after is not None:
            return ", ".join(f"{name}: {ending}" for name, ending in trigger.after.items())
        if trigger.every is not None:
            return f"every {trigger.every}"
        said = next(str(getattr(trigger, key)) for key in TIMED if getattr(trigger, key) is not None)
        return f"{said} {trigger.time}" if trigger.time else said

    def fires_at(self, due: datetime) -> datetime:
        """When something due is to be started: later by the trigger's jitter, always equally so."""
        jitter = self.trigger.jitter
        return due if jitter is None else jittered(self.id, due, timedelta(seconds=seconds(jitter)))


def schedules_of(workflows: Iterable[CheckedWorkflow], calendars: Calendars, zone: tzinfo) -> list[Schedule]:
    """The schedules of workflows, in their order; a trigger that a workflow has twice counts once.

    Args:
        workflows: The workflows.
        calendars: The calendars that triggers name.
        zone: Where times of day are meant.

    Raises:
        ConfigError: A trigger names a calendar that is not there.
    """
    found: dict[str, Schedule] = {}
    for checked in workflows:
        for trigger in checked.workflow.triggers:
            name = schedule_id(checked.id, trigger)
            calendar = calendars.named(trigger.calendar)
            found.setdefault(name, Schedule(name, checked.id, checked.workflow.workflow, trigger, calendar, zone))
    return list(found.values())


def schedule_id(workflow: str, trigger: Trigger) -> str:
    """The id of a schedule: the workflow's and six hexadecimal digits of what the trigger says.

    Args:
        workflow: Id of the workflow.
        trigger: The trigger; what it leaves out, and says as if it were left out, make no difference.
    """
    said = trigger.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return f"{workflow}/{hashlib.sha256(canonical_json(said).encode()).hexdigest()[:6]}"
