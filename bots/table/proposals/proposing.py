"""Rows that may belong together: scored, with the reasons, and none of them taken for granted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from bots.table.decisions import NONE, Decisions
from bots.table.pairing import Pairing, refuse_missing
from bots.table.proposals.coding import Coded, coded
from bots.table.proposals.likeness import IN_WORDS, Likeness
from bots.table.proposals.weighing import Levels, Weights, probability, weighed
from yakin.values import Table

_SHOWN_FOR_A_ROW = 5


class Accept(BaseModel):
    """From when on a proposal is taken without a person.

    Attributes:
        score: The least score.
        margin: The least by which the score exceeds that of any other proposal for either of the two rows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    score: float = Field(ge=0.5, le=1)
    margin: float = Field(default=0.1, gt=0, le=1)


class Reason(NamedTuple):
    """What one column says about a pair.

    Attributes:
        column: Name of the pairing.
        likeness: How alike the two cells are.
        bits: What that is worth: above 0 it speaks for the pair, below against it; one more is twice as likely.
    """

    column: str
    likeness: Likeness
    bits: float

    def __str__(self) -> str:
        return f"{self.column} {IN_WORDS[self.likeness]} ({self.bits:+.1f})"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two rows that may belong together.

    Attributes:
        left: Row of the left list, counted from 0.
        right: Row of the right list, counted from 0.
        score: How likely they belong together by the reasons, 0 to 1.
        margin: Score less that of the best other proposal for either row; 0 or less when there is one as good.
        reasons: What each column says, in the order in which the columns were declared.
        decided: A person has said that they belong together.
    """

    left: int
    right: int
    score: float
    margin: float
    reasons: tuple[Reason, ...] = ()
    decided: bool = False

    @property
    def in_words(self) -> str:
        """The reasons as a clerk reads them."""
        told = " / ".join(map(str, self.reasons))
        return f"以前の判断: 同じ / {told}" if self.decided else told


def propose(
    left: Table,
    right: Table,
    fields: Sequence[Pairing],
    *,
    left_rows: Sequence[int] | None = None,
    right_rows: Sequence[int] | None = None,
    passes: Sequence[Sequence[str]] | None = None,
    at_least: float = 0.5,
    decisions: Decisions = NONE,
) -> list[Proposal]:
    """Rows of two lists that may belong together.

    How often a value stands in the lists is counted over all rows; paired are only those that are asked for. A pair that a
    person has said to be different is not proposed again.

    Args:
        left: One list.
        right: The other.
        fields: Columns that speak for or against a pair, each in its normal form.
        left_rows: Rows of the left list to find partners for, counted from 0; all when left out.
        right_rows: Rows of the right list.
        passes: Names of pairings that have to agree before two rows are compared, one list for each pass; chosen by the
            lists themselves when left out. See `blocking`.
        at_least: The least score of a proposal.
        decisions: What people have decided before.

    Returns:
        In the order of the left list, the best first; at most five for a row of it.

    Raises:
        BusinessError: A list lacks a column, or a pass is not possible.
    """
    from bots.table.proposals.blocking import candidate_pairs

    refuse_missing(left, right, fields)
    lefts = range(left.count) if left_rows is None else left_rows
    rights = range(right.count) if right_rows is None else right_rows
    columns = [coded(left, right, pairing) for pairing in fields]
    pairs = candidate_pairs(columns, lefts, rights, passes).rows()
    ruled = decisions.between(left, right, fields, lefts, rights)
    return _scored(columns, ruled.applied(pairs), ruled.same, max(len(lefts), len(rights)), at_least)


def propose_within(
    table: Table,
    fields: Sequence[Pairing],
    *,
    rows: Sequence[int] | None = None,
    passes: Sequence[Sequence[str]] | None = None,
    at_least: float = 0.5,
    decisions: Decisions = NONE,
) -> list[Proposal]:
    """Rows of one list that may be the same twice; as `propose`, with `left` before `right` in each pair."""
    from bots.table.proposals.blocking import candidate_pairs

    refuse_missing(table, table, fields)
    chosen = range(table.count) if rows is None else rows
    columns = [coded(table, table, pairing) for pairing in fields]
    ruled = decisions.within(table, fields, chosen)
    pairs = _once(candidate_pairs(columns, chosen, chosen, passes).rows()) - ruled.different | ruled.same
    return _scored(columns, pairs, ruled.same, len(chosen), at_least)


def accepted(proposals: Iterable[Proposal], accept: Accept | None) -> tuple[list[Proposal], list[Proposal]]:
    """The proposals that are taken, and those that a person has to judge.

    Taken is what a person has decided, if neither row was decided to belong to another as well; and what `accept` says, which
    with its margin above 0 cannot give a row two partners. Proposals for a row that has its partner are left out.
    """
    found = list(proposals)
    taken = [one for one in found if one.margin > 0 and (one.decided or _good(one, accept))]
    lefts, rights = {one.left for one in taken}, {one.right for one in taken}
    return taken, [one for one in found if one.left not in lefts and one.right not in rights]


def _good(proposal: Proposal, accept: Accept | None) -> bool:
    return accept is not None and proposal.score >= accept.score and proposal.margin >= accept.margin


def _once(pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    return {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}


def _scored(
    columns: Sequence[Coded],
    pairs: Collection[tuple[int, int]],
    same: Collection[tuple[int, int]],
    looked_at: int,
    at_least: float,
) -> list[Proposal]:
    if not columns or not pairs:
        return []
    ordered = sorted(pairs)
    rows, partners = [left for left, _ in ordered], [right for _, right in ordered]
    levels = [Levels(column, rows, partners) for column in columns]
    first = columns[0]
    begin, weights = weighed(levels, left_count=len(first.left), right_count=len(first.right), looked_at=looked_at)
    bits = _bits(levels, weights, begin)
    scores = [1.0 if pair in same else probability(one) for pair, one in zip(ordered, bits, strict=True)]
    rivals = _Rivals(ordered, scores)
    kept = [place for place, score in enumerate(scores) if score >= at_least]
    kept.sort(key=lambda place: (rows[place], -scores[place], -bits[place]))
    return [
        Proposal(
            *ordered[place],
            score=scores[place],
            margin=scores[place] - rivals.of(ordered[place]),
            reasons=tuple(_reason(level, weight, place) for level, weight in zip(levels, weights, strict=True)),
            decided=ordered[place] in same,
        )
        for place in _few_for_each_row(kept, rows)
    ]


def _bits(levels: Sequence[Levels], weights: Sequence[Weights], begin: float) -> list[float]:
    bits = [begin] * len(levels[0].found)
    for level, weight in zip(levels, weights, strict=True):
        same, other = weight.same, weight.other
        bits = [
            so_far + (other[likeness] if likeness else same[number])
            for so_far, likeness, number in zip(bits, level.found, level.numbers, strict=True)
        ]
    return bits


class _Rivals:
    """The best score that each row has with another partner."""

    def __init__(self, pairs: Sequence[tuple[int, int]], scores: Sequence[float]) -> None:
        self._sides = tuple(self._best_two(pairs, scores, side) for side in (0, 1))

    @staticmethod
    def _best_two(
        pairs: Sequence[tuple[int, int]], scores: Sequence[float], side: int
    ) -> dict[int, tuple[float, int, float]]:
        """Row → its best score, with which partner, and its second best score."""
        best: dict[int, tuple[float, int, float]] = {}
        other = 1 - side
        for pair, score in zip(pairs, scores, strict=True):
            highest, partner, second = best.get(pair[side], (-1.0, -1, 0.0))
            if score > highest:
                best[pair[side]] = (score, pair[other], max(highest, 0.0))
            elif score > second:
                best[pair[side]] = (highest, partner, score)
        return best

    def of(self, pair: tuple[int, int]) -> float:
        """The best score with anybody else that either row of this pair has."""
        ours, theirs = (self._sides[side][pair[side]] for side in (0, 1))
        return max(
            ours[2] if ours[1] == pair[1] else ours[0],
            theirs[2] if theirs[1] == pair[0] else theirs[0],
        )


def _few_for_each_row(places: Iterable[int], rows: Sequence[int]) -> Iterator[int]:
    shown: dict[int, int] = {}
    for place in places:
        count = shown[rows[place]] = shown.get(rows[place], 0) + 1
        if count <= _SHOWN_FOR_A_ROW:
            yield place


_LIKENESSES = tuple(Likeness)


def _reason(level: Levels, weight: Weights, place: int) -> Reason:
    likeness = level.found[place]
    return Reason(level.column.pairing.name, _LIKENESSES[likeness], weight.of(likeness, level.numbers[place]))
