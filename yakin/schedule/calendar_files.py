"""What a calendar file says, checked: every mistake with its line and column, and the calendar when there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Any

from yakin.errors import YakinError
from yakin.expected import MAPPING, TEXT, TRUTH
from yakin.japan.calendar import WEEKEND, Calendar, Hours
from yakin.japan.eras import parse_date
from yakin.japan.holidays import Holidays
from yakin.japan.refusals import JapaneseDataError
from yakin.japan.widths import normal_text, unify_dashes
from yakin.phrases import Phrase, mark
from yakin.workflow.findings import Findings, suggestion
from yakin.workflow.loader import Loaded
from yakin.workflow.positions import Path
from yakin.workflow.problems import Problem
from yakin.workflow.sentences import described
from yakin.workflow.shape import spoken

KEYS = ("title", "closed_weekdays", "national_holidays", "year_end", "closed", "opened", "hours", "sure_until")
"""Keys of a calendar file."""

HOLIDAY_KEYS = ("source", "holidays")
"""Keys of the file of announced national holidays."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of weekdays; 月 to 日 are understood too."""

_EXAMPLE = "2026-08-14: 夏季休業"
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class CalendarFileError(YakinError):
    """A calendar file is wrong; carries every problem found, with its place."""

    code = "calendar-file"
    exit_status = 2

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(
            "The calendar files have {count} problems; the first is in {where}: {problem}",
            count=len(problems),
            where=f"{first.file}:{first.line}:{first.column}",
            problem=first.phrase,
        )


def calendar_of(loaded: Loaded, name: str, holidays: Holidays, today: date) -> Calendar:
    """The calendar that a file describes.

    Args:
        loaded: The file.
        name: What workflows call it.
        holidays: The national holidays.
        today: The present day; how far the holidays are announced depends on it.

    Raises:
        CalendarFileError: Something in it is wrong.
    """
    reading = _Reading(loaded, KEYS)
    national = reading.truth("national_holidays", default=True)
    sure = [holidays.sure_until(today)] if national else []
    if (until := reading.day("sure_until")) is not None:
        sure.append(until)
    opened, closed = reading.days("opened"), reading.days("closed")
    for day in sorted(opened.keys() & closed.keys()):
        reading.refuse_both(day)
    found = Calendar(
        name=name,
        title=reading.text("title"),
        closed_weekdays=reading.weekdays("closed_weekdays", default=WEEKEND),
        national_holidays=national,
        year_end=reading.truth("year_end", default=True),
        closed=closed,
        opened=opened,
        hours=reading.hours("hours"),
        holidays=holidays,
        sure_until=min(sure, default=date.max),
    )
    reading.raise_problems()
    return found


def holidays_of(loaded: Loaded) -> Holidays:
    """The announced national holidays of a file.

    Raises:
        CalendarFileError: Something in it is wrong.
    """
    reading = _Reading(loaded, HOLIDAY_KEYS)
    reading.text("source")
    found = reading.days("holidays")
    reading.raise_problems()
    return Holidays(found)


