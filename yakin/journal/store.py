"""The journal in a database: events, and the ledger that follows from them, written in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

import sqlalchemy as sa

from yakin.clock import Clock, SystemClock
from yakin.errors import JournalError, RunError, UnknownRun
from yakin.events import Event
from yakin.journal import confirming
from yakin.journal.chain import Anchor, ChainRow, verify
from yakin.journal.database import Database
from yakin.journal.findings import Finding
from yakin.journal.leases import Leases
from yakin.journal.masking import Mask, mask_texts, masked
from yakin.journal.news import NewsRecords
from yakin.journal.processes import Processes, SystemProcesses
from yakin.journal.projections import project
from yakin.journal.replay import compare
from yakin.journal.rows import approval_row, ledger_item, recorded, run_row
from yakin.journal.rules import UNFINISHED
from yakin.journal.schedules import ScheduleRecords
from yakin.journal.statements import CLAIMS, HEAD, ITEM, NEW_EVENTS, NEW_HEAD, SOME_VERDICTS, VERDICTS
from yakin.journal.tables import ROW_SET_ASIDE, approval, item, memory, source
from yakin.journal.tables import event as event_table
from yakin.journal.tables import run as run_table
from yakin.ledger import ApprovalRow, LedgerItem, RunRow
from yakin.results import Recorded
from yakin.values import canonical_json

_CHUNK = 500
"""Values in one IN (…): SQLite allows 32,766 parameters, short statements stay quick."""


class JournalStore:
    """The append-only record, and what follows from it. Safe to use from any thread; every method blocks briefly.

    Args:
        url: SQLAlchemy URL: `sqlite:///folder/file.sqlite` or `postgresql://…`; made and brought up to date when needed.
        mask: Replaces secrets in a text; applied to everything an event says before it is written.
        clock: Tells when events happen.
        lock_seconds: How long to wait for other writers.

    Raises:
        JournalError: It cannot be opened, or was written by a newer version of Yakin.
    """

    def __init__(self, url: str, *, mask: Mask = str, clock: Clock | None = None, lock_seconds: float = 30.0) -> None:
        self._mask = mask
        self._clock = clock or SystemClock()
        self._database = Database(url, lock_seconds=lock_seconds)

    def close(self) -> None:
        """Close all connections to the database."""
        self._database.close()

    def leases(self, *, processes: Processes | None = None, ttl: float = 30.0) -> Leases:
        """Who executes, kept in the same database: an append can prove in its own transaction that its writer may.

        Args:
            processes: Tells who this process is, and which others are surely gone; this machine's when left out.
            ttl: Seconds without a beat after which an observer may give a holder up.
        """
        return Leases(self._database, processes=processes or SystemProcesses(), clock=self._clock, ttl=ttl)

    def schedules(self) -> ScheduleRecords:
        """What it knows of schedules, for those who decide when runs are due."""
        return ScheduleRecords(self._database)

    def news(self) -> NewsRecords:
        """What people are to be told of it, for those who tell them."""
        return NewsRecords(self._database)

    def append(self, actor: str, *events: Event, also: Callable[[Any], None] | None = None) -> None:
        """Write events, and everything that follows from them, in one transaction; on return they are on disk.

        Args:
            actor: Who or what caused them, such as a user's name or `scheduler`.
            events: In order.
            also: Called with the open SQLAlchemy connection, to do something else in the same transaction; when it
                raises, nothing is written.

        Raises:
            Claimed: A `CommitIntended` for a business key that another item claims; nothing is written.
            JournalError: They could not be written, or cannot have happened after what is there; nothing is written.
        """
        hidden = [masked(event, self._mask) for event in events]
        with self._database.writing() as conn:
            self._write(conn, actor, hidden)
            if also is not None:
                also(conn)

    def records(self, run: str, *, after: int = 0, actions: Collection[str] | None = None) -> Sequence[Recorded]:
        """The events of one run in order, those after a number in the journal; empty when there are none.

        Args:
            run: Id of the run.
            after: Number in the journal.
            actions: Only these kinds of events, such as `step.finished`; None for all.
        """
        query = (
            sa.select(event_table)
            .where(event_table.c.run == run, event_table.c.seq > after)
            .order_by(event_table.c.seq)
        )
        if actions is not None:
            query = query.where(event_table.c.action.in_(actions))
        with self._database.reading() as conn:
            return [recorded(row) for row in conn.execute(query)]

    def run(self, run: str) -> RunRow:
        """One run, by its id or an unambiguous beginning of it.

        Raises:
            UnknownRun: There is none, or more than one.
        """
        exactly = sa.select(run_table).where(run_table.c.id == run)
        beginning = sa.select(run_table).where(run_table.c.id.startswith(run, autoescape=True)).limit(_CHUNK)
        with self._database.reading() as conn:
            # Looking for a beginning reads all runs; those who execute a run give its whole id, and ask often.
            rows = conn.execute(exactly).all() or [row for row in conn.execute(beginning) if row.id.startswith(run)]
            if not rows or not run:
                raise UnknownRun("There is no run {run}", hint="List them with: runner.py runs", run=run)
            if len(rows) > 1:
                names = ", ".join(sorted(row.id for row in rows)[:5])
                raise UnknownRun(
                    "{run} could be more than one run: {names}", hint="Give more of its id", run=run, names=names
                )
            return run_row(rows[0], _counts(conn, [rows[0].id]))

    def runs(self, *, workflow: str | None = None, status: str | None = None, limit: int = 50) -> Sequence[RunRow]:
        """Runs, the newest first."""
        query = sa.select(run_table).order_by(run_table.c.seq.desc()).limit(limit)
        if workflow is not None:
            query = query.where(run_table.c.workflow == workflow)
        if status is not None:
            query = query.where(run_table.c.status == status)
        return self._run_rows(query)

    def children(self, run: str) -> Sequence[RunRow]:
        """The runs that a run called, in the order of their creation."""
        return self._run_rows(sa.select(run_table).where(run_table.c.parent == run).order_by(run_table.c.seq))

    def same_files(self, workflow: str, files: Mapping[str, str]) -> Sequence[RunRow]:
        """Runs of a workflow, no rehearsals, with exactly these files, the newest first; none when there are no files.

        Args:
            workflow: Id of the workflow.
            files: Input name → SHA-256.
        """
        if not files:
            return []
        same = (
            run_table.c.workflow == workflow,
            run_table.c.mode == "run",
            run_table.c.files == canonical_json(dict(files)),
        )
        return self._run_rows(sa.select(run_table).where(*same).order_by(run_table.c.seq.desc()))

    def item(self, run: str, step: str, key: str) -> LedgerItem | None:
        """One item of the ledger."""
        with self._database.asking() as conn:
            row = conn.execute(ITEM, {"the_run": run, "the_step": step, "the_key": key}).first()
        return None if row is None else ledger_item(row)

    def items(
        self, run: str, step: str | None = None, *, first: int = 0, last: int | None = None
    ) -> Sequence[LedgerItem]:
        """Items of a run, in the order of their rows.

        Args:
            run: Id of the run.
            step: Path of a block; None for all.
            first: Place in the block of the first one that is wanted, counted from 0.
            last: Place after the last one; None for all.
        """
        query = sa.select(item).where(item.c.run == run).order_by(item.c.seq, item.c.position)
        if step is not None:
            query = query.where(item.c.step == step)
        if first:
            query = query.where(item.c.position >= first)
        if last is not None:
            query = query.where(item.c.position < last)
        with self._database.reading() as conn:
            return [ledger_item(row) for row in conn.execute(query)]

    def confirm_unchanged(self, connection: Any, seen: LedgerItem | RunRow) -> None:
        """Make sure, in the open transaction of an `append`, that nobody has gone on with an item or a run since it was read.

        Raises:
            Claimed: Somebody has gone on with the item.
            Overtaken: Somebody has gone on with the run.
        """
        confirming.confirm_unchanged(connection, seen)

    def confirm_undecided(self, connection: Any, run: str, step: str) -> None:
        """Make sure, in the open transaction of an `append`, that a decision has not been made since somebody looked.

        Raises:
            Overtaken: It has.
        """
        confirming.confirm_undecided(connection, run, step)

    def verdicts(self, run: str, step: str, *, only: Collection[str] = ()) -> Mapping[str, int]:
        """Verdict → number of items of one block.

        Args:
            run: Id of the run.
            step: Path of the block.
            only: Only these verdicts, which is quick when few items have them; empty for all.
        """
        asked: dict[str, Any] = {"the_run": run, "the_step": step}
        if only:
            asked["the_verdicts"] = list(only)
        with self._database.asking() as conn:
            return {row.verdict: row.number for row in conn.execute(SOME_VERDICTS if only else VERDICTS, asked)}

    def approvals(self, *, run: str | None = None, state: str | None = None) -> Sequence[ApprovalRow]:
        """Decisions that runs wait or waited for, in the order they were asked for.

        Args:
            run: Only those of this run.
            state: Only those in this state; of those `waiting`, only what can be decided: the run has not ended.
        """
        query = sa.select(approval).order_by(approval.c.seq)
        if run is not None:
            query = query.where(approval.c.run == run)
        if state is not None:
            query = query.where(approval.c.state == state)
        if state == "waiting":
            query = query.join(run_table, run_table.c.id == approval.c.run).where(run_table.c.status.in_(UNFINISHED))
        with self._database.reading() as conn:
            return [approval_row(row) for row in conn.execute(query)]

    def claims(self, system: str, workflow: str, keys: Sequence[str]) -> Mapping[str, LedgerItem]:
        """Which of these business keys are claimed by an item of any run, and by which."""
        asked = {"the_system": system, "the_workflow": workflow}
        found: dict[str, LedgerItem] = {}
        with self._database.asking() as conn:
            for some in _chunks(keys):
                for row in conn.execute(CLAIMS, {**asked, "the_keys": list(some)}):
                    found[row.key] = ledger_item(row)
        return {key: found[key] for key in keys if key in found}

    def keep_source(self, sha256: str, name: str, text: str) -> None:
        """Keep the text of a workflow file under its content's hash; the same again does nothing."""
        query = sa.select(source.c.sha256).where(source.c.sha256 == sha256)
        with self._database.reading() as conn:
            if conn.execute(query).first() is not None:
                return
        with self._database.writing() as conn:
            if conn.execute(query).first() is None:
                conn.execute(sa.insert(source), {"sha256": sha256, "name": name, "text": text})

    def source(self, sha256: str) -> tuple[str, str]:
        """File name and text of a workflow, by its content's hash.

        Raises:
            RunError: It is not kept.
        """
        with self._database.reading() as conn:
            row = conn.execute(sa.select(source).where(source.c.sha256 == sha256)).first()
        if row is None:
            raise RunError("The workflow file {sha256} is not kept", sha256=sha256)
        return row.name, row.text

    def recall(self, workflow: str, step: str, name: str) -> Any | None:
        """What a step remembers under a name, as plain JSON data."""
        with self._database.reading() as conn:
            value = conn.scalar(sa.select(memory.c.value).where(*_memory_place(workflow, step, name)))
        return None if value is None else json.loads(value)

    def remember(self, workflow: str, step: str, name: str, value: Any) -> None:
        """Keep plain JSON data, masked, for a step under a name; the same value again is not written.

        Raises:
            JournalError: It cannot be written, or is not plain JSON data.
        """
        place = _memory_place(workflow, step, name)
        query = sa.select(memory.c.value).where(*place)
        with self._database.reading() as conn:
            text = canonical_json(mask_texts(value, self._mask))
            if conn.scalar(query) == text:
                return
        with self._database.writing() as conn:
            if conn.scalar(query) is None:
                row = {"workflow": workflow, "step": step, "name": name, "value": text}
                conn.execute(sa.insert(memory), row)
            else:
                conn.execute(sa.update(memory).where(*place).values(value=text))

    def anchor(self) -> Anchor:
        """Number and hash of the last event, to be noted where the journal's writer cannot change them.

        Raises:
            JournalError: The journal's note of it is gone, or cannot be read.
        """
        with self._database.reading() as conn:
            return _head(conn)

    def verify(self, anchors: Iterable[Anchor] = ()) -> list[Finding]:
        """Look whether the journal is as it was written, and the ledger and the list of runs are what follows from it.

        Args:
            anchors: Events noted elsewhere, as `anchor` gave them.

        Returns:
            Everything that is wrong, by number; empty when nothing is. See `chain.verify` and `replay.compare`.
        """
        query = sa.select(event_table).order_by(event_table.c.seq).execution_options(yield_per=_CHUNK)
        with self._database.reading() as conn:
            head = conn.execute(HEAD).first()
            noted = None if head is None else Anchor(*head)
            broken = verify((ChainRow(*row) for row in conn.execute(query)), noted, anchors)
            return sorted([*broken, *compare(conn)], key=lambda finding: (finding.seq, finding.kind))

    def _run_rows(self, query: sa.Select[Any]) -> list[RunRow]:
        with self._database.reading() as conn:
            rows = conn.execute(query).all()
            counts = _counts(conn, [row.id for row in rows])
            return [run_row(row, counts) for row in rows]

    def _write(self, conn: sa.Connection, actor: str, events: Sequence[Event]) -> None:
        if not events:
            return
        last = _head(conn)
        rows = []
        for event in events:
            at = self._clock.now().astimezone(UTC).isoformat(timespec="microseconds")
            row = ChainRow(
                last.seq + 1,
                at,
                actor,
                event.action,
                event.target,
                event.outcome,
                event.run,
                canonical_json(event.body()),
                last.hash,
                "",
            ).sealed()
            project(conn, event, seq=row.seq, at=at, actor=actor)
            rows.append(row._asdict())
            last = Anchor(row.seq, row.hash)
        conn.execute(NEW_EVENTS, rows)
        conn.execute(NEW_HEAD, {"seq": last.seq, "hash": last.hash})


