"""The database under the journal: opened, brought up to date, and written by one writer at a time."""

from __future__ import annotations

import select
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from yakin.errors import JournalError
from yakin.journal.tables import REVISION, VERSION_TABLE

_WRITING = "yakin_writing"
_ASKING = "yakin_asking"
_RESTS_SINCE = "yakin_rests_since"
_LONG_REST = 1.0
"""Seconds after which a connection may have been lost without a word, as by a machine switched off."""

_ADVISORY_LOCK = 0x79616B696E
_FAILURES = (sa.exc.SQLAlchemyError, sqlite3.Error, OSError, TypeError, ValueError)


class Database:
    """Transactions on SQLite or PostgreSQL. Every failure is a `JournalError`, and nothing half-written stays.

    Args:
        url: SQLAlchemy URL: `sqlite:///folder/file.sqlite` or `postgresql://…`.
        lock_seconds: How long to wait for other writers.

    Raises:
        JournalError: It cannot be opened, or was written by a newer version of Yakin.
    """

    def __init__(self, url: str, *, lock_seconds: float = 30.0) -> None:
        self._lock_ms = int(lock_seconds * 1000)
        self._writer = threading.Lock()
        with _as_journal_error("opened"):
            self._engine = self._make_engine(sa.make_url(url))
            self._to_write = self._engine.execution_options(**{_WRITING: True})
            self._to_ask = self._engine.execution_options(**_without_transaction(self._engine))
            try:
                self._bring_up_to_date()
            except BaseException:
                self.close()
                raise

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that reads: what it sees is from one moment."""
        with _as_journal_error("read"), self._engine.connect() as conn:
            yield conn

    @contextmanager
    def asking(self) -> Iterator[sa.Connection]:
        """For single questions that are quickest asked without a transaction around them: each sees a moment of its own."""
        with _as_journal_error("read"), self._to_ask.connect() as conn:
            yield conn

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """The only transaction that writes, in all processes; on leaving it is on disk."""
        with _as_journal_error("written"), self._writer, self._to_write.begin() as conn:
            yield conn

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _make_engine(self, url: sa.URL) -> sa.Engine:
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        # Parameters are people's data: they do not belong in an error's text.
        engine = sa.create_engine(url, hide_parameters=True)
        if engine.dialect.name == "sqlite":
            if url.database and not url.database.startswith("file:"):
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            sa.event.listen(engine, "connect", self._prepare_sqlite)
            sa.event.listen(engine, "begin", _begin_sqlite)
        else:
            sa.event.listen(engine, "connect", self._prepare_postgresql)
            sa.event.listen(engine, "begin", _begin_postgresql)
            sa.event.listen(engine, "checkin", _note_rest)
            sa.event.listen(engine, "checkout", _confirm_connection)
        return engine

    def _prepare_sqlite(self, connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={self._lock_ms}")
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode=WAL")
        # NORMAL may lose the last commits, and with them an intent, when the power fails.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    def _prepare_postgresql(self, connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {self._lock_ms}")
        connection.commit()

    def _bring_up_to_date(self) -> None:
        with self._engine.connect() as conn:
            if _revision(conn) == REVISION:
                return
        with self.writing() as conn:
            # Another process may have done it while this one waited.
            found = _revision(conn)
            if found == REVISION:
                return
            if found is not None and found > REVISION:
                raise JournalError(
                    "The journal was written by a newer version of Yakin (its schema is {found}, not {known})",
                    hint="Use the newer version",
                    found=found,
                    known=REVISION,
                )
            _migrate(conn)


def _note_rest(_connection: object, record: Any) -> None:
    record.info[_RESTS_SINCE] = time.monotonic()


def _confirm_connection(connection: Any, record: Any, _proxy: object) -> None:
    """Replace a connection that was lost while it rested, as when the database was started anew.

    To ask the database costs a round trip in every transaction; so it is asked only when the connection has rested for
    long, or when the database has spoken unasked: a database that ends says so.
    """
    since = record.info.get(_RESTS_SINCE)
    if since is None or (time.monotonic() - since < _LONG_REST and not _has_spoken(connection)):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise sa.exc.DisconnectionError(str(error)) from error


def _has_spoken(connection: Any) -> bool:
    try:
        return bool(select.select([connection], [], [], 0)[0])
    except (OSError, ValueError, connection.OperationalError):
        # It is closed, or its number is too high to be waited for.
        return True


def _without_transaction(engine: sa.Engine) -> dict[str, Any]:
    """Options for connections on which every statement stands for itself; SQLite's are like that until told `BEGIN`."""
    return {_ASKING: True} if engine.dialect.name == "sqlite" else {_ASKING: True, "isolation_level": "AUTOCOMMIT"}


def _begin_sqlite(conn: sa.Connection) -> None:
    if conn.get_execution_options().get(_ASKING):
        return
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get(_WRITING) else "BEGIN")


def _begin_postgresql(conn: sa.Connection) -> None:
    if conn.get_execution_options().get(_ASKING):
        return
    if conn.get_execution_options().get(_WRITING):
        conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
    else:
        conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _revision(conn: sa.Connection) -> str | None:
    if not sa.inspect(conn).has_table(VERSION_TABLE):
        return None
    return conn.scalar(sa.select(sa.literal_column("version_num", sa.Text)).select_from(sa.text(VERSION_TABLE)))


def _migrate(conn: sa.Connection) -> None:
    # Importing Alembic takes longer than most commands, and nearly always there is nothing to do.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


@contextmanager
def _as_journal_error(done: str) -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        reason = getattr(error, "orig", None) or error
        raise JournalError(
            "The journal cannot be {done}: {reason}",
            hint="Nothing was written. See that the disk has room, that the folder can be written to and that the database answers",
            done=done,
            reason=str(reason).strip(),
        ) from error
