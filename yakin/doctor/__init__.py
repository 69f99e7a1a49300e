"""The doctor: looks at everything that can be wrong on a machine, and says how to mend it.

A check is a plain function with a name; the list of them is data. Bots add checks of their own (`yakin.actions.checkup`).
"""

from yakin.doctor.check import Check, NotLookedAt
from yakin.doctor.checks import CHECKS, chosen
from yakin.doctor.examination import Examined, examine
from yakin.doctor.patient import Patient

__all__ = ["CHECKS", "Check", "Examined", "NotLookedAt", "Patient", "chosen", "examine"]
