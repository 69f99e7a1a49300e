"""What became of a run and of its items, in the words of a clerk: shared by all reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import PurePosixPath
from typing import Any, Literal

from yakin.errors import ErrorInfo
from yakin.i18n import Translator
from yakin.phrases import mark, mark_plural
from yakin.results import ApprovalResult, ItemResult, RunResult, StepResult

Tone = Literal["good", "attention", "bad", "open"]
"""How a reader should feel: all is well, a person has to look, something broke, it is not over."""

VERDICTS: Mapping[str, str] = {
    "registered": mark("Registered"),
    "found": mark("Already there"),
    "rehearsed": mark("Rehearsed"),
    "set_aside": mark("Needs a person"),
    "failed": mark("Failed"),
    "in_doubt": mark("In doubt"),
    "skipped": mark("Skipped"),
    "pending": mark("Not done"),
}
"""Verdict → its word, in the order in which reports show them."""

ALWAYS_SHOWN = ("registered", "found", "set_aside", "failed", "in_doubt", "pending")
"""Verdicts whose number is told even when it is 0: that nothing failed is news too."""

TROUBLED = ("in_doubt", "failed", "set_aside")
"""Verdicts that need a person, the most urgent first."""

STATUSES: Mapping[str, str] = {
    "queued": mark("Queued"),
    "running": mark("Running"),
    "waiting": mark("Waiting"),
    "succeeded": mark("Succeeded"),
    "failed": mark("Failed"),
    "cancelled": mark("Cancelled"),
    "skipped": mark("Skipped"),
}
"""Status of a run or step → its word."""

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "registered": mark_plural("{n} item was registered.", "{n} items were registered."),
    "found": mark_plural("{n} was already there.", "{n} were already there."),
    "rehearsed": mark_plural("{n} item was rehearsed.", "{n} items were rehearsed."),
    "set_aside": mark_plural("{n} needs a person.", "{n} need a person."),
    "failed": mark_plural("{n} failed.", "{n} failed."),
    "in_doubt": mark_plural("Whether {n} was registered is not known.", "Whether {n} were registered is not known."),
    "skipped": mark_plural("{n} was skipped.", "{n} were skipped."),
    "pending": mark_plural("{n} is not done yet.", "{n} are not done yet."),
}

_MOST_TOLD = 3

_SKIPS: Mapping[str, str] = {
    "done_before": mark("An earlier run has registered it"),
    "no_commit": mark("A condition left its commit out: nothing was registered"),
}

_DECIDED_THERE = mark("{who} decided that it is registered: {reason}")
_DECIDED_ABSENT = mark("{who} decided that it is not registered: {reason}")

_ADVICE: Mapping[str, str] = {
    "set_aside": mark("Correct the row, then run it again on its own."),
    "failed": mark("Remove the cause, then run the failed rows again."),
    "in_doubt": mark("Look in the system whether it is registered before anything is sent again."),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on a run.

    Attributes:
        tone: How a reader should feel.
        headline: One line that says it all.
        detail: The counts in sentences; empty when the run has no items.
    """

    tone: Tone
    headline: str
    detail: str


def verdict_of(item: ItemResult) -> str:
    """One of the keys of `VERDICTS`: what a reader has to know of an item."""
    if item.verdict in VERDICTS:
        return item.verdict
    return "pending" if item.verdict == "in_progress" else "registered"


def counts(items: Iterable[ItemResult]) -> dict[str, int]:
    """Verdict → how many items, in the order of `VERDICTS`; those that are never 0 in silence come always."""
    found = dict.fromkeys(VERDICTS, 0)
    for item in items:
        found[verdict_of(item)] += 1
    return {verdict: n for verdict, n in found.items() if n or verdict in ALWAYS_SHOWN}


def troubled(items: Iterable[ItemResult]) -> list[ItemResult]:
    """The items that need a person, in the order of their rows."""
    return [item for item in items if verdict_of(item) in TROUBLED]


def reason(item: ItemResult, t: Translator) -> str:
    """Why an item is not done, or what is special about it; empty when there is nothing to say."""
    if item.decided_by is not None:
        decided = _DECIDED_THERE if item.state == "done" else _DECIDED_ABSENT
        return t.text(decided, who=item.decided_by, reason=item.reason or "")
    if item.error is not None:
        return t.error(item.error)[0]
    if item.state == "in_doubt":
        return t.text("It was sent, but the answer was never seen")
    if item.state == "skipped":
        return t.text(_SKIPS[item.how]) if item.how in _SKIPS else ""
    return ""


def advice(item: ItemResult, t: Translator) -> str:
    """What to do about an item that needs a person; empty for the others."""
    verdict = verdict_of(item)
    hint = t.error(item.error)[1] if item.error is not None and item.decided_by is None else None
    return hint or (t.text(_ADVICE[verdict]) if verdict in _ADVICE else "")


