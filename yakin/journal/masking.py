"""Secrets leave an event before it is written; what identifies a thing stays, or the ledger could not find it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from yakin.events import Event, event_of

Mask: TypeAlias = Callable[[str], str]
"""Replaces what must not be seen in a text."""

_NAMES = frozenset(
    {
        "at_step",
        "decision",
        "due",
        "executor",
        "file",
        "files",
        "how",
        "item",
        "keys",
        "kind",
        "mode",
        "owner",
        "parent",
        "parent_step",
        "rerun_of",
        "role",
        "rule",
        "schedule",
        "section",
        "state",
        "status",
        "step",
        "system",
        "uses",
        "why",
        "workflow",
        "workflow_hash",
    }
)
_NAMES_IN_ERRORS = frozenset({"code", "kind"})
_NAMES_IN_ARTIFACTS = frozenset({"artifact", "kind", "sha256"})
_NAMES_IN_EVIDENCE = frozenset({"media_type", "path", "sha256"})


def masked(event: Event, mask: Mask) -> Event:
    """The event with every text masked, except those that name things: keys, paths, hashes, words of our own."""
    body = event.body()
    hidden = {name: value if name in _NAMES else _mask_field(name, value, mask) for name, value in body.items()}
    return event if hidden == body else event_of(event.action, event.run, hidden)


def mask_texts(value: Any, mask: Mask) -> Any:
    """Plain JSON data with every text in it masked; names of members are kept."""
    return _mask(value, mask, frozenset())


def _mask_field(name: str, value: Any, mask: Mask) -> Any:
    if name == "error":
        return _mask(value, mask, _NAMES_IN_ERRORS)
    if name == "evidence":
        return [_mask(entry, mask, _NAMES_IN_EVIDENCE) for entry in value]
    if name in ("output", "rows", "show"):
        return _mask(value, mask, _NAMES_IN_ARTIFACTS)
    return _mask(value, mask, frozenset())


def _mask(value: Any, mask: Mask, keep: frozenset[str]) -> Any:
    match value:
        case str():
            return mask(value)
        case Mapping():
            return {name: item if name in keep else _mask(item, mask, frozenset()) for name, item in value.items()}
        case list() | tuple():
            return [_mask(item, mask, frozenset()) for item in value]
        case _:
            return value
