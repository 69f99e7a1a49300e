"""What a block of work items hands on to the steps behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yakin.engine.ports import Journal
from yakin.results import ItemResult


@dataclass(frozen=True)
class ItemsOutput:
    """What an items block hands on: `${{ steps.ID.items }}` and counts.

    Attributes:
        items: One mapping for each item: key, label, state, how, verdict, result, error (the sentence) and
            problem (the error as `ErrorInfo.to_json` has it, so that it can be said in another language).
    """

    items: list[dict[str, Any]]

    @property
    def count(self) -> int:
        """All items."""
        return len(self.items)

    @property
    def done(self) -> int:
        """Items that are in the system now."""
        return self._count("registered", "found")

    @property
    def failed(self) -> int:
        """Items the other system failed on."""
        return self._count("failed")

    @property
    def set_aside(self) -> int:
        """Items whose data broke a rule."""
        return self._count("set_aside")

    @property
    def in_doubt(self) -> int:
        """Items of which nobody knows whether they were registered."""
        return self._count("in_doubt")

    @property
    def left(self) -> int:
        """Items that were not worked on to their end."""
        return self._count("pending", "in_progress")

    def keys(self, *verdicts: str) -> set[str]:
        """Business keys of the items with one of these verdicts."""
        return {item["key"] for item in self.items if item["verdict"] in verdicts}

    def _count(self, *verdicts: str) -> int:
        return sum(1 for item in self.items if item["verdict"] in verdicts)


def items_output(journal: Journal, run: str, step: str, labels: Mapping[str, str]) -> ItemsOutput:
    """What the items of a block have come to, from the ledger.

    Args:
        journal: Keeps the ledger.
        run: Id of the run.
        step: Path of the block.
        labels: Business key → where the row stands.
    """
    items = []
    for row in journal.items(run, step):
        seen = ItemResult(
            step, row.key, labels.get(row.key, ""), row.state, row.how, result=row.result, error=row.error
        )
        items.append(
            {
                "key": seen.key,
                "label": seen.label,
                "state": seen.state,
                "how": seen.how,
                "verdict": seen.verdict,
                "result": dict(seen.result),
                "error": None if seen.error is None else seen.error.message,
                "problem": None if seen.error is None else seen.error.to_json(),
            }
        )
    return ItemsOutput(items)