def outcome(result: RunResult, t: Translator) -> Outcome:
    """The verdict on a run."""
    numbers = counts(result.items)
    sentences = [
        t.plural(*_SENTENCES[verdict], n)
        for verdict, n in numbers.items()
        if n and (result.mode != "rehearse" or verdict != "registered")
    ]
    left_out = sum(step.not_selected for step in result.steps)
    if left_out:
        sentences.append(t.plural("{n} row was not selected.", "{n} rows were not selected.", left_out))
    tone, headline = _headline(result, numbers, t)
    return Outcome(tone, headline, ("" if t.language == "ja" else " ").join(sentences))


def _headline(result: RunResult, numbers: Mapping[str, int], t: Translator) -> tuple[Tone, str]:
    doubtful, failed, aside = (numbers.get(verdict, 0) for verdict in TROUBLED)
    if result.status == "queued":
        return "open", t.text("Not begun yet")
    if result.status == "running":
        return "open", t.text("Under way, or interrupted")
    if result.status == "waiting":
        return "open", t.text("Waits for a decision")
    if result.status == "cancelled":
        return "attention", t.text("Cancelled by a person")
    if doubtful:
        return "bad", t.plural(
            "For {n} item it is not known whether it was registered",
            "For {n} items it is not known whether they were registered",
            doubtful,
        )
    if result.status == "failed":
        culprit = next((step for step in result.steps if step.status == "failed"), None)
        if failed:
            return "bad", t.plural("{n} item failed", "{n} items failed", failed)
        return "bad", t.text("Failed at “{step}”", step=culprit.title) if culprit else t.text("The run failed")
    if failed:
        return "bad", t.plural("Finished; {n} item failed", "Finished; {n} items failed", failed)
    if aside:
        return "attention", t.plural("Finished; {n} row needs a person", "Finished; {n} rows need a person", aside)
    if result.mode == "rehearse":
        return "good", t.text("Rehearsed to the end; nothing was registered")
    return "good", t.text("Finished; all is well")


def waits_for(result: RunResult) -> list[ApprovalResult]:
    """The decisions that a run waits for."""
    if result.finished is not None:
        return []
    asked = (step.approval for step in result.steps if step.approval is not None)
    return [approval for approval in asked if approval.state == "waiting"]


def run_error(result: RunResult) -> ErrorInfo | None:
    """Why the run failed; None when it did not, or when one of its steps says the same."""
    return None if any(step.error == result.error for step in result.steps) else result.error


def look_here_first(result: RunResult) -> StepResult | None:
    """The step a report opens on: the one that broke the run, else the first that needs a person."""
    return next((step for step in result.steps if step.status == "failed"), None) or result.first_failure


def took(step: StepResult) -> int:
    """Milliseconds a step took; of a block that does not say so itself, those of its items."""
    return step.duration_ms or sum(item.duration_ms for item in step.items)


def duration(milliseconds: int, t: Translator) -> str:
    """A time span for people: `4 min 12 s`, `4分12秒`."""
    seconds = milliseconds / 1000
    if seconds < 9.95:
        return t.text("{s} s", s=f"{seconds:.1f}")
    whole = round(seconds)
    if whole < 60:
        return t.text("{s} s", s=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return t.text("{m} min {s} s", m=minutes, s=rest)
    hours, minutes = divmod(minutes, 60)
    return t.text("{h} h {m} min", h=hours, m=minutes)


def moment(at: datetime | None, zone: tzinfo | None = None) -> str:
    """A moment on the clock on the wall (of this machine, or of the zone), to the second; empty for None."""
    return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def output_words(step: StepResult, t: Translator) -> str:
    """What a step handed on: rows, files and numbers by their names."""
    return ", ".join(_handed_on(step.output, t))


def gist(step: StepResult, t: Translator) -> str:
    """The most telling of what a step handed on, on one line."""
    told = _handed_on(step.output, t)
    return ", ".join(told[:_MOST_TOLD]) + (" …" if len(told) > _MOST_TOLD else "")


def _handed_on(output: Mapping[str, Any], t: Translator) -> list[str]:
    match output:
        case {"rows": int(rows)}:
            return [t.plural("{n} row", "{n} rows", rows)]
        case {"kind": "file", "path": path}:
            return [PurePosixPath(str(path)).name]
        case {"kind": "number", "is": number}:
            return [str(number)]
        case {"kind": "mapping", "of": Mapping() as inner}:
            parts = ((name, ", ".join(_handed_on(value, t))) for name, value in inner.items())
            return [f"{name}: {words}" for name, words in parts if words]
        case _:
            return []


_NOTES: Mapping[str, str] = {
    "browser-started": mark("A browser was started"),
    "label-fallback": mark("A field was found by its place, since its label is not tied to it"),
    "request-blocked": mark("A request to a host that is not allowed was blocked"),
    "window-closed": mark("A window that opened by itself was closed"),
    "not-asked": mark("Nobody was asked, because it is a rehearsal; the run went on as if it were approved"),
    "went-on-after-error": mark("A step failed, and the run went on as the workflow says"),
    "workbook feature lost": mark("Saving the workbook lost a feature of it"),
    "formulas to be calculated again": mark("The workbook's formulas are calculated again when it is opened"),
}


def note_words(kind: str, t: Translator) -> str:
    """What a note is about, from the slug in the journal."""
    return t.text(_NOTES[kind]) if kind in _NOTES else kind
