"""A PostgreSQL server of the tests' own: started in a temporary folder, on a free port, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

_DEBIAN = Path("/usr/lib/postgresql")


class PostgresServer:
    """A running server that trusts everybody on this machine and keeps nothing.

    Args:
        programs: Folder of `initdb` and `pg_ctl`.
        folder: Empty folder that the server's user may write to.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._data = folder / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.name == "posix" and os.getuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", self._data, "-U", "yakin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._options = f"-p {self.port} -h 127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._start("start")

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        import psycopg

        name = f"test_{uuid4().hex}"
        address = f"postgresql://yakin@127.0.0.1:{self.port}"
        with psycopg.connect(f"{address}/postgres", autocommit=True) as conn:
            conn.execute(f'CREATE DATABASE "{name}"'.encode())
        return f"{address}/{name}"

    def restart(self, how: str) -> None:
        """Stop the server and start it again.

        Args:
            how: `fast` breaks connections off; `immediate` is a crash, after which it recovers.
        """
        self._start("restart", "-m", how)

    def stop(self) -> None:
        """Stop the server."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def _start(self, *command: str) -> None:
        log = self._data.parent / "log"
        self._run("pg_ctl", "-D", self._data, "-l", log, "-o", self._options, "-w", *command)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [self._programs / program, *arguments]
        subprocess.run(command, check=True, user=self._user, stdout=subprocess.DEVNULL, cwd=self._data.parent)


def postgres_programs() -> Path | None:
    """Folder of PostgreSQL's server programs; None when it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server for the whole session."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (on Debian: apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="yakin-postgres-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(programs, Path(folder))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """URL of an empty database."""
    return postgres_server.new_database()
