"""From a rule to the message that is sent: what is new for it is read, put together and put into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from yakin import events as ev
from yakin.errors import YakinError
from yakin.i18n import preferred_language, translator
from yakin.news.digest import Digest, Night, alert, digest
from yakin.news.facts import Facts, RunFacts, WorkflowFacts
from yakin.news.letter import Letter, trial, write
from yakin.news.rendering import as_html, as_text
from yakin.news.timing import Kind
from yakin.notify import NewsRule
from yakin.post import Enclosure, Message
from yakin.results import Recorded
from yakin.storage import portable

if TYPE_CHECKING:
    from yakin.project import Project

MOST_ATTACHED = 5
"""So many reports go with a letter."""

LARGEST_ATTACHED = 8_000_000
"""Bytes of all reports that go with a letter: mail servers refuse large messages."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the journal that news are about.

    Attributes:
        after: Number of the event after which it begins.
        upto: Number of its last event.
        begin: When it begins, UTC.
        end: When it ends, UTC.
    """

    after: int
    upto: int
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class News:
    """News that can be sent.

    Attributes:
        letter: In words.
        message: For folders and services.
        mail: For mail: with the reports, where the rule wants them.
    """

    letter: Letter
    message: Message
    mail: Message


class Composer:
    """Composes the news of a project.

    Args:
        project: The project.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._facts = Facts(project.journal, self._declared)
        self.language = preferred_language(project.settings.language)

    def news(self, rule: NewsRule, kind: Kind, window: Window) -> News | None:
        """What a rule is about, put into words; None for an alert when nothing has happened that cannot wait."""
        records = self._project.journal.news().events(after=window.after, upto=window.upto)
        if kind == "alert" and all(isinstance(record.event, ev.NewsSent | ev.NewsFailed) for record in records):
            return None
        night = self._night(records, with_running=kind == "digest")
        if kind == "digest":
            found = digest(night, begin=window.begin, end=window.end, section=rule.section)
        else:
            kinds = rule.alert or ()
            found = alert(night, kinds, begin=window.begin, end=window.end, section=rule.section)
            if not found.has_alert:
                return None
        reports, left_out = self._reports(found) if rule.attach_report else ((), 0)
        words = translator(self.language)
        letter = write(found, kind, words, zone=self._project.settings.zone, left_out=left_out)
        return _sendable(letter, reports)

    def trial(self, rule: str) -> News:
        """A letter that only shows that letters arrive."""
        return _sendable(trial(rule, translator(self.language)), ())

    def _night(self, records: Sequence[Recorded], *, with_running: bool) -> Night:
        journal = self._project.journal
        waiting = journal.approvals(state="waiting")
        running = journal.schedules().unfinished() if with_running else ()
        ids = [*(record.event.run for record in records), *(row.run for row in waiting), *(row.id for row in running)]
        runs: dict[str, RunFacts] = {run: self._facts.run(run) for run in dict.fromkeys(ids) if run}
        events = [record.event for record in records]
        named = [event.workflow for event in events if isinstance(event, ev.ScheduleSkipped | ev.FileRejected)]
        workflows = {name: self._facts.workflow(name) for name in dict.fromkeys(named) if name is not None}
        return Night(records, runs, workflows, waiting, running)

    def _declared(self, workflow: str) -> WorkflowFacts | None:
        try:
            declared = self._project.checked(workflow).workflow
        except YakinError:
            return None
        return WorkflowFacts(declared.title, declared.owner.section if declared.owner else None)

    def _reports(self, found: Digest) -> tuple[tuple[Enclosure, ...], int]:
        """The reports of runs in trouble, as many as a mail takes, and how many are left out."""
        reports: list[Enclosure] = []
        size = 0
        for run in found.troubled:
            report = self._report(run) if len(reports) < MOST_ATTACHED else None
            if report is not None and size + report.stat().st_size <= LARGEST_ATTACHED:
                reports.append(Enclosure(report, f"{portable(run)}.html"))
                size += report.stat().st_size
        return tuple(reports), len(found.troubled) - len(reports)

    def _report(self, run: str) -> Path | None:
        project = self._project
        try:
            return project.write_reports(project.result(run), self.language)["html"]
        except (OSError, YakinError):
            # It is open in Excel, or the disk is full: news without it are better than none.
            return None


def _sendable(letter: Letter, reports: tuple[Enclosure, ...]) -> News:
    message = Message(letter.subject, as_text(letter), as_html(letter))
    return News(letter, message, Message(message.subject, message.body, message.html, reports))
