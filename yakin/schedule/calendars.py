"""The calendars of a project: the files in `config/calendars`, and the national holidays that were imported there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from yakin.errors import ConfigError
from yakin.japan.calendar import MUNICIPAL, Calendar
from yakin.japan.holidays import Holidays
from yakin.schedule.announced import Change, as_yaml, merged, parse_announced
from yakin.schedule.calendar_files import CalendarFileError, calendar_of, holidays_of
from yakin.settings import CALENDARS, NATIONAL
from yakin.workflow.findings import suggestion
from yakin.workflow.loader import load
from yakin.workflow.problems import Problem

__all__ = ["Calendars", "import_holidays", "load_calendars"]


class Calendars(Mapping[str, Calendar]):
    """Name → calendar; `municipal` is always there.

    Args:
        calendars: Those that have a file.
        holidays: The national holidays.
        today: The present day; how far the holidays are announced depends on it.
    """

    def __init__(self, calendars: Mapping[str, Calendar], holidays: Holidays, today: date) -> None:
        self.holidays = holidays
        municipal = Calendar(MUNICIPAL, holidays=holidays, sure_until=holidays.sure_until(today))
        self._calendars = {MUNICIPAL: municipal, **calendars}

    def __getitem__(self, name: str) -> Calendar:
        """A calendar by its name.

        Raises:
            KeyError: There is none.
        """
        return self._calendars[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._calendars)

    def __len__(self) -> int:
        return len(self._calendars)

    def named(self, name: str | None) -> Calendar:
        """The calendar that a trigger names.

        Args:
            name: Its name; `municipal` when left out.

        Raises:
            ConfigError: There is no calendar of this name.
        """
        found = self._calendars.get(name or MUNICIPAL)
        if found is None:
            hint, data = suggestion(str(name), self._calendars)
            raise ConfigError("There is no calendar {name}", hint=hint, name=name, **data)
        return found


def load_calendars(root: Path, today: date) -> Calendars:
    """Read all calendars of a project.

    Args:
        root: The project's folder.
        today: The present day.

    Raises:
        CalendarFileError: A file is wrong; has every problem of all of them.
        ConfigError: A file cannot be read.
    """
    problems: list[Problem] = []
    holidays = Holidays()
    found: dict[str, Calendar] = {}
    if (root / CALENDARS / f"{NATIONAL}.yaml").is_file():
        try:
            holidays = _announced(root)
        except CalendarFileError as error:
            problems += error.problems
    for path in sorted((root / CALENDARS).glob("*.yaml")):
        if path.stem == NATIONAL:
            continue
        try:
            found[path.stem] = calendar_of(load(path), path.stem, holidays, today)
        except CalendarFileError as error:
            problems += error.problems
        except OSError as error:
            raise ConfigError("{file} cannot be read: {reason}", file=path, reason=error) from error
    if problems:
        raise CalendarFileError(tuple(problems))
    return Calendars(found, holidays, today)


def import_holidays(root: Path, source: Path) -> Change:
    """Take over the Cabinet Office's list of national holidays; the file is replaced as a whole or not at all.

    Args:
        root: The project's folder.
        source: The list, syukujitsu.csv.

    Raises:
        ConfigError: The file cannot be read, is something else, or is not whole.
        CalendarFileError: The file that was written before is wrong.
    """
    try:
        raw = source.read_bytes()
    except OSError as error:
        raise ConfigError("{file} cannot be read: {reason}", file=source, reason=error) from error
    holidays, change = merged(_announced(root), parse_announced(raw, source.as_posix()))
    _write_whole(root / CALENDARS / f"{NATIONAL}.yaml", as_yaml(holidays, source.name))
    return change


def _announced(root: Path) -> Holidays:
    path = root / CALENDARS / f"{NATIONAL}.yaml"
    return holidays_of(load(path)) if path.is_file() else Holidays()


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(0o644)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
