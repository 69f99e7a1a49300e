"""Looking in the system whether an item is there: the only thing besides a person that settles a doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yakin.actions import Evidence
from yakin.engine.candidates import Candidate, plain_result
from yakin.engine.retry import ITEM
from yakin.engine.running import Running
from yakin.engine.sequence import Attempt, Failure
from yakin.engine.sessions import Workplace
from yakin.errors import SessionLost, YakinError
from yakin.events import ItemProbed
from yakin.workflow.model import BlockNode, seconds


@dataclass(frozen=True, slots=True)
class Look:
    """What a probe saw.

    Attributes:
        found: True, False, or None when it could not tell.
        result: The item's result as read from the system.
        error: Why it could not tell.
        evidence: The screen it saw.
    """

    found: bool | None
    result: Mapping[str, Any]
    error: YakinError | None = None
    evidence: tuple[Evidence, ...] = ()


class Probe:
    """Looks for the items of one block.

    Args:
        running: The run.
        place: Where the block's steps run.
        block: The block.
        path: Path of the block.
    """

    def __init__(self, running: Running, place: Workplace, block: BlockNode, path: str) -> None:
        self._running = running
        self._place = place
        self._block = block
        self._path = path

    async def until_sure(self, candidate: Candidate, number: int, intent_at: datetime | None) -> Look | None:
        """Look until the answer can be believed; None without a probe.

        A request that was sent may still be on its way through the system, so "not there" counts only `absent_after`
        the commit was begun.
        """
        if not self._block.probe:
            return None
        clock = self._running.frame.clock
        wait = seconds(self._block.absent_after)
        believable = (intent_at or clock.now()) + timedelta(seconds=wait)
        # Were the clock set back since, the moment above might be hours away.
        latest = clock.monotonic() + wait
        while True:
            look = await self.look(candidate, number)
            await self._running.record(
                ItemProbed(
                    run=self._running.frame.run,
                    step=self._path,
                    item=candidate.key,
                    attempt=number,
                    found=look.found,
                    error=None if look.error is None else look.error.info(),
                )
            )
            left = min((believable - clock.now()).total_seconds(), latest - clock.monotonic())
            if look.found is not False or left <= 0:
                return look
            await clock.sleep(left)

    async def look(self, candidate: Candidate, number: int) -> Look:
        """Look in the system whether the item is there."""
        tries = 0
        while True:
            tries += 1
            things = await self._place.things()
            attempt = None
            failure: Failure | None
            if isinstance(things, Failure):
                failure = things
            else:
                attempt = candidate.attempt(self._running, things, number)
                failure = await attempt.go(self._block.probe)
            if attempt is not None and failure is None:
                return await self._seen(attempt)
            assert failure is not None
            if isinstance(failure.error, SessionLost):
                await self._place.lose()
            if not ITEM.again(tries, failure.error):
                evidence = () if attempt is None else tuple(attempt.findings.evidence)
                return Look(None, {}, failure.error, evidence)
            await self._running.frame.clock.sleep(ITEM.pause(tries))

    async def _seen(self, attempt: Attempt) -> Look:
        try:
            found = bool(attempt.evaluate(self._block.found))
            result = plain_result(attempt.evaluate(dict(self._block.found_result or {}))) if found else {}
        except YakinError as error:
            return Look(None, {}, error)
        if found:
            await attempt.picture("found", f"{self._path}.probe")
        return Look(found, result, evidence=tuple(attempt.findings.evidence))
