"""What comes up in a session unasked, and the answers that were prepared for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Page


@dataclass(frozen=True, slots=True)
class Answer:
    """How the next dialog is to be answered.

    Attributes:
        accept: True for OK, False for cancel.
        text: Text that the dialog must contain; any when None.
        prompt: What to type when it asks for a text.
    """

    accept: bool
    text: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A dialog that came up.

    Attributes:
        kind: `alert`, `confirm`, `prompt` or `beforeunload`.
        text: What it said.
        expected: Whether an answer had been prepared for it.
    """

    kind: str
    text: str
    expected: bool


@dataclass(slots=True)
class Noticed:
    """What happened in a session since it was last looked at.

    Attributes:
        dialogs: Dialogs that nobody had prepared an answer for.
        blocked: Hosts that were asked for and are not allowed → whether a page tried to go there.
        crashed: Whether a page's process died.
        windows: Windows that opened while no action was about to open one, and those that are always closed.
    """

    dialogs: list[Said] = field(default_factory=list)
    blocked: dict[str, bool] = field(default_factory=dict)
    crashed: bool = False
    windows: list[Page] = field(default_factory=list)
