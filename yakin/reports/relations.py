"""What stands around a run and its items: other runs, who stopped it, and what its rows come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yakin.i18n import Translator
from yakin.phrases import mark
from yakin.results import RunResult, StepResult

_NAMES: Mapping[str, str] = {
    "rerun_of": mark("Does again"),
    "rerun_reason": mark("Reason for it"),
    "parent": mark("Called by"),
    "called": mark("Has called"),
    "cancelled_by": mark("Cancelled by"),
    "cancel_reason": mark("Reason for that"),
}
"""What a run has to do with others → its word, in the order in which reports show them."""


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """One control total of a block, and what of it was registered.

    Attributes:
        name: Name of the column; empty for the number of rows.
        total: What the rows come to.
        registered: What those come to that are registered; None while the block has not ended.
        not_registered: What the others come to.
    """

    name: str
    total: str
    registered: str | None
    not_registered: str | None

    def words(self, t: Translator) -> str:
        """What was added up."""
        return self.name or t.text("Rows")


def related(result: RunResult) -> dict[str, str]:
    """What the run has to do with other runs and with who stopped it: key of its word → what it is."""
    found = {
        "rerun_of": result.rerun_of,
        "rerun_reason": result.rerun_reason,
        "parent": f"{result.parent} ({result.parent_step})" if result.parent else None,
        "called": ", ".join(called_runs(result)),
        "cancelled_by": result.cancelled_by,
        "cancel_reason": result.cancel_reason,
    }
    return {name: value for name, value in found.items() if value}


def word(name: str, t: Translator) -> str:
    """The word for a key of `related`."""
    return t.text(_NAMES[name])


def called_runs(result: RunResult) -> list[str]:
    """Ids of the runs that the run has called and that have ended."""
    runs = (step.output.get("run") for step in result.steps if step.output.get("kind") == "run")
    return [str(run) for run in runs if run]


def totals(step: StepResult) -> list[TotalsRow]:
    """The control totals of a block; none when it has none."""
    ended = step.output.get("totals") or {}
    registered, missing = _numbers(ended.get("registered")), _numbers(ended.get("not_registered"))
    return [
        TotalsRow(name, total, registered.get(name), missing.get(name)) for name, total in _numbers(step.totals).items()
    ]


def _numbers(plain: Mapping[str, Any] | None) -> dict[str, str]:
    """Column → number, with the number of rows under the empty name."""
    if not plain:
        return {}
    count, sums = plain.get("count"), plain.get("sum") or {}
    numbers = {"": count, **sums}
    return {str(name): _grouped(number) for name, number in numbers.items() if number is not None}


def _grouped(number: Any) -> str:
    text = str(number)
    whole, point, fraction = text.partition(".")
    return f"{int(whole):,}{point}{fraction}" if whole.lstrip("-").isdigit() else text
