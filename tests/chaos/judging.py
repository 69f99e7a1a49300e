"""What a run came to, judged by the system's own database."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from openpyxl import load_workbook

from tests.chaos.site import Site
from yakin.practice.samples import HEADER_ROW, SHEET

_HEADINGS = ("", "kills", "after the click", "items", "registered", "twice", "lost", "in doubt")


@dataclass
class Tally:
    """Counts of one disturbed run.

    Attributes:
        what: What was disturbed.
        kills: How often a process was killed.
        between: How many of these came when the system had registered an item and the journal did not know it yet.
        items: Number of items.
        registered: How many of them the system has.
        twice: Items that the system was asked to register more than once.
        lost: Items of which the journal says another thing than the system, or nothing.
        in_doubt: Items that a person has to look at.
    """

    what: str
    kills: int = 0
    between: int = 0
    items: int = 0
    registered: int = 0
    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    in_doubt: list[str] = field(default_factory=list)

    def line(self) -> tuple[str, ...]:
        """The counts as texts."""
        counts = (
            self.kills,
            self.between,
            self.items,
            self.registered,
            len(self.twice),
            len(self.lost),
            len(self.in_doubt),
        )
        return (self.what, *map(str, counts))


Counted = Callable[[Tally], None]
"""Puts a tally into the table at the end of the session."""


def judge(tally: Tally, site: Site, run: str, *, sent_again: frozenset[str] = frozenset()) -> Tally:
    """Complete a tally, and see that nobody complained and that no browser was left behind.

    Args:
        tally: What is known already.
        site: Where it ran.
        run: The run.
        sent_again: Items whose request the browser itself may have sent again, which the system refused.
    """
    assert site.complaints() == []
    assert site.orphans() == []
    there, asked = site.hall.registered(), site.hall.asked()
    items = {item.key: item for item in site.items(run)}
    tally.items = len(site.keys)
    tally.registered = sum(1 for key in site.keys if there[key])
    tally.twice = [key for key in site.keys if there[key] > 1 or (asked[key] > 1 and key not in sent_again)]
    tally.in_doubt = [key for key in site.keys if key in items and items[key].state == "in_doubt"]
    tally.lost = [
        key
        for key in site.keys
        if key not in tally.in_doubt and (key not in items or (items[key].state == "done") != bool(there[key]))
    ]
    return tally


def written_back(site: Site) -> dict[str, str]:
    """受付番号 → 登録番号 as the run has written it into the list."""
    book = load_workbook(site.folder / "samples" / "juminzei.xlsx", read_only=True)
    try:
        heading, *rows = book[SHEET].iter_rows(min_row=HEADER_ROW, values_only=True)
    finally:
        book.close()
    key, number = heading.index("受付番号"), heading.index("登録番号")
    return {str(row[key]): str(row[number]) for row in rows if row[number]}


def told_in_doubt(site: Site, run: str) -> list[str]:
    """The items in doubt as the command line lists them."""
    status, printed = site.yakin("items", run, "--in-doubt", "--json")
    assert status == 0, printed
    return [item["key"] for item in json.loads(printed)]


def table(counts: Sequence[Sequence[str]]) -> str:
    """The counts of tallies, each `Tally.line`, as a table."""
    lines = [_HEADINGS, *counts]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    )
