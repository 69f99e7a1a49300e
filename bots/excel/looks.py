"""What the cell formats of a workbook say: which show dates, which draw a box (ECMA-376 Part 1, 18.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from bots.excel.package import Package
from bots.excel.reading.unseen.notation import shown_by

_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers of the formats for dates and times that files use without writing them out; 27 to 36 and 50 to 58 are those of
East Asian editions."""

_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_NUMBER_WITH_E = re.compile(r"e[-+]", re.IGNORECASE)


@dataclass(frozen=True)
class Looks:
    """Cell formats, by their index.

    Attributes:
        dates: Those that show a number as a date or a time.
        boxes: Those that draw a line on at least two sides.
        zeros: Those that fill whole numbers up with zeros → to how many digits.
    """

    dates: frozenset[int] = frozenset()
    boxes: frozenset[int] = frozenset()
    zeros: Mapping[int, int] = field(default_factory=dict)


def looks_of(package: Package) -> Looks:
    """What the formats of a workbook are.

    Raises:
        WorkbookUnreadable: The file is damaged.
    """
    for part in package.related(package.workbook, "styles"):
        parts = {_local(element.tag): element for element in package.tree(part)}
        codes = {element.get("numFmtId", ""): element.get("formatCode", "") for element in parts.get("numFmts", ())}
        borders = [_sides(element) for element in parts.get("borders", ())]
        formats = [(style.get("numFmtId", "0"), style.get("borderId", "0")) for style in parts.get("cellXfs", ())]
        shown = {index: shown_by(codes[number]) for index, (number, _) in enumerate(formats) if number in codes}
        return Looks(
            dates=frozenset(index for index, (number, _) in enumerate(formats) if _shows_date(number, codes)),
            boxes=frozenset(index for index, (_, border) in enumerate(formats) if _is_box(border, borders)),
            zeros={index: width for index, width in shown.items() if isinstance(width, int)},
        )
    return Looks()


def _shows_date(number: str, codes: Mapping[str, str]) -> bool:
    if number in codes:
        return is_date_format(codes[number])
    return number.isdigit() and int(number) in _BUILT_IN_DATES


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time: `yyyy/m/d`, `ge.m.d`, `[h]:mm`, but neither `0.0E+00` nor `G/標準`."""
    first = code.partition(";")[0]
    letters = _NUMBER_WITH_E.sub("", _NOT_LETTERS.sub("", first))
    if re.match(r"g(eneral|/標準)", letters, re.IGNORECASE):
        return False
    return re.search(r"[ymdhsge]", letters, re.IGNORECASE) is not None


def _is_box(border: str, borders: Sequence[int]) -> bool:
    return border.isdigit() and int(border) < len(borders) and borders[int(border)] > 1


def _sides(border: ElementTree.Element) -> int:
    return sum(1 for side in border if _local(side.tag) != "diagonal" and side.get("style", "none") != "none")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
