"""The Cabinet Office's list of national holidays (syukujitsu.csv): reading it, and writing it as a file of the project.

The list (「国民の祝日」について, published as open data) is text in CP932: a line with the names of the two columns, then a day and its
name in each line, from 1955 to the end of next year.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from yakin.errors import ConfigError
from yakin.japan.holidays import Holidays

COLUMNS = ["国民の祝日・休日月日", "国民の祝日・休日名称"]
"""The two columns of the list."""

YEARS_KEPT = 6
"""So many of its last years are kept: nothing is due in those before."""

_MARKS_OF_A_WHOLE_YEAR = ((1, 1), (11, 23))
"""元日 and 勤労感謝の日, the first and the last holiday of every year."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a list changed in what was known before, which was an older list or the calculation.

    Attributes:
        years: First and last year of the list that are kept.
        count: Days in these years.
        added: Days that were no holidays before → name.
        gone: Days that are no holidays any more → name.
    """

    years: tuple[int, int]
    count: int
    added: Mapping[date, str]
    gone: Mapping[date, str]


def parse_announced(raw: bytes, name: str) -> dict[date, str]:
    """Read the list: day → name.

    Args:
        raw: The file's bytes, in CP932 or, saved anew, in UTF-8.
        name: What the file is called in errors.

    Raises:
        ConfigError: It is something else, or not whole.
    """
    lines = _decoded(raw, name).splitlines()
    if not lines or [cell.strip() for cell in lines[0].split(",")] != COLUMNS:
        raise ConfigError(
            "{file} is not the Cabinet Office's list of holidays: its first line has to be {columns}",
            hint="Fetch syukujitsu.csv from the page 「国民の祝日」について of the Cabinet Office, and import it as it is",
            file=name,
            columns=",".join(COLUMNS),
        )
    found: dict[date, str] = {}
    for number, row in enumerate(csv.reader(lines[1:]), 2):
        day = _day(row[0]) if len(row) == len(COLUMNS) and row[1].strip() else None
        if day is None or day in found:
            raise ConfigError(
                "{file}:{line}: a new day and its name are needed, such as {example}, not {found}",
                file=name,
                line=number,
                example="2026/1/1,元日",
                found=",".join(row) or '""',
            )
        found[day] = row[1].strip()
    _refuse_parts(found, name)
    return found


def merged(before: Holidays, announced: Mapping[date, str]) -> tuple[Holidays, Change]:
    """What is known after a list was read; the years it has replace those of older lists.

    Args:
        before: What was known.
        announced: The list.
    """
    last = max(day.year for day in announced)
    fresh = {day: name for day, name in announced.items() if day.year > last - YEARS_KEPT}
    years = sorted({day.year for day in fresh})
    newest = max(last, *before.announced_years) if before.announced_years else last
    kept = {
        day: name for day, name in before.announced.items() if day.year not in years and day.year > newest - YEARS_KEPT
    }
    known = {day: name for year in years for day, name in before.of_year(year).items()}
    change = Change(
        (years[0], years[-1]),
        len(fresh),
        {day: name for day, name in sorted(fresh.items()) if day not in known},
        {day: name for day, name in sorted(known.items()) if day not in fresh},
    )
    return Holidays(dict(sorted({**kept, **fresh}.items()))), change


def as_yaml(holidays: Holidays, source: str) -> str:
    """The file of the project that holds announced holidays.

    Args:
        holidays: The holidays.
        source: Name of the list they were read from.
    """
    lines = [
        "# National holidays as the Cabinet Office announces them, written by `runner.py calendar import`.",
        f"source: {json.dumps(source, ensure_ascii=False)}",
        "holidays:",
        *(f"  {day}: {json.dumps(name, ensure_ascii=False)}" for day, name in holidays.announced.items()),
    ]
    return "".join(f"{line}\n" for line in lines)


def _decoded(raw: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError(
        "{file} is not a text in CP932",
        hint="Fetch syukujitsu.csv from the page 「国民の祝日」について of the Cabinet Office, and import it as it is",
        file=name,
    )


def _day(text: str) -> date | None:
    match = re.fullmatch(r"\s*(\d{4})[/-](\d{1,2})[/-](\d{1,2})\s*", text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _refuse_parts(found: Mapping[date, str], name: str) -> None:
    years = sorted({day.year for day in found})
    whole = years and years == list(range(years[0], years[-1] + 1))
    if not whole or any(date(year, *mark) not in found for year in years for mark in _MARKS_OF_A_WHOLE_YEAR):
        raise ConfigError(
            "{file} is not whole: every year from the first to the last has to have 元日 and 勤労感謝の日",
            hint="Fetch the file again",
            file=name,
        )
