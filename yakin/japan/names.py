"""Names of persons, made comparable. A key is for comparing only: what is registered is the name as it is written."""

from __future__ import annotations

import re
import unicodedata

from yakin.japan.widths import normal_text, strip_spaces

NAME_VARIANTS = {
    "髙": "高",
    "﨑": "崎",
    "嵜": "崎",
    "邉": "辺",
    "邊": "辺",
    "𠮷": "吉",
    "濵": "浜",
    "濱": "浜",
    "齋": "斉",
    "齊": "斉",
    "斎": "斉",
    "澤": "沢",
    "嶋": "島",
    "嶌": "島",
    "廣": "広",
    "國": "国",
    "櫻": "桜",
    "冨": "富",
    "德": "徳",
    "瀨": "瀬",
    "眞": "真",
    "惠": "恵",
    "龍": "竜",
    "圓": "円",
    "曾": "曽",
    "桒": "桑",
    "栁": "柳",
    "壽": "寿",
    "藏": "蔵",
    "榮": "栄",
    "豐": "豊",
    "禮": "礼",
    "靜": "静",
    "彌": "弥",
    "淺": "浅",
    "關": "関",
    "黑": "黒",
    "增": "増",
    "槇": "槙",
    "舘": "館",
    "條": "条",
    "實": "実",
    "假": "仮",
}
"""Forms of a kanji that are taken for each other in names, with the one that stands for all of them in a key.

Old and new forms of 常用漢字表 (平成22年内閣告示第2号) and of 戸籍法施行規則別表第二, and forms that family registers keep apart (髙 﨑 𠮷 邉).
斎 and 斉 are two characters by that table; registers and bills mix them up, so one key has them. Kept small on purpose.
"""

_TO_COMMON = str.maketrans(NAME_VARIANTS)
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def person_name_key(text: str) -> str:
    """What two ways of writing one person's name have in common.

    No spaces, one width, no variation selectors (IVS), CJK compatibility ideographs as the character they stand for,
    `NAME_VARIANTS` folded, small letters. Two persons may share a key: it finds candidates, it proves nothing.
    """
    if text.isascii():
        return strip_spaces(text).casefold()
    plain = normal_text(_VARIATION_SELECTORS.sub("", strip_spaces(text)))
    return unicodedata.normalize("NFC", plain).translate(_TO_COMMON).casefold()
