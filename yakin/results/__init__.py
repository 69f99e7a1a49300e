"""What happened in a run, folded from its events: the tree that every report reads."""

from yakin.results.folding import fold
from yakin.results.tree import ApprovalResult, ItemResult, Recorded, RunResult, StepResult

__all__ = ["ApprovalResult", "ItemResult", "Recorded", "RunResult", "StepResult", "fold"]
