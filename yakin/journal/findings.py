"""What can be wrong with a journal, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yakin.phrases import fill, mark

_SENTENCES: Mapping[str, str] = {
    "edited": mark("Event {seq} was changed after it was written"),
    "reordered": mark("What stands as event {seq} was written as event {other}"),
    "missing": mark("Events {seq} to {last} are missing"),
    "cut": mark("Events {seq} to {last} were cut off the end"),
    "inserted": mark("Events {seq} to {last} were put in by something else than the journal"),
    "broken": mark("Event {seq} was not written after what now stands before it"),
    "rewritten": mark("Event {seq} is not the one that was noted under this number"),
    "headless": mark("The journal's note of its last event is gone; it should say {seq}"),
    "unusable": mark(
        "Event {seq} cannot be read, or cannot have happened after those before it: "
        "what the ledger says of run {run} cannot be compared"
    ),
    "run-differs": mark("The list of runs says {said} of run {run}, the events say {true}"),
    "run-missing": mark("The events tell of run {run}, which is not in the list of runs"),
    "run-added": mark("Run {run} is in the list of runs, but no event tells of it"),
    "item-differs": mark("The ledger says {said} of item {key} in {block} of run {run}, the events say {true}"),
    "item-missing": mark("The events tell of item {key} in {block} of run {run}, which is not in the ledger"),
    "item-added": mark("Item {key} in {block} of run {run} is in the ledger, but no event tells of it"),
    "approval-differs": mark("The list of approvals says {said} of {step} of run {run}, the events say {true}"),
    "approval-missing": mark(
        "The events tell of an approval in {step} of run {run}, which is not in the list of approvals"
    ),
    "approval-added": mark("An approval in {step} of run {run} is in the list of approvals, but no event tells of it"),
}
_SENTENCES_OF_ONE: Mapping[str, str] = {
    "missing": mark("Event {seq} is missing"),
    "cut": mark("Event {seq} was cut off the end"),
    "inserted": mark("Event {seq} was put in by something else than the journal"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a journal.

    Attributes:
        kind: Of the chain: `edited reordered missing cut inserted broken rewritten headless`. Of what follows from it:
            `unusable`, and `run`, `item` or `approval` followed by `-differs`, `-missing` or `-added`.
        seq: Number of the event, or of the first of several; of a row the last event that tells of it.
        last: Number of the last of several; the same as `seq` for one.
        data: What else the sentence says.
    """

    kind: str
    seq: int
    last: int
    data: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The sentence before its numbers are filled in."""
        of_several = _SENTENCES[self.kind]
        return _SENTENCES_OF_ONE.get(self.kind, of_several) if self.seq == self.last else of_several

    @property
    def message(self) -> str:
        """The finding in plain words."""
        return fill(self.template, {"seq": self.seq, "last": self.last, **self.data})
