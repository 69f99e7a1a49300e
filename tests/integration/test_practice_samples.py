"""The sample files: what they hold is what their constants say."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from yakin.japan import ImpossibleDate, halfwidth, parse_amount, parse_date
from yakin.practice import samples, tax_bills
from yakin.practice.sample_rows import COLUMNS
from yakin.practice.validation import check_declaration

COMMITTED = Path(__file__).parents[2] / "samples"


def cells(path: Path) -> dict[str, Any]:
    [sheet] = load_workbook(path).worksheets
    written = {cell.coordinate: (cell.value, cell.number_format) for row in sheet for cell in row}
    return written | {"merged": sorted(map(str, sheet.merged_cells.ranges)), "sheet": sheet.title}


@pytest.mark.parametrize("name", ["juminzei.xlsx", "seikyu.xlsx"])
def test_a_workbook_written_again_has_the_same_cells(tmp_path: Path, name: str) -> None:
    samples.write_all(tmp_path)
    assert cells(tmp_path / name) == cells(COMMITTED / name)


def test_the_payments_written_again_are_the_same_bytes(tmp_path: Path) -> None:
    samples.write_payments(tmp_path / "shuno.csv")
    assert (tmp_path / "shuno.csv").read_bytes() == (COMMITTED / "shuno.csv").read_bytes()


def test_the_workbook_has_three_header_rows_and_forty_declarations() -> None:
    [sheet] = load_workbook(COMMITTED / "juminzei.xlsx").worksheets
    assert sheet.title == samples.SHEET
    header = [cell.value for cell in sheet[samples.HEADER_ROW]]
    assert header == [*COLUMNS, *samples.RESULT_COLUMNS]
    assert sheet.max_row == samples.HEADER_ROW + samples.DECLARATIONS
    assert (sheet["J1"].value, sheet["L1"].value) == (samples.DECLARATIONS, samples.TOTAL_INCOME)
    assert "A1:H1" in map(str, sheet.merged_cells.ranges)
    assert {cell.data_type for cell in sheet["A"][3:]} == {"s"}


def test_each_special_declaration_is_there_once() -> None:
    numbers = [row["受付番号"] for row in samples.declarations()]
    special = (*samples.ALREADY_REGISTERED, *samples.IMPOSSIBLE_DATE, *samples.REFUSED)
    assert len(set(numbers)) == samples.DECLARATIONS
    assert [numbers.count(number) for number in special] == [1, 1, 1]
    assert samples.DECLARATIONS - len(special) == samples.NEW_DECLARATIONS


def test_the_system_takes_every_declaration_but_the_two_it_should_not() -> None:
    refused = {
        str(row["受付番号"]): check_declaration(samples.as_typed(row)).errors
        for row in samples.declarations()
        if check_declaration(samples.as_typed(row)).errors
    }
    assert refused == {
        samples.IMPOSSIBLE_DATE[0]: ["生年月日「平成32年1月1日」は存在しない日付か、日付の形式が正しくありません"],
        samples.REFUSED[0]: ["地区「旧港町」は令和7年3月31日で廃止されています"],
    }


def test_exactly_one_date_of_birth_never_existed() -> None:
    impossible = []
    for row in samples.declarations():
        assert row["生年月日"] is not None
        try:
            parse_date(row["生年月日"])
        except ImpossibleDate:
            impossible.append(row["受付番号"])
    assert impossible == list(samples.IMPOSSIBLE_DATE)


def test_the_totals_are_those_of_the_rows() -> None:
    income = {row["受付番号"]: parse_amount(str(row["収入金額"])) for row in samples.declarations()}
    special = (*samples.ALREADY_REGISTERED, *samples.IMPOSSIBLE_DATE, *samples.REFUSED)
    assert sum(income.values()) == samples.TOTAL_INCOME
    assert sum(yen for number, yen in income.items() if number not in special) == samples.TOTAL_NEW_INCOME


def test_the_declarations_have_what_real_lists_have() -> None:
    rows = samples.declarations()
    names = "".join(str(row["氏名"]) for row in rows)
    assert "髙" in names
    assert "﨑" in names
    assert any("０" <= character <= "９" for row in rows for character in str(row["収入金額"]))
    assert any("０" <= character <= "９" for row in rows for character in str(row["電話番号"]))
    assert all(str(row["郵便番号"]).startswith("0") and str(row["受付番号"]).startswith("0") for row in rows)
    assert sum(not isinstance(row["生年月日"], str) for row in rows) >= 5
    assert "".join(str(cell) for row in rows for cell in row.values()).encode("cp932")


def test_bills_and_payments_differ_as_the_constants_say() -> None:
    bills = {bill[0]: bill[4] for bill in tax_bills.bills()}
    with (COMMITTED / "shuno.csv").open(encoding="cp932", newline="") as file:
        payments = list(csv.DictReader(file))
    paid = Counter(halfwidth(payment["通知書番号"]) for payment in payments)
    wrong = {
        halfwidth(payment["通知書番号"])
        for payment in payments
        if int(payment["納付額"]) != bills.get(halfwidth(payment["通知書番号"]), int(payment["納付額"]))
    }
    assert (len(bills), len(payments)) == (tax_bills.BILLED, tax_bills.PAID)
    assert tuple(sorted(bills.keys() - paid.keys())) == tax_bills.UNPAID
    assert tuple(paid.keys() - bills.keys()) == tax_bills.UNKNOWN
    assert tuple(number for number, times in paid.items() if times > 1) == tax_bills.PAID_TWICE
    assert tuple(sorted(wrong)) == tax_bills.WRONG_AMOUNT
    agreeing = bills.keys() & paid.keys() - wrong - set(tax_bills.PAID_TWICE)
    assert len(agreeing) == tax_bills.AGREEING
    assert any(not payment["通知書番号"].isascii() for payment in payments)
