"""What is damaged or meant to do harm ends in a sentence, in bounded time and memory, and is left as it was."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bots.excel import read_rows
from bots.excel.archives import MAX_PART, Archive, WorkbookUnreadable
from tests.bots.contexts import FakeContext
from tests.bots.excel.older import EIGHT_DIGITS, Sample, Shown, ods_bytes, zipped
from tests.bots.excel.workbooks import with_parts, workbook
from tests.docs.fences import ROOT
from tests.fuzz.mutations import trouble

SHEET = "xl/worksheets/sheet1.xml"
MEMORY = 1_500
"""MiB that reading any of the damaged files may need; all are small."""


@pytest.fixture
def ctx(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


def test_damaged_files_end_in_records_or_a_sentence(tmp_path: Path) -> None:
    assert list(trouble(150, 5, tmp_path)) == []


@pytest.mark.long
def test_two_thousand_damaged_files_end_in_records_or_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.mutations", "2000", "20240401"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert done.stdout, f"it ended with {done.returncode}"
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["trouble"] == []
    assert said["peak"] < MEMORY * 1024


def test_a_part_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": bytes(80_000_000)})

    with pytest.raises(WorkbookUnreadable, match="would unpack to more than a workbook can need"):
        Archive("bomb.xlsx", bomb)


def test_a_part_that_declares_too_much_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.xml": b"x"}))
    at = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, MAX_PART + 1)

    with pytest.raises(WorkbookUnreadable, match="would unpack"):
        Archive("big.xlsx", bytes(content))


def test_a_part_that_is_larger_than_it_declares_is_refused() -> None:
    content = bytearray(zipped({"a.xml": bytes(2_000_000)}))
    at = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 100)
    archive = Archive("lie.xlsx", bytes(content))

    with pytest.raises(WorkbookUnreadable, match="damaged"):
        archive.read("a.xml")
    with pytest.raises(WorkbookUnreadable, match="damaged"):
        archive.verify()


def test_a_zip_file_with_the_same_part_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "twice.xlsx", "w") as target, pytest.warns(UserWarning, match="Duplicate name"):
        target.writestr("xl/workbook.xml", "<x/>")
        target.writestr("xl/workbook.xml", "<y/>")

    with pytest.raises(WorkbookUnreadable, match="damaged"):
        read_rows(Path("twice.xlsx"), ctx=FakeContext(tmp_path))


@pytest.mark.parametrize("far", ["XFD1048576", "XFD9999", "AMJ1048576"])
def test_a_cell_far_off_the_list_is_told_instead_of_filling_the_memory(ctx: FakeContext, far: str) -> None:
    path = workbook(ctx.root / "far.xlsx", [["番号"], [1]])
    row = "".join(filter(str.isdecimal, far))
    with_parts(path, far=(SHEET, "</sheetData>", f'<row r="{row}"><c r="{far}"><v>1</v></c></row></sheetData>'))

    with pytest.raises(WorkbookUnreadable, match=f"reaches to {far}: that is too large"):
        read_rows(path, ctx=ctx)


def test_empty_cells_with_a_look_far_off_the_list_do_no_harm(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "far.xlsx", [["番号"], [1]])
    with_parts(path, far=(SHEET, "</sheetData>", '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'))

    assert read_rows(path, ctx=ctx).count == 1


def test_a_sheet_of_repeated_rows_is_told_instead_of_filling_the_memory(ctx: FakeContext) -> None:
    content = ods_bytes(Sample({"A1": "番号", "A2": 1.0}))
    (ctx.root / "many.ods").write_bytes(content)
    with_parts(
        ctx.root / "many.ods",
        many=("content.xml", "<table:table-row><", '<table:table-row table:number-rows-repeated="1048575"><'),
        wide=(
            "content.xml",
            '<table:table-cell office:value-type="float"',
            '<table:table-cell table:number-columns-repeated="16384" office:value-type="float"',
        ),
    )

    with pytest.raises(WorkbookUnreadable, match="too large to be read"):
        read_rows(Path("many.ods"), ctx=ctx)


def test_a_document_type_is_refused_and_never_unfolded(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "laugh.xlsx", [["番号"], [1]])
    entities = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with_parts(path, laugh=(SHEET, "<worksheet", f"{entities}<worksheet"))

    with pytest.raises(WorkbookUnreadable, match="damaged"):
        read_rows(path, ctx=ctx)


@pytest.mark.long
def test_a_list_as_long_as_a_sheet_can_be_is_read(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "long.xlsx", [["番号"]])
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(2, 1_048_577))
    with_parts(path, long=(SHEET, "</sheetData>", f"{rows}</sheetData>"))

    assert read_rows(path, ctx=ctx).count == 1_048_575


def test_hidden_rows_that_claim_to_be_many_are_not_counted_out(ctx: FakeContext) -> None:
    (ctx.root / "many.ods").write_bytes(ods_bytes(Sample({"A1": "番号", "A2": 1.0})))
    row = '<table:table-row table:number-rows-repeated="1048576" table:visibility="collapse"/>'
    with_parts(ctx.root / "many.ods", many=("content.xml", "</table:table>", row * 2_000 + "</table:table>"))

    assert read_rows(Path("many.ods"), ctx=ctx).count == 1


def test_numbers_with_zeros_that_claim_to_be_many_are_refused(ctx: FakeContext) -> None:
    (ctx.root / "many.ods").write_bytes(ods_bytes(Sample({"A1": "番号", "A2": Shown(1, EIGHT_DIGITS)})))
    with_parts(
        ctx.root / "many.ods",
        many=(
            "content.xml",
            ' office:value-type="float"',
            ' table:number-columns-repeated="300" office:value-type="float"',
        ),
        rows=("content.xml", "<table:table-row><", '<table:table-row table:number-rows-repeated="10000"><'),
    )

    with pytest.raises(WorkbookUnreadable, match="would unpack to more than a workbook can need"):
        read_rows(Path("many.ods"), ctx=ctx)


def test_merged_areas_over_and_over_take_no_time(ctx: FakeContext) -> None:
    path = workbook(ctx.root / "merged.xlsx", [["番号", "氏名"], ["a", "b"], [1, 2], [3, 4]])
    areas = '<mergeCell ref="A1:A1048576"/>' * 500 + '<mergeCell ref="A3:B1048576"/>' * 500
    with_parts(path, merged=(SHEET, "</sheetData>", f"</sheetData><mergeCells>{areas}</mergeCells>"))

    assert read_rows(path, header_row=[1, 2], ctx=ctx).columns == ("番号", "氏名_b")
    with pytest.raises(WorkbookUnreadable, match="damaged"):
        read_rows(path, merged="spread", ctx=ctx)
