"""Decisions in words, and what somebody sees who has to make one: in 80 columns, aligned under full-width text too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yakin.i18n import Translator, translator
from yakin.ledger import ApprovalRow
from yakin.phrases import mark
from yakin.reports import verdicts
from yakin.reports.prose import Prose
from yakin.reports.screen import console
from yakin.results import ApprovalResult, RunResult
from yakin.storage import Storage
from yakin.values import FileRef, Rows, Table

if TYPE_CHECKING:
    from rich.console import RenderableType

MOST_ROWS = 100
"""So many rows of a list are shown, unless all are asked for."""

MOST_EVIDENCE = 20
"""So many files of evidence are named; `show` names all."""

_NARROWEST = 8
"""Columns of the screen that a column of a list needs; with less, each row is shown as a paragraph."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_ITEM_COLUMNS: Mapping[str, str] = {
    "key": mark("Key"),
    "label": mark("Where"),
    "verdict": mark("State"),
    "error": mark("Why"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A decision with the run that asked for it.

    Attributes:
        approval: The decision.
        run_title: Title of the run that asked.
    """

    approval: ApprovalRow
    run_title: str


def decision_words(approval: ApprovalResult | ApprovalRow, t: Translator, *, over: bool = False) -> str:
    """What became of a decision, with who, when and why.

    Args:
        approval: The decision.
        t: The reader's language.
        over: Whether the run has ended, so that nobody has to decide any more.
    """
    if isinstance(approval, ApprovalRow):
        decided, due = approval.decided_at, approval.due
    else:
        decided, due = approval.decided, approval.due
    when, until, reason = (_minute(decided), _minute(due), approval.reason or "")
    match approval.state:
        case "approved":
            words = t.text("Approved by {person} on {when}", person=approval.decided_by, when=when)
        case "rejected":
            words = t.text("Rejected by {person} on {when}", person=approval.decided_by, when=when)
        case "timed_out":
            return t.text("Nobody with the role {role} decided until {until}", role=approval.role, until=until)
        case _ if over:
            return t.text("Nobody has decided; the run has ended")
        case _ if due is not None:
            return t.text("Waits for {role}, until {until}", role=approval.role, until=until)
        case _:
            return t.text("Waits for {role}", role=approval.role)
    return t.text("{words}: {reason}", words=words, reason=reason) if reason else words


def print_questions(questions: Sequence[Question], *, language: str) -> None:
    """Print a list of decisions."""
    from rich.console import Group
    from rich.text import Text

    t = translator(language)
    if not questions:
        console().print(Text(t.text("Nothing waits for a decision")))
        return
    parts: list[RenderableType] = []
    for question in questions:
        parts += [*_head(question, t), Text()]
    parts.append(Text(t.text("See what it is about with: runner.py approvals RUN"), "dim"))
    console().print(Group(*parts))


def print_question(
    question: Question, shown: Any, result: RunResult, *, storage: Storage, language: str, everything: bool = False
) -> None:
    """Print one decision with everything that is shown to who makes it.

    Args:
        question: The decision.
        shown: What the workflow shows.
        result: The run that asked.
        storage: Where files are.
        language: `ja` or `en`.
        everything: Print all rows of long lists.
    """
    from rich.console import Group

    t = translator(language)
    screen = console()
    view = _View(t, storage, screen.width, None if everything else MOST_ROWS)
    screen.print(Group(*_head(question, t), *view.value(shown), *_evidence(result, storage, t), *_how(question, t)))


def _head(question: Question, t: Translator) -> list[RenderableType]:
    from rich.table import Table as Grid
    from rich.text import Text

    asked = question.approval
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("  " + t.text("Run"), Text(f"{asked.run}  {asked.step}"))
    grid.add_row("  " + t.text("Workflow"), Prose(_clean(question.run_title)))
    grid.add_row("  " + t.text("Decides"), Prose(asked.role))
    grid.add_row("  " + t.text("Asked by"), Text(f"{asked.requested_by}, {_minute(asked.asked_at)}"))
    if asked.state != "waiting":
        grid.add_row("  " + t.text("Decision"), Prose(decision_words(asked, t)))
    elif asked.due is not None:
        grid.add_row("  " + t.text("Until"), Text(_minute(asked.due)))
    return [Prose(_clean(asked.title or asked.step), "bold"), grid]


def _evidence(result: RunResult, storage: Storage, t: Translator) -> Iterator[RenderableType]:
    from rich.text import Text

    found = [one for step in result.steps for one in step.evidence]
    found += [one for item in result.items for one in item.evidence]
    if not found:
        return
    yield Text()
    yield Text(t.text("Evidence of the run so far"), "bold")
    for one in found[-MOST_EVIDENCE:]:
        yield Prose(one.name, indent=2)
        yield _place(storage, f"{result.id}/{one.path}", 4)
    if len(found) > MOST_EVIDENCE:
        more = len(found) - MOST_EVIDENCE
        yield Prose(t.plural("… and {n} more file", "… and {n} more files", more), indent=2)


def _how(question: Question, t: Translator) -> Iterator[RenderableType]:
    from rich.text import Text

    asked = question.approval
    if asked.state != "waiting":
        return
    yield Text()
    reason = t.text("why")
    for verb in ("approve", "reject"):
        yield Text(f'→ runner.py {verb} {asked.run} {asked.step} --reason "{reason}"', "cyan")


class _View:
    """Values as they are shown in a terminal."""

    def __init__(self, t: Translator, storage: Storage, width: int, most: int | None) -> None:
        self._t = t
        self._storage = storage
        self._width = width
        self._most = most

    def value(self, value: Any, indent: int = 0) -> Iterator[RenderableType]:
        from rich.text import Text

        match value:
            case None:
                return
            case Table() | Rows():
                yield from self._table(value.table if isinstance(value, Rows) else value)
            case FileRef():
                yield _place(self._storage, value.path, indent)
            case Mapping():
                for name, item in value.items():
                    yield Text()
                    if _is_short(item):
                        yield Prose(f"{name}: {_cell(item)}", indent=indent)
                    else:
                        yield Text(" " * indent + _clean(str(name)), "bold")
                        yield from self.value(item, indent + 2)
            case [Mapping(), *_] if all(isinstance(row, Mapping) for row in value):
                yield from self._table(Table.from_records(value))
            case list() | tuple():
                for item in value:
                    yield from self.value(item, indent)
            case _:
                yield Prose(_cell(value), indent=indent)

    def _table(self, table: Table) -> Iterator[RenderableType]:
        if not table.count:
            yield Prose(self._t.text("No rows"), "dim")
            return
        rows = [[_cell(cell) for cell in row.values()] for row in table.rows[: self._most]]
        names = [_clean(name) for name in table.columns]
        if set(table.columns) == set(_ITEM_COLUMNS):
            place = table.columns.index("verdict")
            names = [self._t.text(_ITEM_COLUMNS[name]) for name in table.columns]
            for row in rows:
                row[place] = self._t.text(verdicts.VERDICTS.get(row[place], row[place]))
        yield from self._grid(names, rows) if self._fits(names, rows) else self._paragraphs(names, rows)
        left = table.count - len(rows)
        if left:
            words = self._t.plural("… and {n} more row", "… and {n} more rows", left)
            yield Prose(self._t.text("{words}; see all with --all", words=words), "dim")

    def _fits(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
        """Whether the columns can stand side by side without being torn to pieces."""
        from rich.cells import cell_len

        natural = [
            max(cell_len(line) for cell in column for line in cell.splitlines() or [""])
            for column in zip(names, *rows, strict=True)
        ]
        least = [min(width, max(_NARROWEST, cell_len(name))) for width, name in zip(natural, names, strict=True)]
        return sum(least) + 2 * len(least) <= self._width

    def _grid(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[RenderableType]:
        from rich import box
        from rich.table import Table as Grid
        from rich.text import Text

        grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
        for name in names:
            grid.add_column(Text(name), overflow="fold")
        for row in rows:
            grid.add_row(*(Prose(cell) for cell in row))
        yield grid

    def _paragraphs(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[RenderableType]:
        from rich.text import Text

        for number, row in enumerate(rows, 1):
            yield Text(f"{number:,}", "dim")
            told = (f"{name}: {cell}" for name, cell in zip(names, row, strict=True) if cell)
            yield Prose("  ".join(told), indent=2)


def _place(storage: Storage, path: str, indent: int) -> RenderableType:
    """Where a file is, on one line however long, so that it can be copied."""
    from rich.text import Text

    local = storage.local(path)
    near = local is not None and local.is_relative_to(Path.cwd())
    place = str(local.relative_to(Path.cwd())) if local is not None and near else storage.where(path)
    return Text(" " * indent + place, no_wrap=True, overflow="ignore")


def _is_short(value: Any) -> bool:
    return not isinstance(value, Mapping | list | tuple | Table | Rows | FileRef) and "\n" not in str(value)


def _cell(value: Any) -> str:
    return "" if value is None else _clean(str(value))


def _clean(text: str) -> str:
    """A text from somewhere else, which must not steer the terminal."""
    return _CONTROLS.sub("\ufffd", text)


def _minute(at: Any) -> str:
    return verdicts.moment(at)[:16]
