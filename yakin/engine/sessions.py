"""Signed-in sessions of the systems a run works in: opened when needed, kept for the next who needs one, limited in number.

A session is one seat at a system. Seats are counted over all machines, so a system never sees more sessions at once than
the workflow allows, whoever works in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from yakin.actions import Session, System
from yakin.engine.context import Findings, StepContext
from yakin.engine.resources import LiveThings
from yakin.engine.running import Running
from yakin.engine.sequence import Attempt, Failure
from yakin.engine.silent import give_up_silent
from yakin.errors import ApplicationError, JournalError
from yakin.events import SessionOpened
from yakin.workflow.expressions import evaluate

IDLE_SECONDS = 10.0
"""How long a session that nobody uses keeps its seat."""

_SEAT_EVERY = 0.5
"""Seconds between looks for a free seat."""


class SignInFailed(ApplicationError):
    """The system did not let us in."""

    code = "sign-in"


class Workplace:
    """Where one lane of a run's work is done: a session that is its own meanwhile, or nowhere in particular.

    Args:
        running: The run.
        system: The system; None for work outside systems.
    """

    def __init__(self, running: Running, system: str | None) -> None:
        self.system = system
        self.idle_since = 0.0
        self._running = running
        self._things: LiveThings | None = None
        self._seat: int | None = None
        self._was_lost = False

    async def things(self) -> LiveThings | Failure:
        """The live things there, opened and signed in if they are not, or why there are none."""
        if self.system is None:
            return self._running.things
        if self._things is None:
            opened = await self._open(self.system)
            if isinstance(opened, Failure):
                return opened
            self._things = opened
        return self._things

    @property
    def is_open(self) -> bool:
        """Whether there is a session that can be used again."""
        return self._things is not None

    async def lose(self) -> None:
        """Close a session that is of no use any more; a new one is opened when it is needed."""
        things, self._things = self._things, None
        if things is not None:
            self._was_lost = True
            await things.close()

    async def close(self) -> None:
        """Close the session and leave the seat to others.

        Raises:
            JournalError: The seat cannot be given back now; closing again tries it again.
        """
        things, self._things = self._things, None
        if things is not None:
            await things.close()
        if self._seat is not None and self.system is not None:
            leases, token = self._running.leases, self._running.lease.token
            await asyncio.to_thread(leases.free_seat, self.system, self._seat, token)
            self._seat = None

    async def _open(self, system: str) -> LiveThings | Failure:
        await self._take_seat(system)
        running = self._running
        declared = _declared(running, system)
        findings = Findings()
        context = StepContext(running.frame, f"{system}.sign_in", findings)
        things = LiveThings(running.registry, context, system=declared, wider=running.things)
        opened = SessionOpened(run=running.frame.run, system=system, url=declared.url, again=self._was_lost)
        try:
            failure = await self._sign_in(system, things, findings)
            notes = (*running.findings.take_notes(), *findings.take_notes())
            await running.record(*notes, *([opened] if failure is None else []))
            if failure is None:
                return things
        except BaseException:
            await things.close()
            raise
        await things.close()
        return failure

    async def _take_seat(self, system: str) -> None:
        running = self._running
        limit, leases, token = running.checked.workflow.systems[system].sessions, running.leases, running.lease.token
        watch = leases.watch()
        while self._seat is None:
            self._seat = await asyncio.to_thread(leases.take_seat, system, limit, token)
            if self._seat is None:
                running.stop.here()
                await asyncio.to_thread(give_up_silent, leases, watch, but=token)
                await running.frame.clock.sleep(_SEAT_EVERY)

    async def _sign_in(self, system: str, things: LiveThings, findings: Findings) -> Failure | None:
        steps = self._running.checked.workflow.systems[system].sign_in
        attempt = Attempt(self._running, things, self._running.names, picture_failures=False, findings=findings)
        failure = await attempt.go(steps)
        if failure is not None:
            return failure
        for thing in things.opened:
            if isinstance(thing, Session) and not await thing.is_signed_in():
                return Failure(
                    f"{system}.sign_in",
                    SignInFailed(
                        "Signed in to {system}, but the page does not show what is there while signed in",
                        system=system,
                        hint="Is the password still valid? Does `signed_in` name something on every page?",
                    ),
                )
        return None


class SessionPool:
    """The sessions of one run in this process."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._idle: list[Workplace] = []

    @asynccontextmanager
    async def place(self, system: str | None) -> AsyncIterator[Workplace]:
        """A place to work in that is nobody else's meanwhile; its session is kept for the next one."""
        place = self._take(system)
        try:
            yield place
        finally:
            if place.is_open:
                self._put_by(place)
            else:
                await self._close(place)

    async def close_idle(self) -> None:
        """Close the sessions that nobody has used for a while."""
        before = self._running.frame.clock.monotonic() - IDLE_SECONDS
        for place in [place for place in self._idle if place.idle_since <= before]:
            # Meanwhile another one may have taken it, or closed it.
            if place in self._idle:
                self._idle.remove(place)
                await self._close(place)

    async def close(self) -> bool:
        """Close all sessions that nobody uses; False when a seat could not be given back, which can be tried again."""
        idle, self._idle = self._idle, []
        for place in idle:
            await self._close(place)
        return not self._idle

    async def _close(self, place: Workplace) -> None:
        try:
            await place.close()
        except JournalError:
            # The seat is this process's as long as it lives: it is used again, or given back later.
            self._put_by(place)

    def _put_by(self, place: Workplace) -> None:
        place.idle_since = self._running.frame.clock.monotonic()
        self._idle.append(place)

    def _take(self, system: str | None) -> Workplace:
        for place in self._idle:
            if place.system == system:
                self._idle.remove(place)
                return place
        return Workplace(self._running, system)


def _declared(running: Running, system: str) -> System:
    declared = running.checked.workflow.systems[system]
    plain: dict[str, Any] = evaluate(
        declared.model_dump(include={"url", "hosts", "signed_in", "refused", "already_there", "options"}),
        {**running.names, "steps": {}},
    )
    hosts = dict.fromkeys([urlsplit(plain["url"]).hostname or "", *plain["hosts"]])
    return System(
        name=system,
        url=plain["url"],
        hosts=tuple(host for host in hosts if host),
        signed_in=_target(plain["signed_in"]),
        refused=_target(plain["refused"]),
        already_there=_target(plain["already_there"]),
        options=plain["options"],
    )


def _target(target: Any) -> dict[str, Any] | None:
    return {"text": target} if isinstance(target, str) else target
