"""Reconciling two lists of a million rows with `table.reconcile`, against the same written by hand with polars.

Counted is processor time, of all threads, from two lists in memory to the tables of all outcomes: pairs that match, pairs that differ,
rows of one side, rows whose number is not unique, amounts summed up and checked. What Yakin does beyond that counts
against it: normal forms, the words of what differs, where each row stood, whether each row is in one place. Shown beside it: the
same from cells of Python, as a workbook gives them, pandas and datacompy.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import Contender, claim, ratio, table  # noqa: E402 - it is found only now
from benchmarks.peers import python_with  # noqa: E402 - it is found only now

GOAL = 1.5
ROWS = 1_000_000
PEERS = {
    "polars": ["polars==2.1.0"],
    "pandas": ["pandas==2.3.3"],
    "datacompy": ["datacompy==0.19.0"],
}
_FAMILY = "佐藤鈴木高橋田中伊藤渡辺山本中村小林加藤"
_GIVEN = "一郎花子太郎美咲健二陽子"


def write_lists(folder: Path, count: int) -> None:
    """Two lists of so many rows: 98 in 100 on both sides, 2 in 100 of those different, 1 in 1,000 numbers twice."""
    chance = random.Random(5)
    left = [(f"{number:010d}", _name(chance), chance.randrange(100, 500_000)) for number in range(count)]
    right = []
    for number, name, amount in left:
        fate = chance.random()
        if fate < 0.02:
            right.append((f"9{number[1:]}", name, amount))
        elif fate < 0.03:
            right.append((number, name, amount + 100))
        elif fate < 0.04:
            right.append((number, _name(chance), amount))
        else:
            right.append((number, name, amount))
    right[: count // 1000] = right[-(count // 1000) :]
    chance.shuffle(right)
    for side, rows in (("left", left), ("right", right)):
        with (folder / f"{side}.csv").open("w", encoding="utf-8") as file:
            file.write("number,name,amount\n")
            file.writelines(f"{number},{name},{amount}\n" for number, name, amount in rows)


def _name(chance: random.Random) -> str:
    family, given = chance.randrange(0, len(_FAMILY), 2), chance.randrange(0, len(_GIVEN), 2)
    return f"{_FAMILY[family : family + 2]} {_GIVEN[given : given + 2]}{chance.randrange(1000)}"


def main() -> int:
    """Measure in turns, print, and say by the exit status whether the goal holds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer rounds, against polars alone")
    quick = options.parse_args().quick
    rounds = 3 if quick else 7
    ours = ["yakin"] if quick else ["yakin", "yakin of cells"]
    peers = {name: python_with(name, wanted) for name, wanted in PEERS.items() if name == "polars" or not quick}
    with tempfile.TemporaryDirectory(prefix="yakin-benchmark-") as made, ExitStack() as running:
        write_lists(Path(made), ROWS)
        contenders = [
            running.enter_context(Contender(name, "benchmarks.sheets_reconcile_by", [name, made], python=python))
            for name, python in {**dict.fromkeys(ours, sys.executable), **peers}.items()
            if python is not None
        ]
        for _ in range(rounds):
            for contender in contenders:
                contender.turn(1)
        for contender in contenders:
            contender.finish()
    table(
        [f"{ROWS:,} x {ROWS:,} rows, median", "processor ms", "ms"],
        [[one.name, *(f"{one.per_row(what) or 0:.0f}" for what in ("cpu", "wall"))] for one in contenders],
    )
    by_name = {one.name: one for one in contenders}
    told = [one.said for name, one in by_name.items() if name != "datacompy"]
    if any(said != told[0] for said in told):
        print(f"they have not found the same: {told}", file=sys.stderr)
        return 1
    print()
    if "polars" not in by_name:
        return 1
    times = ratio(by_name["yakin"], by_name["polars"], "cpu") or ratio(by_name["yakin"], by_name["polars"], "wall")
    return 0 if times and claim("RECONCILE_VS_POLARS", times, at_most=GOAL) else 1


if __name__ == "__main__":
    sys.exit(main())
