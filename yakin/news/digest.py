"""What is new, put together: a pure fold over events of the journal, failures grouped by their cause.

A digest names workflows, runs, steps and rules. Keys, labels, results of items and the data of errors are not in it, nor
anything that a person has written in a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from yakin import events as ev
from yakin.ledger import ApprovalRow, RunRow
from yakin.news.facts import Failure, RunFacts, WorkflowFacts
from yakin.notify import AlertKind
from yakin.results import Recorded

_SYSTEM = "system"
"""Under this name the program's own sentences say which web system they are about."""


@dataclass(frozen=True, slots=True)
class RunName:
    """A run as it is named to people.

    Attributes:
        id: Its id.
        title: Title of its workflow.
        items: How many of its items this is about; 0 when it is about the run itself.
    """

    id: str
    title: str
    items: int = 0


@dataclass(frozen=True, slots=True)
class Cause:
    """Why runs failed, or items of them.

    Attributes:
        action: The action that failed; empty when a block or its items did.
        title: Title of the step, or of the first of them.
        code: Kind of error.
        template: The sentence with `{name}` in place of the data.
        names: Names of the data.
        system: The web system it is about, as workflows name it: the only one of the data that is kept.
        runs: Where it happened, with the number of items that failed.
    """

    action: str
    title: str
    code: str
    template: str
    names: frozenset[str]
    system: str | None
    runs: tuple[RunName, ...]


@dataclass(frozen=True, slots=True)
class WaitingFor:
    """A decision that a run waits for.

    Attributes:
        run: The run.
        role: Who may decide.
        since: Since when, UTC.
        due: Until when; None when there is no limit.
    """

    run: RunName
    role: str
    since: datetime
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Late:
    """A run that was not where it should have been.

    Attributes:
        run: The run.
        kind: `not_started` or `not_finished`.
        expected: By when it should have been, UTC.
        status: What it is now.
    """

    run: RunName
    kind: str
    expected: datetime
    status: str


@dataclass(frozen=True, slots=True)
class NotStarted:
    """What was due and was not started, by workflow and reason.

    Attributes:
        title: Title of the workflow.
        why: `missed`, `overlap`, `paused` or `failed`.
        times: How often.
        first: For which moment first, UTC.
    """

    title: str
    why: str
    times: int
    first: datetime


