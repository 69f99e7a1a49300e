"""Online applications: at night into the system, in the morning compared with what the system has."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from tests.e2e.workflows.desk import Desk, with_practice_system
from yakin.practice import Store
from yakin.practice.samples.online import submissions, write_online

pytestmark = pytest.mark.browser

PEOPLE = 11


def test_each_application_is_registered_once_and_found_again_in_the_morning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path / "town", ["denshi_shinsei", "denshi_shinsei_shogo"], with_practice_system(), capsys)
    write_online(desk.samples, count=PEOPLE)
    wanted = {each.number: each.income for each in submissions(PEOPLE) if each.fate == "registered"}

    night = desk.run("denshi_shinsei")

    with Store(desk.folder / "var" / "practice.sqlite") as store:
        in_system = {row["受付番号"]: row for row in store.registered()}
        outcomes = Counter((each["受付番号"], each["outcome"]) for each in store.attempts())
    assert {number: row["収入金額"] for number, row in in_system.items()} == wanted
    assert all(outcomes[number, "registered"] == 1 for number in wanted)
    sheet = openpyxl.load_workbook(desk.folder / "out" / "denshi_shinsei.xlsx")["取込一覧"]
    header, *rows = sheet.iter_rows(values_only=True)
    told = {row[header.index("受付番号")]: dict(zip(header, row, strict=True)) for row in rows}
    for each in submissions(PEOPLE):
        if each.fate == "withdrawn":
            assert each.number not in told
        else:
            assert told[each.number]["登録番号"] == in_system.get(each.number, {}).get("登録番号")
    reasons = {
        each.fate: str(told[each.number]["処理結果"]) for each in submissions(PEOPLE) if each.fate != "withdrawn"
    }
    assert reasons["corrected"] == "None"
    assert "平成32年" in reasons["impossible_date"]
    assert "旧港町" in reasons["closed_district"]
    assert "使用できない文字" in reasons["own_character"]
    with desk.made(night, "denshi_shori_kekka.csv").open(encoding="cp932", newline="") as file:
        assert {row["受付番号"] for row in csv.DictReader(file)} == set(wanted)

    morning = desk.run("denshi_shinsei_shogo")

    summary = desk.output(morning, "proof")["summary"]["of"]["total"]["of"]
    assert {name: summary[name]["is"] for name in ("left_count", "left_amount", "right_count", "right_amount")} == {
        "left_count": len(wanted),
        "left_amount": sum(wanted.values()),
        "right_count": len(wanted),
        "right_amount": sum(wanted.values()),
    }
    left = openpyxl.load_workbook(desk.made(morning, "denshi_mitouroku.xlsx"))["未登録"]
    assert left.max_row - 1 == len(told) - len(wanted)
