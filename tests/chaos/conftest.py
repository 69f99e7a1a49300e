"""Fixtures of the chaos suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.chaos.judging import Counted
from tests.integration.postgres import PostgresServer, postgres_programs
from tests.mailbox import mailbox, server

__all__ = ["counted", "database_server", "mailbox", "server"]


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Counted:
    """Puts a tally into the table at the end of the session."""
    return lambda tally: record_property("chaos", tally.line())


@pytest.fixture
def database_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that may be disturbed: no other test uses it."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (on Debian: apt-get install postgresql)")
    with TemporaryDirectory(prefix="yakin-postgres-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(programs, Path(folder))
        try:
            yield server
        finally:
            server.stop()
