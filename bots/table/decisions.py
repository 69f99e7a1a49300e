"""What people have decided about proposals, kept for the next time.

A decision is about two ways of writing: the normal forms of the compared columns, not the numbers of rows. So what was decided in
April holds in May, wherever the rows stand then, and does not hold any more when what is compared has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bots.table.beside import KEY
from bots.table.forms import Form, as_plain, plain_text
from bots.table.lists.columns import normal_or_text
from bots.table.pairing import Pairing
from yakin.errors import BusinessError
from yakin.values import Scalar, Table

VERDICT = "判断"
_LEFT, _RIGHT, _DAY, _SOURCE = "左", "右", "決めた日", "元"

Verdict = Literal["same", "different"]

_WORDS: Mapping[str, Verdict] = {
    **dict.fromkeys(("○", "〇", "◯", "◎", "o", "はい", "同じ", "同一"), "same"),
    **dict.fromkeys(("×", "✕", "✖", "x", "いいえ", "別", "別人", "違う"), "different"),
}
_MARKS: Mapping[Verdict, str] = {"same": "○", "different": "×"}


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes:
        left: What was compared of the left row, as `key_texts` writes it.
        right: The same of the right row.
        verdict: Whether the two belong together.
        day: When it was read from the report: 2026-04-01.
        source: The report, its sheet and its row.
    """

    left: str
    right: str
    verdict: Verdict
    day: str = ""
    source: str = ""


@dataclass(frozen=True)
class Ruled:
    """The pairs of some rows that were decided.

    Attributes:
        same: Those that belong together.
        different: Those that do not.
    """

    same: frozenset[tuple[int, int]]
    different: frozenset[tuple[int, int]]

    def applied(self, pairs: Collection[tuple[int, int]]) -> Collection[tuple[int, int]]:
        """Pairs without those that were decided against, nor any other pair of a row that has its partner by a decision."""
        if not self.same and not self.different:
            return pairs
        lefts, rights = {left for left, _ in self.same}, {right for _, right in self.same}
        open_ones = (pair for pair in pairs if pair[0] not in lefts and pair[1] not in rights)
        return {*open_ones, *self.same} - self.different


class Decisions:
    """All decisions that were kept, one for each pair of keys; a later one takes the place of an earlier.

    Args:
        decisions: In the order in which they were made.
    """

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self._by_pair: dict[tuple[str, str], Decision] = {}
        for one in decisions:
            # The latest stands last: within one list the same two rows may have been judged the other way round.
            self._by_pair.pop((one.left, one.right), None)
            self._by_pair[one.left, one.right] = one

    def __len__(self) -> int:
        return len(self._by_pair)

    def __iter__(self) -> Iterator[Decision]:
        return iter(self._by_pair.values())

    def with_more(self, more: Iterable[Decision]) -> Decisions:
        """These and later ones."""
        return Decisions([*self, *more])

    def changed_by(self, more: Iterable[Decision]) -> list[Decision]:
        """Those of `more` that say the contrary of what was decided before."""
        return [
            one
            for one in more
            if (known := self._by_pair.get((one.left, one.right))) is not None and known.verdict != one.verdict
        ]

    def unknown(self, more: Iterable[Decision]) -> list[Decision]:
        """Those of `more` about which nothing was decided before."""
        return [one for one in more if (one.left, one.right) not in self._by_pair]

    def between(
        self, left: Table, right: Table, fields: Sequence[Pairing], left_rows: Iterable[int], right_rows: Iterable[int]
    ) -> Ruled:
        """The decided pairs among these rows."""
        if not self._by_pair:
            return _NOTHING_RULED
        of_left = _rows_by_key(left, [(pairing.left, pairing.form) for pairing in fields], left_rows)
        of_right = _rows_by_key(right, [(pairing.right, pairing.form) for pairing in fields], right_rows)
        return _ruled(self._pairs(of_left, of_right))

    def within(self, table: Table, fields: Sequence[Pairing], rows: Iterable[int]) -> Ruled:
        """The decided pairs among rows of one list, the earlier row first; which stood left when it was decided is all the same."""
        if not self._by_pair:
            return _NOTHING_RULED
        by_key = _rows_by_key(table, [(pairing.left, pairing.form) for pairing in fields], rows)
        pairs = self._pairs(by_key, by_key)
        return _ruled(((min(pair), max(pair)), verdict) for pair, verdict in pairs if pair[0] != pair[1])

    def _pairs(
        self, of_left: Mapping[str, Sequence[int]], of_right: Mapping[str, Sequence[int]]
    ) -> Iterator[tuple[tuple[int, int], Verdict]]:
        for one in self:
            for row in of_left.get(one.left, ()):
                for partner in of_right.get(one.right, ()):
                    yield (row, partner), one.verdict

    def table(self) -> Table:
        """The decisions as they are kept: 判断, 左, 右, 決めた日, 元."""
        decisions = list(self)
        return Table(
            {
                VERDICT: [_MARKS[one.verdict] for one in decisions],
                _LEFT: [one.left for one in decisions],
                _RIGHT: [one.right for one in decisions],
                _DAY: [one.day for one in decisions],
                _SOURCE: [one.source for one in decisions],
            }
        )

    @classmethod
    def of_table(cls, table: Table) -> Decisions:
        """Read what `table` made, and what a person has changed in it since.

        Raises:
            BusinessError: A column is missing, or a decision is neither ○ nor ×.
        """
        _refuse_lacking(table, (VERDICT, _LEFT, _RIGHT))
        return cls(
            Decision(left, right, verdict, _cell(table, _DAY, row), _cell(table, _SOURCE, row))
            for row, verdict, left, right in _decided_rows(table, _LEFT, _RIGHT)
        )


