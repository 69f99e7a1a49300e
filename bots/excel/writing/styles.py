"""The styles of a new workbook: each kind of cell that occurs gets one (ECMA-376 Part 1, 18.8)."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

_FIRST_OWN_FORMAT = 164
"""Numbers below are the formats that every workbook has."""
_KNOWN_FORMATS = {"General": 0, "@": 49}
_FONT = '<font>{bold}<sz val="11"/><name val="游ゴシック"/><family val="3"/><charset val="128"/></font>'


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell is shown.

    Attributes:
        format: Number format.
        bold: Whether it is bold.
        fill: Colour behind it, RRGGBB.
        quoted: Whether it is text that begins like a formula: Excel then keeps it text when it is edited.
        header: Whether it is a column's name: wrapped, in the middle of its row.
    """

    format: str = "General"
    bold: bool = False
    fill: str | None = None
    quoted: bool = False
    header: bool = False


class Styles:
    """The styles in use, numbered in the order in which they are asked for."""

    def __init__(self) -> None:
        self._numbers: dict[Style, int] = {Style(): 0}

    def number(self, style: Style) -> int:
        """The number of a style."""
        return self._numbers.setdefault(style, len(self._numbers))

    def xml(self) -> str:
        """The part `xl/styles.xml`."""
        own = list(dict.fromkeys(style.format for style in self._numbers if style.format not in _KNOWN_FORMATS))
        formats = _KNOWN_FORMATS | {code: _FIRST_OWN_FORMAT + index for index, code in enumerate(own)}
        colours = list(dict.fromkeys(style.fill for style in self._numbers if style.fill))
        cells = "".join(_cell_format(style, formats, colours) for style in self._numbers)
        listed = "".join(f'<numFmt numFmtId="{formats[code]}" formatCode={quoteattr(code)}/>' for code in own)
        fills = "".join(
            f'<fill><patternFill patternType="solid"><fgColor rgb="FF{colour}"/><bgColor indexed="64"/></patternFill></fill>'
            for colour in colours
        )
        return (
            '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            + (f'<numFmts count="{len(own)}">{listed}</numFmts>' if own else "")
            + f'<fonts count="2">{_FONT.format(bold="")}{_FONT.format(bold="<b/>")}</fonts>'
            f'<fills count="{len(colours) + 2}"><fill><patternFill patternType="none"/></fill>'
            f'<fill><patternFill patternType="gray125"/></fill>{fills}</fills>'
            '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{len(self._numbers)}">{cells}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="標準" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        )


def _cell_format(style: Style, formats: dict[str, int], colours: list[str]) -> str:
    fill = colours.index(style.fill) + 2 if style.fill else 0
    attributes = (
        f'numFmtId="{formats[style.format]}" fontId="{int(style.bold)}" fillId="{fill}" borderId="0" xfId="0"'
        + (' applyNumberFormat="1"' if style.format != "General" else "")
        + (' applyFont="1"' if style.bold else "")
        + (' applyFill="1"' if fill else "")
        + (' quotePrefix="1"' if style.quoted else "")
    )
    if style.header:
        return f'<xf {attributes} applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>'
    return f"<xf {attributes}/>"
