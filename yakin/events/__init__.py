"""What can happen in a run: frozen facts in the past tense, the only thing the journal holds.

An event is written before anything that depends on it is done. Its fields are plain JSON data; values of people's data
do not belong in it, except the business key, the results and the errors of work items, which are what a clerk reviews.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from yakin.actions.context import Evidence
from yakin.errors import ErrorInfo
from yakin.events.approvals import ApprovalAsked, ApprovalDecided, ApprovalReminded
from yakin.events.event import Event
from yakin.events.items import (
    CommitIntended,
    ItemDecided,
    ItemEvent,
    ItemProbed,
    ItemsCreated,
    ItemSettled,
    ItemStarted,
)
from yakin.events.news import NewsFailed, NewsSent
from yakin.events.runs import CancelAsked, RunContinued, RunCreated, RunFinished, RunStarted, RunWaiting, SessionOpened
from yakin.events.schedules import (
    FileRejected,
    RunLate,
    ScheduleKnown,
    SchedulePaused,
    ScheduleResumed,
    ScheduleSkipped,
)
from yakin.events.steps import Noted, RowSetAside, StepEvent, StepFinished, StepStarted

__all__ = [
    "EVENTS",
    "ApprovalAsked",
    "ApprovalDecided",
    "ApprovalReminded",
    "CancelAsked",
    "CommitIntended",
    "Event",
    "FileRejected",
    "ItemDecided",
    "ItemEvent",
    "ItemProbed",
    "ItemSettled",
    "ItemStarted",
    "ItemsCreated",
    "NewsFailed",
    "NewsSent",
    "Noted",
    "RowSetAside",
    "RunContinued",
    "RunCreated",
    "RunFinished",
    "RunLate",
    "RunStarted",
    "RunWaiting",
    "ScheduleKnown",
    "SchedulePaused",
    "ScheduleResumed",
    "ScheduleSkipped",
    "SessionOpened",
    "StepEvent",
    "StepFinished",
    "StepStarted",
    "event_of",
]

EVENTS: Mapping[str, type[Event]] = {
    kind.action: kind
    for kind in (
        RunCreated,
        RunContinued,
        RunStarted,
        RunWaiting,
        CancelAsked,
        RunFinished,
        StepStarted,
        StepFinished,
        ItemsCreated,
        ItemStarted,
        CommitIntended,
        ItemProbed,
        ItemSettled,
        ItemDecided,
        RowSetAside,
        ApprovalAsked,
        ApprovalReminded,
        ApprovalDecided,
        SessionOpened,
        Noted,
        ScheduleKnown,
        ScheduleSkipped,
        SchedulePaused,
        ScheduleResumed,
        RunLate,
        FileRejected,
        NewsSent,
        NewsFailed,
    )
}
"""Name in the journal → kind of event."""


def event_of(action: str, run: str, body: Mapping[str, Any]) -> Event:
    """Read back an event from its name, run and body.

    Raises:
        KeyError: No such kind of event is known.
    """
    kind = EVENTS[action]
    fields: dict[str, Any] = {"run": run}
    for item in dataclasses.fields(kind):
        if item.name in body:
            fields[item.name] = _rich(item.name, body[item.name])
    return kind(**fields)


def _rich(name: str, value: Any) -> Any:
    if name == "error":
        return ErrorInfo.from_json(value)
    if name == "evidence":
        return tuple(Evidence(**item) for item in value)
    if name == "keys":
        return tuple(value)
    return value
