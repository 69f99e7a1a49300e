"""Full and half width, kinds of dashes, spaces: how a character looks, never what it says.

Half and full width are those of JIS X 0201 and JIS X 0208 as Unicode's block "Halfwidth and Fullwidth Forms" keeps them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

_FULL_ASCII = "　" + "".join(chr(code + 0xFEE0) for code in range(0x21, 0x7F)) + "￥"
_HALF_ASCII = "".join(chr(code) for code in range(0x20, 0x7F)) + "¥"
_FULL_KANA = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
_HALF_KANA = "".join(chr(code) for code in range(0xFF61, 0xFFA0))
_VOICED = "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ"
_UNVOICED = "カキクケコサシスセソタチツテトハヒフヘホウ"
_SEMI_VOICED = "パピプペポ"
_PLAIN = "ハヒフヘホ"

_HALF_OF_KANA = dict(zip(_FULL_KANA, _HALF_KANA, strict=True))
_PAIRS = {
    **{full: _HALF_OF_KANA[base] + "ﾞ" for full, base in zip(_VOICED, _UNVOICED, strict=True)},
    **{full: _HALF_OF_KANA[base] + "ﾟ" for full, base in zip(_SEMI_VOICED, _PLAIN, strict=True)},
}
_LETTERS_TO_HALF = str.maketrans(_FULL_ASCII + "−〜", _HALF_ASCII + "-~")
_LETTERS_TO_FULL = str.maketrans(_HALF_ASCII, _FULL_ASCII)
_KANA_TO_HALF = str.maketrans({**_HALF_OF_KANA, **_PAIRS, "ヷ": "ﾜﾞ", "ヺ": "ｦﾞ"})
_KANA_TO_FULL = str.maketrans(_HALF_KANA, _FULL_KANA)
_SEPARATE_MARK = re.compile("([うか-とは-ほゝウカ-トハ-ホワ-ヲヽｦｳｶ-ﾄﾊ-ﾎﾜ])([゛゜ﾞﾟ\u3099\u309a])")
_COMBINING = {"゛": "\u3099", "ﾞ": "\u3099", "゜": "\u309a", "ﾟ": "\u309a"}
_SPACING = str.maketrans({"\u3099": "゛", "\u309a": "゜"})


def halfwidth(text: str, *, letters: bool = True, kana: bool = True) -> str:
    """Write in half width what has a half-width form: Ａ→A, １→1, （→(, ガ→ｶﾞ, ー→ｰ, ideographic space→space.

    − (U+2212) and 〜 (U+301C) are the same JIS characters as － and ～ and become - and ~. Kanji, hiragana and ヮヰヱヵヶ have
    no half-width form and stay.

    Args:
        text: Any text.
        letters: Latin letters, digits, symbols and the space.
        kana: Katakana and Japanese punctuation; a voiced kana becomes two characters.
    """
    if text.isascii():
        return text
    if letters:
        text = text.translate(_LETTERS_TO_HALF)
    if kana:
        text = _joined_marks(text).translate(_KANA_TO_HALF)
    return text


def fullwidth(text: str, *, letters: bool = True, kana: bool = True) -> str:
    """Write in full width what has a full-width form: A→Ａ, 1→１, ｶﾞ→ガ, ｰ→ー, space→ideographic space.

    A mark that cannot be joined with the kana before it stays a character of its own: ｱﾞ→ア゛.

    Args:
        text: Any text.
        letters: Latin letters, digits, symbols and the space.
        kana: Half-width katakana and Japanese punctuation.
    """
    if letters:
        text = text.translate(_LETTERS_TO_FULL)
    if kana and not text.isascii():
        text = _joined_marks(text).translate(_KANA_TO_FULL)
    return text


def _joined_marks(text: str) -> str:
    """Kana and a separate voicing mark as one character where there is one."""
    return _SEPARATE_MARK.sub(_join, text)


def _join(match: re.Match[str]) -> str:
    kana, mark = match.groups()
    joined = unicodedata.normalize("NFKC", kana + _COMBINING.get(mark, mark))
    return joined if len(joined) == 1 else match[0]


_LONG_VOWEL_MARKS = "ーｰ"
_KANA = "ぁ-ゖゝゞァ-ヺヽヾｦ-ﾯｱ-ﾟ゛゜\u3099\u309a"
_DASHES = (
    "\u02d7"  # ˗ modifier letter minus
    "\u2010\u2011\u2012\u2013\u2014\u2015"  # ‐ ‑ ‒ – — ― hyphens, dashes and the horizontal bar of JIS
    "\u2043\u2212"  # ⁃ hyphen bullet, − minus
    "\u2500\u2501"  # ─ ━ box drawing, typed for a dash
    "\ufe58\ufe63\uff0d"  # ﹘ ﹣ － small and full-width forms
)
_TO_HYPHEN = str.maketrans(dict.fromkeys(_DASHES, "-"))
_STRAY_LONG_VOWEL = re.compile(f"(?<![{_KANA}{_LONG_VOWEL_MARKS}])[{_LONG_VOWEL_MARKS}]+")


def unify_dashes(text: str) -> str:
    """Write every kind of dash as a hyphen-minus: 1―2, 1−2, 1ー2 → 1-2.

    ー (ｰ) is a long vowel mark after kana and stays (センター, コーポ3ー5 → コーポ3-5); after anything else it was typed for a dash.
    A dash between kana stays a dash: whether サ−ビス was meant as サービス is not for a program to say. 一 is never a dash.
    """
    if text.isascii():
        return text
    return _STRAY_LONG_VOWEL.sub(lambda run: "-" * len(run[0]), text.translate(_TO_HYPHEN))


_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_KEPT_KINDS = frozenset({"<circle>", "<super>", "<sub>", "<fraction>"})


def normal_text(text: str) -> str:
    """The text without differences of width and composition: Unicode's NFKC, without what would change the meaning.

    Kept as they are, unlike in NFKC:

    - circled characters (①, ㊤): ①2 is not 12;
    - superscripts, subscripts, fractions: 10² is not 102;
    - CJK compatibility ideographs (神 U+FA19): a person's own form of a kanji;
    - spacing marks (´ ゛): NFKC makes a space and a combining mark of them.

    〜 becomes ~ as ～ does, characters of no width (soft hyphen, zero-width spaces, byte order mark) are left out, kana
    and a separate voicing mark are joined (か゛, ｶﾞ → が, ガ). Dashes stay apart: see `unify_dashes`.
    """
    if text.isascii():
        return text
    text = _joined_marks(_INVISIBLE.sub("", text)).replace("〜", "~")
    if unicodedata.is_normalized("NFKC", text):
        return text.translate(_SPACING)
    runs = ("".join(run) if kept else _nfkc("".join(run)) for kept, run in groupby(text, _is_kept))
    return "".join(runs)


def _nfkc(run: str) -> str:
    return unicodedata.normalize("NFKC", run).translate(_SPACING)


@lru_cache(maxsize=8192)
def _is_kept(char: str) -> bool:
    kind, _, parts = unicodedata.decomposition(char).partition(" ")
    if kind in _KEPT_KINDS:
        return True
    if kind == "<compat>":
        return parts.startswith("0020 ")
    return "\uf900" <= char <= "\ufaff" or "\U0002f800" <= char <= "\U0002fa1f"


_NOT_DIGIT = re.compile("[^0-9]+")
_SPACES = re.compile("[\\s\u200b\u2060\ufeff]+")


def digits(text: str) -> str:
    """Only the digits 0–9, in half width: "〒９２９−０１２３" → "9290123". Circled and kanji digits are not digits."""
    return _NOT_DIGIT.sub("", text.translate(_LETTERS_TO_HALF))


def strip_spaces(text: str) -> str:
    """The text without any space, within it too: ideographic, no-break and zero-width ones and line breaks as well."""
    return _SPACES.sub("", text)
