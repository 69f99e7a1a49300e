"""Whether the database under the journal is well: what it is, what time it has, whether it is whole and can be written."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from yakin.journal.database import Database
from yakin.journal.tables import event

_MOST_DAMAGES = 5


class Health:
    """Looks after a journal's database; opening it brings it up to date, as for every other use.

    Args:
        url: SQLAlchemy URL.
        lock_seconds: How long to wait for other writers.

    Raises:
        JournalError: It cannot be opened, or was written by a newer version of Yakin.
    """

    def __init__(self, url: str, *, lock_seconds: float = 10.0) -> None:
        self._database = Database(url, lock_seconds=lock_seconds)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def product(self) -> str:
        """Name and version of the database, such as `PostgreSQL 15.3`."""
        with self._database.asking() as conn:
            if conn.dialect.name == "sqlite":
                return f"SQLite {conn.exec_driver_sql('SELECT sqlite_version()').scalar_one()}"
            return f"PostgreSQL {conn.exec_driver_sql('SHOW server_version').scalar_one()}"

    def damages(self) -> list[str]:
        """What is broken in the file of a SQLite database, the first few; PostgreSQL looks after its files itself.

        Raises:
            JournalError: So much is broken that it cannot be read.
        """
        with self._database.asking() as conn:
            if conn.dialect.name != "sqlite":
                return []
            told = conn.exec_driver_sql(f"PRAGMA integrity_check({_MOST_DAMAGES})").scalars().all()
        return [str(line) for line in told if line != "ok"]

    def now(self) -> datetime | None:
        """The moment by the clock of the database's server, UTC; None for SQLite, whose clock is this machine's."""
        with self._database.asking() as conn:
            if conn.dialect.name == "sqlite":
                return None
            moment: datetime = conn.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return moment.astimezone(UTC)

    def newest(self) -> datetime | None:
        """When the newest event was written, UTC, by the clock of whoever wrote it; None when there is none."""
        with self._database.asking() as conn:
            at = conn.scalar(sa.select(event.c.at).order_by(event.c.seq.desc()).limit(1))
        return None if at is None else datetime.fromisoformat(at)

    def wait_to_write(self) -> None:
        """Be the one writer for a moment; writes nothing.

        Raises:
            JournalError: Another process did not let go of the database in time, or it cannot be written to.
        """
        with self._database.writing():
            pass
