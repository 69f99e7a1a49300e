"""Which cells a formula looks at, as far as its text tells (ECMA-376 Part 1, 18.17)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bots.excel.addresses import LAST_COLUMN, LAST_ROW, Place, column_number

_TOKEN = re.compile(
    r"""
      [-+*/^&=<>,;(){}@%\s]+
    | "(?:[^"]|"")*"
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
_ROW = re.compile("(?<=[A-Za-z])([0-9]+)")
_DIGIT = re.compile("[0-9]")
_CORNER = re.compile(r"(\$?)([A-Z]{0,3})(\$?)([0-9]{0,7})", re.IGNORECASE)
_REACHES_ANYWHERE = frozenset({"INDIRECT", "OFFSET"})
_FIXED = (False,) * 4
_NO_NAMES = frozenset({"TRUE", "FALSE"})


class Reference(NamedTuple):
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
        """The same for a cell with the same formula, so many rows and columns further on."""
        sheet, (top, left), (bottom, right), moves = self
        if moves == _FIXED:
            return self
        first = (top + rows * moves[0], left + columns * moves[1])
        last = (bottom + rows * moves[2], right + columns * moves[3])
        return Reference(sheet, first, last, moves)


@dataclass(frozen=True, slots=True)
class Looks:
    """What a formula looks at.

    Attributes:
        references: The areas.
        anywhere: Whether it may look at cells that its text does not tell, as with INDIRECT.
    """

    references: tuple[Reference, ...]
    anywhere: bool = False

    def moved(self, rows: int, columns: int) -> Looks:
        """What a cell with the same formula looks at, so many rows and columns further on."""
        if not (rows or columns) or not self.references:
            return self
        return Looks(tuple([reference.moved(rows, columns) for reference in self.references]), self.anywhere)


Resolve = Callable[[str, bool], Looks]
"""What a name stands for; the second argument says whether it must be a table's."""


class Reader:
    """Reads formulas; one that is copied down a column is read once.

    Args:
        resolve: Says what a defined name or a table stands for.
    """

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._known: dict[tuple[object, ...], tuple[int, Looks]] = {}

    def looks(self, text: str, row: int) -> Looks:
        """What a formula in a row looks at, by its text without `=`: rather too much than too little."""
        parts: list[object] = list(_ROW.split(text))
        parts[1::2] = [int(str(number)) - row for number in parts[1::2]]
        same = tuple(parts)
        known = self._known.get(same)
        if known is not None:
            return known[1].moved(row - known[0], 0)
        tokens = [found for found in _TOKEN.finditer(text) if found.lastgroup]
        looks = _joined(_looks(token, self._resolve) for token in tokens)
        if all(map(_is_same_further_down, tokens)):
            self._known[same] = (row, looks)
        return looks


def _is_same_further_down(token: re.Match[str]) -> bool:
    """Whether nothing but rows of cells are numbers in it: `A5` further down is `A6`, but `Sheet1` is not `Sheet2`."""
    area = token["area"]
    named = (token["quoted"], token["bare"], token["function"], token["columns"], token["table"], token["name"])
    return not (area and area[0 if area[0] != "$" else 1].isdecimal()) and not any(
        _DIGIT.search(name) for name in named if name
    )


def _joined(found: Iterable[Looks]) -> Looks:
    every = list(found)
    references = tuple(reference for looks in every for reference in looks.references)
    return Looks(references, any(looks.anywhere for looks in every))


def looks_of(text: str, resolve: Resolve) -> Looks:
    """What a single formula looks at."""
    return Reader(resolve).looks(text, 1)


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
        column = _column(letters)
        if not number:
            return row, column, False, not fixed_column
        return int(number), column, not fixed_row, not fixed_column
    return int(found[4]), column, not (found[1] or found[3]), False


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    return column_number(f"{letters}1") or LAST_COLUMN


def absolute_only(looks: Looks) -> bool:
    """Whether all areas are the same wherever the text is used, as those of a defined name have to be."""
    return all(reference.sheet and not any(reference.moves) for reference in looks.references)
