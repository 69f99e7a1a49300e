"""Running text for the terminal that breaks lines where Japanese allows it.

rich breaks at spaces only, so that a Japanese sentence moves to the next line as one word. Here a line may end between
any two full-width characters, except before closing marks and after opening ones (禁則処理, JIS X 4051).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.measure import Measurement

_NOT_FIRST = "、。，．・：；？！）」』】〉》〕］｝ー々ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}”’…"
_NOT_LAST = "（「『【〈《〔［｛([{“‘"
_PIECES = re.compile(r"[^\S\n]+|[!-~]+|[^\s!-~]")


class Prose:
    """Text in one style; line breaks of its own are kept."""

    def __init__(self, text: str, style: str = "", *, indent: int = 0) -> None:
        self.text = text
        self.style = style
        self.indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines for the width there is."""
        from rich.text import Text

        width = max(options.max_width - self.indent, 4)
        for line in lines(self.text, width):
            yield Text(" " * self.indent + line, self.style, no_wrap=True, overflow="ignore")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Between a short line and all of it on one."""
        from rich.cells import cell_len
        from rich.measure import Measurement

        longest = max((cell_len(line) for line in self.text.splitlines()), default=0) + self.indent
        return Measurement(min(longest, 12, options.max_width), min(longest, options.max_width))


def lines(text: str, width: int) -> Iterator[str]:
    """Break a text into lines of at most `width` columns, full-width characters counting two."""
    for paragraph in text.splitlines() or [""]:
        yield from _broken(paragraph, width)


def _broken(paragraph: str, width: int) -> Iterator[str]:
    from rich.cells import cell_len

    line = ""
    for unit in _units(paragraph, width):
        if line and cell_len((line + unit).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += unit if line else unit.lstrip()
    yield line.rstrip()


def _units(paragraph: str, width: int) -> list[str]:
    """Pieces of which none may be torn apart; one that is wider than a line is cut."""
    from rich.cells import cell_len

    units: list[str] = []
    for piece in _PIECES.findall(paragraph):
        glued = units and (piece[0] in _NOT_FIRST or units[-1][-1] in _NOT_LAST)
        if glued and cell_len(units[-1] + piece) <= width:
            units[-1] += piece
        elif cell_len(piece) <= width:
            units.append(piece)
        else:
            units += [piece[start : start + width] for start in range(0, len(piece), width)]
    return units
