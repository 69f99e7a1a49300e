"""What a legacy character set cannot hold: told before anything is written.

CP932 is Windows code page 932: JIS X 0208 with the NEC and IBM extensions (髙 﨑 ① are in it, 𠮷 is not).
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple


class StrangeCharacter(NamedTuple):
    """A character that needs a person's eye.

    Attributes:
        position: Its place in the text, counted from 0.
        char: The character.
        name: Its code point and Unicode name, such as "U+20BB7 CJK UNIFIED IDEOGRAPH-20BB7".
    """

    position: int
    char: str
    name: str


def unencodable(text: str, encoding: str = "cp932") -> list[StrangeCharacter]:
    """The characters a character set does not have, in the order of the text; empty when it can all be written."""
    found: list[StrangeCharacter] = []
    start = 0
    while start < len(text):
        try:
            text[start:].encode(encoding)
        except UnicodeEncodeError as error:
            places = range(start + error.start, start + error.end)
            found.extend(StrangeCharacter(place, text[place], _name(text[place])) for place in places)
            start += error.end
        else:
            break
    return found


def private_use(text: str) -> list[StrangeCharacter]:
    """The characters of a private use area (外字): their shape is only known to the system that made them.

    CP932 can carry U+E000–U+E757 as its user-defined rows, so that `unencodable` does not find those.
    """
    return [
        StrangeCharacter(place, char, _name(char))
        for place, char in enumerate(text)
        if unicodedata.category(char) == "Co"
    ]


def _name(char: str) -> str:
    kind = "private use, 外字" if unicodedata.category(char) == "Co" else "unnamed"
    return f"U+{ord(char):04X} {unicodedata.name(char, kind)}"
