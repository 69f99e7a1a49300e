"""The same declarations entered by a hand-written Playwright script and by Yakin: how much does the engine cost?

Both drive the same browser program against practice town halls of their own (a process each, a fresh database each), take
one JPEG (quality 60) of every confirm page, and take turns, a few rows each, so that whatever else the machine does falls
on both. Counted are the Python process, the Playwright driver and the browser; the town halls are not.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import Contender, claim, ratio, table  # noqa: E402 - it is found only now

WALL_GOAL = 1.15
WORKFLOW = "juminzei_nyuryoku"


def rows(count: int) -> list[dict[str, Any]]:
    """So many declarations that are all in order, each with a 受付番号 of its own."""
    from yakin.practice.samples import IMPOSSIBLE_DATE, REFUSED, declarations

    good = [row for row in declarations() if row["受付番号"] not in (*IMPOSSIBLE_DATE, *REFUSED)]
    return [{**good[index % len(good)], "受付番号": f"{8_000_001 + index:08}"} for index in range(count)]


def write_book(path: Path, declared: list[dict[str, Any]]) -> None:
    """The rows as the workbook that the workflow reads: sheet 受付, columns in row 3."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "受付"
    sheet.append(["令和7年度 住民税申告受付一覧"])
    sheet.append([])
    sheet.append(list(declared[0]))
    for row in declared:
        sheet.append(list(row.values()))
    book.save(path)


def write_project(folder: Path, url: str, declared: list[dict[str, Any]]) -> None:
    """A project whose workflow is the sample's reading and entry, and nothing else."""
    from ruamel.yaml import YAML

    for name in ("config", "workflows", "samples"):
        (folder / name).mkdir(parents=True)
    (folder / "config" / "yakin.toml").write_text(
        f'[systems.portal]\nurl = "{url}"\nzone = "lgwan"\n', encoding="utf-8"
    )
    write_book(folder / "samples" / "juminzei.xlsx", declared)
    yaml = YAML()
    workflow = yaml.load(ROOT / "workflows" / f"{WORKFLOW}.yaml")
    steps = {step["id"]: step for step in workflow["steps"] if "id" in step}
    steps["entry"]["for_each"] = "${{ steps.read.rows }}"
    workflow["steps"] = [steps["read"], steps["entry"]]
    yaml.dump(workflow, folder / "workflows" / "form_entry.yaml")


@contextlib.contextmanager
def town_hall(folder: Path) -> Iterator[str]:
    """A practice town hall with a fresh database, as a process of its own; yields its URL."""
    folder.mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "yakin.practice", "--database", str(folder / "practice.sqlite"), "--print-url"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def registered(folder: Path) -> int:
    """How many different declarations the town hall itself has."""
    from yakin.practice import Store

    return len({row["受付番号"] for row in Store(folder / "practice.sqlite").registered()})


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
    lines += [(name, 0.0, parts[name]) for name in ("journal: write", "ledger: read", "expressions")]
    lines.append(("durable checkpoint", 0.0, parts["durable step"] - parts["item"]))
    lines.append(("everything else", 0.0, parts["durable step"] - sum(ms for _, _, ms in lines)))
    lines.append(("together", sum(ms for _, ms, _ in lines), parts["durable step"]))
    table(
        ["ms of a row (medians)", hand.name, yakin.name],
        [[name, f"{ms:.1f}" if ms else "", f"{other:.1f}"] for name, ms, other in lines],
    )


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
