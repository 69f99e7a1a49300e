"""A run as it goes: live in a terminal, as plain lines elsewhere.

Both are fed with the events of the run, from its first one on; what happened before a run was resumed is counted, not told.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from yakin import events as ev
from yakin.i18n import translator
from yakin.reports import screen, verdicts
from yakin.reports.decisions import decision_words
from yakin.reports.prose import Prose, lines
from yakin.results import ApprovalResult, ItemResult, Recorded

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

EVERY = 10
"""So many items make one plain line."""

_MARKS: Mapping[str, tuple[str, str]] = {
    "succeeded": ("✓", "green"),
    "failed": ("✗", "red"),
    "skipped": ("–", "bright_black"),
}


@dataclass
class _Block:
    """A for_each under way.

    Attributes:
        keys: Its items that have not been settled.
        labels: Where their rows stand.
        total: How many items it has.
        counts: Verdict → items settled so far.
        now: The item that is worked on.
        here: Items settled since this process began.
        since: When this process began with them.
        last: When the last one was settled.
    """

    keys: set[str]
    labels: Mapping[str, str]
    total: int
    counts: Counter[str] = field(default_factory=Counter)
    now: str = ""
    here: int = 0
    since: datetime | None = None
    last: datetime | None = None

    @property
    def settled(self) -> int:
        return sum(self.counts.values())

    @property
    def per_minute(self) -> float:
        """Items a minute, as far as it can be told."""
        if self.since is None or self.last is None or not self.here:
            return 0.0
        return self.here * 60 / max((self.last - self.since).total_seconds(), 0.001)


class LiveProgress:
    """Shows a run while it goes; a context manager, fed from any thread.

    Args:
        language: `ja` or `en`.
        stream: Where to write; the standard output when left out.
        console: Where to write instead, for tests.
    """

    def __init__(self, *, language: str, stream: TextIO | None = None, console: Console | None = None) -> None:
        from rich.spinner import Spinner

        self._t = translator(language)
        self._console = console or screen.console(stream)
        self._titles: dict[str, str] = {}
        self._running: dict[str, datetime] = {}
        self._blocks: dict[str, _Block] = {}
        self._asked: dict[str, ApprovalResult] = {}
        self._spinner = Spinner("dots", style="cyan")
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

    def show(self, record: Recorded) -> None:
        """Take in what happened."""
        with self._lock:
            match record.event:
                case ev.RunCreated() as event:
                    self._begin(event)
                case ev.RunStarted(resumed=True):
                    self._go_on(record.at)
                case ev.StepStarted() as event:
                    self._titles[event.step] = event.title
                    self._running[event.step] = record.at
                case ev.StepFinished() as event:
                    self._end_step(event)
                case ev.ItemsCreated() as event:
                    self._blocks.setdefault(
                        event.step, _Block(set(event.keys), event.labels, len(event.keys), since=record.at)
                    )
                case ev.ItemStarted() as event:
                    self._block(event).now = event.item
                case ev.ItemSettled() as event:
                    self._settle(event, record.at)
                case ev.RowSetAside() as event:
                    self._tell_trouble("set_aside", event.key, event.label, self._t.error(event.error)[0])
                case ev.ApprovalAsked() | ev.ApprovalDecided() as event:
                    self._decision(event, record)
                case ev.SessionOpened(again=True) as event:
                    self._say("↻", "yellow", self._t.text("Signed in to {system} again", system=event.system))
                case _:
                    pass

    def _begin(self, event: ev.RunCreated) -> None:
        from rich.text import Text

        line = Text(event.title, "bold")
        if event.mode == "rehearse":
            line.append(f"  {self._t.text('Rehearsal')}", "cyan")
        line.append(f"  {event.run}", "dim")
        self._console.print(line)

    def _go_on(self, at: datetime) -> None:
        self._running.clear()
        for block in self._blocks.values():
            block.here, block.since, block.now = 0, at, ""
        self._say("↻", "cyan", self._t.text("The run goes on where it stopped"))

    def _end_step(self, event: ev.StepFinished) -> None:
        self._running.pop(event.step, None)
        sign, colour = _MARKS.get(event.status, ("·", ""))
        text = self._titles.get(event.step, event.step)
        block = self._blocks.get(event.step)
        if block is not None and block.total:
            text += f"  {self._counts(block)}"
        if event.duration_ms:
            text += f"  {verdicts.duration(event.duration_ms, self._t)}"
        self._say(sign, colour, text)
        if event.error is not None:
            self._explain(*self._t.error(event.error))

    def _decision(self, event: ev.ApprovalAsked | ev.ApprovalDecided, record: Recorded) -> None:
        """What is waited for, or what came of it."""
        if isinstance(event, ev.ApprovalAsked):
            self._running.pop(event.step, None)
            due = None if event.due is None else datetime.fromisoformat(event.due)
            asked = ApprovalResult(event.title, event.role, "waiting", record.at, due=due)
            self._asked[event.step] = asked
            self._say("…", "cyan", event.title or event.step)
            self._explain(decision_words(asked, self._t), None)
        elif event.step in self._asked:
            decided = replace(
                self._asked[event.step],
                state=event.decision,
                decided=record.at,
                decided_by=record.actor,
                reason=event.reason,
            )
            self._say("·", "", decision_words(decided, self._t))

    def _settle(self, event: ev.ItemSettled, at: datetime) -> None:
        block = self._block(event)
        if event.state == "pending":
            return
        item = ItemResult(event.step, event.item, state=event.state, how=event.how, error=event.error)
        verdict = verdicts.verdict_of(item)
        if event.item not in block.keys:
            self._count_anew(block, verdict)
            return
        block.keys.discard(event.item)
        block.counts[verdict] += 1
        block.here, block.last = block.here + 1, at
        if verdict in verdicts.TROUBLED:
            self._tell_trouble(verdict, event.item, block.labels.get(event.item, ""), verdicts.reason(item, self._t))
        if self._live is None and (block.settled % EVERY == 0 or block.settled == block.total):
            self._say(
                "·", "", f"{block.settled:,}/{block.total:,}  {self._counts(block)}  {self._pace(block)}".rstrip()
            )

    def _count_anew(self, block: _Block, verdict: str) -> None:
        """An item in doubt was looked up: it counts as what it turned out to be."""
        if verdict != "in_doubt" and block.counts["in_doubt"]:
            block.counts["in_doubt"] -= 1
            block.counts[verdict] += 1

    def _tell_trouble(self, verdict: str, key: str, label: str, reason: str) -> None:
        sign, colour = ("!", "yellow") if verdict == "set_aside" else ("✗", "red")
        self._say(sign, colour, f"{self._t.text(verdicts.VERDICTS[verdict])}  {key}  {label}".rstrip())
        self._explain(reason, None)

    def _block(self, event: ev.ItemStarted | ev.ItemSettled) -> _Block:
        return self._blocks.setdefault(event.step, _Block(set(), {}, 0))

    def _say(self, sign: str, colour: str, text: str) -> None:
        from rich.text import Text

        first, *rest = lines(text, self._console.width - 2)
        self._console.print(Text.assemble((f"{sign} ", colour), first))
        for line in rest:
            self._console.print(Text(f"  {line}"))

    def _explain(self, message: str, hint: str | None) -> None:
        self._console.print(Prose(message, indent=2))
        if hint:
            self._console.print(Prose(f"→ {hint}", "cyan", indent=2))

    def _counts(self, block: _Block) -> str:
        return "  ".join(
            f"{self._t.text(word)} {block.counts[verdict]:,}"
            for verdict, word in verdicts.VERDICTS.items()
            if block.counts[verdict]
        )

    def _pace(self, block: _Block) -> str:
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
        from rich.text import Text

        with self._lock:
            parts: list[RenderableType] = []
            for step in self._running:
                self._spinner.update(text=Text(self._titles.get(step, step), "bold"))
                parts.append(self._spinner)
                if block := self._blocks.get(step):
                    parts += self._bar(block)
            return Group(*parts)

    def _bar(self, block: _Block) -> list[RenderableType]:
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
