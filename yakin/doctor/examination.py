"""An examination: all checks at once, each within its time; one that crashes or hangs is told and ends nothing else."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from yakin.actions import Diagnosis, diagnosed, warn, wrong
from yakin.actions.diagnosis import Severity
from yakin.doctor.check import Check, NotLookedAt
from yakin.doctor.patient import Patient
from yakin.errors import YakinError

_WORST_FIRST: tuple[Severity, ...] = ("wrong", "warning")


@dataclass(frozen=True, slots=True)
class Examined:
    """What a check came to.

    Attributes:
        name: Of the check.
        found: What it found, in its order.
    """

    name: str
    found: tuple[Diagnosis, ...]

    @property
    def severity(self) -> Severity:
        """The worst of what was found."""
        severities = {diagnosis.severity for diagnosis in self.found}
        return next((severity for severity in _WORST_FIRST if severity in severities), "well")


def examine(patient: Patient, checks: Sequence[Check]) -> Iterator[Examined]:
    """Do the checks, all at the same time; what each came to, in their order, as soon as it is known."""
    looks = [_Look(patient, check) for check in checks]
    for look in looks:
        look.start()
    for look in looks:
        yield look.came_to()


class _Look(threading.Thread):
    """One check being done; a check that hangs keeps neither the others nor the program from ending."""

    def __init__(self, patient: Patient, check: Check) -> None:
        super().__init__(name=f"doctor-{check.name}", daemon=True)
        self._patient = patient
        self._check = check
        self._found: list[Diagnosis] = []
        self._begun = time.monotonic()

    def run(self) -> None:
        """Do the check and keep what it finds."""
        try:
            for diagnosis in self._check.look(self._patient):
                self._found.append(diagnosis)
        except NotLookedAt as reason:
            self._found.append(warn(reason.template))
        except YakinError as error:
            self._found.append(diagnosed(error))
        except Exception as error:  # noqa: BLE001 - whatever a check does, the others go on
            self._found.append(_crash(error))

    def came_to(self) -> Examined:
        """What was found until the end of the check, or of its time."""
        self.join(max(0.0, self._begun + self._check.seconds - time.monotonic()))
        found = tuple(self._found)
        if self.is_alive():
            found = (*found, self._check.late or _late(self._check.seconds))
        return Examined(self._check.name, found)


def _late(seconds: float) -> Diagnosis:
    return wrong(
        "This did not come to an end within {seconds} s",
        hint="Try again when the machine is less busy; what is looked at here may hang",
        seconds=f"{seconds:g}",
    )


def _crash(error: Exception) -> Diagnosis:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return wrong(
        "This could not be looked at: {kind}: {error} ({file}, line {line})",
        hint="Report it to the people who make Yakin, with this line",
        kind=type(error).__name__,
        error=error,
        file="/".join(Path(place.filename).parts[-3:]),
        line=place.lineno or 0,
    )
