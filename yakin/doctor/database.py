"""The journal's database, and the chain of what is written in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yakin.actions import Diagnosis, diagnosed, warn, well, wrong
from yakin.doctor.patient import NotLookedAt, Patient
from yakin.errors import JournalError

if TYPE_CHECKING:
    from yakin.journal.health import Health

STILL_VERIFYING = warn(
    "The journal is long: it is not verified to its end yet", hint="Do it with: runner.py audit verify"
)


def database(patient: Patient) -> Iterator[Diagnosis]:
    """Whether the database answers, is whole, and can be written to."""
    from yakin.journal.health import Health

    if not patient.has_database:
        yield well("There is no journal yet; the first run makes it")
        return
    try:
        health = Health(patient.project.database_url)
    except JournalError as error:
        yield diagnosed(error)
        return
    try:
        yield from database_of(health)
    finally:
        health.close()


def database_of(health: Health) -> Iterator[Diagnosis]:
    """What there is to say of a database that can be opened."""
    try:
        yield well("{product} answers", product=health.product())
        for damage in health.damages():
            yield wrong(
                "The file of the journal is damaged: {damage}",
                hint="Stop all workers, keep the file, and bring back the last copy of it",
                damage=damage,
            )
    except JournalError as error:
        yield diagnosed(error)
        return
    try:
        health.wait_to_write()
    except JournalError as error:
        yield wrong(
            "The journal cannot be written to: {reason}",
            hint="Another program may keep it locked, such as a backup or a database viewer: end that",
            reason=error.data.get("reason", error.message),
        )


def audit(patient: Patient) -> Iterator[Diagnosis]:
    """Whether the journal is what was written."""
    if not patient.has_database:
        yield well("There is no journal yet; the first run makes it")
        return
    findings = patient.journal.verify()
    if findings:
        yield wrong(
            "The journal is not as it was written; findings: {count}, the first at event {seq}",
            hint="Read them with: runner.py audit verify. Keep a copy of the database before anything else",
            count=len(findings),
            seq=findings[0].seq,
        )
    else:
        yield well("The journal is as it was written; events: {count}", count=patient.journal.anchor().seq)


@contextmanager
def open_health(patient: Patient) -> Iterator[Health]:
    """The database for a check that is about something else.

    Raises:
        NotLookedAt: It cannot be opened, which another check tells.
    """
    from yakin.journal.health import Health

    try:
        health = Health(patient.project.database_url)
    except JournalError as error:
        raise NotLookedAt("Not looked at, because the database cannot be opened") from error
    try:
        yield health
    finally:
        health.close()
