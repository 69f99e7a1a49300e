"""Small .xls, .xlsb and .ods workbooks for tests, put together by hand: there is no library that writes all of them.

Each has one sheet, 受付, whose cells are given by address. A value is text, a number, or one of the marks below.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from bots.excel.addresses import area_of, place_of

SHEET = "受付"
GENERAL, EIGHT_DIGITS, ERA_DAY, ERA_YEAR = range(4)
CODES = {164: "00000000", 165: "[$-411]ge.m.d", 166: '[$-411]ggge"年"'}
STYLES = (0, 164, 165, 166)
"""The number format of each of the styles above."""


@dataclass(frozen=True)
class Shown:
    """A number with a style."""

    number: float
    style: int


@dataclass(frozen=True)
class Failed:
    """An error: `#N/A`; a formula's result or entered by hand."""

    code: int = 0x2A
    formula: bool = False


Value = str | float | Shown | Failed


@dataclass(frozen=True)
class Sample:
    """What a workbook holds."""

    cells: Mapping[str, Value]
    hidden: frozenset[int] = frozenset()
    merged: tuple[str, ...] = ()
    is_1904: bool = False
    rows: Mapping[int, list[tuple[int, Value]]] = field(init=False)

    def __post_init__(self) -> None:
        rows: dict[int, list[tuple[int, Value]]] = {}
        for at, value in self.cells.items():
            place = place_of(at)
            assert place is not None
            rows.setdefault(place[0], []).append((place[1], value))
        object.__setattr__(
            self, "rows", {row: sorted(cells, key=lambda cell: cell[0]) for row, cells in sorted(rows.items())}
        )


