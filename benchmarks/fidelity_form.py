"""A form with everything that offices put into workbooks, for `fidelity.py`: made by XlsxWriter, the rest written by hand."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"

FEATURES: Mapping[str, str] = {
    **{
        name: rf"<(?:\w+:)?{element}\b"
        for name, element in {
            "furigana": "rPh",
            "rich text": "r",
            "merged areas": "mergeCell",
            "data validations": "dataValidation",
            "conditional formats": "cfRule",
            "bars and icons": "dataBar|iconSet|colorScale",
            "hyperlinks": "hyperlink",
            "comments": "comment",
            "tables": "tableColumn",
            "filters": "autoFilter",
            "sorting": "sortState",
            "header and footer": "oddHeader|oddFooter",
            "page breaks": "brk",
            "page setup": "pageSetup",
            "margins": "pageMargins",
            "print options": "printOptions",
            "protected sheet": "sheetProtection",
            "protected ranges": "protectedRange",
            "protected workbook": "workbookProtection",
            "ignored errors": "ignoredError",
            "custom views": "customSheetView|customWorkbookView",
            "scenarios": "scenario",
            "phonetic settings": "phoneticPr",
            "sparklines": "sparkline",
            "shapes and text boxes": "sp",
            "connectors": "cxnSp",
            "pictures": "pic",
            "chart series": "ser",
            "trend lines": "trendline",
            "cell metadata": "cellMetadata",
            "defined names": "definedName",
            "frozen panes": "pane",
            "column formats": "col",
            "differential formats": "dxf",
            "named styles": "cellStyle",
            "number formats": "numFmt",
            "gradients": "gradientFill",
            "form controls": "control",
            "background picture": "picture",
            "pictures in headers": "legacyDrawingHF",
            "custom properties": "property",
            "shared formulas": r'f [^>]*t="shared"',
            "array formulas": r'f [^>]*t="array"',
            "stored results": r"f[^>]*>[^<]*</(?:\w+:)?f><(?:\w+:)?v",
            "cells with furigana shown": r'c [^>]*ph="1"',
            "extensions": "ext",
        }.items()
    },
    "hidden rows": r'<(?:\w+:)?row [^>]*hidden="1"',
    "outlines": r'outlineLevel="[1-9]"',
    "hidden sheets": r'state="(?:veryHidden|hidden)"',
    "sizes of comments": r"<x:Anchor>",
    "tab colours": r"<(?:\w+:)?tabColor\b",
}
"""Feature → what it looks like in the parts; lost when it occurs less often afterwards."""

FEATURE_PARTS: Mapping[str, str] = {
    "printer settings": r"printerSettings",
    "macros": r"vbaProject\.bin",
    "custom XML": r"^customXml/item",
    "threaded comments": r"threadedComments/",
    "people": r"persons/",
    "controls' properties": r"ctrlProps/",
    "embedded files": r"embeddings/",
    "external links": r"externalLinks/externalLink",
    "charts' styles": r"charts/(?:style|colors)",
    "media": r"media/",
    "labels": r"docMetadata/",
    "queries": r"connections\.xml|queryTables/",
    "rich values": r"richData/",
    "unknown parts": r"somethingNew/",
}
"""Feature → names of the parts that hold it."""


def make_form(path: Path) -> None:
    """Write the form."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("申請書")
        other = book.add_worksheet("集計")
        hidden = book.add_worksheet("コード表")
        _cells(book, sheet)
        _looks(book, sheet)
        _rules(sheet)
        _objects(book, sheet, other)
        hidden.hide()
        hidden.write_column(0, 0, ["男", "女", "その他"])
        other.write_dynamic_array_formula("D1:D3", "=SORT(コード表!A1:A3)", None, "その他")
        other.write_formula("A1", "=SUM(申請書!B10:B20)", None, 66)
        other.write_formula("A2", "=A1*2", None, 132)
        book.define_name("申請者", "=申請書!$B$3")
        book.set_custom_property("文書番号", "北総第12号")
        book.set_properties({"title": "現況届", "company": "北浜町"})
    path.write_bytes(_with_the_rest(path.read_bytes()))


def _cells(book: Any, sheet: Any) -> None:
    bold = book.add_format({"bold": True, "font_color": "red"})
    sheet.merge_range("A1:F1", "児童手当 現況届", book.add_format({"align": "center", "border": 2, "font_size": 16}))
    sheet.write("A3", "氏名")
    sheet.merge_range("B3:D3", "", book.add_format({"border": 1}))
    sheet.write("A4", "届出日")
    sheet.write_datetime(
        "B4", date(2026, 4, 1), book.add_format({"num_format": '[$-411]ggge"年"m"月"d"日"', "border": 1})
    )
    sheet.write_rich_string("A5", "ここに", bold, "必ず", "記入してください")
    sheet.write("A6", "電話")
    sheet.write("B6", None, book.add_format({"num_format": "@", "bg_color": "#FFFFCC", "locked": False}))
    sheet.write_url("A7", "https://www.town.example/", string="案内")
    sheet.write_row("A9", ["番号", "金額", "備考"])
    for row in range(10, 21):
        sheet.write_row(row - 1, 0, [row - 9, (row - 9) ** 2])
    sheet.write_formula("B22", "=SUM(B10:B20)", None, 506)
    sheet.write_formula("B23", "=COUNTA(A10:A20)", None, 11)
    sheet.write_array_formula("D10:D12", "{=B10:B12*2}", None, 2)
    sheet.write_comment("A3", "住民票のとおりに", {"x_scale": 3, "y_scale": 0.5})


