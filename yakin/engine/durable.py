"""The queues in which runs, and parts of runs, wait for a worker.

The port is small on purpose: put work into a queue, take it from there, give back what a dead worker had taken. What was
done and what is left is in the journal, so a piece of work may be begun again at any time, by any worker.

DBOS does it, on the same database as the journal, so that a run and its place in the queue are one transaction; nothing
else in the house imports DBOS, and its tables are never read.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from yakin.errors import RunError

APPLICATION = "yakin"
APPLICATION_VERSION = "1"
"""Constant: were it to follow the code's version, an upgrade would strand the work that is queued or cut off."""

MAX_RECOVERIES = 100
"""How often a piece of work may be cut off and given to a worker again before it is given up."""

RUNS = "runs"
"""Name of the queue for runs; unlimited, because a run that waits for its parts does nothing itself."""

_FORGOTTEN_AT_ONCE = 1000

_LOOK_EVERY = 0.25
"""Seconds between looks into a queue, and at work that somebody waits for."""


_BEGUN_WITHIN = 60.0
"""Seconds after which a part that was taken and has not begun never will."""


def queue_of(system: str) -> str:
    """Name of the queue for the parts of runs that are done in a system."""
    return f"system:{system}"


@dataclass(frozen=True, slots=True)
class Work:
    """Something to be done by a worker.

    Attributes:
        id: The same id is queued only once, ever.
        queue: Where it waits.
        what: `run` or `part`.
        about: Plain JSON data that says which; ids, no business data.
    """

    id: str
    queue: str
    what: str
    about: Mapping[str, Any]


Body = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Does one kind of work, told by its `about`. Whatever it raises ends the work."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What a worker takes from the queues.

    Attributes:
        worker: Its name; the same after a restart, and never used by two processes at once.
        systems: Systems it serves.
        bodies: What kind of work → how it is done.
        room: How many more parts it may take now.
    """

    worker: str
    systems: Sequence[str]
    bodies: Mapping[str, Body]
    room: Callable[[], int]


class WorkQueues(Protocol):
    """Queues of work, shared by all workers on a database."""

    def prepare(self) -> None:
        """Make the database ready; cheap when it is."""
        ...

    def enqueue(self, connection: Any, work: Work) -> None:
        """Put work into its queue, within the transaction of this SQLAlchemy connection."""
        ...

    async def submit(self, work: Work) -> None:
        """Put work into its queue, unless work of this id was there ever."""
        ...

    async def ended(self, work: str) -> None:
        """Wait until a piece of work has ended, well or not; what it came to is in the journal."""
        ...

    def serving(self, serving: Serving) -> Any:
        """An asynchronous context in which this process takes work from the queues.

        What is not finished on leaving stays as a crash would leave it.
        """
        ...

    async def withdraw(self, work: str) -> None:
        """Take work out of its queue that no worker has taken yet; it has ended then."""
        ...

    def has_taken(self, worker: str) -> bool:
        """Whether a worker has taken work that has not ended."""
        ...

    def give_back(self, worker: str) -> int:
        """Put back into its queue what a worker has taken, which can do nothing any more; returns how much that was."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete what is kept of work that ended before a moment; returns how much that was."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


