"""The port `WorkQueues`: one contract, kept in memory and by DBOS on both databases."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa

from yakin.engine.durable import RUNS, DbosQueues, Serving, Work, WorkQueues, queue_of
from yakin.errors import RunError
from yakin.journal.database import Database
from yakin.testing import MemoryQueues

TIMEOUT = 30


class Hall:
    """Queues, the database they are in, and what was done of the work."""

    def __init__(self, url: str, queues: WorkQueues) -> None:
        self.url = url
        self.queues = queues
        self.database = Database(url)
        self.begun: list[str] = []
        self.done: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.hold: set[str] = set()
        self.held = asyncio.Event()

    def enqueue(self, work: Work) -> None:
        with self.database.writing() as connection:
            self.queues.enqueue(connection, work)

    async def finish(self, *works: Work) -> None:
        """Wait until work has ended."""
        async with asyncio.timeout(TIMEOUT):
            for work in works:
                await self.queues.ended(work.id)

    @asynccontextmanager
    async def worker(
        self, name: str = "hall:1", *, systems: tuple[str, ...] = ("portal",), sessions: int = 9
    ) -> AsyncIterator[None]:
        parts = 0

        async def part(about: Mapping[str, Any]) -> None:
            nonlocal parts
            parts += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                await self._do(about)
            finally:
                parts -= 1
                self.at_once -= 1

        serving = Serving(name, systems, {"run": self._do, "part": part}, lambda: sessions - parts)
        async with self.queues.serving(serving):
            yield

    async def _do(self, about: Mapping[str, Any]) -> None:
        name = about["name"]
        self.begun.append(name)
        if name in self.hold:
            self.held.set()
            await asyncio.Event().wait()
        if name == "wrong":
            raise RunError("It went wrong")
        if name == "broken":
            raise KeyError("a mistake")
        # Others who are taken at the same time begin meanwhile.
        await asyncio.sleep(0.05)
        self.done.append(name)


def run(name: str) -> Work:
    return Work(name, RUNS, "run", {"name": name})


def part(name: str, system: str = "portal") -> Work:
    return Work(name, queue_of(system), "part", {"name": name, "of": "申告書"})


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def hall(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hall]:
    url = f"sqlite:///{tmp_path / 'yakin.sqlite'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    queues: WorkQueues = MemoryQueues() if request.param == "memory" else DbosQueues(url)
    hall = Hall(url, queues)
    await asyncio.to_thread(queues.prepare)
    yield hall
    queues.close()
    hall.database.close()


class TheCallersOwnMistake(Exception):
    """What makes the transaction roll back."""


async def test_work_waits_until_the_transaction_it_was_put_in_with_is_there(hall: Hall) -> None:
    async with hall.worker():
        with hall.database.writing() as connection:
            hall.queues.enqueue(connection, run("first"))
            assert hall.begun == []
        await hall.finish(run("first"))
    assert hall.done == ["first"]


async def test_of_a_transaction_that_is_rolled_back_nothing_is_left(hall: Hall) -> None:
    with pytest.raises(TheCallersOwnMistake), hall.database.writing() as connection:
        hall.queues.enqueue(connection, run("never"))
        raise TheCallersOwnMistake
    hall.enqueue(run("after it"))
    async with hall.worker():
        await hall.finish(run("after it"), run("never"))
    assert hall.begun == ["after it"]


async def test_work_of_the_same_id_is_queued_once_ever(hall: Hall) -> None:
    await hall.queues.submit(part("one"))
    await hall.queues.submit(part("one"))
    async with hall.worker():
        await hall.finish(part("one"))
        await hall.queues.submit(part("one"))
        hall.enqueue(part("one"))
        await hall.queues.submit(part("other"))
        await hall.finish(part("one"), part("other"))
    assert hall.done == ["one", "other"]


async def test_work_that_is_put_in_again_does_no_harm_whatever_has_become_of_it(hall: Hall) -> None:
    hall.enqueue(run("twice"))
    with hall.database.writing() as connection:
        hall.queues.enqueue(connection, run("twice"))
        hall.queues.enqueue(connection, run("with it"))
    hall.hold.add("twice")
    async with hall.worker():
        await asyncio.wait_for(hall.held.wait(), TIMEOUT)
        hall.enqueue(run("twice"))
        await hall.finish(run("with it"))
        assert sorted(hall.begun) == ["twice", "with it"]
    hall.hold.clear()
    async with hall.worker():
        await hall.finish(run("twice"))
        hall.enqueue(run("twice"))
        hall.enqueue(run("after it"))
        await hall.finish(run("twice"), run("after it"))
    assert sorted(hall.done) == ["after it", "twice", "with it"]


async def test_work_goes_to_a_worker_that_serves_its_queue_and_to_no_other(hall: Hall) -> None:
    await hall.queues.submit(part("for the portal", "portal"))
    await hall.queues.submit(part("for the register", "住民記録"))
    async with hall.worker(systems=("portal",)):
        await hall.finish(part("for the portal"))
    assert hall.begun == ["for the portal"]
    async with hall.worker(systems=("住民記録",)):
        await hall.finish(part("for the register"))
    assert hall.done == ["for the portal", "for the register"]


async def test_every_worker_takes_runs(hall: Hall) -> None:
    async with hall.worker(systems=()):
        await hall.queues.submit(run("r"))
        await hall.finish(run("r"))
    assert hall.done == ["r"]


async def test_room_limits_what_a_worker_takes_at_once_over_all_its_queues(hall: Hall) -> None:
    works = [part(f"{system} {number}", system) for number in range(3) for system in ("portal", "register", "mail")]
    for work in works:
        await hall.queues.submit(work)
    async with hall.worker(systems=("portal", "register", "mail"), sessions=2):
        await hall.finish(*works)
    assert sorted(hall.done) == sorted(work.id for work in works)
    assert hall.most_at_once == 2


async def test_runs_need_no_room(hall: Hall) -> None:
    hall.hold.add("waits for its parts")
    async with hall.worker(sessions=0):
        await hall.queues.submit(run("waits for its parts"))
        await asyncio.wait_for(hall.held.wait(), TIMEOUT)
        await hall.queues.submit(run("another"))
        await hall.finish(run("another"))
    assert hall.done == ["another"]


@pytest.mark.parametrize("name", ["wrong", "broken"])
async def test_work_whose_body_raised_has_ended(hall: Hall, name: str) -> None:
    async with hall.worker():
        await hall.queues.submit(part(name))
        await hall.finish(part(name))
        await hall.queues.submit(part("next"))
        await hall.finish(part(name), part("next"))
    assert hall.begun == [name, "next"]


async def test_what_a_vanished_worker_had_taken_is_nobody_elses_until_it_is_given_back(hall: Hall) -> None:
    hall.hold.add("cut off")
    async with hall.worker("castle:1"):
        await hall.queues.submit(part("cut off"))
        await asyncio.wait_for(hall.held.wait(), TIMEOUT)
    hall.hold.clear()
    async with hall.worker("hall:1"):
        await hall.queues.submit(part("next"))
        await hall.finish(part("next"))
        assert hall.begun == ["cut off", "next"]
        assert await asyncio.to_thread(hall.queues.give_back, "nobody:1") == 0
        assert await asyncio.to_thread(hall.queues.give_back, "castle:1") == 1
        await hall.finish(part("cut off"))
        assert await asyncio.to_thread(hall.queues.give_back, "castle:1") == 0
    assert hall.done == ["next", "cut off"]


async def test_what_a_worker_has_taken_itself_is_not_given_back_for_another(hall: Hall) -> None:
    hall.hold.add("mine")
    async with hall.worker("hall:1"):
        await hall.queues.submit(part("mine"))
        await asyncio.wait_for(hall.held.wait(), TIMEOUT)
        assert await asyncio.to_thread(hall.queues.give_back, "castle:1") == 0
        await hall.queues.submit(part("next"))
        await hall.finish(part("next"))
    assert hall.begun == ["mine", "next"]


async def test_a_worker_that_is_started_again_takes_up_its_own_work(hall: Hall) -> None:
    hall.hold |= {"run", "part"}
    async with hall.worker("castle:1"):
        await hall.queues.submit(run("run"))
        await asyncio.wait_for(hall.held.wait(), TIMEOUT)
    hall.hold.clear()
    async with hall.worker("castle:1"):
        await hall.finish(run("run"))
    assert hall.begun == ["run", "run"]
    assert hall.done == ["run"]


@pytest.fixture(params=["sqlite", "postgresql"])
async def dbos_hall(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hall]:
    url = f"sqlite:///{tmp_path / 'yakin.sqlite'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    hall = Hall(url, DbosQueues(url))
    await asyncio.to_thread(hall.queues.prepare)
    yield hall
    hall.queues.close()
    hall.database.close()


async def test_queued_work_survives_its_process(dbos_hall: Hall) -> None:
    script = (
        "import sys, asyncio\n"
        "from yakin.engine.durable import DbosQueues, Work\n"
        "queues = DbosQueues(sys.argv[1])\n"
        "asyncio.run(queues.submit(Work('left', 'system:portal', 'part', {'name': 'left'})))\n"
        "queues.close()\n"
    )
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script, dbos_hall.url], check=True, timeout=60)
    async with dbos_hall.worker():
        await dbos_hall.finish(part("left"))
    assert dbos_hall.done == ["left"]


async def test_the_data_is_json_and_no_pickle(dbos_hall: Hall) -> None:
    async with dbos_hall.worker():
        for work in (part("good"), part("wrong"), run("申告")):
            await dbos_hall.queues.submit(work)
            await dbos_hall.finish(work)
    texts = list(_texts_of_dbos(dbos_hall.database))
    found = [json.loads(text) for text in texts]
    assert {"args": [json.dumps(dict(run("申告").about))], "kwargs": {}} in found, "what it is about"
    assert {"$error": "RunError", "message": "It went wrong"} in found, "and how it ended"


def _texts_of_dbos(database: Database) -> Iterator[str]:
    """What DBOS has kept of what goes in and what comes out, wherever it keeps it."""
    with database.reading() as connection:
        found = sa.inspect(connection)
        schema = "dbos" if connection.dialect.name == "postgresql" else None
        for name in found.get_table_names(schema):
            table = sa.Table(name, sa.MetaData(), schema=schema, autoload_with=connection)
            columns = [column for column in table.columns if column.name in ("inputs", "output", "error")]
            if columns:
                for row in connection.execute(sa.select(*columns)):
                    yield from (text for text in row if text is not None)


async def test_nobody_listens_and_only_the_database_is_spoken_to(dbos_hall: Hall) -> None:
    port = sa.make_url(dbos_hall.url).port
    async with dbos_hall.worker():
        await dbos_hall.queues.submit(part("one"))
        await dbos_hall.finish(part("one"))
        connections = psutil.Process().net_connections(kind="inet")
    assert [one for one in connections if one.status == psutil.CONN_LISTEN] == []
    assert {one.raddr.port for one in connections if one.raddr} <= {port}


async def test_what_dbos_warns_of_is_heard_as_before_when_a_worker_has_ended(dbos_hall: Hall) -> None:
    before = logging.getLogger("dbos").level
    async with dbos_hall.worker():
        assert not logging.getLogger("dbos").isEnabledFor(logging.ERROR)
    assert logging.getLogger("dbos").level == before


async def test_what_we_use_of_dbos_without_its_promise_is_there(tmp_path: Path) -> None:
    """Names with an underscore may change in any version: then this fails, and nothing in the house does so silently."""
    from dbos import DBOS
    from dbos._queue import Queue

    hall = Hall(f"sqlite:///{tmp_path / 'yakin.sqlite'}", DbosQueues(f"sqlite:///{tmp_path / 'yakin.sqlite'}"))
    hall.hold.add("held")
    assert "executor_ids" in inspect.signature(DBOS._recover_pending_workflows).parameters
    async with hall.worker():
        from dbos._dbos import _get_dbos_instance

        dbos: Any = _get_dbos_instance()
        await hall.queues.submit(part("held"))
        await asyncio.wait_for(hall.held.wait(), TIMEOUT)
        taken: list[tuple[int | None, list[str]]] = []
        take = dbos._sys_db.start_queued_workflows

        def seen(queue: Queue, *arguments: Any, **options: Any) -> Any:
            found, reason = take(queue, *arguments, **options)
            if queue.name == queue_of("portal") and found:
                taken.append((queue._worker_concurrency, found))
            return found, reason

        dbos._sys_db.start_queued_workflows = seen
        await hall.queues.submit(part("next"))
        await hall.finish(part("next"))
    # Nine sessions, one of them in use: DBOS counts that one too.
    assert taken == [(9, ["next"])]
    hall.queues.close()
    hall.database.close()


async def test_work_that_nobody_has_taken_is_withdrawn_and_never_begun(hall: Hall) -> None:
    await hall.queues.submit(part("withdrawn"))
    await hall.queues.withdraw("withdrawn")
    await hall.finish(part("withdrawn"))
    await hall.queues.submit(part("other"))
    async with hall.worker():
        await hall.finish(part("other"))
    assert hall.begun == ["other"]


async def test_work_that_somebody_has_taken_is_not_withdrawn(hall: Hall) -> None:
    hall.hold.add("held")
    await hall.queues.submit(part("held"))
    async with hall.worker("hall:1"):
        await asyncio.wait_for(hall.held.wait(), TIMEOUT)
        await hall.queues.withdraw("held")
        assert await asyncio.to_thread(hall.queues.has_taken, "hall:1")
    hall.hold.clear()
    async with hall.worker("hall:1"):
        await hall.finish(part("held"))
    assert hall.done == ["held"]


async def test_it_is_known_whether_a_worker_has_taken_work_that_has_not_ended(hall: Hall) -> None:
    assert not await asyncio.to_thread(hall.queues.has_taken, "hall:1")
    await hall.queues.submit(part("one"))
    async with hall.worker("hall:1"):
        await hall.finish(part("one"))
        assert not await asyncio.to_thread(hall.queues.has_taken, "hall:1")


async def test_work_that_ended_long_ago_is_forgotten_and_no_other(hall: Hall) -> None:
    hall.hold.add("held")
    await hall.queues.submit(part("ended"))
    async with hall.worker("hall:1"):
        await hall.finish(part("ended"))
        await hall.queues.submit(part("held"))
        await asyncio.wait_for(hall.held.wait(), TIMEOUT)
        now = datetime.now(UTC)
        assert await asyncio.to_thread(hall.queues.forget, now - timedelta(days=1)) == 0
        forgotten = await asyncio.to_thread(hall.queues.forget, now + timedelta(days=1))
        assert forgotten == (0 if isinstance(hall.queues, MemoryQueues) else 1)
        assert await asyncio.to_thread(hall.queues.has_taken, "hall:1")
