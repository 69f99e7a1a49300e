from __future__ import annotations

from pathlib import Path

import pytest

from bots.excel.editing.losses import find_losses
from bots.excel.package import Package
from tests.bots.excel.workbooks import with_parts, workbook

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return workbook(tmp_path / "list.xlsx", [["受付番号", "氏名"], [1, "髙橋"]])


STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>'
PARTS = {
    "furigana": {"xl/sharedStrings.xml": STRINGS % "<si><t>山</t><rPh sb='0' eb='1'><t>ヤマ</t></rPh></si>".encode()},
    "printer_settings": {"xl/printerSettings/printerSettings1.bin": b"x"},
    "form_controls": {"xl/ctrlProps/ctrlProp1.xml": b"<formControlPr/>"},
    "shapes": {"xl/drawings/drawing1.xml": b"<xdr:wsDr><xdr:sp/></xdr:wsDr>"},
    "pictures": {"xl/drawings/drawing1.xml": b"<xdr:wsDr><xdr:pic/></xdr:wsDr>"},
    "charts": {"xl/charts/chart1.xml": b"<chartSpace/>"},
    "header_images": {"xl/drawings/vmlDrawing1.vml": b"<xml><v:imagedata/></xml>"},
    "comment_sizes": {"xl/comments1.xml": b"<comments/>"},
    "threaded_comments": {"xl/threadedComments/threadedComment1.xml": b"<x/>"},
    "slicers": {"xl/slicers/slicer1.xml": b"<x/>"},
    "queries": {"xl/connections.xml": b"<x/>"},
    "custom_data": {"customXml/item1.xml": b"<x/>"},
    "signature": {"_xmlsignatures/sig1.xml": b"<x/>"},
    "unknown_parts": {"xl/somethingNew/part1.xml": b"<x/>"},
}
IN_SHEET = {
    "conditional_formats": "<extLst><ext><x14:conditionalFormattings/></ext></extLst>",
    "sparklines": "<extLst><ext><x14:sparklineGroups/></ext></extLst>",
    "validations": "<extLst><ext><x14:dataValidations/></ext></extLst>",
    "protected_ranges": "<protectedRanges><protectedRange/></protectedRanges>",
    "form_controls": "<controls><control/></controls>",
}


@pytest.mark.parametrize("feature", PARTS)
def test_features_in_parts_that_a_save_would_lose_are_found(book: Path, feature: str) -> None:
    with_parts(book, PARTS[feature])

    found = find_losses(Package(book.name, book.read_bytes()))

    assert [(loss.feature, loss.where) for loss in found] == [(feature, next(iter(PARTS[feature])))]


@pytest.mark.parametrize("feature", IN_SHEET)
def test_features_in_sheets_that_a_save_would_lose_are_found(book: Path, feature: str) -> None:
    with_parts(book, sheet=(SHEET, "</worksheet>", IN_SHEET[feature] + "</worksheet>"))

    assert [loss.feature for loss in find_losses(Package(book.name, book.read_bytes()))] == [feature]


def test_a_plain_workbook_loses_nothing(book: Path) -> None:
    assert find_losses(Package(book.name, book.read_bytes())) == []
