"""Leases: who executes, on whatever machine, proven in the transaction of every event that is written.

A holder says that it lives by counting its beats up. Nobody compares the clocks of two machines: an observer looks again
and again, and gives a holder up whose count did not change for the time to live by the observer's own monotonic clock.
Taking a lease away does not stop its holder; it only makes sure that the holder can write nothing more.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import uuid4

import sqlalchemy as sa

from yakin.clock import Clock
from yakin.errors import JournalError
from yakin.journal.database import Database
from yakin.journal.processes import Processes
from yakin.journal.rows import lease_row
from yakin.journal.seats import Seats, confirm, end
from yakin.journal.tables import lease
from yakin.ledger import LeaseLost, LeaseRow, LeaseTaken

_BEATS = 6
"""Beats in a time to live: several may fail before anybody thinks that the holder is gone."""


class Leases:
    """The leases and seats in a database. Safe to use from any thread; every method blocks briefly.

    Args:
        database: Where they are kept.
        processes: Tells who this process is, and which others are surely gone.
        clock: The moments that are noted, and the time between two beats.
        ttl: Seconds without a beat after which an observer may give a holder up.
    """

    def __init__(self, database: Database, *, processes: Processes, clock: Clock, ttl: float = 30.0) -> None:
        self._database = database
        self._processes = processes
        self._clock = clock
        self._ttl = ttl
        self._seats = Seats(database, self._is_gone)

    def take(self, name: str, *, kind: str, serves: Sequence[str] | None = None, sessions: int = 0) -> Lease:
        """Take a name; one that surely died holding it is marked dead.

        Args:
            name: `host:slot` of a worker, `run:<id>` of a process that executes one run.
            kind: `worker` or `run`.
            serves: Systems that are served; None for all.
            sessions: How many sessions it may open.

        Raises:
            LeaseTaken: Somebody else holds it and is not surely gone.
        """
        machine, process = self._processes.me()
        begun = _Moment.of(self._clock)
        now = self._clock.now().isoformat(timespec="microseconds")
        row = {
            "token": uuid4().hex,
            "name": name,
            "kind": kind,
            "machine": machine,
            "process": process,
            "serves": None if serves is None else json.dumps(list(serves), ensure_ascii=False),
            "sessions": sessions,
            "beat": 0,
            "since": now,
            "beat_at": now,
            "state": "held",
        }
        with self._database.writing() as conn:
            holder = conn.execute(sa.select(lease).where(lease.c.name == name, lease.c.state == "held")).first()
            if holder is not None:
                held = lease_row(holder)
                if not self._is_gone(held):
                    raise LeaseTaken(held)
                end(conn, held.token, "dead")
            conn.execute(sa.insert(lease), row)
        return Lease(self._database, str(row["token"]), name, clock=self._clock, ttl=self._ttl, begun=begun)

    def held(self, kind: str | None = None) -> list[LeaseRow]:
        """The leases that are held, the oldest first."""
        query = sa.select(lease).where(lease.c.state == "held").order_by(lease.c.since, lease.c.token)
        if kind is not None:
            query = query.where(lease.c.kind == kind)
        with self._database.reading() as conn:
            return [lease_row(row) for row in conn.execute(query)]

    def vacant(self, kind: str) -> list[str]:
        """Names that were held once, and that nobody holds now."""
        held = sa.select(lease.c.name).where(lease.c.state == "held")
        query = sa.select(lease.c.name).distinct().where(lease.c.kind == kind, lease.c.name.not_in(held))
        with self._database.reading() as conn:
            return list(conn.scalars(query.order_by(lease.c.name)))

    def row(self, token: str) -> LeaseRow | None:
        """One lease, in whatever state."""
        with self._database.reading() as conn:
            return _row(conn, token)

    def live(self, token: str) -> bool:
        """Whether it is held, and its process not surely gone."""
        row = self.row(token)
        return row is not None and row.state == "held" and not self._is_gone(row)

    def give_up(self, token: str) -> str:
        """Take a lease away, with its seats.

        Returns:
            What its state is now: `dead` when its process is surely gone, else `lost`; one that was given back stays
            `released`.

        Raises:
            JournalError: There is no such lease.
        """
        with self._database.writing() as conn:
            row = _row(conn, token)
            if row is None:
                raise JournalError("There is no lease {token}", token=token)
            state = row.state
            if state in ("held", "lost"):
                state = "dead" if self._is_gone(row) else "lost"
                end(conn, token, state)
            return state

    def over(self, token: str) -> bool:
        """Whether its holder can surely do nothing any more: it gave the lease back, or its process is gone.

        False for a token that nobody knows. One that is proven gone on the way is marked dead.
        """
        row = self.row(token)
        if row is None:
            return False
        if row.state in ("held", "lost") and self._is_gone(row):
            return self.give_up(token) in ("dead", "released")
        return row.state in ("dead", "released")

    def watch(self) -> Watch:
        """A new observer, who has seen nothing yet."""
        return Watch(self._processes, clock=self._clock, ttl=self._ttl)

    def take_seat(self, system: str, limit: int, token: str) -> int | None:
        """Take a seat of a system: the right to one session.

        Args:
            system: The system.
            limit: How many seats it has, over all machines.
            token: Of the lease under which it is taken.

        Returns:
            Number of the seat, from 1; None when all are taken.

        Raises:
            LeaseLost: The lease is not held.
        """
        return self._seats.take(system, limit, token)

    def free_seat(self, system: str, number: int, token: str) -> None:
        """Stand up from a seat; nothing when it is somebody else's by now."""
        self._seats.free(system, number, token)

    def _is_gone(self, row: LeaseRow) -> bool:
        return self._processes.is_gone(row.machine, row.process) is True