def _looks(book: Any, sheet: Any) -> None:
    sheet.set_column("A:A", 14, book.add_format({"text_wrap": True}))
    sheet.set_column("H:J", 4, None, {"level": 1, "hidden": True})
    sheet.set_row(24, 30, book.add_format({"bg_color": "#DDEEFF"}))
    sheet.set_row(25, None, None, {"hidden": True})
    sheet.set_row(26, None, None, {"level": 2})
    sheet.freeze_panes(2, 1)
    sheet.set_tab_color("green")
    sheet.set_header("&L&G&C現況届&R&D", {"image_left": "seal.png", "image_data_left": io.BytesIO(_png())})
    sheet.set_footer("&P / &N")
    sheet.set_h_pagebreaks([30])
    sheet.set_v_pagebreaks([8])
    sheet.print_area("A1:F40")
    sheet.repeat_rows(0, 1)
    sheet.set_paper(9)
    sheet.center_horizontally()
    sheet.set_margins(left=0.3)
    sheet.set_background(io.BytesIO(_png()))
    sheet.protect("", {"select_locked_cells": True})
    sheet.unprotect_range("B6:B7", "電話")
    sheet.ignore_errors({"number_stored_as_text": "A1:F40"})


def _rules(sheet: Any) -> None:
    sheet.data_validation("B7", {"validate": "list", "source": "=コード表!$A$1:$A$3"})
    sheet.data_validation("B8", {"validate": "integer", "criteria": ">", "value": 0, "error_message": "正の数を"})
    sheet.conditional_format("B10:B20", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("B10:B20", {"type": "icon_set", "icon_style": "3_traffic_lights"})
    sheet.conditional_format("A10:A20", {"type": "3_color_scale"})
    sheet.conditional_format("A10:A20", {"type": "duplicate"})


def _objects(book: Any, sheet: Any, other: Any) -> None:
    sheet.insert_textbox("E3", "受付印", {"width": 80, "height": 80})
    sheet.insert_image("E8", "seal.png", {"image_data": io.BytesIO(_png())})
    sheet.insert_button("E12", {"macro": "Print", "caption": "印刷"})
    sheet.insert_checkbox("F3", False)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=申請書!$B$10:$B$20", "trendline": {"type": "linear"}})
    other.insert_chart("F2", chart)
    other.add_sparkline("E1", {"range": "申請書!B10:B20"})
    other.add_table("A5:C8", {"name": "受付表", "columns": [{"header": name} for name in ("番号", "氏名", "金額")]})
    other.embed_image("G20", "seal.png", {"image_data": io.BytesIO(_png())})


def _png() -> bytes:
    """A picture of one red dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")


def _with_the_rest(data: bytes) -> bytes:
    """What XlsxWriter does not make: furigana, printer settings, scenarios, custom XML, threaded comments and more."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    strings, sheet = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
    reading = '氏名</t><rPh sb="0" eb="2"><t>シメイ</t></rPh><phoneticPr fontId="1"/></si>'
    parts[strings] = parts[strings].replace("氏名</t></si>".encode(), reading.encode(), 1)
    parts[sheet] = re.sub(rb'<c r="A3"', b'<c r="A3" ph="1"', parts[sheet])
    shared = b'<c r="C%d"><f t="shared" %bsi="0">%b</f><v>2</v></c>'
    for row in range(10, 21):
        first = row == 10
        cell = shared % (row, b'ref="C10:C20" ' if first else b"", b"B10*2" if first else b"")
        parts[sheet] = re.sub(rb'(<c r="B%d"[^>]*>.*?</c>)' % row, rb"\1" + cell, parts[sheet], count=1)
    scenario = '<scenarios><scenario name="増額"><inputCells r="B10" val="9"/></scenario></scenarios>'
    parts[sheet] = parts[sheet].replace(b"<mergeCells", scenario.encode() + b"<mergeCells", 1)
    added = {
        "xl/printerSettings/printerSettings1.bin": b"\0printer" * 40,
        "xl/threadedComments/threadedComment1.xml": b"<ThreadedComments/>",
        "xl/persons/person.xml": b"<personList/>",
        "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{_MAIN}"/>'.encode(),
        "xl/embeddings/oleObject1.bin": b"ole",
        "xl/connections.xml": f'<connections xmlns="{_MAIN}"/>'.encode(),
        "xl/somethingNew/part1.xml": b"<new/>",
        "customXml/item1.xml": b"<case>12</case>",
        "docMetadata/LabelInfo.xml": b"<labelList/>",
        "xl/vbaProject.bin": b"macros",
    }
    chain = "".join(f'<c r="{cell}" i="1"/>' for cell in ("B22", "B23", "C10"))
    added["xl/calcChain.xml"] = f'<calcChain xmlns="{_MAIN}">{chain}</calcChain>'.encode()
    _relate(parts, "xl/_rels/workbook.xml.rels", "calcChain", "calcChain.xml")
    _relate(parts, "xl/worksheets/_rels/sheet1.xml.rels", "printerSettings", "../printerSettings/printerSettings1.bin")
    types = f'<Default Extension="bin" ContentType="{_TYPES}.printerSettings"/><Override PartName="/xl/calcChain.xml" ContentType="{_TYPES}.calcChain+xml"/>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", types.encode() + b"</Types>")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in {**parts, **added}.items():
            target.writestr(name, content)
    return buffer.getvalue()


def _relate(parts: dict[str, bytes], part: str, kind: str, target: str) -> None:
    new = f'<Relationship Id="rIdMore{kind}" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    parts[part] = parts[part].replace(b"</Relationships>", new.encode())
