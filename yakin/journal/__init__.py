"""The journal: an append-only, hash-chained record of everything that happened, and the item ledger that follows from it."""
