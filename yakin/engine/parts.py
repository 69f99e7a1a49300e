"""Parts of a run: what is done in one session of one system, by whoever serves that system."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from yakin.engine.durable import Work, WorkQueues, queue_of
from yakin.engine.stop import Stop

ATTEMPTS = 3
"""How often a part is asked for that was not worked on to its end."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some items of a block, or a whole block without items.

    Attributes:
        run: Id of the run.
        go: Which execution of the run asked for it; a part of an earlier one is not begun any more.
        step: Path of the block.
        first: Place of its first item in the block, counted from 0.
        last: Place after its last item.
        attempt: 1; more when whoever did it before did not come to its end.
    """

    run: str
    go: int
    step: str
    first: int = 0
    last: int = 0
    attempt: int = 1

    def to_json(self) -> dict[str, Any]:
        """The plain form."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Part:
        """Read what `to_json` wrote."""
        return cls(**plain)

    def attempts(self) -> Iterator[Part]:
        """The part once for each time it may be asked for."""
        return (dataclasses.replace(self, attempt=number) for number in range(1, ATTEMPTS + 1))


class Parts(Protocol):
    """Has parts done."""

    async def do(self, part: Part, system: str | None, stop: Stop) -> None:
        """Have a part done and wait until that has ended; what it came to is in the journal.

        Args:
            part: The part.
            system: Where it is done; None for outside systems.
            stop: Tells whether the run is to be left.

        Raises:
            Left: The run is to be left while others do the part.
            JournalError: Something could not be recorded.
        """
        ...


class PartsHere:
    """Does parts in this process.

    Args:
        work: Does one part.
    """

    def __init__(self, work: Callable[[Part], Awaitable[None]]) -> None:
        self._work = work

    async def do(self, part: Part, system: str | None, stop: Stop) -> None:
        """Do a part."""
        del system, stop
        await self._work(part)


class PartsByWorkers:
    """Has parts done by the workers that serve their systems; those outside systems are done here.

    Args:
        queues: Where workers find them.
        here: Does one part in this process.
    """

    def __init__(self, queues: WorkQueues, here: PartsHere) -> None:
        self._queues = queues
        self._here = here

    async def do(self, part: Part, system: str | None, stop: Stop) -> None:
        """Put a part into the queue of its system and wait until it has ended."""
        if system is None:
            await self._here.do(part, system, stop)
            return
        work = Work(
            id=f"{go_id(part.run, part.go)}/{part.step}:{part.first}-{part.last}:{part.attempt}",
            queue=queue_of(system),
            what="part",
            about=part.to_json(),
        )
        await self._queues.submit(work)
        withdrawing = asyncio.ensure_future(self._withdraw_when_cancelled(work.id, stop))
        try:
            await stop.unless_left(self._queues.ended(work.id))
        finally:
            withdrawing.cancel()

    async def _withdraw_when_cancelled(self, work: str, stop: Stop) -> None:
        """Nobody may ever take it: there may be no worker for its system."""
        await stop.asked()
        if stop.why == "cancel":
            await self._queues.withdraw(work)


def go_id(run: str, go: int) -> str:
    """Name of one execution of a run, for the queues."""
    return f"{run}~{go}"
