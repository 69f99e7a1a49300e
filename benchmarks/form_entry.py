"""The same declarations entered by a hand-written Playwright script and by Yakin: how much does the engine cost?

Both drive the same browser program against practice town halls of their own (a process each, a fresh database each), take
one JPEG (quality 60) of every confirm page, and take turns, a few rows each, so that whatever else the machine does falls
on both. Counted are the Python process, the Playwright driver and the browser; the town halls are not.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import Contender, claim, ratio, table  # noqa: E402 - it is found only now
from benchmarks.rows import rows  # noqa: E402
from benchmarks.town_hall import registered, town_hall, write_project  # noqa: E402

WALL_GOAL = 1.15


def browser_program() -> str:
    """The browser that Yakin would choose; both use it."""
    from bots.browser.find import candidates
    from bots.browser.settings import BrowserSettings

    found = candidates(BrowserSettings())
    return str(found[0].path or "") if found else ""


def compete(folder: Path, count: int, chunk: int, *, where: bool) -> tuple[Contender, Contender]:
    """Let both enter all rows, in turns; the one that begins changes from round to round."""
    from yakin.practice.samples import as_typed

    declared = rows(count)
    typed = folder / "rows.json"
    typed.write_text(json.dumps([as_typed(row) for row in declared], ensure_ascii=False), encoding="utf-8")
    with contextlib.ExitStack() as stack:
        halls = [stack.enter_context(town_hall(folder / name)) for name in ("hand-hall", "yakin-hall")]
        (folder / "by-hand").mkdir()
        write_project(folder / "project", halls[1], declared)
        hand = Contender(
            "hand-written",
            "benchmarks.form_entry_by_hand",
            [halls[0], str(folder / "by-hand"), browser_program(), str(typed)],
        )
        yakin = Contender(
            "Yakin",
            "benchmarks.form_entry_by_yakin",
            [str(folder / "project"), *(["--where"] if where else [])],
        )
        both = [stack.enter_context(hand), stack.enter_context(yakin)]
        for done in range(0, count, chunk):
            for contender in both:
                contender.turn(min(chunk, count - done))
            both.reverse()
        for contender in both:
            contender.finish()
        for contender, hall in ((hand, "hand-hall"), (yakin, "yakin-hall")):
            if {contender.said["registered"], contender.said["pictures"], registered(folder / hall)} != {count}:
                raise SystemExit(f"{contender.name} did not register and picture all {count} rows: {contender.said}")
    return hand, yakin


def print_medians(hand: Contender, yakin: Contender) -> None:
    """The two side by side."""
    lines = []
    for contender in (hand, yakin):
        wall, cpu = contender.per_row("wall"), contender.per_row("cpu")
        assert wall is not None and contender.start is not None and contender.end is not None
        lines.append(
            [
                contender.name,
                f"{wall:.0f}",
                "-" if cpu is None else f"{cpu:.0f}",
                f"{60_000 / wall:.0f}",
                f"{contender.start.wall:.1f}",
                f"{contender.end.wall:.1f}",
            ]
        )
    table(["median", "wall ms/row", "CPU ms/row", "rows/min", "start s", "end s"], lines)


def print_where(hand: Contender, yakin: Contender) -> None:
    """Milliseconds of a row, stage by stage: medians, so they add up only nearly."""
    by_hand, parts = dict(hand.said["stages"]), yakin.said["parts"]
    steps = list(yakin.said["stages"].values())
    picture = by_hand.pop("picture")
    lines = [(name, ms, step) for (name, ms), step in zip(by_hand.items(), steps, strict=True)]
    lines.insert(PICTURE_AT, ("picture", picture, parts["picture"]))
    lines += [(name, 0.0, parts[name]) for name in ENGINE]
    lines.append(("everything else", 0.0, parts["item"] - sum(ms for _, _, ms in lines)))
    lines.append(("together", sum(ms for _, ms, _ in lines), parts["item"]))
    table(
        ["ms of a row (medians)", hand.name, yakin.name],
        [[name, f"{ms:.1f}" if ms else "", f"{other:.1f}"] for name, ms, other in lines],
    )


ENGINE = ("evidence: write", "journal: write", "ledger: read", "expressions")
"""Parts of a row that the hand-written script does not have, or does in passing."""

PICTURE_AT = 4
"""The picture is taken before the fifth stage."""


def main() -> int:
    """Measure, print, and say by the exit status whether the goals hold."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100)
    options.add_argument("--chunk", type=int, default=5, help="rows of one turn")
    options.add_argument("--quick", action="store_true", help="fewer rows: within 50 seconds")
    options.add_argument("--where", action="store_true", help="show where the time of a row goes")
    chosen = options.parse_args()
    count, chunk = (8, 2) if chosen.quick else (chosen.rows, chosen.chunk)
    with tempfile.TemporaryDirectory(prefix="yakin-benchmark-") as folder:
        hand, yakin = compete(Path(folder), count, chunk, where=chosen.where)
    print(f"{count} rows in turns of {chunk}; 17 fields, 4 page loads, 1 picture each\n")
    print_medians(hand, yakin)
    print()
    if chosen.where:
        print_where(hand, yakin)
        print()
    cpu = ratio(yakin, hand, "cpu")
    if cpu is not None:
        print(f"FORM_ENTRY_CPU: {cpu:.2f}")
    wall = ratio(yakin, hand, "wall")
    assert wall is not None
    return 0 if claim("FORM_ENTRY_WALL", wall, at_most=WALL_GOAL) else 1


if __name__ == "__main__":
    sys.exit(main())
