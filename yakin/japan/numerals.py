"""Numbers in kanji, both ways: 千二百三十四, 一二三四, 壱千弐百参拾四, and mixed ones such as 3億5,000万.

大字 (壱 弐 参 拾) are what 商業登記規則第48条第2項 and 不動産登記規則第45条第2項 ask for where a number must not be changed later. 万 億 兆 count
in steps of ten thousand, as 塵劫記 has had it since 寛永11年 (万進).
"""

from __future__ import annotations

import re
from typing import Literal

from yakin.japan.refusals import UnreadableAmount
from yakin.japan.widths import normal_text, strip_spaces

NumeralStyle = Literal["units", "digits", "formal"]

_DIGITS = "〇一二三四五六七八九"
_FORMAL_DIGITS = "零壱弐参四五六七八九"
_TO_ARABIC = str.maketrans(
    "〇零一壱壹弌二弐貳貮弍三参參弎四肆五伍六陸七漆柒質八捌九玖拾佰陌仟阡萬",
    "00111122222333344556677778899十百百千千万",
)
_SMALL = ((1000, "千"), (100, "百"), (10, "十"))
_LARGE = ((10**12, "兆"), (10**8, "億"), (10**4, "万"))
_FORMAL_UNITS = str.maketrans("十", "拾")

NUMERALS = "〇零一壱壹二弐貳三参參四五六七八九十拾百千万萬億兆"
"""The characters kanji numbers are written with today."""

_SECTION = r"(?:[0-9]{1,3},[0-9]{3}|[0-9]{1,4}|(?:[1-9]?千)?(?:[1-9]?百)?(?:[1-9]?十)?[1-9]?)"
_NUMBER = re.compile(rf"(?:({_SECTION})兆)?(?:({_SECTION})億)?(?:({_SECTION})万)?({_SECTION})")
_PART = re.compile("([1-9]?)([千百十])")
_VALUE = {"千": 1000, "百": 100, "十": 10}

LARGEST = 10**16
"""Numbers from here on are not written."""


def parse_kanji_number(text: str) -> int:
    """Read a whole number in kanji: 千二百三十四, 一二三四, 二〇二六, 壱万弐千, 1億2,000万, 3万5千.

    Raises:
        UnreadableAmount: It is not one, or its units are in no order a number has (十百).
    """
    plain = strip_spaces(normal_text(text)).translate(_TO_ARABIC)
    if re.fullmatch("[0-9]+", plain):
        return int(plain)
    match = _NUMBER.fullmatch(plain)
    if match is None or not plain:
        raise UnreadableAmount("{value} is not a number in kanji", value=text)
    total = 0
    for section, (unit, name) in zip(match.groups(), (*_LARGE, (1, "")), strict=True):
        if section == "" and name:
            raise UnreadableAmount(
                "{value} is not a number in kanji: nothing stands before {unit}", value=text, unit=name
            )
        total += _section(section or "0") * unit
    return total


def _section(text: str) -> int:
    if re.fullmatch("[0-9,]+", text):
        return int(text.replace(",", ""))
    with_units = sum(int(digit or "1") * _VALUE[unit] for digit, unit in _PART.findall(text))
    return with_units + int(_PART.sub("", text) or "0")


def kanji_number(number: int, style: NumeralStyle = "units") -> str:
    """Write a whole number in kanji.

    Args:
        number: From 0 to 9,999 兆.
        style: `units` 千二百三十四, `digits` 一二三四, `formal` 壱千弐百参拾四 (大字).

    Raises:
        ValueError: The number is negative or too large.
    """
    if not 0 <= number < LARGEST:
        raise ValueError("numbers from 0 to 9,999 兆 can be written")
    if style == "digits" or number == 0:
        zeros = _FORMAL_DIGITS if style == "formal" else _DIGITS
        return "".join(zeros[int(digit)] for digit in str(number))
    written = ""
    for unit, name in (*_LARGE, (1, "")):
        section, number = divmod(number, unit)
        if section:
            written += _written_section(section, formal=style == "formal", alone=not written and not name) + name
    return written


def _written_section(number: int, *, formal: bool, alone: bool) -> str:
    """A number below ten thousand; 一千万 but 千, as amounts are read."""
    digits = _FORMAL_DIGITS if formal else _DIGITS
    written = ""
    for unit, name in _SMALL:
        digit, number = divmod(number, unit)
        if digit:
            spoken = formal or digit > 1 or (unit == 1000 and not alone)
            written += (digits[digit] if spoken else "") + (name.translate(_FORMAL_UNITS) if formal else name)
    return written + (digits[number] if number else "")
