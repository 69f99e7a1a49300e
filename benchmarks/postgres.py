"""A PostgreSQL server of a benchmark's own: in a temporary folder, on a free port, gone afterwards; with fsync, as in earnest."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str | None]:
    """URL of an empty database on a server that lives as long as the context; None where PostgreSQL is not installed.

    Args:
        folder: Where; made.
    """
    programs = _programs()
    if programs is None:
        yield None
        return
    folder.mkdir(parents=True)
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.name == "posix" and os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
        folder.parent.chmod(0o711)

    def run(program: str, *arguments: str | Path) -> None:
        command = [programs / program, *arguments]
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, cwd=folder)

    port, data = _free_port(), folder / "data"
    run("initdb", "-D", data, "-U", "yakin", "-A", "trust", "-E", "UTF8", "--locale=C")
    options = f"-p {port} -h 127.0.0.1 -c unix_socket_directories=''"
    run("pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
    try:
        yield f"postgresql://yakin@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-m", "fast", "-w", "stop")


def _programs() -> Path | None:
    """Folder of the server's programs."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
