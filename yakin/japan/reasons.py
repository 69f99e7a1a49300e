"""Why something about a day is so, as a sentence that can be shown in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence with its data kept apart.

    Attributes:
        template: The sentence in English, with `{name}` where the data belong.
        data: What it is about.
    """

    template: str
    data: Mapping[str, object] = field(default_factory=dict)
