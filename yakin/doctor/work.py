"""Who works: leases whose holders are gone or silent, and runs that nobody goes on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from yakin.actions import Diagnosis, warn, well
from yakin.doctor.patient import Patient

if TYPE_CHECKING:
    from yakin.ledger import LeaseRow, RunRow

_SILENT = timedelta(minutes=5)
_MOST_RUNS = 3


def workers(patient: Patient) -> Iterator[Diagnosis]:
    """The workers and runs of this project."""
    if not patient.has_database:
        yield well("Nobody works now")
        return
    journal = patient.journal
    leases = journal.leases()
    yield from workers_of(leases.held(), lambda row: leases.live(row.token), patient.project.clock.now())
    yield from runs_of(journal.runs(status="running"), lambda row: bool(row.owner) and leases.live(row.owner))


def workers_of(held: Sequence[LeaseRow], lives: Callable[[LeaseRow], bool], now: datetime) -> Iterator[Diagnosis]:
    """What there is to say of leases.

    Args:
        held: The leases that are held.
        lives: Whether a holder is not surely gone.
        now: The moment, UTC.
    """
    working = 0
    for row in held:
        silent = now - row.beat_at
        if not lives(row):
            yield warn(
                "{name} died while it worked",
                hint="Start it again (runner.py work), or do what it did with: runner.py resume RUN",
                name=row.name,
            )
        elif silent > _SILENT:
            yield warn(
                "{name} on {machine} has been silent for {minutes} minutes",
                hint="See whether its machine runs, reaches the database and has the right time; others take its work",
                name=row.name,
                machine=row.machine.partition(":")[0],
                minutes=int(silent.total_seconds() // 60),
            )
        else:
            working += 1
    yield well("Processes at work now: {count}", count=working)


def runs_of(running: Sequence[RunRow], is_owned: Callable[[RunRow], bool]) -> Iterator[Diagnosis]:
    """What there is to say of runs that have begun and not ended.

    Args:
        running: Those runs.
        is_owned: Whether somebody executes it now.
    """
    left = [row for row in running if not is_owned(row) and row.parent is None]
    for row in left[:_MOST_RUNS]:
        yield warn(
            "Run {run} of {workflow} was cut off and nobody goes on with it",
            hint="Go on with: runner.py resume {run}",
            run=row.id,
            workflow=row.workflow,
        )
    if len(left) > _MOST_RUNS:
        yield warn(
            "More runs were cut off: {count}", hint="List them with: runner.py runs", count=len(left) - _MOST_RUNS
        )