class _Moment(NamedTuple):
    """A moment by both clocks: the monotonic one may stand still while the machine sleeps, the other may be set."""

    monotonic: float
    wall: float

    @classmethod
    def of(cls, clock: Clock) -> _Moment:
        return cls(clock.monotonic(), clock.now().timestamp())


class Lease:
    """A name that this process holds; obtained from `Leases.take`. Safe to use from any thread.

    Attributes:
        token: Of this hold: what events call their owner.
        name: What is held.
    """

    def __init__(self, database: Database, token: str, name: str, *, clock: Clock, ttl: float, begun: _Moment) -> None:
        self.token = token
        self.name = name
        self._database = database
        self._clock = clock
        self._ttl = ttl
        self._begun: _Moment | None = begun

    @property
    def fresh(self) -> bool:
        """Whether nobody can have taken it away for being silent; only this machine's clocks are asked.

        False says nothing is known, such as after the clock was set: `beat` finds out.
        """
        begun = self._begun
        if begun is None:
            return False
        # An observer saw the last beat after it began, and waits for the whole time to live: the rest is for the way.
        limit = self._ttl * 2 / 3
        now = _Moment.of(self._clock)
        return now.monotonic - begun.monotonic < limit and abs(now.wall - begun.wall) < limit

    def confirm(self, connection: sa.Connection) -> None:
        """Make sure, in the open transaction of an `append`, that it is still held.

        Raises:
            LeaseLost: It is not.
        """
        try:
            confirm(connection, self.token)
        except LeaseLost:
            self._begun = None
            raise

    def beat(self) -> None:
        """Say that this process lives.

        Raises:
            LeaseLost: It is no longer held.
        """
        begun = _Moment.of(self._clock)
        at = self._clock.now().isoformat(timespec="microseconds")
        with self._database.writing() as conn:
            self.confirm(conn)
            changes = {"beat": lease.c.beat + 1, "beat_at": at}
            conn.execute(sa.update(lease).where(lease.c.token == self.token).values(changes))
        self._begun = begun

    @contextmanager
    def kept(self, lost: Callable[[], None] | None = None) -> Iterator[None]:
        """Beat from a thread as long as the context is open; a database that does not answer is asked again.

        Args:
            lost: Called once, from that thread, when the lease turns out to be lost.
        """
        over = threading.Event()
        thread = threading.Thread(target=self._beat_until, args=(over, lost), name="yakin-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def release(self) -> None:
        """Give it back, with its seats: this process will do nothing more under it.

        Even when it was taken away meanwhile: then it is known from now on that its holder has come to rest.
        """
        self._begun = None
        with self._database.writing() as conn:
            row = _row(conn, self.token)
            if row is not None and row.state in ("held", "lost"):
                end(conn, self.token, "released")

    def _beat_until(self, over: threading.Event, lost: Callable[[], None] | None) -> None:
        while not over.wait(self._ttl / _BEATS):
            try:
                self.beat()
            except LeaseLost:
                if lost is not None:
                    lost()
                return
            except JournalError:
                continue


class Watch:
    """An observer who looks at leases again and again, every few seconds; obtained from `Leases.watch`.

    Only time in which it watched counts: an observer who was asleep, or stopped, has not seen that a holder was silent.

    Args:
        processes: Tells which processes are surely gone.
        clock: Its monotonic time is the only one that counts.
        ttl: Seconds without a beat after which a holder has been silent for too long.
    """

    def __init__(self, processes: Processes, *, clock: Clock, ttl: float) -> None:
        self._processes = processes
        self._clock = clock
        self._ttl = ttl
        self._seen: dict[str, _Sight] = {}

    def judge(self, row: LeaseRow) -> bool:
        """Whether its holder may be given up: it was silent for too long while being watched, or is surely gone.

        Between two looks at most a third of the time to live counts, however long ago the last one was.
        """
        if row.state != "held" or self._processes.is_gone(row.machine, row.process) is True:
            self._seen.pop(row.token, None)
            return True
        now = self._clock.monotonic()
        last = self._seen.get(row.token)
        if last is None or last.beat != row.beat:
            silent = 0.0
        else:
            silent = last.silent + min(now - last.at, self._ttl / 3)
        self._seen[row.token] = _Sight(row.beat, now, silent)
        return silent >= self._ttl


class _Sight(NamedTuple):
    """What an observer saw last of a lease: its beat, when, and for how many seconds it had been silent."""

    beat: int
    at: float
    silent: float


def _row(conn: sa.Connection, token: str) -> LeaseRow | None:
    row = conn.execute(sa.select(lease).where(lease.c.token == token)).first()
    return None if row is None else lease_row(row)
