"""What part of its items a run was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Selection:
    """What part of the items a run was asked for.

    Attributes:
        only: Business keys; empty for all.
        limit: At most so many items that are not done yet; None for all.
        of_rerun: Whether the keys are those of an earlier run, of which a block need not have all.
        rows: Path of a block → rows that take the place of its own, as a kept artifact: those a clerk has corrected.
    """

    only: tuple[str, ...] = ()
    limit: int | None = None
    of_rerun: bool = False
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The plain form; empty when everything is asked for."""
        plain = {
            "only": list(self.only),
            "limit": self.limit,
            "of_rerun": self.of_rerun,
            "rows": {path: dict(kept) for path, kept in self.rows.items()},
        }
        return {name: value for name, value in plain.items() if value}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Selection:
        """Read what `to_json` wrote."""
        return cls(
            tuple(plain.get("only", ())), plain.get("limit"), plain.get("of_rerun", False), plain.get("rows", {})
        )
