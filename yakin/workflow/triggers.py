"""What a trigger says about when a run is due: read as a clerk means it, and refused where it could mean two things."""

from __future__ import annotations

import calendar as months
import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yakin.expected import DATE, MOMENT, TIME_OF_DAY
from yakin.japan.month_days import LAST, WEEKDAYS, MonthDay, UnreadableMonthDay, parse_month_day
from yakin.phrases import Phrase, mark
from yakin.workflow.findings import Findings, suggestion
from yakin.workflow.markers import OPENING
from yakin.workflow.model import seconds
from yakin.workflow.outline import mapping
from yakin.workflow.positions import Path
from yakin.workflow.sentences import described
from yakin.zones import exists, zone_named

TRIGGER_KINDS = ("cron", "every", "at", "monthly", "file_arrived", "after")
"""Keys of a trigger that say when it fires; each trigger has one of them."""

SHORTEST = 1.0
"""Seconds that lie between two moments of `every` at least."""

_FEWEST_BUSINESS_DAYS = 17
"""A month has so many business days at least, by the calendar that nearly all offices have."""


@dataclass(frozen=True)
class World:
    """What a trigger can refer to.

    Attributes:
        workflows: Ids of the workflows there are.
        calendars: Names of the calendars there are.
        time_zone: Name of the zone in which times are meant; None for the machine's.
    """

    workflows: Collection[str]
    calendars: Collection[str]
    time_zone: str | None = None


def check_workflow_name(
    name: str, path: Path, workflows: Collection[str], findings: Findings, *, on_key: bool = False
) -> None:
    """Look whether there is a workflow of this id."""
    if name not in workflows:
        hint, data = suggestion(name, workflows)
        findings.add(
            "unknown-workflow", path, "There is no workflow {name}", hint=hint, on_key=on_key, name=name, **data
        )


def check_trigger(trigger: Mapping[str, Any], path: Path, world: World, findings: Findings) -> None:
    """Look at one trigger."""
    _check_kinds(trigger, path, findings)
    _check_forms(trigger, path, findings)
    for key, check in (("cron", _check_cron), ("every", _check_every), ("monthly", _check_monthly)):
        value = trigger.get(key)
        if isinstance(value, str) and OPENING not in value and not findings.is_blamed((*path, key)):
            check(value, (*path, key), findings)
    _check_at(trigger, path, world, findings)
    for name in mapping(trigger, "after"):
        check_workflow_name(name, (*path, "after", name), world.workflows, findings, on_key=True)
    if trigger.get("time") is not None and trigger.get("monthly") is None:
        findings.add("trigger-time", (*path, "time"), "time belongs to monthly", on_key=True)
    if trigger.get("monthly") is not None and trigger.get("time") is None:
        findings.add(
            "trigger-time",
            (*path, "monthly"),
            "monthly needs a time of day",
            hint="Write {example}",
            on_key=True,
            example='time: "22:00"',
        )
    _check_span(trigger, path, findings)
    _check_calendar(trigger, path, world, findings)


def _check_kinds(trigger: Mapping[str, Any], path: Path, findings: Findings) -> None:
    kinds = [kind for kind in TRIGGER_KINDS if trigger.get(kind) is not None]
    if not kinds:
        findings.add(
            "trigger-kind",
            path,
            "The trigger does not say when: one of {kinds} is needed",
            kinds=", ".join(TRIGGER_KINDS),
        )
    for second in kinds[1:]:
        findings.add(
            "trigger-kind",
            (*path, second),
            "{second} cannot stand beside {first}",
            hint="Make two triggers of it",
            on_key=True,
            first=kinds[0],
            second=second,
        )


def _check_forms(trigger: Mapping[str, Any], path: Path, findings: Findings) -> None:
    for key, fits, expected in (
        ("at", _is_moment, MOMENT),
        ("from", is_date, DATE),
        ("until", is_date, Phrase("a date such as 2024-12-31")),
        ("time", _is_clock, TIME_OF_DAY),
    ):
        _check_form(trigger, key, fits, expected, path, findings)
    _check_form(mapping(trigger, "expect"), "finish_by", _is_clock, TIME_OF_DAY, (*path, "expect"), findings)


def _check_form(
    data: Mapping[str, Any], key: str, fits: Callable[[Any], bool], expected: str, path: Path, findings: Findings
) -> None:
    value = data.get(key)
    if isinstance(value, str) and not fits(value) and not findings.is_blamed((*path, key)):
        findings.add(
            "wrong-time",
            (*path, key),
            "{key} has to be {expected}, not {found}",
            key=key,
            expected=expected,
            found=described(value, value),
        )


def is_date(text: Any) -> bool:
    """Whether a text is a day such as 2024-04-01."""
    try:
        dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        return False
    return True


def _is_moment(text: Any) -> bool:
    """Whether a text is a date and a time of day; a date alone would be midnight, which nobody means."""
    try:
        return bool(re.search(r"[T ]", text)) and isinstance(dt.datetime.fromisoformat(text), dt.datetime)
    except (TypeError, ValueError):
        return False


def _is_clock(text: Any) -> bool:
    try:
        dt.time.fromisoformat(text)
    except (TypeError, ValueError):
        return False
    return True


_CRON_NAMES = (Phrase("minute"), Phrase("hour"), Phrase("day"), Phrase("month"), Phrase("weekday"))
_CRON_HINT = mark("minute hour day month weekday, such as {example}")
_CRON_EXAMPLE = '"0 22 * * mon-fri"'


