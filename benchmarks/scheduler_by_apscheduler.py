"""The same moments by APScheduler alone, as a careful person uses it, told turn by turn what to do by `scheduler.py`.

With a file it keeps its jobs there (SQLAlchemy's job store), and each job writes down in the same database that it was
done; without one it keeps nothing.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

from benchmarks.measure import Turns
from benchmarks.schedules import Crowd

LATE: list[float] = []
"""Seconds from the moment until each job had done what it is there for."""

_engines: list[sa.Engine] = []
_INSERT = sa.text("INSERT INTO done (number, at) VALUES (:number, :at)")


def nothing() -> None:
    """What is due daily, and never while anybody measures."""


def work(number: int, moment: str) -> None:
    """Write down that the job was done, where anything is written down."""
    for engine in _engines:
        with engine.begin() as connection:
            connection.execute(_INSERT, {"number": number, "at": datetime.now(UTC).isoformat()})
    LATE.append((datetime.now().astimezone() - datetime.fromisoformat(moment)).total_seconds())


def opened(file: str | None) -> Any:
    """Where jobs are kept."""
    if file is None:
        return MemoryJobStore()
    engine = sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 60})
    # As safe as Yakin's, and as quick as that can be.
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS done (number INTEGER, at TEXT)"))
    _engines.append(engine)
    return SQLAlchemyJobStore(engine=engine)


def add(scheduler: Any, crontabs: Sequence[str], at_once: int, moment: datetime | None) -> None:
    """Add the jobs."""
    for fields in crontabs:
        scheduler.add_job(nothing, CronTrigger.from_crontab(fields))
    for number in range(at_once if moment else 0):
        scheduler.add_job(work, DateTrigger(moment), (number, moment.isoformat() if moment else ""))


def main() -> None:
    """Keep the jobs until it is told to end."""
    given = json.loads(sys.argv[1])
    moment = datetime.fromisoformat(given["moment"]) if given["moment"] else None
    turns = Turns()
    there = given["file"] is not None and Path(given["file"]).exists()
    scheduler = BackgroundScheduler(
        jobstores={"default": opened(given["file"])}, job_defaults={"misfire_grace_time": None}
    )
    scheduler.start(paused=True)
    add(scheduler, [] if there else Crowd(given["daily"]).crontabs(), given["at_once"], moment)
    scheduler.resume()
    while turns.next_row():
        time.sleep(1)  # a turn is a second in which nothing is due: what that costs is measured
    pause = threading.Event()
    while moment is not None and len(LATE) < given["at_once"]:
        pause.wait(0.5)
    scheduler.shutdown()
    turns.say(late=LATE)


if __name__ == "__main__":
    main()