class DbosQueues:
    """`WorkQueues` by DBOS.

    Args:
        url: SQLAlchemy URL of the database, the journal's.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._prepared: Any = None

    def prepare(self) -> None:
        """Create or migrate DBOS's own tables; cheap when that was done."""
        self._client()

    def enqueue(self, connection: Any, work: Work) -> None:
        """Put work into its queue, within the transaction of this SQLAlchemy connection."""
        self._client().enqueue_in_transaction(connection, _options(work), json.dumps(dict(work.about)))

    async def submit(self, work: Work) -> None:
        """Put work into its queue, unless work of this id was there ever."""
        client = await asyncio.to_thread(self._client)
        await client.enqueue_async(_options(work), json.dumps(dict(work.about)))

    async def ended(self, work: str) -> None:
        """Wait until a piece of work has ended, well or not."""
        from dbos import error as dbos_error

        client = await asyncio.to_thread(self._client)
        try:
            handle: Any = await client.retrieve_workflow_async(work)
            await handle.get_result(polling_interval_sec=_LOOK_EVERY)
        except (RunError, dbos_error.DBOSException):
            return

    @asynccontextmanager
    async def serving(self, serving: Serving) -> AsyncIterator[None]:
        """Take work from the queues for as long as the context lasts."""
        from dbos import DBOS

        client = await asyncio.to_thread(self._client)
        queues = [RUNS, *(queue_of(system) for system in serving.systems)]
        for queue in queues:
            await client.register_queue_async(queue, polling_interval_sec=_LOOK_EVERY)
        said_from = logging.getLogger("dbos").level
        dbos: Any = DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": self._url,
                "application_version": APPLICATION_VERSION,
                "executor_id": serving.worker,
                "serializer": _json_serializer(),
                # It would show what a part raised, with a traceback; the worker tells it without people's data.
                "log_level": "CRITICAL",
                "enable_otlp": False,
                "run_migrations": False,
            }
        )
        room, doing = _Room(serving.room), set[asyncio.Task[None]]()
        for what, body in serving.bodies.items():
            DBOS.workflow(name=what, max_recovery_attempts=MAX_RECOVERIES)(_told(body, room, doing))
        DBOS.listen_queues(queues)
        try:
            DBOS.launch()
            room.limit(dbos)
            yield
        finally:
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            logging.getLogger("dbos").setLevel(said_from)
            # DBOS made its own thread pool the loop's, and has shut it down.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
            # DBOS can record nothing any more: to the queues this worker dies in the middle of them.
            for body_task in doing:
                body_task.cancel()
            await asyncio.gather(*doing, return_exceptions=True)

    async def withdraw(self, work: str) -> None:
        """Take work out of its queue that no worker has taken yet; it has ended then."""
        client = await asyncio.to_thread(self._client)
        waiting = await client.list_workflows_async(
            workflow_ids=[work], status="ENQUEUED", load_input=False, load_output=False
        )
        if waiting:
            await client.cancel_workflow_async(work)

    def has_taken(self, worker: str) -> bool:
        """Whether a worker has taken work that has not ended."""
        found = self._client().list_workflows(
            executor_id=worker, status="PENDING", limit=1, load_input=False, load_output=False
        )
        return bool(found)

    def give_back(self, worker: str) -> int:
        """Put back into its queue what a worker has taken, which can do nothing any more.

        Only inside `serving`: DBOS recovers from within a launched executor only.
        """
        from dbos import DBOS

        return len(DBOS._recover_pending_workflows([worker]))

    def forget(self, before: datetime) -> int:
        """Delete what is kept of work that ended before a moment; what it came to stays in the journal."""
        client = self._client()
        ended = client.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before.isoformat(),
            limit=_FORGOTTEN_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        if ended:
            client.delete_workflows([one.workflow_id for one in ended])
        return len(ended)

    def close(self) -> None:
        """Let go of the database."""
        if self._prepared is not None:
            self._prepared.destroy()
            self._prepared = None

    def _client(self) -> Any:
        from dbos import DBOS, DBOSClient

        if self._prepared is None:
            DBOS.migrate(system_database_url=self._url)
            self._prepared = DBOSClient(
                system_database_url=self._url, serializer=_json_serializer(), application_name=APPLICATION
            )
        return self._prepared


def _options(work: Work) -> Any:
    return {
        "queue_name": work.queue,
        "workflow_name": work.what,
        "workflow_id": work.id,
        "app_version": APPLICATION_VERSION,
    }


def _told(body: Body, room: _Room, doing: set[asyncio.Task[None]]) -> Callable[[str], Awaitable[None]]:
    async def told(about: str) -> None:
        from dbos import DBOS

        task = asyncio.current_task()
        assert task is not None, "DBOS makes a task of each piece of work"
        doing.add(task)
        task.add_done_callback(doing.discard)
        # Only when the body has begun does the worker itself count it.
        asyncio.get_running_loop().call_soon(room.begun, DBOS.workflow_id)
        await body(json.loads(about))

    return told


class _Room:
    """Lets this process take no more parts than it has room for.

    DBOS keeps one limit for each queue, the same for all workers; here every worker has its own, over all its queues.
    The limit of the moment is put in where DBOS takes work out of a queue. Each queue has a thread that does so, and a
    part that was taken begins only some time later: until then it is counted here.

    Args:
        room: How many more parts the worker may begin.
    """

    def __init__(self, room: Callable[[], int]) -> None:
        self._room = room
        self._taken: dict[str, float] = {}
        self._lock = threading.Lock()

    def begun(self, work: str | None) -> None:
        """A piece of work has begun."""
        self._taken.pop(work or "", None)

    def limit(self, dbos: Any) -> None:
        """Limit what DBOS takes from now on."""
        database = dbos._sys_db
        take = database.start_queued_workflows

        def limited(queue: Any, executor: str, version: str, partition: Any, running: int = 0, **options: Any) -> Any:
            if queue.name == RUNS:
                return take(queue, executor, version, partition, running, **options)
            with self._lock:
                queue._worker_concurrency = running + self._left()
                taken, reason = take(queue, executor, version, partition, running, **options)
                self._taken.update(dict.fromkeys(taken, time.monotonic()))
            return taken, reason

        database.start_queued_workflows = limited

    def _left(self) -> int:
        # What DBOS could not begin is not counted for ever.
        since = time.monotonic() - _BEGUN_WITHIN
        for work in [work for work, at in self._taken.copy().items() if at < since]:
            self._taken.pop(work, None)
        return max(0, self._room() - len(self._taken))


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
