"""Writing one event of the journal against the least a disk can do: one row inserted with SQLite's full synchronisation.

The journal's append masks the event, chains its hash, brings the ledger up to date and writes all of it in one transaction.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import claim, table  # noqa: E402 - it is found only now

GOAL = 4.0
_BODY = "x" * 400


def bare(path: Path) -> Callable[[], None]:
    """Insert one row of an event's size and wait until it is on disk."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body TEXT)")

    def write() -> None:
        database.execute("INSERT INTO event (body) VALUES (?)", (_BODY,))

    return write


def journal(path: Path) -> Callable[[], None]:
    """Append the note of a step to the journal."""
    from yakin.events import Noted, RunCreated
    from yakin.journal.store import JournalStore

    store = JournalStore(f"sqlite:///{path}")
    store.append("benchmark", RunCreated(run="r", workflow="w", title="w", workflow_hash="0" * 64))
    event = Noted(run="r", step="entry", item="07000101", kind="note", data={"text": _BODY[:200]})
    return lambda: store.append("benchmark", event)


def main() -> int:
    """Measure in turns, print, and say by the exit status whether the goal holds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer events")
    rounds = 150 if options.parse_args().quick else 1500
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="yakin-benchmark-") as folder:
        both = {
            "one INSERT, synchronous=FULL": bare(Path(folder, "bare.sqlite")),
            "one event of the journal": journal(Path(folder, "journal.sqlite")),
        }
        for _ in range(rounds):
            for name, write in both.items():
                begun = time.perf_counter()
                write()
                taken.setdefault(name, []).append((time.perf_counter() - begun) * 1000)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    table(["median of one write", "ms"], [[name, f"{ms:.2f}"] for name, ms in medians.items()])
    print()
    least, ours = medians.values()
    return 0 if claim("JOURNAL_APPEND", ours / least, at_most=GOAL) else 1


if __name__ == "__main__":
    sys.exit(main())