def xls_bytes(sample: Sample) -> bytes:
    """An Excel 97 workbook ([MS-XLS])."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def text(said: str) -> bytes:
        return struct.pack("<HB", len(said), 1) + said.encode("utf-16-le")

    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0x600))
    name = SHEET.encode("utf-16-le")
    formats = b"".join(record(0x41E, struct.pack("<H", number) + text(code)) for number, code in CODES.items())
    styles = b"".join(record(0xE0, struct.pack("<HHH", 0, number, 0) + bytes(14)) for number in STYLES)
    before = begin + record(0x22, struct.pack("<H", sample.is_1904)) + formats + styles
    tab = struct.pack("<IBBBB", len(before) + 4 + 8 + len(name) + 4, 0, 0, len(SHEET), 1) + name
    body = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0x600))
    for row, cells in sample.rows.items():
        flags = 0x20 if row in sample.hidden else 0
        body += record(0x208, struct.pack("<HHHHHHHH", row - 1, 0, 20, 300, 0, 0, flags | 0x100, 15))
        body += b"".join(_xls_cell(record, text, row, column, value) for column, value in cells)
    if sample.merged:
        areas = b"".join(struct.pack("<4H", *corners) for corners in _corners(sample.merged))
        body += record(0xE5, struct.pack("<H", len(sample.merged)) + areas)
    stream = before + record(0x85, tab) + record(0x0A, b"") + body + record(0x0A, b"")
    return compound(stream)


def _xls_cell(record: object, text: object, row: int, column: int, value: Value) -> bytes:
    assert callable(record)
    assert callable(text)
    head = struct.pack("<HH", row - 1, column - 1)
    match value:
        case str():
            made: bytes = record(0x204, head + struct.pack("<H", 0) + text(value))
        case Failed(code, True):
            result = bytes([2, 0, code, 0, 0, 0, 0xFF, 0xFF])
            made = record(0x06, head + struct.pack("<H", 0) + result + struct.pack("<HIH", 0, 0, 2) + b"\x1c\x2a")
        case Failed(code, False):
            made = record(0x205, head + struct.pack("<HBB", 0, code, 1))
        case Shown(number, style):
            made = record(0x203, head + struct.pack("<Hd", style, number))
        case _:
            made = record(0x203, head + struct.pack("<Hd", 0, value))
    return made


def compound(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file with one stream ([MS-CFB] version 3)."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    chain = [*range(1, count), 0xFFFFFFFE, 0xFFFFFFFE, 0xFFFFFFFD]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    assert len(table) == 512, "a sample is small"

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        said = title.encode("utf-16-le")
        return (
            said.ljust(64, b"\0")
            + struct.pack("<HBB3I", len(said) + 2 if said else 0, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 0, len(stream))
    folder += entry("", 0, 0xFFFFFFFF, 0, 0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, count, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )
    header += struct.pack("<I", count + 1) + b"\xff" * 432
    return header + stream + folder + table


def xlsb_bytes(sample: Sample) -> bytes:
    """An Excel binary workbook ([MS-XLSB])."""

    def record(kind: int, body: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
        length = bytearray()
        size = len(body)
        while True:
            length.append(size & 0x7F | (0x80 if size > 0x7F else 0))
            size >>= 7
            if not size:
                return head + bytes(length) + body

    def text(said: str) -> bytes:
        return struct.pack("<I", len(said)) + said.encode("utf-16-le")

    formats = b"".join(record(44, struct.pack("<H", number) + text(code)) for number, code in CODES.items())
    xfs = b"".join(record(47, struct.pack("<HH", 0, number) + bytes(12)) for number in STYLES)
    styles = record(278) + record(615, struct.pack("<I", len(CODES))) + formats + record(616)
    styles += record(617, struct.pack("<I", len(STYLES))) + xfs + record(618) + record(279)
    book = record(131) + record(153, struct.pack("<III", sample.is_1904, 0, 0)) + record(143)
    book += record(156, struct.pack("<II", 0, 1) + text("rId1") + text(SHEET)) + record(144) + record(132)
    sheet = record(129) + record(148, struct.pack("<4I", 0, 50, 0, 20)) + record(145)
    for row, cells in sample.rows.items():
        flags = 0x10 if row in sample.hidden else 0
        sheet += record(0, struct.pack("<IIHBBBI", row - 1, 0, 300, 0, flags, 0, 0))
        sheet += b"".join(_xlsb_cell(record, text, column, value) for column, value in cells)
    sheet += record(146)
    if sample.merged:
        areas = ((top, bottom, left, right) for top, bottom, left, right in _corners(sample.merged))
        sheet += record(177, struct.pack("<I", len(sample.merged)))
        sheet += b"".join(record(176, struct.pack("<4I", *area)) for area in areas) + record(178)
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.bin"/></Relationships>'.encode(),
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'.encode(),
            "xl/workbook.bin": book,
            "xl/styles.bin": styles,
            "xl/worksheets/sheet1.bin": sheet + record(130),
        }
    )


def _xlsb_cell(record: object, text: object, column: int, value: Value) -> bytes:
    assert callable(record)
    assert callable(text)
    style = value.style if isinstance(value, Shown) else 0
    head = struct.pack("<II", column - 1, style)
    match value:
        case str():
            made: bytes = record(6, head + text(value))
        case Failed(code, True):
            made = record(11, head + bytes([code]) + struct.pack("<HII", 0, 2, 0) + b"\x1c\x2a")
        case Failed(code, False):
            made = record(3, head + bytes([code]))
        case Shown(number, _):
            made = record(5, head + struct.pack("<d", number))
        case _:
            made = record(5, head + struct.pack("<d", value))
    return made


def ods_bytes(sample: Sample) -> bytes:
    """An OpenDocument spreadsheet as LibreOffice writes it; styles other than `EIGHT_DIGITS` are left out."""
    spans = {corners[0:1] + corners[2:3]: corners for corners in _corners(sample.merged)}
    rows, at = "", 1
    for row, cells in sample.rows.items():
        rows += (
            f'<table:table-row table:number-rows-repeated="{row - at}"><table:table-cell/></table:table-row>'
            if row > at
            else ""
        )
        line, column = "", 1
        for place, value in cells:
            line += f'<table:table-cell table:number-columns-repeated="{place - column}"/>' if place > column else ""
            top, bottom, left, right = spans.get((row - 1, place - 1), (0, 0, 0, 0))
            span = f' table:number-rows-spanned="{bottom - top + 1}" table:number-columns-spanned="{right - left + 1}"'
            line += _ods_cell(value, span if bottom > top or right > left else "")
            column = place + 1
        hidden = ' table:visibility="filter"' if row in sample.hidden else ""
        rows += f"<table:table-row{hidden}>{line}</table:table-row>"
        at = row + 1
    names = {
        **{name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("table", "office", "style", "text")},
        "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }
    declared = " ".join(f'xmlns:{name}="{value}"' for name, value in names.items())
    content = (
        f"<office:document-content {declared}>"
        '<office:automatic-styles><number:number-style style:name="N8"><number:number number:decimal-places="0" '
        'number:min-integer-digits="8"/></number:number-style><style:style style:name="ce1" style:family="table-cell" '
        'style:data-style-name="N8"/></office:automatic-styles><office:body><office:spreadsheet>'
        f'<table:table table:name="{SHEET}">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def _ods_cell(value: Value, span: str) -> str:
    match value:
        case str():
            return f'<table:table-cell{span} office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        case Failed():
            return (
                f'<table:table-cell{span} table:formula="of:=NA()" office:value-type="string" office:string-value="" '
                'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
            )
        case Shown(number, style):
            name = ' table:style-name="ce1"' if style == EIGHT_DIGITS else ""
            return f'<table:table-cell{span}{name} office:value-type="float" office:value="{number}"><text:p>{number}</text:p></table:table-cell>'
        case _:
            return f'<table:table-cell{span} office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip file of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return buffer.getvalue()


def _corners(areas: Iterable[str]) -> Iterable[tuple[int, int, int, int]]:
    for area in areas:
        found = area_of(area)
        assert found is not None
        (top, left), (bottom, right) = found
        yield top - 1, bottom - 1, left - 1, right - 1
