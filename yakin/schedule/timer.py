"""Waking schedules at their moments: what APScheduler is used for.

It decides when, and nothing else: what is started, left out or told is decided by whoever is woken, from the journal.
A wake that is lost, comes late or comes twice therefore changes nothing but the moment at which somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from yakin.schedule.schedules import Schedule
from yakin.workflow.model import seconds

LOOK_EVERY = 5.0
"""Seconds between looks at everything that no moment announces: files, ends of runs, runs that are late, changed files."""


class Waking(BaseTrigger):  # type: ignore[misc]
    """The moments at which a schedule is to be woken, as a trigger of APScheduler.

    Args:
        schedule: The schedule; it says a time.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        jitter = schedule.trigger.jitter
        self._jitter = timedelta() if jitter is None else timedelta(seconds=seconds(jitter))

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The first moment after both, in UTC."""
        after = now if previous_fire_time is None else max(now, previous_fire_time)
        due = after - self._jitter
        soonest: datetime | None = None
        while (following := self._schedule.moments.after(due)) is not None:
            due = following.astimezone(UTC)
            fires = self._schedule.fires_at(due)
            if fires > after and (soonest is None or fires < soonest):
                soonest = fires
            if soonest is not None and due >= soonest:
                break
        return soonest


class Timer:
    """Wakes schedules.

    Args:
        wake: Called with a schedule's id, at its moments, from a thread of the timer's; one at a time.
        look: Called again and again, likewise.
        zone: The project's time zone.
    """

    def __init__(self, wake: Callable[[str], None], look: Callable[[], None], zone: tzinfo) -> None:
        self._wake = wake
        # One thread: a journal has one writer at a time anyway, and nothing has to be locked.
        self._scheduler: Any = BackgroundScheduler(
            timezone=zone,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_job(look, IntervalTrigger(seconds=LOOK_EVERY), id=_LOOK, next_run_time=datetime.now(UTC))

    def set(self, schedules: Mapping[str, Schedule]) -> None:
        """Wake these from now on, and no others."""
        timed = {name: one for name, one in schedules.items() if one.is_timed}
        there = {job.id for job in self._scheduler.get_jobs()} - {_LOOK}
        for name in there - timed.keys():
            self._scheduler.remove_job(name)
        for name, one in timed.items():
            if name not in there:
                self._scheduler.add_job(self._wake, Waking(one), (name,), id=name)

    def start(self) -> None:
        """Begin to wake."""
        self._scheduler.start()

    def stop(self) -> None:
        """Wake nobody any more; what is being done is brought to its end."""
        self._scheduler.shutdown(wait=True)

    def next_wake(self) -> datetime | None:
        """When the next schedule is woken; None when none ever is."""
        moments = [job.next_run_time for job in self._scheduler.get_jobs() if job.id != _LOOK and job.next_run_time]
        return min(moments, default=None)

    def set_anew(self) -> None:
        """Work out all moments again, because the clock was set."""
        self._scheduler.wakeup()


_LOOK = "look"
"""Id of the job that looks; ids of schedules have a slash in them."""
