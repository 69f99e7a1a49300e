"""Showing what the journal says of a run while it goes, and of the runs it calls."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from yakin.cli.speaking import language

if TYPE_CHECKING:
    from yakin.engine.ports import Journal
    from yakin.project import Project
    from yakin.results import Recorded

_LOOK_EVERY = 0.2
"""Seconds between looks into the journal for what is new."""


@contextlib.contextmanager
def followed(project: Project, run: str) -> Iterator[None]:
    """Show a run while it goes, from a thread beside it; of what it has done before only how much that is."""
    from yakin.reports.terminal import LiveProgress

    news = News(project.journal, run)
    ended = threading.Event()

    with LiveProgress(language=language(project), stream=sys.stdout) as progress:
        progress.catch_up(news.read())

        def look() -> None:
            for record in news.read():
                progress.show(record)

        def follow() -> None:
            while not ended.wait(_LOOK_EVERY):
                look()

        thread = threading.Thread(target=follow, name="follow", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            look()


class News:
    """What is new in the journal of a run and of the runs that it calls.

    Args:
        journal: The journal.
        run: Id of the run.
    """

    def __init__(self, journal: Journal, run: str) -> None:
        self._journal = journal
        self._seen = {run: 0}
        self._calls: Counter[str] = Counter()
        self._called: Counter[str] = Counter()

    def read(self) -> list[Recorded]:
        """What was written since the last time, in the journal's order; at first everything."""
        found: list[Recorded] = []
        runs = list(self._seen)
        for run in runs:
            found += self._of(run)
            runs += self._newly_called(run)
        return sorted(found, key=lambda record: record.seq)

    def _of(self, run: str) -> list[Recorded]:
        from yakin.events import StepStarted
        from yakin.reports.progress import TOLD

        records = list(self._journal.records(run, after=self._seen[run], actions=TOLD))
        if records:
            self._seen[run] = records[-1].seq
        started = (record.event for record in records if isinstance(record.event, StepStarted))
        self._calls[run] += sum(event.uses == "call" for event in started)
        return records

    def _newly_called(self, run: str) -> list[str]:
        """Runs that this one has called since; the journal is asked only while runs of calls have not been seen."""
        if self._called[run] >= self._calls[run]:
            return []
        new = [child.id for child in self._journal.children(run) if child.id not in self._seen]
        self._called[run] += len(new)
        self._seen.update(dict.fromkeys(new, 0))
        return new
