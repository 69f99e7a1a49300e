"""Forms of one kanji that are taken for each other (異体字), folded to one of them. For comparing only, never for writing.

First our own table, then two of the tables of MJ縮退マップ (文字情報技術促進協議会) by way of jntajis-python: what JIS and UCS take for one character, and what
notices about the 戸籍法 take for one. They serve to write rare kanji at all, not to compare names, and lead too far where a
kanji is common itself (師→帥, 玉→王, 書→昼). So of them only this is taken: a kanji outside the first level of JIS X 0208 becomes
one of that level, and never one that is a word of its own (`DISTINCT`). The map's other two tables go by likeness of sound or
shape (俴→浅) and are left alone.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

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
    "峯": "峰",
    "渕": "淵",
    "渊": "淵",
    "埜": "野",
    "冲": "沖",
    "薗": "園",
    "穐": "秋",
    "瀧": "滝",
    "祢": "禰",
    "栢": "柏",
}
"""Forms of a kanji that are taken for each other in names, with the one that stands for all of them in a key.

Old and new forms of 常用漢字表 (平成22年内閣告示第2号) and of 戸籍法施行規則別表第二, and forms that family registers keep apart (髙 﨑 𠮷 邉).
斎 and 斉 are two characters by that table; registers and bills mix them up, so one key has them. Kept small on purpose.
"""

DISTINCT = frozenset("个哥唔夂孩尓尢屓巛慱擱攵昜勹楜槁樮碚笵糢縲臙耒誥逑乢皀鬻")
"""Kanji that the tables lead to another that is a word of its own: 槁 (withered) to 橋 (bridge)."""

_OWN = str.maketrans(NAME_VARIANTS)
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FIRST_LEVEL = range(16, 48)
_SECOND_LEVEL = range(48, 85)


def fold_variants(text: str) -> str:
    """The text with every kanji in the form that stands for its variants, and without variation selectors: 髙𣘺 → 高橋.

    CJK compatibility ideographs (神 U+FA19) become the character they stand for. Other characters stay.
    """
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFC", _SELECTORS.sub("", text)).translate(_OWN)
    return "".join(_folded(char) if char >= "㐀" else char for char in plain)


@lru_cache(maxsize=16384)
def _folded(char: str) -> str:
    row = _row(char)
    if row in _FIRST_LEVEL or char in DISTINCT or not unicodedata.name(char, "").startswith("CJK"):
        return char
    import jntajis

    schemes = jntajis.MJShrinkSchemeCombo
    tables = schemes.JIS_INCORPORATION_UCS_UNIFICATION_RULE | schemes.MOJ_FAMILY_REGISTER_ACT_RELATED_NOTICE
    candidates = [found for found in jntajis.mj_shrink_candidates(char, tables) if found != char and len(found) == 1]
    for level in (_FIRST_LEVEL, () if row in _SECOND_LEVEL else _SECOND_LEVEL):
        for found in candidates:
            if _row(found) in level:
                return fold_variants(found)
    return char


def _row(char: str) -> int:
    """The row (区) of a character in JIS X 0208; 0 when it is not in it."""
    try:
        encoded = char.encode("euc_jp")
    except UnicodeEncodeError:
        return 0
    return encoded[0] - 0xA0 if len(encoded) == 2 else 0
