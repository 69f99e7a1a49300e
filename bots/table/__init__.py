"""Tables: check a list before anything is entered, and compare two lists with each other."""

from bots.table.actions import check, reconcile
from bots.table.reconciling import Pairing, Reconciliation, reconcile_tables

__all__ = ["Pairing", "Reconciliation", "check", "reconcile", "reconcile_tables"]
