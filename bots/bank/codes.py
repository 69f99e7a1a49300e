"""The two one-byte codes of bank files: JIS (JIS X 0201) and EBCDIC with katakana (IBM code page 290).

Python has no codec for the second. The places are those of IBM's CDRA registration of code page 00290 (CCSID 290): capital letters and
digits as in every EBCDIC, katakana from 0x81 on in the gaps. コード区分 of a header says which: 0 is JIS, 1 is EBCDIC.
"""

from __future__ import annotations

import codecs
from typing import Literal

Code = Literal["jis", "ebcdic"]

_UNUSED = "\ufffe"
_EBCDIC_RUNS = {
    0x0D: "\r",
    0x25: "\n",
    0x40: " ｡｢｣､･ｦｧｨｩ",
    0x4B: ".<(+|&ｪｫｬｭｮｯ",
    0x58: "ｰ",
    0x5A: "!\\*);",
    0x60: "-/",
    0x6B: ",%_>?",
    0x7A: ":#@'=\"",
    0x81: "ｱｲｳｴｵｶｷｸｹｺ",
    0x8C: "ｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉ",
    0x9D: "ﾊﾋﾌ",
    0xA2: "ﾍﾎﾏﾐﾑﾒﾓﾔﾕ",
    0xAC: "ﾖﾗﾘﾙ",
    0xBA: "ﾚﾛﾜﾝﾞﾟ",
    0xC1: "ABCDEFGHI",
    0xD1: "JKLMNOPQR",
    0xE0: "$",
    0xE2: "STUVWXYZ",
    0xF0: "0123456789",
}
_places = dict.fromkeys(range(256), _UNUSED)
for _start, _chars in _EBCDIC_RUNS.items():
    _places.update(enumerate(_chars, _start))
_EBCDIC = "".join(_places.values())
_TO_EBCDIC = codecs.charmap_build(_EBCDIC)


def to_bytes(text: str, code: Code) -> bytes:
    """Records as bytes, one for each character.

    Raises:
        UnicodeEncodeError: A character has no place in the code.
    """
    if code == "ebcdic":
        return codecs.charmap_encode(text, "strict", _TO_EBCDIC)[0]
    if any(not (char.isascii() or "｡" <= char <= "ﾟ") for char in text):
        raise UnicodeEncodeError("jis", text, 0, len(text), "only one-byte characters")
    return text.encode("cp932")


def from_bytes(data: bytes, code: Code) -> str:
    """Bytes as records, one character for each.

    Raises:
        UnicodeDecodeError: A byte has no meaning in the code.
    """
    if code == "ebcdic":
        return codecs.charmap_decode(data, "strict", _EBCDIC)[0]
    for place, byte in enumerate(data):
        if byte > 0x7E and not 0xA1 <= byte <= 0xDF:
            raise UnicodeDecodeError("jis", data, place, place + 1, "not a one-byte character")
    return data.decode("cp932")


def code_of(data: bytes) -> Code | None:
    """The code of a file, by its first byte: 1, the mark of a header; None when it is neither."""
    return {b"1": "jis", b"\xf1": "ebcdic"}.get(data[:1])  # type: ignore[return-value]