@dataclass(frozen=True, slots=True)
class Rejected:
    """A workflow or calendar file that is wrong now.

    Attributes:
        file: Its path in the project.
        problems: How many errors it has.
    """

    file: str
    problems: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """News that did not reach everybody.

    Attributes:
        rule: Name of the rule.
        at: When it was given up last, UTC.
    """

    rule: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """What is new.

    Attributes:
        begin: Since when, UTC.
        end: Until when, UTC.
        ended: Workflow title → status → number of runs that ended.
        causes: Why runs and items failed, what concerns most runs first.
        in_doubt: Runs with items in doubt.
        set_aside: Runs with rows that need a person.
        waiting: Decisions that are waited for.
        late: Runs that were late.
        not_started: What was due and was not started.
        rejected: Workflow and calendar files that are wrong.
        running: Runs that have not ended, other than those that wait.
        undelivered: News that did not reach everybody.
        troubled: Ids of the runs that failed or have items that failed or are in doubt.
    """

    begin: datetime
    end: datetime
    ended: Mapping[str, Mapping[str, int]]
    causes: tuple[Cause, ...] = ()
    in_doubt: tuple[RunName, ...] = ()
    set_aside: tuple[RunName, ...] = ()
    waiting: tuple[WaitingFor, ...] = ()
    late: tuple[Late, ...] = ()
    not_started: tuple[NotStarted, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    running: tuple[RunName, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()
    troubled: tuple[str, ...] = ()

    def number(self, status: str) -> int:
        """How many runs ended like this."""
        return sum(by_status.get(status, 0) for by_status in self.ended.values())

    @property
    def has_alert(self) -> bool:
        """Whether there is anything in it that cannot wait."""
        return bool(
            self.number("failed")
            or self.in_doubt
            or self.late
            or self.rejected
            or self.waiting
            or any(one.why != "paused" for one in self.not_started)
        )


@dataclass(frozen=True, slots=True)
class Night:
    """What a digest is made of.

    Attributes:
        records: The events, in order.
        runs: Run → what is known of it, for every run of these events.
        workflows: Workflow → what is told of it, for every workflow that is named outside of runs.
        waiting: The decisions that are waited for.
        running: The runs that have not ended.
    """

    records: Sequence[Recorded]
    runs: Mapping[str, RunFacts]
    workflows: Mapping[str, WorkflowFacts]
    waiting: Sequence[ApprovalRow] = ()
    running: Sequence[RunRow] = ()


def digest(night: Night, *, begin: datetime, end: datetime, section: str | None = None) -> Digest:
    """Everything that is new, for a digest.

    Args:
        night: What it is made of.
        begin: Since when.
        end: Until when.
        section: Only what workflows of this section did; None for all.
    """
    ended = _ended(night, section)
    in_trouble = [*ended, *_interrupted(night, ended, section)]
    waiting = [row for row in night.waiting if _is_of(night.runs.get(row.run), section)]
    return Digest(
        begin=begin,
        end=end,
        ended=_by_workflow(ended),
        causes=_causes(ended),
        in_doubt=_with_items(in_trouble, "in_doubt"),
        set_aside=_with_items(in_trouble, "set_aside"),
        waiting=tuple(_waiting(row, night.runs[row.run]) for row in waiting),
        late=_late(night, section),
        not_started=_not_started(night, section),
        rejected=_rejected(night, section),
        running=tuple(
            RunName(row.id, row.title)
            for row in night.running
            if row.parent is None and row.mode == "run" and row.status != "waiting"
            if _is_of(night.runs.get(row.id), section)
        ),
        undelivered=_undelivered(night.records),
        troubled=tuple(
            facts.row.id
            for facts in in_trouble
            if facts.row.status == "failed" or facts.counts.get("failed") or facts.counts.get("in_doubt")
        ),
    )


def alert(
    night: Night, kinds: Collection[AlertKind], *, begin: datetime, end: datetime, section: str | None = None
) -> Digest:
    """What of it cannot wait.

    Args:
        night: What it is made of.
        kinds: What is told at once.
        begin: Since when.
        end: Until when.
        section: Only what workflows of this section did; None for all.
    """
    all_of_it = digest(night, begin=begin, end=end, section=section)
    failed = {title: {"failed": by["failed"]} for title, by in all_of_it.ended.items() if by.get("failed")}
    asked = {record.event.run for record in night.records if record.event.action.startswith("approval.")}
    return Digest(
        begin=begin,
        end=end,
        ended=failed if "failed" in kinds else {},
        causes=all_of_it.causes if "failed" in kinds and failed else (),
        in_doubt=all_of_it.in_doubt if "in_doubt" in kinds else (),
        waiting=tuple(one for one in all_of_it.waiting if one.run.id in asked) if "approval" in kinds else (),
        late=all_of_it.late if "late" in kinds else (),
        not_started=tuple(one for one in all_of_it.not_started if one.why != "paused") if "missed" in kinds else (),
        rejected=all_of_it.rejected if "rejected" in kinds else (),
        undelivered=all_of_it.undelivered,
        troubled=all_of_it.troubled,
    )


def _is_of(facts: RunFacts | WorkflowFacts | None, section: str | None) -> bool:
    return facts is not None and (section is None or facts.section == section)


def _is_news(facts: RunFacts | None, section: str | None) -> bool:
    """Called runs are told with those that called them; of a rehearsal somebody waits for the end anyway."""
    return facts is not None and facts.row.parent is None and facts.row.mode == "run" and _is_of(facts, section)


def _ended(night: Night, section: str | None) -> list[RunFacts]:
    """The runs that ended, each once, as it ended last; not those that somebody has continued since."""
    ids = dict.fromkeys(record.event.run for record in night.records if isinstance(record.event, ev.RunFinished))
    found = [night.runs[run] for run in ids if _is_news(night.runs.get(run), section)]
    return [facts for facts in found if facts.row.finished is not None]


def _interrupted(night: Night, ended: Iterable[RunFacts], section: str | None) -> list[RunFacts]:
    """The runs that have stopped to wait for a person: what is in doubt in them does not wait with them."""
    known = {facts.row.id for facts in ended}
    ids = dict.fromkeys(record.event.run for record in night.records if isinstance(record.event, ev.RunWaiting))
    return [night.runs[run] for run in ids if run not in known and _is_news(night.runs.get(run), section)]


def _by_workflow(ended: Iterable[RunFacts]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for facts in ended:
        by_status = found.setdefault(facts.row.title, {})
        by_status[facts.row.status] = by_status.get(facts.row.status, 0) + 1
    return found


def _causes(ended: Iterable[RunFacts]) -> tuple[Cause, ...]:
    causes: dict[tuple[str | None, ...], list[tuple[Failure, RunName]]] = {}
    for facts in ended:
        for failure in facts.failures:
            # Items fail by what a block does with them; anything else of a block by what the block is.
            where = failure.action or (failure.title if failure.items else "")
            name = RunName(facts.row.id, facts.row.title, failure.items)
            error = failure.error
            kind = (where, error.code, error.template, error.data.get(_SYSTEM))
            causes.setdefault(kind, []).append((failure, name))
    found = [_cause(found) for found in causes.values()]
    return tuple(sorted(found, key=lambda cause: -len(cause.runs)))


def _cause(found: Sequence[tuple[Failure, RunName]]) -> Cause:
    first = found[0][0]
    items: Counter[str] = Counter()
    for _, name in found:
        items[name.id] += name.items
    runs = {name.id: RunName(name.id, name.title, items[name.id]) for _, name in found}
    names = frozenset(name for failure, _ in found for name in failure.error.data)
    return Cause(
        action=first.action,
        title=first.title,
        code=first.error.code,
        template=first.error.template,
        names=names,
        system=first.error.data.get(_SYSTEM),
        runs=tuple(runs.values()),
    )


def _with_items(runs: Iterable[RunFacts], verdict: str) -> tuple[RunName, ...]:
    counted = ((facts, facts.counts.get(verdict, 0)) for facts in runs)
    return tuple(RunName(facts.row.id, facts.row.title, number) for facts, number in counted if number)


def _waiting(row: ApprovalRow, facts: RunFacts) -> WaitingFor:
    return WaitingFor(RunName(row.run, facts.row.title), row.role, row.asked_at, row.due)


def _late(night: Night, section: str | None) -> tuple[Late, ...]:
    found: dict[str, Late] = {}
    for record in night.records:
        event = record.event
        facts = night.runs.get(event.run)
        if isinstance(event, ev.RunLate) and facts is not None and _is_of(facts, section):
            name = RunName(event.run, facts.row.title)
            found[event.run] = Late(name, event.kind, datetime.fromisoformat(event.expected), facts.row.status)
    return tuple(found.values())


def _not_started(night: Night, section: str | None) -> tuple[NotStarted, ...]:
    """What was left out; not what another trigger of the same workflow asked for already."""
    found: dict[tuple[str, str], NotStarted] = {}
    for record in night.records:
        event = record.event
        if not isinstance(event, ev.ScheduleSkipped) or event.why == "merged":
            continue
        if _is_of(night.workflows.get(event.workflow), section):
            title = night.workflows[event.workflow].title
            first = datetime.fromisoformat(event.first or event.due)
            before = found.get((title, event.why), NotStarted(title, event.why, 0, first))
            together = NotStarted(title, event.why, before.times + event.count, min(before.first, first))
            found[title, event.why] = together
    return tuple(found.values())


def _rejected(night: Night, section: str | None) -> tuple[Rejected, ...]:
    found: dict[str, Rejected] = {}
    for record in night.records:
        event = record.event
        if not isinstance(event, ev.FileRejected):
            continue
        # All schedules go by the calendars, so they concern every section.
        if event.workflow is None or _is_of(night.workflows.get(event.workflow), section):
            found[event.file] = Rejected(event.file, event.problems)
    return tuple(found.values())


def _undelivered(records: Iterable[Recorded]) -> tuple[Undelivered, ...]:
    found = {
        record.event.rule: Undelivered(record.event.rule, record.at)
        for record in records
        if isinstance(record.event, ev.NewsFailed)
    }
    return tuple(found.values())
