"""What every event has."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from yakin.actions.context import Evidence
from yakin.errors import ErrorInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events.

    Attributes:
        action: Name of the kind of event, as it stands in the journal.
        run: Id of the run; empty for events outside runs.
    """

    action: ClassVar[str] = ""
    run: str

    @property
    def target(self) -> str:
        """What it happened to: a step, an item, a system."""
        return ""

    @property
    def outcome(self) -> str:
        """How it went, for events that have an outcome."""
        return ""

    def body(self) -> dict[str, Any]:
        """Everything else as plain JSON data."""
        return {
            item.name: _plain(getattr(self, item.name))
            for item in dataclasses.fields(self)
            if item.name != "run" and getattr(self, item.name) is not None
        }


def _plain(value: Any) -> Any:
    match value:
        case ErrorInfo():
            return value.to_json()
        case Evidence():
            return dataclasses.asdict(value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return value
