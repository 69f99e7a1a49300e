"""`/healthz`, `/readyz` and `/metrics`: for whoever watches over services, on this machine unless the settings say more."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from yakin.errors import ConfigError, YakinError
from yakin.service.service import Health

if TYPE_CHECKING:
    from yakin.project import Project

_STATUSES = ("queued", "running", "waiting")


class HealthServer:
    """Answers by HTTP; see `yakin.service.service.Answering`.

    Nothing it says is about people's data, and nothing can be changed through it.

    Args:
        project: Whose journal is asked.
        health: Tells how the service is.
        host: Address to listen at.
        port: Port to listen at.

    Raises:
        ConfigError: Nobody can listen there.
    """

    def __init__(self, project: Project, health: Callable[[], Health], *, host: str, port: int) -> None:
        self._project = project
        self._health = health
        try:
            self._socket = socket.create_server((host, port))
        except OSError as error:
            raise ConfigError(
                "The health pages cannot be offered at {host}:{port}: {error}",
                hint="Is the service running already? Else give it another port under [serve] of config/yakin.toml",
                host=host,
                port=port,
                error=error.strerror or error,
            ) from error
        routes = [Route("/healthz", self._healthz), Route("/readyz", self._readyz), Route("/metrics", self._metrics)]
        config = uvicorn.Config(
            Starlette(routes=routes), log_config=None, access_log=False, timeout_graceful_shutdown=5
        )
        self._server = _Server(config)

    @property
    def port(self) -> int:
        """Where it listens; another one than was asked for when that was 0."""
        return int(self._socket.getsockname()[1])

    async def answer(self) -> None:
        """Answer until it is stopped."""
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """Answer nobody any more."""
        self._server.should_exit = True

    async def _healthz(self, _request: Request) -> Response:
        """Whether the process lives and does what it is there for."""
        health = self._health()
        return JSONResponse(_plain(health), status_code=503 if health.troubles else 200)

    async def _readyz(self, _request: Request) -> Response:
        """Whether it can do its work now: everything has begun, and the database answers."""
        health, answers = self._health(), await asyncio.to_thread(self._database_answers)
        troubles = [*health.troubles, *([] if health.begun else ["starting"]), *([] if answers else ["database"])]
        return JSONResponse({**_plain(health), "troubles": troubles}, status_code=503 if troubles else 200)

    async def _metrics(self, _request: Request) -> Response:
        health = self._health()
        try:
            text = await asyncio.to_thread(self._measured, health)
        except YakinError:
            return Response("the database does not answer\n", status_code=503, media_type="text/plain")
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _database_answers(self) -> bool:
        try:
            self._project.journal.anchor()
        except YakinError:
            return False
        return True

    def _measured(self, health: Health) -> bytes:
        """The figures of this moment; none of them is kept between two questions."""
        registry, journal = CollectorRegistry(), self._project.journal
        unfinished = journal.schedules().unfinished()
        runs = Gauge("yakin_runs", "Runs that have not ended.", ["status"], registry=registry)
        for status in _STATUSES:
            runs.labels(status).set(sum(row.status == status for row in unfinished))
        late = Gauge(
            "yakin_runs_late", "Runs that are not where they were expected to be.", ["kind"], registry=registry
        )
        for kind in ("not_started", "not_finished"):
            late.labels(kind).set(sum(row.late == kind for row in unfinished))
        waiting = Gauge("yakin_approvals_waiting", "Decisions that runs wait for.", registry=registry)
        waiting.set(len(journal.approvals(state="waiting")))
        events = Gauge("yakin_journal_events", "Events in the journal.", registry=registry)
        events.set(journal.anchor().seq)
        healthy = Gauge("yakin_healthy", "1 when nothing is wrong with the service.", registry=registry)
        healthy.set(not health.troubles)
        if health.schedules is not None and health.looked is not None:
            Gauge("yakin_schedules", "Schedules that are kept.", registry=registry).set(health.schedules)
            Gauge("yakin_scheduler_look_age_seconds", "Since the scheduler looked last.", registry=registry).set(
                health.looked
            )
        return generate_latest(registry)


class _Server(uvicorn.Server):
    """Leaves the signals to the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _plain(health: Health) -> dict[str, Any]:
    return {
        "well": not health.troubles,
        "troubles": list(health.troubles),
        "schedules": health.schedules,
        "next_wake": None if health.next_wake is None else health.next_wake.isoformat(),
        "looked_seconds_ago": None if health.looked is None else round(health.looked, 1),
        "works": health.works,
    }
