"""Damaged workbooks are changed rightly or refused in words; nothing else ever happens."""

from __future__ import annotations

import random

import pytest

from bots.excel.editing import patched
from bots.excel.package import Package
from tests.bots.excel.workbooks import parts_in, raw_workbook
from yakin.errors import YakinError

SHEET = (
    '<dimension ref="A1:C3"/><cols><col min="1" max="2" width="9"/></cols><sheetData><row r="1" spans="1:3"><c r="A1" s="2"><v>1</v></c>'
    '<c r="B1" t="str"><f t="shared" ref="B1:B2" si="0">A1&amp;"&lt;"</f><v>1</v></c></row><row r="2"><c r="B2"><f t="shared" si="0"/></c>'
    '</row></sheetData><mergeCells count="1"><mergeCell ref="A5:B6"/></mergeCells>'
)
INSERTED = (
    b"<",
    b">",
    b'"',
    b"&",
    b"</row>",
    b'<c r="ZZZ9999999">',
    b'<row r="0">',
    b"9" * 30,
    b"<!--",
    b"<![CDATA[",
    b"\xff",
)
WHOLE = raw_workbook(SHEET, "<sheetData><row><c><f>表1!A1*2</f><v>2</v></c></row></sheetData>")


def damaged(seed: int) -> bytes:
    """The workbook with one of its parts changed in one to three places."""
    chance = random.Random(seed)
    parts = parts_in(WHOLE)
    name = chance.choice([part for part in parts if part != "xl/calcChain.xml"])
    content = bytearray(parts[name])
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(content) + 1)
        match chance.randrange(4):
            case 0:
                content[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del content[at : at + chance.randrange(1, 40)]
            case 2:
                content[at:at] = chance.choice(INSERTED)
            case _:
                content[at:at] = content[chance.randrange(len(content) + 1) :][:60]
    return raw_workbook(parts={**parts, name: bytes(content)})


def outcome(seed: int) -> str:
    try:
        after = patched(Package("a.xlsx", damaged(seed)), {"表1": {(1, 1): 5, (3, 2): "済"}}, overwrite_formulas=True)
    except YakinError as error:
        return error.code
    return "changed" if "済".encode() in parts_in(after)["xl/worksheets/sheet1.xml"] else "lost"


@pytest.mark.parametrize(
    "seeds", [range(80), pytest.param(range(80, 2080), marks=pytest.mark.long)], ids=["few", "many"]
)
def test_a_damaged_workbook_is_changed_or_refused(seeds: range) -> None:
    outcomes = {outcome(seed) for seed in seeds}

    assert {"changed", "workbook-unreadable"} <= outcomes
    assert "lost" not in outcomes
