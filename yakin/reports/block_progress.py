"""How far the work on a block's items has come, and how quickly it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class BlockProgress:
    """A for_each under way.

    Attributes:
        keys: Its items that have not been settled.
        labels: Where their rows stand.
        total: How many items it has.
        counts: Verdict → items settled so far.
        now: The item that is worked on.
        here: Items worked on to their end in this go.
        since: When work on them began in this go.
        last: When the last one was worked on to its end.
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
        """Items that are not worked on any more."""
        return sum(self.counts.values())

    @property
    def per_minute(self) -> float:
        """Items a minute, as far as it can be told."""
        if self.since is None or self.last is None or not self.here:
            return 0.0
        return self.here * 60 / max((self.last - self.since).total_seconds(), 0.001)

    def begin(self, at: datetime) -> None:
        """Items are worked on in this go, at the latest from now on."""
        self.since = self.since or at

    def begin_anew(self) -> None:
        """Another go begins: how quick the last one was says nothing of it."""
        self.here, self.since, self.last, self.now = 0, None, None, ""

    def settle(self, key: str, verdict: str, at: datetime, *, worked_on: bool) -> None:
        """An item came to its end; one that was only found done says nothing of how quickly work goes."""
        self.keys.discard(key)
        self.counts[verdict] += 1
        if not worked_on:
            return
        if self.since is not None:
            self.here, self.last = self.here + 1, at
        # A doubt that is looked up was not begun in this go: how quick it goes can be told from here on.
        self.begin(at)

    def count_anew(self, verdict: str) -> None:
        """An item in doubt was looked up: it counts as what it turned out to be."""
        if verdict != "in_doubt" and self.counts["in_doubt"]:
            self.counts["in_doubt"] -= 1
            self.counts[verdict] += 1
