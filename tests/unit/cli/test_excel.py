"""Workbooks on the command line: judged, and forms mapped, without a workflow."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Border, Side

from yakin.cli import main

Told = tuple[int, str, str]


@pytest.fixture
def yakin(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Calls the command line in a project of its own."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "yakin.toml").write_text('language = "ja"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["yakin", *arguments])
        status = main(tmp_path)
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


@pytest.fixture
def form(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "届"
    line = Side(style="thin")
    for row, label in enumerate(("氏名", "住所"), 1):
        sheet.cell(row, 1, label)
        sheet.cell(row, 2).border = Border(left=line, right=line, top=line, bottom=line)
    book.save(tmp_path / "届.xlsx")
    return tmp_path / "届.xlsx"


def test_findings_are_told_with_their_cells_and_are_no_success(tmp_path: Path, yakin: Callable[..., Told]) -> None:
    (tmp_path / "収納.csv").write_text('科目,額(円)\n住民税,"1,200"\n固定資産税,300\n', encoding="utf-8")
    status, out, _ = yakin("excel", "lint", "収納.csv")
    assert status == 1
    assert out.startswith("B2: 1-3 number_as_text: 数値の列に文字列「1,200」があります。")
    assert out.endswith("問題 1 件\n")
    status, out, _ = yakin("excel", "lint", "収納.csv", "--json", "--check", "number_as_text")
    assert status == 1
    assert [finding["セル"] for finding in json.loads(out)] == ["B2"]


def test_a_clean_list_is_said_to_be_one(tmp_path: Path, yakin: Callable[..., Told]) -> None:
    (tmp_path / "収納.csv").write_text("科目,額(円)\n住民税,1200\n固定資産税,300\n", encoding="utf-8")
    assert yakin("excel", "lint", "収納.csv")[:2] == (0, "機械で読める表です。気になる所はありません\n")


def test_an_unknown_check_is_told(tmp_path: Path, yakin: Callable[..., Told]) -> None:
    (tmp_path / "収納.csv").write_text("科目,額(円)\n住民税,1200\n", encoding="utf-8")
    status, _, err = yakin("excel", "lint", "収納.csv", "--check", "merged")
    assert status == 2
    assert "merged_cells" in err


def test_a_proposed_map_is_printed_or_written_once(form: Path, yakin: Callable[..., Told]) -> None:
    status, out, _ = yakin("excel", "map", form.name)
    assert status == 0
    assert "  氏名: {right_of: 氏名}  # B1\n  住所: {right_of: 住所}  # B2\n" in out
    assert yakin("excel", "map", form.name, "--to", "forms/届.yaml")[0] == 0
    assert (form.parent / "forms" / "届.yaml").read_text(encoding="utf-8") == out
    status, _, err = yakin("excel", "map", form.name, "--to", "forms/届.yaml")
    assert status == 2
    assert "すでにあります" in err


def test_a_workbook_that_is_not_there_is_told(yakin: Callable[..., Told]) -> None:
    status, _, err = yakin("excel", "lint", "無い.xlsx")
    assert status == 1
    assert "無い.xlsx" in err
