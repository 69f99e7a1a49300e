"""Payments settle the bills they are for, and no other: what the run made of them against what the town knows."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.e2e.workflows.desk import Desk
from yakin.practice.samples.taxes import Books, Fate, Payment, books, write_taxes

WORKFLOW = "shuno_totsugo"
INPUTS = ("--input", "bills=samples/zei_seikyu.xlsx", "--input", "payments=samples/zei_nyukin.csv")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path / "town", [WORKFLOW], 'language = "ja"\n', capsys)
    write_taxes(made.samples)
    return made


@pytest.fixture(scope="module")
def truth() -> Books:
    return books()


def sheet(report: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a sheet of the report."""
    header, *rows = load_workbook(report)[name].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def payment_at(line: object, truth: Books) -> Payment:
    """What stands in a line of the bank's file, below its header."""
    return truth.payments[int(str(line)) - 2]


def fates(rows: list[dict[str, Any]], truth: Books, column: str = "収納_行") -> set[Fate]:
    return {payment_at(row[column], truth).fate for row in rows if row[column] is not None}


def settled(report: Path, truth: Books) -> dict[Payment, set[str]]:
    """Payment → the numbers of the bills that it was put to."""
    groups: dict[object, list[dict[str, Any]]] = defaultdict(list)
    for place, row in enumerate(sheet(report, "一致")):
        groups[row["組"] or -1 - place].append(row)
    found: dict[Payment, set[str]] = {}
    for rows in groups.values():
        bills = {str(row["請求_通知書番号"]) for row in rows if row["請求_通知書番号"]}
        for row in rows:
            if row["収納_行"] is not None:
                found[payment_at(row["収納_行"], truth)] = bills
    return found


def test_every_payment_that_is_settled_is_put_to_the_bills_it_is_for(desk: Desk, truth: Books) -> None:
    run = desk.run(WORKFLOW, *INPUTS)

    report = desk.made(run, "shuno_totsugo.xlsx")
    put_to = settled(report, truth)
    assert {payment.number: bills for payment, bills in put_to.items() if set(payment.bills) != bills} == {}
    assert {payment.fate for payment in put_to} == {"slip", "transfer", "together", "fee"}
    assert len(put_to) == sum(len(truth.of_fate(fate)) for fate in ("slip", "transfer", "together", "fee"))

    assert fates(sheet(report, "差異"), truth) == {"wrong"}
    assert fates(sheet(report, "候補"), truth) == {"misspelt"}
    assert [row["通知書番号"] for row in sheet(report, "収納のみ")] == [
        paid.number for paid in truth.of_fate("unknown")
    ]
    unsure = [row for row in sheet(report, "要判断") if row["区分"] == "収納"]
    assert fates(unsure, truth, "行") == {"twice", "namesake"}

    total = desk.output(run, "result")["summary"]["of"]["total"]["of"]
    assert {name: of["is"] for name, of in total.items()} == {
        "left_count": len(truth.bills),
        "left_amount": sum(bill.amount for bill in truth.bills),
        "right_count": len(truth.payments),
        "right_amount": sum(payment.amount for payment in truth.payments),
    }


def test_what_a_clerk_has_decided_holds_in_the_next_run(desk: Desk, truth: Books) -> None:
    first = desk.made(desk.run(WORKFLOW, *INPUTS), "shuno_totsugo.xlsx")
    book = load_workbook(first)
    assert book["候補"]["A1"].value == "判断"
    for row in range(2, book["候補"].max_row + 1):
        book["候補"].cell(row, 1, "○")
    book.save(desk.folder / "前回.xlsx")

    again = desk.made(desk.run(WORKFLOW, *INPUTS, "--input", "judged=前回.xlsx"), "shuno_totsugo.xlsx")

    assert sheet(again, "候補") == []
    put_to = settled(again, truth)
    assert all(put_to[payment] == set(payment.bills) for payment in truth.of_fate("misspelt"))
    assert (desk.samples / "shuno_handan.xlsx").is_file()
