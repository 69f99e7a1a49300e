"""Several pieces of a run's work at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

from yakin.engine.stop import Left

_Done = TypeVar("_Done")


async def together(work: Iterable[Coroutine[Any, Any, _Done]]) -> list[_Done]:
    """Do all of it at the same time, and wait until all has ended.

    When one piece breaks off, the others are broken off too. One that was left (because the run was asked to stop) does
    not disturb the others: they come to a place where they can be left by themselves.

    Raises:
        Left: A piece was left, and none broke off.
        BaseException: What the first piece that broke off raised.
    """
    tasks = [asyncio.ensure_future(piece) for piece in work]
    broken: BaseException | None = None
    try:
        pending = set(tasks)
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = None if task.cancelled() else task.exception()
                if error is not None and not isinstance(error, Left) and broken is None:
                    broken = error
                    for other in pending:
                        other.cancel()
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    if broken is not None:
        raise broken
    for result in ended:
        if isinstance(result, BaseException):
            raise result
    return [task.result() for task in tasks]
