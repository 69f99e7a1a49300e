"""Schedules, a worker and news in one process, begun and ended in order."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from yakin.engine.invoke import as_yakin_error
from yakin.japan.calendar import Calendar
from yakin.ledger import LeaseLost
from yakin.schedule.shift import Shift
from yakin.schedule.timer import LOOK_EVERY, Timer

if TYPE_CHECKING:
    from yakin.news.courier import Courier
    from yakin.project import Project

NEWS_EVERY = 30.0
"""Seconds between looks for news that are due."""

SILENT_AFTER = 12 * LOOK_EVERY
"""Seconds without a look after which the scheduler is not well."""


class Working(Protocol):
    """A worker, as the service sees it; see `yakin.engine.worker.Worker`."""

    async def work(self) -> None:
        """Work until it is stopped."""
        ...

    def stop(self, *, now: bool = False) -> None:
        """Take nothing more, and end after the current items; with `now` in the middle of them."""
        ...


class Answering(Protocol):
    """Answers whether the service is well; see `yakin.service.health`."""

    async def answer(self) -> None:
        """Answer until it is stopped."""
        ...

    def stop(self) -> None:
        """Answer nobody any more."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """How the service is.

    Attributes:
        schedules: How many it keeps; None when it keeps none here.
        next_wake: When the next one is due.
        looked: Seconds since the scheduler looked last.
        works: Whether its worker works; None when it has none.
        troubles: What is wrong, as slugs: `scheduler-silent`, `calendars-wrong`, `system-unserved`, `worker-ended`,
            `news-failing`.
        begun: Whether everything it does has begun; what was due before is taken care of then.
    """

    schedules: int | None
    next_wake: datetime | None
    looked: float | None
    works: bool | None
    troubles: Sequence[str]
    begun: bool = True


class Scheduling:
    """The scheduler's part of the service.

    Args:
        project: The project.
        told: Told what happens.
        serves: The systems that this process's worker serves; None when it has none.

    Attributes:
        looked: When it looked last, by `time.monotonic`; None before it has.
    """

    def __init__(self, project: Project, told: Callable[..., None], *, serves: Collection[str] | None = None) -> None:
        self.shift = Shift(project, told)
        self.looked: float | None = None
        self._timer = Timer(self.shift.wake, self._look, project.settings.zone)
        self._clock = project.clock
        self._queues = project.queues
        self._told = told
        self._failed = False
        self._serves = serves
        self._unserved: Sequence[str] = ()

    def start(self) -> None:
        """Begin; what was due while nothing was running is looked at first."""
        self._timer.start()

    def stop(self) -> None:
        """Start nothing more; blocks until what is being written is written."""
        self._timer.stop()

    def next_wake(self) -> datetime | None:
        """When the next schedule is due."""
        return self._timer.next_wake()

    def _look(self) -> None:
        begun = self._clock.now()
        try:
            self._queues.prepare()  # now, and not when the first run is due
            if self.shift.look():
                self._timer.set(self.shift.roster.schedules, begun)
            self._see_who_serves()
        except Exception as error:  # noqa: BLE001 - the next look may succeed; how long none did is told by the health page
            if not self._failed:
                self._told("The schedules cannot be looked at: {error}", error=as_yakin_error(error, "yakin"))
            self._failed = True
            return
        self._failed = False
        self.looked = time.monotonic()

    def is_open(self, day: date) -> bool:
        """Whether the town hall is open on a day; see `yakin.news.timing.OpenDays`."""
        calendars = self.shift.roster.calendars
        return (Calendar() if calendars is None else calendars.named(None)).is_open(day)

    def troubles(self) -> Sequence[str]:
        """What is wrong with the files; see `Health`."""
        wrong, unserved = self.shift.roster.has_wrong_calendars, self._unserved
        return [*(["calendars-wrong"] if wrong else []), *(["system-unserved"] if unserved else [])]

    def _see_who_serves(self) -> None:
        if self._serves is None:
            return
        needed = {name for checked in self.shift.roster.workflows.values() for name in checked.workflow.systems}
        unserved = sorted(needed.difference(self._serves))
        if unserved and unserved != self._unserved:
            self._told(
                "Nobody here works in {systems} before the service is started again", systems=", ".join(unserved)
            )
        self._unserved = unserved


class Service:
    """Runs until it is stopped.

    Args:
        told: Told what happens.
        scheduling: Its scheduler; None when another process keeps the schedules.
        courier: Sends news; None when another process does.
        worker: Executes; None when other processes do.
    """

    def __init__(
        self,
        told: Callable[..., None],
        *,
        scheduling: Scheduling | None = None,
        courier: Courier | None = None,
        worker: Working | None = None,
    ) -> None:
        self._told = told
        self._scheduling = scheduling
        self._courier = courier
        self._worker = worker
        self._stopping = asyncio.Event()
        self._working: asyncio.Task[None] | None = None
        self._news_fail = False
        self._begun = time.monotonic()

    async def run(self, answering: Answering | None = None) -> None:
        """Run until `stop` is called: then nothing new is begun, current items are finished or, in the end, cut short.

        Args:
            answering: Answers whether it is well.

        Raises:
            LeaseLost: Its worker was silent for so long that others do its work.
            YakinError: Something ended that has to go on; everything else was brought to an end before.
        """
        others: list[asyncio.Task[None]] = []
        if self._worker is not None:
            self._working = asyncio.ensure_future(self._worker.work())
        if self._courier is not None:
            others.append(asyncio.ensure_future(self._send_news(self._courier)))
        if answering is not None:
            others.append(asyncio.ensure_future(answering.answer()))
        try:
            if self._scheduling is not None:
                await asyncio.to_thread(self._scheduling.start)
            await self._until_stopped([*others, *([self._working] if self._working else [])])
        except LeaseLost:
            raise  # others do its work already: nothing may be brought to an end here
        except BaseException:
            await self._wind_up(answering, others)
            raise
        await self._wind_up(answering, others)

    def stop(self, *, now: bool = False) -> None:
        """Begin nothing more, and end after the current items; with `now` in the middle of them."""
        self._stopping.set()
        if now and self._worker is not None:
            self._worker.stop(now=True)

    def health(self) -> Health:
        """How it is."""
        scheduling, now, troubles = self._scheduling, time.monotonic(), []
        looked = None if scheduling is None else now - (scheduling.looked or self._begun)
        if looked is not None and looked > SILENT_AFTER:
            troubles.append("scheduler-silent")
        works = None if self._worker is None else self._working is not None and not self._working.done()
        if works is False:
            troubles.append("worker-ended")
        if scheduling is not None:
            troubles += scheduling.troubles()
        if self._news_fail:
            troubles.append("news-failing")
        return Health(
            schedules=None if scheduling is None else len(scheduling.shift.roster.schedules),
            next_wake=None if scheduling is None else scheduling.next_wake(),
            looked=looked,
            works=works,
            troubles=troubles,
            begun=scheduling is None or scheduling.looked is not None,
        )

    async def _until_stopped(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        for task in done - {stopping}:
            task.result()

    async def _wind_up(self, answering: Answering | None, others: Sequence[asyncio.Task[None]]) -> None:
        if self._worker is not None:
            self._worker.stop()
        try:
            if self._scheduling is not None:
                await asyncio.to_thread(self._scheduling.stop)
            if self._working is not None and not self._working.done():
                await self._working
        finally:
            if answering is not None:
                answering.stop()
            self._stopping.set()
            await _all_ended(others)
            if self._courier is not None:
                await asyncio.to_thread(self._courier.close)

    async def _send_news(self, courier: Courier) -> None:
        while not self._stopping.is_set():
            try:
                for done in await asyncio.to_thread(courier.look):
                    self._told("News {rule} ({kind}): {count} told", rule=done.rule, kind=done.kind, count=done.told)
                self._news_fail = False
            except Exception as error:  # noqa: BLE001 - news that cannot be sent never stop the work
                if not self._news_fail:
                    self._told("News cannot be sent: {error}", error=as_yakin_error(error, "yakin"))
                self._news_fail = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), NEWS_EVERY)


async def _all_ended(tasks: Sequence[Awaitable[None]]) -> None:
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
            raise outcome
