"""What happens to work items: the ledger follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from yakin.actions.context import Evidence
from yakin.errors import ErrorInfo
from yakin.events.steps import StepEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsCreated(StepEvent):
    """The work items of a block were written into the ledger.

    Attributes:
        keys: Business keys in order.
        system: System they are registered in; None for items outside systems.
        not_selected: How many rows `--only` or `--limit` left out.
        labels: Business key → where the row stands, such as `juminzei.xlsx [受付]:12`.
        rows: The rows themselves as a kept artifact, as in `StepFinished.output`.
        totals: Control totals of the rows: name → number.
    """

    action: ClassVar[str] = "items.created"
    keys: tuple[str, ...]
    system: str | None = None
    not_selected: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Any] = field(default_factory=dict)
    totals: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEvent(StepEvent):
    """Something about one work item.

    Attributes:
        item: Its business key.
        attempt: 1 for the first try.
    """

    item: str
    attempt: int = 1

    @property
    def target(self) -> str:
        """The block and the item."""
        return f"{self.step}/{self.item}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStarted(ItemEvent):
    """Work on an item began.

    Attributes:
        owner: Token of the lease of the process that works on it.
    """

    action: ClassVar[str] = "item.started"
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitIntended(ItemEvent):
    """The irreversible step is about to be done; from now on the item is in doubt until it is settled.

    Attributes:
        at_step: Path of the commit step.
        evidence: The screen just before.
        owner: Token of the lease of the process that commits it: the one that began the attempt.
    """

    action: ClassVar[str] = "item.commit_intended"
    at_step: str
    evidence: tuple[Evidence, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProbed(ItemEvent):
    """The probe looked whether the item is in the system.

    Attributes:
        found: True, False, or None when the probe could not tell.
        error: Why it could not tell.
    """

    action: ClassVar[str] = "item.probed"
    found: bool | None = None
    error: ErrorInfo | None = None

    @property
    def outcome(self) -> str:
        """What it saw."""
        return {True: "found", False: "absent", None: "unclear"}[self.found]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSettled(ItemEvent):
    """An attempt at an item ended in this state.

    Attributes:
        state: `done`, `failed`, `in_doubt`, `skipped`, or `pending` when it will be tried again.
        how: For `done`: `registered` or `found` (it was there already). For `skipped`: why, as a slug.
        result: The item's result, name → text.
        error: What went wrong.
        at_step: Path of the step that failed.
        evidence: Screenshots and other proof of this attempt.
        duration_ms: Of this attempt.
        steps_ms: Step path → milliseconds.
    """

    action: ClassVar[str] = "item.settled"
    state: str
    how: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    error: ErrorInfo | None = None
    at_step: str | None = None
    evidence: tuple[Evidence, ...] = ()
    duration_ms: int = 0
    steps_ms: Mapping[str, int] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """The state."""
        return self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDecided(ItemEvent):
    """A person looked in the system and settled a doubt.

    Attributes:
        registered: Whether the item is registered.
        reason: How the person knows.
        result: The item's result, name → text.
    """

    action: ClassVar[str] = "item.decided"
    registered: bool
    reason: str
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """What the person saw."""
        return "registered" if self.registered else "absent"
