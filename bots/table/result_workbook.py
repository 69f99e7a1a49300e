"""What a reconciliation found, as a workbook for the clerk: a summary that adds up, and a sheet for each outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bots.excel import Sheet
from bots.table.balance import Tally
from bots.table.outcomes import Reconciliation
from bots.table.proposals import PROPOSED
from bots.table.result_tables import differing_cells
from yakin.values import Scalar, Table

_GREEN, _YELLOW, _RED, _ORANGE, _BLUE, _PURPLE = "70AD47", "FFC000", "FF0000", "ED7D31", "4472C4", "7030A0"
_COLOURS = {
    "matched": _GREEN,
    "differs": _YELLOW,
    "only_left": _RED,
    "only_right": _RED,
    "ambiguous": _PURPLE,
    "proposed": _PURPLE,
    "duplicates": _ORANGE,
}


def summary(found: Reconciliation) -> dict[str, Any]:
    """Counts and amounts: for each outcome and for the `total`, `left_count`, `left_amount`, `right_count`, `right_amount`."""
    tallies = {**found.tallies, "total": found.total}
    return {
        name: {
            "left_count": tally.left_count,
            "left_amount": tally.left_amount,
            "right_count": tally.right_count,
            "right_amount": tally.right_amount,
        }
        for name, tally in tallies.items()
    }


def sheets(found: Reconciliation, tables: Mapping[str, Table], left_name: str, right_name: str) -> list[Sheet]:
    """The sheets 要約, 一致, 差異, <left>のみ, <right>のみ, 重複; where sums were looked for 要判断, where pairs were proposed 候補."""
    titles = _titles(found, left_name, right_name)
    marked = {"differs": differing_cells(found, tables["differs"], left_name, right_name)}
    return [
        _summary_sheet(found, titles, left_name, right_name),
        *(
            Sheet.of(title, tables[name], colour=_COLOURS[name], marked=marked.get(name, frozenset()))
            for name, title in titles.items()
        ),
    ]


def _titles(found: Reconciliation, left_name: str, right_name: str) -> dict[str, str]:
    titles = {
        "matched": "一致",
        "differs": "差異",
        "only_left": f"{left_name}のみ",
        "only_right": f"{right_name}のみ",
        "ambiguous": "要判断",
        "proposed": PROPOSED,
        "duplicates": "重複",
    }
    left_out = {"ambiguous": not found.summed, "proposed": not found.likely}
    return {name: title for name, title in titles.items() if not left_out.get(name)}


def _summary_sheet(found: Reconciliation, titles: Mapping[str, str], left_name: str, right_name: str) -> Sheet:
    rows = [(title, *_cells(found.tallies[name])) for name, title in titles.items()]
    out = sum(found.tallies.values(), Tally())
    totals = [("合計", *_cells(out)), ("元の一覧", *_cells(found.total)), ("差引", *_cells(out - found.total))]
    columns = ("結果", f"{left_name} 件数", f"{left_name} 金額", f"{right_name} 件数", f"{right_name} 金額")
    bold = range(len(rows), len(rows) + len(totals))
    return Sheet("要約", columns, [*rows, *totals], colour=_BLUE, bold_rows=set(bold), filtered=False)


def _cells(tally: Tally) -> tuple[Scalar, ...]:
    return (tally.left_count, tally.left_amount, tally.right_count, tally.right_amount)
