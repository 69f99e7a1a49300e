"""A run as it goes: live in a terminal, as plain lines elsewhere.

Both are fed with the events of the run, and of the runs it calls, from the first one on; what happened before anybody
looked is counted, not told.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO, TypeAlias

from yakin import events as ev
from yakin.i18n import translator
from yakin.reports import screen, verdicts
from yakin.reports.block_progress import BlockProgress
from yakin.reports.decisions import decision_words
from yakin.reports.prose import Prose, lines
from yakin.results import ApprovalResult, ItemResult, Recorded

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.spinner import Spinner

EVERY = 10
"""So many items make one plain line."""

TOLD: tuple[str, ...] = tuple(
    kind.action
    for kind in (
        ev.RunCreated,
        ev.RunContinued,
        ev.RunStarted,
        ev.RunWaiting,
        ev.RunFinished,
        ev.StepStarted,
        ev.StepFinished,
        ev.ItemsCreated,
        ev.ItemStarted,
        ev.ItemSettled,
        ev.ItemDecided,
        ev.RowSetAside,
        ev.ApprovalAsked,
        ev.ApprovalDecided,
        ev.SessionOpened,
    )
)
"""Kinds of events that progress is made of."""

_Place: TypeAlias = tuple[str, str]
"""Run and step."""

_MARKS: Mapping[str, tuple[str, str]] = {
    "succeeded": ("✓", "green"),
    "failed": ("✗", "red"),
    "skipped": ("–", "bright_black"),
}


class LiveProgress:
    """Shows a run while it goes; a context manager, fed from any thread.

    Args:
        language: `ja` or `en`.
        stream: Where to write; the standard output when left out.
        console: Where to write instead, for tests.
    """

    def __init__(self, *, language: str, stream: TextIO | None = None, console: Console | None = None) -> None:
        self._t = translator(language)
        self._console = console or screen.console(stream)
        self._runs: dict[str, ev.RunCreated] = {}
        self._titles: dict[_Place, str] = {}
        self._running: dict[_Place, Spinner] = {}
        self._blocks: dict[_Place, BlockProgress] = {}
        self._asked: dict[_Place, ApprovalResult] = {}
        self._ended = 0
        self._quiet = False
        self._continued = False
        self._announced = False
        self._live: Live | None = None
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            from rich.live import Live

            self._live = Live(console=self._console, get_renderable=self.now, refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def catch_up(self, records: Iterable[Recorded]) -> None:
        """Take in what happened before anybody looked: only the run's title and how much is done is told."""
        with self._lock:
            self._quiet = True
            for record in records:
                self.show(record)
            self._quiet = False
            done, total = (
                sum(n) for n in zip((0, 0), *((b.settled, b.total) for b in self._blocks.values()), strict=True)
            )
            if done:
                words = self._t.text(
                    "Done before: {done} of {total} items; going on", done=f"{done:,}", total=f"{total:,}"
                )
            elif self._ended:
                words = self._t.plural(
                    "Done before: {n} step; going on", "Done before: {n} steps; going on", self._ended
                )
            else:
                return
            self._say("↻", "cyan", words)
            self._announced = self._continued

    def show(self, record: Recorded) -> None:
        """Take in what happened, and tell it."""
        with self._lock:
            match record.event:
                case (
                    ev.RunCreated() | ev.RunContinued() | ev.RunStarted() | ev.RunWaiting() | ev.RunFinished() as event
                ):
                    self._change_run(event)
                case ev.StepStarted() as event:
                    self._begin_step(event)
                case ev.StepFinished() as event:
                    self._end_step(event)
                case ev.ItemsCreated() as event:
                    block = BlockProgress(set(event.keys), event.labels, len(event.keys))
                    self._blocks.setdefault((event.run, event.step), block)
                case ev.ItemStarted() as event:
                    block = self._block(event)
                    block.now = event.item
                    block.begin(record.at)
                case ev.ItemSettled() as event:
                    self._settle(event, record.at)
                case ev.ItemDecided() as event:
                    self._block(event).count_anew("registered" if event.registered else "failed")
                case ev.RowSetAside() as event:
                    self._tell_trouble(event, "set_aside", event.key, event.label, self._t.error(event.error)[0])
                case ev.ApprovalAsked() | ev.ApprovalDecided() as event:
                    self._decision(event, record)
                case ev.SessionOpened(again=True) as event:
                    self._say("↻", "yellow", self._t.text("Signed in to {system} again", system=event.system), event)
                case _:
                    pass

    def _change_run(
        self, event: ev.RunCreated | ev.RunContinued | ev.RunStarted | ev.RunWaiting | ev.RunFinished
    ) -> None:
        match event:
            case ev.RunCreated():
                self._runs[event.run] = event
                self._name(event)
            case ev.RunStarted(resumed=True):
                self._go_on(event)
            case ev.RunWaiting() | ev.RunFinished():
                self._nothing_runs(event.run)
            case _:
                pass
        if not self._depth(event):
            self._continued = isinstance(event, ev.RunContinued)

    def _name(self, event: ev.RunCreated) -> None:
        from rich.text import Text

        depth = self._depth(event)
        if self._quiet and depth:
            return
        line = Text("  " * depth).append(event.title, "bold")
        if event.mode == "rehearse":
            line.append(f"  {self._t.text('Rehearsal')}", "cyan")
        line.append(f"  {event.run}", "dim")
        self._console.print(line)

    def _go_on(self, event: ev.RunStarted) -> None:
        self._nothing_runs(event.run)
        for (run, _), block in self._blocks.items():
            if run == event.run:
                block.begin_anew()
        if self._depth(event):
            self._name(self._runs[event.run])
        elif self._announced:
            self._announced = False
        else:
            self._say("↻", "cyan", self._t.text("The run goes on where it stopped"))

    def _nothing_runs(self, run: str) -> None:
        for place in [place for place in self._running if place[0] == run]:
            del self._running[place]

    def _depth(self, event: ev.Event) -> int:
        """0 for the run itself, 1 for one that it called, and so on."""
        created, depth = self._runs.get(event.run), 0
        while created is not None and created.parent in self._runs:
            created, depth = self._runs[created.parent], depth + 1
        return depth

    def _begin_step(self, event: ev.StepStarted) -> None:
        from rich.spinner import Spinner
        from rich.text import Text

        title = Text("  " * self._depth(event)).append(event.title, "bold")
        self._titles[event.run, event.step] = event.title
        self._running[event.run, event.step] = Spinner("dots", title, style="cyan")

    def _end_step(self, event: ev.StepFinished) -> None:
        place = (event.run, event.step)
        self._ended += 1
        self._running.pop(place, None)
        sign, colour = _MARKS.get(event.status, ("·", ""))
        text = self._titles.get(place, event.step)
        block = self._blocks.get(place)
        if block is not None and block.total:
            text += f"  {self._counts(block)}"
        if event.duration_ms:
            text += f"  {verdicts.duration(event.duration_ms, self._t)}"
        self._say(sign, colour, text, event)
        if event.error is not None:
            self._explain(event, *self._t.error(event.error))

    def _decision(self, event: ev.ApprovalAsked | ev.ApprovalDecided, record: Recorded) -> None:
        """What is waited for, or what came of it."""
        place = (event.run, event.step)
        if isinstance(event, ev.ApprovalAsked):
            self._running.pop(place, None)
            due = None if event.due is None else datetime.fromisoformat(event.due)
            asked = ApprovalResult(event.title, event.role, "waiting", record.at, due=due)
            self._asked[place] = asked
            self._say("…", "cyan", event.title or event.step, event)
            self._explain(event, decision_words(asked, self._t), None)
        elif place in self._asked:
            decided = replace(
                self._asked[place],
                state=event.decision,
                decided=record.at,
                decided_by=record.actor,
                reason=event.reason,
            )
            self._say("·", "", decision_words(decided, self._t), event)

    def _settle(self, event: ev.ItemSettled, at: datetime) -> None:
        block = self._block(event)
        if event.state == "pending":
            return
        item = ItemResult(event.step, event.item, state=event.state, how=event.how, error=event.error)
        verdict = verdicts.verdict_of(item)
        if event.item not in block.keys:
            block.count_anew(verdict)
            return
        block.settle(event.item, verdict, at, worked_on=event.how != "done_before")
        if verdict in verdicts.TROUBLED:
            label = block.labels.get(event.item, "")
            self._tell_trouble(event, verdict, event.item, label, verdicts.reason(item, self._t))
        if self._live is None and (block.settled % EVERY == 0 or block.settled == block.total):
            name = f"{self._titles.get((event.run, event.step), '')}  " if len(self._blocks) > 1 else ""
            numbers = f"{block.settled:,}/{block.total:,}  {self._counts(block)}  {self._pace(block)}"
            self._say("·", "", f"{name}{numbers}".rstrip(), event)

    def _tell_trouble(self, event: ev.Event, verdict: str, key: str, label: str, reason: str) -> None:
        sign, colour = ("!", "yellow") if verdict == "set_aside" else ("✗", "red")
        self._say(sign, colour, f"{self._t.text(verdicts.VERDICTS[verdict])}  {key}  {label}".rstrip(), event)
        self._explain(event, reason, None)

    def _block(self, event: ev.ItemStarted | ev.ItemSettled | ev.ItemDecided) -> BlockProgress:
        return self._blocks.setdefault((event.run, event.step), BlockProgress(set(), {}, 0))

    def _say(self, sign: str, colour: str, text: str, event: ev.Event | None = None) -> None:
        """Print lines behind a sign; what a called run does stands further right."""
        from rich.text import Text

        if self._quiet:
            return
        indent = "  " * self._depth(event) if event is not None else ""
        first, *rest = lines(text, self._console.width - 2 - len(indent))
        self._console.print(Text.assemble(indent, (f"{sign} ", colour), first))
        for line in rest:
            self._console.print(Text(f"{indent}  {line}"))

    def _explain(self, event: ev.Event, message: str, hint: str | None) -> None:
        if self._quiet:
            return
        indent = 2 + 2 * self._depth(event)
        self._console.print(Prose(message, indent=indent))
        if hint:
            self._console.print(Prose(f"→ {hint}", "cyan", indent=indent))

    def _counts(self, block: BlockProgress) -> str:
        return "  ".join(
            f"{self._t.text(word)} {block.counts[verdict]:,}"
            for verdict, word in verdicts.VERDICTS.items()
            if block.counts[verdict]
        )

    def _pace(self, block: BlockProgress) -> str:
        if not block.per_minute:
            return ""
        parts = [self._t.text("{n}/min", n=f"{block.per_minute:.0f}")]
        if left := block.total - block.settled:
            rest = verdicts.duration(int(left * 60_000 / block.per_minute), self._t)
            parts.append(self._t.text("{time} left", time=rest))
        return "  ".join(parts)

    def now(self) -> RenderableType:
        """The lines at the bottom that change."""
        from rich.console import Group

        with self._lock:
            parts: list[RenderableType] = []
            for place, spinner in self._running.items():
                parts.append(spinner)
                if block := self._blocks.get(place):
                    parts += self._bar(block)
            return Group(*parts)

    def _bar(self, block: BlockProgress) -> list[RenderableType]:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=1)
        grid.add_row(
            "",
            ProgressBar(total=max(block.total, 1), completed=block.settled, width=28, complete_style="green"),
            Text(f"{block.settled:,}/{block.total:,}", "bold"),
            Text(self._pace(block), "dim"),
        )
        now = f"  {self._counts(block)}"
        parts: list[RenderableType] = [grid, Text(now)]
        if block.now:
            parts.append(
                Text(f"  {block.now}  {block.labels.get(block.now, '')}", "dim", no_wrap=True, overflow="ellipsis")
            )
        return parts
