"""When news are due: pure functions of a rule, a moment and what was sent before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal, Protocol, TypeAlias

from yakin import events as ev
from yakin.notify import NewsRule
from yakin.results import Recorded

Kind: TypeAlias = Literal["digest", "alert"]

REST = timedelta(hours=1)
"""After news that could not be delivered the next ones wait so long."""

BETWEEN_ALERTS = timedelta(minutes=5)
"""What happens so soon after an alert is told together, in the next one."""

BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""So long after each try the next one is made; after the last one the news count as undelivered."""

_DAY = timedelta(days=1)
_LONGEST_CLOSURE = 400


class OpenDays(Protocol):
    """Knows the days on which digests are sent, such as a calendar."""

    def is_open(self, day: date) -> bool:
        """Whether the office is open on a day."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent last for a rule.

    Attributes:
        at: When, UTC.
        upto: Number in the journal of the last event that it covers.
        receivers: How many were told; 0 when the rule was only seen for the first time.
        failed: When sending what came after it was given up.
    """

    at: datetime
    upto: int
    receivers: int = 0
    failed: datetime | None = None


def sent_so_far(known: Mapping[tuple[str, str], Sent], records: Iterable[Recorded]) -> dict[tuple[str, str], Sent]:
    """Rule and kind of news → what was sent last.

    Args:
        known: From earlier events.
        records: The events after those, in order.
    """
    found = dict(known)
    for record in records:
        match record.event:
            case ev.NewsSent() as event:
                found[event.rule, event.kind] = Sent(record.at, event.upto, event.receivers)
            case ev.NewsFailed() as event if (event.rule, event.kind) in found:
                before = found[event.rule, event.kind]
                # Where some of the receivers were told, nothing waits for being told again.
                if before.upto < event.upto:
                    found[event.rule, event.kind] = replace(before, failed=record.at)
    return found


def is_due(rule: NewsRule, kind: Kind, now: datetime, sent: Sent, days: OpenDays) -> bool:
    """Whether news may go now.

    Args:
        rule: Who gets them, and when.
        kind: Which of the rule's news.
        now: The moment, in the zone in which the rule's times are meant.
        sent: What was sent last.
        days: The days on which digests are sent.
    """
    if sent.failed is not None and now < sent.failed + REST:
        return False
    if kind == "digest":
        last = last_digest(rule, now, days)
        return last is not None and sent.at < last
    return not is_quiet(rule, now) and (not sent.receivers or sent.at + BETWEEN_ALERTS <= now)


def last_digest(rule: NewsRule, now: datetime, days: OpenDays) -> datetime | None:
    """The last moment, not after now, for which the rule has a digest; None when it has none."""
    return _digest(rule, now, days, -_DAY)


def next_digest(rule: NewsRule, now: datetime, days: OpenDays) -> datetime | None:
    """The first moment after now for which the rule has a digest; None when it has none."""
    return _digest(rule, now, days, _DAY)


def is_quiet(rule: NewsRule, now: datetime) -> bool:
    """Whether alerts of the rule wait at this moment, of which only the time of day counts."""
    quiet, clock = rule.quiet_hours, now.time()
    if quiet is None:
        return False
    begin, end = quiet
    return begin <= clock < end if begin < end else clock >= begin or clock < end


def _digest(rule: NewsRule, now: datetime, days: OpenDays, step: timedelta) -> datetime | None:
    at = rule.digest_at
    if at is None:
        return None
    day = now.date()
    for _ in range(_LONGEST_CLOSURE):
        moment = _on(day, at, now)
        if (moment <= now) == (step < timedelta()) and days.is_open(day):
            return moment
        day += step
    return None


def _on(day: date, at: time, like: datetime) -> datetime:
    return datetime.combine(day, at, tzinfo=like.tzinfo)