def _head(conn: sa.Connection) -> Anchor:
    head = conn.execute(HEAD).first()
    if head is None:
        raise JournalError("The journal's note of its last event is gone", hint="Look with: runner.py audit verify")
    return Anchor(*head)


def _counts(conn: sa.Connection, runs: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for some in _chunks(runs):
        query = (
            sa.select(item.c.run, item.c.verdict, sa.func.count())
            .where(item.c.run.in_(some))
            .group_by(item.c.run, item.c.step, item.c.verdict)
        )
        for run, verdict, count in sorted(tuple(row) for row in conn.execute(query)):
            of_run = counts.setdefault(run, {})
            of_run[verdict] = of_run.get(verdict, 0) + count
        for run, count in conn.execute(_rows_set_aside(some)):
            of_run = counts.setdefault(run, {})
            of_run["set_aside"] = of_run.get("set_aside", 0) + count
    return counts


def _rows_set_aside(runs: Sequence[str]) -> sa.Select[str, int]:
    """Rows that a check set aside never become items: only the journal knows of them."""
    return (
        sa.select(event_table.c.run, sa.func.count())
        .where(event_table.c.run.in_(runs), sa.text(ROW_SET_ASIDE))
        .group_by(event_table.c.run)
    )


def _memory_place(workflow: str, step: str, name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return memory.c.workflow == workflow, memory.c.step == step, memory.c.name == name


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
