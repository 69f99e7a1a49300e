"""Fuzzy pairs for a person to judge: rows that may belong together, how likely, and why.

found = propose(left, right, fields, left_rows=…, right_rows=…, decisions=…)
taken, open_ones = accepted(found, accept)
"""

from bots.table.decisions import VERDICT
from bots.table.proposals.proposing import Accept, Proposal, Reason, accepted, propose, propose_within
from bots.table.proposals.showing import PROPOSED, proposals_table

__all__ = [
    "PROPOSED",
    "VERDICT",
    "Accept",
    "Proposal",
    "Reason",
    "accepted",
    "proposals_table",
    "propose",
    "propose_within",
]
