"""What expressions can find in the output of a step, as far as that is known before it runs."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yakin.actions.registry import Registry
from yakin.values import Table
from yakin.workflow.outline import StepAt

ITEMS_OUTPUT: frozenset[str] = frozenset(("items", "count", "done", "failed", "set_aside", "in_doubt"))
"""What `steps.ID` of a block with work items hands on."""


@dataclass(frozen=True, slots=True)
class CallOutput:
    """What `steps.ID` of a call hands on.

    Attributes:
        run: Id of the linked run.
        status: How it ended: `succeeded`, `failed` or `cancelled`.
        count: Work items of all its blocks.
        done: Items that are in the system now.
        failed: Items the other system failed on.
        set_aside: Items whose data broke a rule.
        in_doubt: Items of which nobody knows whether they were registered.
    """

    run: str
    status: str
    count: int = 0
    done: int = 0
    failed: int = 0
    set_aside: int = 0
    in_doubt: int = 0


@dataclass(frozen=True, slots=True)
class ApprovalOutput:
    """What `steps.ID` of an approval hands on.

    Attributes:
        decision: `approved`: after any other decision the step has failed.
        by: Who decided.
        at: When, with the time zone.
        reason: Why, in the words of the person who decided; empty when none was given.
    """

    decision: str
    by: str
    at: datetime
    reason: str = ""


_PLAIN = (str, int, float, bool, bytes, list, tuple, set, frozenset)


def handed_on(step: StepAt, registry: Registry) -> frozenset[str] | None:
    """The names after `steps.ID.`; None where they are not known, empty where the step hands nothing on."""
    match step.kind:
        case "for_each" | "steps" if step.has_items:
            return ITEMS_OUTPUT
        case "steps" if "in" in step.data and not step.is_inside:
            return frozenset(inner.id for inner in step.seen_behind if inner.id and inner is not step)
        case "for_each" | "steps":
            return frozenset()
        case "uses":
            spec = registry.actions.get(str(step.data["uses"]))
            return None if spec is None else _public(spec.output)
        case "call":
            return _public(CallOutput)
        case "approve":
            return _public(ApprovalOutput)
        case _:
            return None


def is_table(step: StepAt, registry: Registry) -> bool:
    """Whether a step hands on a table."""
    spec = registry.actions.get(str(step.data.get("uses")))
    return spec is not None and spec.output is Table


def _public(output: Any) -> frozenset[str] | None:
    """The public names of a type; None where values decide, or where it is several types."""
    if output is None or output is type(None):
        return frozenset()
    origin = typing.get_origin(output)
    if origin is typing.Annotated:
        return _public(typing.get_args(output)[0])
    if origin in (typing.Union, types.UnionType):
        kinds = [_public(kind) for kind in typing.get_args(output) if kind is not type(None)]
        return kinds[0] if len(kinds) == 1 else None
    if typing.is_typeddict(output):
        return frozenset(output.__annotations__)
    if not isinstance(output, type) or issubclass(output, Mapping) or issubclass(output, _PLAIN):
        return None
    if dataclasses.is_dataclass(output) or hasattr(output, "model_fields") or output.__module__.startswith("yakin"):
        names = {name for kind in output.__mro__ for name in getattr(kind, "__annotations__", {})}
        names |= {name for name in dir(output) if not callable(getattr(output, name))}
        return frozenset(name for name in names if not name.startswith("_"))
    return None
