"""National holidays: what 国民の祝日に関する法律 (昭和23年法律第178号) makes of a day, and how far ahead that is sure.

The days are calculated with the `jpholiday` library, which knows the substitute holidays (article 3, paragraph 2), the days between
two holidays (paragraph 3) and the special laws of single years. The two equinox days are astronomical: the Cabinet
Office announces those of the next year in its gazette on the first working day of February. What it announces can be
imported, and then counts instead of what was calculated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType

from yakin.japan.reasons import Reason

LAW_SINCE = date(1948, 7, 20)
"""The day the law came into force; before it there are no national holidays."""

ANNOUNCED_IN = 2
"""Month, on whose first day at the earliest the holidays of the next year are announced."""

_SUBSTITUTE = "振替休日"

_NAMES: Mapping[str, Reason] = {
    "元日": Reason("New Year's Day"),
    "成人の日": Reason("Coming of Age Day"),
    "建国記念の日": Reason("National Foundation Day"),
    "天皇誕生日": Reason("Emperor's Birthday"),
    "春分の日": Reason("Vernal Equinox Day"),
    "昭和の日": Reason("Showa Day"),
    "憲法記念日": Reason("Constitution Day"),
    "みどりの日": Reason("Greenery Day"),
    "こどもの日": Reason("Children's Day"),
    "海の日": Reason("Marine Day"),
    "山の日": Reason("Mountain Day"),
    "敬老の日": Reason("Respect for the Aged Day"),
    "秋分の日": Reason("Autumnal Equinox Day"),
    "スポーツの日": Reason("Sports Day"),
    "文化の日": Reason("Culture Day"),
    "勤労感謝の日": Reason("Labour Thanksgiving Day"),
    "国民の休日": Reason("Citizens' holiday"),
    "休日": Reason("Holiday under the Public Holidays Act"),
    _SUBSTITUTE: Reason("Substitute holiday"),
}


@dataclass(frozen=True)
class Holidays:
    """The national holidays of all years.

    Attributes:
        announced: Day → name, as the Cabinet Office announces them. A year that has a day in here has no holidays
            but these; all other years are calculated.
    """

    announced: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))

    def name(self, day: date) -> str | None:
        """The Japanese name of the holiday on a day, such as 元日; None when it is none."""
        if day.year in self.announced_years:
            return self.announced.get(day)
        return calculated(day.year).get(day)

    def of_year(self, year: int) -> Mapping[date, str]:
        """The holidays of a calendar year, in order: day → Japanese name."""
        if year in self.announced_years:
            return {day: name for day, name in sorted(self.announced.items()) if day.year == year}
        return calculated(year)

    @cached_property
    def announced_years(self) -> frozenset[int]:
        """Years whose holidays were announced and not calculated."""
        return years_of(self.announced)

    def sure_until(self, today: date) -> date:
        """The last day about which the holidays are sure: announced, or calculated and announced by this day.

        Args:
            today: The present day.
        """
        announced = date(max(self.announced_years), 12, 31) if self.announced_years else date.min
        return max(announced, sure_until(today))


def sure_until(today: date) -> date:
    """The last day of the last year whose equinox days are announced by a day.

    Args:
        today: The present day.
    """
    return date(today.year + (today.month >= ANNOUNCED_IN), 12, 31)


@lru_cache(maxsize=256)
def calculated(year: int) -> Mapping[date, str]:
    """The holidays of a calendar year as the law makes them: day → Japanese name, in order.

    Args:
        year: Calendar year; there are none before 1948.
    """
    import jpholiday

    if year < LAW_SINCE.year:
        return MappingProxyType({})
    found = ((day, _SUBSTITUTE if name.endswith(_SUBSTITUTE) else name) for day, name in jpholiday.year_holidays(year))
    return MappingProxyType({day: name for day, name in found if day >= LAW_SINCE})


def reason_of(name: str) -> Reason:
    """A holiday as a reason, which readers see in their language.

    Args:
        name: Its Japanese name; one that is not known is shown as it is.
    """
    return _NAMES.get(name) or Reason("{name}", {"name": name})


def years_of(days: Iterable[date]) -> frozenset[int]:
    """The calendar years of some days."""
    return frozenset(day.year for day in days)
