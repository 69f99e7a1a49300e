"""What the format of a cell makes of a number, where that is data and not looks (ECMA-376 Part 1, 18.8.31)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Shown = int | Literal["day"]
"""How many digits a number is filled up to with zeros; or that it is a day."""

_ONLY_ZEROS = re.compile(r"(0{2,})(?:;.*)?")
_SAID = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
"""Text in quotes, an escaped character, a condition or colour or language, a space as wide as, a filling."""
_AS_IT_IS = re.compile("general|g/標準")
"""A number without a format; G/標準 is what it is called in Japanese."""
_DAY_ALONE = re.compile(r"[^0#?ymdhs]*(?:g+|e+|r+|a{3,4}|b{2,4})[^0#?ymdhs]*")


def shown_by(code: str) -> Shown | None:
    """What a format such as `00000000` or `[$-411]ggge"年"` shows beyond the number; None for nothing that is data.

    Formats with a month, a day or an hour are left out: a reader knows those for dates.
    """
    if zeros := _ONLY_ZEROS.fullmatch(code):
        return len(zeros[1])
    bare = _SAID.sub("", code.partition(";")[0]).lower()
    if not _AS_IT_IS.search(bare) and _DAY_ALONE.fullmatch(bare):
        return "day"
    return None


def shown_by_styles(codes: Mapping[int, str], styles: list[int]) -> Mapping[int, Shown]:
    """Index of a cell's style → what it shows, for the styles that show anything.

    Args:
        codes: Number of a format → its code; those that every workbook has are not among them.
        styles: The number of each style's format.
    """
    known = {number: shown for number, code in codes.items() if (shown := shown_by(code)) is not None}
    return {index: known[number] for index, number in enumerate(styles) if number in known}
