"""Memory and processor cores, against the sessions that a worker here may hold."""

from __future__ import annotations

import os
from collections.abc import Iterator

from yakin.actions import Diagnosis, warn, well
from yakin.doctor.patient import Patient

_GB = 1_000_000_000
_SESSION = 0.4
"""GB that a session takes, browser and all."""

_REST = 0.5
"""GB that the rest of Yakin takes."""


def memory(patient: Patient) -> Iterator[Diagnosis]:
    """What this machine has."""
    import psutil

    free = psutil.virtual_memory().available / _GB
    yield from memory_of(free, os.cpu_count() or 1, patient.project.settings.worker.sessions)


def memory_of(free: float, cores: int, sessions: int) -> Iterator[Diagnosis]:
    """What there is to say of a machine.

    Args:
        free: GB of memory that programs can still have.
        cores: Of its processor.
        sessions: That its worker may hold at once.
    """
    needed = _REST + _SESSION * sessions
    if free < needed:
        yield warn(
            "{free} GB of memory are free; {sessions} sessions need about {needed} GB",
            hint="End other programs, lower [worker] sessions in config/yakin.toml, or give the machine more",
            free=f"{free:.1f}",
            needed=f"{needed:.1f}",
            sessions=sessions,
        )
    if sessions > 2 * cores:
        yield warn(
            "{sessions} sessions share {cores} cores: pages become slow",
            hint="Lower [worker] sessions in config/yakin.toml",
            sessions=sessions,
            cores=cores,
        )
    if free >= needed and sessions <= 2 * cores:
        yield well("{free} GB of memory are free, {cores} cores", free=f"{free:.1f}", cores=cores)
