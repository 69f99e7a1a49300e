"""Durable execution: a run that a crash cut off goes on where it was.

The port is small on purpose: one kind of durable work (a run), checkpointed steps inside it, and the queue it waits in.
DBOS does it, on the same database as the journal, so that a run and its place in the queue are one transaction; nothing
else in the house imports DBOS, and its tables are never read.

Embedded, each run is its own executor with its own queue: two processes on one database can never take over each
other's work, and a run that was cut off is continued by whoever launches that run's executor again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from yakin.errors import RunError

APPLICATION = "yakin"
APPLICATION_VERSION = "1"
"""Constant: were it to follow the code's version, an upgrade would strand the runs that are queued or cut off."""

MAX_RECOVERIES = 100
"""How often a run may be cut off and continued before it is given up."""

_LOOK_EVERY = 0.05
"""Seconds between looks into the database while a run begins, and when it has ended."""

Body = Callable[[str], Awaitable[Any]]


class Durable(Protocol):
    """Executes runs so that they survive the process."""

    def prepare(self) -> None:
        """Make the database ready; cheap when it is."""
        ...

    def enqueue(self, connection: Any, run: str) -> None:
        """Put a run in its queue, within the transaction of this SQLAlchemy connection."""
        ...

    async def execute(self, run: str, body: Body) -> None:
        """Execute, or continue, a run until its body returns.

        Raises:
            RunError: The run was cut off too often.
        """
        ...

    async def step(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do work once: when the run is continued, its recorded result (plain JSON data) is returned instead."""
        ...

    async def leave(self) -> None:
        """Called by a body that was asked to stop: never returns, and leaves the run to be continued later."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


class DbosDurable:
    """`Durable` by DBOS, embedded.

    Args:
        url: SQLAlchemy URL of the database, the journal's.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._told: _Told | None = None
        self._client: Any = None

    def prepare(self) -> None:
        """Create or migrate DBOS's own tables."""
        from dbos import DBOS, DBOSClient

        if self._client is not None:
            return
        DBOS.migrate(system_database_url=self._url)
        self._client = DBOSClient(
            system_database_url=self._url, serializer=_json_serializer(), application_name=APPLICATION
        )

    def enqueue(self, connection: Any, run: str) -> None:
        """Put a run in its queue, within the transaction of this SQLAlchemy connection."""
        self._client.enqueue_in_transaction(
            connection,
            {
                "queue_name": _queue(run),
                "workflow_name": _BODY,
                "workflow_id": run,
                "app_version": APPLICATION_VERSION,
            },
            run,
        )

    async def execute(self, run: str, body: Body) -> None:
        """Execute, or continue, a run until its body returns or `leave` is called."""
        from dbos import DBOS

        told = self._told = _Told()

        async def telling(run_id: str) -> Any:
            told.begun.set()
            try:
                return await body(run_id)
            finally:
                told.ended.set()

        # A queue that is registered before the launch is listened to at once, not after DBOS's next look around.
        await self._client.register_queue_async(_queue(run), polling_interval_sec=_LOOK_EVERY)
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": self._url,
                "application_version": APPLICATION_VERSION,
                "executor_id": _queue(run),
                "serializer": _json_serializer(),
                "log_level": "ERROR",
                "enable_otlp": False,
                "run_migrations": False,
            }
        )
        DBOS.workflow(name=_BODY, max_recovery_attempts=MAX_RECOVERIES)(telling)
        DBOS.listen_queues([_queue(run)])
        try:
            DBOS.launch()
            await self._follow(run, told)
        finally:
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            # DBOS made its own thread pool the loop's, and has shut it down.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())

    async def step(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do work once: when the run is continued, its recorded result is returned instead."""
        from dbos import DBOS

        async def once() -> Any:
            return await work()

        return await DBOS.run_step_async({"name": name}, once)

    async def leave(self) -> None:
        """Stop here for now: the run stays as if the process had been cut off."""
        assert self._told is not None
        self._told.left.set()
        await asyncio.Event().wait()

    def close(self) -> None:
        """Let go of the database."""
        if self._client is not None:
            self._client.destroy()
            self._client = None

    async def _follow(self, run: str, told: _Told) -> None:
        """Wait until a run has ended or was left. Its body tells, so that the database is not asked all the time."""
        from dbos import DBOS

        handle: Any = await DBOS.retrieve_workflow_async(run)
        result = partial(handle.get_result, polling_interval_sec=_LOOK_EVERY)
        # A run that was cut off too often ends without having begun.
        await _first(told.begun.wait(), result())
        # There is nothing more to look for in its queue; who continues the run makes a new one.
        await DBOS.delete_queue_async(_queue(run))
        if told.begun.is_set():
            await _first(told.ended.wait(), told.left.wait())
        if not told.left.is_set():
            await _unless_given_up(run, result())


@dataclass(frozen=True, slots=True)
class _Told:
    """What a run's body tells of itself."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)


_BODY = "execute_run"


def _queue(run: str) -> str:
    return f"run:{run}"


async def _first(*waiting: Awaitable[Any]) -> None:
    """Wait until one of them has ended, and leave the others."""
    tasks = [asyncio.ensure_future(one) for one in waiting]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _unless_given_up(run: str, result: Awaitable[Any]) -> None:
    from dbos import error as dbos_error

    try:
        await result
    except dbos_error.DBOSAwaitedWorkflowMaxRecoveryAttemptsExceeded as failure:
        raise RunError("Run {run} was cut off too often and is given up", run=run) from failure


def _json_serializer() -> Any:
    """DBOS's data as JSON instead of its default, pickle: readable, and nothing in the database can run code."""
    from dbos import Serializer

    class JsonSerializer(Serializer):
        def serialize(self, data: Any) -> str:
            if isinstance(data, BaseException):
                data = {_ERROR: type(data).__name__, "message": str(data)}
            return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

        def deserialize(self, serialized_data: str) -> Any:
            data = json.loads(serialized_data)
            if isinstance(data, dict) and _ERROR in data:
                return RunError("{kind}: {message}", kind=data[_ERROR], message=data["message"])
            return data

        def name(self) -> str:
            return "yakin_json"

    return JsonSerializer()


_ERROR = "$error"
