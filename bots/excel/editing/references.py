"""Which cells a formula looks at, as far as its text tells (ECMA-376 Part 1, 18.17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from bots.excel.addresses import Place, column_number

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

_TOKEN = re.compile(
    r"""
      "(?:[^"]|"")*"
    | \#(?:REF!|VALUE!|NAME\?|DIV/0!|N/A|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)
    | (?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<bare>(?:\[\d+\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?))!)?
      (?:(?P<area>\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?
         |\$?[A-Z]{1,3}:\$?[A-Z]{1,3} | \$?[0-9]{1,7}:\$?[0-9]{1,7})(?![\w.(\[!])
      |(?P<function>[^\W\d][\w.]*)\(
      |(?P<table>[^\W\d][\w.]*)?(?P<columns>\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\])(?!!)
      |(?P<name>[^\W\d][\w.\\?]*))
    | [0-9]+\.?[0-9]*(?:E[+-]?[0-9]+)? | \.[0-9]+(?:E[+-]?[0-9]+)?
    | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CORNER = re.compile(r"(\$?)([A-Z]{0,3})(\$?)([0-9]{0,7})", re.IGNORECASE)
_REACHES_ANYWHERE = frozenset({"INDIRECT", "OFFSET"})
_NO_NAMES = frozenset({"TRUE", "FALSE"})


@dataclass(frozen=True, slots=True)
class Reference:
    """An area that a formula looks at.

    Attributes:
        sheet: Name of the sheet in lower case; None for the formula's own.
        first: First row and column.
        last: Last row and column.
        moves: Whether first row, first column, last row, last column move along when the formula is shared.
    """

    sheet: str | None
    first: Place
    last: Place
    moves: tuple[bool, bool, bool, bool]

    def moved(self, rows: int, columns: int) -> Reference:
        """The same for a cell that shares the formula, so many rows and columns further on."""
        if not any(self.moves) or not (rows or columns):
            return self
        steps = [step if moves else 0 for step, moves in zip((rows, columns) * 2, self.moves, strict=True)]
        first = (self.first[0] + steps[0], self.first[1] + steps[1])
        last = (self.last[0] + steps[2], self.last[1] + steps[3])
        return Reference(self.sheet, first, last, self.moves)


@dataclass(frozen=True, slots=True)
class Looks:
    """What a formula looks at.

    Attributes:
        references: The areas.
        anywhere: Whether it may look at cells that its text does not tell, as with INDIRECT.
    """

    references: tuple[Reference, ...]
    anywhere: bool = False


Resolve = Callable[[str, bool], Looks]
"""What a name stands for; the second argument says whether it must be a table's."""


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[re.Match[str], ...]:
    return tuple(_TOKEN.finditer(text))


def looks_of(text: str, resolve: Resolve) -> Looks:
    """What a formula looks at.

    Args:
        text: The formula without `=`.
        resolve: Says what a defined name or a table stands for.

    Returns:
        Rather too much than too little: where the text cannot tell, `anywhere`.
    """
    found: list[Reference] = []
    anywhere = False
    for looks in (_looks(token, resolve) for token in _tokens(text)):
        found += looks.references
        anywhere = anywhere or looks.anywhere
    return Looks(tuple(found), anywhere)


_NOWHERE = Looks(())
ANYWHERE = Looks((), anywhere=True)


def _looks(token: re.Match[str], resolve: Resolve) -> Looks:
    sheet = (token["quoted"] or "").replace("''", "'") or token["bare"]
    if sheet and "[" in sheet:
        return _NOWHERE
    if sheet and ":" in sheet:
        return ANYWHERE
    if token["area"]:
        return Looks((_reference(sheet, token["area"]),))
    if token["function"]:
        return ANYWHERE if token["function"].upper() in _REACHES_ANYWHERE else _NOWHERE
    if token["columns"]:
        return resolve(token["table"], True) if token["table"] else ANYWHERE
    if token["name"]:
        return _NOWHERE if token["name"].upper() in _NO_NAMES else resolve(token["name"], False)
    return ANYWHERE if token["other"] == ":" else _NOWHERE


def _reference(sheet: str | None, area: str) -> Reference:
    begin, _, end = area.partition(":")
    first, last = _corner(begin, 1, 1), _corner(end or begin, LAST_ROW, LAST_COLUMN)
    rows = sorted(((first[0], first[2]), (last[0], last[2])))
    columns = sorted(((first[1], first[3]), (last[1], last[3])))
    return Reference(
        sheet.lower() if sheet else None,
        (rows[0][0], columns[0][0]),
        (rows[1][0], columns[1][0]),
        (rows[0][1], columns[0][1], rows[1][1], columns[1][1]),
    )


def _corner(text: str, row: int, column: int) -> tuple[int, int, bool, bool]:
    """Row, column, and whether each moves; these when the text names none, as in `A:C`."""
    found = _CORNER.fullmatch(text)
    assert found is not None
    if found[2]:
        letters, number = found[2], found[4]
        fixed_column, fixed_row = found[1], found[3]
        column = column_number(f"{letters}1") or column
        if not number:
            return row, column, False, not fixed_column
        return int(number), column, not fixed_row, not fixed_column
    return int(found[4]), column, not (found[1] or found[3]), False


def absolute_only(looks: Looks) -> bool:
    """Whether all areas are the same wherever the text is used, as those of a defined name have to be."""
    return all(reference.sheet and not any(reference.moves) for reference in looks.references)
