"""One cell as XML: what it holds, and how a value is written into it (ECMA-376 Part 1, 18.3.1.4)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property

from bots.excel.addresses import Place, address
from bots.excel.editing.markup import Element, Markup, escaped, with_attribute
from bots.excel.editing.styles import DATE, DATE_TIME, GENERAL, TEXT, TIME, Styles
from bots.excel.package import Package
from yakin.errors import BusinessError
from yakin.phrases import Phrase
from yakin.values import Scalar

_MAX_TEXT = 32_767
_DIGITS = 15
_LARGEST = 300
"""Power of ten; Excel ends at 308."""
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORMULA_SIGNS = ("=", "+", "-", "@")


@dataclass
class CellWriter:
    """Writes values as cells of one workbook.

    Attributes:
        package: The workbook.
        styles: Its formats; new ones are added as they are needed.
        counts_from_1904: Whether its days are counted from 1904-01-01, as old Excel for Macintosh did.
    """

    package: Package
    styles: Styles
    counts_from_1904: bool

    @cached_property
    def _strings(self) -> Sequence[str]:
        part = next(iter(self.package.related(self.package.workbook, "sharedStrings")), "")
        markup = Markup.of(self.package, part)
        return [_text_of(markup, element) for element in markup.elements("si")]

    def held(self, sheet: Markup, cell: Element) -> Scalar:
        """What a cell holds: text, number (dates too), truth or nothing; of a formula its stored result."""
        kind = sheet.attribute(cell, "t") or "n"
        if kind == "inlineStr":
            inline = sheet.element("is", cell)
            return None if inline is None else _text_of(sheet, inline)
        stored = sheet.element("v", cell)
        text = "" if stored is None else sheet.text(stored)
        if not text:
            return None
        if kind == "s":
            return self._strings[int(text)] if text.isdigit() and int(text) < len(self._strings) else None
        if kind == "b":
            return text in ("1", "true")
        return _number(text) if kind == "n" else _unescaped(text)

    def holds(self, sheet: Markup, cell: Element | None, value: Scalar) -> bool:
        """Whether a cell holds this value already, typed in and not calculated; nothing stored holds nothing."""
        if cell is None:
            return value is None or value == ""
        if sheet.element("f", cell) is not None:
            return False
        held, value = self.held(sheet, cell), _exact(value)
        style = sheet.number(cell, "s")
        match value:
            case None | "":
                return held is None
            case str():
                return isinstance(held, str) and held == _lines(value)
            case bool():
                return held is value
            case date() | time():
                return held == self.serial(value) and self.styles.shows_dates(style)
            case _:
                is_number = isinstance(held, int | float) and not isinstance(held, bool)
                return is_number and held == _number(_digits(value).decode())

    def written(self, prefix: bytes, tag: bytes, place: Place, style: int, value: Scalar) -> bytes:
        """The XML of a cell with this value.

        Args:
            prefix: Prefix of the sheet's elements.
            tag: Start tag of the cell as it is; empty for a new one.
            place: Where it is.
            style: Index of its format.
            value: What it shall hold; nothing empties it.

        Raises:
            BusinessError: No cell can hold the value as it is: a control character, a text of more than 32,767
                characters, a day before the first one of Excel, a list or mapping.
        """
        value = _exact(value)
        self._refuse_unwritable(place, value)
        kind, inner = self._content(prefix, value)
        style = self._fitting(style, value)
        if not tag:
            tag = b'<%sc r="%s"/>' % (prefix, address(place).encode())
        for name, said in (("s", str(style) if style else None), ("t", kind), ("cm", None), ("vm", None)):
            tag = with_attribute(tag, name, said)
        tag = tag.removesuffix(b"/>").removesuffix(b">").rstrip()
        return tag + b">" + inner + b"</" + prefix + b"c>" if inner else tag + b"/>"

    def _refuse_unwritable(self, place: Place, value: Scalar) -> None:
        problem = _problem(value)
        if isinstance(value, date) and value.year < (1904 if self.counts_from_1904 else 1900):
            problem = Phrase("a day before the first one of Excel; give it as text")
        if problem:
            raise BusinessError(
                "{file} was not written: {cell} cannot hold the value: {problem}",
                file=self.package.name,
                cell=address(place),
                problem=problem,
            )

    def _content(self, prefix: bytes, value: Scalar) -> tuple[str | None, bytes]:
        match value:
            case None | "":
                return None, b""
            case bool():
                return "b", b"<%sv>%d</%sv>" % (prefix, value, prefix)
            case str():
                text = _LOOKS_ESCAPED.sub("_x005F_", _lines(value))
                space = b' xml:space="preserve"' if text != text.strip() or "\n" in text or "  " in text else b""
                inner = escaped(text).replace(b"\r", b"_x000D_")
                return "inlineStr", b"<%sis><%st%s>%s</%st></%sis>" % (prefix, prefix, space, inner, prefix, prefix)
            case date() | time():
                return None, b"<%sv>%s</%sv>" % (prefix, _digits(self.serial(value)), prefix)
            case _:
                return None, b"<%sv>%s</%sv>" % (prefix, _digits(value), prefix)

    def _fitting(self, style: int, value: Scalar) -> int:
        """The cell's own format, or one like it in which the value stays what it is, also when a person edits the cell."""
        match value:
            case str() if value.startswith(_FORMULA_SIGNS):
                return self.styles.derived(style, quoted=True)
            case str() if value[:1].isdecimal() and self.styles.number_format(style) == GENERAL:
                return self.styles.derived(style, TEXT)
            case datetime() if not self.styles.shows_dates(style):
                return self.styles.derived(style, DATE_TIME)
            case date() if not self.styles.shows_dates(style):
                return self.styles.derived(style, DATE)
            case time() if not self.styles.shows_dates(style):
                return self.styles.derived(style, TIME)
            case _:
                return style

    def serial(self, value: date | time) -> int | float:
        """Days since the workbook's first day; Excel counts a 29 February 1900 that never was (18.17.4.1)."""
        if isinstance(value, time):
            return (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / 86400
        day = value.date() if isinstance(value, datetime) else value
        days = (day - (date(1904, 1, 1) if self.counts_from_1904 else date(1899, 12, 30))).days
        if not self.counts_from_1904 and days < 61:
            days -= 1
        return days + (self.serial(value.time()) if isinstance(value, datetime) else 0)


def _problem(value: object) -> str | None:
    match value:
        case str() if strange := _ILLEGAL.findall(value):
            return "control character " + " ".join(f"U+{ord(char):04X}" for char in dict.fromkeys(strange))
        case str() if len(value) > _MAX_TEXT:
            return f"{len(value)} characters"
        case bool():
            return None
        case int() | Decimal() if abs(Decimal(value).adjusted()) > _LARGEST:
            return Phrase("a number of more than 300 digits")
        case float() | Decimal() if not math.isfinite(value):
            return str(value)
        case None | str() | int() | float() | Decimal() | date() | time():
            return None
        case _:
            return Phrase("{kind} is neither text nor number nor date", kind=type(value).__name__)


def _digits(value: int | float | Decimal) -> bytes:
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**_DIGITS:
        value = int(value)
    text = f"{value:f}" if isinstance(value, Decimal) else repr(value)
    return text.encode()


def _number(text: str) -> int | float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) < 10**_DIGITS else number


def _exact(value: Scalar) -> Scalar:
    """The value, a number of more than fifteen digits as text: Excel would make zeros of the others."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        return value
    return str(value) if len(Decimal(value).normalize().as_tuple().digits) > _DIGITS else value


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _text_of(markup: Markup, element: Element) -> str:
    """The text of a string item: of all its runs, without the furigana."""
    readings = [(found.start, found.end) for found in markup.elements("rPh", element)]
    return _unescaped(
        "".join(
            markup.text(found)
            for found in markup.elements("t", element)
            if not any(start <= found.start < end for start, end in readings)
        )
    )


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
