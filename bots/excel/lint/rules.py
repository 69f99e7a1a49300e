"""The checks, one function each: 総務省「統計表における機械判読可能なデータの表記方法の統一ルール」 (2020-12-18), 1-2 to 2-2.

What only a person can judge is judged by what can be seen: whether a unit is the right one, or an area the one that is
meant, is not for a program to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bots.excel.addresses import Place
from bots.excel.layout import Area, Cell, Layout, is_filled
from bots.excel.lint.findings import Check, Finding, shortened
from bots.excel.lint.tables import (
    Column,
    ListedTable,
    blocks_of,
    is_dressed_number,
    is_number,
    is_plain_number,
    plain_text,
    tables_of,
)
from yakin.japan.widths import normal_text


@dataclass(frozen=True)
class Looked:
    """A sheet, and the tables that were found on it.

    Attributes:
        layout: The sheet.
        tables: Its tables, from the top.
    """

    layout: Layout
    tables: list[ListedTable]

    @classmethod
    def at(cls, layout: Layout, header_row: int | None) -> Looked:
        """Look at a sheet; the header of its first table may be told."""
        return cls(layout, tables_of(layout, header_row))


class Seen(NamedTuple):
    """What a check saw: where, and what the sentence needs besides the value that stands there."""

    area: Area | None
    data: Mapping[str, str] = {}


def findings_of(layout: Layout, header_row: int | None, checks: Iterable[Check]) -> Iterator[Finding]:
    """Look at a sheet with these checks.

    Args:
        layout: The sheet.
        header_row: Row of the column names of its first table; found by its looks when left out.
        checks: Which checks.
    """
    looked = Looked.at(layout, header_row)
    for check in checks:
        for area, data in _CHECKS[check](looked) if check in _CHECKS else ():
            value = shortened(layout.value(area[0])) if area is not None else ""
            yield Finding(check, layout.file, layout.sheet, area, value, data)


_SEVERAL = re.compile(r"[0-9][0-9,.]* ?[^0-9()]{0,2}\([0-9][0-9,.]* ?[^0-9()]{0,2}\)")
_BETWEEN = re.compile(r"[、;・\n]|, ")
_ANY_NUMBER = re.compile(r"[-+△▲]?[0-9][0-9,.]*\D?")
_SYMBOL = re.compile(r"[^\w\s]{1,3}|[xX秘〇○]")
_SPREAD = re.compile(r"\w(?:[ \u3000]+\w)+")
_DITTO = frozenset({"〃", "″", '"', "''", "同上", "仝", "々", "同"})
_ERA_YEAR = re.compile(r"(?:明治|大正|昭和|平成|令和)\s?(?:元|[0-9]{1,2})|(?<![A-Za-z])[MTSHR][0-9]{1,2}[./]")
_WESTERN_YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}")
_NO_UNIT_NEEDED = re.compile(r"年|月|日|番|コード|号|順|ID|No|連絡|電話", re.IGNORECASE)
_UNIT_IN_NAME = re.compile(r"[円人名件数率比%‰歳才戸棟台個枚回点校社所量高額]|割合|世帯|時間|面積|指数|\(.+\)|ha|km|kg")
_SAFE = frozenset("～－∥￠￡￢〜−‖¢£¬―—")
"""Characters of JIS X 0208 that systems convert to one of two code points each; both are understood everywhere."""

_AREAS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile("都道府県"), re.compile(r".+[都道府県]|[0-9]{2}|[0-9]{5,6}")),
    (re.compile("市区町村|市町村|区市町村"), re.compile(r".+[市区町村]|[0-9]{3}|[0-9]{5,6}")),
)
_NO_AREA = frozenset({"計", "合計", "総計", "小計", "全国", "全域", "その他", "不明", "市部計", "郡部計"})


def _several_values(looked: Looked) -> Iterator[Seen]:
    return (Seen((place, place)) for table in looked.tables for place, cell in table.body if _holds_several(cell))


def _holds_several(cell: Cell) -> bool:
    plain = plain_text(cell)
    if _SEVERAL.fullmatch(plain):
        return True
    pieces = [piece.strip() for piece in _BETWEEN.split(plain) if piece.strip()]
    return len(pieces) > 1 and all(_ANY_NUMBER.fullmatch(piece) for piece in pieces)


def _number_as_text(looked: Looked) -> Iterator[Seen]:
    return _in_numeric_columns(looked, lambda cell: not _is_symbol(cell) and not _holds_several(cell))


def _symbols(looked: Looked) -> Iterator[Seen]:
    return _in_numeric_columns(looked, _is_symbol)


def _in_numeric_columns(looked: Looked, wanted: Callable[[Cell], bool]) -> Iterator[Seen]:
    for column in _columns(looked):
        if column.is_numeric:
            texts = [(place, cell) for place, cell in column.cells if isinstance(cell.value, str) and not cell.is_error]
            yield from _together(place for place, cell in texts if wanted(cell))


def _is_symbol(cell: Cell) -> bool:
    plain = plain_text(cell)
    is_a_number = is_number(cell) or is_dressed_number(cell) or is_plain_number(cell)
    return not is_a_number and _SYMBOL.fullmatch(plain) is not None


def _merged_cells(looked: Looked) -> Iterator[Seen]:
    return (Seen(area) for area in sorted(looked.layout.merged))


def _spaces(looked: Looked) -> Iterator[Seen]:
    headers = {row for table in looked.tables for row in range(table.header[0], table.header[1] + 1)}
    for place, text in _texts(looked):
        edges = text != text.strip(" \u3000")
        if edges or _is_spread(text, label=place[0] in headers) or re.search(r"\S[ \u3000]{2,}\S", text):
            yield Seen((place, place))


def _is_spread(text: str, *, label: bool) -> bool:
    """Whether a word has a space between all its characters; two of them may be a name (林　亮) unless they are a label."""
    if not _SPREAD.fullmatch(text):
        return False
    words = text.split()
    return all(len(word) == 1 for word in words) and (label or len(words) > 2 or "".join(words) in _NO_AREA)


def _line_breaks(looked: Looked) -> Iterator[Seen]:
    for place, text in _texts(looked):
        if "\n" in text.strip() and not _holds_several(looked.layout.cells[place]):
            yield Seen((place, place))


def _missing_name(looked: Looked) -> Iterator[Seen]:
    for table in looked.tables:
        for column in table.columns:
            if column.cells and not column.name:
                yield Seen(((table.header[1], column.number), (table.header[1], column.number)))


def _omitted(looked: Looked) -> Iterator[Seen]:
    for table in looked.tables:
        for column in table.columns:
            yield from _together(place for place, cell in column.cells if str(cell.value).strip() in _DITTO)
        yield from _together(_left_out(table))


def _left_out(table: ListedTable) -> Iterator[Place]:
    """Empty cells of the first column, when it holds labels and the rows hold anything."""
    first = table.columns[0]
    top = table.header[1] + 1
    if first.is_numeric or not first.cells or first.cells[0][0][0] != top:
        return
    rows = {place[0] for column in table.columns[1:] for place, _ in column.cells}
    labelled = {place[0] for place, _ in first.cells}
    for row in sorted(rows - labelled):
        place = (row, first.number)
        if table.layout.anchor(place) == place:
            yield place


def _formula(looked: Looked) -> Iterator[Seen]:
    return _together(_by_column(place for place, cell in looked.layout.cells.items() if cell.has_formula))


def _objects(looked: Looked) -> Iterator[Seen]:
    for drawn in looked.layout.drawn:
        yield Seen(None if drawn.at is None else (drawn.at, drawn.at), {"kind": drawn.kind})


def _unit(looked: Looked) -> Iterator[Seen]:
    if any("単位" in normal_text(value) for value in looked.layout.filled.values() if isinstance(value, str)):
        return
    for table in looked.tables:
        for column in table.columns:
            name = normal_text(column.name)
            named = name and not _NO_UNIT_NEEDED.search(name) and not _UNIT_IN_NAME.search(name)
            if named and any(is_number(cell) for _, cell in column.cells) and column.is_numeric:
                place = (table.header[1], column.number)
                yield Seen((place, place), {"column": shortened(column.name)})


def _characters(looked: Looked) -> Iterator[Seen]:
    for place, value in looked.layout.filled.items():
        if isinstance(value, str) and (strange := [char for char in dict.fromkeys(value) if not _is_everywhere(char)]):
            yield Seen((place, place), {"characters": "".join(strange)})


def _is_everywhere(char: str) -> bool:
    """Whether a character is in JIS X 0201 or JIS X 0208, the sets that every Japanese system has."""
    if char.isascii() or char in _SAFE:
        return True
    try:
        char.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True


def _era_year(looked: Looked) -> Iterator[Seen]:
    def alone(text: str) -> bool:
        plain = normal_text(text)
        return _ERA_YEAR.search(plain) is not None and _WESTERN_YEAR.search(plain) is None

    places = [place for place, text in _texts(looked) if len(text) <= _LONGEST_LABEL and alone(text)]
    return _together(_by_column(places))


_LONGEST_LABEL = 20
"""A longer text is a sentence that tells of a year, not a label or a date."""


def _area_name(looked: Looked) -> Iterator[Seen]:
    for column in _columns(looked):
        for wanted, whole in _AREAS:
            if wanted.search(column.name) and not re.search(r"コード|番号|数", column.name):
                for place, cell in column.cells:
                    text = normal_text(str(cell.value)).strip()
                    if text not in _NO_AREA and not whole.fullmatch(text):
                        yield Seen((place, place))


def _divided(looked: Looked) -> Iterator[Seen]:
    return (Seen(gap) for _, gap in _goes_on(looked))


def _several_tables(looked: Looked) -> Iterator[Seen]:
    parts = {area for area, _ in _goes_on(looked)}
    return (Seen(table.area) for table in looked.tables[1:] if table.area not in parts)


def _goes_on(looked: Looked) -> Iterator[tuple[Area, Area]]:
    """Blocks that go on with the table before an empty row or column, and that row or column."""
    blocks = blocks_of(looked.layout)
    for table in looked.tables:
        (top, left), (bottom, right) = table.area
        for block in blocks:
            (first, begin), (last, end) = block
            if (begin, end) == (left, right) and first == bottom + 2 and _is_body(table, first):
                yield block, ((bottom + 1, left), (bottom + 1, right))
            elif (first, last) == (top, bottom) and begin == right + 2 and last > first:
                yield block, ((top, right + 1), (bottom, right + 1))


def _is_body(table: ListedTable, row: int) -> bool:
    """Whether a row has numbers where the table has them."""
    numeric = [column.number for column in table.columns if column.is_numeric]
    cells = [cell for number in numeric if (cell := table.layout.cells.get((row, number))) and is_filled(cell.value)]
    return bool(cells) and all(is_number(cell) or is_dressed_number(cell) for cell in cells)


_CHECKS: Mapping[Check, Callable[[Looked], Iterator[Seen]]] = {
    "several_values": _several_values,
    "number_as_text": _number_as_text,
    "merged_cells": _merged_cells,
    "spaces": _spaces,
    "line_breaks": _line_breaks,
    "missing_name": _missing_name,
    "omitted": _omitted,
    "formula": _formula,
    "objects": _objects,
    "unit": _unit,
    "characters": _characters,
    "era_year": _era_year,
    "area_name": _area_name,
    "symbols": _symbols,
    "divided": _divided,
    "several_tables": _several_tables,
}


def _columns(looked: Looked) -> Iterator[Column]:
    return (column for table in looked.tables for column in table.columns)


def _texts(looked: Looked) -> Iterator[tuple[Place, str]]:
    """The texts of all tables, those of headers too."""
    for table in looked.tables:
        (top, left), (bottom, right) = table.area
        for (row, column), value in looked.layout.filled.items():
            if isinstance(value, str) and top <= row <= bottom and left <= column <= right and row >= table.header[0]:
                yield (row, column), value


def _by_column(places: Iterable[Place]) -> list[Place]:
    return sorted(places, key=lambda place: (place[1], place[0]))


def _together(places: Iterable[Place]) -> Iterator[Seen]:
    """Places of one column that follow each other, as one area."""
    first = last = None
    for place in places:
        if first is not None and last is not None and place == (last[0] + 1, last[1]):
            last = place
            continue
        if first is not None and last is not None:
            yield Seen((first, last))
        first = last = place
    if first is not None and last is not None:
        yield Seen((first, last))