def _ruled(verdicts: Iterable[tuple[tuple[int, int], Verdict]]) -> Ruled:
    latest = dict(verdicts)
    same, different = (
        frozenset(pair for pair, verdict in latest.items() if verdict == wanted) for wanted in ("same", "different")
    )
    return Ruled(same, different)


_NOTHING_RULED = Ruled(frozenset(), frozenset())
NONE = Decisions()
"""Nothing was decided yet."""


def decisions_of_report(table: Table, *, day: str) -> list[Decision]:
    """The decisions that a clerk has filled in on the sheet 候補 of a report; rows without one are left out.

    Raises:
        BusinessError: The sheet is none of ours, a decision is neither ○ nor ×, or two rows contradict each other.
    """
    keys = [column for column in table.columns if column.endswith(f"_{KEY}")]
    if VERDICT not in table.columns or len(keys) != 2:
        raise BusinessError(
            "This is no sheet of proposals: it needs the column {verdict} and two that end in {key}",
            verdict=VERDICT,
            key=f"_{KEY}",
            hint="Take the report of table.reconcile or table.dedupe as it is and fill in {verdict} only",
        )
    found: dict[tuple[str, str], Decision] = {}
    for row, verdict, left, right in _decided_rows(table, *keys):
        source = _place(table, row)
        known = found.setdefault((left, right), Decision(left, right, verdict, day, source))
        if known.verdict != verdict:
            raise BusinessError("{one} and {other} decide the same pair differently", one=known.source, other=source)
    return list(found.values())


def key_texts(table: Table, columns: Sequence[tuple[str, Form]], rows: Iterable[int]) -> list[str]:
    """What is compared of each row, in words: `氏名=高橋一郎 | 生年月日=1985-01-08`."""
    known: list[dict[Scalar, str]] = [{} for _ in columns]
    cells = [table.column(name) for name, _ in columns]
    texts = []
    for row in rows:
        parts = []
        for (name, form), values, spelt in zip(columns, cells, known, strict=True):
            value = values[row]
            if (text := spelt.get(value)) is None:
                normal = normal_or_text(value, form)
                text = spelt[value] = f"{name}={plain_text(normal)}"
            parts.append(text)
        texts.append(" | ".join(parts))
    return texts


def _rows_by_key(table: Table, columns: Sequence[tuple[str, Form]], rows: Iterable[int]) -> dict[str, list[int]]:
    chosen = list(rows)
    found: dict[str, list[int]] = {}
    for row, key in zip(chosen, key_texts(table, columns, chosen), strict=True):
        found.setdefault(key, []).append(row)
    return found


def _decided_rows(table: Table, left: str, right: str) -> Iterator[tuple[int, Verdict, str, str]]:
    for row, cell in enumerate(table.column(VERDICT)):
        word = as_plain(cell).casefold()
        if not word:
            continue
        if word not in _WORDS:
            raise BusinessError(
                "{place}: {cell} is no decision", place=_place(table, row), cell=cell, hint="Write ○ or ×, or nothing"
            )
        yield row, _WORDS[word], _cell(table, left, row), _cell(table, right, row)


def _cell(table: Table, column: str, row: int) -> str:
    value: Scalar = table.column(column)[row] if column in table.columns else None
    return plain_text(value)


def _place(table: Table, row: int) -> str:
    return str(table.row(row).origin or row + 1)


def _refuse_lacking(table: Table, columns: Iterable[str]) -> None:
    if lacking := [column for column in columns if column not in table.columns]:
        raise BusinessError(
            "There is no column {columns} in the file of decisions",
            columns=", ".join(lacking),
            hint="It has: {known}",
            known=", ".join(table.columns),
        )
