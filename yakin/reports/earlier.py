"""That a file was run before, in a sentence."""

from __future__ import annotations

from yakin.i18n import translator
from yakin.ledger import RunRow
from yakin.reports import verdicts
from yakin.reports.terminal import told

_UNFINISHED = ("queued", "running")


def told_before(row: RunRow, language: str) -> str:
    """What is said before a workflow is run again with the same files.

    Args:
        row: The last run with these files.
        language: `ja` or `en`.
    """
    t = translator(language)
    data = {
        "run": row.id,
        "date": verdicts.moment(row.created)[:16],
        "status": t.text(verdicts.STATUSES[row.status]),
        "counts": told(row.counts, t).replace("  ", ", ").replace("\u00a0", " ") or t.text("no items"),
    }
    sentences = [t.text("This file was run before: run {run} on {date}, {status}, {counts}.", **data)]
    if row.status == "waiting":
        sentences.append(t.text("That run waits for a decision: runner.py approvals {run}", **data))
    elif row.status in _UNFINISHED:
        sentences.append(t.text("That run is not finished; it goes on with: runner.py resume {run}", **data))
    sentences.append(t.text("What is registered is left alone; only what is not done is done."))
    return "\n".join(sentences)
