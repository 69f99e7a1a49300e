"""The checks there are, in the order in which they are told."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from yakin.actions import CheckupSpec, Diagnosis
from yakin.doctor import (
    bots,
    calendars,
    clock,
    database,
    disk,
    encodings,
    files,
    installation,
    machine,
    mail,
    secrets,
    work,
)
from yakin.doctor.check import Check, NotLookedAt
from yakin.doctor.patient import Patient
from yakin.errors import ConfigError

CHECKS: Sequence[Check] = (
    Check("python", installation.python),
    Check("packages", installation.packages),
    Check("settings", files.settings),
    Check("workflows", files.workflows, seconds=60),
    Check("calendars", calendars.calendars),
    Check("secrets", secrets.secrets, seconds=60),
    Check("bots", bots.bots),
    Check("clock", clock.clock, seconds=60),
    Check("time-zone", clock.time_zone),
    Check("encodings", encodings.encodings),
    Check("memory", machine.memory),
    Check("disk", disk.disk, seconds=60),
    Check("database", database.database, seconds=60),
    Check("audit", database.audit, seconds=120, late=database.STILL_VERIFYING),
    Check("workers", work.workers, seconds=60),
    Check("mail", mail.mail, seconds=60),
)
"""All but those of the bots, which come after them."""


def chosen(patient: Patient, only: Sequence[str] = ()) -> Sequence[Check]:
    """The checks that are done: all, or those of these names.

    Raises:
        ConfigError: There is no check of such a name.
    """
    known = [*CHECKS, *_of_bots(patient)]
    names = [check.name for check in known]
    for name in only:
        if name not in names:
            similar = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
            raise ConfigError(
                "There is no check {name}",
                name=name,
                hint="Did you mean {other}?" if similar else "There are: {other}",
                other=similar[0] if similar else ", ".join(names),
            )
    return [check for check in known if not only or check.name in only]


def _of_bots(patient: Patient) -> list[Check]:
    """What the bots look at themselves; nothing when they cannot be loaded, which another check tells."""
    try:
        return [_of_bot(spec, patient.project.settings.config) for spec in patient.registry.checkups]
    except NotLookedAt:
        return []


def _of_bot(spec: CheckupSpec, config: Mapping[str, Any]) -> Check:
    def look(_patient: Patient) -> Iterable[Diagnosis]:
        return spec.look(config)

    return Check(spec.name, look, seconds=spec.seconds)
