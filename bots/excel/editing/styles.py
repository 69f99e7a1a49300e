"""The formats of cells (`xl/styles.xml`): which there are, and new ones made from them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from bots.excel.editing.markup import Markup, attribute, with_attribute

GENERAL = 0
DATE = 14
TIME = 21
DATE_TIME = 22
TEXT = 49
"""Number formats that every program has (ECMA-376 Part 1, 18.8.30). Excel in Japanese shows 14 as 2026/1/31."""

_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


@dataclass
class Styles:
    """The cell formats of one workbook.

    Attributes:
        markup: The part as it is; empty when there is none.
        made: Formats that were added, as XML.
    """

    markup: Markup
    made: list[bytes] = field(default_factory=list)
    _derived: dict[tuple[int, int | None, bool], int] = field(default_factory=dict)
    _numbers: dict[int, int] = field(default_factory=dict)

    @cached_property
    def _formats(self) -> list[bytes]:
        """The XML of each cell format; those that are made come behind them."""
        markup = self.markup
        listed = markup.element("cellXfs")
        if listed is None:
            return []
        return [markup.content[xf.start : xf.end] for xf in markup.elements("xf", listed)]

    @cached_property
    def _codes(self) -> dict[int, str]:
        markup = self.markup
        listed = markup.element("numFmts")
        if listed is None:
            return {}
        return {
            int(markup.attribute(element, "numFmtId") or 0): markup.attribute(element, "formatCode") or ""
            for element in markup.elements("numFmt", listed)
        }

    def number_format(self, style: int) -> int:
        """Number format of a cell format; 0 is General."""
        if style >= len(self._formats):
            return GENERAL
        if style not in self._numbers:
            self._numbers[style] = int(attribute(self._start_tag(style), "numFmtId") or 0)
        return self._numbers[style]

    def shows_dates(self, style: int) -> bool:
        """Whether a number in that format is shown as a date or a time."""
        number = self.number_format(style)
        code = _NOT_LETTERS.sub("", self._codes.get(number, ""))
        return number in _DATES or (bool(re.search("[ymdhsge]", code, re.IGNORECASE)) and "general" not in code.lower())

    def derived(self, style: int, number_format: int | None = None, *, quoted: bool = False) -> int:
        """A cell format that differs from another in its number format, or marks text that looks like a formula.

        Args:
            style: Index of the format it is like.
            number_format: Its number format; that of the other when left out.
            quoted: Whether the text is kept as text when a person edits the cell.

        Returns:
            Its index; the same one when there is no part with formats, or nothing is different.
        """
        if style >= len(self._formats):
            return style
        asked = (style, number_format, quoted)
        if asked not in self._derived:
            old = tag = self._start_tag(style)
            if number_format is not None:
                tag = with_attribute(with_attribute(tag, "numFmtId", str(number_format)), "applyNumberFormat", "1")
            if quoted:
                tag = with_attribute(tag, "quotePrefix", "1")
            self._derived[asked] = self._index_of(tag + self._formats[style][len(old) :])
        return self._derived[asked]

    def _start_tag(self, style: int) -> bytes:
        """Start tag of a cell format; attributes of it hold no angle brackets."""
        whole = self._formats[style]
        return whole[: whole.index(b">") + 1]

    def _index_of(self, whole: bytes) -> int:
        if whole in self._formats:
            return self._formats.index(whole)
        self._formats.append(whole)
        self.made.append(whole)
        return len(self._formats) - 1

    def changed(self) -> bytes:
        """The part with the formats that were made."""
        markup = self.markup
        listed = markup.element("cellXfs")
        if listed is None or not self.made:
            return self.markup.content
        tag = with_attribute(markup.tag(listed), "count", str(len(self._formats)))
        return markup.spliced(
            [(listed.start, listed.inner, tag), (listed.inner_end, listed.inner_end, b"".join(self.made))]
        )
