"""The actions on tables: thin, what they do is in the modules beside this package."""

from bots.table.actions.checking import CheckedList, check
from bots.table.actions.japanese import check_characters, normalise
from bots.table.actions.reconciling import PairedColumns, ReconciledLists, reconcile

__all__ = ["CheckedList", "PairedColumns", "ReconciledLists", "check", "check_characters", "normalise", "reconcile"]
