"""The actions on tables: thin, what they do is in the modules beside this package."""

from bots.table.actions.checking import CheckedList, check
from bots.table.actions.doubles import DedupedList, ReadDecisions, dedupe, read_decisions
from bots.table.actions.japanese import check_characters, normalise
from bots.table.actions.lists import FilteredList, JoinedList, concat, filter, group, join, pivot, sort
from bots.table.actions.reconciling import PairedColumns, ReconciledLists, reconcile
from bots.table.actions.versions import ChangedList, compare
from bots.table.actions.workbooks import MergedFiles, SplitFile, merge_workbooks, split_workbook

__all__ = [
    "ChangedList",
    "CheckedList",
    "DedupedList",
    "FilteredList",
    "JoinedList",
    "MergedFiles",
    "PairedColumns",
    "ReadDecisions",
    "ReconciledLists",
    "SplitFile",
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
    "sort",
    "split_workbook",
]
