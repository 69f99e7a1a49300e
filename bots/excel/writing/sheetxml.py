"""The XML of a new sheet, in pieces of some thousand rows (ECMA-376 Part 1, 18.3).

Cells are made column by column, because those of one column are nearly always of one kind, and then put together by rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from bots.excel.addresses import column_letters
from bots.excel.writing.styles import Style, Styles
from yakin.values import Scalar

if TYPE_CHECKING:
    from bots.excel.writing.newbook import Sheet

_ROWS = 4_000
_EXACT_BELOW = 10**15
_DIGITS = 15
_EPOCH = date(1899, 12, 30).toordinal()
_FIRST_DAY, _LEAP_DAY = date(1900, 1, 1), date(1900, 3, 1)
_UNLIKE_XML = re.compile(r"[&<>\r\n]|_x[0-9A-Fa-f]{4}_|(?:^|\x00)\s|\s(?:\x00|$)")
"""What a text in XML must not hold as it is; texts are looked over together, joined by a character they cannot have."""
_LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA_LIKE = ("=", "+", "-", "@")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetPr>{tab}<pageSetUpPr fitToPage="1"/></sheetPr>'
    '<dimension ref="A1:{last}"/><sheetViews><sheetView{selected} workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft"'
    ' state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="18.75"/>{columns}<sheetData>'
)
_TAIL = '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'


def sheet_xml(
    sheet: Sheet, widths: Sequence[int], filtered: str | None, styles: Styles, *, header_colour: str, is_first: bool
) -> Iterator[bytes]:
    """The part of one sheet.

    Args:
        sheet: What it shows; all of it can be written.
        widths: Width of each column.
        filtered: Area with filter buttons in its first row.
        styles: Where the styles of its cells are numbered.
        header_colour: Colour behind the column names, RRGGBB.
        is_first: Whether it is the one that is shown when the workbook is opened.
    """
    last = f"{column_letters(max(len(sheet.columns), 1))}{len(sheet.rows) + 1}"
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
    )
    head = _HEAD.format(
        tab=f'<tabColor rgb="FF{sheet.colour}"/>' if sheet.colour else "",
        last=last,
        selected=' tabSelected="1"' if is_first else "",
        columns=f"<cols>{columns}</cols>" if columns else "",
    )
    header = Style(bold=True, fill=header_colour, header=True)
    names = "".join(_cell(f"{column_letters(at)}1", name, header, styles) for at, name in enumerate(sheet.columns, 1))
    yield f'{head}<row r="1">{names}</row>'.encode()
    for begin in range(0, len(sheet.rows), _ROWS):
        yield _some_rows(sheet, begin, styles).encode()
    yield (
        "</sheetData>"
        + (f'<autoFilter ref="{filtered}"/>' if filtered else "")
        + f'{_TAIL}<ignoredErrors><ignoredError sqref="A1:{last}" numberStoredAsText="1"/></ignoredErrors></worksheet>'
    ).encode()


def _some_rows(sheet: Sheet, begin: int, styles: Styles) -> str:
    """Rows put together by one form for all of them: row number first, then what each column puts into it."""
    rows = sheet.rows[begin : begin + _ROWS]
    numbers = list(map(str, range(begin + 2, begin + 2 + len(rows))))
    form, values = ['<row r="{0}">'], []
    special = _special(sheet, begin, len(rows))
    for at, (name, cells) in enumerate(zip(sheet.columns, zip(*rows, strict=True), strict=True), 1):
        letters, style = column_letters(at), Style(sheet.formats.get(name, "General"))
        shared = None if special else _shared(letters, cells, style, styles)
        if shared is None:
            made = _column(letters, numbers, cells, style, styles)
            for index, look in special.get(at, {}).items():
                made[index] = _cell(
                    f"{letters}{numbers[index]}", cells[index], replace(look, format=style.format), styles
                )
            shared = "{value}", made
        form.append(shared[0].replace("{value}", f"{{{at}}}"))
        values.append(shared[1])
    return "".join(map("".join([*form, "</row>"]).format, numbers, *values))


def _special(sheet: Sheet, begin: int, count: int) -> Mapping[int, Mapping[int, Style]]:
    """Number of a column → index among these rows → look, for the cells in bold or highlighted."""
    looks: dict[int, dict[int, Style]] = {}
    for row in sheet.bold_rows:
        if begin <= row < begin + count:
            for at in range(1, len(sheet.columns) + 1):
                looks.setdefault(at, {})[row - begin] = Style(bold=True)
    for row, column in sheet.marked:
        if begin <= row < begin + count:
            look = looks.setdefault(column + 1, {}).get(row - begin, Style())
            looks[column + 1][row - begin] = replace(look, fill=sheet.mark_colour)
    return looks


def _shared(letters: str, cells: Sequence[Any], style: Style, styles: Styles) -> tuple[str, Sequence[Any]] | None:
    """The XML that all cells of a column share, and what differs; None when they are not all of one kind and look.

    Returns:
        XML with `{0}` for the row's number and `{value}` for what is in each cell; and that.
    """
    kinds = set(map(type, cells))
    kind = kinds.pop()
    if kinds:
        return None
    if kind is str:
        looks = {_text_style(first, style) for first in {text[:1] for text in cells}}
        if len(looks) > 1 or not all(cells) or _UNLIKE_XML.search("\x00".join(cells)):
            return None
        index = styles.number(looks.pop())
        return f'<c r="{letters}{{0}}" s="{index}" t="inlineStr"><is><t>{{value}}</t></is></c>', cells
    if kind is float or (kind is int and min(cells) > -_EXACT_BELOW and max(cells) < _EXACT_BELOW):
        return f'<c r="{letters}{{0}}" s="{styles.number(style)}"><v>{{value}}</v></c>', cells
    if kind is date and min(cells) >= _LEAP_DAY:
        index = styles.number(_dated_style("yyyy/mm/dd", style))
        return f'<c r="{letters}{{0}}" s="{index}"><v>{{value}}</v></c>', [day.toordinal() - _EPOCH for day in cells]
    if kind is bool:
        return f'<c r="{letters}{{0}}" s="{styles.number(style)}" t="b"><v>{{value}}</v></c>', list(map(int, cells))
    return ("", cells) if kind is type(None) else None


def _column(letters: str, numbers: Sequence[str], cells: Sequence[Any], style: Style, styles: Styles) -> list[str]:
    """The cells of a column of several kinds, those of one kind all at once; empty ones are left out."""
    made = [""] * len(cells)
    for kind in set(map(type, cells)) - {type(None)}:
        places = [place for place, cell in enumerate(cells) if type(cell) is kind]
        those = [cells[place] for place in places]
        if shared := _shared(letters, those, style, styles):
            write = shared[0].replace("{value}", "{1}").format
            for place, value in zip(places, shared[1], strict=True):
                made[place] = write(numbers[place], value)
        elif kind is str and not _UNLIKE_XML.search("\x00".join(those)):
            of = _TextStyles(style, styles)
            for place, text in zip(places, those, strict=True):
                if text:
                    made[place] = (
                        f'<c r="{letters}{numbers[place]}" s="{of[text[:1]]}" t="inlineStr"><is><t>{text}</t></is></c>'
                    )
        else:
            for place, value in zip(places, those, strict=True):
                made[place] = _cell(f"{letters}{numbers[place]}", value, style, styles)
    return made


class _TextStyles(dict[str, int]):
    """First character of a text → number of its style."""

    def __init__(self, style: Style, styles: Styles) -> None:
        super().__init__()
        self._style, self._styles = style, styles

    def __missing__(self, first: str) -> int:
        number = self[first] = self._styles.number(_text_style(first, self._style))
        return number


def _text_style(text: str, style: Style) -> Style:
    """What looks like a number is marked as text, or Excel would offer to convert it; what looks like a formula is quoted."""
    return replace(style, format="@" if text[:1].isdecimal() else "General", quoted=text[:1] in _FORMULA_LIKE)


def _cell(at: str, value: Scalar, style: Style, styles: Styles) -> str:
    """One cell of any kind; empty for an empty one, unless it has a look."""
    match value:
        case None | "":
            return f'<c r="{at}" s="{styles.number(style)}"/>' if style.bold or style.fill else ""
        case bool():
            return f'<c r="{at}" s="{styles.number(style)}" t="b"><v>{value:d}</v></c>'
        case str():
            return _text(at, value, style, styles)
        case datetime() if value.date() >= _FIRST_DAY:
            return _dated(at, _days(value.date()) + _part(value.time()), "yyyy/mm/dd hh:mm:ss", style, styles)
        case date() if not isinstance(value, datetime) and value >= _FIRST_DAY:
            return _dated(at, _days(value), "yyyy/mm/dd", style, styles)
        case time():
            return _dated(at, _part(value), "hh:mm:ss", style, styles)
        case int() | Decimal() if not _is_exact(value):
            return _text(at, str(value), style, styles)
        case int() | float() | Decimal():
            return f'<c r="{at}" s="{styles.number(style)}"><v>{value}</v></c>'
        case _:
            return _text(at, str(value), style, styles)


def _text(at: str, text: str, style: Style, styles: Styles) -> str:
    safe = escape(_LIKE_ESCAPED.sub("_x005F_", text)).replace("\r", "_x000D_")
    space = ' xml:space="preserve"' if text.strip() != text or "\n" in text else ""
    number = styles.number(_text_style(text, style))
    return f'<c r="{at}" s="{number}" t="inlineStr"><is><t{space}>{safe}</t></is></c>'


def _dated(at: str, days: float, format_: str, style: Style, styles: Styles) -> str:
    return f'<c r="{at}" s="{styles.number(_dated_style(format_, style))}"><v>{days!r}</v></c>'


def _dated_style(format_: str, style: Style) -> Style:
    return style if style.format != "General" else replace(style, format=format_)


def _days(day: date) -> int:
    """The number of a day: Excel counts a 29 February 1900 that never was (ECMA-376 Part 1, 18.17.4.1)."""
    return day.toordinal() - _EPOCH - (day < _LEAP_DAY)


def _part(clock: time) -> float:
    """A time as part of a day."""
    since = timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)
    return since / timedelta(days=1)


def _is_exact(value: int | Decimal) -> bool:
    """Whether Excel, which keeps fifteen digits, keeps all of it."""
    if isinstance(value, int):
        return -_EXACT_BELOW < value < _EXACT_BELOW
    return value.is_finite() and len(value.normalize().as_tuple().digits) <= _DIGITS and abs(value.adjusted()) < 300
