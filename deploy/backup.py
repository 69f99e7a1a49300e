"""Copies what cannot be made again: the journal, the settings, the workflows, the ledger of bank files. Secrets are not copied.

    .venv/bin/python deploy/backup.py FOLDER [--keep 14]

The journal is copied while Yakin works, in one piece, and the copy is examined. A journal in PostgreSQL is left to the
backup of that server. Pictures and outputs of runs are ordinary files below the data folder: any backup can take them.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sqlite3
import sys
import zipfile
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = "yakin-%Y%m%dT%H%M%S"


def main() -> int:
    """Make one copy, delete the oldest; returns 0 when that was done, else 1."""
    parser = argparse.ArgumentParser(description="Copy the journal, the settings and the workflows.")
    parser.add_argument("folder", type=Path, help="folder of the copies")
    parser.add_argument("--project", type=Path, default=ROOT, help="folder of the installation")
    parser.add_argument("--keep", type=int, default=14, help="so many copies are kept")
    given = parser.parse_args()
    if given.keep < 1:
        parser.error("--keep must be 1 or more")
    copy = given.folder / f"{datetime.now().astimezone():{NAME}}"
    unfinished = copy.with_suffix(".unfinished")
    try:
        unfinished.mkdir(parents=True)
        told = copy_project(given.project.resolve(), unfinished)
        unfinished.rename(copy)
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        sys.stderr.write(f"No copy was made: {error}\n")
        return 1
    for old in sorted(given.folder.glob("yakin-*T*"))[: -given.keep]:
        shutil.rmtree(old)
    sys.stdout.write(f"{copy}: {told}\n")
    return 0


def copy_project(project: Path, into: Path) -> str:
    """Copy one project.

    Args:
        project: Its folder.
        into: An empty folder.

    Returns:
        What was copied, in a few words.

    Raises:
        OSError, sqlite3.Error: Something cannot be read or written, or the copy of the journal is damaged.
    """
    sys.path.insert(0, str(ROOT))
    from yakin.settings import load_settings

    settings = load_settings(project)
    secrets = (project / settings.secrets.file).resolve()
    with zipfile.ZipFile(into / "project.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in (project / "config", project / settings.workflows):
            for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.resolve() != secrets):
                archive.write(path, path.relative_to(project).as_posix())
        for ledger in sorted((project / settings.data / "bank").glob("*.jsonl")):
            archive.write(ledger, f"bank/{ledger.name}")
    url = settings.database_url(project)
    if not url.startswith("sqlite:///"):
        return "settings and workflows (the journal is in PostgreSQL: it is copied there)"
    journal = Path(url.removeprefix("sqlite:///"))
    if not journal.exists():
        return "settings and workflows (there is no journal yet)"
    copy_journal(journal, into / journal.name)
    return "journal, settings and workflows"


def copy_journal(journal: Path, copy: Path) -> None:
    """Copy a SQLite file that may be in use.

    Raises:
        sqlite3.Error: It cannot be read, or the copy is damaged.
    """
    with (
        contextlib.closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        found = target.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"the copy of {journal} is damaged: {found}")


if __name__ == "__main__":
    sys.exit(main())
