"""The days on which banks work: not Saturdays, Sundays, national holidays and 31 December to 3 January.

銀行法第15条 and 銀行法施行令第5条 name the closed days.
"""

from __future__ import annotations

from datetime import date

from yakin.japan.calendar import WEEKEND
from yakin.japan.holidays import Holidays


def is_bank_day(day: date) -> bool:
    """Whether banks work on a day. The holidays are the calculated ones."""
    new_year = (day.month, day.day) in ((12, 31), (1, 1), (1, 2), (1, 3))
    return not (new_year or day.weekday() in WEEKEND or Holidays().name(day) is not None)
