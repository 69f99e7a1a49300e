"""Seats: how many sessions of a system may be open, over all machines.

A seat is held under a lease, and free as soon as that lease is not: nobody has to clean up after a process that died.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from yakin.journal.database import Database
from yakin.journal.rows import lease_row
from yakin.journal.tables import lease, seat
from yakin.ledger import LeaseLost, LeaseRow

_STATE = sa.select(lease.c.state).where(lease.c.token == sa.bindparam("the_token"))
_SEATS = (
    sa.select(seat.c.number.label("number"), lease)
    .join(lease, lease.c.token == seat.c.token)
    .where(seat.c.system == sa.bindparam("the_system"))
)


def confirm(conn: sa.Connection, token: str) -> None:
    """Make sure that a lease is held, as long as the transaction lasts.

    Raises:
        LeaseLost: It is not.
    """
    state = conn.scalar(_STATE, {"the_token": token})
    if state != "held":
        raise LeaseLost(
            "This process no longer holds its lease (it is {state}): it may write nothing more",
            hint="It was silent for too long, and another process has taken over what it was doing",
            state=state or "unknown",
        )


def end(conn: sa.Connection, token: str, state: str) -> None:
    """Write the state in which a lease has ended, and free its seats."""
    conn.execute(sa.update(lease).where(lease.c.token == token).values(state=state))
    conn.execute(sa.delete(seat).where(seat.c.token == token))


class Seats:
    """The seats of all systems.

    Args:
        database: Where they are kept.
        is_gone: Whether the holder of a lease is surely gone.
    """

    def __init__(self, database: Database, is_gone: Callable[[LeaseRow], bool]) -> None:
        self._database = database
        self._is_gone = is_gone

    def take(self, system: str, limit: int, token: str) -> int | None:
        """Take the free seat with the lowest number; None when all are taken. See `Leases.take_seat`."""
        # Those who wait ask again and again: as long as all seats are taken, they do not hold up the writers.
        with self._database.reading() as conn:
            if len(self._taken(conn, system)[0]) >= limit:
                confirm(conn, token)
                return None
        with self._database.writing() as conn:
            confirm(conn, token)
            taken, gone = self._taken(conn, system)
            for other in gone:
                end(conn, other, "dead")
            if len(taken) >= limit:
                return None
            number = next(number for number in range(1, limit + 1) if number not in taken)
            conn.execute(sa.insert(seat), {"system": system, "number": number, "token": token})
            return number

    def free(self, system: str, number: int, token: str) -> None:
        """Stand up from a seat; nothing when it is somebody else's by now."""
        place = (seat.c.system == system, seat.c.number == number, seat.c.token == token)
        with self._database.writing() as conn:
            conn.execute(sa.delete(seat).where(*place))

    def _taken(self, conn: sa.Connection, system: str) -> tuple[set[int], set[str]]:
        """Numbers of the seats that are taken, and tokens of the leases whose holders died in theirs.

        The seats of a lease are deleted with its end: there are none of a lease that has ended.
        """
        rows = [(row.number, lease_row(row)) for row in conn.execute(_SEATS, {"the_system": system})]
        gone = {held.token for held in {held.token: held for _, held in rows}.values() if self._is_gone(held)}
        return {number for number, held in rows if held.token not in gone}, gone
