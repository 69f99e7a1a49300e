"""The journal: an append-only, hash-chained record of everything that happened, and the item ledger that follows from it."""

from yakin.journal.chain import Anchor
from yakin.journal.findings import Finding
from yakin.journal.store import JournalStore

__all__ = ["Anchor", "Finding", "JournalStore"]
