"""Notices of the child allowance: one form for each household, nothing of the form lost, and what is wrong told."""

from __future__ import annotations

import shutil
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from tests.e2e.workflows.desk import ROOT, Desk
from yakin.practice.samples.allowances import FORM_SHEET, Recipient, recipients, write_allowances

WORKFLOW = "jido_teate_tsuchi"
HOUSEHOLDS = 40
"""Of the town; twelve of them have children, among these one of each kind that is odd."""


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path / "town", [WORKFLOW], 'language = "ja"\n', capsys)
    shutil.copytree(ROOT / "forms", made.folder / "forms")
    write_allowances(made.samples, count=HOUSEHOLDS)
    return made


def with_notice() -> dict[str, Recipient]:
    fates = ("noticed", "wrong_amount")
    return {each.person.number: each for each in recipients(HOUSEHOLDS) if each.fate in fates}


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_household_in_order_gets_its_form_with_nothing_lost_and_the_others_are_told(desk: Desk) -> None:
    assert {each.fate for each in recipients(HOUSEHOLDS)} == {
        *("noticed", "wrong_amount", "too_many", "impossible_date", "long_postal_code")
    }
    run = desk.run(WORKFLOW)

    made = {path.stem: path for path in desk.made(run, "tsuchi").glob("*.xlsx")}
    assert made.keys() == with_notice().keys()
    empty = parts_of(desk.samples / "jido_teate_form.xlsx")
    for path in made.values():
        filled = parts_of(path)
        changed = {name for name in empty if filled.get(name) != empty[name]}
        assert filled.keys() == empty.keys()
        assert changed <= {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}
    number, recipient = max(with_notice().items(), key=lambda each: len(each[1].children))
    sheet = openpyxl.load_workbook(made[number])[FORM_SHEET]
    assert sheet["E7"].value == recipient.person.name
    assert [sheet.cell(12, column).value for column in range(7, 17)] == list(number)
    assert [sheet.cell(row, 4).value for row in range(18, 18 + len(recipient.children))] == [
        child.name for child in recipient.children
    ]
    assert sheet["Z22"].value == "=SUM(Z18:AE21)"
    states = Counter(item["verdict"] for step in desk.show(run)["steps"] for item in step["items"])
    fates = Counter(each.fate for each in recipients(HOUSEHOLDS))
    without_notice = len(recipients(HOUSEHOLDS)) - len(with_notice())
    assert states["set_aside"] == without_notice + fates["wrong_amount"]
    summary = desk.output(run, "proof")["summary"]["of"]
    counts = {outcome: of["of"]["left_count"]["is"] for outcome, of in summary.items()}
    assert (counts["matched"], counts["differs"]) == (fates["noticed"], fates["wrong_amount"])
    assert summary["total"]["of"]["right_amount"]["is"] == sum(each.paid for each in with_notice().values())
