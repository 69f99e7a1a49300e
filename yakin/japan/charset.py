"""What a legacy character set cannot hold: told before anything is written, with what may stand for it.

CP932 is Windows code page 932: JIS X 0208 with the NEC and IBM extensions (髙 﨑 ① are in it, 𠮷 is not).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
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


_KANJI = (
    "俠侠 俱倶 剝剥 吞呑 噓嘘 嚙噛 囊嚢 塡填 姸妍 屛屏 屢屡 幷并 搔掻 摑掴 攢攅 潑溌 瀆涜 焰焔 瘦痩 禱祷 簞箪 繡繍 繫繋 萊莱 蔣蒋 蟬蝉 蠟蝋 "
    "軀躯 醬醤 醱醗 頰頬 顚顛 驒騨 鷗鴎 鹼鹸 麴麹 麵麺 黃黄 啞唖 𠮷吉 𠮟叱 𡈽土 𣘺橋 𠀋丈 卽即 旣既 槪概 硏研 稅税 說説 銳鋭 錄録 戶戸 步歩 每毎 "
    "產産 彥彦 內内 吳呉 巢巣 溫温 晚晩 凞煕"
)
_KANA = {
    "ゔ": "ヴ",
    "ゕ": "ヵ",
    "ゖ": "ヶ",
    "ヷ": "ヴァ",
    "ヸ": "ヴィ",
    "ヹ": "ヴェ",
    "ヺ": "ヴォ",
    "ゟ": "より",
    "ヿ": "コト",
}
_ERA = {"㋿": "令和"}
_SIGNS = {
    "—": "―",
    "–": "―",
    "‑": "‐",
    "¥": "￥",
    "‾": "￣",
    "•": "・",
    "‧": "・",
    "∙": "・",
    "€": "EUR",
    "©": "(C)",
    "®": "(R)",
    "™": "(TM)",
    "✓": "レ",
    "✔": "レ",
    "☑": "■",
    "☐": "□",
    "▢": "□",
    "⭐": "★",
}
_SPACES = dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " ")
_NOTHING = dict.fromkeys(
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))),
    "",
)
_NUMBERED = {
    **{chr(code): f"({code - 0x3251 + 21})" for code in range(0x3251, 0x3260)},
    **{chr(code): f"({code - 0x32B1 + 36})" for code in range(0x32B1, 0x32C0)},
}

SUBSTITUTES: Mapping[str, str] = {
    **{pair[0]: pair[1] for pair in _KANJI.split()},
    **_KANA,
    **_ERA,
    **_SIGNS,
    **_SPACES,
    **_NOTHING,
    **_NUMBERED,
}
"""What may stand for a character that CP932 has not: only what a reader takes for the same.

Kanji: the forms of 表外漢字字体表 (国語審議会 2000) and the old ones of 常用漢字表 (平成22年内閣告示第2号), by the form JIS X 0208 has; 𠮷 and a few others
that are common in names. ㉑ becomes (21), never 21. Marks that only choose a shape (IVS) or a line break are left out.
"""


def substituted(text: str, encoding: str = "cp932") -> str:
    """The text with `SUBSTITUTES` for the characters a character set does not have: 𠮷田 → 吉田, é → e.

    A Latin letter loses its accents. What has no substitute stays, and `unencodable` tells of it; characters the
    character set has are never touched.
    """
    strange = {found.char for found in unencodable(text, encoding)}
    return "".join(_substitute(char) if char in strange else char for char in text) if strange else text


def _substitute(char: str) -> str:
    if char in SUBSTITUTES:
        return SUBSTITUTES[char]
    plain = unicodedata.normalize("NFD", char)[0]
    return plain if plain.isascii() else char
