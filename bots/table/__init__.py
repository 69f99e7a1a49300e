"""Tables: check a list before anything is entered, and compare two lists with each other."""

from bots.table.actions import (
    check,
    check_characters,
    compare,
    concat,
    dedupe,
    filter,
    group,
    join,
    merge_workbooks,
    normalise,
    pivot,
    read_decisions,
    reconcile,
    sort,
    split_workbook,
)
from bots.table.outcomes import Reconciliation
from bots.table.pairing import Pairing
from bots.table.reconciling import reconcile_tables
from bots.table.sums import Sums

__all__ = [
    "Pairing",
    "Reconciliation",
    "Sums",
    "check",
    "check_characters",
    "compare",
    "concat",
    "dedupe",
    "filter",
    "group",
    "join",
    "merge_workbooks",
    "normalise",
    "pivot",
    "read_decisions",
    "reconcile",
    "reconcile_tables",
    "sort",
    "split_workbook",
]
