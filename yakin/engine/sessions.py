"""Signed-in sessions of the systems a run works in: opened when needed, signed in, opened anew when lost."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from yakin.actions import Session, System
from yakin.engine.context import Findings, StepContext
from yakin.engine.resources import LiveThings
from yakin.engine.running import Running
from yakin.engine.sequence import Attempt, Failure
from yakin.errors import ApplicationError
from yakin.events import SessionOpened
from yakin.workflow.expressions import evaluate


class SignInFailed(ApplicationError):
    """The system did not let us in."""

    code = "sign-in"


class Sessions:
    """The sessions of one run: one for each system, opened by the first block that needs it."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._open: dict[str, LiveThings] = {}
        self._lost: set[str] = set()

    async def get(self, system: str) -> LiveThings | Failure:
        """The live things of a signed-in session of this system, or why there is none."""
        if system in self._open:
            return self._open[system]
        declared = self._declared(system)
        things = LiveThings(
            self._running.registry,
            StepContext(self._running.frame, f"{system}.sign_in", Findings()),
            system=declared,
            wider=self._running.things,
        )
        failure = await self._sign_in(system, things)
        if failure is not None:
            await things.close()
            return failure
        self._open[system] = things
        await self._running.record(
            SessionOpened(run=self._running.frame.run, system=system, url=declared.url, again=system in self._lost)
        )
        return things

    async def lose(self, system: str) -> None:
        """Close a session that is of no use any more; the next `get` opens a new one."""
        things = self._open.pop(system, None)
        if things is not None:
            self._lost.add(system)
            await things.close()

    async def close(self) -> None:
        """Close all sessions."""
        for system in list(self._open):
            await self._open.pop(system).close()

    async def _sign_in(self, system: str, things: LiveThings) -> Failure | None:
        workflow = self._running.checked.workflow
        attempt = Attempt(self._running, things, self._running.names, picture_failures=False)
        failure = await attempt.go(workflow.systems[system].sign_in)
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

    def _declared(self, system: str) -> System:
        declared = self._running.checked.workflow.systems[system]
        plain: dict[str, Any] = evaluate(
            declared.model_dump(include={"url", "hosts", "signed_in", "refused", "already_there", "options"}),
            {**self._running.names, "steps": {}},
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


class Workplace:
    """Where the steps of a block run: in a session of its system, or nowhere in particular.

    Args:
        sessions: The run's sessions.
        things: The run's own live things.
        system: The block's system; None for a block outside systems.
    """

    def __init__(self, sessions: Sessions, things: LiveThings, system: str | None) -> None:
        self._sessions = sessions
        self._things = things
        self._system = system

    async def things(self) -> LiveThings | Failure:
        """The live things there, or why there are none."""
        return self._things if self._system is None else await self._sessions.get(self._system)

    async def lose(self) -> None:
        """Leave a session that is of no use any more."""
        if self._system is not None:
            await self._sessions.lose(self._system)


def _target(target: Any) -> dict[str, Any] | None:
    return {"text": target} if isinstance(target, str) else target