def _check_cron(text: str, path: Path, findings: Findings) -> None:
    fields = text.split()
    if len(fields) != len(_CRON_NAMES):
        findings.add(
            "wrong-cron",
            path,
            "{cron} has {count} fields; five are needed",
            hint=_CRON_HINT,
            cron=text,
            count=len(fields),
            example=_CRON_EXAMPLE,
        )
        return
    places = [match.start() for match in re.finditer(r"\S+", text)]
    for position, (name, value) in enumerate(zip(_CRON_NAMES, fields, strict=True)):
        part = (text, places[position], len(value))
        if not _is_cron(" ".join(value if index == position else "*" for index in range(5))):
            findings.add(
                "wrong-cron",
                path,
                "{value} is not a {name}",
                hint=_CRON_HINT,
                part=part,
                value=value,
                name=name,
                example=_CRON_EXAMPLE,
            )
        elif name == "weekday" and re.search(r"(?<![/\d])\d", value):
            findings.add(
                "wrong-cron",
                path,
                "{value} counts weekdays, which programs do in different ways",
                hint="Write their names: mon-fri, or sat,sun",
                part=part,
                value=value,
            )
    if not findings.is_blamed(path) and not _has_days(text):
        findings.add("never-due", path, "{cron} never comes: none of its months has such a day", cron=text)


@lru_cache(maxsize=1024)
def _is_cron(text: str) -> bool:
    from apscheduler.triggers.cron import CronTrigger

    try:
        CronTrigger.from_crontab(text, timezone=dt.UTC)
    except ValueError:
        return False
    return True


def _has_days(text: str) -> bool:
    """Whether some day of a leap year has the day of the month and the month; its weekday comes some year."""
    from apscheduler.triggers.cron import CronTrigger

    fields = {field.name: field for field in CronTrigger.from_crontab(text, timezone=dt.UTC).fields}
    days = (
        dt.date(2024, month, day) for month in range(1, 13) for day in range(1, months.monthrange(2024, month)[1] + 1)
    )
    return any(
        all(fields[name].get_next_value(day) == fields[name].get_value(day) for name in ("month", "day"))
        for day in days
    )


def _check_every(text: str, path: Path, findings: Findings) -> None:
    if seconds(text) < SHORTEST:
        findings.add("wrong-time", path, "every has to be at least 1s, not {found}", found=described(text, text))


def _check_monthly(text: str, path: Path, findings: Findings) -> None:
    try:
        month_day = parse_month_day(text)
    except UnreadableMonthDay as error:
        data: dict[str, Any] = dict(error.data)
        findings.add("wrong-day", path, error.template, hint=error.hint_template, **data)
        return
    if _is_sometimes_missing(month_day):
        findings.add(
            "month-day",
            path,
            "Months without the day that {words} means are left out",
            hint="For the last one of each month write {example}",
            severity="warning",
            words=text,
            example=_last_of(month_day, japanese=not text.isascii()),
        )


def _is_sometimes_missing(month_day: MonthDay) -> bool:
    most = {"day": 28, "weekday": 4, "open day": _FEWEST_BUSINESS_DAYS}[month_day.kind]
    return month_day.number != LAST and month_day.number > most


def _last_of(month_day: MonthDay, *, japanese: bool) -> str:
    match month_day.kind:
        case "day":
            return "末日" if japanese else "last day"
        case "open day":
            return "最終営業日" if japanese else "last business day"
        case _:
            return (
                f"最終{'月火水木金土日'[month_day.weekday]}曜日" if japanese else f"last {WEEKDAYS[month_day.weekday]}"
            )


def _check_at(trigger: Mapping[str, Any], path: Path, world: World, findings: Findings) -> None:
    text = trigger.get("at")
    if not isinstance(text, str) or findings.is_blamed((*path, "at")):
        return
    wall = dt.datetime.fromisoformat(text)
    if wall.tzinfo is not None:
        findings.add(
            "wrong-time",
            (*path, "at"),
            "at is meant in the project's time zone and has none of its own",
            hint="Write {example}, and time_zone in config/yakin.toml",
            example=wall.replace(tzinfo=None).isoformat(" "),
        )
        return
    zone = zone_named(world.time_zone)
    if not exists(wall, zone):
        findings.add(
            "wrong-time",
            (*path, "at"),
            "Clocks in {zone} jump over {found}; it is due right after",
            severity="warning",
            zone=zone,
            found=text,
        )


def _check_span(trigger: Mapping[str, Any], path: Path, findings: Findings) -> None:
    first, last = trigger.get("from"), trigger.get("until")
    if is_date(first) and is_date(last) and dt.date.fromisoformat(str(last)) < dt.date.fromisoformat(str(first)):
        findings.add("never-due", (*path, "until"), "until is before from: the trigger is never due")


def _check_calendar(trigger: Mapping[str, Any], path: Path, world: World, findings: Findings) -> None:
    name = trigger.get("calendar")
    if not isinstance(name, str) or findings.is_blamed((*path, "calendar")):
        return
    if name not in world.calendars:
        hint, data = suggestion(name, world.calendars)
        findings.add(
            "unknown-calendar", (*path, "calendar"), "There is no calendar {name}", hint=hint, name=name, **data
        )
    elif "on_closed_day" not in trigger and not _counts_open_days(trigger.get("monthly")):
        findings.add(
            "unused-calendar",
            (*path, "calendar"),
            "The calendar changes nothing: the trigger fires on closed days too",
            hint="Say what to do on closed days, such as on_closed_day: skip",
            on_key=True,
            severity="warning",
        )


def _counts_open_days(words: Any) -> bool:
    try:
        return isinstance(words, str) and parse_month_day(words).uses_calendar
    except UnreadableMonthDay:
        return True
