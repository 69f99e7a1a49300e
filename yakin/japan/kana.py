"""Hiragana and katakana. The two blocks of Unicode run parallel, 0x60 apart."""

from __future__ import annotations

from yakin.japan.widths import fullwidth

_HIRAGANA = "".join(chr(code) for code in (*range(0x3041, 0x3097), 0x309D, 0x309E))
_KATAKANA = "".join(chr(ord(kana) + 0x60) for kana in _HIRAGANA)
_TO_KATAKANA = str.maketrans(_HIRAGANA, _KATAKANA)
_TO_HIRAGANA = str.maketrans(_KATAKANA, _HIRAGANA)

_SMALL = "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｯｬｭｮ"
_LARGE = "あいうえおつやゆよわかけアイウエオツヤユヨワカケクシストヌハヒフヘホムラリルレロｱｲｳｴｵﾂﾔﾕﾖ"
_ENLARGED = str.maketrans(_SMALL, _LARGE)


def katakana(text: str) -> str:
    """Write hiragana and half-width katakana as full-width katakana; everything else stays."""
    return fullwidth(text, letters=False).translate(_TO_KATAKANA)


def hiragana(text: str) -> str:
    """Write katakana of either width as hiragana; ー stays, and ヷヸヹヺ, which hiragana has not."""
    return fullwidth(text, letters=False).translate(_TO_HIRAGANA)


def enlarge_small_kana(text: str) -> str:
    """Write small kana large, in either script and width: キョウ → キヨウ, ヵ → カ, ヶ → ケ, ｯ → ﾂ."""
    return text.translate(_ENLARGED)
