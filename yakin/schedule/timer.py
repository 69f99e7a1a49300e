"""Waking schedules at their moments: what APScheduler is used for.

It decides when, and nothing else: what is started, left out or told is decided by whoever is woken, from the journal.
A wake that is lost, comes late or comes twice therefore changes nothing but the moment at which somebody looks.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from apscheduler.executors.pool import BasePoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from yakin.schedule.schedules import Schedule
from yakin.workflow.model import seconds

LOOK_EVERY = 5.0
"""Seconds between looks at everything that no moment announces: files, ends of runs, runs that are late, changed files."""

SET_BY = 2.0
"""Seconds by which the clock differs from what has passed when somebody has set it."""


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
    """Wakes schedules, and looks.

    Args:
        wake: Called with a schedule's id, at its moments; one call at a time, in a thread of the timer's.
        look: Called again and again in the same thread, by a clock that nobody can set.
        zone: The project's time zone.
    """

    def __init__(self, wake: Callable[[str], None], look: Callable[[], None], zone: tzinfo) -> None:
        self._wake = wake
        self._look = look
        self._timed: Mapping[str, Schedule] = {}
        # One thread: a journal has one writer at a time anyway, and nothing has to be locked.
        self._one = ThreadPoolExecutor(1, thread_name_prefix="schedules")
        self._looking = threading.Thread(target=self._look_again_and_again, name="looks")
        self._ended = threading.Event()
        self._scheduler: Any = BackgroundScheduler(
            timezone=zone,
            executors={"default": _InThread(self._one)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 2},
        )

    def set(self, schedules: Mapping[str, Schedule], since: datetime) -> None:
        """Wake these from now on, and no others.

        Args:
            schedules: Id → schedule.
            since: Those that are new or changed are woken for moments after this one, at once for those that are over.
        """
        timed = {name: one for name, one in schedules.items() if one.is_timed}
        for name in self._timed.keys() - timed.keys():
            self._forget(name)
        for name, one in timed.items():
            # The same trigger has other moments when its calendar has changed.
            if self._timed.get(name) != one:
                self._forget(name)
                waking = Waking(one)
                first = waking.get_next_fire_time(None, since)
                if first is not None:
                    self._scheduler.add_job(self._woken, waking, (name,), id=name, next_run_time=first)
        self._timed = timed

    def start(self) -> None:
        """Begin to look and to wake."""
        self._scheduler.start()
        self._looking.start()

    def stop(self) -> None:
        """Wake nobody any more; what is being done is brought to its end."""
        self._ended.set()
        self._looking.join()
        self._scheduler.shutdown(wait=True)

    def next_wake(self) -> datetime | None:
        """When the next schedule is woken; None when none ever is."""
        return min((job.next_run_time for job in self._scheduler.get_jobs()), default=None)

    def _woken(self, name: str) -> None:
        if not self._ended.is_set():  # what is left now is taken care of after the next start
            self._wake(name)

    def _look_again_and_again(self) -> None:
        before, ticks = datetime.now(UTC), time.monotonic()
        while not self._ended.is_set():
            wait([self._one.submit(self._look)])
            self._ended.wait(LOOK_EVERY)
            now, passed = datetime.now(UTC), time.monotonic() - ticks
            if abs((now - before).total_seconds() - passed) > SET_BY:
                wait([self._one.submit(self._set_anew, min(before, now))])
            before, ticks = now, ticks + passed

    def _set_anew(self, since: datetime) -> None:
        """Somebody has set the clock: what was to be woken by the old one would be woken too late."""
        timed, self._timed = self._timed, {}
        for name in timed:
            self._forget(name)
        self.set(timed, since)
        self._scheduler.wakeup()

    def _forget(self, name: str) -> None:
        with contextlib.suppress(JobLookupError):  # one that is never due again is gone already
            self._scheduler.remove_job(name)


class _InThread(BasePoolExecutor):  # type: ignore[misc]
    """Runs what is due in a thread that others use, too."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        super().__init__(thread)
