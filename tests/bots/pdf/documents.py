"""Small PDF files for tests, written by hand (ISO 32000-1): Japanese text, lines, a picture, a password."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_ID = b"0123456789abcdef"
PASSWORD = "himitsu"
"""The only password that files are locked with here."""


def text_at(x: float, y: float, text: str) -> str:
    """A text at a place, in points from the lower left corner."""
    return f"BT /F1 10 Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET\n"


def lined_table(x: float, y: float, rows: Sequence[Sequence[str]], *, width: float = 120, height: float = 20) -> str:
    """A table with lines around its cells; x and y are its upper left corner."""
    columns = len(rows[0])
    right, bottom = x + width * columns, y - height * len(rows)
    parts = [f"{x} {y - height * index} m {right} {y - height * index} l S\n" for index in range(len(rows) + 1)]
    parts += [f"{x + width * index} {y} m {x + width * index} {bottom} l S\n" for index in range(columns + 1)]
    parts += [
        text_at(x + width * column + 4, y - height * row - 14, cell)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if cell
    ]
    return "".join(parts)


PICTURE = "q 500 0 0 700 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q\n"
"""The content of a page that was scanned."""


def pdf(pages: Sequence[str], *, locked: bool = False) -> bytes:
    """A PDF with these pages; locked with `PASSWORD` when wanted, by RC4 of 40 bits: the oldest way, known to all."""
    key = _key(PASSWORD) if locked else None
    kids = " ".join(f"{5 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /KozMinPro-Regular /Encoding /UniJIS-UTF16-H /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /KozMinPro-Regular /DW 1000 /FontDescriptor << /Type /FontDescriptor"
        b" /FontName /KozMinPro-Regular /Flags 6 /ItalicAngle 0 /Ascent 880 /Descent -120 /StemV 80"
        b" /FontBBox [0 -120 1000 880] /CapHeight 700 >>"
        b" /CIDSystemInfo << /Registry <41646f6265> /Ordering <4a6170616e31> /Supplement 2 >> >>",
    ]
    for index, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * index} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        data = content.encode("latin-1")
        if key is not None:
            data = _rc4(hashlib.md5(key + (6 + 2 * index).to_bytes(3, "little") + b"\0\0").digest()[:10], data)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data))
    trailer = b"/Root 1 0 R"
    if key is not None:
        objects.append(_lock(key))
        trailer += b" /Encrypt %d 0 R /ID [<%s> <%s>]" % (len(objects), _ID.hex().encode(), _ID.hex().encode())
    if key is not None:  # the names of the font's collection are texts too, and locked like all texts
        objects[3] = _with_locked_texts(objects[3], key)
    return _assembled(objects, trailer)


def _assembled(objects: Sequence[bytes], trailer: bytes) -> bytes:
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(data))
    return data + head + table + end


def _owner(password: str) -> bytes:
    return _rc4(hashlib.md5(_padded(password)).digest()[:5], _padded(password))


def _key(password: str) -> bytes:
    permissions = (-4).to_bytes(4, "little", signed=True)
    return hashlib.md5(_padded(password) + _owner(password) + permissions + _ID).digest()[:5]


def _lock(key: bytes) -> bytes:
    user = _rc4(key, _PADDING)
    owner = _owner(PASSWORD)
    return b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (owner.hex().encode(), user.hex().encode())


def _with_locked_texts(body: bytes, key: bytes) -> bytes:
    own = hashlib.md5(key + (4).to_bytes(3, "little") + b"\0\0").digest()[:10]
    for text in (b"Adobe", b"Japan1"):
        body = body.replace(b"<%s>" % text.hex().encode(), b"<%s>" % _rc4(own, text).hex().encode())
    return body


def _padded(password: str) -> bytes:
    return (password.encode("latin-1") + _PADDING)[:32]


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