class _Reading:
    """One file, key by key."""

    def __init__(self, loaded: Loaded, keys: tuple[str, ...]) -> None:
        self.findings = Findings(loaded)
        self._data: Mapping[str, Any] = loaded.data if isinstance(loaded.data, Mapping) else {}
        if loaded.data is not None and not isinstance(loaded.data, Mapping):
            self._wrong((), loaded.data, MAPPING)
        for key in self._data:
            if key not in keys:
                hint, data = suggestion(key, [known for known in keys if known not in self._data])
                self.findings.add(
                    "unknown-key", (key,), "There is no key {key} here", hint=hint, on_key=True, key=key, **data
                )

    def raise_problems(self) -> None:
        problems = [*self.findings.loaded.problems, *self.findings.problems]
        if problems:
            raise CalendarFileError(tuple(sorted(problems, key=lambda problem: problem.order)))

    def text(self, key: str) -> str:
        value = self._data.get(key)
        if value is not None and not isinstance(value, str):
            self._wrong((key,), value, TEXT)
        return value if isinstance(value, str) else ""

    def truth(self, key: str, *, default: bool) -> bool:
        value = self._data.get(key, default)
        if not isinstance(value, bool):
            self._wrong((key,), value, TRUTH)
            return default
        return value

    def day(self, key: str) -> date | None:
        value = self._data.get(key)
        return None if value is None else self._date(value, (key,))

    def days(self, key: str) -> Mapping[date, str]:
        found: dict[date, str] = {}
        for written, why in self._mapping(key, _EXAMPLE).items():
            day = self._date(written, (key, written), on_key=True)
            if not isinstance(why, str) or not why.strip():
                self._wrong(
                    (key, written), why, Phrase("a text that says why"), hint="Write {example}", example=_EXAMPLE
                )
            elif day in found:
                self._add("duplicate-day", (key, written), "{day} is there already", on_key=True, day=day)
            elif day is not None:
                found[day] = why
        return MappingProxyType(found)

    def weekdays(self, key: str, *, default: frozenset[int]) -> frozenset[int]:
        value = self._data.get(key)
        if value is None:
            return default
        if not isinstance(value, list):
            self._wrong((key,), value, Phrase("a list of weekdays"), hint="Write {example}", example="[sat, sun]")
            return default
        found: set[int] = set()
        for index, name in enumerate(value):
            numbers = _weekdays(name) if isinstance(name, str) else None
            if numbers is None:
                self._wrong((key, index), name, Phrase("a weekday such as sat"), hint=_HINT, known=_NAMES)
            found.update(numbers or ())
        return frozenset(found)

    def hours(self, key: str) -> Mapping[int, Hours] | None:
        if self._data.get(key) is None:
            return None
        found: dict[int, Hours] = {}
        for name, value in self._mapping(key, _HOURS).items():
            days, span = _weekdays(name), _span(value) if isinstance(value, str) else None
            if days is None:
                expected = Phrase("weekdays such as mon or mon-fri")
                self._wrong((key, name), name, expected, hint=_HINT, on_key=True, known=_NAMES)
            if span is None:
                self._wrong((key, name), value, Phrase("hours such as 07:00-22:00"))
            for day in days or ():
                if day in found:
                    weekday = WEEKDAYS[day]
                    self._add("duplicate-day", (key, name), "{day} is there already", on_key=True, day=weekday)
                elif span is not None:
                    found[day] = span
        return MappingProxyType(found)

    def refuse_both(self, day: date) -> None:
        written = next(key for key in self._data["opened"] if _read_date(key) == day)
        self._add("both", ("opened", written), "{day} is both closed and opened", on_key=True, day=day.isoformat())

    def _mapping(self, key: str, example: str) -> Mapping[str, Any]:
        value = self._data.get(key)
        if value is None or isinstance(value, Mapping):
            return value or {}
        self._wrong((key,), value, MAPPING, hint="Write {example}", example=example)
        return {}

    def _date(self, value: Any, path: Path, *, on_key: bool = False) -> date | None:
        try:
            return parse_date(value if isinstance(value, str) else str(value))
        except JapaneseDataError as error:
            self._add("wrong-date", path, error.template, hint=error.hint_template, on_key=on_key, **error.data)
            return None

    def _wrong(
        self, path: Path, value: Any, expected: str, *, hint: str | None = None, on_key: bool = False, **data: Any
    ) -> None:
        source = str(value) if on_key else self.findings.loaded.positions.source(path)
        self._add(
            "wrong-type",
            path,
            "{name} has to be {expected}, not {found}",
            hint=hint,
            on_key=on_key or value is None,
            name=Phrase("the key") if on_key else spoken(path),
            expected=expected,
            found=described(value, source),
            **data,
        )

    def _add(self, code: str, path: Path, template: str, *, hint: str | None = None, on_key: bool, **data: Any) -> None:
        self.findings.add(code, path, template, hint=hint, on_key=on_key, **data)


_HOURS = "mon-fri: 07:00-22:00"
_HINT = mark("There are: {known}")
_NAMES = f"{', '.join(WEEKDAYS)}, 月, 火, 水, 木, 金, 土, 日"


def _read_date(text: str) -> date | None:
    try:
        return parse_date(text)
    except JapaneseDataError:
        return None


def _weekdays(text: str) -> list[int] | None:
    """Weekdays of a name or of a range such as `mon-fri`; None when they are not understood."""
    plain = unify_dashes(normal_text(text)).casefold().replace("~", "-").replace(" ", "")
    numbers = [_weekday(part) for part in plain.split("-")]
    if len(numbers) > 2 or any(number is None for number in numbers):
        return None
    first, last = numbers[0] or 0, numbers[-1] or 0
    return [(first + distance) % 7 for distance in range((last - first) % 7 + 1)]


def _weekday(name: str) -> int | None:
    bare = name.removesuffix("日") if len(name) > 1 else name
    for names in (WEEKDAYS, _LONG, tuple("月火水木金土日"), tuple(f"{day}曜" for day in "月火水木金土日")):
        if bare in names:
            return names.index(bare)
    return None


def _span(text: str) -> Hours | None:
    plain = unify_dashes(normal_text(text)).replace("~", "-").replace(" ", "")
    match = re.fullmatch(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})", plain)
    begin, end = (_clock(match[1]), _clock("00:00" if match[2] == "24:00" else match[2])) if match else (None, None)
    return Hours(begin, end) if begin is not None and end is not None and begin != end else None


def _clock(text: str) -> time | None:
    hour, minute = map(int, text.split(":"))
    return time(hour, minute) if hour < 24 and minute < 60 else None
