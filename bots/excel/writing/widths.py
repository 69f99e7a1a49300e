"""How wide columns must be for what stands in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from yakin.values import Scalar

_NARROWEST, _WIDEST = 6, 60
_MEASURED_ROWS = 200


def display_width(text: str) -> int:
    """Width of a text in half-width characters, as a column's width is counted: kanji and kana are two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def shown_widths(columns: Sequence[str], rows: Sequence[Sequence[Scalar]]) -> list[int]:
    """Width of each column, by its name and its first rows."""
    widths = []
    for index, name in enumerate(columns):
        shown = [name, *("" if row[index] is None else str(row[index]) for row in rows[:_MEASURED_ROWS])]
        widest = max(display_width(line) for text in shown for line in (text.split("\n") or [""]))
        widths.append(min(max(widest + 3, _NARROWEST), _WIDEST))
    return widths
