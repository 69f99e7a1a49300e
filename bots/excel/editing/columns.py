"""Widths of columns: what a sheet says of them, and what is added."""

from __future__ import annotations

from collections.abc import Mapping

from bots.excel.editing.markup import Edit
from bots.excel.editing.sheet import SheetMarkup


def width_of(sheet: SheetMarkup, column: int) -> float | None:
    """Width of a column in half-width characters; None when the sheet does not say."""
    for first, last, element in sheet.column_ranges:
        said = sheet.attribute(element, "width")
        if first <= column <= last and said and said.replace(".", "", 1).isdecimal():
            return float(said)
    return None


def width_edits(sheet: SheetMarkup, widths: Mapping[int, float]) -> list[Edit]:
    """The edits that give columns a width that the sheet says nothing of yet."""
    said = sheet.column_ranges
    new = {column: width for column, width in widths.items() if not any(a <= column <= b for a, b, _ in said)}
    written = {
        column: b'<%scol min="%d" max="%d" width="%g" customWidth="1"/>' % (sheet.prefix, column, column, width)
        for column, width in sorted(new.items())
    }
    if not written:
        return []
    whole = sheet.element("cols", sheet.before)
    if whole is None:
        assert sheet.data is not None
        at = sheet.data.start
        return [(at, at, b"<%scols>%s</%scols>" % (sheet.prefix, b"".join(written.values()), sheet.prefix))]
    edits: list[Edit] = []
    for column, xml in written.items():
        at = next((element.start for first, _, element in said if first > column), whole.inner_end)
        edits.append((at, at, xml))
    return edits
