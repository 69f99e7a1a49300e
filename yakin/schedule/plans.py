"""What becomes of moments that were due: started, or told as missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

PUNCTUAL = timedelta(seconds=60)
"""What is looked at within this time of its moment is not missed: the scheduler was there, and had much to do."""

Missed = Literal["skip", "run_once", "run_all"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the moments of one schedule.

    Attributes:
        start: Those for which a run is started, in order.
        missed: Those that are told as missed, in order.
    """

    start: tuple[datetime, ...] = ()
    missed: tuple[datetime, ...] = ()


def plan(owed: Sequence[tuple[datetime, datetime]], now: datetime, *, missed: Missed, grace: timedelta | None) -> Plan:
    """Decide what becomes of moments that are over.

    Whatever is not punctual was missed: nothing was running then. `run_once` starts one run for all of them, the last
    one's, unless something punctual is started anyway; `run_all` starts each of them; none that is later than `grace`.

    Args:
        owed: Moments that have not been taken care of, in order: when it was due, and when it was to be started.
        now: The present.
        missed: The trigger's rule.
        grace: How late a missed run may be started; None for any time.
    """
    # Of several the earlier ones were missed, however short ago that was.
    start = [due for due, fires in owed[-1:] if now - fires <= PUNCTUAL]
    late = [due for due, _ in owed if due not in start]
    still = [due for due in late if grace is None or now - due <= grace]
    match missed:
        case "run_all":
            chosen = still
        case "run_once":
            chosen = [] if start else still[-1:]
        case "skip":
            chosen = []
    return Plan((*chosen, *start), tuple(due for due in late if due not in set(chosen)))
